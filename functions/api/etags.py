"""Entity tags: an answer that is still the same is not sent again."""

import hashlib
import json
from http import HTTPStatus
from typing import Any, Final

from aws_lambda_powertools.event_handler import LambdaFunctionUrlResolver, Response
from aws_lambda_powertools.event_handler.middlewares import NextMiddleware

TIME_OF_ASKING: Final = frozenset({"asked_at", "age_seconds"})
"""What changes with every question although nothing has happened; a weak tag leaves it out."""
DIGITS: Final = 32


def with_etag(app: LambdaFunctionUrlResolver, next_middleware: NextMiddleware) -> Response[Any]:
    """Tag a good answer, and answer 304 where the asker has it already."""
    response: Response[Any] = next_middleware(app)
    if response.status_code != HTTPStatus.OK:
        return response
    tag = _tag(response.body)
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if tag in _known(app):
        return Response(HTTPStatus.NOT_MODIFIED.value, response.content_type, "", headers)
    response.headers.update(headers)
    return response


def _known(app: LambdaFunctionUrlResolver) -> list[str]:
    sent = app.current_event.headers.get("if-none-match") or ""
    return [one.strip() for one in sent.split(",")]


def _tag(body: object) -> str:
    text = body if isinstance(body, str) else json.dumps(_lasting(body), sort_keys=True)
    return f'W/"{hashlib.sha256(text.encode()).hexdigest()[:DIGITS]}"'


def _lasting(body: object) -> object:
    match body:
        case dict():
            return {name: _lasting(value) for name, value in body.items() if name not in TIME_OF_ASKING}
        case list():
            return [_lasting(one) for one in body]
        case _:
            return body
