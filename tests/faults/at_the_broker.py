"""What happens at the simulated broker, and what is true there, whatever the functions believe."""

from decimal import Decimal
from typing import Any

from infra.local.vendors.faults import FaultKind, Vendor
from shared.domain.options import CONTRACT_MULTIPLIER
from tests.faults.ground import Ground


class AtTheBroker:
    """One account of the live host; ``external`` is what another hand than ours traded in it."""

    ground: Ground
    account: str
    external: dict[str, int]
    external_cash: Decimal

    def inject(self, kind: FaultKind, **scope: Any) -> None:
        """Put a fault in waiting at the broker's live host."""
        with self.ground.vendors.shared.lock:
            self.ground.vendors.faults.inject(kind, **{"vendor": Vendor.TRADIER} | scope)

    def heal(self) -> None:
        """Clear every fault at the broker."""
        with self.ground.vendors.shared.lock:
            self.ground.vendors.faults.clear()

    def truth(self) -> dict[str, Any]:
        """Return the account as it truly is."""
        with self.ground.vendors.shared.lock:
            return self.ground.vendors.truths[0].account(self.account, self.ground.clock.now())

    def journal(self) -> list[dict[str, Any]]:
        """Return everything that ever happened to the account."""
        return self.ground.vendors.truths[0].journal(self.account)

    def act(self, action: str, **given: Any) -> None:
        """Do at the broker what no function of ours did."""
        with self.ground.vendors.shared.lock:
            self.ground.vendors.truths[0].act(self.account, action, given, self.ground.clock.now())

    def trade_by_hand(self, symbol: str, quantity: int, price: Decimal) -> None:
        """Trade at the broker, as its own website lets one."""
        self.act("trade", symbol=symbol, quantity=quantity, price=str(price))
        self.external[symbol] = self.external.get(symbol, 0) + quantity
        self.external_cash -= price * quantity * CONTRACT_MULTIPLIER

    def broker_positions(self) -> dict[str, int]:
        found: dict[str, int] = self.truth()["positions"]
        return found

    def orders(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.truth()["orders"]
        return found
