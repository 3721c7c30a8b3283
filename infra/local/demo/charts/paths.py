"""SVG path data, and the thinning that keeps a long run small."""

from collections.abc import Iterable, Sequence


def line_path(points: Iterable[tuple[float, float]]) -> str:
    """Return the path through the points; empty without any."""
    return "".join(f"{'L' if number else 'M'}{x:.1f} {y:.1f}" for number, (x, y) in enumerate(points))


def area_path(points: Sequence[tuple[float, float]], base: float) -> str:
    """Return the closed path between the points and a horizontal base; empty without points."""
    if not points:
        return ""
    return f"{line_path(points)}L{points[-1][0]:.1f} {base:.1f}L{points[0][0]:.1f} {base:.1f}Z"


def thin(values: Sequence[float], limit: int) -> tuple[int, ...]:
    """Return at most about ``limit`` indexes, ascending, that keep the ends and each stretch's extremes."""
    count = len(values)
    if count <= limit:
        return tuple(range(count))
    width = max(2 * count // limit, 1)
    kept = {0, count - 1}
    for start in range(0, count, width):
        stretch = range(start, min(start + width, count))
        kept |= {min(stretch, key=values.__getitem__), max(stretch, key=values.__getitem__)}
    return tuple(sorted(kept))
