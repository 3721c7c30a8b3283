"""The environment of the API."""

from shared.settings import Environment


class ApiSettings(Environment):
    """What the API is told at deployment."""
