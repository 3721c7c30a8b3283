"""The environment of monitor."""

from typing import Annotated

from pydantic import Field

from shared.settings import Environment


class MonitorSettings(Environment):
    """What monitor is told at deployment; ``monitor_seconds`` is how long one run may watch closely."""

    monitor_seconds: Annotated[int, Field(ge=5, le=50)] = 50
