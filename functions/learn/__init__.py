"""Phase 7, when a trade closed and daily: closed trades become statistics."""
