"""What Trading Volatility's answers mean; its errors are mostly bare text."""

from typing import Final

from shared.adapters.http import HttpReply, refuse_transient, retry_after_s
from shared.domain.errors import CredentialsError, FeedUnavailableError, NotEntitledError, RateLimitedError
from shared.domain.vocabulary import Source

TRADING_VOLATILITY: Final = Source.TRADING_VOLATILITY.value
LIMIT_WORDS: Final = "API limit exceeded"
WINDOW_S: Final = 60.0
BURST_WAIT_S: Final = 1.0
"""What a 429 without Retry-After asks for: the vendor refuses bursts, not volumes."""


def judge_read(reply: HttpReply) -> None:
    """Raise what an answer means where it is no data."""
    if LIMIT_WORDS in reply.text[:200]:
        raise RateLimitedError(TRADING_VOLATILITY, WINDOW_S)
    match reply.status:
        case 401:
            raise CredentialsError(f"{TRADING_VOLATILITY}: the key is refused (401): {reply.excerpt}")
        case 403:
            raise NotEntitledError(f"{TRADING_VOLATILITY}: {reply.where} needs a subscription (403): {reply.excerpt}")
        case 404:
            raise FeedUnavailableError(f"{TRADING_VOLATILITY}: {reply.where}: unknown or not visible (404)")
        case 429:
            raise RateLimitedError(TRADING_VOLATILITY, retry_after_s(reply, BURST_WAIT_S))
        case _:
            refuse_transient(reply)
