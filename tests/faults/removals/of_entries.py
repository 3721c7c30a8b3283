"""The guards of an entry: rails, sizes and the table of controls."""

from typing import Final

from tests.faults.removals.removal import (
    CANCELS,
    CONTROL_TESTS,
    DECISIONS,
    DENIALS,
    MINUTE,
    PRICES,
    PROPOSAL,
    RAILS,
    TRADE,
    Removal,
)

ENTRIES: Final = (
    Removal(
        "an entry never walks beyond its collar",
        PRICES,
        "furthest = min(walk.max_distance * package.spread, entry_collar(package, walk))",
        "furthest = walk.max_distance * package.spread",
        ("tests/unit/phases/test_prices.py",),
    ),
    Removal(
        "a live entry is previewed",
        TRADE,
        "        if refused is not None:\n",
        "        if False:\n",
        ("tests/functions/test_live_entries.py",),
    ),
    Removal(
        "no entry while the broker cannot be read",
        TRADE,
        "        if isinstance(account, Gate):\n",
        "        if isinstance(account, Gate):\n"
        "            account = Account(config.capital, {}, self.market_clock.clock(), config.confirmed_account)\n"
        "        if False:\n",
        ("tests/functions/test_live_entries.py",),
    ),
    Removal(
        "no entry while an item cannot be read",
        TRADE,
        "_set_aside(live) or self._account(config)",
        "self._account(config)",
        ("tests/functions/test_unreadable.py",),
    ),
    Removal(
        "live trading is confirmed by command",
        DENIALS,
        'gate(DenialCode.MODE_MISMATCH, f"live, {confirmed}", limit, confirmed == config.confirmed_account)',
        'gate(DenialCode.MODE_MISMATCH, f"live, {confirmed}", limit, True)',
        ("tests/unit/phases/test_look.py",),
    ),
    Removal(
        "a confirmation ends when a bot leaves live trading",
        MINUTE,
        "if live.confirmation is not None and live.confirmation.at < self.began:",
        "if False:",
        ("tests/functions/test_live_entries.py",),
    ),
    Removal(
        "a word given while a run lasts is not taken back by what the run read before",
        MINUTE,
        "if live.confirmation is not None and live.confirmation.at < self.began:",
        "if live.confirmation is not None:",
        ("tests/faults/test_same_second.py",),
    ),
    Removal(
        "a cancel that nobody heard of is asked again",
        CANCELS,
        "        if not order.status.is_final:\n",
        "        if False:\n",
        ("tests/faults/test_crashes.py",),
    ),
    *(
        Removal(f"rail {name}", RAILS, text, "passed=True", ("tests/unit/phases/test_rails.py",))
        for name, text in (
            ("NEAR_FLIP", "passed=apart >= rails.near_flip"),
            ("NOT_CONFIRMED", "passed=enough"),
            ("COOLING_DOWN after a stop", "passed=new_york_date(now) > counters.last_stop_on"),
            ("COOLING_DOWN after a target", "passed=now >= ready"),
            ("NOT_BREAKING_OUT", "passed=found is wanted"),
        )
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

_PASS = "passed=passed)"

_CODES: Final = (
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
    "STRATEGY_DISABLED",
    "SIZE_ZERO",
    "NEGATIVE_EXPECTANCY",
)
"""The denials of the table of controls; one function writes all of them down."""


CONTROLS: Final = tuple(
    Removal(f"control {code}", DECISIONS, _PASS, f"passed=passed or code is DenialCode.{code})", CONTROL_TESTS)
    for code in _CODES
)
