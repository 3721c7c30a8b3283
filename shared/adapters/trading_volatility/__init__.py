"""Trading Volatility: dealers' gamma exposure, by version 2 of its interface or the older version 1."""

from shared.adapters.trading_volatility.client import TradingVolatilityClient, Version

__all__ = ["TradingVolatilityClient", "Version"]
