"""No trades being placed, and: the wrong strategy selected."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

from infra.cli.diagnosis.findings import Finding, Patient, ill, note, well
from infra.cli.replay import DECIDED, replayed
from infra.cli.screen import when
from infra.words import meaning
from shared.domain.market import Snapshot
from shared.domain.sessions import new_york_date, previous_session
from shared.domain.vocabulary import Action, Bot, TradingState
from shared.phases import collection
from shared.views.regime import regime_view
from shared.views.statistics import stats_view


def regime(patient: Patient) -> Iterator[Finding]:
    """Look at the regime of each underlying."""
    sources = patient.place.stage.sources
    for data in patient.health.data:
        if data.at is None:
            remedy = "run `alphagex check vendors`; see the log of collect"
            yield ill(f"{data.underlying}: no snapshot was ever stored", remedy)
            continue
        found = regime_view(sources, data.underlying)
        if found.recommended_action is None:
            yield ill(f"{data.underlying}: {' '.join(found.analysis)}", f"alphagex regime {data.underlying}")
            continue
        words = f"{data.underlying}: {found.regime}, {found.trend}: {found.recommended_action} by {found.rule}"
        flat = found.recommended_action is Action.STAY_FLAT
        yield note(words, f"alphagex regime {data.underlying}") if flat else well(words)


def refusals(patient: Patient) -> Iterator[Finding]:
    """Look at what each bot decided last."""
    log, now = patient.place.stage.sources.decisions, patient.place.stage.clock.now()
    for bot in Bot:
        made = [one for day in _last_days(now) for one in log.of_day(bot, day) if one.kind in DECIDED]
        newest = max(made, key=lambda one: one.at, default=None)
        if newest is None:
            yield ill(f"{bot}: no decision in the last two sessions", "see the schedule and the log of trade")
        elif newest.denials:
            codes = ", ".join(dict.fromkeys(denial.code for denial in newest.denials))
            yield note(f"{bot}: {meaning(codes) or codes} ({when(newest.last_seen)})", f"alphagex why {bot}")
        else:
            yield well(f"{bot}: {newest.what} ({when(newest.at)})")


def _last_days(now: datetime) -> tuple[date, ...]:
    today = new_york_date(now)
    return today, previous_session(today)


def counts(patient: Patient) -> Iterator[Finding]:
    """Compare the open positions with the most that are allowed."""
    for bot in patient.health.bots:
        if bot.fault is not None:
            yield ill(f"{bot.bot}: {bot.fault}", f"alphagex config set {bot.bot} field=value")
        elif bot.max_positions is not None and bot.open_positions >= bot.max_positions:
            evidence = f"{bot.bot}: {bot.open_positions} of {bot.max_positions} positions are open"
            yield note(evidence, f"alphagex config set {bot.bot} max_positions={bot.max_positions + 1}")
        else:
            yield well(f"{bot.bot}: {bot.open_positions} of {bot.max_positions}")


def stakes(patient: Patient) -> Iterator[Finding]:
    """Compare what each bot's ledgers put at stake, which the caps are held against, with its open positions."""
    apart = [change for bot in Bot for change in patient.place.stage.operator.miscounted(bot)]
    for change in apart:
        said, counted = change.before, change.after
        evidence = (
            f"{said.bot} {said.mode}: the ledger says {said.open_count} open, ${said.open_risk:,.2f} at risk; "
            f"the positions say {counted.open_count}, ${counted.open_risk:,.2f}"
        )
        yield ill(evidence, f'alphagex broken ledger {said.bot} --reason "..."')
    if not apart:
        yield well("the ledgers say what the open positions say")


def market(patient: Patient) -> Iterator[Finding]:
    """Compare the session table with the broker's clock."""
    health = patient.health
    broker = patient.place.stage.market_data.clock().is_open
    if broker is not health.market_open:
        table = "open" if health.market_open else "closed"
        evidence = f"the session table says {table}, the broker {'open' if broker else 'closed'}"
        yield ill(evidence, "wait: entries rest until both agree; an unscheduled closure is the likely reason")
    elif not broker:
        yield note(f"the market is closed until {when(health.opens_at)}")
    else:
        yield well("open, as the broker says too")


