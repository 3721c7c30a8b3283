"""All vendors on their ports: one market, one clock, one lock."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from infra.local.vendors.control_desk import ControlDesk
from infra.local.vendors.desk import Shared, VendorApp, VendorDesk
from infra.local.vendors.faults import FaultBook, Vendor
from infra.local.vendors.http import Application, Listener
from infra.local.vendors.market import Clock, Market
from infra.local.vendors.market_view import UNDERLYINGS, MarketView
from infra.local.vendors.options import SimulatorOptions, Tokens
from infra.local.vendors.polygon.app import PolygonApp
from infra.local.vendors.switches import Switches
from infra.local.vendors.tradier.accounts import Accounts
from infra.local.vendors.tradier.app import TradierApp
from infra.local.vendors.tradier.quotes import QuoteDesk
from infra.local.vendors.tradier.truth import Truth
from infra.local.vendors.trading_volatility.app import TradingVolatilityApp
from infra.local.vendors.trading_volatility.subject import Subjects

CONTROL = "control"
POLYGON_ALIAS = "polygon_alias"
PORTS = (*Vendor, POLYGON_ALIAS, CONTROL)
"""In this order from the first port on."""


@dataclass(frozen=True, slots=True)
class Ports:
    """The port of each vendor, of Polygon's second host and of the control endpoint."""

    by_name: Mapping[str, int]


class PortTakenError(OSError):
    """A port cannot be opened; names it."""

    def __init__(self, name: str, port: int) -> None:
        super().__init__(f"port {port} for {name} is taken")
        self.port = port


class Stage:
    """The simulators, built but not yet listening."""

    def __init__(self, market: Market, clock: Clock, tokens: Tokens, options: SimulatorOptions) -> None:
        """Build every vendor on this market."""
        self.switches = Switches(options.switches)
        self.faults = FaultBook(clock)
        self.shared = Shared(clock, self.faults)
        view = MarketView(market)
        brokers = {
            vendor: Accounts(
                QuoteDesk(view, self.switches, self.faults, vendor), self.switches, self.faults, vendor, options
            )
            for vendor in (Vendor.TRADIER, Vendor.TRADIER_SANDBOX)
        }
        self.truths = tuple(Truth(accounts) for accounts in brokers.values())
        self._subjects = Subjects(view)
        polygon = PolygonApp(view, self.switches, self.faults, tokens.polygon)
        apps: dict[Vendor, VendorApp] = {
            Vendor.POLYGON: polygon,
            Vendor.TRADING_VOLATILITY: TradingVolatilityApp(
                view, self.switches, self.faults, tokens.trading_volatility
            ),
        }
        for vendor, token in ((Vendor.TRADIER, tokens.tradier), (Vendor.TRADIER_SANDBOX, tokens.tradier_sandbox)):
            apps[vendor] = TradierApp(self.switches, vendor, token, brokers[vendor])
        self._desks = {vendor: VendorDesk(vendor, apps[vendor], self.shared) for vendor in Vendor}
        self._polygon = polygon
        self.listeners: dict[str, Listener] = {}

    def open(self, first_port: int = 0) -> Ports:
        """Listen on every port; 0 takes free ones.

        Raises:
            PortTakenError: one of them is taken; none stays open.
        """
        applications: dict[str, Application] = {
            **{str(vendor): desk for vendor, desk in self._desks.items()},
            POLYGON_ALIAS: self._desks[Vendor.POLYGON],
            CONTROL: ControlDesk(self.shared, self.switches, self.truths, self.listeners),
        }
        for offset, name in enumerate(PORTS):
            port = first_port + offset if first_port else 0
            listener = Listener(applications[name], port)
            try:
                listener.start()
            except OSError as error:
                self.close()
                raise PortTakenError(name, port) from error
            self.listeners[name] = listener
        self._polygon.other_url = self.listeners[POLYGON_ALIAS].url
        return Ports({name: listener.port for name, listener in self.listeners.items()})

    def prepare(self, at: datetime) -> None:
        """Work out what the feed of exposures will publish at this moment, while nobody waits for it."""
        for ticker in UNDERLYINGS:
            with self.shared.lock:
                self._subjects.find(ticker, self._subjects.published(at))

    def close(self) -> None:
        """Close every port and let go of every held call."""
        self.shared.closing.set()
        for listener in self.listeners.values():
            listener.stop()
