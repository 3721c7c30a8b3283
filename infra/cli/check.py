"""``alphagex check``: is what the traders depend on there and well?"""

import os
from collections.abc import Mapping
from contextlib import closing
from typing import TYPE_CHECKING, Annotated, Final

import typer
from pydantic import SecretStr

from infra.cli.mistakes import FOUND, CommandError
from infra.cli.screen import JsonOption, age, console, table, write_json
from infra.cli.stage import DEFAULT_STAGE, Place, ProfileOption, RegionOption, StageOption, open_place
from infra.words import plain
from shared.adapters.clock import clock_for
from shared.adapters.shared_budget import OwnBudgets
from shared.domain.config import SystemConfig
from shared.domain.errors import CredentialsError, InvalidConfigurationError
from shared.domain.vocabulary import Bot, TradingMode
from shared.vendors import POLYGON, TRADIER, TRADIER_SANDBOX, TRADING_VOLATILITY, Vendors, VendorUrls

if TYPE_CHECKING:
    from infra.cli.vendor_check import Account, Finding

KEY_VARIABLES: Final[Mapping[str, str]] = {
    TRADIER: "TRADIER_TOKEN",
    TRADIER_SANDBOX: "TRADIER_SANDBOX_TOKEN",
    POLYGON: "POLYGON_API_KEY",
    TRADING_VOLATILITY: "TRADING_VOLATILITY_TOKEN",
}

check = typer.Typer(
    name="check", help="Ask what the traders depend on whether it is there and well.", no_args_is_help=True
)


class GivenKeys:
    """The keys of environment variables."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        """Read the variables of :data:`KEY_VARIABLES`. Raises CommandError where none is set."""
        self._keys = {
            vendor: SecretStr(variables[name]) for vendor, name in KEY_VARIABLES.items() if variables.get(name)
        }
        if not self._keys:
            raise CommandError("no key is given", f"set one or more of {', '.join(KEY_VARIABLES.values())}")

    def find(self, vendor: str) -> SecretStr | None:
        """Return a vendor's key, or None where none was given."""
        return self._keys.get(vendor)

    def get(self, vendor: str) -> SecretStr:
        """Return a vendor's key. Raises CredentialsError where none was given."""
        key = self.find(vendor)
        if key is None:
            raise CredentialsError(f"there is no key for {vendor}; set {KEY_VARIABLES[vendor]}")
        return key


@check.callback()
def _checks() -> None:
    """Keep ``vendors`` a command of its own."""


@check.command("vendors")
def vendors(
    from_environment: Annotated[
        bool,
        typer.Option(
            "--env", help=f"Take the keys from {', '.join(KEY_VARIABLES.values())} and ask no stage for them."
        ),
    ] = False,
    as_json: JsonOption = False,
    stage: StageOption = DEFAULT_STAGE,
    profile: ProfileOption = None,
    region: RegionOption = None,
) -> None:
    """Ask each configured vendor once for each need, read-only, with your own keys; exit code 1 if a need is unmet."""
    from infra.cli.vendor_check import Check, refused_keys, unmet

    asked, config, accounts = _asked(from_environment, stage, profile, region)
    with closing(asked):
        findings = tuple(Check(asked, config, accounts).run())
    missing, refused = unmet(findings), refused_keys(findings)
    if as_json:
        write_json({"findings": findings, "unmet": missing, "keys_refused": refused})
    else:
        _show(findings, missing, refused)
    if missing or refused:
        raise typer.Exit(FOUND)


def _asked(
    from_environment: bool, stage: str, profile: str | None, region: str | None
) -> "tuple[Vendors, SystemConfig, tuple[Account, ...]]":
    if from_environment:
        return given_vendors(os.environ), SystemConfig(), ()
    place = open_place(stage, profile, region)
    return place.stage.vendors, place.stage.vendors.plan(), _accounts(place)


def given_vendors(variables: Mapping[str, str]) -> Vendors:
    """Compose the vendors from environment variables alone: keys, and addresses where they are not the vendors' own."""
    from infra.aws.environment import VENDOR_URLS

    urls = {name: variables.get(name, url) for name, url in VENDOR_URLS.items()}
    return Vendors(
        VendorUrls(
            tradier=urls["TRADIER_URL"],
            tradier_sandbox=urls["TRADIER_SANDBOX_URL"],
            polygon=urls["POLYGON_URL"],
            trading_volatility=urls["TRADING_VOLATILITY_URL"],
        ),
        GivenKeys(variables),
        SystemConfig,
        OwnBudgets(),
        clock_for(variables.get("CLOCK_FILE")),
    )


def _accounts(place: Place) -> "tuple[Account, ...]":
    """Return the broker accounts that the bots' documents name, each once."""
    from infra.cli.vendor_check import Account

    parameters = place.stage.parameters()
    found: dict[Account, None] = {}
    for bot in Bot:
        try:
            config = parameters.bot(bot)
        except InvalidConfigurationError:
            continue
        if config.confirmed_account is not None and config.mode is not TradingMode.PAPER:
            found[Account(config.confirmed_account, config.mode is TradingMode.SANDBOX)] = None
    return tuple(found)


def _show(findings: "tuple[Finding, ...]", missing: tuple[str, ...], refused: tuple[str, ...]) -> None:
    from infra.cli.vendor_check import Outcome

    screen = console()
    shown = table(
        "Vendors",
        "need",
        "source",
        "",
        "age",
        "latency",
        "calls left",
        "answer",
        right=("age", "latency", "calls left"),
    )
    for one in findings:
        shown.add_row(
            one.need,
            plain(one.source),
            "good" if one.outcome is Outcome.GOOD else one.outcome.upper(),
            age(one.age_s),
            "" if one.latency_ms is None else f"{one.latency_ms:.0f} ms",
            "" if one.calls_left is None else str(one.calls_left),
            one.said,
        )
    screen.show(shown)
    for source in refused:
        screen.say(f"The key of {source} is refused: store a new one.")
    screen.say(f"No source meets: {', '.join(missing)}." if missing else "Every need has a good source.")
