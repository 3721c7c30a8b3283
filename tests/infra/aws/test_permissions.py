"""Nobody may do more than its work."""

from collections.abc import Iterator
from typing import Any

import pytest

from shared.adapters.dynamodb.keys import budget
from tests.infra.aws.synthesis import Template

FUNCTIONS = ("Collect", "Trade", "Monitor", "Learn", "Report", "Api")
SILENT = ("Api",)
"""What tells nobody anything: it only answers."""


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def text(value: Any) -> str:
    """Write an ARN of the template readably: references become the logical ids in angle brackets."""
    match value:
        case str():
            return value
        case {"Ref": name}:
            return f"<{name}>"
        case {"Fn::GetAtt": [name, attribute]}:
            return f"<{name}.{attribute}>"
        case {"Fn::Join": [separator, parts]}:
            return str(separator).join(text(part) for part in parts)
        case _:
            raise AssertionError(value)


def statements(template: Template, prefix: str = "") -> Iterator[tuple[dict[str, Any], set[str], list[str]]]:
    for name, policy in template.named("AWS::IAM::Policy").items():
        if name.startswith(prefix):
            for statement in policy["Properties"]["PolicyDocument"]["Statement"]:
                resources = [text(one) for one in as_list(statement["Resource"])]
                yield statement, set(as_list(statement["Action"])), resources


def allowed(template: Template, function: str, service: str) -> dict[str, set[str]]:
    """Actions of one service by resource."""
    found: dict[str, set[str]] = {}
    for statement, actions, resources in statements(template, f"{function}Role"):
        assert statement["Effect"] == "Allow"
        for resource in resources:
            of_service = {one.partition(":")[2] for one in actions if one.startswith(f"{service}:")}
            if of_service:
                found.setdefault(resource, set()).update(of_service)
    return found


def test_no_role_has_a_managed_policy(template: Template) -> None:
    assert all("ManagedPolicyArns" not in role for role in template.all("AWS::IAM::Role"))


def test_no_action_is_a_wildcard(template: Template) -> None:
    assert not [actions for _, actions, _ in statements(template) if any("*" in action for action in actions)]


def test_no_resource_is_a_wildcard_but_the_secrets_of_the_stage_and_what_aws_cannot_narrow(template: Template) -> None:
    wide = {
        (action, resource.rpartition(":")[2])
        for _, actions, resources in statements(template)
        for action in actions
        for resource in resources
        if "*" in resource
    }
    assert wide == {
        ("dynamodb:ListStreams", "*"),
        ("ssm:GetParameters", "parameter/alphagex/paper/secrets/*"),
    }


TABLE_ACTIONS = {
    "Collect": {
        "Snapshots": {"GetItem", "Query", "PutItem"},
        "Positions": {"PutItem", "UpdateItem"},
    },
    "Trade": {
        "Positions": {"GetItem", "PutItem", "UpdateItem"},
        "Positions/index/active": {"Query"},
        "Decisions": {"PutItem", "UpdateItem"},
        "Stats": {"BatchGetItem", "Query", "ConditionCheckItem"},
        "Snapshots": {"GetItem", "Query", "PutItem"},
    },
    "Monitor": {
        "Positions": {"GetItem", "PutItem", "UpdateItem"},
        "Positions/index/active": {"Query"},
        "Decisions": {"PutItem"},
        "Stats": {"Query", "PutItem", "UpdateItem", "ConditionCheckItem"},
        "Snapshots": {"GetItem", "PutItem"},
    },
    "Learn": {
        "Stats": {"BatchGetItem", "Query", "PutItem"},
        "Stats/stream": {"DescribeStream", "GetRecords", "GetShardIterator"},
        "Positions": {"PutItem", "UpdateItem"},
        "*": {"ListStreams"},
    },
    "Report": {
        "Positions": {"GetItem", "PutItem", "UpdateItem"},
        "Positions/index/active": {"Query"},
        "Decisions": {"Query"},
        "Stats": {"BatchGetItem", "Query"},
        "Snapshots": {"BatchGetItem", "GetItem", "PutItem", "Query"},
    },
    "Api": {
        "Positions": {"GetItem"},
        "Positions/index/active": {"Query"},
        "Decisions": {"Query"},
        "Stats": {"BatchGetItem", "Query"},
        "Snapshots": {"BatchGetItem", "GetItem", "PutItem", "Query"},
    },
}


def readable(template: Template, resource: str) -> str:
    """Name a table, its index or its stream."""
    for name in ("Positions", "Decisions", "Stats", "Snapshots"):
        (logical,) = [one for one in template.named("AWS::DynamoDB::Table") if one.startswith(f"Tables{name}")]
        for written, meant in ((f"<{logical}.Arn>", name), (f"<{logical}.StreamArn>", f"{name}/stream")):
            if resource.startswith(written):
                return resource.replace(written, meant)
    return resource


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_reaches_its_tables_and_no_others(template: Template, name: str) -> None:
    found = allowed(template, name, "dynamodb").items()
    assert {readable(template, resource): actions for resource, actions in found} == TABLE_ACTIONS[name]


