"""The environment of a function, parsed once at its first call."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shared.domain.errors import InvalidConfigurationError

Text = Annotated[str, Field(min_length=1)]


class Variables(BaseModel):
    """Variables that were fixed at deployment. Unknown ones are somebody else's."""

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)

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


class Environment(Variables):
    """What every function that trades or shows is told: names fixed at deployment."""

    stage: Text
    positions_table: Text
    decisions_table: Text
    stats_table: Text
    snapshots_table: Text
    topic_arn: Text
    event_bus: Text = "default"
    tradier_url: Text
    tradier_sandbox_url: Text
    polygon_url: Text
    trading_volatility_url: Text
    clock_file: str | None = None
