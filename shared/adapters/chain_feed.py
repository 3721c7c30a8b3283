"""The option chains with their fallback: the broker's first, then the second vendor's."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Final

from shared.domain.errors import CredentialsError, FeedError, FeedUnavailableError
from shared.domain.options import OptionQuote
from shared.domain.ports import Chains


class ChainFeed:
    """Port Chains over several sources in the order of trust."""

    def __init__(self, sources: Callable[[], Sequence[Chains]]) -> None:
        """Ask these in turn, those there are at each question."""
        self._sources: Final = sources

    def expirations(self, underlying: str) -> tuple[date, ...]:
        """Return the first source's expirations that can be had. Raises FeedError with every reason."""
        reasons = []
        for source in self._sources():
            try:
                return source.expirations(underlying)
            except (FeedError, CredentialsError) as error:
                reasons.append(str(error))
        raise FeedUnavailableError("; ".join(reasons) or "no source of option chains is configured")

    def option_chain(self, underlying: str, expiration: date) -> tuple[OptionQuote, ...]:
        """Return the first source's chain that can be had. Raises FeedError with every reason."""
        reasons = []
        for source in self._sources():
            try:
                return source.option_chain(underlying, expiration)
            except (FeedError, CredentialsError) as error:
                reasons.append(str(error))
        raise FeedUnavailableError("; ".join(reasons) or "no source of option chains is configured")
