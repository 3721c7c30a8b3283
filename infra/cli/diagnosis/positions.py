"""A position that does not close, and statistics that do not update."""

from collections.abc import Iterator, Mapping
from datetime import timedelta

from infra.cli.diagnosis.findings import Finding, Patient, ill, note, well
from infra.cli.screen import age, when
from infra.words import counted, plain
from shared.domain.orders import IntentState
from shared.domain.positions import Position, PositionState
from shared.domain.sessions import new_york_date
from shared.domain.vocabulary import Bot
from shared.phases.feedback import window_start
from shared.phases.monitoring import exit_reason, mark_of
from shared.views.positions import option_quotes
from shared.views.statistics import stats_view
from shared.views.trades import closed_trades

LEARNT_WITHIN = timedelta(minutes=15)
CLOSES_WITHIN = timedelta(minutes=5)


def monitor(patient: Patient) -> Iterator[Finding]:
    """Look at the heartbeat."""
    beat = patient.health.heartbeat
    if beat.alive:
        yield well(f"monitor ran {age(beat.age_seconds)} ago")
        return
    words = "never ran" if beat.at is None else f"last ran {age(beat.age_seconds)} ago"
    if patient.place.is_local:
        yield ill(f"monitor {words}", "see `alphagex local status` and `alphagex local logs monitor`")
        return
    again = f"`{patient.place.deploying}`, with its EMAIL and PHONE,"
    yield ill(f"monitor {words}", f"see its schedule and its log; {again} puts both right")


def exits(patient: Patient) -> Iterator[Finding]:
    """Ask of each open position whether it should be closed by now."""
    stage, now = patient.place.stage, patient.place.stage.clock.now()
    held = _held(patient)
    quotes, problem = option_quotes(stage.sources, held)
    if problem is not None:
        yield ill(f"no quotes: {problem}", "alphagex check vendors")
    for one in held:
        reason = exit_reason(one, mark_of(one, quotes), new_york_date(now))
        late = one.exit_pending_since is not None and now - one.exit_pending_since > CLOSES_WITHIN
        if one.state is PositionState.OPEN and reason is not None:
            yield note(f"{_name(one)} meets {plain(reason)}", "monitor closes it at its next run")
        elif late and patient.health.market_open:
            words = f"{_name(one)} waits for its exit since {when(one.exit_pending_since)}"
            yield ill(f"{words}, {one.unquoted_runs} runs without a quote", "alphagex positions")
    if not held:
        yield well("no open position")
    elif problem is None:
        yield well(f"{counted(len(held), 'open position')}, each with its stamped exit rule")


def states(patient: Patient) -> Iterator[Finding]:
    """Look at the states that positions and orders should not stay in."""
    found = False
    for bot in Bot:
        live = patient.place.stage.book.live(bot)
        for key, reason in live.set_aside:
            found = True
            yield ill(f"{bot} {key}: {reason[:200]}", "deploy the version that wrote it")
        for held in live.positions:
            if held.state is PositionState.BROKEN:
                found = True
                yield ill(
                    f"{_name(held)} is BROKEN: {held.note or 'the broker says otherwise'}", "see `alphagex status`"
                )
        for intent in live.intents:
            if intent.state is IntentState.UNKNOWN:
                found = True
                yield ill(f"{bot}: order {intent.tag} is UNKNOWN", "look at the broker for this tag; monitor does too")
    if not found:
        yield well("every open position is in the table, none broken, no order unknown")


def _held(patient: Patient) -> list[Position]:
    return [held for bot in Bot for held in patient.place.stage.book.live(bot).positions]


def _name(held: Position) -> str:
    return f"{held.bot} {plain(held.strategy)} {held.position_id[:9]}"


def learnt(patient: Patient) -> Iterator[Finding]:
    """Compare the newest closed trade of each strategy with its statistics."""
    stage, now = patient.place.stage, patient.place.stage.clock.now()
    rules = stage.parameters().system().feedback
    trades = closed_trades(stage.sources, window_start(now, rules))
    if not trades:
        yield note(f"no trade closed in the last {rules.window_days} days")
        return
    yield well(f"{counted(len(trades), 'closed trade')} recorded, the last {when(trades[-1].closed_at)}")
    for one in stats_view(stage.sources).strategies:
        own = [trade for trade in trades if (trade.mode, trade.strategy) == (one.mode, one.strategy)]
        if not own:
            continue
        newest, behind = own[-1].closed_at, one.computed_at is None or one.computed_at < own[-1].closed_at
        if len(own) < rules.min_trades:
            yield note(f"{plain(one.strategy)}: {counted(len(own), 'trade')}, statistics need {rules.min_trades}")
        elif behind and now - newest > LEARNT_WITHIN:
            evidence = f"{plain(one.strategy)}: last trade {when(newest)}, computed {when(one.computed_at)}"
            yield ill(evidence, "see the log of learn and the dead letters; it also runs every evening")


def dead_letters(patient: Patient) -> Iterator[Finding]:
    """Count the events that no function could handle."""
    url = _of_stack(patient, "DeadLettersUrl")
    if url is None:
        yield note("the laptop keeps no dead letters")
        return
    wanted = "ApproximateNumberOfMessages"
    reply = patient.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=[wanted])
    count = int(reply["Attributes"][wanted])
    if count:
        yield ill(f"{count} events in the dead-letter queue", f"aws sqs receive-message --queue-url {url}")
    else:
        yield well("no event in the dead-letter queue")


def _of_stack(patient: Patient, output: str) -> str | None:
    outputs: Mapping[str, str] = patient.place.outputs
    return outputs.get(output)
