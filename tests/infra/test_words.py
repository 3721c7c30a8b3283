"""Numbers and names as a reader wants them."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from infra import words
from shared.domain.decisions import DenialCode
from shared.domain.vocabulary import AlertLevel, Rule


@pytest.mark.parametrize(
    ("write", "amount", "text"),
    [
        pytest.param(words.money, Decimal("1234567.4"), "$1,234,567", id="separators"),
        pytest.param(words.money, Decimal("-1234.5"), "−$1,234", id="a loss has a minus before the dollar"),
        pytest.param(words.money, Decimal("-0.2"), "$0", id="a loss that rounds to nothing has no minus"),
        pytest.param(words.gain, Decimal(12), "+$12", id="a gain shows its plus"),
        pytest.param(words.gain, Decimal(-12), "−$12", id="a loss shows its minus"),
        pytest.param(words.gain, Decimal(0), "$0", id="nothing has no sign"),
        pytest.param(words.percent, Decimal("0.688"), "68.8%", id="a fraction as per cent"),
        pytest.param(words.percent, None, "–", id="no fraction is a dash"),
        pytest.param(words.change, Decimal("0.0471"), "+4.7%", id="a rise"),
        pytest.param(words.change, Decimal("-0.041"), "−4.1%", id="a fall"),
        pytest.param(words.billions, Decimal(-2_400_000_000), "−$2.40 bn", id="exposure in billions"),
        pytest.param(words.billions, None, "–", id="no exposure is a dash"),
        pytest.param(words.arrow, Decimal(1), "▲", id="up"),
        pytest.param(words.arrow, Decimal(-1), "▼", id="down"),
        pytest.param(words.arrow, Decimal(0), "●", id="even"),
    ],
)
def test_amounts_are_written_for_a_reader(
    write: Callable[[Decimal | None], str], amount: Decimal | None, text: str
) -> None:
    assert write(amount) == text


@pytest.mark.parametrize(
    ("at", "text"),
    [
        pytest.param(datetime(2018, 2, 5, 20, 0, tzinfo=UTC), "2018-02-05 15:00", id="winter"),
        pytest.param(datetime(2018, 3, 29, 13, 35, tzinfo=UTC), "2018-03-29 09:35", id="summer"),
    ],
)
def test_times_are_new_york(at: datetime, text: str) -> None:
    assert words.clock(at) == text


def test_days_held_are_calendar_days() -> None:
    assert words.held(datetime(2018, 2, 5, 15, tzinfo=UTC), datetime(2018, 2, 9, 3, tzinfo=UTC)) == "3.5"


def test_every_refusal_is_explained() -> None:
    assert set(words.MEANINGS) - {"ENTRY"} == set(DenialCode)


def test_every_rule_and_level_has_its_words() -> None:
    assert set(words.RULES) == set(Rule)
    assert set(words.SYMBOLS) == set(AlertLevel)
    assert len(set(words.SYMBOLS.values())) == len(AlertLevel)


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        pytest.param("BREAKER", "the breaker forbids entries", id="one code"),
        pytest.param("NO_STRIKE, SIZE_ZERO", "no fitting strike; Kelly or the caps size it to zero", id="two codes"),
        pytest.param("SOMETHING_NEW", "", id="an unknown one has no words"),
    ],
)
def test_an_answer_is_explained(answer: str, text: str) -> None:
    assert words.meaning(answer) == text
