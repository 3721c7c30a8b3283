"""Whatever is stored is read back equal, number for number."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import pytest
from annotated_types import Ge, Gt, Le, MaxLen, MinLen
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from shared.adapters.dynamodb.attributes import DecimalAttribute
from shared.adapters.dynamodb.documents import decode_document, encode, encode_document, number
from shared.domain.decisions import Decision
from shared.domain.errors import InvalidValueError
from shared.domain.ledgers import Counters, Ledger
from shared.domain.market import Snapshot
from shared.domain.options import OptionSymbol
from shared.domain.orders import Intent
from shared.domain.positions import ClosedTrade, Position
from shared.domain.statistics import StrategyStatistics
from tests.store import LONG_PUT, SHORT_PUT

OCC_CHECK = get_args(OptionSymbol)[1]
PLAIN = {
    str: st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    bool: st.booleans(),
    float: st.floats(allow_nan=False, allow_infinity=False),
    date: st.dates(),
    datetime: st.datetimes(timezones=st.just(UTC)),
    type(None): st.none(),
}


def values(model: type[BaseModel]) -> st.SearchStrategy[BaseModel]:
    """Any valid value of a model, made from the types and limits of its fields."""
    fields = {name: of(info.annotation, list(info.metadata)) for name, info in model.model_fields.items()}
    return st.fixed_dictionaries(fields).map(model.model_validate)


def of(kind: Any, limits: list[Any]) -> st.SearchStrategy[Any]:
    if OCC_CHECK in limits:
        return st.sampled_from([LONG_PUT, SHORT_PUT])
    match get_origin(kind):
        case origin if origin is Annotated:
            inner, *more = get_args(kind)
            return of(inner, limits + [limit for each in more for limit in flat(each)])
        case origin if origin in (Union, UnionType):
            return st.one_of([of(each, limits) for each in get_args(kind)])
        case origin if origin is tuple:
            least, most = limit(limits, MinLen, "min_length", 0), limit(limits, MaxLen, "max_length", 4)
            return st.lists(of(get_args(kind)[0], []), min_size=least, max_size=most).map(tuple)
        case origin if origin is dict:
            key, value = get_args(kind)
            return st.dictionaries(of(key, []), of(value, []), max_size=3)
    if kind in PLAIN:
        return PLAIN[kind]
    if issubclass(kind, BaseModel):
        return values(kind)
    if issubclass(kind, Enum):
        return st.sampled_from(list(kind))
    least = limit(limits, Ge, "ge", limit(limits, Gt, "gt", None))
    most = limit(limits, Le, "le", None)
    if kind is int:
        return st.integers(-(10**40) if least is None else least, most)
    return st.decimals(least, most, allow_nan=False, allow_infinity=False)


def flat(extra: Any) -> list[Any]:
    return list(extra.metadata) if isinstance(extra, FieldInfo) else [extra]


def limit(limits: list[Any], kind: type, name: str, default: Any) -> Any:
    return next((getattr(each, name) for each in limits if isinstance(each, kind)), default)


STORED = [Position, Intent, Decision, Snapshot, ClosedTrade, StrategyStatistics, Ledger, Counters]


@pytest.mark.parametrize("model", [pytest.param(each, id=each.__name__) for each in STORED])
@settings(max_examples=30)
@given(data=st.data())
def test_every_document_is_read_back_equal(model: type[BaseModel], data: st.DataObject) -> None:
    value = data.draw(values(model))
    over_the_wire = json.loads(json.dumps(encode_document(value)))
    assert model.model_validate(decode_document(over_the_wire)) == value


@pytest.mark.parametrize(
    ("value", "written"),
    [
        pytest.param(Decimal("1.50"), "1.5", id="trailing zeros go, as DynamoDB drops them"),
        pytest.param(Decimal("1E+3"), "1000", id="no exponent where digits do"),
        pytest.param(Decimal("-0.00"), "0", id="one zero"),
        pytest.param(Decimal("0.000001"), "0.000001", id="small"),
        pytest.param(Decimal("1E+125"), "1E+125", id="the largest magnitude"),
        pytest.param(Decimal("1E+126"), None, id="beyond the largest magnitude"),
        pytest.param(Decimal("1E-130"), "1E-130", id="the smallest magnitude"),
        pytest.param(Decimal("1E-131"), None, id="below the smallest magnitude"),
        pytest.param(Decimal("9" * 38), "9" * 38, id="38 digits"),
        pytest.param(Decimal("9" * 39), None, id="39 digits"),
        pytest.param(Decimal("NaN"), None, id="not a number"),
    ],
)
def test_numbers_are_written_as_dynamodb_writes_them(value: Decimal, written: str | None) -> None:
    assert number(value) == written


def test_a_number_that_dynamodb_cannot_hold_is_kept_as_text() -> None:
    assert encode(5e-324) == {"S": "5e-324"}


def test_a_float_keeps_its_shortest_digits() -> None:
    assert encode(0.1) == {"N": "0.1"}


def test_what_is_no_document_is_refused() -> None:
    with pytest.raises(TypeError, match="a set has no place"):
        encode({1})


@pytest.mark.parametrize("amount", [Decimal("1.10"), Decimal("-350.5"), Decimal(0)])
def test_an_amount_attribute_is_exact(amount: Decimal) -> None:
    attribute = DecimalAttribute()
    assert attribute.deserialize(attribute.serialize(amount)) == amount


def test_an_amount_attribute_refuses_what_it_cannot_hold() -> None:
    with pytest.raises(InvalidValueError, match="open_risk"):
        DecimalAttribute(attr_name="open_risk").serialize(Decimal("Infinity"))
