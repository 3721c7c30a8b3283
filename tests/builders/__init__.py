"""Values for tests, each sound and complete, so that a test names only what it is about.

The scene: Monday 2026-11-23, noon in New York. SPY trades at 400 in an uptrend with positive gamma, IV rank 60 and
VIX 18, and the last two valid snapshots said SELL_PREMIUM: PROMETHEUS would sell the 390/385 put spread, 45 days out.
"""

from tests.builders.books import account, counters, decision, last_decided, ledger, live, setting
from tests.builders.market import (
    buy_calls_snapshot,
    daily_bars,
    gamma,
    momentum,
    reading,
    readings,
    snapshot,
    spx_snapshot,
)
from tests.builders.options import (
    SPOT,
    STRIKES_EACH_SIDE,
    by_symbol,
    chain,
    contract,
    legs_of,
    long,
    option_quote,
    short,
)
from tests.builders.orders import broker_order, credit_or_debit, entry_intent, exit_intent, exit_order
from tests.builders.positions import closed_trade, exit_rule, position, quotes_at, statistics, trades
from tests.builders.scene import EXPIRATION, NOON, PAPER, TODAY, config, seconds

__all__ = [
    "EXPIRATION",
    "NOON",
    "PAPER",
    "SPOT",
    "STRIKES_EACH_SIDE",
    "TODAY",
    "account",
    "broker_order",
    "buy_calls_snapshot",
    "by_symbol",
    "chain",
    "closed_trade",
    "config",
    "contract",
    "counters",
    "credit_or_debit",
    "daily_bars",
    "decision",
    "entry_intent",
    "exit_intent",
    "exit_order",
    "exit_rule",
    "gamma",
    "last_decided",
    "ledger",
    "legs_of",
    "live",
    "long",
    "momentum",
    "option_quote",
    "position",
    "quotes_at",
    "reading",
    "readings",
    "seconds",
    "setting",
    "short",
    "snapshot",
    "spx_snapshot",
    "statistics",
    "trades",
]
