"""The facts of each moment, in words, for the one who points at it or steps through with the arrow keys."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence

from infra.local.demo.charts.market import label_of
from infra.local.demo.summary import DemoSummary
from infra.local.demo.tally import drawdowns, gains
from infra.words import billions, clock, gain, money, plain

ROWS_LIMIT = 2_000

Facts = dict[str, list[str]]


def facts(summary: DemoSummary) -> Facts:
    """Return a column of words for each kind of fact, one entry a moment; long runs are thinned evenly.

    A thinned run keeps its trades: they move to the next moment kept.
    """
    curve = summary.curve
    bots = [line.bot for line in summary.bots]
    kept = _kept(len(curve))
    total = gains(curve, bots)
    columns: dict[str, Sequence[str]] = {
        "at": [f"{clock(point.at)} New York" for point in curve],
        "spx": [f"S&P 500 {point.spx:,.2f}" for point in curve],
        "vix": [f"VIX {point.vix:.2f}" for point in curve],
        "regime": [f"{plain(point.regime or 'unknown')} gamma" for point in curve],
        "action": ["" if point.action is None else f"matrix: {plain(point.action)}" for point in curve],
        "gex": ["" if point.net_gex is None else f"net GEX {billions(point.net_gex)}" for point in curve],
        "total": [f"total {gain(amount)}" for amount in total],
        "drawdown": [f"{money(amount)} from the peak" if amount else "at the peak" for amount in drawdowns(total)],
    }
    for bot in bots:
        columns[bot.value] = [f"{bot} {gain(amount)}" for amount in gains(curve, [bot])]
    found = {name: [words[number] for number in kept] for name, words in columns.items()}
    return {"place": [str(number) for number in kept], **found, "trades": _trades(summary, kept)}


def _kept(count: int) -> list[int]:
    stride = -(-count // ROWS_LIMIT) or 1
    kept = list(range(0, count, stride))
    return kept if not kept or kept[-1] == count - 1 else [*kept, count - 1]


def _trades(summary: DemoSummary, kept: Sequence[int]) -> list[str]:
    moments = [summary.curve[number].at for number in kept]
    labels: defaultdict[int, list[str]] = defaultdict(list)
    for mark in summary.marks:
        labels[min(bisect_left(moments, mark.at), len(moments) - 1)].append(label_of(mark))
    return ["\n".join(labels.get(number, ())) for number in range(len(kept))]
