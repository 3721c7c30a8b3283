"""Decide each snapshot once, and send what was decided."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from shared.desk import Desk
from shared.domain import messages
from shared.domain.book import AdvanceLast, Change, LiveState, RecordDecision, RepeatDecision
from shared.domain.config import BotConfig
from shared.domain.decisions import Decision, DenialCode, Gate, LastDecided
from shared.domain.errors import ConflictError, FeedError, InvalidConfigurationError
from shared.domain.events import TradeRequest
from shared.domain.greeks import with_sound_greeks
from shared.domain.market import Snapshot
from shared.domain.ports import (
    Alerts,
    Book,
    Broker,
    Chains,
    Clock,
    Configurations,
    MarketClock,
    Parameters,
    Snapshots,
    TradeHistory,
    Trips,
)
from shared.domain.sessions import is_open, new_york_date
from shared.domain.vocabulary import Strategy, TradingMode, TradingState, stricter
from shared.phases.entry import (
    Account,
    Look,
    Proposal,
    Sought,
    chain_refusals,
    decision_of,
    expiration_for,
    inputs_of,
    look,
    propose,
    remembered,
)
from shared.phases.execution import protocol
from shared.phases.execution.denials import Setting


@dataclass(frozen=True, slots=True)
class Trade:
    """The order of work from a snapshot to an order.

    ``parameters`` opens the configuration and the switch afresh; ``broker`` and ``desk`` are chosen by mode.
    """

    parameters: Callable[[], Parameters]
    book: Book
    configurations: Configurations
    snapshots: Snapshots
    chains: Chains
    market_clock: MarketClock
    history: TradeHistory
    trips: Trips
    broker: Callable[[BotConfig, TradingMode], Broker]
    desk: Callable[[BotConfig, TradingMode], Desk]
    alerts: Alerts
    clock: Clock

    def run(self, request: TradeRequest) -> tuple[Decision, ...]:
        """Decide the newest undecided snapshot of each of the bot's underlyings; a repeat decides nothing."""
        if not is_open(self.clock.now()):
            return ()
        parameters = self.parameters()
        try:
            config = parameters.bot(request.bot)
        except InvalidConfigurationError as problem:
            self.alerts.send(messages.invalid_configuration(request.bot, str(problem), self.clock.now()))
            return ()
        if request.snapshot is not None and request.snapshot.underlying not in config.underlyings:
            return ()
        self.configurations.keep(config)
        live = self.book.live(request.bot)
        decided = [
            self._decide(config, live, parameters.state(), snapshot)
            for snapshot in self._undecided(config, live, request)
        ]
        return tuple(decision for decision in decided if decision is not None)

    def _undecided(self, config: BotConfig, live: LiveState, request: TradeRequest) -> tuple[Snapshot, ...]:
        found = []
        for underlying in config.underlyings:
            last = live.last_of(underlying)
            if request.snapshot is not None and request.snapshot.underlying != underlying:
                continue
            at = request.snapshot.snapshot_at if request.snapshot else None
            if at is not None and last is not None and last.snapshot_at >= at:
                continue
            snapshot = self.snapshots.get(underlying, at) if at else self.snapshots.latest(underlying)
            if snapshot is not None and (last is None or snapshot.at > last.snapshot_at):
                found.append(snapshot)
        return tuple(found)

    def _decide(self, config: BotConfig, live: LiveState, switch: TradingState, snapshot: Snapshot) -> Decision | None:
        last = live.last_of(snapshot.underlying)
        setting = Setting(config, live, switch, self.clock.now())
        seen = look(setting, snapshot, last)
        if seen.strategy is not None:
            setting = setting._replace(state=self._effective(config, switch))
            seen = look(setting, snapshot, last)
        if seen.strategy is None:
            return self._stay_out(_Case(setting, snapshot, seen, last, Sought()), None)
        sought = self._chain(setting, snapshot, seen.strategy)
        refused = chain_refusals(setting, seen.strategy, sought)
        if refused:
            return self._stay_out(_Case(setting, snapshot, seen, last, sought), None, refused)
        account = self._account(config)
        sought = sought._replace(stored=self.history.statistics(config.mode, seen.strategy), account=account)
        proposal = propose(setting, snapshot, seen, sought.chain, sought.stored, account)
        case = _Case(setting, snapshot, seen, last, sought)
        return self._stay_out(case, proposal) if proposal.intent is None else self._enter(case, proposal)

    def _effective(self, config: BotConfig, switch: TradingState) -> TradingState:
        state = switch
        for trip in self.trips.read(config.bot):
            state = stricter(state, trip.state)
        return state

    def _chain(self, setting: Setting, snapshot: Snapshot, strategy: Strategy) -> Sought:
        try:
            listed = self.chains.expirations(snapshot.underlying)
            expiration = expiration_for(setting, strategy, listed)
            if expiration is None:
                return Sought(listed)
            chain = self.chains.option_chain(snapshot.underlying, expiration)
        except FeedError as problem:
            return Sought(problem=str(problem))
        spot = snapshot.spot.value if snapshot.spot else Decimal(0)
        return Sought(listed, with_sound_greeks(chain, spot, setting.now))

    def _account(self, config: BotConfig) -> Account:
        broker = self.broker(config, config.mode)
        holdings = {row.option_symbol: row.contracts for row in broker.positions()}
        return Account(broker.balances().option_buying_power, holdings, self.market_clock.clock())

    def _stay_out(self, case: "_Case", proposal: Proposal | None, more: tuple[Gate, ...] = ()) -> Decision | None:
        decision = case.decision(proposal, more)
        memory = remembered(case.snapshot, case.seen, case.last)
        return decision if self._record(decision, memory, case.last) else None

    def _record(self, decision: Decision, memory: LastDecided, last: LastDecided | None) -> bool:
        """Write a non-entry down, as one more of the same where it is; False when somebody else decided first."""
        repeats = last is not None and last.repeats(decision, new_york_date(decision.at))
        change: Change
        if repeats and last is not None and last.decision_id is not None and last.decided_at is not None:
            change = RepeatDecision(
                decision.bot, last.decision_id, last.decided_at, decision.at, decision.snapshot_id or ""
            )
            memory = memory.naming(last.decision_id, last.decided_at, last.fingerprint)
        else:
            change = RecordDecision(decision)
            memory = memory.naming(decision.decision_id, decision.at, decision.fingerprint)
        try:
            self.book.commit("decide", (change, AdvanceLast(decision.bot, memory)))
        except ConflictError as conflict:
            if AdvanceLast.__name__ in conflict.reasons:
                return False
            raise
        return True

    def _enter(self, case: "_Case", proposal: Proposal) -> Decision | None:
        intent, position = proposal.intent, proposal.position
        if intent is None or position is None:
            return None
        setting, decision = case.setting, case.decision(proposal)
        memory = remembered(case.snapshot, case.seen, case.last)
        changes = protocol.plan_entry(intent, position, decision, memory, setting.live, setting.config)
        try:
            self.book.commit("plan entry", changes)
        except ConflictError as conflict:
            if AdvanceLast.__name__ in conflict.reasons or "CreateIntent" in conflict.reasons:
                return None
            lost = _refusal(DenialCode.LOST_RACE, ", ".join(conflict.reasons), "every guard holds at the commit")
            without = proposal._replace(intent=None, position=None, gates=(*proposal.gates, lost))
            return self._stay_out(case, without)
        self.desk(setting.config, position.mode).send(intent, position)
        return decision


class _Case(NamedTuple):
    """One snapshot under decision, with all that was found for it."""

    setting: Setting
    snapshot: Snapshot
    seen: Look
    last: LastDecided | None
    sought: Sought

    def decision(self, proposal: Proposal | None, more: tuple[Gate, ...] = ()) -> Decision:
        """Write up what was decided, together with what it was decided from."""
        decided = decision_of(self.setting, self.snapshot, self.seen, proposal, more)
        inputs = inputs_of(self.setting, self.snapshot, self.seen, self.last, self.sought)
        return decided.model_copy(update={"inputs": inputs})


def _refusal(code: DenialCode, value: str, limit: str) -> Gate:
    return Gate(code=code, value=value, limit=limit, passed=False)
