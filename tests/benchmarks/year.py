"""A year of trading in the tables of a stage, as the functions would have left it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final, NamedTuple

from infra.local.tables import StageNames
from shared.adapters.dynamodb import keys, rows
from shared.adapters.dynamodb.database import Database
from shared.adapters.dynamodb.keys import Kind
from shared.adapters.dynamodb.tables import KEPT, DecisionsRow, PositionsRow, Row, SnapshotsRow, StatsRow
from shared.backtest.market import MarketModel
from shared.composition import Stage
from shared.domain.book import SetLedger
from shared.domain.decisions import Decision, DecisionKind, DenialCode, Gate, denials_of
from shared.domain.market import GammaReading, Reading, Snapshot
from shared.domain.positions import ClosedTrade, Position, PositionState
from shared.domain.sessions import Session, new_york_date, previous_session, session
from shared.domain.values import to_cents
from shared.domain.vocabulary import Action, Bot, ExitReason, GammaRegime, Rule, Strategy
from tests.builders import PAPER, closed_trade, decision, position, snapshot

SESSIONS: Final = 252
HALF_HOUR: Final = timedelta(minutes=30)
MINUTE: Final = timedelta(minutes=1)
SESSIONS_BY_THE_MINUTE: Final = 5
"""Older snapshots are filled in by the half hour: nothing that is shown asks for those between."""
ANSWERS_A_DAY: Final = 8
"""How often the answer of a bot changes in a session; what repeats is one item with a count."""
TRADERS: Final = {
    Bot.ATLAS: ("SPX", Strategy.CASH_SECURED_PUT),
    Bot.PROMETHEUS: ("SPY", Strategy.BULL_PUT_SPREAD),
    Bot.SOLOMON: ("SPY", Strategy.LONG_CALL),
}
OUTCOMES: Final = (0.5, 0.5, -0.9, 0.5, 0.5, 0.31, -1.6)
"""What trades end with, by turns, as shares of the premium."""
PREMIUM: Final = {Bot.ATLAS: Decimal(20), Bot.PROMETHEUS: Decimal("1.10"), Bot.SOLOMON: Decimal(6)}
GATES: Final = (
    (DenialCode.BREAKER, "ACTIVE", "ACTIVE"),
    (DenialCode.MARKET_CLOSED, "open", "open"),
    (DenialCode.OUTSIDE_ENTRY_WINDOW, "15:30Z", "14:35Z to 20:45Z"),
    (DenialCode.LOW_CONFIDENCE, "78", "at least 70"),
    (DenialCode.VIX_OUT_OF_RANGE, "14", "12 to 35"),
    (DenialCode.NEAR_FLIP, "4.20 %", "at least 0.50 %"),
    (DenialCode.MAX_POSITIONS, "1", "below 10"),
    (DenialCode.SLOT_TAKEN, "free", "free"),
    (DenialCode.NOT_CONFIRMED, "2 of 2 SELL_PREMIUM", "2 in a row"),
    (DenialCode.CREDIT_TOO_SMALL, "1.02", "at least 0.90"),
    (DenialCode.ILLIQUID_LEG, "0.05", "at most 0.10"),
    (DenialCode.SIZE_ZERO, "4", "at least 1"),
)


class Filled(NamedTuple):
    """How many items a year is."""

    snapshots: int
    decisions: int
    trades: int


def fill(stage: Stage, names: StageNames, database: Database, market: MarketModel) -> Filled:
    """Write the year that ends the day before the stage's clock."""
    days = tuple(_sessions_before(stage.clock.now()))
    trades = tuple(_trades(days))
    seen = _write(database.table(SnapshotsRow, names.snapshots), _snapshots(database, names, market, days))
    decided = _write(
        table := database.table(DecisionsRow, names.decisions),
        (rows.decision_row(table, one) for day in days for one in _decisions(day)),
    )
    _write(stats := database.table(StatsRow, names.stats), (rows.closed_trade_row(stats, one) for one in trades))
    held = database.table(PositionsRow, names.positions)
    _write(held, (rows.position_row(held, _position_of(one)) for one in trades))
    _book(stage, trades)
    return Filled(seen, decided, len(trades))


def _sessions_before(now: datetime) -> Iterator[Session]:
    day = new_york_date(now)
    days = []
    for _ in range(SESSIONS):
        day = previous_session(day)
        days.append(day)
    for one in reversed(days):
        found = session(one)
        if found is not None:
            yield found


def _write(table: type[Row], items: Iterable[Row]) -> int:
    count = 0
    with table.batch_write() as batch:
        for item in items:
            batch.save(item)
            count += 1
    return count