@pytest.mark.parametrize("name", ["Report", "Api"])
def test_who_only_reads_writes_nothing_of_the_market_but_the_count_of_its_calls(template: Template, name: str) -> None:
    puts = [
        statement
        for statement, actions, resources in statements(template, f"{name}Role")
        if "dynamodb:PutItem" in actions and "Snapshots" in readable(template, resources[0])
    ]
    prefix = budget("tradier#0123").partition("#")[0]
    assert [one["Condition"] for one in puts] == [
        {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": [f"{prefix}#*"]}}
    ]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_never_deletes_an_item_or_changes_a_parameter(template: Template, name: str) -> None:
    every = {action for _, actions, _ in statements(template, f"{name}Role") for action in actions}
    assert not {one for one in every if "Delete" in one or one.startswith("ssm:Put")}


DOCUMENTS = {"circuit-breaker", "system", "bots/ATLAS", "bots/PROMETHEUS", "bots/SOLOMON"}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("Collect", DOCUMENTS | {"secrets/*"}, id="collect"),
        pytest.param("Trade", DOCUMENTS | {"secrets/*"}, id="trade"),
        pytest.param("Monitor", DOCUMENTS | {"secrets/*"}, id="monitor"),
        pytest.param("Report", DOCUMENTS | {"secrets/*"}, id="report"),
        pytest.param("Api", DOCUMENTS | {"secrets/*"}, id="api"),
        pytest.param("Learn", DOCUMENTS, id="learn speaks to no vendor and needs no secret"),
    ],
)
def test_a_function_reads_the_parameters_of_its_own_stage(template: Template, name: str, expected: set[str]) -> None:
    found = allowed(template, name, "ssm")
    assert {resource.rpartition("parameter/alphagex/paper/")[2] for resource in found} == expected
    switch = {"GetParameters", "GetParameterHistory"} if name == "Monitor" else {"GetParameters"}
    assert {
        actions == (switch if resource.endswith("/circuit-breaker") else {"GetParameters"})
        for resource, actions in found.items()
    } == {True}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_alerts_and_only_collect_tells_of_snapshots(template: Template, name: str) -> None:
    (topic,) = [one for one in template.named("AWS::SNS::Topic") if one.startswith("TopicAlerts")]
    assert allowed(template, name, "sns") == ({} if name in SILENT else {f"<{topic}>": {"Publish"}})
    (bus,) = template.named("AWS::Events::EventBus")
    assert allowed(template, name, "events") == ({f"<{bus}.Arn>": {"PutEvents"}} if name == "Collect" else {})


def test_schedules_may_invoke_the_aliases_and_nothing_else(template: Template) -> None:
    found = [
        resources
        for _, actions, resources in statements(template, "SchedulesRole")
        if "lambda:InvokeFunction" in actions
    ]
    scheduled = {f"<{name}>" for name in template.named("AWS::Lambda::Alias") if not name.startswith(SILENT)}
    assert [set(one) for one in found] == [scheduled]


def test_a_role_is_assumed_by_one_service_and_the_scheduler_for_this_account_only(template: Template) -> None:
    for name, role in template.named("AWS::IAM::Role").items():
        (trust,) = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
        service = "scheduler" if name.startswith("Schedules") else "lambda"
        assert trust["Principal"] == {"Service": f"{service}.amazonaws.com"}
        account = {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
        assert trust.get("Condition") == (account if service == "scheduler" else None)


def test_the_api_writes_nothing_else(template: Template) -> None:
    of_any_key = [actions for stated, actions, _ in statements(template, "ApiRole") if "Condition" not in stated]
    every = {action for actions in of_any_key for action in actions}
    assert not {one for one in every if one.startswith("dynamodb:") and ("Put" in one or "Update" in one)}


def test_nothing_is_reached_but_by_signed_requests(template: Template) -> None:
    (url,) = template.all("AWS::Lambda::Url")
    assert url["AuthType"] == "AWS_IAM"
    assert url["Qualifier"] == "live"
    assert text(url["TargetFunctionArn"]).startswith("<ApiFunction")
    assert "Cors" not in url
    for kind in ("AWS::ApiGateway::RestApi", "AWS::ApiGatewayV2::Api", "AWS::ElasticLoadBalancingV2::LoadBalancer"):
        assert template.named(kind) == {}
    for permission in template.all("AWS::Lambda::Permission"):
        assert permission["Principal"] != "*"
        assert "FunctionUrlAuthType" not in permission
