"""``alphagex status``: is it alive, what may it do, what is open, and what did today bring?"""

from decimal import Decimal

from rich.table import Table
from rich.text import Text

from infra.cli.mistakes import FOUND
from infra.cli.positions import positions_table
from infra.cli.screen import BAD, GOOD, WARN, JsonOption, Screen, age, coloured, console, table, when, write_json
from infra.cli.stage import Place
from infra.words import NOTHING, gain, money, plain
from shared.domain.vocabulary import TradingState
from shared.views.health import BotView, DataView, HealthView, health_view
from shared.views.positions import PositionsView, positions_view


def status(place: Place, *, as_json: JsonOption = False) -> None:
    """Show breaker, heartbeat, vendors, open positions and today's result; exit code 1 when something is wrong."""
    sources = place.stage.sources
    health, held = health_view(sources), positions_view(sources)
    if as_json:
        write_json({"where": place.where, "health": health, "positions": held})
    else:
        _show(console(), place, health, held)
    if not health.healthy:
        raise SystemExit(FOUND)


def _show(screen: Screen, place: Place, health: HealthView, held: PositionsView) -> None:
    market = "open" if health.market_open else f"closed, opens {when(health.opens_at)}"
    screen.say(Text.assemble((f"AlphaGEX {place.where}", "bold"), f"  {when(health.asked_at)}  market {market}"))
    for line in (*_life(health), *_breaker(health)):
        screen.say(line)
    for part in (_bots(health, held), _vendors(health.data), *_positions(held)):
        screen.say("")
        screen.show(part)
    if not held.positions:
        screen.say("\nno open position")
    for problem in health.problems:
        screen.say(Text(f"! {problem}", style=BAD))
    for entry in held.set_aside:
        screen.say(Text(f"! BROKEN, set aside: {entry}", style=BAD))
    if health.problems:
        screen.say("look closer: alphagex doctor")


def _life(health: HealthView) -> tuple[Text, ...]:
    beat = health.heartbeat
    if beat.at is None:
        return (Text("heartbeat  never", style=BAD),)
    words = f"heartbeat  {age(beat.age_seconds)} ago, {when(beat.at)}"
    return (Text(words, style=GOOD if beat.alive else BAD),)


def _breaker(health: HealthView) -> tuple[Text, ...]:
    found, breaker = [], health.breaker
    style = GOOD if breaker.switch is TradingState.ACTIVE else WARN
    found.append(Text(f"breaker    {breaker.switch} (your switch)", style=style))
    for trip in breaker.trips:
        words = f"           {trip.state} (the system, {trip.scope}): {trip.reason}, {when(trip.at)}"
        found.append(Text(words, style=BAD))
    return tuple(found)


def _bots(health: HealthView, held: PositionsView) -> Table:
    made = table(
        "Bots",
        *("Bot", "Mode", "Breaker", "Open", "Risk used", "Today", "Open P&L", "Orders", "Stops"),
        right=("Open", "Risk used", "Today", "Open P&L", "Orders", "Stops"),
    )
    for bot in health.bots:
        state = health.breaker.effective[bot.bot]
        open_pnl = _open_pnl(bot, held)
        made.add_row(
            bot.bot,
            bot.mode or "invalid",
            Text(state, style=GOOD if state is TradingState.ACTIVE else WARN),
            f"{bot.open_positions} of {bot.max_positions or NOTHING}",
            f"{money(bot.open_risk)} of {NOTHING if bot.max_open_risk is None else money(bot.max_open_risk)}",
            coloured(gain(bot.day_pnl, 2), bot.day_pnl),
            NOTHING if open_pnl is None else coloured(gain(open_pnl, 2), open_pnl),
            str(bot.orders_today),
            str(bot.stops_today),
        )
    return made


def _open_pnl(bot: BotView, held: PositionsView) -> Decimal | None:
    known = [one.pnl for one in held.positions if one.bot is bot.bot and bot.mode in (None, one.mode)]
    return None if None in known else sum((one for one in known if one is not None), Decimal(0))


def _vendors(data: tuple[DataView, ...]) -> Table:
    made = table("Data of the newest snapshots", "Underlying", "Need", "From", "Age then", "Passed over")
    for one in data:
        if one.at is None:
            made.add_row(one.underlying, "no snapshot yet", "", "", "")
            continue
        for number, feed in enumerate(one.feeds):
            name = f"{one.underlying} ({age(one.age_seconds)} ago)" if number == 0 else ""
            source = Text("none", style=BAD) if feed.source is None else Text(plain(feed.source))
            if feed.source is None and feed.need not in ("spot", "vix", "gamma"):
                source = Text(NOTHING)
            passed = Text("; ".join(feed.passed_over), style=WARN)
            made.add_row(name, feed.need, source, age(feed.age_seconds), passed)
    return made


def _positions(held: PositionsView) -> tuple[Table, ...]:
    return (positions_table(held),) if held.positions else ()
