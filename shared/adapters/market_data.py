"""Market data of the broker over whichever client is the right one now: keys are renewed while a process lives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    from shared.adapters.tradier.market import TradierMarket
    from shared.domain.market import BrokerClock, DailyBar, Quote
    from shared.domain.options import OptionQuote
    from shared.domain.ports import Clock


class MarketData:
    """Ports Quotes, Chains, MarketClock and DailyHistory."""

    def __init__(self, client: Callable[[], TradierMarket], clock: Clock) -> None:
        """Ask for the client at each question; without any key it raises CredentialsError."""
        self._client: Final = client
        self._clock: Final = clock

    def quotes(self, symbols: Sequence[str]) -> Mapping[str, Quote]:
        """Return the quotes found of underlyings and indices, by symbol."""
        return self._client().quotes(symbols)

    def option_quotes(self, option_symbols: Sequence[str]) -> Mapping[str, OptionQuote]:
        """Return the quotes found of option contracts, by OCC symbol."""
        return self._client().option_quotes(option_symbols)

    def option_chain(self, underlying: str, expiration: date) -> tuple[OptionQuote, ...]:
        """Return all contracts of one expiration, every root."""
        return self._client().option_chain(underlying, expiration)

    def expirations(self, underlying: str) -> tuple[date, ...]:
        """Return the listed expirations, ascending."""
        return self._client().expirations(underlying)

    def clock(self) -> BrokerClock:
        """Return the broker's time, how far it is from ours, and whether the regular session runs."""
        client, asked_at = self._client(), self._clock.now()
        return client.clock().heard(asked_at, self._clock.now())

    def daily_bars(self, symbol: str, start: date, end: date) -> tuple[DailyBar, ...]:
        """Return the finished sessions, ascending."""
        return self._client().daily_bars(symbol, start, end)
