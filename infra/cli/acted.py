"""What every acting command does beside its deed: ask where real money is traded, and say on which stage it acted."""

import inspect
import sys
from collections.abc import Callable
from typing import Annotated, Any, Final, get_type_hints

import typer

from infra.cli.mistakes import CommandError
from infra.cli.stage import Place
from shared.domain.errors import InvalidConfigurationError
from shared.domain.vocabulary import Bot, TradingMode, TradingState

STATE: Final = "state"
YesOption = Annotated[bool, typer.Option("--yes", help="Do not ask, though the stage trades real money.")]


def trades_live(place: Place) -> bool:
    """Tell whether a bot of the stage is live, or holds a live position; one that cannot be read counts as live."""
    parameters = place.stage.parameters()
    try:
        if any(parameters.bot(bot).mode is TradingMode.LIVE for bot in Bot):
            return True
    except InvalidConfigurationError:
        return True
    held = (position for bot in Bot for position in place.stage.book.live(bot).positions)
    return any(position.mode is TradingMode.LIVE for position in held)


def _asks(arguments: dict[str, Any]) -> bool:
    """Tell whether a deed waits for a yes: looking at the breaker and braking never do."""
    return STATE not in arguments or str(arguments[STATE] or "").upper() == TradingState.ACTIVE


def acting(command: Callable[..., None]) -> Callable[..., None]:
    """Let a command ask before it acts on a live stage, and name the stage it acted on, both on standard error."""

    def asked(*, place: Place, yes: YesOption = False, **arguments: Any) -> None:  # noqa: ANN401
        if not yes and _asks(arguments) and trades_live(place):
            if not sys.stdin.isatty():
                raise CommandError(f"{place.name} trades real money", "add --yes if you mean this stage, else --stage")
            typer.confirm(f"{place.name} trades real money; go on?", abort=True, err=True)
        command(place=place, **arguments)
        typer.echo(f"stage: {place.where}", err=True)

    keyword = inspect.Parameter.KEYWORD_ONLY
    own = inspect.signature(command)
    added = inspect.Parameter("yes", keyword, default=False, annotation=YesOption)
    asked.__signature__ = own.replace(  # type: ignore[attr-defined]
        parameters=[*(one.replace(kind=keyword) for one in own.parameters.values()), added]
    )
    asked.__annotations__ = get_type_hints(command, include_extras=True) | {"yes": YesOption}
    asked.__name__, asked.__doc__ = command.__name__, command.__doc__
    return asked
