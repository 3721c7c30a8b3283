"""The stack and the run-time code, which know nothing of one another, agree."""

import ast
import importlib
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from aws_lambda_powertools.metrics import EphemeralMetrics
from moto import mock_aws

from infra.aws import closed_trades, snapshot_rule, topic
from infra.aws import environment as environment_of_stack
from shared import telemetry
from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.tables import (
    STREAMS,
    DecisionsRow,
    ExpiringRow,
    PositionsRow,
    Row,
    SnapshotsRow,
    StatsRow,
)
from shared.adapters.ssm import ParameterNames
from shared.composition import Stage
from shared.domain.events import EVENT_SOURCE, SNAPSHOT_COLLECTED, SnapshotCollected, TradeRequest
from shared.domain.measures import Measure
from shared.domain.vocabulary import AlertLevel, Bot, TradingState
from shared.settings import Environment
from tests.infra.aws.synthesis import PROJECT, Resource, Template

FUNCTIONS = ("collect", "trade", "monitor", "learn", "report", "api")
ROWS: dict[str, type[Row]] = {
    "Positions": PositionsRow,
    "Decisions": DecisionsRow,
    "Stats": StatsRow,
    "Snapshots": SnapshotsRow,
}
FREE_METRICS = 10
METRIC_CALLS = {"add_metric", "add_dimension", "add_dimensions", "single_metric"}
SNAPSHOT = '{"underlying": "SPY", "snapshot_at": "2018-02-05T15:00:00Z"}'


def table(template: Template, name: str) -> Resource:
    found: Resource = template.one("AWS::DynamoDB::Table", f"Tables{name}")["Properties"]
    return found


def in_order(parts: Iterable[Mapping[str, Any]]) -> list[tuple[str, str]]:
    return sorted((part["KeyType"], part["AttributeName"]) for part in parts)


@pytest.mark.parametrize("name", ROWS)
def test_keys_and_attributes_are_those_of_the_rows(template: Template, name: str) -> None:
    made, schema = table(template, name), ROWS[name].schema()
    assert in_order(made["KeySchema"]) == in_order(schema["key_schema"])
    wanted = {(one["AttributeName"], one["AttributeType"]) for one in schema["attribute_definitions"]}
    assert {(one["AttributeName"], one["AttributeType"]) for one in made["AttributeDefinitions"]} == wanted


@pytest.mark.parametrize("name", ROWS)
def test_indexes_are_those_of_the_rows(template: Template, name: str) -> None:
    made, schema = table(template, name), ROWS[name].schema()
    local = [
        (one["IndexName"], in_order(one["KeySchema"]), one["Projection"])
        for one in made.get("LocalSecondaryIndexes", [])
    ]
    assert local == [
        (one["index_name"], in_order(one["key_schema"]), one["projection"]) for one in schema["local_secondary_indexes"]
    ]
    assert made.get("GlobalSecondaryIndexes", []) == schema["global_secondary_indexes"] == []


@pytest.mark.parametrize("name", ROWS)
def test_expiry_and_stream_are_those_of_the_rows(template: Template, name: str) -> None:
    made, row = table(template, name), ROWS[name]
    expiry = made.get("TimeToLiveSpecification", {}).get("AttributeName")
    assert expiry == (ExpiringRow.expires_at.attr_name if issubclass(row, ExpiringRow) else None)
    assert made.get("StreamSpecification", {}).get("StreamViewType") == STREAMS.get(row)


def resolved(value: Any) -> str:
    """Put a plausible name in place of a reference."""
    match value:
        case str():
            return value
        case {"Ref": name} if name.startswith("Topic"):
            return f"arn:aws:sns:us-east-1:123456789012:{name}"
        case {"Ref": name}:
            return str(name)
        case _:
            raise AssertionError(value)


def environment(template: Template, function: str) -> dict[str, str]:
    made = template.one("AWS::Lambda::Function", f"{function.capitalize()}Function")["Properties"]
    return {name: resolved(value) for name, value in made["Environment"]["Variables"].items()}


def settings_of(name: str) -> type[Environment]:
    module = importlib.import_module(f"functions.{name}.settings")
    found: type[Environment] = getattr(module, f"{name.capitalize()}Settings")
    return found


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_finds_all_its_settings_in_its_environment(template: Template, name: str) -> None:
    variables = environment(template, name)
    settings = settings_of(name).parse(variables)
    told = {field: str(value) for field, value in settings.model_dump(mode="json").items() if value is not None}
    assert told == {field: variables[field.upper()] for field in told}
    assert set(type(settings).model_fields) - set(told) == {"clock_file"}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_no_setting_is_left_to_a_default_in_the_cloud(template: Template, name: str) -> None:
    wanted = {field.upper() for field in settings_of(name).model_fields}
    assert wanted - set(environment(template, name)) == {"CLOCK_FILE"}


