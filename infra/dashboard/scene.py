"""What the page shows: the sources of a stage, and the one thing that may be done to it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from shared.domain.vocabulary import TradingState
from shared.views.sources import Sources


@dataclass(frozen=True, slots=True)
class Scene:
    """One stage on the page.

    ``where`` says it in a few words; ``recorded`` that time stands still; ``set_switch`` moves the user's switch
    and takes the reason and the time of the trip that was seen, ``switch_note`` says what that means here.
    """

    where: str
    recorded: bool
    sources: Callable[[], Sources]
    set_switch: Callable[[TradingState, str, datetime | None], None]
    switch_note: str
