"""Every reason why an order may not leave, each with its value and limit; an empty answer means go."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from shared.domain.book import LiveState
from shared.domain.config import BotConfig
from shared.domain.decisions import Denial, DenialCode, Gate, denials_of, gate_of
from shared.domain.market import Reading, Snapshot, age_seconds
from shared.domain.options import Leg, OptionQuote
from shared.domain.package import PackageQuote, executable_entry, tick_of
from shared.domain.positions import width_of
from shared.domain.sessions import Session, new_york_date, session
from shared.domain.vocabulary import Source, Strategy, TradingMode, TradingState
from shared.phases.execution.prices import entry_collar

ORDER_MINUTE = timedelta(seconds=60)


class Setting(NamedTuple):
    """Where a bot stands when it considers an entry."""

    config: BotConfig
    live: LiveState
    state: TradingState
    now: datetime


class Candidate(NamedTuple):
    """A structure about to be ordered; ``required`` and ``buying_power`` are dollars for the whole order."""

    strategy: Strategy
    legs: tuple[Leg, ...]
    package: PackageQuote
    limit_price: Decimal
    required: Decimal
    buying_power: Decimal


def denials(gates: Iterable[Gate]) -> tuple[Denial, ...]:
    """Return every refusal; empty means go."""
    return denials_of(gates)


def gate(code: DenialCode, value: object, limit: object, passed: bool) -> Gate:
    """Write one question down with its answer."""
    return gate_of(code, str(value), str(limit), passed)


def look_gates(setting: Setting, snapshot: Snapshot) -> tuple[Gate, ...]:
    """Ask what needs no structure: breaker, data, session, limits of the bot."""
    config, live, state, now = setting
    open_count = live.ledger(config.mode).open_count
    return (
        gate(DenialCode.BOT_DISABLED, config.enabled, True, config.enabled),
        gate(DenialCode.BREAKER, state, TradingState.ACTIVE, state is TradingState.ACTIVE),
        _mode_gate(setting),
        gate(
            DenialCode.UNDERLYING_NOT_ALLOWED,
            snapshot.underlying,
            ", ".join(config.underlyings),
            snapshot.underlying in config.underlyings,
        ),
        gate(
            DenialCode.INVALID_SNAPSHOT,
            ", ".join(fault.code for fault in snapshot.faults) or "valid",
            "no fault",
            snapshot.is_valid,
        ),
        *_freshness_gates(config, snapshot, now),
        *session_gates(config, snapshot.market_open, now),
        gate(
            DenialCode.MAX_POSITIONS,
            open_count,
            f"below {config.max_positions}",
            open_count < config.max_positions,
        ),
        *_rate_gates(setting),
    )


def _mode_gate(setting: Setting) -> Gate:
    """Ask for the second step to live trading: the account that the configuration names, confirmed by command."""
    config, confirmation = setting.config, setting.live.confirmation
    if config.mode is not TradingMode.LIVE:
        return gate(DenialCode.MODE_MISMATCH, config.mode, "live only with a confirmed account", True)
    confirmed = confirmation.account_id if confirmation else "none"
    limit = f"{config.confirmed_account} confirmed by command"
    return gate(DenialCode.MODE_MISMATCH, f"live, {confirmed}", limit, confirmed == config.confirmed_account)


def _freshness_gates(config: BotConfig, snapshot: Snapshot, now: datetime) -> tuple[Gate, ...]:
    limits = config.freshness
    computed = snapshot.gamma is not None and snapshot.gamma.source is Source.COMPUTED
    ages = (
        ("spot", snapshot.spot, _age_limit(config, limits.quote, snapshot.spot)),
        ("vix", snapshot.vix, _age_limit(config, limits.vix, snapshot.vix)),
        ("gamma", snapshot.gamma, _age_limit(config, limits.gamma, snapshot.spot) if computed else limits.gamma),
    )
    return tuple(
        _freshness_gate(name, age_seconds(reading.as_of, now), limit)
        for name, reading, limit in ages
        if reading is not None
    )


@lru_cache(maxsize=1024)
def _freshness_gate(name: str, age: Decimal, limit: int) -> Gate:
    return gate(DenialCode.STALE_SNAPSHOT, f"{name} {age:.0f} s", f"{limit} s", age <= limit)


def _age_limit(config: BotConfig, usual: int, reading: Reading | None) -> int:
    """Return the age allowed: the sandbox's late data may be traded on in sandbox mode only."""
    if reading is None or config.mode is not TradingMode.SANDBOX:
        return usual
    return config.freshness.limit(usual, reading.source)


