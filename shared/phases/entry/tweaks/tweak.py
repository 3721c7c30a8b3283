"""One input changed, and the world in which it is."""

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from shared.domain.config import BotConfig
from shared.domain.inputs import DecisionInputs
from shared.domain.market import Snapshot


class World(NamedTuple):
    """Everything a decision was made from."""

    config: BotConfig
    snapshot: Snapshot
    inputs: DecisionInputs
    at: datetime


class Tweak(NamedTuple):
    """One input changed: its name, what it was, what it would be, how far that is as a share, and the changed world."""

    what: str
    was: str
    needed: str
    distance: Decimal
    world: World


def dollars(amount: Decimal) -> str:
    """Write whole dollars, the sign first."""
    return f"{'-' if amount < 0 else ''}${abs(amount):,.0f}"


def inputs_changed(world: World, what: str, was: str, needed: str, **changes: object) -> Tweak:
    """Change what else the decision looked at."""
    changed = world.inputs.model_copy(update=changes)
    return Tweak(what, str(was), str(needed), Decimal(0), world._replace(inputs=changed))


def config_changed(world: World, what: str, was: str, needed: str, **changes: object) -> Tweak:
    """Change the configuration."""
    changed = world.config.model_copy(update=changes)
    return Tweak(what, was, needed, Decimal(0), world._replace(config=changed))


def snapshot_changed(world: World, what: str, was: str, needed: str, **changes: object) -> Tweak:
    """Change the market data."""
    changed = world.snapshot.model_copy(update=changes)
    return Tweak(what, was, needed, Decimal(0), world._replace(snapshot=changed))
