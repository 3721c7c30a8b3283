"""The record of a decided snapshot: what, why with every gate, how."""

from shared.domain.decisions import Decision, DecisionKind, Gate, denials_of
from shared.domain.market import Snapshot
from shared.phases.entry.look import Look
from shared.phases.entry.proposal import Proposal
from shared.phases.execution.denials import Setting


def decision_of(
    setting: Setting, snapshot: Snapshot, look: Look, proposal: Proposal | None, more: tuple[Gate, ...] = ()
) -> Decision:
    """Write up what was decided about a snapshot: what, why with every gate, how."""
    gates = look.gates + more + (proposal.gates if proposal else ())
    entered = proposal is not None and proposal.intent is not None
    intent = proposal.intent if proposal else None
    strategy = intent.strategy if intent else look.strategy
    kind = DecisionKind.ENTRY if entered else DecisionKind.NO_ENTRY
    refusals = denials_of(gates)
    if intent is not None:
        what = f"OPEN {intent.strategy} on {snapshot.underlying}"
        how = (
            f"{len(intent.order.legs)}-leg order, {intent.order.contracts} contracts, "
            f"{intent.order.effect} {intent.order.limit_price}"
        )
    else:
        what = f"NO ENTRY on {snapshot.underlying}"
        how = "no order: " + ", ".join(dict.fromkeys(refusal.code for refusal in refusals))
    regime, snapshot_id = look.regime, snapshot.snapshot_id
    return Decision(
        decision_id=f"{setting.config.bot}-{snapshot_id}",
        kind=kind,
        bot=setting.config.bot,
        mode=setting.config.mode,
        underlying=snapshot.underlying,
        at=setting.now,
        action=regime.action if regime else None,
        strategy=strategy,
        regime=regime.regime if regime else None,
        rule=regime.rule if regime else None,
        what=what,
        why=gates,
        how=how,
        denials=refusals,
        snapshot_id=snapshot_id,
        config_digest=setting.config.digest,
        ledger_version=setting.live.ledger(setting.config.mode).version,
        statistics_version=proposal.statistics_version if proposal else 0,
        chain=proposal.chain if proposal else (),
        intent_id=intent.intent_id if intent else None,
        position_id=intent.position_id if intent else None,
        last_seen=setting.now,
        last_snapshot_id=snapshot_id,
    )
