"""What a snapshot calls for, before any chain is asked for: phase 2, the rails, and everything that needs no legs."""

from datetime import date
from typing import NamedTuple

from shared.domain.config import BotConfig
from shared.domain.decisions import DenialCode, Gate, LastDecided, gate_of
from shared.domain.market import Snapshot
from shared.domain.sessions import new_york_date
from shared.domain.vocabulary import Action, Strategy
from shared.phases.execution.denials import Setting, look_gates, slot_gate
from shared.phases.regime import RegimeClassification, classify_snapshot, rails
from shared.phases.strategy import strategy_for

RECENT_ACTIONS_KEPT = 60


class Look(NamedTuple):
    """What a snapshot calls for: a strategy worth a chain, or nothing; ``gates`` are all questions asked."""

    regime: RegimeClassification | None
    strategy: Strategy | None
    gates: tuple[Gate, ...]

    @property
    def action(self) -> Action | None:
        """The recommended action, None when the snapshot could not be classified."""
        return self.regime.action if self.regime else None


def look(setting: Setting, snapshot: Snapshot, last: LastDecided | None) -> Look:
    """Ask phase 2 and everything that needs no chain."""
    gates = list(look_gates(setting, snapshot))
    regime = classify_snapshot(snapshot, setting.config)
    if regime is None:
        return Look(None, None, tuple(gates))
    strategy, asked = _strategy_gates(setting.config, regime)
    gates += asked
    if regime.action is not Action.STAY_FLAT:
        recent = last.recent_actions if last else ()
        gates += rails(regime, snapshot, recent, setting.live.counters, setting.now, setting.config.rails)
    if strategy is not None:
        gates.append(slot_gate(setting, snapshot.underlying, strategy))
    gates += _bot_range_gates(setting.config, regime, snapshot)
    is_refused = any(not gate.passed for gate in gates)
    return Look(regime, None if is_refused else strategy, tuple(gates))


def _strategy_gates(config: BotConfig, regime: RegimeClassification) -> tuple[Strategy | None, tuple[Gate, ...]]:
    if regime.action is Action.STAY_FLAT:
        return None, (_gate(DenialCode.STAY_FLAT, f"{regime.action} by {regime.rule}", "an action", False),)
    if regime.action not in config.actions:
        wanted = ", ".join(config.actions)
        return None, (_gate(DenialCode.NOT_THIS_BOT, regime.action, wanted, False),)
    strategy = strategy_for(config.bot, regime.action, regime.trend, config.structure)
    if strategy is None:
        return None, (_gate(DenialCode.TREND_EXCLUDED, regime.trend, "not DOWNTREND", False),)
    return strategy, (_gate(DenialCode.NOT_THIS_BOT, regime.action, ", ".join(config.actions), True),)


def _bot_range_gates(config: BotConfig, regime: RegimeClassification, snapshot: Snapshot) -> tuple[Gate, ...]:
    gates = (
        _gate(
            DenialCode.LOW_CONFIDENCE,
            regime.confidence,
            f"at least {config.min_confidence}",
            regime.confidence >= config.min_confidence,
        ),
    )
    if snapshot.vix is None:
        return gates
    limit = f"{config.vix_min!s} to {config.vix_max!s}"
    inside = config.vix_min <= snapshot.vix.value <= config.vix_max
    return (*gates, _gate(DenialCode.VIX_OUT_OF_RANGE, snapshot.vix.value, limit, inside))


def _gate(code: DenialCode, value: object, limit: object, passed: bool) -> Gate:
    return gate_of(code, str(value), str(limit), passed)


def remembered(snapshot: Snapshot, look: Look, last: LastDecided | None) -> LastDecided:
    """Return what to remember of a decided snapshot: a valid one adds its action to the recent ones."""
    before = last or LastDecided(underlying=snapshot.underlying, snapshot_at=snapshot.at)
    recent = before.recent_actions
    if snapshot.is_valid and look.action is not None:
        recent = (*recent, look.action)[-RECENT_ACTIONS_KEPT:]
    return before.following(snapshot.at, recent)


def entry_dte(setting: Setting, strategy: Strategy) -> tuple[date, int, int]:
    """Return today in New York, the target and the least days to expiration for an entry."""
    rule = setting.config.strategies[strategy]
    least = max(setting.config.window.min_dte, rule.time_exit_dte + 1)
    return new_york_date(setting.now), rule.dte_target, least
