"""The backtest: decisions, twenty years of a bot, and peers at a like task."""

import csv
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import cache
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

from infra.local.backtest.ground import Ground
from infra.local.backtest.histories import write_bars
from shared.backtest.history import History
from shared.backtest.market import MarketModel
from shared.backtest.paths import session_hours
from shared.backtest.runner.run import backtest
from shared.domain.config import bot_config
from shared.domain.vocabulary import Bot, Source, Trend
from shared.phases.regime import Conditions, RegimeLimits, classify, limits_of
from tests.benchmarks.figures import Figure

DECISIONS_LIMIT, SECONDS_LIMIT, MEGABYTES_LIMIT, CONDOR_LIMIT_MB = 300_000, 3.0, 300.0, 200.0
PEERS: Final = Path(".venv-peers")
PINNED: Final = ("backtesting==0.6.6", "nautilus_trader==1.221.0", "optopsy==2.2.0")
SCRIPTS: Final = Path(__file__).parent / "peers"
SHORT, LONG = 20, 50
PER_SHORT, PER_LONG = Decimal("0.05"), Decimal("0.02")
YEAR: Final = (date(2017, 1, 3), date(2017, 12, 29))
RUNS: Final = 5
"""The quickest counts: other work of the machine disturbs that least."""
KEPT_NOTE: Final = "works out exposures, phase 1's snapshots and minutes of SPX and SPY, and keeps them for the next"
CONDORS: Final = {
    "iv_measure": "percentile",
    "sell_premium_from": 0,
    "rails": {"confirmations": 1},
    "strategies": {"IRON_CONDOR": {"min_credit": "0.10"}},
}
"""PROMETHEUS' document under which ranges make it sell condors."""


