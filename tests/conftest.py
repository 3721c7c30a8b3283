"""Fixtures and settings for all tests."""

import os
from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from infra.local.ministack import CREDENTIALS, MiniStack

# A busy machine fails no test: neither an example's time nor that of making it counts.
settings.register_profile("laptop", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("laptop"), derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "laptop")


TERMINAL = ("COLUMNS", "FORCE_COLOR", "GITHUB_ACTIONS", "NO_COLOR", "PY_COLORS", "TERMINAL_WIDTH")
"""Variables by which commands choose colours and width."""


def pytest_configure() -> None:
    """Keep every test away from the AWS account of whoever runs it, and from the looks of their terminal."""
    for name in [name for name in os.environ if name.startswith("AWS_") or name in TERMINAL]:
        del os.environ[name]
    os.environ.update(CREDENTIALS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """See that each test has an id of its own: workers run one of those that share one, and leave out the others."""
    shared = [name for name, count in Counter(item.nodeid for item in items).items() if count > 1]
    if shared:
        raise pytest.UsageError(f"tests share the id {shared[0]}; parametrise them so that each has its own")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what the acceptance test has counted."""
    for report in terminalreporter.stats.get("passed", []):
        for name, value in report.user_properties:
            if name.startswith("acceptance: "):
                terminalreporter.write_line(f"{name}: {value}")


@pytest.fixture(scope="session")
def ministack() -> Iterator[MiniStack]:
    """One AWS on loopback for a whole worker: name tables, topics and queues so that tests do not meet."""
    with MiniStack() as running:
        yield running


@pytest.fixture
def aws_env(ministack: MiniStack, monkeypatch: pytest.MonkeyPatch) -> MiniStack:
    """The same AWS, with the environment leading boto3 and pynamodb there."""
    for name, value in ministack.environment.items():
        monkeypatch.setenv(name, value)
    return ministack
