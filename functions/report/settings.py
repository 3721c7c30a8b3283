"""The environment of report."""

from shared.settings import Environment


class ReportSettings(Environment):
    """What report is told at deployment."""
