"""The environment of trade."""

from shared.settings import Environment


class TradeSettings(Environment):
    """What trade is told at deployment."""
