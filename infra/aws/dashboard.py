"""The stage on one page of CloudWatch: what it is worth, what it risks, what it decides and whether it is well."""

from collections.abc import Mapping
from typing import Final

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.aws.catalogue import FunctionName
from infra.aws.environment import Measure
from infra.aws.metrics import stage_metric
from infra.aws.questions import (
    CLOSED_TRADES,
    DECISIONS_BY_REASON,
    DECISIONS_BY_REGIME,
    INVALID_SNAPSHOTS,
    VENDORS,
    Query,
)

PERIOD: Final = Duration.minutes(5)
SHOWN: Final = Duration.days(1)
THIRD: Final = 8
HALF: Final = 12
HEIGHT: Final = 6


class Dashboard(Construct):
    """Metrics that are measured anyway, and questions to logs that are kept anyway: it costs nothing but a look."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        stage: str,
        functions: Mapping[FunctionName, lambda_.IFunction],
        groups: Mapping[FunctionName, logs.ILogGroup],
    ) -> None:
        super().__init__(scope, construct_id)
        self._stage = stage
        self._groups = groups
        self.dashboard = cloudwatch.Dashboard(
            self,
            "Page",
            dashboard_name=f"alphagex-{stage}",
            default_interval=SHOWN,
            widgets=[
                [
                    self._graph("Equity: capital and realized results, dollars", Measure.EQUITY, "Average"),
                    self._graph("Open risk, dollars", Measure.OPEN_RISK, "Maximum"),
                    self._graph("Breaker: 0 ACTIVE, 1 REDUCING, 2 HALTED", Measure.BREAKER, "Maximum"),
                ],
                [
                    self._table("Decisions by reason", DECISIONS_BY_REASON),
                    self._table("Regime and action of the decisions", DECISIONS_BY_REGIME),
                ],
                [
                    self._graph("Seconds from data to order", Measure.DATA_TO_ORDER, "Maximum"),
                    self._graph("Age of the market data, seconds", Measure.SNAPSHOT_AGE, "Maximum"),
                    self._graph("Vendors passed over", Measure.SOURCES_PASSED_OVER, "Sum"),
                ],
                [
                    self._table("Vendors passed over, by need", VENDORS),
                    self._table("Invalid snapshots, by fault", INVALID_SNAPSHOTS),
                ],
                [
                    self._graph("Sign of life, runs", Measure.HEARTBEAT, "Sum"),
                    self._graph("Orders unknown", Measure.ORDERS_UNKNOWN, "Maximum"),
                    self._graph("Longest run, percent of its time limit", Measure.TIME_USED, "Maximum"),
                ],
                [self._runs(functions), self._table("Closed trades", CLOSED_TRADES)],
            ],
        )

    def _graph(self, title: str, name: Measure, statistic: str) -> cloudwatch.GraphWidget:
        return cloudwatch.GraphWidget(
            title=title,
            left=[stage_metric(self._stage, name, statistic, PERIOD)],
            legend_position=cloudwatch.LegendPosition.HIDDEN,
            width=THIRD,
            height=HEIGHT,
        )

    def _table(self, title: str, query: Query) -> cloudwatch.LogQueryWidget:
        return cloudwatch.LogQueryWidget(
            title=title,
            log_group_names=[self._groups[name].log_group_name for name in query.of],
            query_string=query.text,
            view=cloudwatch.LogQueryVisualizationType.TABLE,
            width=HALF,
            height=HEIGHT,
        )

    @staticmethod
    def _runs(functions: Mapping[FunctionName, lambda_.IFunction]) -> cloudwatch.GraphWidget:
        return cloudwatch.GraphWidget(
            title="Errors and duration of each function",
            left=[
                function.metric_errors(period=PERIOD, label=f"{name} errors") for name, function in functions.items()
            ],
            right=[
                function.metric_duration(period=PERIOD, statistic="Maximum", label=f"{name} ms")
                for name, function in functions.items()
            ],
            width=HALF,
            height=HEIGHT,
        )
