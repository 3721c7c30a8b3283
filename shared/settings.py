"""The environment of a function, parsed once at its first call."""

from typing import Self

from pydantic import BaseModel, ConfigDict, ValidationError

from shared.domain.errors import InvalidConfigurationError


class Environment(BaseModel):
    """What every function is told: names fixed at deployment. Unknown variables are somebody else's."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    stage: str
    positions_table: str
    decisions_table: str
    stats_table: str
    snapshots_table: str
    topic_arn: str
    event_bus: str = "default"
    tradier_url: str
    tradier_sandbox_url: str
    polygon_url: str
    trading_volatility_url: str
    clock_file: str | None = None

    @classmethod
    def parse(cls, environment: dict[str, str]) -> Self:
        """Read the variables.

        Raises:
            InvalidConfigurationError: one is missing or empty; it names the variable and the remedy.
        """
        try:
            return cls.model_validate({name.lower(): value for name, value in environment.items()})
        except ValidationError as error:
            fault = error.errors()[0]
            name = str(fault["loc"][0]).upper() if fault["loc"] else "environment"
            raise InvalidConfigurationError(name, environment.get(name), "set it on the function") from error
