"""The environment of learn."""

from shared.settings import Environment


class LearnSettings(Environment):
    """What learn is told at deployment."""
