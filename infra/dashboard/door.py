"""Who may come in: the one browser that was given the one-time token, and nobody from another page or user."""

import secrets
from dataclasses import dataclass, field
from hmac import compare_digest
from typing import Final

TOKEN_BYTES: Final = 32
LOOPBACK: Final = "127.0.0.1"
BEARER: Final = "Bearer "


def _random() -> str:
    return secrets.token_urlsafe(TOKEN_BYTES)


@dataclass
class Door:
    """A token that opens once and gives the key that every request then carries in a header.

    The token stands behind the `#` of the address, which no browser sends or logs; the key is never a cookie, so
    another page cannot borrow it, and the name of the host is checked, so no other name can lead here.
    """

    port: int
    token: str | None = field(default_factory=_random)
    key: str = field(default_factory=_random)

    @property
    def origin(self) -> str:
        """Where the page is."""
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def address(self) -> str:
        """What the browser is opened with."""
        return f"{self.origin}/#token={self.token}"

    def is_for_us(self, host: str | None, origin: str | None) -> bool:
        """Tell whether a request was meant for this server and comes from its own page, or from no page."""
        return host == f"{LOOPBACK}:{self.port}" and origin in (None, self.origin)

    def exchange(self, token: str) -> str | None:
        """Return the key for the token, once."""
        if self.token is None or not compare_digest(token.encode(), self.token.encode()):
            return None
        self.token = None
        return self.key

    def admits(self, authorization: str | None) -> bool:
        """Tell whether a request carries the key."""
        given = (authorization or "").removeprefix(BEARER)
        return compare_digest(given.encode(), self.key.encode())
