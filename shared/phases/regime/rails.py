"""A careful trader's refusals of an entry, beside the workflow: each on by default, each visible."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache

from shared.domain.config import Rails
from shared.domain.decisions import DenialCode, Gate, gate_of
from shared.domain.ledgers import Counters
from shared.domain.market import Snapshot
from shared.domain.sessions import new_york_date
from shared.domain.vocabulary import Action, Breakout, Rule
from shared.phases.regime.classification import RegimeClassification


def rails(
    regime: RegimeClassification,
    snapshot: Snapshot,
    recent_actions: Sequence[Action],
    counters: Counters,
    now: datetime,
    rails: Rails,
) -> tuple[Gate, ...]:
    """Return every rail with its value and limit.

    ``recent_actions`` are those of the valid snapshots before this one, oldest first.
    """
    return (
        *_near_flip(regime, snapshot, rails),
        _confirmed(regime.action, recent_actions, rails),
        *_cooled_down(counters, now, rails),
        *_breaking_out(regime, snapshot, rails),
    )


def _near_flip(regime: RegimeClassification, snapshot: Snapshot, rails: Rails) -> tuple[Gate, ...]:
    spot, gamma = snapshot.spot, snapshot.gamma
    if regime.rule is not Rule.NEGATIVE_GAMMA or spot is None or gamma is None or not gamma.flip_point:
        return ()
    apart = abs(spot.value / gamma.flip_point - 1)
    return (
        gate_of(
            code=DenialCode.NEAR_FLIP,
            value=f"{apart:.4f}",
            limit=f"at least {rails.near_flip}",
            passed=apart >= rails.near_flip,
        ),
    )


def _confirmed(action: Action, recent_actions: Sequence[Action], rails: Rails) -> Gate:
    before = rails.confirmations - 1
    window = tuple(recent_actions)[len(recent_actions) - before :] if before else ()
    same = 1 + sum(1 for recent in window if recent is action)
    enough = len(window) == before and all(recent is action for recent in window)
    return gate_of(
        code=DenialCode.NOT_CONFIRMED,
        value=f"{same} of {rails.confirmations} {action}",
        limit=f"{rails.confirmations} in a row",
        passed=enough,
    )


def _cooled_down(counters: Counters, now: datetime, rails: Rails) -> tuple[Gate, ...]:
    gates: tuple[Gate, ...] = ()
    if rails.cool_down_after_stop and counters.last_stop_on is not None:
        gates += (
            gate_of(
                code=DenialCode.COOLING_DOWN,
                value=f"stopped on {counters.last_stop_on}",
                limit="the session after a stop",
                passed=new_york_date(now) > counters.last_stop_on,
            ),
        )
    if rails.cool_down_after_target_seconds and counters.last_target_at is not None:
        ready = counters.last_target_at + timedelta(seconds=rails.cool_down_after_target_seconds)
        gates += (
            gate_of(
                code=DenialCode.COOLING_DOWN,
                value=_target_at(counters.last_target_at),
                limit=f"{rails.cool_down_after_target_seconds} s after a target",
                passed=now >= ready,
            ),
        )
    return gates


@lru_cache(maxsize=64)
def _target_at(at: datetime) -> str:
    return f"target at {at:%Y-%m-%dT%H:%M:%SZ}"


def _breaking_out(regime: RegimeClassification, snapshot: Snapshot, rails: Rails) -> tuple[Gate, ...]:
    if not rails.require_breakout or regime.rule is not Rule.LOW_IV_TREND or snapshot.momentum is None:
        return ()
    wanted = Breakout.ABOVE if regime.action is Action.BUY_CALLS else Breakout.BELOW
    found = snapshot.momentum.breakout
    return (Gate(code=DenialCode.NOT_BREAKING_OUT, value=found, limit=wanted, passed=found is wanted),)
