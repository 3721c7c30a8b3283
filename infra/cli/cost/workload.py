"""How often everything runs in a month, and what that uses."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import Final

from infra.aws.catalogue import FunctionName
from infra.cli.cost.measured import MEMORY_GB, TAKEN, Run
from infra.cli.cost.prices import Item

BOTS: Final = 3
UNDERLYINGS: Final = 2
SESSIONS: Final = 21
"""Sessions of a month; weekdays without one wake the functions too, which then return at once."""
SESSION_MINUTES: Final = 390
WOKEN_MINUTES: Final = 406
"""9:30 to 16:15."""
FIVE_MINUTES_OUTSIDE: Final = 7_000
"""Runs of monitor outside the session, in a month."""
LOOP_SECONDS: Final = Decimal(50)
LOOKS: Final = 10
MESSAGE_REQUESTS: Final = Decimal("2.2")
"""Sent ten at a time, received and deleted one by one."""
SHARD: Final = 25
"""Accounts in one message, once there are many."""
TRADES: Final = 20
"""Closed trades of an account in a month."""
MESSAGES: Final = 60
TEXT_MESSAGES: Final = 10
WEEKDAYS: Final = Decimal("21.75")
KEPT_MONTHS: Final = Decimal("13.1")
"""400 days."""
KEY_READS: Final = SESSIONS * SESSION_MINUTES // 5
"""A process keeps a vendor's key for five minutes."""
KEYS: Final = 3
TABLE_KEY_READS: Final = 4 * 12 * 730
"""DynamoDB asks KMS for the key of each of the four tables every five minutes."""
DECISIONS_KEPT: Final = 20
"""Different decisions of a bot in a day; the same one again is a count."""
DECISION_BYTES: Final = 3_200
SNAPSHOT_BYTES: Final = 600
GIGABYTE: Final = Decimal(1_000_000_000)
METRICS: Final = 9
ALARMS: Final = 10

FUNCTION_OF: Final[Mapping[Run, FunctionName]] = {
    Run.COLLECT: FunctionName.COLLECT,
    Run.TRADE: FunctionName.TRADE,
    Run.TRADE_AGAIN: FunctionName.TRADE,
    Run.MONITOR: FunctionName.MONITOR,
    Run.MONITOR_HOLDING: FunctionName.MONITOR,
    Run.LOOK: FunctionName.MONITOR,
    Run.LEARN: FunctionName.LEARN,
}


@dataclass(frozen=True)
class Assumptions:
    """What cannot be measured here: how long vendors take, and how often a position is near its target or stop.

    ``vendor_seconds`` is the slowest call of a minute; ``loop_share`` the share of the session spent in the
    5-second loop. Every account is taken to hold positions all the time.
    """

    accounts: int = 1
    loop_share: Decimal = Decimal("0.10")
    vendor_seconds: Decimal = Decimal("2.0")

    @property
    def shards(self) -> int:
        """How many groups of accounts run beside one another; one account has no need of a message."""
        return _ceiling(Decimal(self.accounts) / SHARD)

    @property
    def loops(self) -> Decimal:
        """How many processes are in the 5-second loop, on the average: accounts in it share one, too."""
        busy = self.accounts * self.loop_share
        return busy if self.accounts == 1 else Decimal(_ceiling(busy / SHARD))


def usage(assumed: Assumptions) -> dict[Item, Decimal]:
    """Return what a month uses: one account as it is deployed, more of them in shards as docs/scale.md describes."""
    used = dict.fromkeys(Item, Decimal(0))
    for item, amount in (*_runs(assumed), *_waking(assumed), *_kept(assumed), *_around(assumed)):
        used[item] += amount
    return used


def _minutes() -> Decimal:
    return Decimal(SESSIONS * SESSION_MINUTES)


def _runs(assumed: Assumptions) -> Iterator[tuple[Item, Decimal]]:
    """What the work itself takes, and the waiting in the loop."""
    minutes, accounts = _minutes(), Decimal(assumed.accounts)
    alone = Decimal(1) if assumed.accounts == 1 else Decimal(0)
    times = {
        Run.COLLECT: minutes,
        Run.TRADE: minutes * BOTS * accounts,
        Run.TRADE_AGAIN: minutes * BOTS * UNDERLYINGS * alone,
        Run.MONITOR: FIVE_MINUTES_OUTSIDE * accounts,
        Run.MONITOR_HOLDING: minutes * accounts,
        Run.LOOK: minutes * assumed.loop_share * LOOKS * accounts,
        Run.LEARN: (TRADES + 30) * accounts,
    }
    for run, count in times.items():
        taken = TAKEN[run]
        together = 1 if run is Run.COLLECT or assumed.accounts == 1 else SHARD
        memory = MEMORY_GB[FUNCTION_OF[run]]
        seconds = taken.seconds(memory) + taken.vendor_waits * assumed.vendor_seconds / together
        yield Item.LAMBDA_SECONDS, count * seconds * memory
        yield Item.DYNAMODB_WRITES, count * taken.writes
        yield Item.DYNAMODB_READS, count * taken.reads
        yield Item.LOGS, count * taken.log_bytes / GIGABYTE
    yield Item.LAMBDA_SECONDS, minutes * assumed.loops * LOOP_SECONDS * MEMORY_GB[FunctionName.MONITOR]


def _waking(assumed: Assumptions) -> Iterator[tuple[Item, Decimal]]:
    """What wakes the functions: schedules and events, and messages to shards once there are any."""
    woken, minutes = WOKEN_MINUTES * WEEKDAYS, _minutes()
    yield Item.EVENTS, minutes * UNDERLYINGS
    if assumed.accounts == 1:
        schedules = woken * (1 + BOTS + 1) + FIVE_MINUTES_OUTSIDE + 30
        yield Item.SCHEDULER, schedules
        yield Item.LAMBDA_REQUESTS, schedules + minutes * UNDERLYINGS * BOTS + TRADES
        return
    messages = Decimal(assumed.shards) * (2 * woken + FIVE_MINUTES_OUTSIDE) + minutes * assumed.loops
    yield Item.SCHEDULER, woken * 3 + FIVE_MINUTES_OUTSIDE + 30
    yield Item.SQS, messages * MESSAGE_REQUESTS
    yield Item.LAMBDA_REQUESTS, woken + messages + TRADES * assumed.accounts


def _kept(assumed: Assumptions) -> Iterator[tuple[Item, Decimal]]:
    """What lies in the tables when nothing grows any more."""
    days = SESSIONS * KEPT_MONTHS
    snapshots = days * SESSION_MINUTES * UNDERLYINGS * SNAPSHOT_BYTES
    decisions = days * DECISIONS_KEPT * BOTS * DECISION_BYTES * assumed.accounts
    stored = (snapshots + decisions) / GIGABYTE
    yield Item.DYNAMODB_STORAGE, stored
    yield Item.DYNAMODB_RECOVERY, stored


def _around(assumed: Assumptions) -> Iterator[tuple[Item, Decimal]]:
    accounts = Decimal(assumed.accounts)
    yield Item.KMS, TABLE_KEY_READS + KEY_READS * KEYS * 3 + KEY_READS * (accounts - 1)
    yield Item.SNS, MESSAGES * accounts
    yield Item.SMS, TEXT_MESSAGES * accounts
    yield Item.METRICS, Decimal(METRICS)
    yield Item.ALARMS, Decimal(ALARMS)
    yield Item.DASHBOARDS, Decimal(1)


def _ceiling(number: Decimal) -> int:
    return int(number.to_integral_value(ROUND_CEILING))
