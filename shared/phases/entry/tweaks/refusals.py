"""What would have answered a refusal that does not lie in the action matrix."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal

from shared.domain.decisions import DenialCode, Gate
from shared.domain.inputs import packed, unpacked
from shared.domain.options import LegSide, OptionQuote
from shared.domain.vocabulary import Breakout, TradingState
from shared.phases.entry.tweaks.tweak import Tweak, World, config_changed, dollars, inputs_changed, snapshot_changed
from shared.phases.regime import classify_snapshot
from shared.phases.strategy import choose_legs, strategy_for

MORE_CAPITAL = (Decimal("1.25"), Decimal("1.5"), Decimal(2), Decimal(3), Decimal(5), Decimal(10), Decimal(25))
_DOLLARS = re.compile(r"\$(\d+(?:\.\d+)?)")


def own_tweaks(world: World, refused: Gate) -> Iterator[Tweak]:
    """Return what would have answered one refusal that does not lie in the action matrix."""
    make = _MAKERS.get(refused.code) if isinstance(refused.code, DenialCode) else None
    if make is not None:
        yield from make(world, refused)


def _state(world: World, gate: Gate) -> Iterator[Tweak]:
    yield inputs_changed(world, "breaker", gate.value, TradingState.ACTIVE, state=TradingState.ACTIVE)


def _enabled(world: World, _gate: Gate) -> Iterator[Tweak]:
    yield config_changed(world, "enabled", "false", "true", enabled=True)


def _confidence(world: World, gate: Gate) -> Iterator[Tweak]:
    least = world.config.min_confidence
    yield config_changed(world, "min_confidence", str(least), gate.value, min_confidence=int(gate.value))


def _fewer(world: World, gate: Gate) -> Iterator[Tweak]:
    most = world.config.max_positions - 1
    ledger = world.inputs.ledger.model_copy(update={"open_count": most})
    yield inputs_changed(world, "open positions", gate.value, str(most), ledger=ledger)


def _free_slot(world: World, gate: Gate) -> Iterator[Tweak]:
    yield inputs_changed(world, "open positions in this strategy", gate.value, "none", positions=())


def _cooled(world: World, gate: Gate) -> Iterator[Tweak]:
    counters = world.inputs.counters.model_copy(update={"last_stop_on": None, "last_target_at": None})
    yield inputs_changed(world, "cool-down", gate.value, f"over ({gate.limit})", counters=counters)


def _slower(world: World, gate: Gate) -> Iterator[Tweak]:
    counters = world.inputs.counters.model_copy(update={"order_times": (), "orders_today": 0})
    yield inputs_changed(world, "orders sent", gate.value, gate.limit, counters=counters)


def _window(world: World, gate: Gate) -> Iterator[Tweak]:
    window = world.config.window.model_copy(update={"after_open_seconds": 0, "before_close_seconds": 0})
    yield config_changed(world, "time", gate.value, gate.limit, window=window)


def _breakout(world: World, gate: Gate) -> Iterator[Tweak]:
    momentum = world.snapshot.momentum
    if momentum is not None:
        after = momentum.model_copy(update={"breakout": Breakout(gate.limit)})
        yield snapshot_changed(world, "breakout", gate.value, gate.limit, momentum=after)


def _fresh(world: World, gate: Gate) -> Iterator[Tweak]:
    name = gate.value.split()[0]
    reading = getattr(world.snapshot, name, None)
    if reading is not None:
        after = reading.model_copy(update={"as_of": world.at})
        yield snapshot_changed(
            world, f"age of {name}", gate.value.removeprefix(f"{name} "), gate.limit, **{name: after}
        )


def _valid(world: World, gate: Gate) -> Iterator[Tweak]:
    yield snapshot_changed(world, "market data", gate.value, "no fault", faults=())


def _unblocked(world: World, gate: Gate) -> Iterator[Tweak]:
    if world.inputs.statistics is not None:
        after = world.inputs.statistics.model_copy(update={"is_disabled": False})
        yield inputs_changed(world, "strategy", gate.value, "enabled", statistics=after)


def _clock(world: World, gate: Gate) -> Iterator[Tweak]:
    if world.inputs.broker_clock is not None:
        after = world.inputs.broker_clock.model_copy(update={"now": world.at})
        yield inputs_changed(world, "difference of the clocks", gate.value, gate.limit, broker_clock=after)


def _money(world: World, gate: Gate) -> Iterator[Tweak]:
    asked = _DOLLARS.search(gate.limit)
    if asked is not None:
        yield inputs_changed(world, "buying power", gate.value, gate.limit, buying_power=Decimal(asked.group(1)))


def _capital(world: World, _gate: Gate) -> Iterator[Tweak]:
    was = world.config.capital
    for factor in MORE_CAPITAL:
        needed = was * factor
        changed = world.config.model_copy(update={"capital": needed})
        yield Tweak("capital", dollars(was), dollars(needed), factor - 1, world._replace(config=changed))


def _credit(world: World, gate: Gate) -> Iterator[Tweak]:
    """Raise what the first short leg brings by what the credit lacks."""
    rows = {row.option_symbol: row for row in unpacked(world.inputs.chain)}
    asked = re.search(r"\d+(?:\.\d+)?", gate.limit)
    legs = _shorts(world, rows)
    if asked is None or not legs:
        return
    was, needed = Decimal(gate.value), Decimal(asked.group())
    row = rows[legs[0]]
    if row.bid is None or row.ask is None:
        return
    rows[row.option_symbol] = replace(row, bid=row.bid + needed - was, ask=row.ask + needed - was)
    far = (needed - was) / was if was > 0 else Decimal(1)
    changed = world.inputs.model_copy(update={"chain": packed(rows.values())})
    yield Tweak("credit", f"{was}", f"{needed}", far, world._replace(inputs=changed))


def _shorts(world: World, rows: dict[str, OptionQuote]) -> tuple[str, ...]:
    regime = classify_snapshot(world.snapshot, world.config)
    if regime is None:
        return ()
    strategy = strategy_for(world.config.bot, regime.action, regime.trend, world.config.structure)
    legs = choose_legs(strategy, tuple(rows.values()), world.config.strategies[strategy]) if strategy else None
    return tuple(leg.option_symbol for leg in legs or () if leg.side is LegSide.SHORT)


def _narrower(world: World, gate: Gate) -> Iterator[Tweak]:
    symbol, share = gate.value.split()[0], world.config.liquidity.max_spread
    rows = {row.option_symbol: row for row in unpacked(world.inputs.chain)}
    row = rows.get(symbol)
    if row is None or row.mid is None or row.spread is None:
        return
    half = row.mid * share / 2
    rows[symbol] = replace(row, bid=row.mid - half, ask=row.mid + half)
    changed = world.inputs.model_copy(update={"chain": packed(rows.values())})
    far = 1 - 2 * half / row.spread
    yield Tweak(f"spread of {symbol}", f"{row.spread}", f"{2 * half:.2f}", far, world._replace(inputs=changed))


def _quoted_now(world: World, gate: Gate) -> Iterator[Tweak]:
    symbol = gate.value.split()[0]
    rows = {row.option_symbol: row for row in unpacked(world.inputs.chain)}
    if symbol in rows:
        rows[symbol] = replace(rows[symbol], as_of=world.at)
        age = gate.value.removeprefix(symbol).strip()
        yield inputs_changed(world, f"age of the quote of {symbol}", age, gate.limit, chain=packed(rows.values()))


_MAKERS: dict[DenialCode, Callable[[World, Gate], Iterator[Tweak]]] = {
    DenialCode.BREAKER: _state,
    DenialCode.BOT_DISABLED: _enabled,
    DenialCode.LOW_CONFIDENCE: _confidence,
    DenialCode.MAX_POSITIONS: _fewer,
    DenialCode.SLOT_TAKEN: _free_slot,
    DenialCode.COOLING_DOWN: _cooled,
    DenialCode.ORDER_RATE: _slower,
    DenialCode.OUTSIDE_ENTRY_WINDOW: _window,
    DenialCode.NOT_BREAKING_OUT: _breakout,
    DenialCode.STALE_SNAPSHOT: _fresh,
    DenialCode.INVALID_SNAPSHOT: _valid,
    DenialCode.STRATEGY_DISABLED: _unblocked,
    DenialCode.CLOCK_SKEW: _clock,
    DenialCode.INSUFFICIENT_MARGIN: _money,
    DenialCode.SIZE_ZERO: _capital,
    DenialCode.CREDIT_TOO_SMALL: _credit,
    DenialCode.ILLIQUID_LEG: _narrower,
    DenialCode.STALE_QUOTE: _quoted_now,
}
