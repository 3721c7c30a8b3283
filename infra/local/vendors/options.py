"""What a simulated broker and its data vendors are started with."""

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from infra.local.vendors.faults import Vendor
from infra.local.vendors.switches import Setting


class AccountType(StrEnum):
    """Decides which block of the balances there is."""

    CASH = "cash"
    MARGIN = "margin"
    PDT = "pdt"


@dataclass(frozen=True, slots=True)
class AccountSpec:
    """One brokerage account at its opening."""

    number: str
    cash: Decimal = Decimal("100000.00")
    type: AccountType = AccountType.MARGIN
    host: Vendor = Vendor.TRADIER
    option_level: int = 6


@dataclass(frozen=True, slots=True)
class Tokens:
    """The one good token of each vendor."""

    tradier: str = "tradier-token"
    tradier_sandbox: str = "tradier-sandbox-token"
    polygon: str = "polygon-key"
    trading_volatility: str = "sub_trading_volatility"


DEFAULT_ACCOUNTS = (
    AccountSpec("6YA00001"),
    AccountSpec("VA00000001", host=Vendor.TRADIER_SANDBOX),
)

REPLAY_SWITCHES: dict[str, Setting] = {"tradier.rate": "generous", "polygon.rate": "generous"}
"""For a replay, which lives through months in a minute and so through many calls a simulated minute."""


@dataclass(frozen=True, slots=True)
class SimulatorOptions:
    """Accounts and the first settings of the quirks."""

    accounts: tuple[AccountSpec, ...] = DEFAULT_ACCOUNTS
    switches: dict[str, Setting] = field(default_factory=dict)
    first_order_id: int = 38_453_637