def test_vendors_are_named_by_host_and_the_clients_know_the_path(template: Template) -> None:
    variables = environment(template, "collect")
    assert {urlsplit(value).path for name, value in variables.items() if name.endswith("_URL")} == {""}
    with mock_aws():
        ssm = boto3.client("ssm", region_name="us-east-1")
        ssm.put_parameter(Name=ParameterNames("paper").secret("tradier"), Value="key", Type="SecureString")
        stage = Stage(settings_of("collect").parse(variables))
        assert repr(stage.vendors.market()) == "TradierMarket('https://api.tradier.com/v1')"


def test_every_handler_is_there(template: Template) -> None:
    handlers = {one["Handler"] for one in template.all("AWS::Lambda::Function")} - {"handler.handler"}
    assert handlers == {f"functions.{name}.handler.handler" for name in FUNCTIONS}
    for path in handlers:
        module, _, attribute = path.rpartition(".")
        assert callable(getattr(importlib.import_module(module), attribute))


def test_parameters_have_the_names_that_the_functions_read(template: Template) -> None:
    seed = template.one("Custom::FirstParameters", "FirstParameters")["Properties"]["Parameters"]
    names = ParameterNames("paper")
    assert set(seed) == {names.breaker, names.system, *(names.bot(bot) for bot in Bot)}
    pattern = re.compile(seed[names.breaker]["AllowedPattern"])
    assert all(pattern.fullmatch(state) for state in TradingState)
    assert seed[names.breaker]["Value"] == TradingState.ACTIVE


def test_the_rule_listens_to_what_collect_says() -> None:
    assert (snapshot_rule.EVENT_SOURCE, snapshot_rule.SNAPSHOT_COLLECTED) == (EVENT_SOURCE, SNAPSHOT_COLLECTED)


def test_trade_understands_what_wakes_it(template: Template) -> None:
    (rule,) = template.all("AWS::Events::Rule")
    snapshot = SnapshotCollected.model_validate_json(SNAPSHOT)
    requests = [
        TradeRequest.model_validate_json(
            target["InputTransformer"]["InputTemplate"].replace("<detail>", snapshot.model_dump_json())
        )
        for target in rule["Targets"]
    ]
    assert requests == [TradeRequest(bot=bot, snapshot=snapshot) for bot in Bot]
    ticks = {
        TradeRequest.model_validate(json.loads(one["Properties"]["Target"]["Input"]))
        for name, one in template.named("AWS::Scheduler::Schedule").items()
        if name.startswith("SchedulesTrade")
    }
    assert ticks == {TradeRequest(bot=bot) for bot in Bot}


def test_the_stream_looks_for_the_keys_of_closed_trades() -> None:
    assert keys.CLOSED == closed_trades.CLOSED_PREFIX


def test_sms_levels_are_levels_of_alerts() -> None:
    assert {AlertLevel.HIGH, AlertLevel.CRITICAL} == set(topic.SMS_LEVELS)


@pytest.mark.parametrize(
    ("alarm", "name"),
    [
        pytest.param("NoHeartbeat", Measure.HEARTBEAT, id="silence"),
        pytest.param("OrderUnknown", Measure.ORDERS_UNKNOWN, id="an order of which nobody knows"),
        pytest.param("Breaker", Measure.BREAKER, id="the breaker"),
        pytest.param("SnapshotAge", Measure.SNAPSHOT_AGE, id="old data"),
        pytest.param("TimeUsed", Measure.TIME_USED, id="a run near its time limit"),
    ],
)
def test_an_alarm_watches_what_powertools_writes(template: Template, alarm: str, name: Measure) -> None:
    metrics = EphemeralMetrics(namespace=telemetry.NAMESPACE, service=telemetry.SERVICE)
    metrics.set_default_dimensions(stage="paper")
    metrics.add_metric(name, telemetry.UNITS[name], 1)
    written: dict[str, Any] = dict(metrics.serialize_metric_set())
    (directive,) = written["_aws"]["CloudWatchMetrics"]
    (dimensions,) = directive["Dimensions"]
    made = template.one("AWS::CloudWatch::Alarm", f"Alarms{alarm}")["Properties"]
    assert {one["Name"]: one["Value"] for one in made["Dimensions"]} == {name: written[name] for name in dimensions}
    assert (made["Namespace"], made["MetricName"]) == (directive["Namespace"], directive["Metrics"][0]["Name"])


def test_the_stack_knows_the_measures_that_the_functions_take() -> None:
    assert {one.name: one.value for one in environment_of_stack.Measure} == {one.name: one.value for one in Measure}
    assert telemetry.SERVICE == environment_of_stack.METRICS_SERVICE


def test_a_stage_has_no_more_metrics_than_are_free() -> None:
    """Every metric has the same two dimensions, so that there is one for each name, whichever function gives it."""
    given = [
        ast.unparse(node.func)
        for folder in ("functions", "shared")
        for file in (PROJECT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in METRIC_CALLS
    ]
    assert given == ["metrics.add_metric"], "only shared.telemetry gives a metric, and only by the name of a Measure"
    assert len(Measure) <= FREE_METRICS
    assert set(telemetry.UNITS) == set(Measure)
