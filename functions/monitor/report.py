"""What monitor says in figures: what is at stake, what nobody knows, and how strict the breaker is."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from shared.domain.config import bot_config
from shared.domain.errors import InvalidConfigurationError, StoreError
from shared.domain.measures import Measure
from shared.domain.vocabulary import Bot, TradingMode, TradingState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from shared.domain.book import LiveState, Trip
    from shared.domain.config import BotConfig
    from shared.domain.orders import Intent
    from shared.domain.ports import Configuration, Parameters

SEVERITY: Final[Mapping[TradingState, int]] = {
    TradingState.ACTIVE: 0,
    TradingState.REDUCING: 1,
    TradingState.HALTED: 2,
}


class Opened:
    """Opens the configuration of a run, and keeps it for whoever reports on the run."""

    def __init__(self, parameters: Callable[[], Parameters]) -> None:
        """Open with this."""
        self._open = parameters
        self.last: Configuration | None = None

    def __call__(self) -> Parameters:
        """Open it afresh."""
        opened = self._open()
        self.last = opened
        return opened


def figures(
    seen: Mapping[Bot, LiveState], parameters: Configuration | None, trips: Iterable[Trip]
) -> dict[Measure, float]:
    """Return what is known after a run; a sum over the bots is left out when one of them could not be read.

    Equity and open risk are those of the gravest mode in use, live before sandbox before paper: play money and real
    money make no sum, and a metric more for each mode would cost.
    Without any trip, the mirror of the switch included, nobody knows the breaker, and it is left out.
    """
    strictest = max((SEVERITY[trip.state] for trip in trips), default=None)
    measured = {} if strictest is None else {Measure.BREAKER: float(strictest)}
    if set(seen) != set(Bot) or parameters is None:
        return measured
    configs = {bot: _config(parameters, bot) for bot in Bot}
    gravest = next(mode for mode in reversed(TradingMode) if any(one.mode is mode for one in configs.values()))
    counted = [config for config in configs.values() if config.mode is gravest]
    ledgers = [ledger for config in counted for ledger in seen[config.bot].ledgers if ledger.mode is gravest]
    capital = sum((config.capital for config in counted), Decimal(0))
    return measured | {
        Measure.ORDERS_UNKNOWN: float(_unknown(seen.values())),
        Measure.EQUITY: float(capital + sum((ledger.realized_pnl for ledger in ledgers), Decimal(0))),
        Measure.OPEN_RISK: float(sum((ledger.open_risk for ledger in ledgers), Decimal(0))),
    }


def _unknown(lives: Iterable[LiveState]) -> int:
    return sum(1 for live in lives for intent in live.intents if _is_unknown(intent))


def _is_unknown(intent: Intent) -> bool:
    from shared.domain.orders import IntentState

    return intent.state is IntentState.UNKNOWN


def _config(parameters: Configuration, bot: Bot) -> BotConfig:
    try:
        return parameters.bot(bot)
    except (InvalidConfigurationError, StoreError):
        return bot_config(bot)
