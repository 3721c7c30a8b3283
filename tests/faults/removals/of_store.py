"""The guards of the store: the conditions of its transactions, and what a plan puts into one."""

from typing import Final

from tests.faults.removals.removal import BOOK_TESTS, CHANGES, ENTERING, EXITING, LEDGERS, Removal

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
        "still = (guards.has_state(before), *guards.has_owner(before), guards.has_steps(before))",
        "still = (*guards.has_owner(before), guards.has_steps(before))",
        BOOK_TESTS,
    ),
    Removal(
        "an intent still has its owner",
        CHANGES,
        "still = (guards.has_state(before), *guards.has_owner(before), guards.has_steps(before))",
        "still = (guards.has_state(before), guards.has_steps(before))",
        BOOK_TESTS,
    ),
    Removal(
        "only the word that was seen is taken back",
        CHANGES,
        "(table.active.remove(),), guards.is_this_confirmation(confirmation))",
        "(table.active.remove(),), ())",
        BOOK_TESTS,
    ),
    Removal(
        "an intent was not walked on",
        CHANGES,
        "still = (guards.has_state(before), *guards.has_owner(before), guards.has_steps(before))",
        "still = (guards.has_state(before), *guards.has_owner(before))",
        (*BOOK_TESTS, "tests/faults/test_same_second.py"),
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
