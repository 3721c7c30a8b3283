"""``alphagex live``: the two deliberate steps to real money, and the way back."""

import json
from typing import Annotated

import typer

from infra.cli.breaker import ReasonOption, reason_of
from infra.cli.config import store, stored_of
from infra.cli.mistakes import CommandError
from infra.cli.screen import BotArgument, bot_of, console
from infra.cli.stage import Place
from shared.domain.config import parse_document
from shared.domain.vocabulary import TradingMode


def mode(
    place: Place,
    bot: BotArgument,
    wanted: Annotated[TradingMode, typer.Argument(help="paper, sandbox or live.")],
    *,
    account: Annotated[str | None, typer.Option("--account", help="The broker's account number.")] = None,
    reason: ReasonOption = None,
) -> None:
    """Set the mode of new entries; open positions stay where they are. Live needs `alphagex live confirm` too."""
    one, why = bot_of(bot), reason_of(reason)
    stored = stored_of(place, one)
    document = (parse_document(one, stored.text) if stored.text else {}) | {"mode": wanted.value}
    if account is not None:
        document["confirmed_account"] = account
    if wanted is not TradingMode.PAPER and not document.get("confirmed_account"):
        raise CommandError(f"{wanted} needs an account", "name it: --account NUMBER")
    store(place, one, json.dumps(document, default=str, separators=(",", ":")), stored)
    if wanted is not TradingMode.LIVE:
        place.stage.operator.withdraw_live(one, wanted, place.stage.alerts)
    place.stage.operator.record(one, f"MODE {wanted} for {one}", why)
    screen = console()
    screen.say(f"{one}: new entries are {wanted} from the next run on; open positions keep their own mode")
    if wanted is TradingMode.LIVE:
        screen.say(f"not yet: take the second step, alphagex live confirm {one} --account NUMBER --reason ...")


def confirm(
    place: Place,
    bot: BotArgument,
    *,
    account: Annotated[str, typer.Option("--account", help="The account number, typed once more.")],
    reason: ReasonOption = None,
) -> None:
    """Confirm the live account of a bot by its number. The broker is asked; it is recorded and told as CRITICAL."""
    one, why = bot_of(bot), reason_of(reason)
    stage = place.stage
    config = stage.parameters().bot(one)
    stage.operator.confirm_live(config, account, lambda: stage.broker(config, TradingMode.LIVE), stage.alerts, why)
    console().say(f"{one} trades LIVE in account {account}; `alphagex live mode {one} paper --reason ...` ends it")
