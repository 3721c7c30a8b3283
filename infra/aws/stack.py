"""The stack of one stage: it only composes."""

from typing import Final

from aws_cdk import CfnOutput, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.aws.access import TableName
from infra.aws.alarms import Alarms
from infra.aws.bundle import CALIBRATION
from infra.aws.calibration import Calibration
from infra.aws.catalogue import FUNCTIONS, FunctionName, FunctionSpec
from infra.aws.closed_trades import ClosedTrades
from infra.aws.code import function_code, unbundled_code
from infra.aws.dashboard import Dashboard
from infra.aws.dead_letters import DeadLetters
from infra.aws.documents import breaker_name, initial_parameters
from infra.aws.environment import StageEnvironment, parameter_prefix
from infra.aws.first_parameters import BREAKER_PATTERN, FirstParameters
from infra.aws.function import ARCHITECTURES, LiveFunction
from infra.aws.grants import grant_all
from infra.aws.queries import Queries
from infra.aws.schedules import Schedules
from infra.aws.settings import StageSettings
from infra.aws.snapshot_rule import SnapshotRule
from infra.aws.tables import Tables
from infra.aws.topic import AlertTopic

APPLICATION: Final = "alphagex"


def stack_name(stage: str) -> str:
    """Return the name under which a stage's stack stands in CloudFormation."""
    return f"{APPLICATION}-{stage}"


class AlphaGexStack(Stack):
    """Everything that one stage is."""

    def __init__(self, scope: Construct, construct_id: str, *, settings: StageSettings) -> None:
        super().__init__(scope, construct_id, description=f"AlphaGEX, an options trader: stage {settings.stage}")
        self.tables = Tables(self, "Tables")
        self.dead_letters = DeadLetters(self, "DeadLetters").queue
        alerts = AlertTopic(self, "Topic", email=settings.email, phone=settings.phone, dead_letters=self.dead_letters)
        self.topic = alerts.topic
        self.bus = events.EventBus(self, "Bus", description="News from function to function")
        self.functions = self._functions(settings, self.dead_letters)
        aliases = {name: function.alias for name, function in self.functions.items()}
        Schedules(self, "Schedules", aliases=aliases, dead_letters=self.dead_letters)
        SnapshotRule(
            self, "SnapshotRule", bus=self.bus, trade=aliases[FunctionName.TRADE], dead_letters=self.dead_letters
        )
        ClosedTrades(
            self,
            "ClosedTrades",
            stats=self.tables[TableName.STATS],
            learn=self.functions[FunctionName.LEARN],
            dead_letters=self.dead_letters,
        )
        FirstParameters(
            self,
            "FirstParameters",
            parameters=initial_parameters(settings.stage, settings.documents),
            patterns={breaker_name(settings.stage): BREAKER_PATTERN},
            architecture=ARCHITECTURES[settings.architecture],
        )
        Alarms(
            self,
            "Alarms",
            stage=settings.stage,
            functions={name: function.function for name, function in self.functions.items()},
            dead_letters=self.dead_letters,
            topic=self.topic,
            silence=alerts.silence,
        )
        groups = {name: function.log_group for name, function in self.functions.items()}
        if settings.saved_queries:
            Queries(self, "Queries", stage=settings.stage, groups=groups)
        Dashboard(self, "Dashboard", stage=settings.stage, functions=aliases, groups=groups)
        self.urls = {spec.name: self.functions[spec.name].add_url().url for spec in FUNCTIONS if spec.has_url}
        self.calibration = self._calibration(settings) if settings.calibration else None
        self._outputs(settings.stage)

    def _calibration(self, settings: StageSettings) -> Calibration:
        return Calibration(
            self,
            "Calibration",
            code=function_code(settings.architecture, CALIBRATION) if settings.bundle else unbundled_code(),
            architecture=settings.architecture,
            dead_letters=self.dead_letters,
        )

    def _functions(self, settings: StageSettings, dead_letters: sqs.Queue) -> dict[FunctionName, LiveFunction]:
        code = function_code(settings.architecture) if settings.bundle else unbundled_code()
        return {spec.name: self._function(spec, settings, code, dead_letters) for spec in FUNCTIONS}

    def _function(
        self, spec: FunctionSpec, settings: StageSettings, code: lambda_.Code, dead_letters: sqs.Queue
    ) -> LiveFunction:
        function = LiveFunction(
            self,
            spec.name.capitalize(),
            spec=spec,
            code=code,
            environment=self._environment(settings).of(spec.name),
            architecture=settings.architecture,
            reserve_concurrency=settings.reserved_concurrency,
            dead_letters=dead_letters,
        )
        grant_all(
            function.role,
            spec=spec,
            stage=settings.stage,
            tables=self.tables,
            topic=self.topic,
            bus=self.bus,
        )
        return function

    def _environment(self, settings: StageSettings) -> StageEnvironment:
        return StageEnvironment(
            stage=settings.stage,
            positions_table=self.tables[TableName.POSITIONS].table_name,
            decisions_table=self.tables[TableName.DECISIONS].table_name,
            stats_table=self.tables[TableName.STATS].table_name,
            snapshots_table=self.tables[TableName.SNAPSHOTS].table_name,
            topic_arn=self.topic.topic_arn,
            event_bus=self.bus.event_bus_name,
            overrides=settings.environment_overrides,
        )

    def _outputs(self, stage: str) -> None:
        """Tell the operator's command line what is called what."""
        named = {
            **{f"{name.capitalize()}Table": self.tables[name].table_name for name in TableName},
            **{f"{name.capitalize()}Function": made.alias.function_arn for name, made in self.functions.items()},
            **{f"{name.capitalize()}Url": url for name, url in self.urls.items()},
            "TopicArn": self.topic.topic_arn,
            "EventBus": self.bus.event_bus_name,
            "DeadLettersUrl": self.dead_letters.queue_url,
            "ParameterPrefix": parameter_prefix(stage),
        }
        if self.calibration is not None:
            named["CalibrationBucket"] = self.calibration.bucket.bucket_name
            named["CalibrationWorkflow"] = self.calibration.machine.state_machine_arn
        for name, value in named.items():
            CfnOutput(self, name, value=value)
