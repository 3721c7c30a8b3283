"""The composed functions with everything they talk to, and a way to read what they left behind."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from importlib import import_module
from typing import Any, TypeVar

from infra.local.demo.laptop import SYSTEM_DOCUMENT, Laptop
from infra.local.demo.mail import ClosedTrades, Mailbox
from infra.local.vendors.control import SimulatorControl
from infra.local.vendors.faults import Vendor
from shared.adapters.dynamodb.keys import Kind
from shared.adapters.dynamodb.reading import read
from shared.adapters.dynamodb.tables import DecisionsRow, PositionsRow, Row
from shared.composition import Stage
from shared.domain.accounts import Confirmation
from shared.domain.book import ConfirmAccount, LiveState
from shared.domain.config import bot_config
from shared.domain.decisions import Decision, DecisionKind, DenialCode
from shared.domain.ledgers import Ledger
from shared.domain.market import Snapshot
from shared.domain.paper import PaperAccount
from shared.domain.positions import ClosedTrade, Position, PositionState
from shared.domain.statistics import StrategyStatistics
from shared.domain.values import Value
from shared.domain.vocabulary import Bot, Strategy, TradingMode, TradingState
from tests.patience import wait_for_the_market

PAPER = TradingMode.PAPER
ONE_LOOK = {"rails": {"confirmations": 1}}
"""The configuration of a bot that acts on the first snapshot."""
EPOCH = datetime.fromisoformat("2000-01-01T00:00:00+00:00")
WRITTEN_AT_ONCE = 25

_Value = TypeVar("_Value", bound=Value)


@dataclass(frozen=True)
class Told:
    """An alert as it arrived."""

    level: str
    subject: str
    body: str


class House:
    """One stage: its functions are called as Lambda would, its tables and queues read as an operator would."""

    def __init__(self, laptop: Laptop) -> None:
        self.laptop = laptop
        self.clock = laptop.clock
        self._dynamodb = laptop.client("dynamodb")
        self._ssm = laptop.client("ssm")
        self._mail = {queue: Mailbox(laptop, queue) for queue in laptop.queues}
        self._stream = ClosedTrades(laptop)
        self._told: list[Told] = []
        self._stopped: set[Vendor] = set()
        self._years: set[int] = set()

    @property
    def stage(self) -> Stage:
        """The stage as a person composes it, beside the functions."""
        return self.laptop.stage

    @property
    def control(self) -> SimulatorControl:
        return self.laptop.simulators.control

    def empty(self) -> None:
        """Be as on the first day: no item, no document, no message, every vendor well."""
        self.control.clear()
        for vendor in self._stopped:
            self.control.start(vendor)
        self._stopped.clear()
        names = self.laptop.names
        for table in (names.positions, names.decisions, names.stats, names.snapshots):
            self._empty_table(table)
        for bot in Bot:
            self.put_document(bot, "{}")
        self.laptop.parameters.put_system(SYSTEM_DOCUMENT)
        self.breaker(TradingState.ACTIVE)
        for mailbox in self._mail.values():
            list(mailbox.bodies())
        self._stream.records()
        self._told.clear()
        self.laptop.start_anew()

    def stop(self, *vendors: Vendor) -> None:
        """Let vendors refuse every connection from now on."""
        for vendor in vendors:
            self.control.stop(vendor)
            self._stopped.add(vendor)

    def restart(self, *vendors: Vendor) -> None:
        """Let stopped vendors answer again."""
        for vendor in vendors:
            self.control.start(vendor)
            self._stopped.discard(vendor)

    def _empty_table(self, name: str) -> None:
        found = self._dynamodb.scan(TableName=name, ProjectionExpression="pk, sk")["Items"]
        for start in range(0, len(found), WRITTEN_AT_ONCE):
            keys = [{"DeleteRequest": {"Key": item}} for item in found[start : start + WRITTEN_AT_ONCE]]
            self._dynamodb.batch_write_item(RequestItems={name: keys})

    # What the user does.

    def configure(self, bot: Bot, changes: Mapping[str, Any]) -> None:
        """Store a bot's document."""
        self.laptop.parameters.put_bot(bot, json.dumps(changes))

    def trade_live(self, bot: Bot, changes: Mapping[str, Any]) -> None:
        """Take both steps to live trading: the document that names the account, and a person's word for it."""
        self.configure(bot, changes)
        confirmed = Confirmation(
            bot=bot, account_id=changes["confirmed_account"], at=self.clock.now(), reason="the story wants it"
        )
        self.stage.book.commit("confirm live", (ConfirmAccount(confirmed),))

    def put_document(self, bot: Bot, text: str) -> None:
        """Store a bot's document past the validation of the command line."""
        name = self.laptop.parameters.names.bot(bot)
        self._ssm.put_parameter(Name=name, Value=text, Type="String", Overwrite=True)

    def breaker(self, state: TradingState) -> None:
        """Set the switch."""
        self.laptop.parameters.put_breaker(state)

    # What the schedules and events do.

    def at(self, moment: datetime) -> "House":
        """Move the clock."""
        self.clock.set(moment)
        return self

    def later(self, seconds: float) -> "House":
        """Let time pass."""
        return self.at(self.clock.now() + timedelta(seconds=seconds))

    def collect(self) -> dict[str, int]:
        """Collect a minute."""
        counts: dict[str, int] = self.laptop.invoke("collect", {})
        return counts

    def event(self, bot: Bot, underlying: str | None = None) -> dict[str, Any]:
        """Return the event that the newest snapshot of the bot's underlying gives."""
        snapshot = self.snapshot(underlying or bot_config(bot).underlyings[0])
        return {
            "bot": bot.value,
            "snapshot": {"underlying": snapshot.underlying, "snapshot_at": snapshot.at.isoformat()},
        }

    def trade(self, bot: Bot, event: Mapping[str, Any] | None = None) -> dict[str, int]:
        """Decide the newest snapshot, as its event asks."""
        counts: dict[str, int] = self.laptop.invoke("trade", dict(event or self.event(bot)))
        return counts

    def morning(self, moment: datetime) -> "House":
        """Move the clock and let monitor run, which mirrors the switch that every entry is checked against."""
        self.at(moment)
        if moment.year not in self._years:
            wait_for_the_market(self.laptop.simulators)
            self._years.add(moment.year)
        self.monitor()
        return self

    def minute(self, bot: Bot) -> dict[str, int]:
        """Collect, and two seconds later decide."""
        self.collect()
        self.later(2)
        return self.trade(bot)

    def enter(self, bot: Bot, moment: datetime, document: Mapping[str, Any] | None = None) -> Position:
        """Let a bot open what the market calls for, and see it filled."""
        before = {held.position_id for held in self.live(bot).positions}
        self.configure(bot, document or ONE_LOOK)
        self.morning(moment)
        assert self.minute(bot) == {"decisions": 1, "entries": 1}, self.decisions(bot)[-1].how
        self.later(10).monitor()
        (opened,) = (held for held in self.live(bot).positions if held.position_id not in before)
        assert opened.state is PositionState.OPEN
        return opened

    def monitor(self) -> dict[str, int]:
        """Look after everything."""
        counts: dict[str, int] = self.laptop.invoke("monitor", {})
        return counts

    def learn(self) -> dict[str, str]:
        """Learn from what the stream tells."""
        verdicts: dict[str, str] = self.laptop.invoke("learn", {"Records": self._stream.records()})
        return verdicts

    def learn_daily(self) -> dict[str, str]:
        """Learn as the daily schedule does."""
        verdicts: dict[str, str] = self.laptop.invoke("learn", {})
        return verdicts

    def module(self, function: str) -> Any:
        """Return the module of a handler; it reads its environment when it is first imported."""
        return import_module(f"functions.{function}.handler")

    # What is left behind.

    def snapshot(self, underlying: str) -> Snapshot:
        found = self.stage.snapshots.latest(underlying)
        assert found is not None
        return found

    def live(self, bot: Bot) -> LiveState:
        return self.stage.book.live(bot)

    def ledger(self, bot: Bot) -> Ledger:
        return self.live(bot).ledger(PAPER)

    def position(self, bot: Bot) -> Position:
        (held,) = self.live(bot).positions
        return held

    def states(self, bot: Bot) -> list[PositionState]:
        """Return the states of all positions a bot ever had."""
        return [held.state for held in self._read(Position, PositionsRow, Kind.POSITION) if held.bot is bot]

    def decisions(self, bot: Bot, kind: DecisionKind | None = None) -> list[Decision]:
        """Return a bot's decisions, oldest first."""
        found = [one for one in self._read(Decision, DecisionsRow, Kind.DECISION) if one.bot is bot]
        return sorted((one for one in found if kind in (None, one.kind)), key=lambda one: one.at)

    def denials(self, bot: Bot) -> set[DenialCode]:
        """Return the reasons of a bot's newest decision."""
        return {denial.code for denial in self.decisions(bot)[-1].denials}

    def slots(self) -> int:
        """Return how many slots are taken by anybody."""
        rows = self._rows(PositionsRow, Kind.SLOT)
        return sum(1 for row in rows if isinstance(row, PositionsRow) and row.holder is not None)

    def trades(self, strategy: Strategy) -> tuple[ClosedTrade, ...]:
        return self.stage.trade_history.closed_trades(PAPER, strategy, EPOCH)

    def statistics(self, strategy: Strategy) -> StrategyStatistics | None:
        return self.stage.trade_history.statistics(PAPER, strategy)

    def paper_account(self, bot: Bot) -> PaperAccount:
        """Return a bot's account as the broker has it today."""
        self.stage.broker(bot_config(bot), PAPER).orders()
        (account,) = (
            one
            for one in self._read(PaperAccount, PositionsRow, Kind.PAPER_ACCOUNT)
            if one.account_id == f"PAPER-{bot}"
        )
        return account

    def told(self) -> list[Told]:
        """Return every alert that arrived since the first day."""
        for body in self._mail["alerts"].bodies():
            level = body["MessageAttributes"]["level"]["Value"]
            self._told.append(Told(level, body["Subject"], body["Message"]))
        return self._told

    def subjects(self, containing: str = "") -> list[str]:
        """Return the subjects of the alerts that arrived and contain a text."""
        return [one.subject for one in self.told() if containing in one.subject]

    def _rows(self, row: type[Row], kind: Kind) -> Iterable[Row]:
        names = self.laptop.names
        name = names.positions if row is PositionsRow else names.decisions
        table = self.stage._database.table(row, name)
        return [found for found in table.scan(consistent_read=True) if found.kind == kind]

    def _read(self, model: type[_Value], row: type[Row], kind: Kind) -> list[_Value]:
        return list(map(partial(read, model), self._rows(row, kind)))


def total(trades: Iterable[ClosedTrade]) -> Decimal:
    """Return the dollars that trades brought."""
    return sum((trade.pnl for trade in trades), Decimal(0))
