"""The session that all clients are made of: what it has of botocore's own handlers, and whose keys it signs with."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any, cast

import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.handlers import BUILTIN_HANDLERS

from shared.adapters.aws import Aws
from shared.adapters.later import later

THREADS = 8
TAKES_LONG = 400_000
"""Longer than a thread's turn."""
ASKED = {"dynamodb", "events", "sns", "ssm"}
"""The services that functions ask."""


def test_no_handler_of_a_single_service_is_for_one_that_is_asked() -> None:
    single = [event for event, *_ in BUILTIN_HANDLERS if "." in event]
    assert single
    assert not [event for event in single if ASKED & set(event.split("."))]


def test_a_handler_of_all_services_has_no_place_before_others() -> None:
    assert {len(told) for told in BUILTIN_HANDLERS if "." not in told[0]} == {2}


class Silence:
    """The body of an answer that says nothing."""

    def stream(self, **_: Any) -> list[bytes]:
        return [b"{}"]


def signature_of(aws: Aws) -> str:
    """Return how a request is signed, which goes nowhere."""
    sent: list[AWSPreparedRequest] = []

    def keep(request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        sent.append(request)
        return AWSResponse(request.url, 200, {}, Silence())  # type: ignore[arg-type]

    client = aws.ssm()
    client.meta.events.register("before-send.ssm.GetParameters", cast("Callable[..., None]", keep))
    client.get_parameters(Names=["/any"])
    return str(sent[0].headers["Authorization"])


@pytest.mark.parametrize(
    ("of_environment", "signs"),
    [
        pytest.param("OFENVIRONMENT", "OFENVIRONMENT", id="the environment's keys, as on Lambda"),
        pytest.param("", "OFAFILE", id="else the other places are looked through, as on a laptop"),
    ],
)
def test_a_request_is_signed_with_the_keys_there_are(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, of_environment: str, signs: str
) -> None:
    keys = tmp_path / "credentials"
    keys.write_text("[default]\naws_access_key_id = OFAFILE\naws_secret_access_key = secret\n", encoding="utf-8")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(keys))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", of_environment)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    assert f"Credential={signs}/" in signature_of(Aws(region="us-east-1", endpoint_url="http://127.0.0.1:9"))


def test_threads_that_ask_at_once_share_what_is_made_later() -> None:
    made: list[object] = []
    at_once = Barrier(THREADS)

    def make() -> Barrier:
        made.append(at_once)
        sum(range(TAKES_LONG))
        return at_once

    client = later(make)

    def ask(_: int) -> object:
        at_once.wait()
        return client.parties

    with ThreadPoolExecutor(THREADS) as pool:
        assert list(pool.map(ask, range(THREADS))) == [THREADS] * THREADS
    assert len(made) == 1
