"""Makes on an embedded AWS what the stack makes in a real one for the functions to work with."""

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from shared.adapters.aws import Aws
from shared.adapters.dynamodb.database import Database
from shared.adapters.dynamodb.tables import DecisionsRow, ExpiringRow, PositionsRow, Row, SnapshotsRow, StatsRow
from shared.adapters.ssm import ParameterNames
from shared.domain.vocabulary import Bot, TradingState

if TYPE_CHECKING:
    from types_boto3_ssm import SSMClient

EMPTY_DOCUMENT: Final = "{}"


@dataclass(frozen=True, slots=True)
class StageNames:
    """What a stage's tables and topic are called on a laptop."""

    stage: str

    @property
    def positions(self) -> str:
        """The table of positions, intents, ledgers and alerts."""
        return f"alphagex-{self.stage}-positions"

    @property
    def decisions(self) -> str:
        """The table of decisions."""
        return f"alphagex-{self.stage}-decisions"

    @property
    def stats(self) -> str:
        """The table of closed trades, statistics and the breaker."""
        return f"alphagex-{self.stage}-stats"

    @property
    def snapshots(self) -> str:
        """The table of snapshots."""
        return f"alphagex-{self.stage}-snapshots"

    @property
    def topic(self) -> str:
        """The topic of alerts."""
        return f"alphagex-{self.stage}-alerts"

    @property
    def environment(self) -> dict[str, str]:
        """What functions are told of the stage and where its tables are."""
        return {
            "STAGE": self.stage,
            "POSITIONS_TABLE": self.positions,
            "DECISIONS_TABLE": self.decisions,
            "STATS_TABLE": self.stats,
            "SNAPSHOTS_TABLE": self.snapshots,
        }

    @property
    def rows(self) -> dict[str, type[Row]]:
        """Which rows stand in which table."""
        return {
            self.positions: PositionsRow,
            self.decisions: DecisionsRow,
            self.stats: StatsRow,
            self.snapshots: SnapshotsRow,
        }


def create_tables(aws: Aws, names: StageNames, *, expires: bool = True) -> None:
    """Create the four tables with keys, index, expiry and stream as their row classes declare them.

    A replay of the past wants no expiry: its items are over before they are written.
    """
    database = Database(aws)
    for name, row in names.rows.items():
        database.table(row, name).create_table(billing_mode="PAY_PER_REQUEST")
        if not expires and issubclass(row, ExpiringRow):
            aws.dynamodb().update_time_to_live(
                TableName=name, TimeToLiveSpecification={"Enabled": False, "AttributeName": "expires_at"}
            )


def create_parameters(aws: Aws, names: StageNames) -> None:
    """Create the switch, the bots' documents and the stage's; what exists already is left alone."""
    client = aws.ssm()
    parameters = ParameterNames(names.stage)
    _put_new(client, parameters.breaker, TradingState.ACTIVE.value)
    for name in (parameters.system, *(parameters.bot(bot) for bot in Bot)):
        _put_new(client, name, EMPTY_DOCUMENT)


def create_topic(aws: Aws, names: StageNames) -> str:
    """Create the topic of alerts and return its ARN."""
    return aws.sns().create_topic(Name=names.topic)["TopicArn"]


def _put_new(client: "SSMClient", name: str, value: str) -> None:
    with suppress(client.exceptions.ParameterAlreadyExists):
        client.put_parameter(Name=name, Value=value, Type="String", Overwrite=False)
