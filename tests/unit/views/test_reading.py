"""Decisions, regime, gamma and health."""

from datetime import timedelta
from decimal import Decimal

import pytest

from shared.domain.book import Trip
from shared.domain.decisions import Decision, DecisionKind, DenialCode
from shared.domain.market import Fallback, Fault, FaultCode
from shared.domain.vocabulary import Action, Bot, GammaRegime, Source, TradingState
from shared.views.decisions import DAYS_A_PAGE, decisions_view
from shared.views.gamma import gamma_profile_view, gex_view
from shared.views.gates import QUESTIONS
from shared.views.health import health_view
from shared.views.regime import regime_view
from shared.views.snapshots import NoSnapshotError
from shared.views.sources import Sources
from shared.views.underlyings import UnknownUnderlyingError
from tests.builders import NOON, decision, gamma, snapshot, spx_snapshot
from tests.shelf import Shelf

BOTH = (snapshot(), spx_snapshot())
DAY = timedelta(days=1)


def log() -> list[Decision]:
    """A decision a bot on each of ten days, two of a bot at the same moment on the last."""
    found = [
        decision(decision_id=f"{bot}-{back}", bot=bot, at=NOON - back * DAY, kind=DecisionKind.NO_ENTRY)
        for back in range(10)
        for bot in Bot
    ]
    return [*found, decision(decision_id="SOLOMON-0b", bot=Bot.SOLOMON, at=NOON)]


def every(sources: Sources, limit: int) -> list[str]:
    seen: list[str] = []
    token = None
    for _ in range(200):
        page = decisions_view(sources, limit=limit, after=token)
        seen += [one.decision_id for one in page.decisions]
        token = page.next
        if token is None:
            return seen
    raise AssertionError("the pages never end")


@pytest.mark.parametrize("limit", [1, 3, 7, 31, 200])
def test_the_pages_of_decisions_neither_repeat_nor_miss(limit: int) -> None:
    seen = every(Shelf(decisions=log()).sources(), limit)
    assert sorted(seen) == sorted(one.decision_id for one in log())
    assert seen[0] == "SOLOMON-0b"


def test_a_gap_longer_than_a_page_looks_back_is_an_empty_page_with_a_next() -> None:
    old = decision(decision_id="old", at=NOON - (DAYS_A_PAGE + 3) * DAY)
    sources = Shelf(decisions=[old]).sources()
    first = decisions_view(sources)
    assert (first.decisions, first.next is None) == ((), False)
    assert every(sources, 50) == ["old"]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        pytest.param({"bots": (Bot.ATLAS,)}, 10, id="of one bot"),
        pytest.param({"kinds": (DecisionKind.ENTRY,)}, 1, id="of one kind"),
        pytest.param({"day": (NOON - DAY).date()}, 3, id="of one day"),
    ],
)
def test_decisions_can_be_narrowed(asked: dict[str, object], expected: int) -> None:
    view = decisions_view(Shelf(decisions=log()).sources(), **asked)  # type: ignore[arg-type]
    assert len(view.decisions) == expected


def test_the_regime_is_told_with_its_reasons() -> None:
    view = regime_view(Shelf(snapshots=BOTH).sources(), "SPY")
    assert (view.regime, view.confidence, view.recommended_action) == (GammaRegime.POSITIVE, 90, Action.SELL_PREMIUM)
    assert (view.indicators.iv_rank, view.indicators.rsi) == (Decimal(60), Decimal(55))
    gamma_line, trend_line, action_line = view.analysis
    assert "+600 million" in gamma_line
    assert "uptrend" in trend_line
    assert "rule 1" in action_line


def test_an_invalid_snapshot_is_told_as_such() -> None:
    fault = Fault(code=FaultCode.NO_VIX, value=None, limit=None)
    view = regime_view(Shelf(snapshots=[snapshot(vix=None, faults=(fault,))]).sources(), "SPY")
    assert (view.valid, view.regime, view.confidence, view.recommended_action) == (False, None, None, None)
    assert view.analysis == (
        "No entry may be decided on this snapshot: NO_VIX.",
        "The regime is unknown: a value that it needs is missing.",
    )


