"""``alphagex secrets``: the vendors' keys, asked for on the terminal and kept as SecureStrings in SSM."""

import sys
from collections.abc import Mapping
from typing import Annotated, Final

import typer
from pydantic import SecretStr

from infra.cli.mistakes import FOUND, CommandError
from infra.cli.screen import JsonOption, console, table, write_json
from infra.cli.stage import Place

SECURE: Final = "SecureString"
LONGEST: Final = 4096
VENDORS: Final = {
    "tradier": "market data and the live broker; without it, or the sandbox's, nothing is traded",
    "tradier-sandbox": "the sandbox broker, and market data 15 minutes late",
    "polygon": "optional: the VIX, history and a second source of option chains",
    "trading-volatility": "optional: gamma exposure; without it exposure is computed from the chains",
}
LONGEST_NAME: Final = max(map(len, VENDORS))
"""A longer word is shown to nobody: it may be a key."""
MARKET_DATA: Final = ("tradier", "tradier-sandbox")


def set_secrets(
    place: Place,
    context: typer.Context,
    vendor: Annotated[str | None, typer.Argument(help=f"One of {', '.join(VENDORS)}; all of them by default.")] = None,
) -> None:
    """Ask for the vendors' keys and store them; what is left empty stays as it is."""
    if context.args:
        raise CommandError(
            "a key is asked for and never an argument: your shell keeps what you typed",
            "have the vendor renew the key, and run `alphagex secrets set` without it",
        )
    asked = tuple(VENDORS) if vendor is None else (_known(vendor),)
    stored = [one for one in asked if _store(place, one, _ask(one))]
    told = ", ".join(stored) or "nothing"
    typer.echo(f"{place.where}: stored {told}. The functions take a new key up within five minutes.")


def check_secrets(place: Place, *, as_json: JsonOption = False) -> None:
    """Tell which keys are stored, never what they are; exit code 1 where market data has none."""
    found = _stored(place)
    if as_json:
        write_json({vendor: found.get(vendor, "no") for vendor in VENDORS})
    else:
        _show(found)
    if not any(found.get(vendor, "").startswith("yes") for vendor in MARKET_DATA):
        sys.stderr.write("alphagex: there is no key of market data, so nothing is traded; run `alphagex secrets set`\n")
        raise typer.Exit(FOUND)


def _show(found: Mapping[str, str]) -> None:
    made = table("Vendors' keys", "Key", "Stored", "For")
    for vendor, purpose in VENDORS.items():
        made.add_row(vendor, found.get(vendor, "no"), purpose)
    console().show(made)


def _known(vendor: str) -> str:
    if vendor not in VENDORS:
        said = vendor if len(vendor) <= LONGEST_NAME else "of that name, which may be a key and is not shown"
        raise CommandError(f"there is no vendor {said}", f"choose one of {', '.join(VENDORS)}; the key is asked for")
    return vendor


def _ask(vendor: str) -> str:
    """Ask on the terminal, where what is typed is not shown; from a pipe each key is a line."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().strip()
    text: str = typer.prompt(f"{vendor} ({VENDORS[vendor]})", default="", hide_input=True, show_default=False)
    return text.strip()


def _store(place: Place, vendor: str, text: str) -> bool:
    if not text:
        return False
    if any(one.isspace() or not one.isprintable() for one in text) or len(text) > LONGEST:
        raise CommandError(f"this is no key of {vendor}", "paste it alone, in one piece")
    place.parameters.put_secret(vendor, SecretStr(text))
    return True


def _stored(place: Place) -> dict[str, str]:
    """Tell of each key whether it is stored and since when; its value is not read."""
    names = {place.parameters.names.secret(vendor): vendor for vendor in VENDORS}
    filters = [{"Key": "Name", "Option": "Equals", "Values": list(names)}]
    reply = place.client("ssm").describe_parameters(ParameterFilters=filters)
    return {
        names[one["Name"]]: f"yes, {one['LastModifiedDate']:%Y-%m-%d}"
        if one["Type"] == SECURE
        else f"no: it is a {one['Type']}, not encrypted; set it again"
        for one in reply["Parameters"]
    }
