"""``alphagex check vendors``: what a user learns at the first contact, asked of the simulators."""

import json
from collections.abc import Callable

import pytest
from typer.testing import CliRunner, Result

from infra.cli.check import KEY_VARIABLES
from infra.cli.main import app
from infra.cli.mistakes import FOUND, CommandError
from infra.cli.vendor_check import Account, Check, Finding, Outcome, refused_keys, unmet
from infra.local.replay_clock import ReplayClock
from infra.local.vendors.control import SimulatorControl
from infra.local.vendors.faults import FaultKind, Vendor
from infra.local.vendors.simulators import VendorSimulators
from shared.domain.config import SystemConfig
from shared.vendors import POLYGON, TRADIER, TRADIER_SANDBOX, TRADING_VOLATILITY, Vendors
from tests.integration.vendors.conftest import ACCOUNT, EVERY_KEY, PAID, SANDBOX_ACCOUNT, good_keys


def checked(vendors: Vendors, config: SystemConfig = PAID, *accounts: Account) -> tuple[Finding, ...]:
    return tuple(Check(vendors, config, accounts).run())


def by_source(findings: tuple[Finding, ...], source: str) -> dict[str, Outcome]:
    return {one.need: one.outcome for one in findings if one.source == source}


def test_with_every_key_every_need_has_every_source(stage: Callable[..., Vendors]) -> None:
    findings = checked(stage(), PAID, Account(ACCOUNT, False), Account(SANDBOX_ACCOUNT, True))
    assert {one.outcome for one in findings} == {Outcome.GOOD}, findings
    assert (unmet(findings), refused_keys(findings)) == ((), ())
    prices = {"spot SPY", "spot SPX", "vix"}
    dated = {*prices, "chain SPY", "chain SPX", "gamma SPY", "gamma SPX", "clock"}
    assert {one.need for one in findings} == dated | {"history SPY", "history SPX", "history VIX", "account"}
    assert all(one.age_s is not None and -60 < one.age_s < 120 for one in findings if one.need in dated)
    assert all(one.latency_ms is not None and one.latency_ms > 0 for one in findings)
    left = [one.calls_left for one in findings if one.source == TRADIER]
    assert all(calls is not None and 0 < calls < 120 for calls in left)
    assert {one.said.split(":")[0] for one in findings if one.need == "account"} == {ACCOUNT, SANDBOX_ACCOUNT}


def test_nothing_but_reads_is_asked(stage: Callable[..., Vendors], control: SimulatorControl) -> None:
    checked(stage(), PAID, Account(ACCOUNT, False))
    asked = control.counters()["requests"]
    assert all(name.startswith("GET ") for vendor in asked.values() for name in vendor), asked


@pytest.mark.parametrize(
    ("names", "missing"),
    [
        pytest.param(EVERY_KEY, set(), id="every key"),
        pytest.param((TRADIER,), set(), id="the broker alone: the exposure is computed from its chains"),
        pytest.param((TRADIER_SANDBOX,), set(), id="the sandbox alone"),
        pytest.param((POLYGON, TRADING_VOLATILITY), {"clock"}, id="no broker"),
    ],
)
def test_a_need_is_unmet_where_no_source_is_good(
    stage: Callable[..., Vendors], vendors: VendorSimulators, names: tuple[str, ...], missing: set[str]
) -> None:
    assert set(unmet(checked(stage(good_keys(vendors, *names))))) == missing


def test_the_sandbox_alone_is_judged_by_its_own_limit(stage: Callable[..., Vendors], vendors: VendorSimulators) -> None:
    findings = checked(stage(good_keys(vendors, TRADIER_SANDBOX)))
    (spot,) = (one for one in findings if (one.need, one.source) == ("spot SPY", "tradier_sandbox"))
    assert (spot.outcome, spot.limit_s) == (Outcome.GOOD, 1_200)
    assert spot.age_s is not None
    assert 900 < spot.age_s < 1_200


def test_a_free_plan_is_told_as_what_it_refuses(stage: Callable[..., Vendors], control: SimulatorControl) -> None:
    control.set({f"polygon.plan.{group}": "basic" for group in ("stocks", "options", "indices")})
    config = SystemConfig()
    findings = checked(stage(config=config), config)
    polygon = by_source(findings, POLYGON)
    assert polygon["vix"] is Outcome.NOT_ENTITLED
    assert Outcome.RATE_LIMITED in polygon.values()
    assert unmet(findings) == ()
    assert control.counters()["totals"]["polygon"] <= 5
    assert {one.calls_left for one in findings if one.source == POLYGON} <= set(range(6))


@pytest.mark.parametrize(
    ("kind", "more", "outcome"),
    [
        pytest.param(FaultKind.HTML_PAGE, {}, Outcome.NO_ANSWER, id="a page"),
        pytest.param(FaultKind.EMPTY_BODY, {}, Outcome.NO_ANSWER, id="nothing"),
        pytest.param(FaultKind.GARBAGE, {}, Outcome.UNREADABLE, id="cut in the middle"),
        pytest.param(FaultKind.WRONG_HOST, {}, Outcome.KEY_REFUSED, id="a dead token"),
        pytest.param(FaultKind.RATE_LIMITED, {}, Outcome.RATE_LIMITED, id="too many calls"),
        pytest.param(FaultKind.QUOTE_STALE, {"seconds": 900}, Outcome.STALE, id="a frozen quote"),
    ],
)
def test_what_is_wrong_with_a_source_is_named(
    stage: Callable[..., Vendors], control: SimulatorControl, kind: FaultKind, more: dict[str, float], outcome: Outcome
) -> None:
    control.inject(kind, vendor=Vendor.TRADIER, path="/markets/quotes", count=None, **more)
    findings = checked(stage())
    assert by_source(findings, TRADIER)["spot SPY"] is outcome
    assert refused_keys(findings) == ((TRADIER,) if outcome is Outcome.KEY_REFUSED else ())


def told(vendors: VendorSimulators, clock: ReplayClock, keys: dict[str, str], *options: str) -> Result:
    """Run the command with these keys in the environment."""
    addresses = {
        **vendors.urls.hosts,
        "CLOCK_FILE": str(clock.path),
    }
    given = dict.fromkeys(KEY_VARIABLES.values(), "") | {KEY_VARIABLES[name]: key for name, key in keys.items()}
    return CliRunner().invoke(app, ["check", "vendors", "--env", *options], env=addresses | given)


def test_the_command_prints_a_table_and_ends_well(vendors: VendorSimulators, clock: ReplayClock) -> None:
    result = told(vendors, clock, good_keys(vendors, TRADIER, TRADING_VOLATILITY).keys)
    assert result.exit_code == 0, result.output
    assert "Every need has a good source." in result.output
    assert vendors.tokens.tradier not in result.output
    assert vendors.tokens.trading_volatility not in result.output


def test_the_command_tells_machines_the_same(vendors: VendorSimulators, clock: ReplayClock) -> None:
    result = told(vendors, clock, {TRADIER: "a-dead-token"}, "--json")
    answer = json.loads(result.output)
    assert result.exit_code == FOUND
    assert answer["keys_refused"] == [TRADIER]
    assert "clock" in answer["unmet"]
    (spot,) = (one for one in answer["findings"] if (one["need"], one["source"]) == ("spot SPY", "tradier"))
    assert spot["outcome"] == "key refused"
    assert set(spot) == set(Finding._fields)


def test_without_any_key_the_mistake_is_told(vendors: VendorSimulators, clock: ReplayClock) -> None:
    result = told(vendors, clock, {})
    assert isinstance(result.exception, CommandError)
    assert "TRADIER_TOKEN" in str(result.exception)
