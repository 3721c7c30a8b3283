"""The catalogue of guards: where each stands in the code, how it is removed, and which tests are meant to notice."""

from collections.abc import Iterator
from typing import Final, NamedTuple

GUARDS: Final = "shared/adapters/dynamodb/guards.py"
CHANGES: Final = "shared/adapters/dynamodb/changes.py"
LEDGERS: Final = "shared/adapters/dynamodb/ledgers.py"
DESK: Final = "shared/desk.py"
ENTERING: Final = "shared/phases/execution/entering.py"
EXITING: Final = "shared/phases/execution/exiting.py"
WORKING: Final = "shared/phases/execution/working.py"
DENIALS: Final = "shared/phases/execution/denials.py"
PROPOSAL: Final = "shared/phases/entry/proposal.py"
RECONCILE: Final = "functions/monitor/reconcile.py"
WALK: Final = "shared/phases/execution/walk.py"
CLIENT: Final = "shared/adapters/tradier/client.py"

BOOK_TESTS: Final = ("tests/unit/adapters/test_dynamodb_book.py",)
PHASE_TESTS: Final = tuple(
    f"tests/unit/phases/test_{name}.py" for name in ("protocol", "endings", "incidents", "monitoring", "properties")
)
CONTROL_TESTS: Final = tuple(
    f"tests/unit/phases/test_{name}.py" for name in ("controls", "look", "gates", "exits", "propose")
)
FAULT_TESTS: Final = (
    "tests/faults/test_whole_life.py",
    "tests/faults/test_deliveries.py",
    "tests/faults/test_breaker.py",
    "tests/faults/test_post.py",
    "tests/faults/test_fills.py",
)
CLIENT_TESTS: Final = ("tests/unit/adapters/test_http_mutations.py", "tests/unit/adapters/test_tradier_trading.py")


class Removal(NamedTuple):
    """A guard by name, the text that makes it, what takes its place, and the tests."""

    guard: str
    path: str
    text: str
    instead: str
    tests: tuple[str, ...]


_PASS = "passed=passed)"

STORE: Final = (
    Removal(
        "an intent is written only once",
        CHANGES,
        "rows.intent_row(table, intent), (guards.is_absent(),)",
        "rows.intent_row(table, intent), ()",
        BOOK_TESTS,
    ),
    Removal(
        "a position is made only once",
        CHANGES,
        "rows.position_row(table, position), (guards.is_absent(),)",
        "rows.position_row(table, position), ()",
        BOOK_TESTS,
    ),
    Removal(
        "a slot is taken only while free",
        CHANGES,
        "(guards.slot_is_free(),)",
        "()",
        BOOK_TESTS,
    ),
    Removal("a slot is freed only by its holder", CHANGES, "(guards.slot_is_held_by(position),)", "()", BOOK_TESTS),
    Removal("open positions of the bot", LEDGERS, "        guards.has_room_for_one(change),\n", "", BOOK_TESTS),
    Removal("open risk of the bot", LEDGERS, "        guards.has_room_for_risk(change),\n", "", BOOK_TESTS),
    Removal("open risk on the underlying", LEDGERS, "        guards.has_room_in_underlying(change),\n", "", BOOK_TESTS),
    Removal("cash secured", LEDGERS, "        guards.has_room_for_cash(change),\n", "", BOOK_TESTS),
    Removal(
        "the ledger is as read",
        LEDGERS,
        "still = (guards.has_version(table, change.before.version),)",
        "still = ()",
        BOOK_TESTS,
    ),
    Removal(
        "the counters are as read",
        CHANGES,
        "still = (guards.has_version(table, before.version),)\n            return Put(label, rows.counters_row",
        "still = ()\n            return Put(label, rows.counters_row",
        BOOK_TESTS,
    ),
    Removal(
        "an intent is still in its state",
        CHANGES,
        "still = (guards.has_state(before), *guards.has_owner(before))",
        "still = guards.has_owner(before)",
        BOOK_TESTS,
    ),
    Removal(
        "an intent still has its owner",
        CHANGES,
        "still = (guards.has_state(before), *guards.has_owner(before))",
        "still = (guards.has_state(before),)",
        BOOK_TESTS,
    ),
    Removal(
        "a position still has its version",
        CHANGES,
        "still = (guards.has_version(table, before.version), guards.has_closing_intent(before))",
        "still = (guards.has_closing_intent(before),)",
        BOOK_TESTS,
    ),
    Removal(
        "a position is closed by one intent",
        CHANGES,
        "still = (guards.has_version(table, before.version), guards.has_closing_intent(before))",
        "still = (guards.has_version(table, before.version),)",
        BOOK_TESTS,
    ),
    Removal(
        "a decision is written only once",
        CHANGES,
        "rows.decision_row(tables.decisions, decision), (guards.is_absent(),)",
        "rows.decision_row(tables.decisions, decision), ()",
        BOOK_TESTS,
    ),
    Removal(
        "a result is written only once",
        CHANGES,
        "rows.closed_trade_row(tables.stats, trade), (guards.is_absent(),)",
        "rows.closed_trade_row(tables.stats, trade), ()",
        BOOK_TESTS,
    ),
    Removal(
        "a snapshot is decided only once",
        CHANGES,
        "newer = (guards.is_newer(stamp(last.snapshot_at)),)",
        "newer = ()",
        BOOK_TESTS,
    ),
    Removal(
        "the user's switch allows it",
        CHANGES,
        "of_all = (guards.switch_allows(change.at_most), guards.trip_allows(change.at_most))",
        "of_all = (guards.trip_allows(change.at_most),)",
        BOOK_TESTS,
    ),
    Removal(
        "the trip of all allows it",
        CHANGES,
        "of_all = (guards.switch_allows(change.at_most), guards.trip_allows(change.at_most))",
        "of_all = (guards.switch_allows(change.at_most),)",
        BOOK_TESTS,
    ),
    Removal(
        "the trip of the bot allows it",
        CHANGES,
        "        Check(label, table, (keys.BREAKER, change.bot), of_bot),\n",
        "",
        BOOK_TESTS,
    ),
    Removal(
        "the strategy is not disabled",
        CHANGES,
        "(guards.is_enabled(),)",
        "(guards.either(guards.is_enabled(), guards.is_present()),)",
        BOOK_TESTS,
    ),
)

