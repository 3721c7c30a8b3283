"""The demo's screen: a progress line, alerts as they arrive, and the tables of the end."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from rich.console import Console
from rich.padding import Padding
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn
from rich.table import Table
from rich.text import Text

from infra.local.demo.result_tables import result_tables
from infra.local.demo.summary import AlertLine, DemoSummary
from infra.words import clock, money, symbol
from shared.domain.sessions import new_york_date
from shared.domain.vocabulary import AlertLevel

PLAIN_LINES: Final = 20
"""How many lines tell of the progress where there is no terminal to redraw."""
BAR_WIDTH: Final = 16
LEVEL_STYLES: Final[dict[str, str]] = {
    AlertLevel.INFO: "cyan",
    AlertLevel.WARNING: "yellow",
    AlertLevel.HIGH: "bold yellow",
    AlertLevel.CRITICAL: "bold red",
}
LOUD: Final = frozenset({AlertLevel.HIGH.value, AlertLevel.CRITICAL.value})


class DemoScreen:
    """Whoever runs the demo watches this.

    Colours and the moving line need a terminal; ``NO_COLOR`` turns colours off; without a terminal the
    progress comes as a plain line now and then.
    """

    def __init__(self, console: Console | None = None) -> None:
        """Write to this console, or to standard output."""
        self._console = console or Console(highlight=False)
        self._progress = Progress(
            TextColumn("{task.fields[day]}"),
            BarColumn(BAR_WIDTH, complete_style="cyan", finished_style="cyan"),
            TaskProgressColumn(),
            TextColumn("{task.fields[market]}"),
            console=self._console,
            transient=True,
        )
        self._task: TaskID | None = None
        self._ticks = 0
        self._done = 0

    def start(self, first_day: date, last_day: date, ticks: int) -> None:
        """Begin a run of so many ticks."""
        self._ticks, self._done = ticks, 0
        self._console.print(f"[bold]AlphaGEX demo[/bold] {first_day} to {last_day}, {ticks:,} ticks, New York time")
        if self._console.is_terminal:
            self._task = self._progress.add_task("", total=ticks, day=f"{first_day}", market="")
            self._progress.start()

    def advance(self, at: datetime, spx: Decimal, vix: Decimal, equity: Decimal) -> None:
        """Show that another tick is done: its time, the market, and the equity of all bots in dollars."""
        self._done += 1
        market = f"S&P {spx:,.2f}  VIX {vix:.2f}  equity {money(equity)}"
        if self._task is not None:
            self._progress.update(self._task, advance=1, day=f"{new_york_date(at)}", market=market)
        elif self._is_time_for_a_line():
            self._print(Text(f"{clock(at)}  {self._share():>4.0%}  {market}"))

    def alert(self, line: AlertLine) -> None:
        """Show an alert as it arrives; the body too where it is loud."""
        style = LEVEL_STYLES.get(line.level, "")
        row = Table.grid(padding=(0, 1))
        row.add_column(no_wrap=True)
        row.add_column(no_wrap=True)
        row.add_column(overflow="fold")
        level = Text(f"{symbol(line.level)} {line.level:<8}", style=style)
        row.add_row(level, Text(clock(line.at), style="dim"), Text(line.subject))
        self._print(row)
        if line.level in LOUD and line.body:
            self._print(Padding(Text(line.body, style="dim"), (0, 0, 0, 4), expand=False))

    def note(self, text: str) -> None:
        """Show what the script does."""
        self._print(Text(f"» {text}", style="bold magenta"))

    def stop(self) -> None:
        """End the moving line; a second time does nothing."""
        if self._task is None:
            return
        self._progress.stop()
        self._progress.remove_task(self._task)
        self._task = None

    def table(self, summary: DemoSummary) -> None:
        """Show the results: a line per bot, the statistics that sizing now uses, the services' counts."""
        self.stop()
        for table in result_tables(summary):
            self._print(table)
        for line in _closing_words(summary):
            self._print(line)

    def _print(self, content: Text | Table | Padding) -> None:
        self._console.print(content)

    def _share(self) -> float:
        return self._done / self._ticks if self._ticks else 1.0

    def _is_time_for_a_line(self) -> bool:
        every = max(self._ticks // PLAIN_LINES, 1)
        return self._done % every == 0 or self._done == self._ticks


def _closing_words(summary: DemoSummary) -> Iterator[Text]:
    for flip in summary.breaker_flips:
        yield Text(f"breaker: {flip}")
    for error in summary.errors:
        yield Text(f"error: {error}", style="red")
    yield Text(f"{summary.ticks:,} ticks, {summary.monitor_runs:,} monitor runs in {summary.seconds:.0f} s")
    yield Text("Engineering, not returns: a market model priced the options; the report says what it does not know.")
