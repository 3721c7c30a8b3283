"""One Tradier host: tokens, limits, the format of answers, and the way to each endpoint."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from infra.local.vendors.desk import status_of
from infra.local.vendors.faults import Fault, FaultKind, Vendor
from infra.local.vendors.http import XML, Reply, Request
from infra.local.vendors.switches import Switches
from infra.local.vendors.tradier import errors
from infra.local.vendors.tradier.accounts import Accounts
from infra.local.vendors.tradier.envelope import Envelope
from infra.local.vendors.tradier.errors import Refusal, RiskRefusal
from infra.local.vendors.tradier.markets import Markets
from infra.local.vendors.tradier.rates import RateLimits, used_up
from infra.local.vendors.wire import compact_json, tradier_json, xml

_NUMBERED: Final = re.compile(r"/\d+(?=/|$)")
_ACCOUNT: Final = re.compile(r"/v1/accounts/([^/]+)/(.*)")


class TradierApp:
    """Answers every call of one host."""

    def __init__(self, switches: Switches, vendor: Vendor, token: str, accounts: Accounts) -> None:
        """Serve the holder of this token."""
        self.desk = accounts.desk
        self.accounts = accounts
        self._switches = switches
        self._token = token
        self._envelope = Envelope(switches)
        self._markets = Markets(self.desk, switches)
        self._rates = RateLimits(sandbox=vendor is Vendor.TRADIER_SANDBOX)

    def endpoint(self, request: Request) -> str:
        """Name the endpoint of a call."""
        path = request.path.removeprefix("/v1")
        match = _ACCOUNT.fullmatch(request.path)
        if match:
            path = f"/accounts/{{id}}/{_NUMBERED.sub('/{order}', f'/{match[2]}')[1:]}"
        return f"{request.method} {path}"

    def answer(self, request: Request, now: datetime) -> Reply:
        """Answer one call."""
        if request.bearer != self._token:
            return errors.invalid_token()
        generous = self._switches["tradier.rate"] == "generous"
        passes, expires_at, headers = self._rates.count(self._token, request, now, generous=generous)
        if not passes:
            reply = errors.quota_violation(expires_at)
        else:
            try:
                reply = self._formatted(self._routed(request, now), request)
            except Refusal as refusal:
                reply = refusal.reply
            except RiskRefusal as refusal:
                reply = self._refused(refusal.words)
        return Reply(reply.status, reply.body, reply.content_type, (*reply.headers, *headers))

    def broken(self, fault: Fault, request: Request, now: datetime) -> Reply:
        """Answer with a fault."""
        match fault.kind:
            case FaultKind.WRONG_HOST:
                return errors.invalid_token()
            case FaultKind.TOKEN_EXPIRED:
                return errors.expired_token()
            case FaultKind.DATASTORE_ERROR:
                return errors.datastore_error()
            case FaultKind.FOREIGN_ACCOUNT:
                match = _ACCOUNT.fullmatch(request.path)
                return errors.unauthorized_account(match[1] if match else "").reply
            case FaultKind.HTML_PAGE:
                return errors.maintenance()
            case FaultKind.RATE_LIMITED:
                return errors.quota_violation(now)
            case FaultKind.LAST_CALL:
                answered = self.answer(request, now)
                ends_at = now + timedelta(seconds=fault.seconds())
                return replace(answered, headers=tuple((dict(answered.headers) | used_up(ends_at)).items()))
            case FaultKind.RISK_REFUSAL:
                return self._refused(fault.parameters.get("codes", [errors.BACK_OFFICE, "InitialMargin"]))
            case FaultKind.ORDERS_OUTAGE if request.form.get("preview") == "true":
                return errors.text(400, errors.PREVIEW_DOWN)
            case _:
                return errors.text(status_of(fault, 500), errors.BACKEND_DOWN)

    def _refused(self, words: Sequence[str]) -> Reply:
        return errors.risk_refusal(self._envelope.collapse("errors", words))

    def _routed(self, request: Request, now: datetime) -> Any:  # noqa: ANN401
        given = request.form if request.method == "POST" else request.query
        market = self._markets.routes.get((request.method, request.path))
        if market is not None:
            return market(given, now)
        return self.accounts.answer(request, now)

    def _formatted(self, document: Any, request: Request) -> Reply:  # noqa: ANN401
        if isinstance(document, Reply):
            return document
        if "application/json" not in request.headers.get("accept", ""):
            return Reply(200, xml(document), XML)
        if self._switches["tradier.numbers"] == "plain":
            return Reply(200, compact_json(_plain(document)))
        return Reply(200, tradier_json(document))


def _plain(document: Any) -> Any:  # noqa: ANN401
    import json

    return json.loads(tradier_json(document))
