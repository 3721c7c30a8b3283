"""The routes of the API: each asks one view."""

from collections.abc import Callable
from datetime import date
from functools import cache
from http import HTTPStatus
from typing import Annotated, Any, Final

from aws_lambda_powertools.event_handler import LambdaFunctionUrlResolver, Response
from aws_lambda_powertools.event_handler.content_types import APPLICATION_JSON
from aws_lambda_powertools.event_handler.openapi.params import Path, Query
from aws_lambda_powertools.utilities.data_classes.common import BaseProxyEvent
from pydantic import BeforeValidator

from functions.api.etags import with_etag
from functions.api.problems import INVALID, UNAVAILABLE, UNKNOWN, handle_problems, no_such_path, only_get
from shared.domain.decisions import DecisionKind
from shared.domain.vocabulary import Bot
from shared.views.decisions import DecisionsView, decisions_view
from shared.views.equity import EquityView, equity_view
from shared.views.gamma import GammaProfileView, GexView, gamma_profile_view, gex_view
from shared.views.health import HealthView, health_view
from shared.views.market import LONGEST, SESSIONS, MarketView, market_view
from shared.views.paging import LARGEST_PAGE, LONGEST_TOKEN, PAGE
from shared.views.positions import PositionsView, positions_view
from shared.views.regime import RegimeView, regime_view
from shared.views.sources import Sources
from shared.views.statistics import StatsView, stats_view
from shared.views.trades import YEAR, TradesView, trades_view

API_VERSION: Final = "1"
DESCRIPTION: Final = (
    "Read-only; every request is signed with AWS Signature Version 4. Decimals travel as text; times are UTC."
)
OPENAPI_PATH: Final = "/api/openapi.json"
LONGEST_EQUITY: Final = 3_650


def _iso(text: object) -> object:
    if isinstance(text, str) and len(text) != len("2018-02-05"):
        raise ValueError("give a valid date such as 2018-02-05")
    return text


Day = Annotated[date, BeforeValidator(_iso)]
"""A date written as 2018-02-05; a bare number is none."""
Underlying = Annotated[str, Path(pattern=r"^[A-Z]{1,6}$", description="An underlying that is collected, e.g. SPY.")]
OneBot = Annotated[Bot | None, Query(description="Only this bot.")]
Limit = Annotated[int, Query(ge=1, le=LARGEST_PAGE, description="Entries of a page.")]
Next = Annotated[str | None, Query(max_length=LONGEST_TOKEN, description="The `next` of the page before.")]


class Api:
    """The answers; the sources are opened with the first question."""

    def __init__(self, sources: Callable[[], Sources]) -> None:
        """Answer from these sources."""
        self._sources = sources

    def gex(self, underlying: Underlying) -> GexView:
        """Return the newest snapshot's gamma exposure."""
        return gex_view(self._sources(), underlying)

    def profile(self, underlying: Underlying) -> GammaProfileView:
        """Return the gamma exposure by strike and its profile."""
        return gamma_profile_view(self._sources(), underlying)

    def regime(self, underlying: Underlying) -> RegimeView:
        """Return the market regime with confidence, recommended action, indicators and analysis."""
        return regime_view(self._sources(), underlying)

    def market(
        self, underlying: Underlying, sessions: Annotated[int, Query(ge=1, le=LONGEST)] = SESSIONS
    ) -> MarketView:
        """Return price, walls, flip and regime over the last sessions, with entries and exits."""
        return market_view(self._sources(), underlying, sessions=sessions)

    def positions(self, bot: OneBot = None) -> PositionsView:
        """Return the open positions with mark, P&L, distance to target and stop, and payoff."""
        return positions_view(self._sources(), bots=_bots(bot))

    def decisions(
        self,
        bot: OneBot = None,
        kind: Annotated[DecisionKind | None, Query(description="Only this kind.")] = None,
        day: Annotated[Day | None, Query(description="Only this New York date.")] = None,
        limit: Limit = PAGE,
        next: Next = None,  # noqa: A002 - the name of the parameter
    ) -> DecisionsView:
        """Return the decisions with their gates, newest first."""
        kinds = tuple(DecisionKind) if kind is None else (kind,)
        return decisions_view(self._sources(), bots=_bots(bot), kinds=kinds, day=day, limit=limit, after=next)

    def trades(self, bot: OneBot = None, limit: Limit = PAGE, next: Next = None) -> TradesView:  # noqa: A002
        """Return the closed trades, newest first."""
        return trades_view(self._sources(), bots=_bots(bot), limit=limit, after=next)

    def equity(self, days: Annotated[int, Query(ge=1, le=LONGEST_EQUITY)] = YEAR.days) -> EquityView:
        """Return realised equity and drawdown by session, and what is open now."""
        return equity_view(self._sources(), days=days)

    def stats(self) -> StatsView:
        """Return statistics and Kelly fraction of each strategy."""
        return stats_view(self._sources())

    def health(self) -> HealthView:
        """Return heartbeat, data and vendors, breaker, and what each bot has at stake."""
        return health_view(self._sources())


