"""What the tests of the book begin with: a position held, an intent claimed, a ledger with something in it."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from shared.domain.book import SetLedger
from shared.domain.ledgers import Ledger
from shared.domain.orders import IntentState
from shared.domain.positions import PositionState
from tests.store import BOT, NOON, PAPER, intent, position

HELD = position(state=PositionState.OPEN, version=2)
CLAIMED = intent(state=IntentState.SUBMITTING, owner="me", lease_until=NOON + timedelta(seconds=60))
LEDGER = Ledger(bot=BOT, mode=PAPER, open_count=1, open_risk=Decimal(5), version=4)


def set_ledger(**changes: Any) -> SetLedger:
    after = LEDGER.model_copy(update={"version": LEDGER.version, **changes})
    return SetLedger(before=Ledger(bot=BOT, mode=PAPER), after=after)


FULL_LEDGER = set_ledger(
    open_count=3,
    open_risk=Decimal(1000),
    secured_cash=Decimal(400),
    risk_by_underlying={"SPY": Decimal(600), "QQQ": Decimal(400)},
)
