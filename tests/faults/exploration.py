"""The model of the order protocol explored to its last world, with the first way into each accident."""

from dataclasses import dataclass, replace
from enum import Enum, auto

from tests.faults.model import LAST_TICK, Move, Policy, State, Step, Worker, World, moves

Path = tuple[str, ...]


class Accident(Enum):
    """What must not happen."""

    TWO_LIVE_ORDERS = auto()
    ORDER_NOBODY_KNOWS = auto()


@dataclass(frozen=True, slots=True)
class Verdict:
    """How many worlds were seen, and the first way found into two live orders, or into a book that is wrong."""

    worlds: int
    doubled: Path | None
    wrong: Path | None

    def way_into(self, accident: Accident) -> Path | None:
        """Return the way into an accident, if there is one."""
        return self.doubled if accident is Accident.TWO_LIVE_ORDERS else self.wrong


@dataclass(frozen=True, slots=True)
class _Way:
    """How a world was reached."""

    name: str
    before: "_Way | None"

    def path(self) -> Path:
        names, way = [], self
        while way.before is not None:
            names.append(way.name)
            way = way.before
        return tuple(reversed(names))


def explore(policy: Policy, *, until: Accident | None = None) -> Verdict:
    """Visit every world that can be reached; with ``until`` only up to the first accident of that kind."""
    first = World(0, None, (), (Worker(Step.NEW, 0),) * 3, (), (), None)
    ways = {first: _Way("", None)}
    waiting = [first]
    verdict = Verdict(0, None, None)
    while waiting and (until is None or verdict.way_into(until) is None):
        world = waiting.pop()
        ahead = list(moves(world, policy))
        if len(world.orders) > 1 and verdict.doubled is None:
            verdict = replace(verdict, doubled=ways[world].path())
        if verdict.wrong is None and policy.writes_intent_first and _is_over(world, ahead) and _is_wrong(world, policy):
            verdict = replace(verdict, wrong=ways[world].path())
        for name, following in ahead:
            if following not in ways:
                ways[following] = _Way(name, ways[world])
                waiting.append(following)
    return replace(verdict, worlds=len(ways))


def _is_over(world: World, ahead: list[Move]) -> bool:
    """Tell whether nothing can happen any more: no time, nobody at work, nothing to reconcile."""
    return world.tick == LAST_TICK and not world.flight and not ahead


def _is_wrong(world: World, policy: Policy) -> bool:
    """Tell whether the broker has an order that the book does not count as live and will not look for again."""
    for order in world.orders:
        intent = world.intents[order.intent]
        waited_for = intent.state in (State.SUBMITTING, State.UNKNOWN) and intent.lease + policy.quiet >= LAST_TICK
        if intent.state is not State.WORKING and not waited_for:
            return True
    return False
