"""What tests of the arena look for: the position held, one as it is stored, an alert that was told, the short leg."""

from shared.domain.positions import Position
from tests.faults.arena import Arena


def only(arena: Arena) -> Position:
    (held,) = arena.live().positions
    return held


def stored(arena: Arena, held: Position) -> Position:
    found = arena.stage.book.position(held.bot, held.position_id)
    assert found is not None
    return found


def told(arena: Arena, words: str) -> int:
    return sum(words in subject for subject in arena.outbox.subjects)


def short_leg(held: Position) -> str:
    return next(leg.option_symbol for leg in held.legs if leg.sign < 0)
