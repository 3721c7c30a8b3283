"""Over HTTP, IAM-authorised and read-only: regime, positions, decisions, trades, statistics, health."""
