"""What a bot stands on when it decides: ledger, live state, account; and its decision."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from shared.domain.book import LiveState
from shared.domain.config import bot_config
from shared.domain.decisions import Decision, DecisionKind, LastDecided
from shared.domain.ledgers import Counters, Ledger
from shared.domain.market import BrokerClock
from shared.domain.vocabulary import Action, Bot, TradingState
from shared.phases.entry import Account
from shared.phases.execution.denials import Setting
from tests.builders.scene import NOON, PAPER, TODAY, seconds


def decision(**changes: Any) -> Decision:
    facts: dict[str, Any] = {
        "decision_id": "d1",
        "kind": DecisionKind.ENTRY,
        "bot": Bot.PROMETHEUS,
        "mode": PAPER,
        "underlying": "SPY",
        "at": NOON,
        "what": "OPEN",
        "why": (),
        "how": "limit",
    }
    return Decision.model_validate(facts | changes)


def ledger(bot: Bot = Bot.PROMETHEUS, **changes: Any) -> Ledger:
    return Ledger(**{"bot": bot, "mode": PAPER} | changes)


def live(bot: Bot = Bot.PROMETHEUS, **changes: Any) -> LiveState:
    return LiveState(bot=bot, **changes)


def counters(**changes: Any) -> Counters:
    return Counters(**{"day": TODAY} | changes)


def setting(bot: Bot = Bot.PROMETHEUS, changes: Mapping[str, Any] | None = None, **others: Any) -> Setting:
    """A bot at noon with nothing open and the breaker ACTIVE; ``changes`` are its configuration document."""
    facts: dict[str, Any] = {
        "config": bot_config(bot, changes),
        "live": live(bot),
        "state": TradingState.ACTIVE,
        "now": NOON,
    }
    return Setting(**facts | others)


def last_decided(action: Action = Action.SELL_PREMIUM, times: int = 2) -> LastDecided:
    return LastDecided(underlying="SPY", snapshot_at=NOON - seconds(60), recent_actions=(action,) * times)


def account(**changes: Any) -> Account:
    """A broker with plenty of buying power, no holdings, and a clock that agrees."""
    facts: dict[str, Any] = {
        "buying_power": Decimal(1_000_000),
        "holdings": {},
        "clock": BrokerClock(now=NOON, is_open=True),
    }
    return Account(**facts | changes)
