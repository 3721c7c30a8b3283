"""The page and the saved questions show what the functions measure and write."""

import json
from typing import Any

from infra.aws.environment import Measure
from infra.aws.questions import QUERIES
from tests.infra.aws.synthesis import Template
from tests.infra.aws.test_permissions import text


def page(template: Template) -> list[dict[str, Any]]:
    (dashboard,) = template.all("AWS::CloudWatch::Dashboard")
    widgets: list[dict[str, Any]] = json.loads(text(dashboard["DashboardBody"]))["widgets"]
    return widgets


def test_there_is_one_page_named_as_the_stage(template: Template) -> None:
    (dashboard,) = template.all("AWS::CloudWatch::Dashboard")
    assert dashboard["DashboardName"] == "alphagex-paper"


def test_the_page_shows_every_measure_of_the_stage(template: Template) -> None:
    shown = {
        metric[1]
        for widget in page(template)
        for metric in widget["properties"].get("metrics", [])
        if metric[0] == "AlphaGEX" and "paper" in metric and "alphagex" in metric
    }
    assert shown == set(Measure)


def test_the_page_asks_the_logs_for_decisions_regimes_vendors_and_results(template: Template) -> None:
    asked = [widget["properties"]["title"] for widget in page(template) if widget["type"] == "log"]
    assert asked == [
        "Decisions by reason",
        "Regime and action of the decisions",
        "Vendors passed over, by need",
        "Invalid snapshots, by fault",
        "Closed trades",
    ]


def test_every_question_is_saved_under_its_stage_and_asks_logs_that_exist(template: Template) -> None:
    saved = template.all("AWS::Logs::QueryDefinition")
    assert {one["Name"]: one["QueryString"] for one in saved} == {
        f"alphagex/paper/{query.name}": query.text for query in QUERIES
    }
    groups = set(template.named("AWS::Logs::LogGroup"))
    assert {group["Ref"] for one in saved for group in one["LogGroupNames"]} <= groups
