"""All faults mixed: a state machine that deals them out between and inside the runs of the real functions."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Final, NamedTuple

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from infra.local.vendors.faults import FaultKind
from shared.domain.events import SnapshotCollected
from shared.domain.orders import TAG_PREFIX
from shared.domain.vocabulary import Bot, TradingState
from tests.faults.arena import Arena
from tests.faults.documents import ONE_LOOK, SAME_STRIKE, SELLER, TWIN
from tests.faults.ground import Ground, Moment
from tests.faults.invariants import Evidence, cents_apart, every_fill_is_booked, evidence, same_legs
from tests.faults.tally import Tally
from tests.faults.wire import Trouble, Wire

_POST: Final = {"method": "POST", "path": "/orders$", "preview": False}
_PREVIEW: Final = {"method": "POST", "path": "/orders$", "preview": True}
_LIST: Final = {"method": "GET", "path": "/orders$"}
_ONE: Final = {"method": "GET", "path": r"/orders/\d+$"}
_READ: Final = {"method": "GET", "path": "/accounts/"}
BROKER_FAULTS: Final[tuple[tuple[FaultKind, Mapping[str, Any]], ...]] = (
    (FaultKind.LOST_RESPONSE, _POST),
    (FaultKind.CONNECTION_CUT, _POST),
    (FaultKind.ERROR_AFTER, _POST),
    (FaultKind.ERROR_BEFORE, _POST | {"status": 500}),
    (FaultKind.ERROR_BEFORE, _POST | {"status": 502}),
    (FaultKind.RATE_LIMITED, _POST),
    (FaultKind.HTML_PAGE, _POST),
    (FaultKind.HTML_PAGE, _POST | {"accepted": True}),
    (FaultKind.EMPTY_BODY, _POST | {"accepted": True}),
    (FaultKind.GARBAGE, _POST),
    (FaultKind.NO_ID, _POST),
    (FaultKind.RISK_REFUSAL, _POST | {"codes": ["InitialMargin"]}),
    (FaultKind.LOST_RESPONSE, _PREVIEW),
    (FaultKind.ERROR_BEFORE, _PREVIEW | {"status": 500}),
    (FaultKind.RISK_REFUSAL, _PREVIEW | {"codes": ["DayTradingBuyingPowerExceeded"]}),
    (FaultKind.LATE_REJECTION, {"seconds": 3, "reason": "too late"}),
    (FaultKind.HIDDEN_ORDER, {"seconds": 30}),
    (FaultKind.FILLED_WITHOUT_PRICES, {"seconds": 20, "reads": 2}),
    (FaultKind.LAGGING_STATUS, {"seconds": 20, "reads": 2}),
    (FaultKind.PARTIAL_FILL, {"contracts": 3}),
    (FaultKind.PARTIAL_FILL, {"contracts": 2, "seconds": 45}),
    (FaultKind.NO_FILL, {}),
    (FaultKind.FILL_ON_CANCEL, {}),
    (FaultKind.FILL_ON_CANCEL, {"contracts": 3}),
    (FaultKind.FILL_ON_REPLACE, {}),
    (FaultKind.SLOW_CANCEL, {"seconds": 40}),
    (FaultKind.EMPTY_ORDER_LIST, {}),
    (FaultKind.ERROR_BEFORE, _LIST | {"status": 500, "count": 3}),
    (FaultKind.GARBAGE, _ONE | {"count": 3}),
    (FaultKind.POSITIONS_ERROR, {"count": 3}),
    (FaultKind.LOST_RESPONSE, {"method": "PUT"}),
    (FaultKind.ERROR_BEFORE, {"method": "PUT", "status": 500}),
    (FaultKind.LOST_RESPONSE, {"method": "DELETE"}),
    (FaultKind.ERROR_BEFORE, {"method": "DELETE", "status": 500}),
    (FaultKind.QUOTE_MISSING, {"count": 2}),
    (FaultKind.QUOTE_CROSSED, {"count": 2}),
    (FaultKind.QUOTE_ZERO, {"count": 2}),
    (FaultKind.QUOTE_NAN, {"count": 2}),
    (FaultKind.QUOTE_STALE, {"count": 2}),
    (FaultKind.QUOTE_WRONG_SYMBOL, {"count": 2}),
)
LEVELS: Final = (360.0, 385.0, 396.0, 400.0, 404.0, 430.0)
PANIC: Final = 320.0
"""Below every strike that was ever sold: every stop is hit."""
STATES: Final = (*TradingState, "nonsense")
BOTS: Final = (SELLER, TWIN)
DOCUMENTS: Final[tuple[Mapping[str, Any], ...]] = (
    ONE_LOOK,
    {**ONE_LOOK, "enabled": False},
    {**ONE_LOOK, "underlyings": ["QQQ"], "gamma_thresholds": {"QQQ": {}}},
    {**ONE_LOOK, "caps": {"open_risk": "0.02", "max_position": "0.02"}},
    {**ONE_LOOK, "strategies": {"BULL_PUT_SPREAD": {"profit_target": "0.1", "stop_loss": "0.2"}}},
    {**ONE_LOOK, "walk": {"cancel_after_seconds": 20}},
)
BEGINNINGS: Final = ("nothing open", "an entry working", "a spread open")
CALLS: Final = ("book.commit", "parameters.state", "broker.submit", "broker.cancel", "broker.modify")


class Fault(NamedTuple):
    """One thing that goes wrong, by name, so that an example can be read."""

    name: str
    strike: Callable[[Arena, Wire], object]

    def __repr__(self) -> str:
        return self.name

    def __call__(self, arena: Arena, wire: Wire) -> None:
        self.strike(arena, wire)


def _at_the_broker(kind: FaultKind, scope: Mapping[str, Any]) -> Fault:
    return Fault(f"{kind} {dict(scope)}", lambda arena, _: arena.inject(kind, **scope))


def _at_the_store(kind: Trouble, times: int, skip: int) -> Fault:
    return Fault(f"store {kind.name} x{times} after {skip}", lambda _, wire: wire.trouble(kind, times, skip))


def _crash(call: int) -> Fault:
    return Fault(f"crash before call {call}", lambda arena, _: arena.trail.restart(crash_at=call))


def _flip(state: TradingState | str, call: str) -> Fault:
    name = f"{state} just before {call}"
    return Fault(name, lambda arena, _: arena.trail.just_before(call, lambda: arena.switch(state)))


def _switch_unreadable(arena: Arena, _: Wire) -> None:
    arena.parameters.is_down = True


def _alerts_down(arena: Arena, _: Wire) -> None:
    arena.outbox.is_down = True


FAULT: Final = st.one_of(
    st.sampled_from([_at_the_broker(kind, scope) for kind, scope in BROKER_FAULTS]),
    st.builds(_at_the_store, st.sampled_from(Trouble), st.sampled_from((1, 2, 4)), st.integers(0, 6)),
    st.builds(_crash, st.integers(0, 24)),
    st.builds(_flip, st.sampled_from(STATES), st.sampled_from(CALLS)),
    st.sampled_from([Fault("switch unreadable", _switch_unreadable), Fault("alerts down", _alerts_down)]),
)
TROUBLES: Final = st.lists(FAULT, max_size=2)


class FaultMachine(RuleBasedStateMachine):
    """One example: a few minutes of trading with everything going wrong, then peace, then the reckoning."""

    ground: ClassVar[Ground]
    wire: ClassVar[Wire]
    tally: ClassVar[Tally]
    mornings: ClassVar[dict[str, tuple[Moment, list[SnapshotCollected]]]]

    @initialize(begin=st.sampled_from(BEGINNINGS))
    def morning(self, begin: str) -> None:
        self.wire.clear()
        self.called = 0
        self.news: list[SnapshotCollected] = []
        if begin not in self.mornings:
            self.mornings[begin] = self._lived(begin), self.news
        moment, news = self.mornings[begin]
        self.news = list(news)
        self._start(moment)

    def _lived(self, begin: str) -> Moment:
        """Live through a beginning without faults; all examples that begin so start where it ended."""
        self._start(None)
        self.news = []
        self.arena.monitor()
        if begin != "nothing open":
            self.deliver(SELLER, 1, 1, [])
        if begin == "a spread open":
            self.watch(10, [])
        return self.arena.moment()

    def _start(self, moment: Moment | None) -> None:
        self.arena = Arena(self.ground, bots=BOTS, since=moment)
        self.arena.configure(TWIN, SAME_STRIKE)

    # What is meant to happen, each under faults.

    @rule(bot=st.sampled_from(BOTS), times=st.integers(1, 3), seconds=st.sampled_from((1, 20, 61)), wrong=TROUBLES)
    def deliver(self, bot: Bot, times: int, seconds: int, wrong: list[Fault]) -> None:
        self.arena.later(seconds)
        self.news.append(self.arena.signal())
        self._go_wrong(wrong)
        for _ in range(times):
            self._called(lambda: self.arena.trade(self.news[-1], bot))

    @precondition(lambda self: self.news)
    @rule(bot=st.sampled_from(BOTS), which=st.integers(0, 5), wrong=TROUBLES)
    def deliver_again(self, bot: Bot, which: int, wrong: list[Fault]) -> None:
        self._go_wrong(wrong)
        self._called(lambda: self.arena.trade(self.news[which % len(self.news)], bot))

    @rule(seconds=st.sampled_from((1, 10, 31, 61, 95)), wrong=TROUBLES)
    def watch(self, seconds: int, wrong: list[Fault]) -> None:
        self.arena.later(seconds)
        self._go_wrong(wrong)
        self._called(self.arena.monitor)

    @rule(level=st.sampled_from(LEVELS), wrong=TROUBLES)
    def watch_a_moved_market(self, level: float, wrong: list[Fault]) -> None:
        self.arena.later(30).move(level)
        self._go_wrong(wrong)
        self._called(self.arena.monitor)

    # What goes wrong.

    def _go_wrong(self, faults: list[Fault]) -> None:
        for fault in faults:
            self.arena.faults_injected += 1
            fault(self.arena, self.wire)

    @rule(state=st.sampled_from(STATES))
    def flip(self, state: TradingState | str) -> None:
        self.arena.faults_injected += 1
        self.arena.switch(state)

    @rule(document=st.sampled_from(DOCUMENTS))
    def configure(self, document: Mapping[str, Any]) -> None:
        self.arena.faults_injected += 1
        self.arena.configure(SELLER, document)

    @rule()
    def peace(self) -> None:
        self._heal()
        self.arena.switch(TradingState.ACTIVE)

    def _heal(self) -> None:
        self.arena.heal()
        self.wire.clear()
        self.arena.parameters.is_down = self.arena.outbox.is_down = False

    # What must be true.

    def _called(self, function: Callable[[], object]) -> None:
        self.called += 1
        function()
        self.arena.verify()

    def teardown(self) -> None:
        if not hasattr(self, "arena"):
            return
        self._heal()
        self.arena.calm()
        self.arena.act("release")
        self.arena.configure(SELLER, ONE_LOOK)
        self.arena.switch(TradingState.ACTIVE)
        self.arena.minutes(1)
        self.arena.move(PANIC)
        try:
            seen = self.arena.rest()
        except AssertionError:
            self._count(evidence(self.arena))
            raise
        self._count(seen)
        assert not seen.open_positions, seen.open_positions
        assert not seen.holdings, seen.holdings

    def _count(self, seen: Evidence) -> None:
        tally, arena = self.tally, self.arena
        tags = Counter(order["tag"] for order in seen.orders if (order["tag"] or "").startswith(TAG_PREFIX))
        tally.examples += 1
        tally.faults_injected += arena.faults_injected
        tally.crashes += arena.crashes
        tally.functions_called += self.called
        tally.invariants_checked += arena.checks
        tally.orders_sent += sum(tags.values())
        tally.trades_closed += len(seen.trades)
        tally.duplicate_orders += sum(count - 1 for count in tags.values())
        tally.lost_or_orphaned_positions += len(list(same_legs(seen)))
        tally.fills_unbooked_or_double += sum(1 for one in every_fill_is_booked(seen) if "cents" not in one)
        tally.cents_apart += abs(cents_apart(seen))
