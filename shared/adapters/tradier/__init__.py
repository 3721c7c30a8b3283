"""Tradier Brokerage: market data, account and orders."""

from shared.adapters.tradier.client import TradierClient

__all__ = ["TradierClient"]
