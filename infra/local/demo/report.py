"""The demo's report: one HTML file that needs nothing else, neither a network nor a server."""

from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from infra import words
from infra.local.demo import tally
from infra.local.demo.charts.equity import bot_figure, total_figure
from infra.local.demo.charts.figure import FRAMES
from infra.local.demo.charts.hover import facts
from infra.local.demo.charts.market import SHAPES, market_figure
from infra.local.demo.summary import AlertLine, DecisionCount, DemoSummary
from infra.local.places import write
from shared.domain.values import Value
from shared.domain.vocabulary import AlertLevel, Bot, ExitReason

TEMPLATES: Final = "templates"
PAGE: Final = "report.html.j2"
FILTERS: Final = (
    words.money,
    words.gain,
    words.arrow,
    words.percent,
    words.change,
    words.whole,
    words.clock,
    words.plain,
    words.meaning,
    words.rule_words,
)


class BotDecisions(Value):
    """What one bot decided, the most frequent answer first."""

    bot: Bot
    total: int
    answers: tuple[DecisionCount, ...]


def write_report(summary: DemoSummary, path: Path) -> None:
    """Write the report of a run as one self-contained HTML file; raises as `write` does."""
    write("--report", path, render(summary))


def render(summary: DemoSummary) -> str:
    """Return the report of a run as HTML."""
    return _environment().get_template(PAGE).render(_context(summary))


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("infra.local.demo", TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {word.__name__: word for word in FILTERS}
    environment.globals |= {"held": words.held, "symbol": words.symbol, "share_of": tally.share_of}
    environment.policies["json.dumps_kwargs"] = {"separators": (",", ":"), "ensure_ascii": False}
    return environment


def _context(summary: DemoSummary) -> dict[str, Any]:
    return {
        "run": summary,
        "total": tally.total(summary),
        "worst": tally.worst_session(summary.curve),
        "sessions": tally.sessions_in(summary.curve),
        "shares": tally.regime_shares(summary.curve),
        "equity_figures": [total_figure(summary, frame) for frame in FRAMES],
        "bot_figures": [bot_figure(summary, line) for line in summary.bots],
        "market_figures": [market_figure(summary, frame) for frame in FRAMES],
        "shapes": SHAPES,
        "facts": facts(summary),
        "decisions": decisions_by_bot(summary),
        "exit_reasons": _exit_reasons(summary),
        "rule_one": tally.rule_one(summary),
        "snapshots": {one.underlying: tally.snapshots_under_rank(summary, one.underlying) for one in summary.rules},
        "sizing": tally.sizing_counts(summary),
        "loud": [line for line in summary.alerts if is_loud(line)],
        "quiet": [line for line in summary.alerts if not is_loud(line)],
    }


def is_loud(line: AlertLine) -> bool:
    """Whether an alert would also come as a text message."""
    return line.level in (AlertLevel.HIGH, AlertLevel.CRITICAL)


def decisions_by_bot(summary: DemoSummary) -> tuple[BotDecisions, ...]:
    """Return each bot's answers, the most frequent first."""
    found = []
    for line in summary.bots:
        answers = sorted((one for one in summary.decisions if one.bot is line.bot), key=lambda one: -one.count)
        found.append(BotDecisions(bot=line.bot, total=sum(one.count for one in answers), answers=tuple(answers)))
    return tuple(found)


def _exit_reasons(summary: DemoSummary) -> tuple[str, ...]:
    """Return the reasons of the run, the known ones in their order, others after them."""
    seen = {reason for line in summary.bots for reason in line.exits}
    known = [reason.value for reason in ExitReason if reason in seen]
    return (*known, *sorted(seen - set(known)))
