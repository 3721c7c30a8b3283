"""An account at the broker: whose it is, what was confirmed by a person, and what reconciliation remembers of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from shared.domain.values import SCHEMA_VERSION, UtcTime, Value
from shared.domain.vocabulary import Bot, TradingMode

if TYPE_CHECKING:
    from shared.domain.config import BotConfig
    from shared.domain.positions import Position


class Confirmation(Value):
    """A person's word, given by command, that a bot may trade live in this account."""

    schema_version: int = SCHEMA_VERSION
    bot: Bot
    account_id: str
    at: UtcTime
    reason: str


class AccountWatch(Value):
    """What one run of reconciliation leaves to the next, for one account.

    ``suspected`` are contracts by OCC symbol that a run at ``suspected_at`` could not explain; ``set_aside`` symbols
    that are not compared, each with the reason, and ``foreign`` how many contracts of them are somebody else's;
    ``foreign_orders`` the broker's ids of orders that are not ours and were told, ``booked_orders`` of those among
    them by which a position was booked as closed by hand.
    """

    schema_version: int = SCHEMA_VERSION
    version: int = 0
    account_id: str
    mode: TradingMode
    suspected: dict[str, int] = Field(default_factory=dict)
    suspected_at: UtcTime | None = None
    set_aside: dict[str, str] = Field(default_factory=dict)
    foreign: dict[str, int] = Field(default_factory=dict)
    foreign_orders: tuple[str, ...] = ()
    booked_orders: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The account among those of every mode."""
        return f"{self.mode}#{self.account_id}"


def account_id_of(config: BotConfig, mode: TradingMode) -> str | None:
    """Return the account that a bot trades in a mode; None where the user named none."""
    return f"PAPER-{config.bot}" if mode is TradingMode.PAPER else config.confirmed_account


def account_of(position: Position) -> str | None:
    """Return the account a position lies in."""
    return f"PAPER-{position.bot}" if position.mode is TradingMode.PAPER else position.account_id


def at_account(config: BotConfig, account_id: str | None) -> BotConfig:
    """Return a bot's configuration for what lies in an account, whatever the user names today."""
    if account_id is None or account_id.startswith("PAPER-") or account_id == config.confirmed_account:
        return config
    return config.model_copy(update={"confirmed_account": account_id})
