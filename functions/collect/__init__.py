"""Phase 1, every minute of the session: market data becomes a snapshot."""
