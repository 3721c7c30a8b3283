"""What wakes learn: records of the stats table's stream, or the daily schedule with none."""

from pydantic import BaseModel, ConfigDict, Field

from shared.domain.vocabulary import Strategy, TradingMode


class _Text(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)

    S: str


class _Keys(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)

    pk: _Text
    sk: _Text


class _Change(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)

    keys: _Keys = Field(alias="Keys")


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)

    dynamodb: _Change


class LearnRequest(BaseModel):
    """Which pairs of mode and strategy have a new closed trade; no record means all pairs."""

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)

    records: tuple[_Record, ...] | None = Field(default=None, alias="Records")

    def pairs(self) -> tuple[tuple[TradingMode, Strategy], ...] | None:
        """Return the pairs that changed, None for all. Raises ValueError on a key that is none of ours."""
        if self.records is None:
            return None
        keys = [record.dynamodb.keys.pk.S.split("#", 1) for record in self.records]
        return tuple((TradingMode(mode), Strategy(strategy)) for mode, strategy in keys)
