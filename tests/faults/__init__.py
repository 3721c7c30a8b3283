"""Proof of the order protocol: at most one order for one intent, and a book that agrees with the broker."""
