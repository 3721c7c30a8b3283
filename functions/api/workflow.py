"""The routes of the API: each asks one view, and is loaded when its path is first asked for."""

from collections.abc import Callable, Mapping
from functools import cached_property
from http import HTTPStatus
from importlib import import_module
from types import MethodType
from typing import Any, Final

from aws_lambda_powertools.event_handler import LambdaFunctionUrlResolver, Response
from aws_lambda_powertools.event_handler.content_types import APPLICATION_JSON
from aws_lambda_powertools.utilities.data_classes.common import BaseProxyEvent

from functions.api.etags import with_etag
from functions.api.problems import INVALID, UNAVAILABLE, UNKNOWN, handle_problems, no_such_path, only_get
from shared.views.sources import OpenSources

API_VERSION: Final = "1"
DESCRIPTION: Final = (
    "Read-only; every request is signed with AWS Signature Version 4. Decimals travel as text; times are UTC."
)
OPENAPI_PATH: Final = "/api/openapi.json"
ROUTES: Final[Mapping[str, str]] = {
    "/api/gex/<underlying>": "gamma.gex",
    "/api/gex/<underlying>/profile": "gamma.profile",
    "/api/gex/<underlying>/regime": "regime.regime",
    "/api/market/<underlying>": "market.market",
    "/api/positions": "positions.positions",
    "/api/decisions": "decisions.decisions",
    "/api/trades": "trades.trades",
    "/api/equity": "equity.equity",
    "/api/stats": "stats.stats",
    "/api/health": "health.health",
}
"""Module and function, in `functions.api.routes`, by path."""


class Resolver(LambdaFunctionUrlResolver):
    """Answers from these sources, for a deployed API and for the page on a laptop alike.

    It knows a route from the first question of its path.

    It keeps its request to itself: Powertools keeps one for all resolvers of the process. In Lambda there is one at a
    time; on a laptop the page asks many at once, and would read one another's questions.
    """

    def __init__(self, sources: OpenSources) -> None:
        super().__init__(enable_validation=True)
        self._sources = sources
        self._not_loaded = dict(ROUTES)
        self.use(middlewares=[with_etag])
        handle_problems(self)
        self.get(OPENAPI_PATH, include_in_schema=False, enable_validation=False)(self._describe)
        self.not_found(self._refuse)

    def _to_proxy_event(self, event: dict[str, Any]) -> BaseProxyEvent:
        own = super()._to_proxy_event(event)
        self.current_event = own  # type: ignore[assignment]
        self.load(lambda route: _fits(own.path, route))
        return own

    def load(self, is_asked: Callable[[str], bool]) -> None:
        """Load the routes that are asked for and not loaded yet."""
        for path in tuple(filter(is_asked, self._not_loaded)):
            module, _, name = self._not_loaded[path].partition(".")
            answer = vars(import_module(f"functions.api.routes.{module}"))[name]
            responses: dict[int, Any] = {200: {"description": "The answer."}, 422: INVALID, 503: UNAVAILABLE}
            if "<underlying>" in path:
                responses[404] = UNKNOWN
            self.get(path, summary=answer.__doc__, responses=responses)(MethodType(answer, self._sources))
            del self._not_loaded[path]

    def _describe(self) -> Response[str]:
        """Return the description of all routes."""
        return Response(HTTPStatus.OK.value, APPLICATION_JSON, self._description)

    @cached_property
    def _description(self) -> str:
        described = Resolver(self._sources)
        described.load(lambda _: True)
        return described.get_openapi_json_schema(title="AlphaGEX", version=API_VERSION, description=DESCRIPTION)

    def _refuse(self, _: Exception) -> Response[str]:
        path, method, known = self.current_event.path, self.current_event.http_method, (*ROUTES, OPENAPI_PATH)
        if method.upper() != "GET" and any(_fits(path, one) for one in known):
            return only_get(method)
        return no_such_path(path, known)


def _fits(path: str, route: str) -> bool:
    parts, wanted = path.split("/"), route.split("/")
    return len(parts) == len(wanted) and all(
        asked == part or part.startswith("<") for asked, part in zip(parts, wanted, strict=True)
    )
