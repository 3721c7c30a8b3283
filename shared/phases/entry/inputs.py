"""What a decision about a snapshot was made from, and the same decision made again from that."""

from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from shared.domain.book import LiveState
from shared.domain.config import BotConfig
from shared.domain.decisions import Decision, DenialCode, Gate, LastDecided
from shared.domain.inputs import DecisionInputs, packed, unpacked
from shared.domain.market import Snapshot
from shared.domain.options import OptionQuote
from shared.domain.statistics import StrategyStatistics
from shared.domain.vocabulary import Strategy
from shared.phases.entry.look import Look, entry_dte, look
from shared.phases.entry.proposal import Account, Proposal, propose
from shared.phases.entry.record import decision_of
from shared.phases.execution.denials import ORDER_MINUTE, Setting
from shared.phases.strategy import choose_expiration, strategy_for

PROBLEM_LIMIT = 200
OUTSIDE = frozenset(
    {
        DenialCode.LOST_RACE,
        DenialCode.PREVIEW_REFUSED,
        DenialCode.BROKER_UNKNOWN,
        DenialCode.UNREADABLE_ITEM,
    }
)
AT_THE_COMMIT = "true at the commit"
"""The limit of a refusal by a guard of the transaction, whatever its code."""


class Sought(NamedTuple):
    """What was found when legs were sought: listed expirations, one chain, the strategy's results, the account."""

    listed: tuple[date, ...] = ()
    chain: tuple[OptionQuote, ...] = ()
    problem: str | None = None
    stored: StrategyStatistics | None = None
    account: Account | None = None


def expiration_for(setting: Setting, strategy: Strategy, listed: tuple[date, ...]) -> date | None:
    """Return the expiration an entry would take of those listed."""
    return choose_expiration(listed, *entry_dte(setting, strategy))


def chain_refusals(setting: Setting, strategy: Strategy, sought: Sought) -> tuple[Gate, ...]:
    """Return why there is no chain to choose from; empty when there is one."""
    if sought.problem is not None:
        return (_refusal(DenialCode.UNQUOTED_LEG, sought.problem[:PROBLEM_LIMIT], "an option chain"),)
    if expiration_for(setting, strategy, sought.listed) is None:
        _, target, _ = entry_dte(setting, strategy)
        wanted = f"{target} days, give or take half"
        return (_refusal(DenialCode.NO_EXPIRATION, f"{len(sought.listed)} listed", wanted),)
    return ()


def _refusal(code: DenialCode, value: str, limit: str) -> Gate:
    return Gate(code=code, value=value, limit=limit, passed=False)


def inputs_of(
    setting: Setting, snapshot: Snapshot, seen: Look, last: LastDecided | None, sought: Sought
) -> DecisionInputs:
    """Return what a decision is made from, to be stored with it."""
    config, live, account = setting.config, setting.live, sought.account
    return DecisionInputs(
        state=setting.state,
        ledger=live.ledger(config.mode),
        counters=live.counters,
        recent_actions=last.recent_actions[-config.rails.confirmations :] if last else (),
        positions=tuple(
            held
            for held in live.positions
            if (held.mode, held.underlying, held.strategy) == (config.mode, snapshot.underlying, _wanted(config, seen))
        ),
        intents=tuple(one for one in live.intents if setting.now - one.planned_at < ORDER_MINUTE),
        listed=sought.listed,
        chain=packed(sought.chain),
        chain_problem=sought.problem[:PROBLEM_LIMIT] if sought.problem else None,
        statistics=sought.stored,
        buying_power=account.buying_power if account else None,
        holdings=dict(account.holdings) if account else {},
        broker_clock=account.clock if account else None,
        account_id=account.account_id if account else None,
        confirmation=live.confirmation,
    )


def _wanted(config: BotConfig, seen: Look) -> Strategy | None:
    regime = seen.regime
    return strategy_for(config.bot, regime.action, regime.trend, config.structure) if regime else None


def decide(
    setting: Setting, snapshot: Snapshot, last: LastDecided | None, sought: Sought, outside: tuple[Gate, ...] = ()
) -> Decision:
    """Decide a snapshot from all that can be known of it; nothing is sent.

    ``outside`` are refusals that came after the decision, such as a lost race.
    """
    seen = look(setting, snapshot, last)
    if seen.strategy is None:
        return decision_of(setting, snapshot, seen, None)
    refused = chain_refusals(setting, seen.strategy, sought)
    if refused or sought.account is None:
        return decision_of(setting, snapshot, seen, None, (*refused, *outside))
    proposal: Proposal = propose(setting, snapshot, seen, sought.chain, sought.stored, sought.account)
    if outside:
        proposal = proposal._replace(intent=None, position=None, gates=(*proposal.gates, *outside))
    return decision_of(setting, snapshot, seen, proposal)


def is_outside(gate: Gate) -> bool:
    """Tell whether a refusal was no decision of ours but what came of it: it is taken from the record."""
    return gate.code in OUTSIDE or gate.limit == AT_THE_COMMIT


def decide_again(config: BotConfig, snapshot: Snapshot, stored: Decision) -> Decision | None:
    """Decide a stored snapshot once more from the inputs its decision keeps; None where it keeps none."""
    inputs = stored.inputs
    if inputs is None:
        return None
    setting, last = setting_of(config, snapshot, stored.at, inputs)
    outside = tuple(gate for gate in stored.why if is_outside(gate))
    return decide(setting, snapshot, last, sought_of(inputs), outside)


def setting_of(
    config: BotConfig, snapshot: Snapshot, at: datetime, inputs: DecisionInputs
) -> tuple[Setting, LastDecided]:
    """Return where the bot stood at a moment of decision, and what it remembered."""
    live = LiveState(
        bot=config.bot,
        positions=inputs.positions,
        intents=inputs.intents,
        ledgers=(inputs.ledger,),
        counters=inputs.counters,
        confirmation=inputs.confirmation,
    )
    last = LastDecided(underlying=snapshot.underlying, snapshot_at=snapshot.at, recent_actions=inputs.recent_actions)
    return Setting(config, live, inputs.state, at), last


def sought_of(inputs: DecisionInputs) -> Sought:
    """Return what was found when legs were sought."""
    account = None
    if inputs.buying_power is not None:
        account = Account(Decimal(inputs.buying_power), inputs.holdings, inputs.broker_clock, inputs.account_id)
    return Sought(inputs.listed, unpacked(inputs.chain), inputs.chain_problem, inputs.statistics, account)