PLANS: Final = tuple(
    Removal(f"an entry is planned with {name}", ENTERING, text, instead, ("tests/unit/phases/test_protocol.py",))
    for name, text, instead in (
        ("its intent", "        CreateIntent(intent),\n", ""),
        ("its position", "        CreatePosition(position),\n", ""),
        ("its slot", "        TakeSlot(position),\n", ""),
        ("the breaker ACTIVE", "        RequireState(position.bot, TradingState.ACTIVE),\n", ""),
        ("its strategy enabled", "        RequireEnabled(position.mode, position.strategy),\n", ""),
        ("its decision", "        RecordDecision(decision),\n", ""),
        ("its snapshot used up", "        AdvanceLast(position.bot, last),\n", ""),
    )
) + tuple(
    Removal(f"an exit is planned with {name}", EXITING, text, instead, ("tests/unit/phases/test_protocol.py",))
    for name, text, instead in (
        ("its intent", "        CreateIntent(intent),\n", ""),
        ("the breaker not HALTED", "        RequireState(position.bot, TradingState.REDUCING),\n", ""),
        ("its decision", "        RecordDecision(decision),\n    )", "    )"),
        ("the position CLOSING", '            "closing_intent": intent.intent_id,\n', ""),
    )
)

ORDERS: Final = (
    Removal(
        "the breaker is asked a last time",
        DESK,
        "if not may_leave(intent.kind, state):",
        "if False:",
        ("tests/faults/test_breaker.py",),
    ),
    Removal(
        "nothing is sent after the lease",
        DESK,
        "if claimed.lease_until is None or self.clock.now() >= claimed.lease_until:",
        "if False:",
        ("tests/faults/test_deliveries.py",),
    ),
    Removal(
        "who lost the claim does not send",
        DESK,
        "        except ConflictError:\n            return intent\n",
        "        except ConflictError:\n            pass\n",
        ("tests/faults/test_deliveries.py", "tests/faults/test_races.py"),
    ),
    Removal(
        "silence is no refusal",
        DESK,
        "except OrderRejectedError as refusal:",
        "except (OrderRejectedError, OrderUnknownError) as refusal:",
        ("tests/faults/test_post.py",),
    ),
    Removal(
        "an UNKNOWN order is told",
        DESK,
        "            self.alerts.send(messages.unknown(doubted, str(silence), self.clock.now()))\n",
        "",
        ("tests/faults/test_post.py", "tests/functions/test_incidents.py"),
    ),
    Removal(
        "a worker's lease is respected",
        RECONCILE,
        "if intent.state is IntentState.SUBMITTING and intent.lease_until is not None and now <= intent.lease_until:",
        "if False:",
        ("tests/faults/test_deliveries.py",),
    ),
    Removal(
        "an order is ours by its tag alone",
        RECONCILE,
        "mine = [order for order in orders if order.tag == intent.tag]",
        "mine = list(orders)",
        FAULT_TESTS,
    ),
    Removal(
        "a quiet period before an intent is given up",
        WORKING,
        "now > intent.lease_until + QUIET",
        "now > intent.lease_until",
        PHASE_TESTS,
    ),
    Removal(
        "two clean reads before an intent is given up",
        WORKING,
        "return quiet and intent.clean_absences >= CLEAN_ABSENCES",
        "return quiet",
        PHASE_TESTS,
    ),
    Removal(
        "a planned intent has its time too",
        WORKING,
        "return now > intent.planned_at + LEASE + QUIET",
        "return True",
        PHASE_TESTS,
    ),
    Removal(
        "the positions speak before an intent is given up",
        RECONCILE,
        "if touches(intent, legs.booked, legs.held):\n            return protocol.is_forgotten",
        "if False:\n            return protocol.is_forgotten",
        ("tests/faults/test_outside.py",),
    ),
    Removal(
        "nothing is booked without its price",
        WORKING,
        "return order.status.is_final and (order.filled_contracts == 0 or order.fill_price is not None)",
        "return order.status.is_final",
        PHASE_TESTS,
    ),
    Removal(
        "fills only grow",
        WORKING,
        "filled = max(intent.filled_contracts, order.filled_contracts)",
        "filled = order.filled_contracts",
        PHASE_TESTS,
    ),
    Removal(
        "a working entry is canceled by the breaker",
        WALK,
        "        if state is not TradingState.ACTIVE:\n",
        "        if state is None:\n",
        ("tests/faults/test_breaker.py",),
    ),
    Removal(
        "a POST is never sent again",
        CLIENT,
        "            reply = self._http.send(method, path, form=form, read_timeout_s=ORDER_TIMEOUT_S)\n"
        "        except FeedError as error:\n",
        "            reply = self._http.send(method, path, form=form, read_timeout_s=ORDER_TIMEOUT_S)\n"
        "        except FeedError:\n"
        "            reply = self._http.send(method, path, form=form, read_timeout_s=ORDER_TIMEOUT_S)\n"
        "        except ValueError as error:\n",
        CLIENT_TESTS,
    ),
)

