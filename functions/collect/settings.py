"""The environment of collect."""

from shared.settings import Environment


class CollectSettings(Environment):
    """What collect is told at deployment."""
