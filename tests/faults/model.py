"""The order protocol as a small model, explored exhaustively: every interleaving, every crash, every answer.

One slot; three deliveries of signals (duplicates, or the next ones); time moves only by a tick of its own. A worker
writes an intent down, claims it with a lease, sends once and notes the answer. The broker acknowledges, refuses,
accepts and loses the reply, never hears of it, or accepts one or two ticks late, and shows an order in its list up to
a tick after it took it. The reconciler reads the list and acts on what it read, at two different moments.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final, NamedTuple

LAST_TICK: Final = 7
LATEST_ARRIVALS: Final = (1, 2)
MOST_INTENTS: Final = 2


class Step(Enum):
    """Where a worker stands."""

    NEW = auto()
    PLANNED = auto()
    CLAIMED = auto()
    ACKNOWLEDGED = auto()
    UNANSWERED = auto()
    REFUSED = auto()
    GONE = auto()


class State(Enum):
    """Where an intent stands."""

    PLANNED = auto()
    SUBMITTING = auto()
    WORKING = auto()
    UNKNOWN = auto()
    REJECTED = auto()
    ABANDONED = auto()


@dataclass(frozen=True, slots=True)
class Policy:
    """The protocol, and each way of breaking it."""

    quiet: int = 1
    lease: int = 1
    writes_intent_first: bool = True
    keeps_deadline: bool = True
    sends_again: bool = False
    silence_means_failed: bool = False


class Intent(NamedTuple):
    state: State
    lease: int


class Worker(NamedTuple):
    step: Step
    intent: int


class Order(NamedTuple):
    """An order at the broker: of which intent, and from which tick its list shows it."""

    intent: int
    shown_at: int


class Read(NamedTuple):
    """What the reconciler read, before it acts on it."""

    intent: int
    was_found: bool
    at: int


class World(NamedTuple):
    """Everything at one moment; ``flight`` are orders that will arrive, with their tick."""

    tick: int
    slot: int | None
    intents: tuple[Intent, ...]
    workers: tuple[Worker, ...]
    orders: tuple[Order, ...]
    flight: tuple[Order, ...]
    read: Read | None

    def with_worker(self, number: int, step: Step, intent: int) -> "World":
        workers = list(self.workers)
        workers[number] = Worker(step, intent)
        return self._replace(workers=tuple(workers))

    def with_intent(self, number: int, state: State, lease: int | None = None) -> "World":
        intents = list(self.intents)
        intents[number] = Intent(state, intents[number].lease if lease is None else lease)
        return self._replace(intents=tuple(intents))

    def with_order(self, intent: int, shown_at: int) -> "World":
        return self._replace(orders=tuple(sorted((*self.orders, Order(intent, shown_at)))))

    def with_flight(self, intent: int, arrives_at: int) -> "World":
        return self._replace(flight=tuple(sorted((*self.flight, Order(intent, arrives_at)))))


Move = tuple[str, World]

NOTED: Final = {Step.ACKNOWLEDGED: State.WORKING, Step.UNANSWERED: State.UNKNOWN, Step.REFUSED: State.REJECTED}


def moves(world: World, policy: Policy) -> Iterator[Move]:
    """Yield everything that can happen next, with its name."""
    if world.tick < LAST_TICK:
        yield "tick", _tick(world)
    for number, worker in enumerate(world.workers):
        if worker.step is Step.GONE or _is_twin(world, number):
            continue
        yield f"crash {number}", world.with_worker(number, Step.GONE, worker.intent)
        yield from _worker(world, policy, number, worker)
    if policy.writes_intent_first:
        yield from _reconciler(world, policy)


def _tick(world: World) -> World:
    waiting = tuple(one for one in world.flight if one.shown_at > world.tick + 1)
    later = world._replace(tick=world.tick + 1, flight=waiting)
    for arrived in world.flight:
        if arrived.shown_at <= later.tick:
            later = later.with_order(arrived.intent, later.tick)
    return later


def _is_twin(world: World, number: int) -> bool:
    """Tell whether an earlier worker that has done nothing yet could do the same: one of two twins is enough."""
    fresh = world.workers[number].step is Step.NEW
    return fresh and number > 0 and world.workers[number - 1].step is Step.NEW


def _worker(world: World, policy: Policy, number: int, worker: Worker) -> Iterator[Move]:
    match worker.step:
        case Step.NEW if policy.writes_intent_first:
            yield _plan(world, number)
        case Step.NEW:
            yield from _look_and_send(world, number)
        case Step.PLANNED:
            yield _claim(world, policy, number, worker.intent)
        case Step.CLAIMED if policy.writes_intent_first:
            yield from _send(world, policy, number, worker.intent)
        case Step.CLAIMED:
            yield from _send_unwritten(world, number)
        case Step.ACKNOWLEDGED if not policy.writes_intent_first:
            yield f"write {number}", world.with_worker(number, Step.GONE, 0)._replace(slot=0)
        case Step.ACKNOWLEDGED | Step.UNANSWERED | Step.REFUSED:
            yield _note(world, number, worker)
        case Step.GONE:
            pass


def _plan(world: World, number: int) -> Move:
    if world.slot is not None or len(world.intents) == MOST_INTENTS:
        return f"slot taken {number}", world.with_worker(number, Step.GONE, -1)
    intent = len(world.intents)
    planned = world._replace(slot=intent, intents=(*world.intents, Intent(State.PLANNED, 0)))
    return f"plan {number}", planned.with_worker(number, Step.PLANNED, intent)


def _claim(world: World, policy: Policy, number: int, intent: int) -> Move:
    if world.intents[intent].state is not State.PLANNED:
        return f"claim lost {number}", world.with_worker(number, Step.GONE, intent)
    claimed = world.with_intent(intent, State.SUBMITTING, world.tick + policy.lease)
    return f"claim {number}", claimed.with_worker(number, Step.CLAIMED, intent)


def _send(world: World, policy: Policy, number: int, intent: int) -> Iterator[Move]:
    if policy.keeps_deadline and world.tick > world.intents[intent].lease:
        yield f"too late {number}", world.with_worker(number, Step.GONE, intent)
        return
    taken = world.with_order(intent, world.tick + 1)
    yield f"acknowledged {number}", taken.with_worker(number, Step.ACKNOWLEDGED, intent)
    yield f"refused {number}", world.with_worker(number, Step.REFUSED, intent)
    if policy.sends_again:
        if len(world.orders) < MOST_INTENTS:
            yield f"accepted, reply lost, sent again {number}", taken
        return
    silence = Step.REFUSED if policy.silence_means_failed else Step.UNANSWERED
    yield f"accepted, reply lost {number}", taken.with_worker(number, silence, intent)
    yield f"lost {number}", world.with_worker(number, silence, intent)
    for delay in LATEST_ARRIVALS:
        late = world.with_flight(intent, world.tick + delay)
        yield f"accepted {delay} late {number}", late.with_worker(number, silence, intent)


def _note(world: World, number: int, worker: Worker) -> Move:
    if world.intents[worker.intent].state is not State.SUBMITTING:
        return f"note lost {number}", world.with_worker(number, Step.GONE, worker.intent)
    noted = world.with_intent(worker.intent, NOTED[worker.step]).with_worker(number, Step.GONE, worker.intent)
    name = f"note {NOTED[worker.step].name} {number}"
    return name, noted._replace(slot=None) if worker.step is Step.REFUSED else noted


def _look_and_send(world: World, number: int) -> Iterator[Move]:
    """The code as the workflow prints it: look whether a position is known, send, write it down afterwards."""
    if world.slot is None:
        yield f"no position seen {number}", world.with_worker(number, Step.CLAIMED, 0)
    else:
        yield f"position seen {number}", world.with_worker(number, Step.GONE, 0)


def _send_unwritten(world: World, number: int) -> Iterator[Move]:
    sent = world._replace(orders=(*world.orders, Order(0, world.tick)))
    yield f"acknowledged {number}", sent.with_worker(number, Step.ACKNOWLEDGED, 0)
    yield f"accepted, reply lost {number}", sent.with_worker(number, Step.GONE, 0)


def _reconciler(world: World, policy: Policy) -> Iterator[Move]:
    if world.read is not None:
        yield _act(world, policy, world.read)
        return
    for number, intent in enumerate(world.intents):
        over = world.tick > intent.lease
        if intent.state in (State.SUBMITTING, State.UNKNOWN) and over:
            found = any(order.intent == number and order.shown_at <= world.tick for order in world.orders)
            yield f"read {number}", world._replace(read=Read(number, found, world.tick))
        if intent.state is State.PLANNED and world.tick > intent.lease + policy.quiet:
            yield f"give up {number}", world.with_intent(number, State.ABANDONED)._replace(slot=None)


def _act(world: World, policy: Policy, read: Read) -> Move:
    intent, done = world.intents[read.intent], world._replace(read=None)
    if intent.state not in (State.SUBMITTING, State.UNKNOWN):
        return f"nothing to do {read.intent}", done
    if read.was_found:
        return f"adopt {read.intent}", done.with_intent(read.intent, State.WORKING)
    if read.at > intent.lease + policy.quiet:
        return f"give up {read.intent}", done.with_intent(read.intent, State.ABANDONED)._replace(slot=None)
    return f"wait {read.intent}", done
