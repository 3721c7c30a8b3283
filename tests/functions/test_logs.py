"""The log follows a snapshot to its order and exit, and every saved question finds the lines that it asks for."""

import io
import json
import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import time
from typing import Any

import pytest

from infra.aws.questions import FAILURES, FOLLOW_A_SNAPSHOT, FOLLOWED, QUERIES, Query
from infra.local.vendors.faults import Vendor
from shared.domain.errors import AlphaGexError
from shared.domain.vocabulary import Bot
from tests.functions.house import House
from tests.functions.story import Chapter

Line = dict[str, Any]

ENTRY = Chapter.UP_CRASH.at(time(11, 0))
AFTER_THE_FALL = Chapter.UP_CRASH.at(time(11, 0), days=6)
OF_AN_ORDER_THAT_FAILED = "reason"
"""No order of this story fails; the line of one that does is held where the journal is tested."""
FUNCTIONS = ("collect", "trade", "monitor", "learn")


@contextmanager
def listening(house: House) -> Iterator[list[Line]]:
    """Take down what the functions write into their logs, each line as CloudWatch would get it."""
    paper = io.StringIO()
    lines: list[Line] = []
    with ExitStack() as stack:
        for name in FUNCTIONS:
            logger = house.module(name).logger
            before = logger.log_level
            writer = logging.StreamHandler(paper)
            writer.setFormatter(logger.registered_formatter)
            logger.addHandler(writer)
            logger.setLevel(logging.INFO)
            stack.callback(logger.setLevel, before)
            stack.callback(logger._logger.removeHandler, writer)
        yield lines
    lines += [json.loads(line) for line in dict.fromkeys(paper.getvalue().splitlines())]


@pytest.fixture(scope="module")
def lines(furnished: House) -> list[Line]:
    """A trade from its snapshot to its end, a vendor that was passed over, data that was missing, and a failure."""
    house = furnished
    house.empty()
    with listening(house) as heard:
        house.enter(Bot.SOLOMON, ENTRY)
        house.at(AFTER_THE_FALL).monitor()
        house.later(10).monitor()
        house.stop(Vendor.POLYGON, Vendor.TRADING_VOLATILITY)
        house.later(60).collect()
        house.stop(Vendor.TRADIER)
        house.later(60).collect()
        house.put_document(Bot.ATLAS, "{")
        with pytest.raises((AlphaGexError, ValueError)):
            house.trade(Bot.ATLAS, {"bot": "NOBODY"})
    return heard


def value_of(line: Line, field: str) -> Any:
    """Look a field up as Logs Insights names it: parts of lists by their number."""
    found: Any = line
    for part in field.split("."):
        held = dict(enumerate(found)) if isinstance(found, list) else found
        found = held.get(int(part) if part.isdigit() else part)
    return found


def answers(query: Query, lines: list[Line]) -> list[Line]:
    return [
        line
        for line in lines
        if all(value_of(line, field) == value for field, value in query.where)
        and all(value_of(line, field) is not None for field in query.there)
    ]


def test_a_snapshot_is_followed_to_its_order_and_its_exit_by_one_name(lines: list[Line]) -> None:
    snapshot = f"SPY@{ENTRY.astimezone():%Y}"
    followed = [line for line in lines if str(line.get("correlation_id")).startswith(snapshot)]
    (name,) = {line["correlation_id"] for line in followed if line["message"] == "order"}
    story = [line for line in followed if line["correlation_id"] == name]
    assert {line["message"] for line in story} == {"snapshot", "decision", "order", "position", "closed trade"}
    states = [line["state"] for line in story if line["message"] == "position"]
    assert states == ["OPENING", "OPEN", "CLOSING", "CLOSED"]
    assert {line["kind"] for line in story if line["message"] == "decision"} == {"ENTRY", "EXIT"}
    assert {line["kind"] for line in story if line["message"] == "order"} == {"entry", "exit"}


def test_every_saved_question_finds_lines_with_all_the_fields_that_it_asks_for(lines: list[Line]) -> None:
    for query in QUERIES:
        if query is FOLLOW_A_SNAPSHOT:
            continue
        found = answers(query, lines)
        assert found, query.name
        for field in {*query.shown, *query.counted_by} - {OF_AN_ORDER_THAT_FAILED}:
            wanted = field.partition(".")[0]
            assert any(wanted in line for line in found), (query.name, field)


def test_the_question_that_follows_a_snapshot_asks_for_the_name_that_the_lines_bear(lines: list[Line]) -> None:
    assert FOLLOW_A_SNAPSHOT.where == (("correlation_id", FOLLOWED),)
    named = {str(line["correlation_id"]) for line in lines if line.get("correlation_id")}
    assert any(len(name) == len(FOLLOWED) and name.startswith("SPY@") for name in named)
    present = {field for line in lines for field in line}
    assert set(FOLLOW_A_SNAPSHOT.shown) <= present


def test_a_failure_names_its_error(lines: list[Line]) -> None:
    assert {line["service"] for line in answers(FAILURES, lines)} == {"laptop"}
    assert all(line["exception_name"] for line in answers(FAILURES, lines))
