"""First contact with the vendors: every need asked of every configured source once, read-only, with the user's keys."""

import time
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import Any, Final, NamedTuple

from infra.words import billions
from shared.adapters.feeds import VIX
from shared.adapters.passing import quote_reading
from shared.adapters.polygon.client import PolygonClient
from shared.adapters.tradier.client import TradierClient
from shared.adapters.tradier.market import TradierMarket
from shared.adapters.trading_volatility.client import TradingVolatilityClient
from shared.domain.config import Freshness, SystemConfig
from shared.domain.errors import (
    AlphaGexError,
    CredentialsError,
    FeedUnavailableError,
    MalformedReplyError,
    NotEntitledError,
    RateLimitedError,
)
from shared.domain.market import Reading
from shared.domain.sessions import is_open, new_york_date, previous_session
from shared.domain.vocabulary import Source
from shared.vendors import Vendors

CHAIN_DTE: Final = 7
"""The chain asked for is of the first expiration at least so many days off."""
HISTORY_DAYS: Final = 14


class Outcome(StrEnum):
    """What came of one question."""

    GOOD = "good"
    STALE = "stale"
    NOT_CONFIGURED = "not configured"
    NOT_ENTITLED = "not entitled"
    RATE_LIMITED = "rate limited"
    KEY_REFUSED = "key refused"
    UNREADABLE = "unreadable"
    NO_ANSWER = "no answer"


class Finding(NamedTuple):
    """One question to one source: what it said, how old by the vendor's own time, how fast, and what is left."""

    need: str
    source: str
    outcome: Outcome
    said: str
    as_of: datetime | None = None
    age_s: float | None = None
    limit_s: int | None = None
    latency_ms: float | None = None
    calls_left: int | None = None


class Told(NamedTuple):
    """An answer in a few words, with the vendor's time where it has one."""

    said: str
    as_of: datetime | None = None
    limit_s: int | None = None


class Account(NamedTuple):
    """A broker account to look at."""

    number: str
    is_sandbox: bool


Question = Callable[[Any], Told]


