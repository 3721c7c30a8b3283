"""The local stage while it runs: the deployed stack in an AWS on loopback, its vendors, and the minute clock."""

import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Event
from types import TracebackType
from typing import Any, Final, Self

from pydantic import SecretStr

from infra.local.cdk import STACK_PREFIX, Cdk
from infra.local.demo.laptop import MARKET_SWITCHES
from infra.local.demo.market import market_of
from infra.local.deployed import DeployedStack
from infra.local.deployment import Deployment, deployed, digest, remember
from infra.local.errors import LocalStageError
from infra.local.ministack import REGION, MiniStack, MiniStackSettings
from infra.local.minute_clock import MinuteClock, Woken
from infra.local.replay_clock import ReplayClock
from infra.local.stage_context import simulated, this_machine
from infra.local.stage_file import StageFile
from infra.local.stage_folder import StageFolder
from infra.local.stage_options import LAST_DAY, SIMULATORS_ABOVE, StageOptions
from infra.local.vendors.options import SimulatorOptions
from infra.local.vendors.simulators import VendorSimulators
from shared.adapters.ssm import SsmParameters
from shared.domain.sessions import new_york_date

MINUTE: Final = timedelta(minutes=1)
SLOWEST_TICKS: Final = 3
BOOTSTRAP_VERSION: Final = "/cdk-bootstrap/hnb659fds/version"

Say = Callable[[str], None]


class LocalStage:
    """A context manager: on entering everything is started and deployed, on leaving nothing runs and all is kept."""

    def __init__(self, options: StageOptions, folder: StageFolder, say: Say) -> None:
        """Run in this folder; `say` hears what happens."""
        self._options = options
        self._folder = folder
        self._say = say
        self._resources = ExitStack()
        self._clock: ReplayClock | None = None

    def __enter__(self) -> Self:
        with ExitStack() as resources:
            self._start(resources)
            self._resources = resources.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._resources.close()

    def _start(self, resources: ExitStack) -> None:
        context = {"stage": self._options.stage, **this_machine()}
        tokens: dict[str, str] = {}
        if not self._options.real_vendors:
            self._say("starting the vendor simulators")
            simulators = self._simulators(resources)
            context |= simulated(simulators.urls, self._folder.clock)
            tokens = {
                "tradier": simulators.tokens.tradier,
                "tradier-sandbox": simulators.tokens.tradier_sandbox,
                "polygon": simulators.tokens.polygon,
                "trading-volatility": simulators.tokens.trading_volatility,
            }
        self._say("starting AWS")
        self.aws = MiniStack(
            MiniStackSettings(
                port=self._options.port,
                state_dir=self._folder.aws,
                log_file=self._folder.aws_log,
                save_seconds=self._options.save_seconds,
            )
        )
        resources.callback(self.aws.stop)
        self.aws.start()
        self._deploy(context)
        self._store(tokens)

    def _simulators(self, resources: ExitStack) -> VendorSimulators:
        self._clock = resources.enter_context(self._opened_clock())
        simulators = VendorSimulators(
            partial(market_of, self._options.seed),
            self._clock,
            options=SimulatorOptions(switches=dict(MARKET_SWITCHES)),
            port=self._options.port + SIMULATORS_ABOVE,
        )
        resources.callback(simulators.close)
        return simulators.start()

    def _opened_clock(self) -> ReplayClock:
        """Open the simulated clock: it never goes back, and at its natural speed it keeps the time of day."""
        now = self._options.simulated(_now())
        if not self._folder.clock.exists():
            return ReplayClock.create(self._folder.clock, now)
        clock = ReplayClock(self._folder.clock)
        if self._options.speed == 1:
            clock.set(max(now, clock.now()))
        return clock

    def _deploy(self, context: dict[str, str]) -> None:
        self.stack = DeployedStack(self.aws.endpoint_url, f"{STACK_PREFIX}{self._options.stage}")
        wanted, known = digest(context), deployed(self.stack)
        if known is not None and known.digest == wanted:
            self._say("the stack is deployed already")
            self.outputs = known.outputs
            return
        cdk = Cdk(self.aws.environment, self._folder.templates, self._folder.cdk_log)
        if not self.stack.client("ssm").get_parameters(Names=[BOOTSTRAP_VERSION])["Parameters"]:
            self._say("preparing AWS for the CDK, once")
            cdk.bootstrap()
        self._say("deploying the stack")
        self.outputs = cdk.deploy(context)
        if self._options.real_vendors:
            self.stack.expire_items()
        remember(self.stack, Deployment(digest=wanted, outputs=self.outputs))

    def _store(self, tokens: dict[str, str]) -> None:
        """Store the keys of the simulators; the real ones are the user's own to store."""
        parameters = SsmParameters(self.stack.client("ssm"), self._options.stage)
        for vendor, token in tokens.items():
            parameters.put_secret(vendor, SecretStr(token))

    def stage_file(self, process_id: int) -> StageFile:
        """Return what the other commands need to know."""
        found: Any = self.stack.client("lambda").get_function_configuration(FunctionName=self.outputs["TradeFunction"])
        return StageFile(
            stage=self._options.stage,
            endpoint_url=self.aws.endpoint_url,
            region=REGION,
            process_id=process_id,
            started_at=_now(),
            environment=found["Environment"]["Variables"],
        )

    def run(self, end: Event) -> None:
        """Tick minute after minute until told to end."""
        minutes = MinuteClock(self.stack)
        self._say(f"{len(minutes.wakes)} schedules; the clock runs")
        if self._clock is None:
            self._live(minutes, end)
        else:
            self._relive(minutes, self._clock, end)

    def _live(self, minutes: MinuteClock, end: Event) -> None:
        """Tick by the machine's own clock; a slow minute does not hold up the next."""
        with ThreadPoolExecutor(SLOWEST_TICKS) as pool:
            at = _next_minute(_now())
            while not end.wait(max(0.0, (at - _now()).total_seconds())):
                self._require_aws()
                pool.submit(self._tick, minutes, at)
                at = max(at + MINUTE, _next_minute(_now() - MINUTE))

    def _relive(self, minutes: MinuteClock, clock: ReplayClock, end: Event) -> None:
        """Tick by the simulated clock, one minute after the other."""
        at = _next_minute(clock.now())
        while not end.is_set():
            if new_york_date(at) > LAST_DAY:
                raise LocalStageError(f"the history ends on {LAST_DAY}", "start anew: `alphagex local up --fresh`")
            self._require_aws()
            began = time.monotonic()
            clock.set(at)
            self._tick(minutes, at)
            at = _next_minute(max(at, clock.now()))
            end.wait(max(0.0, began + 60 / self._options.speed - time.monotonic()))

    def _require_aws(self) -> None:
        if not self.aws.is_running:
            raise LocalStageError("its AWS has ended", "`alphagex local up` goes on from what was saved last")

    def _tick(self, minutes: MinuteClock, at: datetime) -> None:
        for woken in minutes.tick(at):
            self._report(woken, at)

    def _report(self, woken: Woken, at: datetime) -> None:
        if woken.error is not None:
            self._say(f"{at:%Y-%m-%d %H:%M}Z {woken.name} failed: {woken.error}")


def _next_minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0) + MINUTE


def _now() -> datetime:
    return datetime.fromtimestamp(time.time(), UTC)


def say_on_standard_output(words: str) -> None:
    """Write a line with its time, at once."""
    sys.stdout.write(f"{_now():%Y-%m-%d %H:%M:%S}Z {words}\n")
    sys.stdout.flush()