@pytest.mark.parametrize("ask", [gex_view, gamma_profile_view, regime_view])
def test_what_is_not_collected_is_refused_with_what_is(ask: object) -> None:
    with pytest.raises(UnknownUnderlyingError, match="SPY, SPX"):
        ask(Shelf().sources(), "QQQ")  # type: ignore[operator]
    with pytest.raises(NoSnapshotError, match="no snapshot of SPY yet"):
        ask(Shelf().sources(), "SPY")  # type: ignore[operator]


def test_exposure_is_told_by_strike_and_at_other_prices() -> None:
    sources = Shelf(snapshots=BOTH).sources()
    assert gex_view(sources, "SPX").net_gex == Decimal(2_000_000_000)
    view = gamma_profile_view(sources, "SPY")
    assert [one.strike for one in view.strikes] == [380, 385, 390, 395, 400, 405, 410, 415, 420]
    assert (view.call_wall, view.put_wall) == (405, 395)
    assert view.net_gex == pytest.approx(sum(one.net_gex for one in view.strikes), abs=1)
    assert len(view.spots) == len(view.exposure)
    assert view.exposure[0] < 0 < view.exposure[-1]


def test_a_healthy_stage_has_no_problem() -> None:
    view = health_view(Shelf(snapshots=BOTH).sources())
    assert (view.healthy, view.problems, view.market_open) == (True, (), True)
    assert [(feed.need, feed.source) for feed in view.data[0].feeds][:2] == [
        ("spot", Source.TRADIER),
        ("vix", Source.TRADIER),
    ]


@pytest.mark.parametrize(
    ("shelf", "problem"),
    [
        pytest.param(Shelf(snapshots=BOTH, beat=None), "monitor never ran", id="monitor never ran"),
        pytest.param(Shelf(snapshots=BOTH, beat=NOON - DAY), "monitor last ran 86400 s ago", id="monitor is silent"),
        pytest.param(Shelf(snapshots=BOTH[:1]), "no snapshot of SPX yet", id="nothing collected"),
        pytest.param(
            Shelf(snapshots=BOTH, at=NOON + timedelta(minutes=10), beat=NOON + timedelta(minutes=10)),
            "the newest snapshot is 600 s old",
            id="collect is silent",
        ),
        pytest.param(
            Shelf(snapshots=[snapshot(faults=(Fault(code=FaultCode.STALE_VIX),)), BOTH[1]]),
            "SPY: STALE_VIX",
            id="stale data",
        ),
        pytest.param(Shelf(snapshots=BOTH, broken=Bot.ATLAS), "capital", id="a document that does not validate"),
    ],
)
def test_what_is_wrong_is_named(shelf: Shelf, problem: str) -> None:
    view = health_view(shelf.sources())
    assert not view.healthy
    assert problem in " ".join(view.problems)


def test_a_vendor_that_was_passed_over_is_named_beside_the_one_that_answered() -> None:
    passed = Fallback(need="gamma", source=Source.TRADING_VOLATILITY, reason="no answer")
    found = snapshot(gamma=gamma(), fallbacks=(passed,))
    feeds = {feed.need: feed for feed in health_view(Shelf(snapshots=[found]).sources()).data[0].feeds}
    assert feeds["gamma"].passed_over == ("trading_volatility: no answer",)


def test_the_breaker_is_the_stricter_of_switch_and_trips_for_each_bot() -> None:
    trips = [
        Trip("ATLAS", TradingState.HALTED, "drawdown", NOON),
        Trip("SWITCH", TradingState.HALTED, "the user's switch, long ago", NOON),
    ]
    breaker = health_view(Shelf(snapshots=BOTH, switch=TradingState.REDUCING, trips=trips).sources()).breaker
    assert breaker.effective == {
        Bot.ATLAS: TradingState.HALTED,
        Bot.PROMETHEUS: TradingState.REDUCING,
        Bot.SOLOMON: TradingState.REDUCING,
    }
    assert [trip.scope for trip in breaker.trips] == ["ATLAS"]


def test_every_gate_says_what_it_asks_and_no_two_the_same() -> None:
    assert set(QUESTIONS) == set(DenialCode)
    assert len(set(QUESTIONS.values())) == len(QUESTIONS)
