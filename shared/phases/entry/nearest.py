"""What is the nearest change that would have traded? Each is found by deciding again with it, never guessed."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import combinations
from typing import NamedTuple

from shared.domain.config import BotConfig
from shared.domain.decisions import Decision, DecisionKind
from shared.domain.market import Snapshot
from shared.domain.vocabulary import Strategy
from shared.phases.entry.inputs import decide, setting_of, sought_of
from shared.phases.entry.look import look
from shared.phases.entry.tweaks import Tweak, World, market_tweaks, own_tweaks
from shared.phases.regime import classify_snapshot


class Changed(NamedTuple):
    """One input: what it was, and what it would have had to be."""

    what: str
    was: str
    needed: str


class Alternative(NamedTuple):
    """Changes that together would have traded.

    ``snapshots`` is for how many snapshots in a row they would have had to hold. ``is_certain`` tells whether the
    order itself was decided on the stored chain; otherwise only that legs of this strategy would have been sought,
    because no chain was read at that minute.
    """

    changes: tuple[Changed, ...]
    strategy: Strategy
    snapshots: int
    is_certain: bool
    distance: Decimal


class _Answer(NamedTuple):
    strategy: Strategy
    snapshots: int
    is_certain: bool


def nearest(config: BotConfig, snapshot: Snapshot, stored: Decision) -> tuple[Alternative, ...]:
    """Return the single changes that would have traded, nearest first; pairs where no single one would.

    Near means: first what leads to an order for certain, then by the relative size of the change, in which what a
    person can set has none. Empty when nothing of one or two changes suffices, or when no inputs are kept.
    """
    if stored.inputs is None:
        return ()
    world = World(config, snapshot, stored.inputs, stored.at)
    alone = _answer(world, stored.strategy)
    if alone is not None:
        waited = Alternative((), alone.strategy, alone.snapshots, alone.is_certain, Decimal(0))
        return (waited,)
    tweaks = tuple(_tweaks(world, stored))
    singles = [found for tweak in tweaks if (found := _found((tweak,), tweak.world, stored.strategy)) is not None]
    if singles:
        return _shortest(singles)
    return _shortest(_pairs(stored, tweaks))


def _tweaks(world: World, stored: Decision) -> Iterator[Tweak]:
    yield from market_tweaks(world)
    for gate in stored.why:
        if not gate.passed:
            yield from own_tweaks(world, gate)


def _pairs(stored: Decision, tweaks: tuple[Tweak, ...]) -> Iterator[Alternative]:
    for first, second in combinations(tweaks, 2):
        if first.what == second.what:
            continue
        for again in _tweaks(first.world, stored):
            if (again.what, again.needed) != (second.what, second.needed):
                continue
            found = _found((first, second), again.world, stored.strategy)
            if found is not None:
                yield found
            break


def _found(tweaks: tuple[Tweak, ...], world: World, known: Strategy | None) -> Alternative | None:
    answer = _answer(world, known)
    if answer is None:
        return None
    return Alternative(
        tuple(Changed(one.what, one.was, one.needed) for one in tweaks),
        answer.strategy,
        answer.snapshots,
        answer.is_certain,
        sum((one.distance for one in tweaks), Decimal(0)),
    )


def _shortest(found: Iterator[Alternative] | list[Alternative]) -> tuple[Alternative, ...]:
    """Order, and keep of each set of inputs the nearest."""
    kept: dict[tuple[str, ...], Alternative] = {}
    for one in sorted(found, key=lambda each: (not each.is_certain, each.distance, each.snapshots)):
        kept.setdefault((*(change.what for change in one.changes), one.strategy), one)
    return tuple(kept.values())


def _answer(world: World, known: Strategy | None) -> _Answer | None:
    """Tell what this world would trade: at once, or if it held for the confirmations that the rails ask."""
    for snapshots in dict.fromkeys((1, world.config.rails.confirmations)):
        held = world if snapshots == 1 else _confirmed(world)
        answer = _decided(held, known)
        if answer is not None:
            strategy, is_certain = answer
            return _Answer(strategy, snapshots, is_certain)
    return None


def _confirmed(world: World) -> World:
    regime = classify_snapshot(world.snapshot, world.config)
    if regime is None:
        return world
    recent = (regime.action,) * world.config.rails.confirmations
    return world._replace(inputs=world.inputs.model_copy(update={"recent_actions": recent}))


def _decided(world: World, known: Strategy | None) -> tuple[Strategy, bool] | None:
    """Return the strategy and whether its order was decided too; None when it would not trade."""
    setting, last = setting_of(world.config, world.snapshot, world.at, world.inputs)
    seen = look(setting, world.snapshot, last)
    if seen.strategy is None:
        return None
    if seen.strategy is not known or world.inputs.buying_power is None:
        return seen.strategy, False
    again = decide(setting, world.snapshot, last, sought_of(world.inputs))
    return (seen.strategy, True) if again.kind is DecisionKind.ENTRY else None
