"""The ground every domain value stands on: frozen models, exact decimals, aware times."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

SCHEMA_VERSION = 1


class Value(BaseModel):
    """An immutable value that refuses unknown fields; its validator is built when first needed, not at import."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a naive time is ambiguous; give it a time zone, e.g. 2026-11-23T14:30:00+00:00")
    return moment.astimezone(UTC)


UtcTime = Annotated[datetime, AfterValidator(_utc)]
"""An aware moment, normalised to UTC."""

Fraction = Annotated[Decimal, Field(ge=0, le=1, allow_inf_nan=False)]
"""A share of one: 0.68, never 68."""

Percent = Annotated[Decimal, Field(ge=0, le=100, allow_inf_nan=False)]
"""A place on a scale from 0 to 100 (IV rank, IV percentile)."""

Price = Annotated[Decimal, Field(ge=0, allow_inf_nan=False)]
"""Dollars per unit of the underlying; a premium of 1.25 costs 125 dollars a contract."""

Dollars = Annotated[Decimal, Field(allow_inf_nan=False)]
"""Signed dollars of cash, profit or exposure."""

PositiveDollars = Annotated[Decimal, Field(gt=0, allow_inf_nan=False)]
"""Dollars above zero."""

Contracts = Annotated[int, Field(ge=0)]
"""A whole number of contracts of a structure."""

CENT = Decimal("0.01")


def to_cents(amount: Decimal) -> Decimal:
    """Round dollars to whole cents, half to even."""
    return amount.quantize(CENT)
