"""Option symbols, quotes and legs."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.errors import InvalidValueError
from shared.domain.options import Leg, LegSide, OptionContract, Right, parse_option_symbol
from tests.builders import contract, option_quote

contracts = st.builds(
    OptionContract,
    st.from_regex(r"[A-Z]{1,6}", fullmatch=True),
    st.dates(date(2000, 1, 1), date(2099, 12, 31)),
    st.sampled_from(Right),
    st.integers(1, 99_999_999).map(lambda thousandths: Decimal(thousandths) / 1000),
)


@given(of=contracts)
def test_every_contract_survives_its_symbol(of: OptionContract) -> None:
    assert parse_option_symbol(of.option_symbol) == of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("SPXW180316P02600000", "SPXW180316P02600000", id="plain"),
        pytest.param("O:SPY180316C00265500", "SPY180316C00265500", id="with Polygon's prefix"),
        pytest.param("SPY   180316C00265000", "SPY180316C00265000", id="padded"),
    ],
)
def test_an_occ_symbol_is_read_in_every_dress(text: str, expected: str) -> None:
    assert parse_option_symbol(text).option_symbol == expected


def test_a_symbol_says_what_it_is() -> None:
    found = parse_option_symbol("SPXW180316P02612500")
    assert (found.root, found.underlying, found.right) == ("SPXW", "SPX", Right.PUT)
    assert (found.expiration, found.strike) == (date(2018, 3, 16), Decimal("2612.5"))


@pytest.mark.parametrize(
    ("root", "morning"),
    [pytest.param("SPX", True, id="SPX"), pytest.param("SPXW", False, id="SPXW"), pytest.param("SPY", False, id="SPY")],
)
def test_only_the_spx_root_settles_in_the_morning(root: str, morning: bool) -> None:
    assert contract(4000, root=root).settles_in_the_morning is morning


@pytest.mark.parametrize("text", ["", "SPY", "SPY181316C00265000", "SPY180230C00265000", "SPY180316X00265000", "spy"])
def test_what_is_no_symbol_is_refused_with_its_remedy(text: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        parse_option_symbol(text)
    assert (caught.value.field, caught.value.value) == ("option_symbol", text)
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("bid", "ask", "mid", "spread"),
    [
        pytest.param("1.00", "1.10", "1.05", "0.10", id="sound"),
        pytest.param("0", "0.05", "0.025", "0.05", id="nothing bid"),
        pytest.param("1.00", "1.00", "1.00", "0", id="locked"),
        pytest.param("1.10", "1.00", None, None, id="crossed"),
        pytest.param("0", "0", None, None, id="nothing asked"),
        pytest.param(None, "1.00", None, None, id="no bid"),
        pytest.param("1.00", None, None, None, id="no ask"),
        pytest.param("-0.01", "1.00", None, None, id="negative"),
    ],
)
def test_only_a_sound_quote_has_a_mid(bid: str | None, ask: str | None, mid: str | None, spread: str | None) -> None:
    found = option_quote(contract(390), bid, ask)
    assert found.mid == (None if mid is None else Decimal(mid))
    assert found.spread == (None if spread is None else Decimal(spread))


def test_a_leg_knows_its_contract_and_its_sign() -> None:
    owed, owned = (Leg(option_symbol="O:SPY180316C00265500", side=side) for side in LegSide)
    assert (owed.sign, owned.sign) == (-1, 1)
    assert owed.option_symbol == "SPY180316C00265500"
    assert owed.contract.strike == Decimal("265.5")
