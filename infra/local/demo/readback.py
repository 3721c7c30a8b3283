"""The summary of a run: what its tables, queues and simulators tell."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from infra.local.demo.laptop import Laptop
from infra.local.demo.replay import Replay
from infra.local.demo.summary import (
    BotSummary,
    CurvePoint,
    DecisionCount,
    DemoSummary,
    EntryMark,
    RuleCount,
    ServiceCount,
    SizedEntry,
)
from infra.local.recording import Recording
from shared.domain.config import BotConfig, bot_config
from shared.domain.decisions import Decision, DecisionKind, DenialCode
from shared.domain.market import Snapshot
from shared.domain.positions import ClosedTrade
from shared.domain.vocabulary import Bot, IvMeasure
from shared.phases.regime import classify_snapshot

OWN_STATISTICS = "closed trades"


def summarize(laptop: Laptop, replay: Replay, run: Recording, seconds: float) -> DemoSummary:
    """Summarize what a run left in its tables; only equity over time comes from the replay."""
    plan, spots = replay.plan, {one.at: one for one in run.snapshots if one.underlying == "SPX"}
    return DemoSummary(
        first_day=plan.days[0],
        last_day=plan.days[-1],
        seed=plan.seed,
        step_minutes=plan.step_minutes,
        bots=tuple(_bot(laptop, bot, run, replay.equity) for bot in plan.bots),
        curve=tuple(_curve(spots, replay.equity)),
        trades=run.trades,
        marks=tuple(_marks(run.decisions, run.trades, spots)),
        entries=tuple(_sized(one) for one in run.decisions if one.kind is DecisionKind.ENTRY),
        rules=tuple(_rules(run.snapshots, plan.bots)),
        decisions=tuple(_answers(run.decisions)),
        services=tuple(_counts(laptop, replay)),
        alerts=tuple(replay.alerts),
        breaker_flips=tuple(replay.flips),
        errors=tuple(replay.errors),
        ticks=replay.ticks,
        monitor_runs=replay.monitor_runs,
        seconds=seconds,
    )


def _counts(laptop: Laptop, replay: Replay) -> Iterator[ServiceCount]:
    """Count items by table, requests by simulator, messages by queue."""
    pages = laptop.client("dynamodb").get_paginator("scan").paginate
    for table in laptop.names.rows:
        items = sum(page["Count"] for page in pages(TableName=table, Select="COUNT"))
        yield ServiceCount(service="DynamoDB", what=f"items in {table}", count=items)
    totals = laptop.simulators.control.counters()["totals"]
    for vendor, requests in sorted(totals.items()):
        yield ServiceCount(service="simulator", what=f"requests to {vendor}", count=int(requests))
    for name, mailbox in replay.mailboxes.items():
        yield ServiceCount(service="SQS", what=f"messages received from {name}", count=mailbox.received)
        yield ServiceCount(service="SQS", what=f"messages waiting in {name}", count=mailbox.waiting())


def _bot(laptop: Laptop, bot: Bot, run: Recording, equity: Mapping[datetime, Mapping[Bot, Decimal]]) -> BotSummary:
    mine = [trade for trade in run.trades if trade.bot is bot]
    live = laptop.stage.book.live(bot)
    strategies = {trade.strategy for trade in mine}
    return BotSummary(
        bot=bot,
        capital=bot_config(bot).capital,
        entries=sum(1 for one in run.decisions if one.bot is bot and one.kind is DecisionKind.ENTRY),
        exits=dict(Counter(trade.exit_reason.value for trade in mine)),
        open_positions=len(live.positions),
        win_rate=Decimal(sum(1 for trade in mine if trade.pnl > 0)) / len(mine) if mine else None,
        pnl=sum((trade.pnl for trade in mine), Decimal(0)),
        max_drawdown=_drawdown([at_moment[bot] for at_moment in equity.values()]),
        statistics=tuple(one for one in run.statistics if one.strategy in strategies),
    )


def _drawdown(equity: Sequence[Decimal]) -> Decimal:
    peak = worst = Decimal(0)
    for value in equity:
        peak = max(peak, value)
        worst = max(worst, peak - value)
    return worst


def _curve(
    spots: Mapping[datetime, Snapshot], equity: Mapping[datetime, Mapping[Bot, Decimal]]
) -> Iterator[CurvePoint]:
    config = bot_config(Bot.ATLAS)
    latest = dict.fromkeys(next(iter(equity.values()), ()), Decimal(0))  # nothing was gained before the first tick
    for at, snapshot in spots.items():
        latest = dict(equity.get(at, latest))
        if snapshot.spot is None or snapshot.vix is None:
            continue
        regime = classify_snapshot(snapshot, config)
        yield CurvePoint(
            at=at,
            spx=snapshot.spot.value,
            vix=snapshot.vix.value,
            equity={bot: bot_config(bot).capital + gained for bot, gained in latest.items()},
            regime=regime.regime if regime else None,
            action=regime.action if regime else None,
            net_gex=snapshot.gamma.net_gex if snapshot.gamma else None,
        )


def _marks(
    decisions: Sequence[Decision], trades: Sequence[ClosedTrade], spots: Mapping[datetime, Snapshot]
) -> Iterator[EntryMark]:
    for one in decisions:
        if one.kind is DecisionKind.ENTRY:
            label = f"{one.what}, {one.how}"
            yield EntryMark(at=one.at, bot=one.bot, kind="entry", label=label, spx=_spx(spots, one.at))
    for trade in trades:
        label = f"CLOSE {trade.strategy}: {trade.exit_reason}, ${trade.pnl:+,.2f}"
        at = trade.closed_at
        yield EntryMark(at=at, bot=trade.bot, kind="exit", label=label, spx=_spx(spots, at))


def _spx(spots: Mapping[datetime, Snapshot], at: datetime) -> Decimal:
    before = [snapshot for moment, snapshot in spots.items() if moment <= at and snapshot.spot]
    return before[-1].spot.value if before and before[-1].spot else Decimal(0)


def _sized(decision: Decision) -> SizedEntry:
    basis = next(
        (gate.value for gate in decision.why if gate.code in (DenialCode.SIZE_ZERO, DenialCode.NEGATIVE_EXPECTANCY)),
        "",
    )
    return SizedEntry(
        at=decision.at,
        bot=decision.bot,
        strategy=decision.strategy or "",
        contracts=int(basis.split(" ", 1)[0] or 0),
        basis=basis,
        own_statistics=OWN_STATISTICS in basis,
    )


def _rules(snapshots: Sequence[Snapshot], bots: Sequence[Bot]) -> Iterator[RuleCount]:
    counts: dict[tuple[str, str, str], dict[IvMeasure, int]] = defaultdict(lambda: dict.fromkeys(IvMeasure, 0))
    config_of: dict[str, BotConfig] = {}
    for bot in bots:
        for underlying in bot_config(bot).underlyings:
            config_of.setdefault(underlying, bot_config(bot))
    for snapshot in snapshots:
        config = config_of.get(snapshot.underlying)
        if config is None or not snapshot.is_valid:
            continue
        for measure in IvMeasure:
            regime = classify_snapshot(snapshot, config.model_copy(update={"iv_measure": measure}))
            if regime is not None:
                counts[snapshot.underlying, regime.rule, regime.action][measure] += 1
    for (underlying, rule, action), by_measure in sorted(counts.items()):
        yield RuleCount(
            underlying=underlying,
            rule=rule,
            action=action,
            under_rank=by_measure[IvMeasure.RANK],
            under_percentile=by_measure[IvMeasure.PERCENTILE],
        )


def _answers(decisions: Sequence[Decision]) -> Iterator[DecisionCount]:
    counts: Counter[tuple[Bot, str]] = Counter()
    for one in decisions:
        if one.kind is DecisionKind.ENTRY:
            counts[one.bot, "ENTRY"] += 1
        elif one.kind is DecisionKind.NO_ENTRY:
            codes = ", ".join(dict.fromkeys(refusal.code for refusal in one.denials))
            counts[one.bot, codes] += one.count
    for (bot, answer), count in sorted(counts.items(), key=lambda item: (item[0][0], -item[1])):
        yield DecisionCount(bot=bot, answer=answer, count=count)
