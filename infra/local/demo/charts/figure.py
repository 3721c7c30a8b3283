"""What a figure consists of, ready to be written as SVG: every number here is a pixel."""

from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True)
class Frame:
    """The size a figure is drawn for: text keeps its size, so each kind of screen gets its own drawing."""

    name: str
    width: int
    months_apart: int
    is_small: bool = False

    @property
    def left(self) -> int:
        """Where the plot begins; the axis labels stand left of it."""
        return 66 if self.is_small else 70

    @property
    def right(self) -> int:
        """Where the plot ends."""
        return self.width - (10 if self.is_small else 16)


WIDE: Final = Frame("wide", 1080, 1)
MEDIUM: Final = Frame("medium", 700, 1)
NARROW: Final = Frame("narrow", 370, 2, is_small=True)
FRAMES: Final = (WIDE, MEDIUM, NARROW)
SMALL: Final = Frame("small", 360, 2, is_small=True)


@dataclass(frozen=True)
class Tick:
    """A labelled place on an axis."""

    at: float
    label: str


@dataclass(frozen=True)
class Band:
    """A stretch of time with a background; ``css`` names its meaning."""

    x: float
    width: float
    css: str


@dataclass(frozen=True)
class Stroke:
    """A line or a filled area."""

    d: str
    css: str


@dataclass(frozen=True)
class Marker:
    """A sign at a place, with the words a reader gets for it."""

    x: float
    y: float
    shape: str
    css: str
    label: str


@dataclass(frozen=True)
class Panel:
    """One plot of a figure; panels share the horizontal axis."""

    label: str
    top: float
    bottom: float
    y_ticks: tuple[Tick, ...]
    strokes: tuple[Stroke, ...]
    bands: tuple[Band, ...] = ()
    markers: tuple[Marker, ...] = ()
    zero: float | None = None


@dataclass(frozen=True)
class Figure:
    """A whole drawing; ``columns`` are the facts of a moment that a reader gets when pointing at it."""

    key: str
    frame: Frame
    height: int
    title: str
    description: str
    panels: tuple[Panel, ...]
    x_ticks: tuple[Tick, ...]
    columns: tuple[str, ...] = field(default=())