def switches(patient: Patient) -> Iterator[Finding]:
    """Look at everything a person or the system may have switched off."""
    breaker, parameters = patient.health.breaker, patient.place.stage.parameters()
    if breaker.switch is not TradingState.ACTIVE:
        yield note(f"your switch is {breaker.switch}", 'alphagex breaker ACTIVE --reason "..."')
    for trip in breaker.trips:
        scope = f"--bot {trip.scope} " if trip.scope in tuple(Bot) else ""
        yield ill(f"{trip.scope} {trip.state}: {trip.reason}", f'alphagex breaker ACTIVE {scope}--reason "..."')
    for bot in patient.health.bots:
        if bot.fault is None and not parameters.bot(bot.bot).enabled:
            yield note(f"{bot.bot} is switched off", f"alphagex config set {bot.bot} enabled=true")
    for one in stats_view(patient.place.stage.sources).strategies:
        if one.is_disabled:
            evidence = f"{one.strategy} is disabled in {one.mode} mode"
            yield ill(evidence, f'alphagex strategy enable {one.strategy} --reason "..."')
    if breaker.switch is TradingState.ACTIVE and not breaker.trips:
        yield well("the breaker is ACTIVE")


def matrix(patient: Patient) -> Iterator[Finding]:
    """Decide the last session's snapshots again: the matrix must answer the same."""
    today = new_york_date(patient.place.stage.clock.now())
    tally = replayed(patient.place, previous_session(today), today, tuple(Bot), quiet=True)
    if tally.differences:
        yield ill(f"{len(tally.differences)} differences", "alphagex replay; the stored records are not this code's")
    else:
        yield well(f"{tally.decided} decisions of two sessions come out again exactly")


def inputs(patient: Patient) -> Iterator[Finding]:
    """Look at the newest data, value by value."""
    for data in patient.health.data:
        if data.at is None:
            continue
        for fault in data.faults:
            words = f"{data.underlying}: {fault.code} {fault.value or ''}".strip()
            yield ill(f"{words}, limit {fault.limit or 'a value'}", "alphagex check vendors")
        for feed in data.feeds:
            for reason in feed.passed_over:
                if not reason.endswith("not configured"):
                    yield note(f"{data.underlying} {feed.need}: {reason}", "alphagex check vendors")
        if data.valid:
            yield well(f"{data.underlying}: valid, {when(data.at)}")


def iv_rank(patient: Patient) -> Iterator[Finding]:
    """Compute the IV rank of the newest snapshot again from the stored VIX history."""
    from shared.adapters.dynamodb.database import Database
    from shared.adapters.dynamodb.history_cache import DynamoDbHistoryCache

    stage = patient.place.stage
    system = stage.parameters().system()
    cache = DynamoDbHistoryCache(Database(patient.place.aws), snapshots=patient.place.settings.snapshots_table)
    for underlying in system.underlyings:
        snapshot = stage.snapshots.latest(underlying)
        if snapshot is None or snapshot.vix is None:
            continue
        day = new_york_date(snapshot.at)
        bars = cache.load("VIX", day)
        if bars is None:
            yield ill(f"{underlying}: no VIX history of {day} is stored", "alphagex check vendors")
            continue
        finished = tuple(bar for bar in bars if bar.day < day)
        year = collection.year_of(finished, system.iv_window)
        again = collection.iv_rank(year, snapshot.vix.value, system.iv_min_closes)
        yield _compared(snapshot, again, len(finished) + 1)


def _compared(snapshot: Snapshot, again: Decimal | None, closes: int) -> Finding:
    words = f"{snapshot.underlying}: {snapshot.iv_rank} from {closes} closes"
    if again != snapshot.iv_rank:
        return ill(f"{words}, computed again {again}", "the history changed meanwhile; look at the next snapshot")
    if again is None:
        return ill(f"{words}: too few", "wait for the history, or see `alphagex check vendors`")
    return well(f"{words}, computed again the same")
