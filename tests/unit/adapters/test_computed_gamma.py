"""What the exposure of a chain is computed from."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, time
from decimal import Decimal

from shared.adapters.computed_gamma import near_rows
from shared.domain.config import SystemConfig
from shared.domain.options import OptionQuote, parse_option_symbol
from shared.domain.sessions import NEW_YORK
from tests.unit.adapters.fake_vendors import chain


def _in_the_morning(quote: OptionQuote) -> OptionQuote:
    return replace(quote, contract=parse_option_symbol(quote.contract.option_symbol.replace("SPY", "SPX")))


def test_contracts_that_were_settled_at_the_open_count_no_more() -> None:
    """On a third Friday the morning's root is still listed with its last quotes of Thursday."""
    friday = date(2026, 3, 20)
    now = datetime.combine(friday, time(10), NEW_YORK)

    class Listed:
        def expirations(self, _: str) -> tuple[date, ...]:
            return (friday,)

        def option_chain(self, _: str, day: date) -> tuple[OptionQuote, ...]:
            return (*chain(day), *map(_in_the_morning, chain(day)))

    with ThreadPoolExecutor(1) as pool:
        rows, _ = near_rows(Listed(), pool, "SPX", Decimal(596), now, SystemConfig())
    assert len(rows) == len(chain(friday))
