"""Option quotes with their fallback: the broker's in one call, else the second vendor's chains."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from shared.domain.errors import CredentialsError, FeedError, FeedUnavailableError
from shared.domain.market import Quote
from shared.domain.options import OptionQuote, parse_option_symbol
from shared.domain.ports import Chains, Quotes


class QuoteFeed:
    """Port Quotes: a position must be priced even while the broker's market data are away."""

    def __init__(self, first: Quotes, second: Callable[[], Chains | None]) -> None:
        """Ask the first, and only when it fails the second, where there is one."""
        self._first: Final = first
        self._second: Final = second

    def quotes(self, symbols: Sequence[str]) -> Mapping[str, Quote]:
        """Return quotes of underlyings and indices. Raises FeedError."""
        return self._first.quotes(symbols)

    def option_quotes(self, option_symbols: Sequence[str]) -> Mapping[str, OptionQuote]:
        """Return quotes of option contracts. Raises FeedError with the reasons of both."""
        try:
            return self._first.option_quotes(option_symbols)
        except (FeedError, CredentialsError) as problem:
            second = self._second()
            if second is None:
                raise
            return self._from_chains(second, option_symbols, problem)

    def _from_chains(
        self, chains: Chains, option_symbols: Sequence[str], problem: Exception
    ) -> Mapping[str, OptionQuote]:
        wanted = {parse_option_symbol(symbol) for symbol in option_symbols}
        found: dict[str, OptionQuote] = {}
        for underlying, expiration in sorted({(one.underlying, one.expiration) for one in wanted}):
            try:
                rows = chains.option_chain(underlying, expiration)
            except (FeedError, CredentialsError) as second:
                raise FeedUnavailableError(f"{problem}; {second}") from second
            found |= {row.option_symbol: row for row in rows if row.contract in wanted}
        return found
