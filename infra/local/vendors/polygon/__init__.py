"""Polygon.io, now Massive.com, on the wire: aggregates, snapshots, contracts, indicators, under plans."""
