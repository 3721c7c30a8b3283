"""Tradier Brokerage on the wire: market data, accounts, and the life of an order."""
