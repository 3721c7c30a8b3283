"""The horizontal axis: trading time, so that nights and weekends take no room."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from infra.local.demo.charts.figure import Band, Frame, Stroke, Tick
from infra.local.demo.charts.paths import area_path, line_path, thin
from infra.local.demo.charts.scale import Scale
from shared.domain.sessions import NEW_YORK

POINTS_LIMIT = 900
LABELS_AT_MOST = 14


@dataclass(frozen=True)
class Timeline:
    """Moments in order, each one step to the right of the one before."""

    moments: tuple[datetime, ...]
    frame: Frame

    @property
    def scale(self) -> Scale:
        """Return the scale from the number of a moment to its pixel."""
        return Scale(0, max(len(self.moments) - 1, 1), self.frame.left, self.frame.right)

    def x_of(self, at: datetime) -> float:
        """Return the pixel of a moment: the place of the first tick at or after it."""
        return self.scale(min(bisect_left(self.moments, at), max(len(self.moments) - 1, 0)))

    def months(self) -> tuple[Tick, ...]:
        """Return a tick at the first moment of each month, the year named where it begins."""
        local = [moment.astimezone(NEW_YORK) for moment in self.moments]
        starts = [
            number
            for number, moment in enumerate(local)
            if number == 0 or (moment.year, moment.month) != (local[number - 1].year, local[number - 1].month)
        ]
        apart = max(self.frame.months_apart, -(-len(starts) // LABELS_AT_MOST))
        ticks, year = [], 0
        for number in starts[::apart]:
            moment = local[number]
            ticks.append(Tick(self.scale(number), f"{moment:%b}" if moment.year == year else f"{moment:%b %Y}"))
            year = moment.year
        return tuple(ticks)

    def line(self, values: Sequence[float], y: Scale, css: str) -> Stroke:
        """Return the values as a line."""
        return Stroke(line_path(self._points(values, y)), css)

    def area(self, values: Sequence[float], y: Scale, base: float, css: str) -> Stroke:
        """Return the values as an area down or up to the value ``base``."""
        return Stroke(area_path(self._points(values, y), y(base)), css)

    def bands(self, names: Sequence[str]) -> tuple[Band, ...]:
        """Return a band for each run of the same name; the name, in small letters, is its meaning."""
        found, start = [], 0
        for name, run in groupby(names):
            end = start + len(list(run))
            left, right = self.scale(start), self.scale(min(end, len(names) - 1))
            found.append(Band(left, right - left, name.lower()))
            start = end
        return tuple(found)

    def _points(self, values: Sequence[float], y: Scale) -> list[tuple[float, float]]:
        x = self.scale
        return [(x(number), y(values[number])) for number in thin(values, POINTS_LIMIT)]
