"""What must be true whatever failed: the book, read item by item, against the broker as it truly is.

A  at most one order for one intent, at most one open position for one slot
B  at rest our legs are the broker's legs
C  each fill is booked exactly once: what is booked is the change of the broker's cash, to the cent
D  the open risk is within its caps at all times, and the ledger says what the positions say
E  HALTED: nothing leaves; REDUCING: only what reduces leaves
F  nothing is closed without a fill or a settlement price
G  each UNKNOWN and each BROKEN has its alert
H  one ENTRY decision for each entry intent, one EXIT decision for each exit intent
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.keys import Kind
from shared.adapters.dynamodb.ledgers import ledger_of
from shared.adapters.dynamodb.tables import DecisionsRow, PositionsRow, StatsRow
from shared.domain.config import BotConfig
from shared.domain.decisions import Decision, DecisionKind
from shared.domain.ledgers import Ledger
from shared.domain.orders import TAG_PREFIX, Intent, IntentKind, IntentState
from shared.domain.positions import ClosedTrade, Position, PositionState
from shared.domain.vocabulary import Bot, TradingState
from tests.faults.items import values

if TYPE_CHECKING:
    from tests.faults.arena import Arena

CENT: Final = Decimal("0.01")
OPENS: Final = ("buy_to_open", "sell_to_open")


@dataclass(frozen=True)
class Evidence:
    """Everything the store says, and everything the broker knows, at one moment.

    ``tripped`` is the trip of all bots. ``configs`` are all that a bot was ever told: a cap that was lowered
    afterwards is not exceeded by what was open.
    """

    intents: tuple[Intent, ...]
    positions: tuple[Position, ...]
    ledgers: tuple[Ledger, ...]
    slots: Mapping[str, str | None]
    alerts: frozenset[str]
    decisions: tuple[Decision, ...]
    trades: tuple[ClosedTrade, ...]
    tripped: TradingState
    configs: Mapping[Bot, Sequence[BotConfig]]
    orders: Sequence[Mapping[str, Any]]
    holdings: Mapping[str, int]
    gained: Decimal
    external: Mapping[str, int]
    external_cash: Decimal

    @property
    def open_positions(self) -> tuple[Position, ...]:
        """The positions that are not over."""
        return tuple(position for position in self.positions if not position.state.is_final)

    def filled_at_the_broker(self, intent: Intent) -> int:
        """Return how many contracts the broker filled for an intent."""
        return sum(int(order["spreads_filled"]) for order in self.orders if order["tag"] == intent.tag)


def evidence(arena: "Arena") -> Evidence:
    """Read everything."""
    ground, truth = arena.ground, arena.truth()
    names = ground.names
    items = ground.items(PositionsRow, names.positions)
    stats = ground.items(StatsRow, names.stats)
    trips = [item.row.trip for item in stats if (item.row.pk, item.row.sk) == (keys.BREAKER, keys.ALL)]
    return Evidence(
        intents=values(Intent, items, Kind.INTENT),
        positions=values(Position, items, Kind.POSITION),
        ledgers=tuple(ledger_of(item.row) for item in items if item.row.kind == Kind.LEDGER),
        slots={f"{item.row.pk} {item.row.sk}": item.row.holder for item in items if item.row.kind == Kind.SLOT},
        alerts=frozenset(item.row.sk.partition("#")[2] for item in items if item.row.kind == Kind.ALERT),
        decisions=values(Decision, ground.items(DecisionsRow, names.decisions), Kind.DECISION),
        trades=values(ClosedTrade, stats, Kind.CLOSED_TRADE),
        tripped=TradingState(next(filter(None, trips), "ACTIVE")),
        configs=arena.configs,
        orders=truth["orders"],
        holdings=truth["positions"],
        gained=Decimal(truth["cash"]) - arena.opening_cash,
        external=arena.external,
        external_cash=arena.external_cash,
    )


def always(seen: Evidence) -> Iterator[str]:
    """Name what is broken of what must hold at every moment."""
    yield from one_order_for_one_intent(seen)
    yield from one_position_for_one_slot(seen)
    yield from ledger_and_caps(seen)
    yield from every_result_has_its_price(seen)
    yield from one_decision_for_one_intent(seen)


def at_rest(seen: Evidence, ever_unknown: Iterable[str] = ()) -> Iterator[str]:
    """Name what is broken of what must hold once faults have stopped and monitor has run three times."""
    yield from always(seen)
    yield from nothing_in_flight(seen)
    yield from same_legs(seen)
    yield from every_fill_is_booked(seen)
    yield from every_doubt_was_told(seen, ever_unknown)


def one_order_for_one_intent(seen: Evidence) -> Iterator[str]:
    """A: no tag was ever seen twice at the broker, and every tag of ours has its intent."""
    known = {intent.tag for intent in seen.intents}
    for tag, count in Counter(order["tag"] for order in seen.orders if order["tag"]).items():
        if tag.startswith(TAG_PREFIX) and count > 1:
            yield f"A: {count} orders for {tag}"
        if tag.startswith(TAG_PREFIX) and tag not in known:
            yield f"A: order {tag} without an intent"


def one_position_for_one_slot(seen: Evidence) -> Iterator[str]:
    """A: a slot has one open position, and names it."""
    held = defaultdict(list)
    for position in seen.open_positions:
        held[f"ACCT#{position.bot} SLOT#{position.mode}#{position.underlying}#{position.strategy}"].append(position)
    for slot, positions in held.items():
        if len(positions) > 1:
            yield f"A: {len(positions)} open positions in {slot}"
        if seen.slots.get(slot) not in {position.position_id for position in positions}:
            yield f"A: {slot} names {seen.slots.get(slot)}, not {positions[0].position_id}"
    for slot, holder in seen.slots.items():
        if holder is not None and slot not in held:
            yield f"A: {slot} is taken by {holder}, which is not open"


def ledger_and_caps(seen: Evidence) -> Iterator[str]:
    """D: what the ledger says is what the positions say, and no cap is exceeded."""
    for ledger in seen.ledgers:
        mine = [one for one in seen.open_positions if (one.bot, one.mode) == (ledger.bot, ledger.mode)]
        risk = sum((one.risk * one.remaining_contracts for one in mine), Decimal(0))
        configs = seen.configs[ledger.bot]
        cap = max(config.caps.open_risk * config.capital for config in configs)
        cap_here = max(config.caps.underlying_risk * config.capital for config in configs)
        if (ledger.open_count, ledger.open_risk) != (len(mine), risk):
            yield f"D: ledger of {ledger.bot} has {ledger.open_count} / {ledger.open_risk}, open {len(mine)} / {risk}"
        if len(mine) > max(config.max_positions for config in configs) or risk > cap:
            yield f"D: {ledger.bot} risks {risk} in {len(mine)} positions"
        for underlying, stored in ledger.risk_by_underlying.items():
            here = sum((one.risk * one.remaining_contracts for one in mine if one.underlying == underlying), Decimal(0))
            if stored != here or here > cap_here:
                yield f"D: {ledger.bot} on {underlying}: {stored} in the ledger, {here} open"
    if seen.open_positions and not seen.ledgers:
        yield "D: positions without a ledger"


def every_result_has_its_price(seen: Evidence) -> Iterator[str]:
    """F: a closed position has exactly one result, from fills that the broker knows or a named settlement."""
    closed = {position.position_id: position for position in seen.positions if position.state is PositionState.CLOSED}
    results = Counter(trade.position_id for trade in seen.trades)
    if set(results) != set(closed) or any(count > 1 for count in results.values()):
        yield f"F: results of {dict(results)}, closed {sorted(closed)}"
    for trade in seen.trades:
        exits = [one for one in seen.intents if (one.position_id, one.kind) == (trade.position_id, IntentKind.EXIT)]
        filled = sum(one.filled_contracts for one in exits if one.fill_price is not None)
        if trade.settlement_source is None and filled != trade.contracts:
            yield f"F: {trade.position_id} is closed, {filled} of {trade.contracts} contracts filled"


def one_decision_for_one_intent(seen: Evidence) -> Iterator[str]:
    """H: each intent has the one decision that made it."""
    kinds = {IntentKind.ENTRY: DecisionKind.ENTRY, IntentKind.EXIT: DecisionKind.EXIT}
    made = Counter((one.kind, one.intent_id) for one in seen.decisions if one.intent_id is not None)
    for intent in seen.intents:
        count = made.pop((kinds[intent.kind], intent.intent_id), 0)
        if count != 1:
            yield f"H: {count} decisions for the {intent.kind} {intent.intent_id}"
    for kind, intent_id in made:
        yield f"H: a decision {kind} for no intent {intent_id}"


def nothing_in_flight(seen: Evidence) -> Iterator[str]:
    """B: every intent has ended, and no position waits for one."""
    for intent in seen.intents:
        if not intent.state.is_final:
            yield f"B: intent {intent.intent_id} is still {intent.state}"
    for position in seen.open_positions:
        if position.state in (PositionState.OPENING, PositionState.CLOSING):
            yield f"B: position {position.position_id} is still {position.state}"


def same_legs(seen: Evidence) -> Iterator[str]:
    """B: our legs are the broker's; what differs is what has filled of the intents in flight."""
    ours: Counter[str] = Counter(seen.external)
    for position in seen.open_positions:
        if position.state is not PositionState.OPENING:
            ours.update(position.signed_legs())
    for intent in seen.intents:
        if not intent.state.is_final:
            filled = seen.filled_at_the_broker(intent)
            ours.update({leg.option_symbol: leg.side.sign * filled for leg in intent.order.legs})
    mine = {symbol: count for symbol, count in ours.items() if count}
    if mine != dict(seen.holdings):
        yield f"B: we hold {mine}, the broker {dict(seen.holdings)}"


