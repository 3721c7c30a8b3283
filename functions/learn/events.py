"""What wakes learn: records of the stats table's stream, or the daily schedule with none."""

from pydantic import AliasPath, BaseModel, ConfigDict, Field

from functions.learn.workflow import Pair
from shared.domain.vocabulary import Strategy, TradingMode


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True, populate_by_name=True)

    partition: str = Field(validation_alias=AliasPath("dynamodb", "Keys", "pk", "S"))


class LearnRequest(BaseModel):
    """Which pairs of mode and strategy have a new closed trade; no record means all pairs."""

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)

    records: tuple[_Record, ...] | None = Field(default=None, validation_alias="Records")

    def pairs(self) -> tuple[Pair, ...] | None:
        """Return the pairs that changed, None for all. Raises ValueError on a key that is none of ours."""
        if self.records is None:
            return None
        keys = [record.partition.split("#", 1) for record in self.records]
        return tuple((TradingMode(mode), Strategy(strategy)) for mode, strategy in keys)