def _bots(bot: Bot | None) -> tuple[Bot, ...]:
    return tuple(Bot) if bot is None else (bot,)


class Resolver(LambdaFunctionUrlResolver):
    """A resolver that keeps its request to itself: Powertools keeps one for all resolvers of the process.

    In Lambda there is one at a time; on a laptop the page asks many at once, and would read one another's questions.
    """

    def _to_proxy_event(self, event: dict[str, Any]) -> BaseProxyEvent:
        own = super()._to_proxy_event(event)
        self.current_event = own  # type: ignore[assignment]
        return own


def resolver_of(sources: Callable[[], Sources]) -> LambdaFunctionUrlResolver:
    """Make the resolver of all routes; the same for a deployed API and for the page on a laptop."""
    app, api = Resolver(enable_validation=True), Api(sources)
    app.use(middlewares=[with_etag])
    handle_problems(app)
    named: dict[str, Callable[..., Any]] = {
        "/api/gex/<underlying>": api.gex,
        "/api/gex/<underlying>/profile": api.profile,
        "/api/gex/<underlying>/regime": api.regime,
        "/api/market/<underlying>": api.market,
        "/api/positions": api.positions,
        "/api/decisions": api.decisions,
        "/api/trades": api.trades,
        "/api/equity": api.equity,
        "/api/stats": api.stats,
        "/api/health": api.health,
    }
    for path, answer in named.items():
        responses: dict[int, Any] = {200: {"description": "The answer."}, 422: INVALID, 503: UNAVAILABLE}
        if "<underlying>" in path:
            responses[404] = UNKNOWN
        app.get(path, summary=answer.__doc__, responses=responses)(answer)
    _publish(app)
    _refuse_the_rest(app, (*named, OPENAPI_PATH))
    return app


def _publish(app: LambdaFunctionUrlResolver) -> None:
    @cache
    def described() -> str:
        return app.get_openapi_json_schema(title="AlphaGEX", version=API_VERSION, description=DESCRIPTION)

    def openapi() -> Response[str]:
        """Return this description."""
        return Response(HTTPStatus.OK.value, APPLICATION_JSON, described())

    app.get(OPENAPI_PATH, include_in_schema=False, enable_validation=False)(openapi)


def _refuse_the_rest(app: LambdaFunctionUrlResolver, known: tuple[str, ...]) -> None:
    def refused(_: Exception) -> Response[str]:
        event = app.current_event
        if event.http_method.upper() != "GET" and any(_fits(event.path, one) for one in known):
            return only_get(event.http_method)
        return no_such_path(event.path, known)

    app.not_found(refused)


def _fits(path: str, route: str) -> bool:
    parts, wanted = path.split("/"), route.split("/")
    return len(parts) == len(wanted) and all(
        asked == part or part.startswith("<") for asked, part in zip(parts, wanted, strict=True)
    )