def session_gates(config: BotConfig, broker_open: bool, now: datetime) -> tuple[Gate, ...]:
    """Ask whether the session table and the broker both call the market open, inside the entry window."""
    hours = session(new_york_date(now))
    table_open = hours is not None and hours.opens_at <= now < hours.closes_at
    gates = (
        gate(
            DenialCode.MARKET_CLOSED,
            f"table {'open' if table_open else 'closed'}, broker {'open' if broker_open else 'closed'}",
            "both open",
            table_open and broker_open,
        ),
    )
    if hours is None:
        return gates
    first, last, limit = _entry_window(hours, config.window.after_open_seconds, config.window.before_close_seconds)
    return (*gates, gate(DenialCode.OUTSIDE_ENTRY_WINDOW, _minute(now.astimezone(UTC)), limit, first <= now < last))


@lru_cache(maxsize=64)
def _entry_window(hours: Session, after_open_seconds: int, before_close_seconds: int) -> tuple[datetime, datetime, str]:
    """Return from when to when a session lets entries leave, and that in words."""
    first = hours.opens_at + timedelta(seconds=after_open_seconds)
    last = hours.closes_at - timedelta(seconds=before_close_seconds)
    return first, last, f"{_minute(first)} to {_minute(last)}"


def _minute(at: datetime) -> str:
    """Write a moment in UTC as hours and minutes."""
    return f"{at.hour:02}:{at.minute:02}Z"


def _rate_gates(setting: Setting) -> tuple[Gate, ...]:
    counters, caps = setting.live.counters, setting.config.caps
    recent = sum(1 for at in counters.order_times if setting.now - at < ORDER_MINUTE)
    today = counters.orders_today if counters.day == new_york_date(setting.now) else 0
    return (
        gate(
            DenialCode.ORDER_RATE,
            f"{recent} in a minute",
            f"below {caps.orders_per_minute}",
            recent < caps.orders_per_minute,
        ),
        gate(DenialCode.ORDER_RATE, f"{today} today", f"below {caps.orders_per_day}", today < caps.orders_per_day),
    )


def slot_gate(setting: Setting, underlying: str, strategy: Strategy) -> Gate:
    """Ask whether the bot already holds this strategy on this underlying."""
    mode = setting.config.mode
    holder = next(
        (
            position.position_id
            for position in setting.live.positions
            if position.strategy is strategy and position.underlying == underlying and position.mode is mode
        ),
        None,
    )
    return gate(DenialCode.SLOT_TAKEN, holder or "free", "free", holder is None)


def structure_gates(
    setting: Setting, underlying: str, strategy: Strategy, legs: tuple[Leg, ...], package: PackageQuote
) -> tuple[Gate, ...]:
    """Ask whether a structure is worth its trade: executable credit, width, days left."""
    rule = setting.config.strategies[strategy]
    gates: list[Gate] = []
    executable = executable_entry(strategy, package)
    width = width_of(legs)
    if strategy.is_credit:
        least = rule.min_credit if rule.min_credit is not None else tick_of(underlying, executable)
        gates.append(gate(DenialCode.CREDIT_TOO_SMALL, executable, f"at least {least}", executable >= least))
    if width is not None:
        gates.append(
            gate(DenialCode.PRICE_COLLAR, executable, f"above 0, below {width}", Decimal(0) < executable < width)
        )
    if width is not None and rule.max_width is not None:
        gates.append(gate(DenialCode.WIDTH_TOO_LARGE, width, f"at most {rule.max_width}", width <= rule.max_width))
    dte = (legs[0].contract.expiration - new_york_date(setting.now)).days
    least_dte = max(setting.config.window.min_dte, rule.time_exit_dte + 1)
    gates.append(gate(DenialCode.DTE_TOO_SHORT, dte, f"at least {least_dte}", dte >= least_dte))
    roots = ", ".join(sorted({leg.contract.root for leg in legs}))
    morning = any(leg.contract.settles_in_the_morning for leg in legs)
    gates.append(gate(DenialCode.AM_SETTLED, roots, "roots that settle in the afternoon", not morning))
    return tuple(gates)


