"""The strategy that a bot trades on an action."""

from typing import assert_never

from shared.domain.vocabulary import Action, Bot, DirectionalStructure, Strategy, Trend


def strategy_for(bot: Bot, action: Action, trend: Trend, structure: DirectionalStructure) -> Strategy | None:
    """Return the strategy for an action and trend; None when this bot does not trade it.

    ATLAS writes cash-secured puts unless the trend is down; PROMETHEUS sells the credit structure of the trend;
    SOLOMON buys the direction.
    """
    match bot:
        case Bot.ATLAS:
            sells = action is Action.SELL_PREMIUM and trend is not Trend.DOWNTREND
            return Strategy.CASH_SECURED_PUT if sells else None
        case Bot.PROMETHEUS:
            return _credit_structure(trend) if action is Action.SELL_PREMIUM else None
        case Bot.SOLOMON:
            return _direction(action, structure)
        case _:
            assert_never(bot)


def _credit_structure(trend: Trend) -> Strategy:
    match trend:
        case Trend.UPTREND:
            return Strategy.BULL_PUT_SPREAD
        case Trend.DOWNTREND:
            return Strategy.BEAR_CALL_SPREAD
        case Trend.RANGE:
            return Strategy.IRON_CONDOR
        case _:
            assert_never(trend)


def _direction(action: Action, structure: DirectionalStructure) -> Strategy | None:
    spread = structure is DirectionalStructure.DEBIT_SPREAD
    match action:
        case Action.BUY_CALLS:
            return Strategy.BULL_CALL_SPREAD if spread else Strategy.LONG_CALL
        case Action.BUY_PUTS:
            return Strategy.BEAR_PUT_SPREAD if spread else Strategy.LONG_PUT
        case Action.SELL_PREMIUM | Action.STAY_FLAT:
            return None
        case _:
            assert_never(action)
