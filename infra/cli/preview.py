"""``alphagex preview``: this minute's decision and order against live data; nothing is stored, nothing is sent."""

from typing import Annotated

import typer
from rich.text import Text

from infra.cli.mistakes import CommandError
from infra.cli.screen import (
    JsonOption,
    Screen,
    bot_of,
    console,
    in_both_zones,
    plain,
    table,
    verdict,
    when,
    write_json,
)
from infra.cli.stage import Place
from infra.words import NOTHING, counted, meaning, money
from infra.words import plain as words
from shared.domain.config import BotConfig
from shared.domain.decisions import Decision
from shared.domain.errors import FeedError
from shared.domain.greeks import with_sound_greeks
from shared.domain.market import Snapshot
from shared.domain.vocabulary import Strategy
from shared.phases import collection
from shared.phases.entry import Account, Look, Proposal, Sought, chain_refusals, decision_of, expiration_for, look
from shared.phases.entry import propose as proposed
from shared.phases.execution.denials import Setting
from shared.views.gates import question_of


def preview(
    place: Place,
    bot: Annotated[str, typer.Argument(help="ATLAS, PROMETHEUS or SOLOMON.")],
    *,
    as_json: JsonOption = False,
) -> None:
    """Show what a bot would decide and order this minute, from live data; nothing is stored or sent."""
    config = place.stage.parameters().bot(bot_of(bot))
    answers = [_of(place, config, snapshot) for snapshot in _snapshots(place, config)]
    if as_json:
        write_json([{"decision": decision, "order": _order(proposal)} for decision, proposal in answers])
        return
    screen = console()
    for decision, proposal in answers:
        _show(screen, decision, proposal)


def _snapshots(place: Place, config: BotConfig) -> tuple[Snapshot, ...]:
    stage = place.stage
    system = stage.parameters().system()
    collected = collection.snapshots(stage.feeds.collect(stage.clock.now(), system), system)
    found = tuple(one for one in collected if one.underlying in config.underlyings)
    if not found:
        raise CommandError(f"no data of {', '.join(config.underlyings)} is collected", "add it to system underlyings")
    return found


def _of(place: Place, config: BotConfig, snapshot: Snapshot) -> tuple[Decision, Proposal | None]:
    stage = place.stage
    live = stage.book.live(config.bot)
    setting = Setting(config, live, stage.effective_state(config.bot), stage.clock.now())
    seen = look(setting, snapshot, live.last_of(snapshot.underlying))
    if seen.strategy is None:
        return decision_of(setting, snapshot, seen, None), None
    return _proposed(place, setting, snapshot, seen, seen.strategy)


def _proposed(
    place: Place, setting: Setting, snapshot: Snapshot, seen: Look, strategy: Strategy
) -> tuple[Decision, Proposal | None]:
    sought = _chain(place, setting, snapshot, strategy)
    refused = chain_refusals(setting, strategy, sought)
    if refused:
        return decision_of(setting, snapshot, seen, None, refused), None
    stage, config = place.stage, setting.config
    broker = stage.broker(config, config.mode)
    holdings = {row.option_symbol: row.contracts for row in broker.positions()}
    account = Account(broker.balances().option_buying_power, holdings, stage.market_data.clock())
    stored = stage.trade_history.statistics(config.mode, strategy)
    proposal = proposed(setting, snapshot, seen, sought.chain, stored, account)
    return decision_of(setting, snapshot, seen, proposal), proposal


def _chain(place: Place, setting: Setting, snapshot: Snapshot, strategy: Strategy) -> Sought:
    chains = place.stage.chains
    try:
        listed = chains.expirations(snapshot.underlying)
        expiration = expiration_for(setting, strategy, listed)
        rows = chains.option_chain(snapshot.underlying, expiration) if expiration else ()
    except FeedError as problem:
        return Sought(problem=str(problem))
    if snapshot.spot is None or not rows:
        return Sought(listed)
    return Sought(listed, with_sound_greeks(rows, snapshot.spot.value, setting.now))


def _order(proposal: Proposal | None) -> object:
    if proposal is None or proposal.intent is None or proposal.position is None:
        return None
    position = proposal.position
    return plain(proposal.intent.order) | {
        "max_loss": str(position.max_loss * position.contracts),
        "fees_one_way": str(position.entry_fees),
        "expiration": position.expiration.isoformat(),
    }


def _show(screen: Screen, decision: Decision, proposal: Proposal | None) -> None:
    screen.say(Text(f"{decision.bot} would {'enter' if _order(proposal) else 'not enter'} now", style="bold"))
    screen.say(f"{when(decision.at, seconds=True)}; action {decision.action or NOTHING}; nothing is sent")
    made = table("", "Passed", "Gate", "Found", "Limit")
    for gate in sorted(decision.why, key=lambda one: one.passed):
        found, limit = in_both_zones(gate.value, decision.at), in_both_zones(gate.limit, decision.at)
        made.add_row(verdict(gate.passed), question_of(gate.code), found, limit)
    screen.show(made)
    if proposal is None or proposal.intent is None or proposal.position is None:
        screen.say(f"no order: {meaning(decision.how.removeprefix('no order:'))}" if decision.denials else decision.how)
        return
    order, position = proposal.intent.order, proposal.position
    for leg in order.legs:
        screen.say(f"  {words(leg.side)} {order.contracts} {leg.option_symbol}")
    screen.say(
        f"{decision.what}: {counted(order.contracts, 'contract')} at a limit of {order.limit_price} {order.effect},"
        f" maximum loss {money(position.max_loss * position.contracts, 2)}, fees {money(position.entry_fees, 2)}"
    )
