"""The vendors' keys are asked for, stored encrypted, and never shown."""

import subprocess
import sys

import boto3
import pytest

from tests.functions.house import House
from tests.infra.cli.conftest import Run

KEY = "a-key-that-nobody-may-see"
PREFIX = "/alphagex/demo/secrets"


def typed(*arguments: str, text: str) -> subprocess.CompletedProcess[str]:
    """Run a command without a terminal, so that what it asks for is read from standard input."""
    return subprocess.run(
        [sys.executable, "-m", "infra.cli", "secrets", *arguments, "--stage", "local"],
        input=text,
        capture_output=True,
        text=True,
        check=False,
        start_new_session=True,
    )


@pytest.mark.usefixtures("house")
def test_a_key_is_asked_for_stored_encrypted_and_not_shown() -> None:
    ran = typed("set", "polygon", text=f"{KEY}\n")
    assert ran.returncode == 0, ran.stderr
    stored = boto3.client("ssm").get_parameter(Name=f"{PREFIX}/polygon", WithDecryption=True)["Parameter"]
    assert (stored["Type"], stored["Value"]) == ("SecureString", KEY)
    assert "polygon" in ran.stdout
    assert KEY not in ran.stdout + ran.stderr


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize(
    ("arguments", "text", "words"),
    [
        pytest.param(("set", KEY), "", "there is no vendor", id="a key in the place of a vendor"),
        pytest.param(("set", "polygon", KEY), "", "have the vendor renew the key", id="a key as an argument"),
        pytest.param(("set", "etrade"), "", "there is no vendor etrade", id="no vendor"),
        pytest.param(("set", "tradier"), "two words\n", "paste it alone", id="more than a key"),
    ],
)
def test_a_mistake_is_refused(arguments: tuple[str, ...], text: str, words: str) -> None:
    ran = typed(*arguments, text=text)
    assert ran.returncode == 2
    assert words in ran.stderr
    assert KEY not in ran.stdout + ran.stderr


@pytest.mark.usefixtures("house")
def test_what_is_left_empty_stays() -> None:
    ran = typed("set", "tradier", text="\n")
    assert ran.returncode == 0
    assert "stored nothing" in ran.stdout


def test_which_keys_are_stored_is_told_and_no_key(house: House, run: Run) -> None:
    code, out, _ = run("secrets", "check")
    assert code == 0
    assert "tradier" in out
    assert house.laptop.simulators.tokens.tradier not in out
