"""The typed configuration: every number of the workflow and its readings, with its default.

A bot's document in SSM holds only what its user changed; :func:`bot_config` lays it over the defaults.
Prices are dollars per unit, fractions are shares of one, times are seconds, days are calendar days.
"""

from shared.domain.config.documents import DOCUMENT_LIMIT_BYTES, bot_config, parse_document, system_config
from shared.domain.config.sections import (
    Caps,
    Days,
    EntryWindow,
    Exits,
    Feedback,
    Fees,
    Freshness,
    GammaThreshold,
    Liquidity,
    Multiple,
    PaperFill,
    Prior,
    Rails,
    Seconds,
    StrategyRule,
    Trips,
    Underlying,
    Walk,
)
from shared.domain.config.whole import FREE_POLYGON_CALLS, BotConfig, SystemConfig

__all__ = [
    "DOCUMENT_LIMIT_BYTES",
    "FREE_POLYGON_CALLS",
    "BotConfig",
    "Caps",
    "Days",
    "EntryWindow",
    "Exits",
    "Feedback",
    "Fees",
    "Freshness",
    "GammaThreshold",
    "Liquidity",
    "Multiple",
    "PaperFill",
    "Prior",
    "Rails",
    "Seconds",
    "StrategyRule",
    "SystemConfig",
    "Trips",
    "Underlying",
    "Walk",
    "bot_config",
    "parse_document",
    "system_config",
]