def liquidity_gates(
    setting: Setting,
    underlying: str,
    legs: Iterable[Leg],
    quotes: Mapping[str, OptionQuote],
    source: Source = Source.TRADIER,
) -> tuple[Gate, ...]:
    """Ask of each leg whether its quote is sound, fresh and narrow enough to trade.

    ``source`` is where the market data of this minute come from: only the sandbox's may be late, in sandbox mode.
    """
    gates: list[Gate] = []
    for leg in legs:
        gates += _leg_gates(setting, underlying, leg, quotes.get(leg.option_symbol), source)
    return tuple(gates)


def _leg_gates(setting: Setting, underlying: str, leg: Leg, quote: OptionQuote | None, source: Source) -> list[Gate]:
    name = leg.option_symbol
    if quote is None or quote.mid is None or quote.mid <= 0 or quote.spread is None:
        found = "none" if quote is None else f"{quote.bid} / {quote.ask}"
        return [gate(DenialCode.UNQUOTED_LEG, f"{name} {found}", "bid and ask, not crossed", False)]
    gates = []
    if leg.sign < 0:
        gates.append(gate(DenialCode.UNQUOTED_LEG, f"{name} bid {quote.bid}", "a bid above 0", quote.bid != 0))
    share = quote.spread / quote.mid
    limits, tick = setting.config.liquidity, tick_of(underlying, quote.mid)
    narrow = share <= limits.max_spread or quote.spread <= limits.max_ticks * tick
    limit = f"{limits.max_spread:.0%} of mid or {limits.max_ticks * tick}"
    gates.append(gate(DenialCode.ILLIQUID_LEG, f"{name} {quote.spread} ({share:.1%})", limit, narrow))
    gates.append(_age_gate(setting, name, quote, source))
    return gates


def _age_gate(setting: Setting, name: str, quote: OptionQuote, source: Source) -> Gate:
    limits = setting.config.freshness
    is_sandbox = setting.config.mode is TradingMode.SANDBOX
    limit = limits.limit(limits.order_quote, source) if is_sandbox else limits.order_quote
    if quote.as_of is None:
        return gate(DenialCode.STALE_QUOTE, f"{name} without a time", f"{limit} s", False)
    age = age_seconds(quote.as_of, setting.now)
    return gate(DenialCode.STALE_QUOTE, f"{name} {age:.0f} s", f"{limit} s", age <= limit)


def price_gates(setting: Setting, candidate: Candidate) -> tuple[Gate, ...]:
    """Ask the last questions before an entry leaves: its limit and its money."""
    collar = entry_collar(candidate.package, setting.config.walk)
    apart = abs(candidate.limit_price - candidate.package.mid)
    return (
        gate(DenialCode.PRICE_COLLAR, f"{apart} from mid", f"at most {collar}", apart <= collar),
        limit_gate(candidate.limit_price),
        *_limit_gates(candidate),
        gate(
            DenialCode.INSUFFICIENT_MARGIN,
            f"${candidate.buying_power:.2f}",
            f"at least ${candidate.required:.2f}",
            candidate.buying_power >= candidate.required,
        ),
    )


def _limit_gates(candidate: Candidate) -> tuple[Gate, ...]:
    width, limit = width_of(candidate.legs), candidate.limit_price
    if not candidate.strategy.is_credit or width is None:
        return ()
    return (gate(DenialCode.PRICE_COLLAR, f"limit {limit}", f"below {width}", limit < width),)


def limit_gate(limit_price: Decimal) -> Gate:
    """Ask whether the order has a limit: no order of another kind ever leaves."""
    return gate(DenialCode.LIMIT_REQUIRED, f"limit {limit_price}", "above 0", limit_price > 0)
