"""One laptop for the tests of the command line, and a way to run a command on what its functions wrote."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, redirect_stderr, redirect_stdout
from datetime import UTC, datetime, time
from functools import partial
from io import StringIO
from time import tzset
from typing import NamedTuple

import pytest

from infra.cli.main import app
from infra.cli.mistakes import told
from infra.cli.stage import Place, open_place
from infra.local.demo.laptop import FUNCTIONS, Laptop
from infra.local.ministack import REGION
from infra.local.stage_file import FILE_VARIABLE, StageFile, write_stage_file
from infra.local.stage_folder import StageFolder
from shared.settings import Environment
from tests.functions.house import House
from tests.functions.story import Chapter, Story


class Ran(NamedTuple):
    """What a command answered."""

    code: int
    out: str
    err: str


Run = Callable[..., Ran]
Opened = Callable[[], Place]


def run_command(*arguments: str) -> Ran:
    """Run ``alphagex`` with these arguments, in a pipe of no stated width."""
    os.environ.pop("COLUMNS", None)
    out, err = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = told(partial(app, list(arguments), prog_name="alphagex", standalone_mode=False))
    return Ran(code, out.getvalue(), err.getvalue())


@pytest.fixture(scope="package")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    for name in FUNCTIONS:
        sys.modules.pop(f"functions.{name}.handler", None)
    path = tmp_path_factory.mktemp("stage") / "local-stage.json"
    with Laptop(Story, Chapter.UP_FLAT.at(time(9, 0))) as laptop:
        os.environ[FILE_VARIABLE] = str(path)
        write_stage_file(_file())
        folder = StageFolder.beside_the_stage_file()
        folder.make()
        with folder.lock():
            yield House(laptop)
    del os.environ[FILE_VARIABLE]


def _file() -> StageFile:
    names = {name.upper() for name in Environment.model_fields}
    return StageFile(
        stage="demo",
        endpoint_url=os.environ["AWS_ENDPOINT_URL"],
        region=REGION,
        process_id=os.getpid(),
        started_at=datetime(2026, 11, 23, tzinfo=UTC),
        environment={name: value for name, value in os.environ.items() if name in names},
    )


@pytest.fixture
def house(furnished: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """The stage as on the first day, operated from Berlin."""
    with monkeypatch.context() as patched:
        patched.setenv("TZ", "Europe/Berlin")
        tzset()
        furnished.empty()
        yield furnished
    tzset()


@pytest.fixture
def run(house: House) -> Run:
    """Run a command on the stage of this laptop."""

    def command(*arguments: str) -> Ran:
        return run_command(*arguments, "--stage", "local")

    return command


@pytest.fixture
def opened() -> Iterator[Opened]:
    """Open the stage of this laptop as often as wanted; all is let go of in the end."""
    with ExitStack() as held:
        yield lambda: held.enter_context(closing(open_place("local")))
