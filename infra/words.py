"""Numbers and names as a reader wants them: separators, signs that do not need colour, New York time."""

from datetime import datetime
from decimal import Decimal
from typing import Final

from shared.domain.sessions import NEW_YORK
from shared.domain.vocabulary import AlertLevel

MINUS: Final = "\u2212"
NOTHING: Final = "–"
DAY_SECONDS: Final = 86_400

MEANINGS: Final = {
    "ENTRY": "an entry was decided",
    "STAY_FLAT": "the action matrix says: stay flat",
    "NOT_THIS_BOT": "the action belongs to another bot",
    "TREND_EXCLUDED": "the bot does not trade this trend",
    "NOT_CONFIRMED": "the action must hold for more snapshots in a row",
    "NEAR_FLIP": "the price is too near the gamma flip",
    "COOLING_DOWN": "a stop or target was hit a short while ago",
    "NOT_BREAKING_OUT": "no breakout",
    "VIX_OUT_OF_RANGE": "the VIX is outside the bot's range",
    "LOW_CONFIDENCE": "confidence below the minimum",
    "CREDIT_TOO_SMALL": "the credit is below the minimum",
    "WIDTH_TOO_LARGE": "no strike near enough",
    "NO_STRIKE": "no fitting strike",
    "NO_EXPIRATION": "no fitting expiration",
    "ILLIQUID_LEG": "the spread of a leg is too wide",
    "UNQUOTED_LEG": "a leg has no quote",
    "SLOT_TAKEN": "such a position is open already",
    "MAX_POSITIONS": "as many positions as allowed are open",
    "SIZE_ZERO": "Kelly or the caps size it to zero",
    "INSUFFICIENT_MARGIN": "not enough buying power",
    "NEGATIVE_EXPECTANCY": "its own results have a negative expectancy",
    "STRATEGY_DISABLED": "the strategy is disabled",
    "BREAKER": "the breaker forbids entries",
    "INVALID_SNAPSHOT": "the market data was not fit to trade on",
    "STALE_SNAPSHOT": "the market data was too old",
    "STALE_QUOTE": "a quote was too old",
    "OUTSIDE_ENTRY_WINDOW": "too near the open or the close",
    "MARKET_CLOSED": "the market is closed",
    "BOT_DISABLED": "the bot is switched off",
    "MODE_MISMATCH": "another mode, or live mode is not confirmed",
    "CLOCK_SKEW": "our clock and the broker's differ",
    "DUPLICATE_ORDER": "the same order is working already",
    "ORDER_RATE": "too many orders in a short time",
    "PRICE_COLLAR": "the limit price is outside the allowed range",
    "NETTING": "a leg would net against one that is held",
    "UNDERLYING_NOT_ALLOWED": "the underlying is not on the bot's list",
    "DTE_TOO_SHORT": "it would expire too soon",
    "EXCEEDS_POSITION": "more contracts than are held",
    "LOST_RACE": "another run was first",
    "ACCOUNT_MISMATCH": "the position belongs to another account",
    "BROKER_UNKNOWN": "the broker could not be read",
    "UNREADABLE_ITEM": "something stored of the bot cannot be read",
    "PREVIEW_REFUSED": "the broker refused the order in its preview",
    "LIMIT_REQUIRED": "an order needs a limit price",
    "AM_SETTLED": "the contract is settled in the morning",
}
"""What the codes of a decision mean, for the reader of a report."""

SYMBOLS: Final[dict[str, str]] = {
    AlertLevel.INFO: "●",
    AlertLevel.WARNING: "▲",
    AlertLevel.HIGH: "◆",
    AlertLevel.CRITICAL: "■",
}
"""A sign for each level of an alert, for those who do not see its colour."""

RULES: Final = {
    "RULE_1": "Rule 1: high implied volatility and positive gamma",
    "RULE_2": "Rule 2: negative gamma",
    "RULE_3": "Rule 3: low implied volatility and a trend",
    "RULE_4": "Rule 4: nothing clear",
}


def money(amount: Decimal | float, places: int = 0) -> str:
    """Write dollars with separators: ``$1,234`` or ``−$1,234``."""
    text = f"{abs(amount):,.{places}f}"
    is_negative = amount < 0 and any(digit in "123456789" for digit in text)
    return f"{MINUS if is_negative else ''}${text}"


def gain(amount: Decimal | float, places: int = 0) -> str:
    """Write a result in dollars, its sign always shown: ``+$1,234``, ``−$1,234``, ``$0``."""
    text = money(amount, places)
    is_positive = not text.startswith(MINUS) and any(digit in "123456789" for digit in text)
    return f"+{text}" if is_positive else text


def arrow(amount: Decimal | float) -> str:
    """Return a sign for the direction of a result, for those who do not see its colour."""
    if amount == 0:
        return "●"
    return "▲" if amount > 0 else "▼"


def percent(fraction: Decimal | float | None, places: int = 1) -> str:
    """Write a fraction as per cent; a dash where there is none."""
    if fraction is None:
        return NOTHING
    text = f"{abs(fraction):,.{places}%}"
    is_negative = fraction < 0 and any(digit in "123456789" for digit in text)
    return f"{MINUS if is_negative else ''}{text}"


def change(fraction: Decimal | float) -> str:
    """Write a fraction as per cent, its sign always shown."""
    return f"{'+' if fraction > 0 else ''}{percent(fraction)}"


def billions(amount: Decimal | None) -> str:
    """Write dollars of exposure in billions, its sign always shown; a dash where there is none."""
    return NOTHING if amount is None else f"{gain(amount / 1_000_000_000, 2)} bn"


def whole(number: int) -> str:
    """Write a count with separators."""
    return f"{number:,}"


def clock(at: datetime) -> str:
    """Write a moment in New York time, to the minute."""
    return f"{at.astimezone(NEW_YORK):%Y-%m-%d %H:%M}"


def held(opened: datetime, closed: datetime) -> str:
    """Write how long a position was held, in calendar days."""
    return f"{(closed - opened).total_seconds() / DAY_SECONDS:.1f}"


def plain(code: str) -> str:
    """Write a code of the system as words: ``IRON_CONDOR`` as ``iron condor``."""
    return code.replace("_", " ").lower()


def counted(number: int, noun: str) -> str:
    """Write a count with its noun: ``1 trade``, ``2 trades``."""
    return f"{whole(number)} {noun}{'' if number == 1 else 's'}"


def meaning(answer: str) -> str:
    """Return what the codes in an answer mean; empty where none is known."""
    parts = [part.strip() for part in answer.replace(";", ",").split(",")]
    return "; ".join(MEANINGS[part] for part in parts if part in MEANINGS)


def rule_words(rule: str) -> str:
    """Return the action matrix's rule in words."""
    return RULES.get(rule, rule)


def symbol(level: str) -> str:
    """Return the sign of an alert's level."""
    return SYMBOLS.get(level, SYMBOLS[AlertLevel.INFO])
