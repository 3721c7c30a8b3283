"""Start and stop the simulated vendors."""

import os
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Final, Self
from urllib.parse import urlsplit

from infra.local.errors import LocalStageError
from infra.local.replay_clock import ReplayClock
from infra.local.vendors.child import MarketSource, Orders, market_of, serve
from infra.local.vendors.control import SimulatorControl
from infra.local.vendors.faults import Vendor
from infra.local.vendors.http import LOOPBACK
from infra.local.vendors.market import Clock
from infra.local.vendors.options import SimulatorOptions, Tokens
from infra.local.vendors.stage import CONTROL, POLYGON_ALIAS, PORTS, PortTakenError, Stage

START_TIMEOUT_S: Final = 60.0
STOP_TIMEOUT_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class VendorUrls:
    """Where the vendors answer, as the clients take their base addresses."""

    tradier_url: str
    tradier_sandbox_url: str
    polygon_url: str
    polygon_alias_url: str
    trading_volatility_url: str
    trading_volatility_v1_url: str
    control_url: str

    @property
    def hosts(self) -> dict[str, str]:
        """The vendors as the functions' environment names them, without the paths that the clients know themselves."""
        return {
            "TRADIER_URL": _host(self.tradier_url),
            "TRADIER_SANDBOX_URL": _host(self.tradier_sandbox_url),
            "POLYGON_URL": _host(self.polygon_url),
            "TRADING_VOLATILITY_URL": _host(self.trading_volatility_url),
        }


def _host(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


class VendorSimulators:
    """All vendors on loopback, as a context manager: in a child process, or in threads of this one.

    A child process needs a `ReplayClock` (it reads the same file) and a market that pickles, or a function of a module
    that makes one. Threads take any market and any clock.
    """

    def __init__(
        self,
        market: MarketSource,
        clock: Clock,
        *,
        tokens: Tokens | None = None,
        port: int = 0,
        options: SimulatorOptions | None = None,
        in_process: bool = False,
    ) -> None:
        """Prepare; `port` is the first of `PORTS` in a row, 0 takes free ones."""
        self._market = market
        self._clock = clock
        self.tokens = tokens or Tokens()
        self._port = port
        self._options = options or SimulatorOptions()
        self._in_process = in_process
        self._stage: Stage | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._line: Connection | None = None
        self._urls: VendorUrls | None = None
        self._control: SimulatorControl | None = None

    @property
    def urls(self) -> VendorUrls:
        """The addresses, once the simulators run."""
        if self._urls is None:
            raise LocalStageError("the vendor simulators do not run", "enter the context manager first")
        return self._urls

    @property
    def control(self) -> SimulatorControl:
        """The control endpoint's client."""
        if self._control is None:
            self._control = SimulatorControl(self.urls.control_url)
        return self._control

    def begin(self) -> None:
        """Let the child process, where there is to be one, come up while something else is done before `start`."""
        if not self._in_process and self._process is None:
            self._spawn()

    def start(self) -> Self:
        """Open all ports.

        Raises:
            LocalStageError: a port is taken, or the child process did not start.
        """
        ports = self._started_here() if self._in_process else self._started_apart()
        self._urls = _urls(ports)
        return self

    def _started_here(self) -> dict[str, int]:
        self._stage = Stage(market_of(self._market), self._clock, self.tokens, self._options)
        try:
            return dict(self._stage.open(self._port).by_name)
        except PortTakenError as error:
            raise _taken(error.port) from error

    def _started_apart(self) -> dict[str, int]:
        if not isinstance(self._clock, ReplayClock):
            raise LocalStageError("a child process cannot read this clock", "pass a ReplayClock, or in_process=True")
        self.begin()
        said = self._told(Orders(self._market, self._clock.path, self.tokens, self._options, self._port))
        if isinstance(said, dict):
            return said
        self.close()
        if isinstance(said, int):
            raise _taken(said)
        raise LocalStageError("the vendor simulators did not start", "see the error of the child process above")

    def _spawn(self) -> None:
        self._line, far_end = Pipe()
        self._process = subprocess.Popen(
            [sys.executable, "-m", serve.__module__, str(far_end.fileno())],
            pass_fds=(far_end.fileno(),),
            stdin=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        far_end.close()

    def _told(self, orders: Orders) -> object:
        """Give the child its orders and return its first word, None where it has none."""
        if self._line is None:
            return None
        try:
            self._line.send(orders)
            return self._line.recv() if self._line.poll(START_TIMEOUT_S) else None
        except (EOFError, OSError):
            return None

    def prepare(self, at: datetime) -> None:
        """Say when exposures will be asked for next: a child process works them out meanwhile; one that ended, not."""
        if self._line is not None:
            with suppress(OSError):
                self._line.send(at)

    def stop(self, vendor: Vendor | str) -> None:
        """Refuse connections to one vendor from now on."""
        self.control.stop(vendor)

    def restart(self, vendor: Vendor | str) -> None:
        """Serve a stopped vendor again, on the same port."""
        self.control.start(vendor)

    def close(self) -> None:
        """Stop everything; may be called twice."""
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._stage is not None:
            self._stage.close()
            self._stage = None
        if self._line is not None:
            self._line.close()
            self._line = None
        if self._process is not None:
            _ended(self._process)
            self._process = None
        self._urls = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _ended(process: "subprocess.Popen[bytes]") -> None:
    try:
        process.wait(STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _taken(port: int) -> LocalStageError:
    return LocalStageError(
        f"port {port} on {LOOPBACK} is taken",
        f"stop what listens there, or choose another --port; the simulators take {len(PORTS)} in a row",
    )


def _urls(ports: dict[str, int]) -> VendorUrls:
    root = {name: f"http://{LOOPBACK}:{port}" for name, port in ports.items()}
    return VendorUrls(
        tradier_url=f"{root[Vendor.TRADIER]}/v1",
        tradier_sandbox_url=f"{root[Vendor.TRADIER_SANDBOX]}/v1",
        polygon_url=root[Vendor.POLYGON],
        polygon_alias_url=root[POLYGON_ALIAS],
        trading_volatility_url=f"{root[Vendor.TRADING_VOLATILITY]}/api/v2",
        trading_volatility_v1_url=f"{root[Vendor.TRADING_VOLATILITY]}/api",
        control_url=root[CONTROL],
    )