def measure() -> Iterator[Figure]:
    """Measure ours in processes of their own where memory counts, and the peers beside."""
    conditions, limits = _conditions(), _limits()
    begun = time.process_time()
    for each in conditions:
        classify(each, limits)
    decided = time.process_time() - begun
    yield Figure(
        "phase 2 over 20 years daily, one core", len(conditions) / decided, "decisions/s", DECISIONS_LIMIT, True,
        note="the functions' own classify, exact decimals",
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        yield from _twenty_years(Path(folder))
        yield from _like_tasks(Path(folder))
        yield from _condors(Path(folder))


def _limits() -> RegimeLimits:
    return limits_of(bot_config(Bot.PROMETHEUS), "SPY", Source.TRADING_VOLATILITY)


@cache
def _closes() -> tuple[Decimal, ...]:
    return tuple(Decimal(repr(bar.close)) for bar in History.twenty_years().bars)


def _conditions() -> list[Conditions]:
    vix = [Decimal(repr(close)) for close in History.twenty_years().vix_closes]
    closes, made = _closes(), []
    for place in range(LONG, len(closes)):
        short, long = (sum(closes[place - days : place], Decimal(0)) / days for days in (SHORT, LONG))
        gamma = Decimal((place * 7919) % 2_000_000_000 - 1_000_000_000)
        iv = Decimal((place * 31) % 100)
        made.append(Conditions(closes[place], gamma, closes[place], short, long, vix[place], iv))
    return made


def _twenty_years(folder: Path) -> Iterator[Figure]:
    made = _apart("tape", folder)
    yield Figure("20 years of each bot, the first time", made["seconds"], "s", note=KEPT_NOTE)
    for bot in Bot:
        ran = min((_apart(bot.value, folder) for _ in range(RUNS)), key=itemgetter("seconds"))
        note = f"{ran['sessions']:.0f} sessions, {ran['trades']:.0f} trades, chains priced on demand; best of {RUNS}"
        yield Figure(f"20 years of {bot}", ran["seconds"], "s", SECONDS_LIMIT, note=note)
        yield Figure(f"20 years of {bot}, memory", ran["megabytes"], "MB", MEGABYTES_LIMIT)


def _like_tasks(folder: Path) -> Iterator[Figure]:
    bars = folder / "spx.csv"
    write_bars(bars, History.twenty_years().bars)
    for name, script in (("backtesting.py 0.6.6", "backtesting_py"), ("NautilusTrader 1.221", "nautilus")):
        turns = [(_warm_trend_microseconds(), _peer(script, bars)["us_per_bar"]) for _ in range(RUNS)]
        ours, theirs = (min(taken) for taken in zip(*turns, strict=True))
        yield Figure(
            "hold in an uptrend, 20 years daily, a bar", ours, "µs", None, False, name, theirs,
            "trend by phase 2 here; their broker also books orders",
        )  # fmt: skip


def _warm_trend_microseconds() -> float:
    """Return what one bar takes the second time, as with backtesting.py."""
    _trend_microseconds()
    return _trend_microseconds()


def _trend_microseconds() -> float:
    """Return what one bar takes: running averages, phase 2's trend, the position turned with it."""
    closes, limits = _closes(), _limits()
    gamma, vix, iv = Decimal(0), Decimal(15), Decimal(40)
    begun = time.process_time()
    short, long = sum(closes[:SHORT], Decimal(0)), sum(closes[:LONG], Decimal(0))
    held, cash, trades = False, Decimal(0), 0
    for place in range(LONG, len(closes)):
        close = closes[place]
        short += close - closes[place - SHORT]
        long += close - closes[place - LONG]
        conditions = Conditions(close, gamma, close, short * PER_SHORT, long * PER_LONG, vix, iv)
        is_up = classify(conditions, limits).trend is Trend.UPTREND
        if is_up is not held:
            cash += -close if is_up else close
            trades += not is_up
            held = is_up
    return (time.process_time() - begun) / len(closes) * 1e6


def _condors(folder: Path) -> Iterator[Figure]:
    ran = _apart("condors", folder)
    chains = folder / "chains.csv"
    _write_chains(chains)
    peer = _peer("optopsy_condors", chains)
    words = "asks for" if peer["refused"] else "takes"
    yield Figure(
        "a year of condors, memory", ran["megabytes"], "MB", CONDOR_LIMIT_MB, False, "optopsy 2.2",
        peer["gib"] * 1024,
        f"it {words} {peer['gib']:.1f} GiB: it joins every leg with every other; ours prices a chain at an entry",
    )  # fmt: skip


def _write_chains(path: Path) -> None:
    """Write a year of SPX chains, expirations of 30 to 50 days, as a vendor of daily quotes would sell them."""
    model = MarketModel(History.embedded(), seed=13)
    with path.open("w", newline="") as lines:
        writer = csv.writer(lines)
        writer.writerow(
            (
                "underlying_symbol",
                "underlying_price",
                "option_type",
                "expiration",
                "quote_date",
                "strike",
                "bid",
                "ask",
                "delta",
            )
        )
        for day in (day for day in model.history.days if YEAR[0] <= day <= YEAR[1]):
            at = session_hours(day).closes_at
            for expiration in model.expirations("SPX", day):
                if 0 < (expiration - day).days <= 50:
                    for row in model.chain("SPX", expiration, at):
                        if row.root == "SPXW":
                            right = "c" if row.is_call else "p"
                            writer.writerow(
                                (
                                    "SPX",
                                    model.spot("SPX", at),
                                    right,
                                    expiration,
                                    day,
                                    row.strike,
                                    row.bid,
                                    row.ask,
                                    round(row.delta, 4),
                                )
                            )


def _apart(what: str, folder: Path) -> dict[str, float]:
    """Run one measurement in a process of its own."""
    command = [sys.executable, "-m", "tests.benchmarks.backtest", what, str(folder)]
    return _last_line(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def _peer(script: str, data: Path) -> dict[str, Any]:
    """Run a peer's script by the Python that holds the peers, installed on first use."""
    python = PEERS / "bin/python"
    uv = Path(sys.executable).parent / "uv"
    if not python.exists():
        subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, PEERS], check=True)
    marker = PEERS / ".ready"
    if not marker.exists() or marker.read_text() != " ".join(PINNED):
        subprocess.run([uv, "pip", "install", "--quiet", "--python", python, *PINNED], check=True)
        marker.write_text(" ".join(PINNED))
    command = [python, SCRIPTS / f"{script}.py", data]
    return _last_line(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def _last_line(output: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(output.strip().splitlines()[-1])
    return found


def _measured(what: str, folder: Path) -> dict[str, float]:
    begun = time.process_time()
    if what == "condors":
        ground = Ground(History.embedded(), kept=folder)
        days = ground.days(*YEAR)
        result = backtest(bot_config(Bot.PROMETHEUS, CONDORS), ground.market, days)
    else:
        ground = Ground(History.twenty_years(), kept=folder)
        days = ground.days(None, None)
        if what == "tape":
            _work_out(ground, days)
            return _report(begun)
        result = backtest(bot_config(Bot(what)), ground.market, days)
    return _report(begun) | {"sessions": len(days), "trades": len(result.trades)}


def _work_out(ground: Ground, days: tuple[date, ...]) -> None:
    """Run every bot as for the first time, and keep what that worked out, as the command does."""
    for bot in Bot:
        backtest(bot_config(bot), ground.market, days)
    ground.keep()


def _report(begun: float) -> dict[str, float]:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": time.process_time() - begun, "megabytes": peak}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_measured(sys.argv[1], Path(sys.argv[2]))) + "\n")
