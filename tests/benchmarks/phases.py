"""The seven phases beside the durations that the workflow names for them; ours without the vendors' answers."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from shared.backtest.history import History
from shared.backtest.market import MarketModel
from shared.backtest.runner.market import ModelMarket
from shared.backtest.runner.run import Runner
from shared.backtest.runner.schedule import steps_of
from shared.domain.config import SystemConfig, bot_config
from shared.domain.market import Snapshot
from shared.domain.options import OptionQuote
from shared.domain.sessions import new_york_date, sessions_between
from shared.domain.statistics import SizingBasis
from shared.domain.vocabulary import Bot
from shared.phases import collection, feedback
from shared.phases.entry import decision_of, look, propose, remembered
from shared.phases.execution import protocol
from shared.phases.execution.denials import Setting
from shared.phases.monitoring import exit_reason, mark_of
from shared.phases.regime import classify_snapshot
from shared.phases.sizing import size
from shared.phases.strategy import choose_expiration, choose_legs
from tests.benchmarks.figures import Figure, best_ms

WORKFLOW_MS: Final = (2_000, 100, 50, 100, 1_000, 500, 200)
DAYS: Final = sessions_between(date(2018, 1, 16), date(2018, 2, 23))
CALLS: Final = 50
SYSTEM: Final = SystemConfig()


def measure() -> Iterator[Figure]:
    """Measure each phase on an afternoon of February 2018."""
    runner = Runner(bot_config(Bot.SOLOMON), SYSTEM, ModelMarket(MarketModel(History.embedded(), seed=13), SYSTEM))
    for day in DAYS:
        runner.step(steps_of(day, None)[0])
    for (name, call), workflow in zip(_phases(runner), WORKFLOW_MS, strict=True):
        note = "its shortest" if workflow == 1_000 else ""
        yield Figure(name, best_ms(call, CALLS), "ms", float(workflow), False, "the workflow", float(workflow), note)


def _phases(runner: Runner) -> Iterator[tuple[str, Callable[[], object]]]:
    market, config = runner.market, runner.config
    assert isinstance(market, ModelMarket)
    entry = [one for one in runner.book.decisions.values() if one.chain][-1]
    assert entry.strategy is not None
    at = entry.at.replace(second=0)
    readings = market.readings(("SPY", "SPX"), at)
    snapshot = market.snapshot("SPY", at)
    rule = config.strategies[entry.strategy]
    listed = market.expirations("SPY", new_york_date(at))
    expiration = choose_expiration(listed, new_york_date(at), rule.dte_target, 8)
    assert expiration is not None
    chain = market.option_chain("SPY", expiration, at)
    basis = SizingBasis.from_prior(config.priors[entry.strategy])
    strategy = entry.strategy
    yield "1 collection: readings of two underlyings judged", lambda: collection.snapshots(readings, SYSTEM)
    yield "2 regime", lambda: classify_snapshot(snapshot, config)
    yield f"3 strategy: legs of {len(chain)} contracts", lambda: choose_legs(strategy, chain, rule)
    yield "4 sizing", lambda: size(basis, config, config.capital, 70, Decimal(18), Decimal(400))
    yield "5 execution: every refusal asked, order planned", _execution(runner, snapshot, chain)
    yield "6 monitoring: a position marked and judged", _monitoring(runner)
    trades = runner.book.trades * 20
    mode, rules = config.mode, SYSTEM.feedback
    yield (
        f"7 feedback: {len(trades)} trades",
        lambda: feedback.lesson(None, feedback.statistics(mode, strategy, trades, at), rules),
    )


def _execution(runner: Runner, snapshot: Snapshot, chain: tuple[OptionQuote, ...]) -> Callable[[], object]:
    fresh = Runner(bot_config(Bot.SOLOMON, {"rails": {"confirmations": 1}}), SYSTEM, runner.market)
    now = snapshot.at + timedelta(seconds=2)
    setting = Setting(fresh.config, fresh.book.live(Bot.SOLOMON), fresh.book.switch, now)
    seen = look(setting, snapshot, None)
    account = fresh.broker.standing(now)

    def decided() -> object:
        proposal = propose(setting, snapshot, seen, chain, None, account)
        decision = decision_of(setting, snapshot, seen, proposal)
        if proposal.intent is None or proposal.position is None:
            return decision
        memory = remembered(snapshot, seen, None)
        return protocol.plan_entry(proposal.intent, proposal.position, decision, memory, setting.live, setting.config)

    return decided


def _monitoring(runner: Runner) -> Callable[[], object]:
    """Take the last position that the run opened, as it stood an hour before the end."""
    entered = [one for one in runner.book.decisions.values() if one.chain]
    config = bot_config(Bot.SOLOMON, {"rails": {"confirmations": 1}})
    again = Runner(config, SYSTEM, runner.market)
    at = entered[-1].at
    again.step(steps_of(new_york_date(at), None)[0])
    (held,) = again.book.live(Bot.SOLOMON).positions
    quotes = runner.market.option_quotes([leg.option_symbol for leg in held.legs], at)
    return lambda: exit_reason(held, mark_of(held, quotes), new_york_date(at))
