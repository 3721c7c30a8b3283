"""The parameters that several routes take."""

from datetime import date
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Path, Query
from pydantic import BeforeValidator

from shared.domain.vocabulary import Bot
from shared.views.paging import LARGEST_PAGE, LONGEST_TOKEN


def _iso(text: object) -> object:
    if isinstance(text, str) and len(text) != len("2018-02-05"):
        raise ValueError("give a valid date such as 2018-02-05")
    return text


Day = Annotated[date, BeforeValidator(_iso)]
"""A date written as 2018-02-05; a bare number is none."""
Underlying = Annotated[str, Path(pattern=r"^[A-Z]{1,6}$", description="An underlying that is collected, e.g. SPY.")]
OneBot = Annotated[Bot | None, Query(description="Only this bot.")]
Limit = Annotated[int, Query(ge=1, le=LARGEST_PAGE, description="Entries of a page.")]
Next = Annotated[str | None, Query(max_length=LONGEST_TOKEN, description="The `next` of the page before.")]


def bots_of(bot: Bot | None) -> tuple[Bot, ...]:
    """Return the bots that a question is about: all, where it names none."""
    return tuple(Bot) if bot is None else (bot,)
