"""Partition and sort keys, and the form of the times in them."""

from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Final

from shared.domain.sessions import minute_of, new_york_date
from shared.domain.vocabulary import Bot, Strategy, TradingMode

ALL: Final = "ALL"
"""In place of a bot: what concerns all of them."""
BREAKER: Final = "BREAKER"
COUNTERS: Final = "COUNTERS"
HEARTBEAT: Final = "HEARTBEAT"
STATISTICS: Final = "STATS"
CLOSED: Final = "CLOSED#"
PAPER_ACCOUNT: Final = "ACCOUNT"
CONFIRMATION: Final = "CONFIRMATION"
CARETAKER: Final = Bot.ATLAS
"""In whose partition lies what belongs to no bot, so that the query of its live state shows it too."""
BUDGET: Final = "BUDGET"


class Kind(StrEnum):
    """What an item is."""

    INTENT = "INTENT"
    POSITION = "POSITION"
    SLOT = "SLOT"
    LEDGER = "LEDGER"
    COUNTERS = "COUNTERS"
    LAST = "LAST"
    ALERT = "ALERT"
    HEARTBEAT = "HEARTBEAT"
    DECISION = "DECISION"
    CLOSED_TRADE = "CLOSED_TRADE"
    STATISTICS = "STATISTICS"
    BREAKER = "BREAKER"
    SNAPSHOT = "SNAPSHOT"
    HISTORY = "HISTORY"
    PAPER_ACCOUNT = "PAPER_ACCOUNT"
    ACCOUNT_WATCH = "ACCOUNT_WATCH"
    CONFIRMATION = "CONFIRMATION"
    CONFIGURATION = "CONFIGURATION"
    VENDOR_BUDGET = "VENDOR_BUDGET"


def stamp(moment: datetime) -> str:
    """Write an aware moment in UTC so that text sorts as time does."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"


def account(bot: Bot | None) -> str:
    """Return the partition of a bot, or of all."""
    return f"ACCT#{bot or ALL}"


def paper(account_id: str) -> str:
    """Return the partition of a paper account."""
    return f"PAPER#{account_id}"


def intent(intent_id: str) -> str:
    """Return the sort key of an intent."""
    return f"INT#{intent_id}"


def position(position_id: str) -> str:
    """Return the sort key of a position."""
    return f"POS#{position_id}"


def slot(mode: TradingMode, underlying: str, strategy: Strategy) -> str:
    """Return the sort key of the one place a structure may take."""
    return f"SLOT#{mode}#{underlying}#{strategy}"


def ledger(mode: TradingMode) -> str:
    """Return the sort key of a ledger."""
    return f"LEDGER#{mode}"


def last(underlying: str) -> str:
    """Return the sort key of what was last decided on an underlying."""
    return f"LAST#{underlying}"


def account_watch(name: str) -> str:
    """Return the sort key of what reconciliation remembers of an account."""
    return f"WATCH#{name}"


def alert(event_id: str) -> str:
    """Return the sort key of an alert."""
    return f"ALERT#{event_id}"


def decision(bot: Bot, at: datetime, decision_id: str) -> tuple[str, str]:
    """Return both keys of a decision."""
    return decisions_of(bot, new_york_date(at)), f"{stamp(at)}#{decision_id}"


def decisions_of(bot: Bot, day: date) -> str:
    """Return the partition of a bot's decisions of a New York date."""
    return f"{bot}#{day}"


def configuration(bot: Bot) -> str:
    """Return the partition of the configurations that a bot's decisions name."""
    return f"CONFIG#{bot}"


def statistics(mode: TradingMode, strategy: Strategy) -> str:
    """Return the partition of a strategy's closed trades and statistics."""
    return f"{mode}#{strategy}"


def closed_since(since: datetime) -> str:
    """Return the least sort key of a trade closed at or after a moment."""
    return f"{CLOSED}{since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def minute(at: datetime) -> str:
    """Return the sort key of a snapshot."""
    return f"{minute_of(at.astimezone(UTC)):%Y-%m-%dT%H:%M:%SZ}"


def budget(token_name: str) -> str:
    """Return the partition of a vendor's rate budget."""
    return f"BUDGET#{token_name}"


def history(symbol: str) -> str:
    """Return the partition of a symbol's daily history."""
    return f"HISTORY#{symbol}"
