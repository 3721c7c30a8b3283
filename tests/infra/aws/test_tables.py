"""The tables keep everything, and lose nothing."""

import pytest

from tests.infra.aws.synthesis import Resource, Template

TABLES = ("Positions", "Decisions", "Stats", "Snapshots")


def table(template: Template, name: str) -> Resource:
    return template.one("AWS::DynamoDB::Table", f"Tables{name}")


def test_there_are_four_tables(template: Template) -> None:
    assert len(template.named("AWS::DynamoDB::Table")) == len(TABLES)


@pytest.mark.parametrize("name", TABLES)
def test_a_table_outlives_the_stack_and_can_be_recovered(template: Template, name: str) -> None:
    found = table(template, name)
    assert found["DeletionPolicy"] == found["UpdateReplacePolicy"] == "Retain"
    assert found["Properties"]["DeletionProtectionEnabled"] is True
    assert found["Properties"]["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert found["Properties"]["SSESpecification"] == {"SSEEnabled": True}
    assert found["Properties"]["BillingMode"] == "PAY_PER_REQUEST"
    assert "TableName" not in found["Properties"]


@pytest.mark.parametrize(
    ("name", "expires"),
    [
        pytest.param("Positions", True, id="alerts expire"),
        pytest.param("Decisions", True, id="decisions expire"),
        pytest.param("Stats", False, id="closed trades are kept for ever"),
        pytest.param("Snapshots", True, id="snapshots expire"),
    ],
)
def test_only_what_may_be_forgotten_expires(template: Template, name: str, expires: bool) -> None:
    expected = {"AttributeName": "expires_at", "Enabled": True} if expires else None
    assert table(template, name)["Properties"].get("TimeToLiveSpecification") == expected


def test_only_stats_streams_and_shows_new_images(template: Template) -> None:
    streams = {name: table(template, name)["Properties"].get("StreamSpecification") for name in TABLES}
    assert streams == {name: {"StreamViewType": "NEW_IMAGE"} if name == "Stats" else None for name in TABLES}
