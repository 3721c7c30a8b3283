"""What is said when a request cannot be answered: field, value, remedy."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from aws_lambda_powertools.event_handler import LambdaFunctionUrlResolver, Response
from aws_lambda_powertools.event_handler.content_types import APPLICATION_JSON
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError

from shared.domain.errors import AlphaGexError, InvalidValueError
from shared.views.snapshots import NoSnapshotError
from shared.views.underlyings import UnknownUnderlyingError
from shared.views.view import View

LONGEST_VALUE: Final = 200


class Problem(View):
    """One thing that is wrong with a request."""

    field: str
    value: str
    remedy: str


class ProblemsView(View):
    """Why there is no answer."""

    problems: tuple[Problem, ...]


def _answer(status: HTTPStatus, *problems: Problem, headers: Mapping[str, str] | None = None) -> Response[str]:
    body = ProblemsView(problems=problems).model_dump_json()
    return Response(int(status), APPLICATION_JSON, body, {"Cache-Control": "no-store", **(headers or {})})


def _content(description: str) -> dict[str, Any]:
    return {"description": description, "content": {APPLICATION_JSON: {"model": ProblemsView}}}


INVALID: Final = _content("A parameter is not valid.")
UNKNOWN: Final = _content("There is nothing of this name.")
UNAVAILABLE: Final = _content("A vendor or a table gave no answer; try again.")


def handle_problems(app: LambdaFunctionUrlResolver) -> None:
    """Let every foreseen error become an answer; what nobody foresaw stays an error of the function."""
    app.exception_handler(RequestValidationError)(_invalid_request)
    app.exception_handler(InvalidValueError)(_invalid_value)
    app.exception_handler(UnknownUnderlyingError)(_unknown)
    app.exception_handler(NoSnapshotError)(_nothing_yet)
    app.exception_handler(AlphaGexError)(_unavailable)


def _invalid_request(error: RequestValidationError) -> Response[str]:
    return _answer(HTTPStatus.UNPROCESSABLE_ENTITY, *(_problem(one) for one in error.errors()))


def _problem(fault: Mapping[str, Any]) -> Problem:
    path: Sequence[Any] = fault["loc"]
    return Problem(
        field=str(path[-1]) if path else "request",
        value=str(fault.get("input"))[:LONGEST_VALUE],
        remedy=str(fault["msg"]),
    )


def _invalid_value(error: InvalidValueError) -> Response[str]:
    return _answer(HTTPStatus.UNPROCESSABLE_ENTITY, _told(error))


def _unknown(error: UnknownUnderlyingError) -> Response[str]:
    return _answer(HTTPStatus.NOT_FOUND, _told(error))


def _told(error: InvalidValueError) -> Problem:
    return Problem(field=error.field, value=str(error.value)[:LONGEST_VALUE], remedy=error.remedy)


def _nothing_yet(error: NoSnapshotError) -> Response[str]:
    return _answer(HTTPStatus.NOT_FOUND, Problem(field="underlying", value="", remedy=str(error)))


def _unavailable(error: AlphaGexError) -> Response[str]:
    problem = Problem(field="stage", value=type(error).__name__, remedy=f"{error}; try again")
    return _answer(HTTPStatus.SERVICE_UNAVAILABLE, problem, headers={"Retry-After": "5"})


def no_such_path(path: str, known: Sequence[str]) -> Response[str]:
    """Say that there is nothing at this path."""
    return _answer(
        HTTPStatus.NOT_FOUND,
        Problem(field="path", value=path[:LONGEST_VALUE], remedy=f"choose one of {', '.join(known)}"),
    )


def only_get(method: str) -> Response[str]:
    """Say that everything here is only read."""
    problem = Problem(field="method", value=method, remedy="everything here is only read: use GET")
    return _answer(HTTPStatus.METHOD_NOT_ALLOWED, problem, headers={"Allow": "GET"})
