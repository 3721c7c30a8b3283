"""What the gates of a decision ask about; their codes say what a refusal means."""

from typing import Final

QUESTIONS: Final = {
    "BOT_DISABLED": "bot enabled",
    "BREAKER": "breaker",
    "INVALID_SNAPSHOT": "market data",
    "STALE_SNAPSHOT": "age of the data",
    "STALE_QUOTE": "age of the quotes",
    "MARKET_CLOSED": "market open",
    "OUTSIDE_ENTRY_WINDOW": "entry window",
    "MAX_POSITIONS": "open positions",
    "ORDER_RATE": "orders",
    "STAY_FLAT": "action",
    "NOT_THIS_BOT": "actions of the bot",
    "TREND_EXCLUDED": "trend",
    "NEAR_FLIP": "away from the flip",
    "NOT_CONFIRMED": "confirmed",
    "COOLING_DOWN": "cooled down",
    "NOT_BREAKING_OUT": "breakout",
    "LOW_CONFIDENCE": "confidence",
    "VIX_OUT_OF_RANGE": "VIX",
    "NO_EXPIRATION": "expiration",
    "NO_STRIKE": "strikes",
    "CREDIT_TOO_SMALL": "credit",
    "WIDTH_TOO_LARGE": "width",
    "ILLIQUID_LEG": "spread of the legs",
    "UNQUOTED_LEG": "legs quoted",
    "NEGATIVE_EXPECTANCY": "expectancy",
    "SIZE_ZERO": "size",
    "STRATEGY_DISABLED": "strategy enabled",
    "INSUFFICIENT_MARGIN": "buying power",
    "SLOT_TAKEN": "slot",
    "MODE_MISMATCH": "mode",
    "ACCOUNT_MISMATCH": "account",
    "BROKER_UNKNOWN": "broker's answer",
    "PREVIEW_REFUSED": "broker's preview",
    "LIMIT_REQUIRED": "limit price",
    "AM_SETTLED": "settlement",
    "CLOCK_SKEW": "broker's clock",
    "DUPLICATE_ORDER": "identical order",
    "PRICE_COLLAR": "price collar",
    "NETTING": "netting",
    "UNDERLYING_NOT_ALLOWED": "underlying",
    "DTE_TOO_SHORT": "days to expiration",
    "EXCEEDS_POSITION": "contracts held",
    "LOST_RACE": "first to decide",
    "UNREADABLE_ITEM": "stored items",
}


def question_of(code: str) -> str:
    """Return what a gate asks about; of an exit, the reason that it would give."""
    return QUESTIONS.get(code, code.replace("_", " ").lower())
