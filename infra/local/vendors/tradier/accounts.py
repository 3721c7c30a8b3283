"""(placeholder while the accounts are being written)"""

from datetime import datetime
from typing import Any

from infra.local.vendors.http import Request
from infra.local.vendors.tradier.errors import Refusal, text
from infra.local.vendors.tradier.quotes import QuoteDesk


class Accounts:
    def __init__(self, desk: QuoteDesk, *rest: Any) -> None:
        self.desk = desk

    def answer(self, request: Request, now: datetime) -> Any:
        raise Refusal(text(404, "Not Found"))
