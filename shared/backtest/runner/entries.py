"""Phases 2 to 5 about one snapshot, and the order that comes of them: trade's order of work, without a network."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple

from shared.backtest.rows import Wanted
from shared.backtest.runner.book import RunBook
from shared.backtest.runner.market import Market
from shared.backtest.runner.sending import Sender
from shared.domain.book import AdvanceLast, Change, RecordDecision, RepeatDecision
from shared.domain.config import BotConfig, StrategyRule
from shared.domain.decisions import Decision, DenialCode, Gate, LastDecided, denials_of
from shared.domain.greeks import with_sound_greeks
from shared.domain.market import Snapshot
from shared.domain.sessions import new_york_date
from shared.domain.vocabulary import Action, Strategy
from shared.phases.entry import (
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

AROUND_TARGET: Final = 0.08
"""Neighbouring strikes lie closer by delta."""

ONLY_PUTS: Final = frozenset(
    {Strategy.BULL_PUT_SPREAD, Strategy.CASH_SECURED_PUT, Strategy.LONG_PUT, Strategy.BEAR_PUT_SPREAD}
)
ONLY_CALLS: Final = frozenset({Strategy.BEAR_CALL_SPREAD, Strategy.LONG_CALL, Strategy.BULL_CALL_SPREAD})


@dataclass
class Tally:
    """What the looks of a run came to, counted."""

    looks: int = 0
    entries: int = 0
    actions: Counter[str] = field(default_factory=Counter)
    regimes: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)


class _Case(NamedTuple):
    setting: Setting
    snapshot: Snapshot
    seen: Look
    last: LastDecided | None
    sought: Sought


@dataclass(frozen=True, slots=True)
class Entries:
    """Decides snapshots of one bot; ``keeps_all`` also writes down every refusal, as the functions do."""

    config: BotConfig
    book: RunBook
    market: Market
    sender: Sender
    tally: Tally
    keeps_all: bool = False

    def decide(self, snapshot: Snapshot, now: datetime) -> frozenset[DenialCode]:
        """Decide a snapshot once and send what was decided; the refusals come back, none for an entry."""
        live = self.book.live(self.config.bot)
        last = live.last_of(snapshot.underlying)
        if last is not None and snapshot.at <= last.snapshot_at:
            return frozenset()
        setting = Setting(self.config, live, self.book.switch, now)
        seen = look(setting, snapshot, last)
        state = self.book.state(self.config.bot)
        if seen.strategy is not None and state is not setting.state:
            setting = setting._replace(state=state)
            seen = look(setting, snapshot, last)
        self._count(seen)
        if seen.strategy is None:
            return self._stay_out(_Case(setting, snapshot, seen, last, Sought()), None)
        sought = self._chain(setting, snapshot, seen.strategy)
        refused = chain_refusals(setting, seen.strategy, sought)
        if refused:
            return self._stay_out(_Case(setting, snapshot, seen, last, sought), None, refused)
        stored = self.book.statistics.get((self.config.mode, seen.strategy))
        account = self.sender.broker.standing(now)
        sought = sought._replace(stored=stored, account=account)
        proposal = propose(setting, snapshot, seen, sought.chain, stored, account)
        case = _Case(setting, snapshot, seen, last, sought)
        if proposal.intent is None or proposal.position is None:
            return self._stay_out(case, proposal)
        return self._enter(case, proposal)

    def _count(self, seen: Look) -> None:
        self.tally.looks += 1
        if seen.regime is not None:
            self.tally.actions[seen.regime.action] += 1
            self.tally.regimes[seen.regime.regime] += 1

    def _chain(self, setting: Setting, snapshot: Snapshot, strategy: Strategy) -> Sought:
        listed = self.market.expirations(snapshot.underlying, new_york_date(setting.now))
        expiration = expiration_for(setting, strategy, listed)
        if expiration is None or snapshot.spot is None:
            return Sought(listed)
        wanted = None if self.keeps_all else wanted_by(strategy, self.config.strategies[strategy])
        chain = self.market.option_chain(snapshot.underlying, expiration, setting.now, wanted)
        return Sought(listed, with_sound_greeks(chain, snapshot.spot.value, setting.now))

    def _stay_out(self, case: _Case, proposal: Proposal | None, more: tuple[Gate, ...] = ()) -> frozenset[DenialCode]:
        gates = case.seen.gates + more + (proposal.gates if proposal else ())
        codes = frozenset(denial.code for denial in denials_of(gates))
        if case.seen.regime is not None and case.seen.regime.action is not Action.STAY_FLAT:
            self.tally.refusals.update(code.value for code in codes)
        memory = remembered(case.snapshot, case.seen, case.last)
        if self.keeps_all:
            change, memory = _non_entry(self._written(case, proposal, more), memory, case.last)
            self.book.commit("decide", (change, AdvanceLast(self.config.bot, memory)))
        else:
            self.book.commit("decide", (AdvanceLast(self.config.bot, memory),))
        return codes

    def _enter(self, case: _Case, proposal: Proposal) -> frozenset[DenialCode]:
        intent, position = proposal.intent, proposal.position
        if intent is None or position is None:
            return frozenset()
        decision = self._written(case, proposal)
        memory = remembered(case.snapshot, case.seen, case.last)
        changes = protocol.plan_entry(intent, position, decision, memory, case.setting.live, self.config)
        self.book.commit("plan entry", changes)
        self.tally.entries += 1
        self.sender.send(intent, position, case.setting.now)
        return frozenset()

    def _written(self, case: _Case, proposal: Proposal | None, more: tuple[Gate, ...] = ()) -> Decision:
        decided = decision_of(case.setting, case.snapshot, case.seen, proposal, more)
        if not self.keeps_all:
            return decided
        inputs = inputs_of(case.setting, case.snapshot, case.seen, case.last, case.sought)
        return decided.model_copy(update={"inputs": inputs})


def wanted_by(strategy: Strategy, rule: StrategyRule) -> Wanted:
    """Return the contracts among which the legs of a strategy are: no row outside can be nearer to a target."""
    targets = [float(delta) for delta in (rule.short_delta, rule.long_delta) if delta is not None]
    calls, puts = strategy not in ONLY_PUTS, strategy not in ONLY_CALLS
    return Wanted(min(targets) - AROUND_TARGET, max(targets) + AROUND_TARGET, calls, puts)


def _non_entry(decision: Decision, memory: LastDecided, last: LastDecided | None) -> tuple[Change, LastDecided]:
    """Write a non-entry down, as one more of the same where it is."""
    repeats = last is not None and last.repeats(decision, new_york_date(decision.at))
    if repeats and last is not None and last.decision_id is not None and last.decided_at is not None:
        again = RepeatDecision(decision.bot, last.decision_id, last.decided_at, decision.at, decision.snapshot_id or "")
        return again, memory.naming(last.decision_id, last.decided_at, last.fingerprint)
    return RecordDecision(decision), memory.naming(decision.decision_id, decision.at, decision.fingerprint)
