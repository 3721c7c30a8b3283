"""What all arenas of a process share: the embedded AWS, the broker's simulator over HTTP, a clock and a market."""

import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self, TypeVar

import stamina

from infra.local.replay_clock import ReplayClock
from infra.local.tables import StageNames, create_tables
from infra.local.vendors.options import AccountSpec, SimulatorOptions
from infra.local.vendors.simulators import VendorSimulators
from infra.local.vendors.stage import Stage as Vendors
from infra.local.vendors.tradier.accounts import Accounts
from infra.local.vendors.tradier.book import Book as BrokerBook
from shared.adapters.dynamodb.database import Database
from shared.adapters.dynamodb.snapshots import DynamoDbSnapshots
from shared.adapters.dynamodb.tables import Row
from shared.adapters.http import ATTEMPTS as HTTP_ATTEMPTS
from tests.faults.clients import Outbox, ParameterStore, Wires
from tests.faults.items import Item, Items
from tests.faults.market import HALF_SPREAD, SPY_LEVEL, StillMarket

_Row = TypeVar("_Row", bound=Row)
STAGE: Final = "faults"
START: Final = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
"""Monday noon in New York; Thursday is Thanksgiving, Friday a half-day."""
CASH: Final = Decimal(500_000)
"""What an account is opened with."""
LARGEST_BATCH: Final = 25
"""Writes of one call."""
SWITCHES: Final[Mapping[str, str | float]] = {
    "tradier.rate": "generous",
    "tradier.greeks": "live",
    "tradier.anomalies": "off",
    "tradier.mid_fill_delay_s": 0.0,
}


@dataclass(frozen=True)
class Moment:
    """What the store, the broker and the market said at one time; no fault was in waiting."""

    at: datetime
    level: float
    items: Mapping[str, Sequence[Mapping[str, Any]]]
    account: str
    book: BrokerBook


class Ground:
    """What all arenas of a process share: the embedded AWS, the simulators, a clock and a market."""

    def __init__(self, endpoint_url: str, name: str = STAGE) -> None:
        """Prepare; the tables carry this name."""
        self.endpoint_url = endpoint_url
        self.market = StillMarket()
        self.names = StageNames(name)
        self._folder = tempfile.TemporaryDirectory(prefix="alphagex-faults-")
        self.clock_path = Path(self._folder.name) / "clock"
        self.clock = ReplayClock.create(self.clock_path, START)
        options = SimulatorOptions(switches=dict(SWITCHES))
        self.simulators = VendorSimulators(self.market, self.clock, options=options, in_process=True)
        self._accounts_opened = 0
        self._read = Items()
        self.ends: list[Callable[[], None]] = []

    def __enter__(self) -> Self:
        stamina.set_testing(True, attempts=HTTP_ATTEMPTS, cap=True)
        self.simulators.start()
        wiring = Wires(self.endpoint_url, ParameterStore(), Outbox())
        create_tables(wiring, self.names, expires=False)
        self.database = Database(wiring)
        self._client = Wires(self.endpoint_url, ParameterStore(), Outbox()).dynamodb()
        quiet = Database(Wires(self.endpoint_url, ParameterStore(), Outbox()))
        self.snapshots = DynamoDbSnapshots(quiet, snapshots=self.names.snapshots)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        stamina.set_testing(False)
        self.let_go()
        self.simulators.close()
        self.clock.close()
        self._folder.cleanup()

    def let_go(self) -> None:
        """Close the connections that the last stages had to the vendors."""
        while self.ends:
            self.ends.pop()()

    @property
    def environment(self) -> dict[str, str]:
        """What the functions are told of where everything is."""
        return {
            **self.names.environment,
            "STAGE": STAGE,
            "TOPIC_ARN": "arn:aws:sns:us-east-1:000000000000:faults",
            **self.simulators.urls.hosts,
            "CLOCK_FILE": str(self.clock_path),
        }

    @property
    def vendors(self) -> Vendors:
        """The simulators' insides."""
        vendors = self.simulators._stage
        assert vendors is not None
        return vendors

    @property
    def accounts(self) -> Accounts:
        """The live host's accounts."""
        return self.vendors.truths[0]._accounts

    def open_account(self) -> str:
        """Open an account that nobody has used."""
        self._accounts_opened += 1
        number = f"6YB{self._accounts_opened:05d}"
        with self.vendors.shared.lock:
            self.accounts.books.clear()
            self.accounts.books[number] = BrokerBook.opened(AccountSpec(number, CASH))
        return number

    def move(self, level: float) -> None:
        """Set the level of the market; what was shown before is forgotten."""
        with self.vendors.shared.lock:
            self.market.level = level
            self.forget_prices()

    def forget_prices(self) -> None:
        """Let the simulators ask the market anew."""
        self.accounts.desk.view._kept.clear()
        self.accounts.desk.view._bars.clear()

    def empty(self) -> None:
        """Be as on the first day."""
        self.clock.set(START)
        self._calm(SPY_LEVEL)
        for table in self.names.rows:
            keys = self._items(table, ProjectionExpression="pk, sk")
            self._write(table, ({"DeleteRequest": {"Key": key}} for key in keys))

    def moment(self, account: str) -> Moment:
        """Return how everything stands, with one account at the broker."""
        items = {table: self._items(table) for table in self.names.rows}
        with self.vendors.shared.lock:
            book = deepcopy(self.accounts.books[account])
        return Moment(self.clock.now(), self.market.level, items, account, book)

    def go_back(self, moment: Moment) -> str:
        """Be as at an earlier moment, and return the account."""
        self.empty()
        self.clock.set(moment.at)
        self.move(moment.level)
        for table, items in moment.items.items():
            self._write(table, ({"PutRequest": {"Item": item}} for item in items))
        with self.vendors.shared.lock:
            self.accounts.books.clear()
            self.accounts.books[moment.account] = deepcopy(moment.book)
        return moment.account

    def items(self, row: type[_Row], table: str) -> list[Item[_Row]]:
        """Return everything in a table."""
        return self._read.of(self.database.table(row, table), self._items(table))

    def store(self, table: str, item: Mapping[str, Any]) -> None:
        """Put an item into a table, as some other program does."""
        self._client.put_item(TableName=table, Item=item)

    def _calm(self, level: float) -> None:
        self.vendors.faults.clear()
        self.market.closes.clear()
        self.market.half_spread = HALF_SPREAD
        self.move(level)

    def _items(self, table: str, **given: Any) -> list[Any]:
        return self._client.scan(TableName=table, ConsistentRead=True, **given)["Items"]

    def _write(self, table: str, requests: Iterable[Any]) -> None:
        wanted = list(requests)
        for start in range(0, len(wanted), LARGEST_BATCH):
            self._client.batch_write_item(RequestItems={table: wanted[start : start + LARGEST_BATCH]})