def every_fill_is_booked(seen: Evidence) -> Iterator[str]:
    """C: intent by intent the broker's fills, and in sum the broker's cash."""
    for intent in seen.intents:
        filled = seen.filled_at_the_broker(intent)
        if filled != intent.filled_contracts:
            yield f"C: {intent.tag} has {intent.filled_contracts} contracts in the book, {filled} at the broker"
    apart = cents_apart(seen)
    if apart:
        yield f"C: the book is {apart} cents off the broker's cash"


def cents_apart(seen: Evidence) -> int:
    """Return by how many cents what is booked differs from the change of the broker's cash."""
    booked = sum((position.booked_cash for position in seen.positions), Decimal(0))
    return int((booked + seen.external_cash - seen.gained) / CENT)


def every_doubt_was_told(seen: Evidence, ever_unknown: Iterable[str]) -> Iterator[str]:
    """G: whoever was UNKNOWN or is BROKEN was told of."""
    doubted = {one.intent_id for one in seen.intents if one.state is IntentState.UNKNOWN} | set(ever_unknown)
    for intent_id in doubted:
        if f"unknown-{intent_id}" not in seen.alerts:
            yield f"G: no alert of the UNKNOWN {intent_id}"
    for position in seen.positions:
        if position.state is PositionState.BROKEN and not any(position.position_id in one for one in seen.alerts):
            yield f"G: no alert of the BROKEN {position.position_id}"


def left_under(state: TradingState, events: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """E: name each order that left although the breaker stood in its way all the while."""
    for event in events:
        if event["event"] not in ("accepted", "modified") or state is TradingState.ACTIVE:
            continue
        opens = event["event"] == "accepted" and any(leg["side"] in OPENS for leg in event["legs"])
        if state is TradingState.HALTED or opens:
            yield f"E: order {event['tag']} {event['event']} while {state}"
