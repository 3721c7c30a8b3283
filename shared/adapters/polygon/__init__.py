"""Polygon (Massive): index values, daily history, option chains, holidays and indicators."""

from shared.adapters.polygon.client import PolygonClient

__all__ = ["PolygonClient"]
