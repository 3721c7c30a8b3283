"""The scene: when and where it plays, and whose configuration holds."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from shared.domain.config import BotConfig, bot_config
from shared.domain.vocabulary import Bot, TradingMode

NOON = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
EXPIRATION = TODAY + timedelta(days=45)
PAPER = TradingMode.PAPER


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


def config(bot: Bot = Bot.PROMETHEUS, **changes: Any) -> BotConfig:
    return bot_config(bot, changes)
