"""What a decision was made from, beside its snapshot and configuration: enough to make it again, byte for byte."""

import base64
import json
import zlib
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from pydantic import Field

from shared.domain.accounts import Confirmation
from shared.domain.ledgers import Counters, Ledger
from shared.domain.market import BrokerClock
from shared.domain.options import OptionQuote, parse_option_symbol
from shared.domain.orders import Intent
from shared.domain.positions import Position
from shared.domain.statistics import StrategyStatistics
from shared.domain.values import Dollars, Value
from shared.domain.vocabulary import Action, TradingState


class DecisionInputs(Value):
    """The state of the bot, and what the chain and the broker said once legs were sought.

    ``positions`` are those in the way of the strategy, ``intents`` those of the last minute, ``chain`` the rows of the
    one expiration as :func:`packed`; ``chain_problem`` is why there are none.
    """

    state: TradingState
    ledger: Ledger
    counters: Counters
    recent_actions: tuple[Action, ...] = ()
    positions: tuple[Position, ...] = ()
    intents: tuple[Intent, ...] = ()
    listed: tuple[date, ...] = ()
    chain: str = ""
    chain_problem: str | None = None
    statistics: StrategyStatistics | None = None
    buying_power: Dollars | None = None
    holdings: dict[str, int] = Field(default_factory=dict)
    broker_clock: BrokerClock | None = None
    account_id: str | None = None
    confirmation: Confirmation | None = None


def packed(rows: Iterable[OptionQuote]) -> str:
    """Write a chain as short text: symbol, bid, ask, vendor's time and delta of each row, compressed."""
    told = [[row.option_symbol, _text(row.bid), _text(row.ask), _moment(row.as_of), row.delta] for row in rows]
    return base64.b64encode(zlib.compress(json.dumps(told, separators=(",", ":")).encode(), 9)).decode() if told else ""


def unpacked(text: str) -> tuple[OptionQuote, ...]:
    """Read a packed chain; prices keep the very digits they had."""
    rows: list[list[Any]] = json.loads(zlib.decompress(base64.b64decode(text))) if text else []
    return tuple(
        OptionQuote(
            contract=parse_option_symbol(symbol),
            bid=None if bid is None else Decimal(bid),
            ask=None if ask is None else Decimal(ask),
            as_of=None if as_of is None else datetime.fromisoformat(as_of),
            delta=delta,
        )
        for symbol, bid, ask, as_of, delta in rows
    )


def _text(number: Decimal | None) -> str | None:
    return None if number is None else str(number)


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
