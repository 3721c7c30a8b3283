"""Decide each snapshot once, and send what was decided."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from shared.desk import Desk
from shared.domain import messages
from shared.domain.accounts import account_id_of, account_of
from shared.domain.book import AdvanceLast, Change, LiveState, RecordDecision, RepeatDecision
from shared.domain.config import BotConfig
from shared.domain.decisions import Decision, DenialCode, Gate, LastDecided
from shared.domain.errors import ConflictError, CredentialsError, FeedError, InvalidConfigurationError, OrderError
from shared.domain.events import TradeRequest
from shared.domain.greeks import with_sound_greeks
from shared.domain.market import Snapshot
from shared.domain.orders import Intent, IntentState
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
from shared.domain.vocabulary import Bot, Strategy, TradingMode, TradingState, stricter
from shared.phases.entry import (
    AT_THE_COMMIT,
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
from shared.phases.monitoring.holdings import held_legs, netted_against, with_unsent_orders, with_working_orders


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
    decided: dict[tuple[Bot, str], datetime] = field(default_factory=dict)
    """What this process knows to be decided, so that it need not ask again; the book knows better."""

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
        offered = self._offered(config, request)
        if not offered:
            return ()
        self.configurations.keep(config)
        live = self.book.live(request.bot)
        decided = []
        for snapshot in offered:
            last = live.last_of(snapshot.underlying)
            if last is None or snapshot.at > last.snapshot_at:
                decided.append(self._decide(config, live, parameters.state(), snapshot))
            self.decided[config.bot, snapshot.underlying] = snapshot.at
        return tuple(decision for decision in decided if decision is not None)

    def _offered(self, config: BotConfig, request: TradeRequest) -> tuple[Snapshot, ...]:
        """Read the snapshot that woke us, or the newest of each underlying that this process has not decided yet."""
        if request.snapshot is not None:
            woke = self.snapshots.get(request.snapshot.underlying, request.snapshot.snapshot_at)
            return () if woke is None else (woke,)
        newest = [self.snapshots.latest(underlying) for underlying in config.underlyings]
        return tuple(snapshot for snapshot in newest if snapshot is not None and self._is_new(config, snapshot))

    def _is_new(self, config: BotConfig, snapshot: Snapshot) -> bool:
        decided = self.decided.get((config.bot, snapshot.underlying))
        return decided is None or snapshot.at > decided

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
        account = _set_aside(live) or self._account(config)
        if isinstance(account, Gate):
            return self._stay_out(_Case(setting, snapshot, seen, last, sought), None, (account,))
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

    def _account(self, config: BotConfig) -> Account | Gate:
        """Read the broker's side; a read that fails is a refusal, never an empty account."""
        try:
            broker = self.broker(config, config.mode)
            orders = broker.orders()
            holdings = with_working_orders(held_legs(broker.positions()), orders)
            holdings = with_unsent_orders(holdings, self._others(config), orders)
            money = broker.balances()
            return Account(money.option_buying_power, holdings, self.market_clock.clock(), money.account_id)
        except (FeedError, OrderError, CredentialsError) as problem:
            return _refusal(DenialCode.BROKER_UNKNOWN, str(problem)[:200], "orders, positions, balances and clock")

    def _others(self, config: BotConfig) -> tuple[Intent, ...]:
        """Return the live intents of the other bots whose orders go to the same account."""
        account_id = account_id_of(config, config.mode)
        found: list[Intent] = []
        for bot in Bot:
            if bot is not config.bot:
                live = self.book.live(bot)
                here = {one.position_id for one in live.positions if account_of(one) == account_id}
                found += [intent for intent in live.intents if intent.position_id in here]
        return tuple(found)

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
        setting = case.setting
        refused = self._previewed(setting.config, intent)
        if refused is not None:
            return self._stay_out(case, _refused(proposal, refused))
        decision = case.decision(proposal)
        memory = remembered(case.snapshot, case.seen, case.last)
        changes = protocol.plan_entry(intent, position, decision, memory, setting.live, setting.config)
        try:
            self.book.commit("plan entry", changes)
        except ConflictError as conflict:
            if AdvanceLast.__name__ in conflict.reasons or "CreateIntent" in conflict.reasons:
                return None
            return self._stay_out(case, _refused(proposal, _lost(conflict)))
        desk = self.desk(setting.config, position.mode)
        against = netted_against(intent, self._others(setting.config))
        if against is None:
            desk.send(intent, position)
            return decision
        # Whoever plans second sees the first; where both see each other, neither leaves.
        desk.end(intent, position, IntentState.ABANDONED, f"{DenialCode.NETTING}: {against.bot} has {against.tag}")
        return decision

    def _previewed(self, config: BotConfig, intent: Intent) -> Gate | None:
        """Ask the broker before real money is at stake; its own words are the refusal."""
        if config.mode is not TradingMode.LIVE:
            return None
        try:
            self.broker(config, config.mode).preview(intent.order)
        except (FeedError, OrderError, CredentialsError) as problem:
            return _refusal(DenialCode.PREVIEW_REFUSED, str(problem)[:200], "a preview that the broker accepts")
        return None


_LOST_TO = {
    "RequireState": DenialCode.BREAKER,
    "RequireEnabled": DenialCode.STRATEGY_DISABLED,
    "TakeSlot": DenialCode.SLOT_TAKEN,
}
"""What a guard of the transaction that did not hold is called; any other is a lost race."""


def _lost(conflict: ConflictError) -> Gate:
    code = next((_LOST_TO[reason] for reason in conflict.reasons if reason in _LOST_TO), DenialCode.LOST_RACE)
    return _refusal(code, f"changed since it was read: {', '.join(conflict.reasons)}", AT_THE_COMMIT)


def _refused(proposal: Proposal, gate: Gate) -> Proposal:
    return proposal._replace(intent=None, position=None, gates=(*proposal.gates, gate))


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


def _set_aside(live: LiveState) -> Gate | None:
    """Refuse while anything of the bot cannot be read: nobody knows what it has at stake."""
    if not live.set_aside:
        return None
    keys = ", ".join(key for key, _ in live.set_aside)
    return _refusal(DenialCode.UNREADABLE_ITEM, keys[:200], "every item of the bot readable")


def _refusal(code: DenialCode, value: str, limit: str) -> Gate:
    return Gate(code=code, value=value, limit=limit, passed=False)
