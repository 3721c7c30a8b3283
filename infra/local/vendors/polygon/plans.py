"""Massive's plans: what each asset class may see, and how late."""

from datetime import timedelta
from enum import StrEnum
from typing import Final

from infra.local.vendors.switches import PLANS, Switches

DELAY: Final = timedelta(minutes=15)
BASIC_CALLS: Final = 5
WINDOW: Final = timedelta(minutes=1)


class AssetClass(StrEnum):
    """What is subscribed to, each for itself."""

    STOCKS = "stocks"
    OPTIONS = "options"
    INDICES = "indices"


def class_of(ticker: str) -> AssetClass:
    """Return the asset class of a prefixed ticker."""
    if ticker.startswith("I:"):
        return AssetClass.INDICES
    return AssetClass.OPTIONS if ticker.startswith("O:") else AssetClass.STOCKS


class Entitlements:
    """The present plans."""

    def __init__(self, switches: Switches) -> None:
        """Read the plans from these switches."""
        self._switches = switches

    def plan(self, asset: AssetClass) -> str:
        """Return the plan of an asset class."""
        return str(self._switches[f"polygon.plan.{asset}"])

    def at_least(self, asset: AssetClass, plan: str) -> bool:
        """Tell whether the asset class has this plan or a better one."""
        return PLANS.index(self.plan(asset)) >= PLANS.index(plan)

    def is_live(self, asset: AssetClass) -> bool:
        """Tell whether the asset class is served in real time."""
        return self.at_least(asset, "advanced")

    def delay(self, asset: AssetClass) -> timedelta:
        """Return how late the asset class is served."""
        return timedelta(0) if self.is_live(asset) else DELAY

    def timeframe(self, asset: AssetClass) -> str:
        """Return the vendor's word for it."""
        return "REAL-TIME" if self.is_live(asset) else "DELAYED"

    def status(self, asset: AssetClass) -> str:
        """Return the status of a good answer."""
        return "OK" if self.is_live(asset) else "DELAYED"

    def limited(self) -> bool:
        """Tell whether any plan is free, and so the key may call five times a minute."""
        paid = any(self.at_least(asset, "starter") for asset in AssetClass)
        return not paid and self._switches["polygon.rate"] == "plan"