def _snapshots(
    database: Database, names: StageNames, market: MarketModel, days: tuple[Session, ...]
) -> Iterator[SnapshotsRow]:
    table = database.table(SnapshotsRow, names.snapshots)
    for day in days:
        step = MINUTE if day in days[-SESSIONS_BY_THE_MINUTE:] else HALF_HOUR
        at = day.opens_at + step
        while at <= day.closes_at:
            for underlying in ("SPY", "SPX"):
                seen = _snapshot(market, underlying, at)
                yield table(
                    underlying,
                    keys.minute(at),
                    kind=Kind.SNAPSHOT,
                    schema_version=seen.schema_version,
                    expires_at=at + KEPT,
                    body=seen,
                )
            at += step


_TEMPLATES: Final = {name: snapshot(underlying=name) for name in ("SPY", "SPX")}


def _snapshot(market: MarketModel, underlying: str, at: datetime) -> Snapshot:
    template = _TEMPLATES[underlying]
    spot, vix = to_cents(Decimal(market.spot(underlying, at))), to_cents(Decimal(market.vix(at)))
    assert isinstance(template.spot, Reading)
    assert isinstance(template.gamma, GammaReading)
    net = int(900_000_000 - 60_000_000 * (vix - 8))
    walls = {"call_wall": round(spot * Decimal("1.02")), "put_wall": round(spot * Decimal("0.97"))}
    gamma = {"net_gex": Decimal(net), "flip_point": round(spot * Decimal("0.985"), 2), "spot": spot, "as_of": at}
    return template.model_copy(
        update={
            "at": at,
            "spot": template.spot.model_copy(update={"value": spot, "as_of": at}),
            "vix": template.spot.model_copy(update={"value": vix, "as_of": at}),
            "gamma": template.gamma.model_copy(
                update=gamma | {name: Decimal(strike) for name, strike in walls.items()}
            ),
        }
    )


def _decisions(day: Session) -> Iterator[Decision]:
    length = (day.closes_at - day.opens_at) / ANSWERS_A_DAY
    for bot, (underlying, _) in TRADERS.items():
        for number in range(ANSWERS_A_DAY):
            at = day.opens_at + length * number + timedelta(seconds=62)
            refused = {number % len(GATES), (3 * number + 5) % len(GATES)}
            why = tuple(
                Gate(code=code, value=value, limit=limit, passed=place not in refused)
                for place, (code, value, limit) in enumerate(GATES)
            )
            yield decision(
                decision_id=f"{bot}-{at:%Y%m%d%H%M%S}",
                kind=DecisionKind.NO_ENTRY,
                bot=bot,
                underlying=underlying,
                at=at,
                what=f"NO ENTRY on {underlying}",
                how="refused",
                why=why,
                denials=denials_of(why),
                action=Action.SELL_PREMIUM,
                regime=GammaRegime.POSITIVE,
                rule=Rule.HIGH_IV_POSITIVE_GAMMA,
                snapshot_id=f"{underlying}@{keys.minute(at)}",
                config_digest="0f3a9c",
                count=int(length / MINUTE),
                last_seen=at + length - MINUTE,
            )


def _trades(days: tuple[Session, ...]) -> Iterator[ClosedTrade]:
    """Yield a trade of each bot opened every third session and held for three."""
    for number in range(0, len(days) - 3, 3):
        for place, (bot, (underlying, strategy)) in enumerate(TRADERS.items()):
            share = Decimal(str(OUTCOMES[(number // 3 + place) % len(OUTCOMES)]))
            won = share > 0
            premium = PREMIUM[bot]
            yield closed_trade(
                share if strategy.is_credit else share / 2,
                to_cents(premium * 100 * share * (1 if strategy.is_credit else Decimal("0.5"))),
                position_id=f"y{number:03}-{bot.lower()}",
                bot=bot,
                strategy=strategy,
                underlying=underlying,
                entry_price=premium,
                opened_at=days[number].opens_at + timedelta(minutes=31 + 7 * place),
                closed_at=days[number + 3].opens_at + timedelta(minutes=121 + 11 * place),
                exit_reason=ExitReason.PROFIT_TARGET if won else ExitReason.STOP_LOSS,
            )


def _position_of(trade: ClosedTrade) -> Position:
    return position(
        trade.strategy,
        trade.entry_price,
        position_id=trade.position_id,
        bot=trade.bot,
        state=PositionState.CLOSED,
        planned_at=trade.opened_at,
        opened_at=trade.opened_at,
    )


def _book(stage: Stage, trades: Iterable[ClosedTrade]) -> None:
    """Let the ledgers know what the year brought."""
    realized: dict[Bot, Decimal] = defaultdict(Decimal)
    for one in trades:
        realized[one.bot] += one.pnl
    for bot, pnl in realized.items():
        before = stage.book.live(bot).ledger(PAPER)
        after = before.model_copy(update={"realized_pnl": pnl, "peak_pnl": pnl, "version": before.version + 1})
        stage.book.commit("a year", (SetLedger(before, after),))
