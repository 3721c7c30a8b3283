"""Phases 2 to 5, on each new snapshot: a snapshot becomes a decision, an intent, an order."""
