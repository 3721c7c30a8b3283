"""The environment of monitor."""

from shared.settings import Environment


class MonitorSettings(Environment):
    """What monitor is told at deployment."""
