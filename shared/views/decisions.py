"""The decisions, newest first, each with its gates."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Final

from shared.domain.decisions import Decision, DecisionKind
from shared.domain.sessions import NEW_YORK, new_york_date
from shared.domain.vocabulary import Action, Bot, GammaRegime, Rule, Strategy, TradingMode
from shared.views.gates import question_of
from shared.views.paging import PAGE, Cursor, cursor_of, token_of
from shared.views.sources import Sources
from shared.views.view import View

KEPT: Final = timedelta(days=400)
"""How long decisions stay in the store."""
DAYS_A_PAGE: Final = 14
"""How many New York dates one page looks through at most; a page may so be empty and still have a next."""


class GateView(View):
    """One question with its answer; ``passed`` of an exit means that it called for the exit."""

    code: str
    question: str
    value: str
    limit: str
    passed: bool


class DecisionView(View):
    """One decision; a run of identical non-entries is one with its count."""

    decision_id: str
    at: datetime
    last_seen: datetime | None
    count: int
    kind: DecisionKind
    bot: Bot
    mode: TradingMode
    underlying: str
    strategy: Strategy | None
    action: Action | None
    regime: GammaRegime | None
    rule: Rule | None
    what: str
    how: str
    denials: tuple[str, ...]
    gates: tuple[GateView, ...]
    snapshot_id: str | None
    config_digest: str
    position_id: str | None


class DecisionsView(View):
    """A page of decisions; ``next`` leads to older ones."""

    decisions: tuple[DecisionView, ...]
    next: str | None


def decisions_view(
    sources: Sources,
    *,
    bots: Sequence[Bot] = tuple(Bot),
    kinds: Sequence[DecisionKind] = tuple(DecisionKind),
    day: date | None = None,
    limit: int = PAGE,
    after: str | None = None,
) -> DecisionsView:
    """Return a page of decisions; ``day`` is one New York date, ``after`` the token of the page before.

    Raises:
        InvalidValueError: the token is none of ours.
    """
    cursor = cursor_of(after)
    first = day or new_york_date(cursor.at if cursor else sources.clock.now())
    oldest = day or new_york_date(sources.clock.now() - KEPT)
    days = [first - timedelta(days=back) for back in range(DAYS_A_PAGE) if first - timedelta(days=back) >= oldest]
    found: list[Decision] = []
    for one in days:
        found.extend(_of_day(sources, one, bots, frozenset(kinds), cursor))
        if len(found) > limit:
            last = found[limit - 1]
            return _page(found[:limit], Cursor(last.at, last.decision_id))
    rest = _before(days[-1]) if days and days[-1] > oldest else None
    return _page(found, rest)


def _before(day: date) -> Cursor:
    """Return the cursor that lies before all decisions of a New York date."""
    return Cursor(datetime.combine(day, time(), NEW_YORK), "")


def _of_day(
    sources: Sources, day: date, bots: Sequence[Bot], kinds: frozenset[DecisionKind], cursor: Cursor | None
) -> Iterator[Decision]:
    of_all = [one for bot in bots for one in sources.decisions.of_day(bot, day)]
    for one in sorted(of_all, key=lambda one: (one.at, one.decision_id), reverse=True):
        if one.kind in kinds and (cursor is None or (one.at, one.decision_id) < cursor):
            yield one


def _page(found: Sequence[Decision], following: Cursor | None) -> DecisionsView:
    return DecisionsView(
        decisions=tuple(decision_view(one) for one in found), next=token_of(following) if following else None
    )


def decision_view(decision: Decision) -> DecisionView:
    """Return one decision as it is read."""
    return DecisionView(
        decision_id=decision.decision_id,
        at=decision.at,
        last_seen=decision.last_seen,
        count=decision.count,
        kind=decision.kind,
        bot=decision.bot,
        mode=decision.mode,
        underlying=decision.underlying,
        strategy=decision.strategy,
        action=decision.action,
        regime=decision.regime,
        rule=decision.rule,
        what=decision.what,
        how=decision.how,
        denials=tuple(dict.fromkeys(denial.code for denial in decision.denials)),
        gates=tuple(
            GateView(
                code=gate.code, question=question_of(gate.code), value=gate.value, limit=gate.limit, passed=gate.passed
            )
            for gate in decision.why
        ),
        snapshot_id=decision.snapshot_id,
        config_digest=decision.config_digest,
        position_id=decision.position_id,
    )