class Check:
    """Asks; one question after the other, so that each latency is its own."""

    def __init__(self, vendors: Vendors, config: SystemConfig, accounts: tuple[Account, ...] = ()) -> None:
        """Check these vendors for the needs of this configuration."""
        self._vendors = vendors
        self._config = config
        self._accounts = accounts
        self._listed: dict[str, date] = {}

    def run(self) -> Iterator[Finding]:
        """Ask every source for every need, in the order in which collect would take them."""
        tradier = self._opened(self._vendors.market)
        polygon = self._opened(self._vendors.polygon)
        gamma = self._opened(self._vendors.trading_volatility)
        yield from self._broker(tradier)
        yield from self._second(polygon)
        yield from self._exposure(gamma)
        for account in self._accounts:
            client = self._opened(partial(self._vendors.account, account.number, is_sandbox=account.is_sandbox))
            yield self._ask("account", _broker_name(is_sandbox=account.is_sandbox), client, _balances)

    def _opened(self, client: Callable[[], Any]) -> Any:  # noqa: ANN401 - a client, an error, or nothing
        try:
            return client()
        except CredentialsError as error:
            return error

    def _broker(self, tradier: Any) -> Iterator[Finding]:  # noqa: ANN401
        is_sandbox = isinstance(tradier, TradierMarket) and tradier.source is Source.TRADIER_SANDBOX
        name = _broker_name(is_sandbox=is_sandbox)
        for symbol in (*self._config.underlyings, VIX):
            need = "vix" if symbol == VIX else f"spot {symbol}"
            yield self._ask(need, name, tradier, self._quote(symbol))
        yield self._ask("clock", name, tradier, _clock)
        for underlying in self._config.underlyings:
            yield self._ask(f"chain {underlying}", name, tradier, self._chain(underlying))
        for symbol in (*self._config.underlyings, VIX):
            yield self._ask(f"history {symbol}", name, tradier, self._history(symbol))

    def _second(self, polygon: Any) -> Iterator[Finding]:  # noqa: ANN401
        name, underlyings = Source.POLYGON.value, self._config.underlyings
        yield self._ask("vix", name, polygon, lambda feed: self._reading(feed.vix(), self._fresh.vix))
        for symbol in (*underlyings, VIX):
            yield self._ask(f"history {symbol}", name, polygon, self._history(symbol))
        for underlying in underlyings:
            yield self._ask(f"spot {underlying}", name, polygon, self._spot(underlying))
        for underlying in underlyings:
            yield self._ask(f"chain {underlying}", name, polygon, self._chain(underlying))

    def _exposure(self, feed: Any) -> Iterator[Finding]:  # noqa: ANN401
        for underlying in self._config.underlyings:
            yield self._ask(f"gamma {underlying}", Source.TRADING_VOLATILITY.value, feed, self._gamma(underlying))

    @property
    def _fresh(self) -> Freshness:
        return self._config.freshness

    def _quote(self, symbol: str) -> Question:
        def ask(feed: TradierMarket) -> Told:
            quote = feed.quotes([symbol]).get(symbol)
            reading = quote_reading(quote) if quote is not None else None
            if reading is None:
                raise FeedUnavailableError(f"no price of {symbol} in the quotes")
            return self._reading(reading, self._fresh.vix if symbol == VIX else self._fresh.quote)

        return ask

    def _reading(self, reading: Reading, usual: int) -> Told:
        return Told(str(reading.value), reading.as_of, self._fresh.limit(usual, reading.source))

    def _spot(self, underlying: str) -> Question:
        def ask(feed: PolygonClient) -> Told:
            return self._reading(feed.spot(underlying), self._fresh.quote)

        return ask

    def _gamma(self, underlying: str) -> Question:
        def ask(feed: TradingVolatilityClient) -> Told:
            gamma = feed.gamma(underlying)
            flip = "no flip" if gamma.flip_point is None else f"flip {gamma.flip_point:.2f}"
            walls = f"walls {gamma.put_wall or 'none'} / {gamma.call_wall or 'none'}"
            said = f"{billions(gamma.net_gex)} per 1 %, {flip}, {walls}"
            return Told(said, gamma.as_of, self._fresh.gamma)

        return ask

    def _chain(self, underlying: str) -> Question:
        def ask(feed: TradierMarket | PolygonClient) -> Told:
            day = self._expiration(feed, underlying)
            rows = feed.option_chain(underlying, day)
            quoted = [row for row in rows if row.mid is not None]
            greeks = sum(1 for row in rows if row.iv is not None and row.delta is not None)
            newest = max((row.as_of for row in quoted if row.as_of is not None), default=None)
            said = f"{day}: {len(rows)} contracts, {len(quoted)} quoted, {greeks} with greeks"
            source = feed.source if isinstance(feed, TradierMarket) else Source.POLYGON
            return Told(said, newest, self._fresh.limit(self._fresh.quote, source))

        return ask

    def _expiration(self, feed: TradierMarket | PolygonClient, underlying: str) -> date:
        """Return the expiration to look at; what one source lists saves the next one the calls."""
        if underlying not in self._listed:
            least = new_york_date(self._vendors.clock.now()) + timedelta(days=CHAIN_DTE)
            listed = feed.expirations(underlying)
            self._listed[underlying] = min((day for day in listed if day >= least), default=listed[-1])
        return self._listed[underlying]

    def _history(self, symbol: str) -> Question:
        def ask(feed: TradierMarket | PolygonClient) -> Told:
            today = new_york_date(self._vendors.clock.now())
            end = previous_session(today)
            bars = feed.daily_bars(symbol, today - timedelta(days=HISTORY_DAYS), end)
            if bars[-1].day < end:
                raise FeedUnavailableError(f"ends on {bars[-1].day}, not on {end}")
            return Told(f"{len(bars)} sessions to {bars[-1].day}, close {bars[-1].close}")

        return ask

    def _ask(self, need: str, source: str, client: Any, question: Question) -> Finding:  # noqa: ANN401
        if isinstance(client, CredentialsError):
            return Finding(need, source, Outcome.NOT_CONFIGURED, str(client))
        if client is None:
            return Finding(need, source, Outcome.NOT_CONFIGURED, "no key is stored")
        begun = time.perf_counter()
        try:
            told = question(client)
        except AlphaGexError as error:
            return Finding(need, source, _outcome(error), str(error), calls_left=_calls_left(client))
        latency = (time.perf_counter() - begun) * 1_000
        now = self._vendors.clock.now()
        age = None if told.as_of is None else (now - told.as_of).total_seconds()
        is_stale = is_open(now) and age is not None and told.limit_s is not None and age > told.limit_s
        outcome = Outcome.STALE if is_stale else Outcome.GOOD
        return Finding(need, source, outcome, told.said, told.as_of, age, told.limit_s, latency, _calls_left(client))


def unmet(findings: tuple[Finding, ...]) -> tuple[str, ...]:
    """Return the needs that no source meets; the exposure can be computed from a good chain."""
    good = {one.need for one in findings if one.outcome is Outcome.GOOD}
    needs = dict.fromkeys(one.need for one in findings)
    return tuple(need for need in needs if need not in good and need.replace("gamma", "chain", 1) not in good)


def refused_keys(findings: tuple[Finding, ...]) -> tuple[str, ...]:
    """Return the sources whose key was refused: only a person can mend that."""
    return tuple(dict.fromkeys(one.source for one in findings if one.outcome is Outcome.KEY_REFUSED))


def _broker_name(*, is_sandbox: bool) -> str:
    return (Source.TRADIER_SANDBOX if is_sandbox else Source.TRADIER).value


def _clock(feed: TradierMarket) -> Told:
    said = feed.clock()
    return Told("open" if said.is_open else "closed", said.now)


def _balances(client: TradierClient) -> Told:
    money, held = client.balances(), client.positions()
    return Told(
        f"{money.account_id}: equity {money.total_equity}, option buying power {money.option_buying_power}, "
        f"{len(held)} holdings"
    )


def _outcome(error: AlphaGexError) -> Outcome:
    outcomes: Mapping[type[AlphaGexError], Outcome] = {
        NotEntitledError: Outcome.NOT_ENTITLED,
        RateLimitedError: Outcome.RATE_LIMITED,
        CredentialsError: Outcome.KEY_REFUSED,
        MalformedReplyError: Outcome.UNREADABLE,
    }
    return outcomes.get(type(error), Outcome.NO_ANSWER)


def _calls_left(client: TradierMarket | PolygonClient | TradingVolatilityClient) -> int | None:
    match client:
        case TradierMarket():
            return min(client.remaining_calls().values(), default=None)
        case PolygonClient():
            return client.remaining_calls()
        case _:
            return None
