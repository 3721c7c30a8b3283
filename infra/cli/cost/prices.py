"""List prices of AWS in us-east-1, without tax, gathered on 2026-11-22 from public pages of 2024 to 2026.

Check them at their sources before you rely on them; none of them counts a free tier.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

GATHERED_ON: Final = date(2026, 11, 22)
REGION: Final = "us-east-1"


class Item(StrEnum):
    """Something that AWS counts."""

    LAMBDA_SECONDS = "Lambda, GB-seconds on arm64"
    LAMBDA_REQUESTS = "Lambda, requests"
    DYNAMODB_WRITES = "DynamoDB, write units"
    DYNAMODB_READS = "DynamoDB, read units"
    DYNAMODB_STORAGE = "DynamoDB, GB stored"
    DYNAMODB_RECOVERY = "DynamoDB, GB recoverable"
    SCHEDULER = "EventBridge Scheduler, invocations"
    EVENTS = "EventBridge, events"
    KMS = "KMS, requests"
    SQS = "SQS, requests"
    SNS = "SNS, messages by e-mail"
    LOGS = "CloudWatch, GB of logs"
    METRICS = "CloudWatch, metrics"
    ALARMS = "CloudWatch, alarms"
    DASHBOARDS = "CloudWatch, dashboards"
    SMS = "SNS, text messages in the US"


@dataclass(frozen=True)
class Price:
    """Dollars for so many, and where it stands."""

    dollars: Decimal
    per: int
    source: str

    def of(self, amount: Decimal) -> Decimal:
        """Return the dollars of an amount."""
        return self.dollars * amount / self.per


def _price(dollars: str, per: int, service: str) -> Price:
    return Price(Decimal(dollars), per, f"https://aws.amazon.com/{service}/pricing/")


MILLION: Final = 1_000_000

PRICES: Final[Mapping[Item, Price]] = {
    Item.LAMBDA_SECONDS: _price("0.0000133334", 1, "lambda"),
    Item.LAMBDA_REQUESTS: _price("0.20", MILLION, "lambda"),
    Item.DYNAMODB_WRITES: _price("0.625", MILLION, "dynamodb"),
    Item.DYNAMODB_READS: _price("0.125", MILLION, "dynamodb"),
    Item.DYNAMODB_STORAGE: _price("0.25", 1, "dynamodb"),
    Item.DYNAMODB_RECOVERY: _price("0.20", 1, "dynamodb"),
    Item.SCHEDULER: _price("1.00", MILLION, "eventbridge"),
    Item.EVENTS: _price("1.00", MILLION, "eventbridge"),
    Item.KMS: _price("0.03", 10_000, "kms"),
    Item.SQS: _price("0.40", MILLION, "sqs"),
    Item.SNS: _price("2.00", 100_000, "sns"),
    Item.LOGS: _price("0.50", 1, "cloudwatch"),
    Item.METRICS: _price("0.30", 1, "cloudwatch"),
    Item.ALARMS: _price("0.10", 1, "cloudwatch"),
    Item.DASHBOARDS: _price("3.00", 1, "cloudwatch"),
    Item.SMS: _price("0.00645", 1, "sns"),
}

ALLOWANCE: Final[Mapping[Item, Decimal]] = {
    Item.METRICS: Decimal(10),
    Item.ALARMS: Decimal(10),
    Item.LOGS: Decimal(5),
    Item.DASHBOARDS: Decimal(3),
}
"""What CloudWatch gives every account for good. No other free tier is counted."""
