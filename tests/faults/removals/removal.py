"""A guard to be removed: where it stands, what takes its place, and which tests are meant to notice."""

from typing import Final, NamedTuple

GUARDS: Final = "shared/adapters/dynamodb/guards.py"
CHANGES: Final = "shared/adapters/dynamodb/changes.py"
LEDGERS: Final = "shared/adapters/dynamodb/ledgers.py"
DESK: Final = "shared/desk.py"
ENTERING: Final = "shared/phases/execution/entering.py"
EXITING: Final = "shared/phases/execution/exiting.py"
WORKING: Final = "shared/phases/execution/working.py"
DECISIONS: Final = "shared/domain/decisions.py"
DENIALS: Final = "shared/phases/execution/denials.py"
PROPOSAL: Final = "shared/phases/entry/proposal.py"
RECONCILE: Final = "functions/monitor/reconcile.py"
PRICES: Final = "shared/phases/execution/prices.py"
WALK: Final = "shared/phases/execution/walk.py"
CLIENT: Final = "shared/adapters/tradier/client.py"
RAILS: Final = "shared/phases/regime/rails.py"
TRADE: Final = "functions/trade/workflow.py"
MINUTE: Final = "functions/monitor/minute.py"
STANDING: Final = "functions/monitor/standing.py"
CANCELS: Final = "functions/monitor/walk.py"
ACCOUNTS: Final = "functions/monitor/accounts.py"
BOOKING: Final = "shared/phases/execution/booking.py"
ALERTS: Final = "shared/adapters/sns.py"
LEG_LEDGER: Final = "functions/monitor/ledger.py"

BOOK_TESTS: Final = ("tests/unit/adapters/test_dynamodb_guards.py",)
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
