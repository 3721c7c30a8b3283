"""All faults mixed: a state machine that deals them out between and inside the runs of the real functions."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, ClassVar, Final

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from infra.local.vendors.faults import FaultKind
from shared.domain.events import SnapshotCollected
from shared.domain.orders import TAG_PREFIX
from shared.domain.vocabulary import Bot, TradingState
from tests.faults.arena import ONE_LOOK, SELLER, Arena, Ground
from tests.faults.invariants import Evidence, cents_apart, every_fill_is_booked, evidence, same_legs
from tests.faults.tally import Tally
from tests.faults.wire import Trouble, Wire

_POST: Final = {"method": "POST", "path": "/orders$"}
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
CRASHED: Final = 360.0
STATES: Final = (*TradingState, "nonsense")
BOTS: Final = (SELLER, Bot.SOLOMON)
SAME_STRIKE: Final[Mapping[str, Any]] = {**ONE_LOOK, "actions": ["SELL_PREMIUM"], "capital": 60_000}
"""The second bot sells the very same spread in the same account: the broker merges the legs."""
DOCUMENTS: Final[tuple[Mapping[str, Any], ...]] = (
    ONE_LOOK,
    {**ONE_LOOK, "enabled": False},
    {**ONE_LOOK, "underlyings": ["QQQ"], "gamma_thresholds": {"QQQ": {}}},
    {**ONE_LOOK, "caps": {"open_risk": "0.02", "max_position": "0.02"}},
    {**ONE_LOOK, "strategies": {"BULL_PUT_SPREAD": {"profit_target": "0.1", "stop_loss": "0.2"}}},
    {**ONE_LOOK, "walk": {"cancel_after_seconds": 20}},
)


class FaultMachine(RuleBasedStateMachine):
    """One example: a few minutes of trading with everything going wrong, then peace, then the reckoning."""

    ground: ClassVar[Ground]
    wire: ClassVar[Wire]
    tally: ClassVar[Tally]

    @initialize()
    def morning(self) -> None:
        self.wire.clear()
        self.arena = Arena(self.ground, bots=BOTS)
        self.arena.configure(Bot.SOLOMON, SAME_STRIKE)
        self.news: list[SnapshotCollected] = []
        self.called = 0
        self.arena.monitor()

    # What is meant to happen.

    @rule(bot=st.sampled_from(BOTS), times=st.integers(1, 3), seconds=st.sampled_from((1, 20, 61)))
    def signal(self, bot: Bot, times: int, seconds: int) -> None:
        self.arena.later(seconds)
        self.news.append(self.arena.signal())
        for _ in range(times):
            self._called(lambda: self.arena.trade(self.news[-1], bot))

    @precondition(lambda self: self.news)
    @rule(bot=st.sampled_from(BOTS), which=st.integers(0, 5))
    def deliver_again(self, bot: Bot, which: int) -> None:
        self._called(lambda: self.arena.trade(self.news[which % len(self.news)], bot))

    @rule(seconds=st.sampled_from((1, 5, 10, 31, 61, 95)))
    def watch(self, seconds: int) -> None:
        self.arena.later(seconds)
        self._called(self.arena.monitor)

    @rule(level=st.sampled_from(LEVELS))
    def move(self, level: float) -> None:
        self.arena.later(1).move(level)

    # What goes wrong.

    @rule(fault=st.sampled_from(BROKER_FAULTS))
    def broker_fault(self, fault: tuple[FaultKind, Mapping[str, Any]]) -> None:
        kind, scope = fault
        self.arena.inject(kind, **scope)

    @rule(kind=st.sampled_from(Trouble), times=st.sampled_from((1, 2, 4)), skip=st.integers(0, 6))
    def store_fault(self, kind: Trouble, times: int, skip: int) -> None:
        self.arena.faults_injected += 1
        self.wire.trouble(kind, times, skip)

    @rule(call=st.integers(0, 20))
    def crash(self, call: int) -> None:
        self.arena.faults_injected += 1
        self.arena.trail.restart(crash_at=call)

    @rule(state=st.sampled_from(STATES))
    def flip(self, state: TradingState | str) -> None:
        self.arena.faults_injected += 1
        self.arena.switch(state)

    @rule(state=st.sampled_from(STATES), call=st.sampled_from(("book.commit", "parameters.state", "broker.submit")))
    def flip_meanwhile(self, state: TradingState | str, call: str) -> None:
        self.arena.faults_injected += 1
        self.arena.trail.just_before(call, lambda: self.arena.switch(state))

    @rule()
    def switch_unreadable(self) -> None:
        self.arena.faults_injected += 1
        self.arena.parameters.is_down = not self.arena.parameters.is_down

    @rule()
    def alerts_down(self) -> None:
        self.arena.faults_injected += 1
        self.arena.outbox.is_down = not self.arena.outbox.is_down

    @rule(document=st.sampled_from(DOCUMENTS))
    def configure(self, document: Mapping[str, Any]) -> None:
        self.arena.faults_injected += 1
        self.arena.configure(SELLER, document)

    @rule()
    def heal(self) -> None:
        self.arena.heal()
        self.wire.clear()
        self.arena.switch(TradingState.ACTIVE)
        self.arena.parameters.is_down = self.arena.outbox.is_down = False

    # What must be true.

    def _called(self, function: Any) -> None:
        self.called += 1
        function()
        self.arena.verify()

    def teardown(self) -> None:
        if not hasattr(self, "arena"):
            return
        self.wire.clear()
        self.arena.configure(SELLER, ONE_LOOK)
        self.arena.switch(TradingState.ACTIVE)
        self.arena.heal()
        self._count_faults()
        try:
            self.arena.rest()
            self.arena.move(CRASHED)
            seen = self.arena.rest()
            assert not seen.open_positions, seen.open_positions
            assert not seen.holdings, seen.holdings
        finally:
            self._count(evidence(self.arena))

    def _count_faults(self) -> None:
        tally = self.tally
        tally.examples += 1
        tally.faults_injected += self.arena.faults_injected
        tally.crashes += self.arena.crashes
        tally.functions_called += self.called

    def _count(self, seen: Evidence) -> None:
        tally = self.tally
        tags = Counter(order["tag"] for order in seen.orders if (order["tag"] or "").startswith(TAG_PREFIX))
        tally.orders_sent += sum(tags.values())
        tally.duplicate_orders += sum(count - 1 for count in tags.values())
        tally.trades_closed += len(seen.trades)
        tally.invariants_checked += self.arena.checks
        tally.lost_or_orphaned_positions += len(list(same_legs(seen)))
        tally.fills_unbooked_or_double += sum(1 for one in every_fill_is_booked(seen) if "cents" not in one)
        tally.cents_apart += abs(cents_apart(seen))
