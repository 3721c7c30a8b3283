"""What every recorded answer needs: its moment, its host, and how an answer is written."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx

NOW = datetime(2018, 1, 10, 16, 0, tzinfo=UTC)
MS = int(NOW.timestamp()) * 1_000
NS = MS * 1_000_000
ASOF = "2018-01-10T15:59:12Z"
HOST = "https://recorded.example"
ORDER_ID, FINAL_ID = 7_100_001, 7_100_009

Request = httpx.Request
Answer = Callable[[Request, dict[str, str]], tuple[int, Any]]


def said(body: Any, status: int = 200) -> Answer:
    return lambda _request, _query: (status, body)