SIZES: Final = tuple(
    Removal(
        f"size is clamped by {name}",
        PROPOSAL,
        text,
        instead,
        ("tests/unit/phases/test_propose.py", "tests/unit/phases/test_sizing.py"),
    )
    for name, text, instead in (
        (
            "contracts per order",
            '        Room("contracts per order", Decimal(1), Decimal(caps.contracts_per_order)),\n',
            "",
        ),
        (
            "maximum loss per order",
            '        Room("maximum loss per order", risk, caps.max_position * capital),\n',
            "",
        ),
        ("open risk", '        Room("open risk", risk, caps.open_risk * capital - ledger.open_risk),\n', ""),
        (
            "risk on the underlying",
            '        Room("risk on the underlying", risk, caps.underlying_risk * capital - here),\n',
            "",
        ),
        (
            "buying power",
            '        Room("buying power", structure.max_loss, max(buying_power, structure.max_loss)),\n',
            "",
        ),
    )
)

CONTROLS: Final = (
    "BOT_DISABLED",
    "BREAKER",
    "MODE_MISMATCH",
    "UNDERLYING_NOT_ALLOWED",
    "INVALID_SNAPSHOT",
    "STALE_SNAPSHOT",
    "MARKET_CLOSED",
    "OUTSIDE_ENTRY_WINDOW",
    "MAX_POSITIONS",
    "ORDER_RATE",
    "SLOT_TAKEN",
    "CREDIT_TOO_SMALL",
    "WIDTH_TOO_LARGE",
    "DTE_TOO_SHORT",
    "UNQUOTED_LEG",
    "ILLIQUID_LEG",
    "STALE_QUOTE",
    "NETTING",
    "CLOCK_SKEW",
    "DUPLICATE_ORDER",
    "PRICE_COLLAR",
    "INSUFFICIENT_MARGIN",
    "EXCEEDS_POSITION",
    "ACCOUNT_MISMATCH",
    "LIMIT_REQUIRED",
    "AM_SETTLED",
)
"""The denials of the table of controls that one function of the denials makes."""


def _controls() -> Iterator[Removal]:
    for code in CONTROLS:
        instead = f"passed=passed or code is DenialCode.{code})"
        yield Removal(f"control {code}", DENIALS, _PASS, instead, CONTROL_TESTS)
    for code in ("STRATEGY_DISABLED", "SIZE_ZERO", "NEGATIVE_EXPECTANCY"):
        instead = f"passed=passed or code is DenialCode.{code})"
        yield Removal(f"control {code}", PROPOSAL, _PASS, instead, CONTROL_TESTS)


CATALOGUE: Final = (*STORE, *PLANS, *ORDERS, *SIZES, *_controls())
