"""A minute of many accounts, second by second: what it asks of each key of the tables, of SSM and of the vendors."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import Final

from infra.cli.cost.workload import BOTS, SHARD, UNDERLYINGS

PARTITION_WRITES: Final = 1_000
PARTITION_READS: Final = 3_000
"""Units a second that one partition of DynamoDB gives at most."""
SSM_CALLS: Final = 40
SSM_CALLS_RAISED: Final = 1_000
"""GetParameters a second of an account, as it is and with the raised throughput, which is paid."""
VENDOR_CALLS: Final = 2
"""Market data calls a second of one Tradier token: 120 a minute."""
MARKET_CALLS: Final = 20
"""Calls of a minute for the market data of both underlyings."""
LOOK_CALLS: Final = 2
"""Calls of a look at an account in the loop: its orders and its quotes."""
DECISION_UNITS: Final = 10
LIVE_UNITS: Final = 2
SNAPSHOT_UNITS: Final = 1
CHECK_UNITS: Final = 2
"""Of a transaction that looks at the breaker: each entry asks it twice over, for all and for its bot."""
SAME_SIGNAL: Final = 0.2
"""Share of the bots that enter in a minute in which all accounts see the same signal."""


class Layout(StrEnum):
    """How the accounts are woken, and where what they share lies."""

    TODAY = "with the keys of today: all in one set of tables, each account woken for itself, within two seconds"
    SHARDED = "shards of 25 from a queue, over 30 seconds; market, breaker and configuration read once a shard"


SPREAD_SECONDS: Final = {Layout.TODAY: 2.0, Layout.SHARDED: 30.0}


@dataclass(frozen=True)
class Peak:
    """The busiest second of one limit: which key, how much, and how much there is."""

    what: str
    key: str
    units: float
    limit: int

    @property
    def holds(self) -> bool:
        """Whether the limit is kept."""
        return self.units <= self.limit


Ask = tuple[str, str, float]
"""What is asked, of which key, how many units."""
Asked = defaultdict[tuple[str, str, int], float]
"""Units by what, key and second."""


def simulate(accounts: int, layout: Layout, *, share_entering: float = SAME_SIGNAL, seed: int = 1) -> tuple[Peak, ...]:
    """Let every account run one minute in which a share of its bots enters; the busiest second of each limit."""
    chance = Random(seed)
    group = 1 if layout is Layout.TODAY else SHARD
    asked: Asked = defaultdict(float)
    for first in range(0, accounts, group):
        members = range(first, min(first + group, accounts))
        begins = chance.uniform(0, SPREAD_SECONDS[layout])
        for place, account in enumerate(members):
            second = int(begins + 0.1 * place)
            for what, key, units in _of_account(account, chance, share_entering, layout):
                asked[what, key, second] += units
        for what, key, units in _of_group(layout):
            asked[what, key, int(begins)] += units
    return tuple(_peak(asked, what, limit) for what, limit in LIMITS.items())


LIMITS: Final = {
    "write units of one key": PARTITION_WRITES,
    "read units of one key": PARTITION_READS,
    "GetParameters": SSM_CALLS,
    "calls of the market data's token": VENDOR_CALLS,
    "calls of one account's token": VENDOR_CALLS,
}
WRITES, READS, PARAMETERS, MARKET, ACCOUNT = LIMITS


def _of_account(account: int, chance: Random, share_entering: float, layout: Layout) -> Iterator[Ask]:
    for bot in range(BOTS):
        own = f"positions ACCT#{account}#{bot}"
        yield READS, own, 2 * LIVE_UNITS
        yield WRITES, own, DECISION_UNITS
        yield WRITES, f"decisions {account}#{bot}", DECISION_UNITS
        if layout is Layout.SHARDED:
            yield READS, f"configuration {account}#{bot}", 1
        if chance.random() < share_entering:
            breaker = "stats BREAKER" if layout is Layout.TODAY else f"stats BREAKER#{account // SHARD}"
            yield WRITES, breaker, 2 * CHECK_UNITS
            yield WRITES, own, 10 * DECISION_UNITS / 2


def _of_group(layout: Layout) -> Iterator[Ask]:
    """What is read once for all accounts of a group, of keys that every group shares."""
    for underlying in range(UNDERLYINGS):
        yield READS, f"snapshots {underlying}", SNAPSHOT_UNITS * (BOTS if layout is Layout.TODAY else 1)
    yield READS, "stats BREAKER", 1
    if layout is Layout.TODAY:
        yield PARAMETERS, "account", 1.0 + BOTS


def _peak(asked: Asked, what: str, limit: int) -> Peak:
    if what == MARKET:
        return Peak(what, "the one collect for all", MARKET_CALLS / 60, limit)
    if what == ACCOUNT:
        return Peak(what, "an account in the 5-second loop", LOOK_CALLS / 5, limit)
    found = [(units, key) for (asked_for, key, _), units in asked.items() if asked_for == what]
    units, key = max(found, default=(0.0, "none"))
    return Peak(what, key, units, limit)
