"""A line on which the vendors answer as recorded: every documented key, on a Wednesday at eleven in New York."""

import re
from typing import Any

import httpx

from tests.integration.vendors.contract import recorded_polygon, recorded_tradier, recorded_volatility

GOOD_KEY = "a-key-that-is-good"
ANSWERS = (*recorded_tradier.ANSWERS, *recorded_polygon.ANSWERS, *recorded_volatility.ANSWERS)


class Recorded(httpx.BaseTransport):
    """Answers each call by its recorded shape; a wrong key is refused as each vendor does."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        given = dict(httpx.QueryParams(request.content.decode()))
        query = {**dict(request.url.params), **given}
        if GOOD_KEY not in (request.headers.get("authorization", "") + query.get("username", "")):
            return _response(401, _refusal(request.url.path))
        for method, path, answer in ANSWERS:
            if request.method in method.split("|") and re.fullmatch(path, request.url.path):
                return _response(*answer(request, query))
        return _response(404, "nope")


def _refusal(path: str) -> Any:
    if path.startswith("/api/"):
        return {"error": {"message": "Unauthorized"}}
    if path.startswith(("/v1/accounts", "/v1/markets")):
        return {"fault": {"faultstring": "Invalid Access Token", "detail": {"errorcode": "keymanagement.service"}}}
    return {"status": "ERROR", "request_id": "r", "error": "Unknown API Key"}


def _response(status: int, body: Any) -> httpx.Response:
    return httpx.Response(status, text=body) if isinstance(body, str) else httpx.Response(status, json=body)
