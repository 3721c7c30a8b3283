"""Tradier Brokerage: market data, account and orders."""
