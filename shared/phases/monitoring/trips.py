"""When the system trips its own breaker to REDUCING."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from shared.domain.book import EVERY_BOT, Change, LiveState, SetCounters, SetLedger, Trip
from shared.domain.config import BotConfig
from shared.domain.counting import counters_after_success
from shared.domain.ledgers import Counters, Ledger
from shared.domain.sessions import new_york_date
from shared.domain.vocabulary import TradingState

ALL = EVERY_BOT


def bot_trips(config: BotConfig, ledger: Ledger, counters: Counters, now: datetime) -> tuple[Trip, ...]:
    """Return the trips a bot's own results call for; dollars against its capital.

    What a person has set back trips nothing again until something more is realized.
    """
    if ledger.is_excused:
        failed = failure_trip(config, counters, now)
        return (failed,) if failed else ()
    today, rules, capital = new_york_date(now), config.trips, config.capital
    reasons: list[tuple[str, str]] = []
    day_loss = -ledger.day_pnl if ledger.day == today else Decimal(0)
    if day_loss > rules.bot_day_loss * capital:
        reasons.append((config.bot, f"loss of the day ${day_loss:,.2f} beyond {rules.bot_day_loss:.0%} of capital"))
    drawdown = ledger.peak_pnl - ledger.realized_pnl
    if drawdown > rules.bot_drawdown * capital:
        reasons.append((config.bot, f"drawdown ${drawdown:,.2f} beyond {rules.bot_drawdown:.0%} of capital"))
    if counters.day == today and counters.stops_today >= rules.stops_per_session:
        reasons.append((config.bot, f"{counters.stops_today} stops in one session"))
    own = tuple(Trip(scope, TradingState.REDUCING, reason, now) for scope, reason in reasons)
    failures = failure_trip(config, counters, now)
    return (*own, failures) if failures else own


def failure_trip(config: BotConfig, counters: Counters, now: datetime) -> Trip | None:
    """Return the trip of all bots when too many orders in a row were refused or never answered."""
    if counters.order_failures < config.trips.order_failures_in_a_row:
        return None
    return Trip(ALL, TradingState.REDUCING, f"{counters.order_failures} orders in a row failed", now)


def account_trip(ledgers: Iterable[Ledger], all_capital: Decimal, limit: Decimal, now: datetime) -> Trip | None:
    """Return the trip of all bots when the account's loss of the day is beyond its share of all capital."""
    of_today = [ledger for ledger in ledgers if ledger.day == new_york_date(now)]
    loss = -sum((ledger.day_pnl for ledger in of_today), Decimal(0))
    if loss <= limit * all_capital or all(ledger.is_excused for ledger in of_today):
        return None
    return Trip(
        ALL, TradingState.REDUCING, f"account's loss of the day ${loss:,.2f} beyond {limit:.0%} of capital", now
    )


def measured_anew(live: LiveState, *, keeps_peak: bool = False) -> tuple[Change, ...]:
    """Return the changes after which nothing that is past trips a bot again: drawdown and failures start at zero.

    With ``keeps_peak`` the drawdown goes on, and is only not judged until something more is realized.
    """
    changes: list[Change] = []
    for ledger in live.ledgers:
        anew = ledger.model_copy(
            update={
                "peak_pnl": ledger.peak_pnl if keeps_peak else ledger.realized_pnl,
                "excused_pnl": ledger.realized_pnl,
                "version": ledger.version + 1,
            }
        )
        changes.append(SetLedger(ledger, anew))
    if live.counters.order_failures:
        changes.append(SetCounters(live.bot, live.counters, counters_after_success(live.counters)))
    return tuple(changes)
