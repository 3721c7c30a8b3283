"""The words of each alert: what happened, why, how, and the command to look closer."""

import zlib
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from shared.domain.accounts import Confirmation
from shared.domain.alerts import SUBJECT_LIMIT, Alert
from shared.domain.book import Trip
from shared.domain.decisions import Denial
from shared.domain.market import Snapshot
from shared.domain.orders import BrokerOrder, Intent
from shared.domain.positions import ClosedTrade, Position
from shared.domain.sessions import NEW_YORK
from shared.domain.statistics import StrategyStatistics
from shared.domain.vocabulary import AlertLevel, Bot, TradingMode, TradingState


def _alert(
    event_id: str, level: AlertLevel, subject: str, lines: tuple[str, ...], at: datetime, bot: Bot | None = None
) -> Alert:
    return Alert(event_id=event_id, level=level, subject=subject[:SUBJECT_LIMIT], body="\n".join(lines), at=at, bot=bot)


_POSITIONS = "Look closer: alphagex positions"
_LOG = "Look closer: alphagex doctor; the log of the function in CloudWatch"


def _decisions(bot: Bot, at: datetime) -> str:
    return f"Look closer: alphagex why {bot} --at {at.astimezone(NEW_YORK):%Y-%m-%dT%H:%M:%S}"


def _legs(position: Position) -> str:
    return ", ".join(f"{leg.side} {leg.option_symbol}" for leg in position.legs)


def entered(position: Position, target: Decimal, stop: Decimal, at: datetime) -> Alert:
    """Tell of an entry: legs, premium, maximum loss, target and stop prices."""
    word = position.effect
    return _alert(
        f"entry-{position.position_id}",
        AlertLevel.INFO,
        f"{position.bot} opened {position.contracts} {position.strategy} on {position.underlying}"
        f" at {position.entry_price} {word}",
        (
            f"What: {_legs(position)}",
            f"Why: {position.regime} gamma, confidence {position.confidence}",
            f"How: {position.contracts} contracts at {position.entry_price} {word}, fees ${position.entry_fees}",
            (
                f"Maximum loss ${position.max_loss * position.contracts:,.2f}; target {target:.2f}; stop {stop:.2f}"
                f"; expires {position.expiration} ({position.mode})"
            ),
            _decisions(position.bot, at),
        ),
        at,
        position.bot,
    )


def closed(trade: ClosedTrade, loss_alert: Decimal, at: datetime) -> Alert:
    """Tell of an exit or settlement; a loss beyond the limit is HIGH."""
    level = AlertLevel.HIGH if trade.pnl < -loss_alert else AlertLevel.INFO
    result = f"loss ${-trade.pnl:,.2f}" if trade.pnl < 0 else f"profit ${trade.pnl:,.2f}"
    return _alert(
        f"exit-{trade.position_id}",
        level,
        f"{trade.bot} closed {trade.contracts} {trade.strategy} on {trade.underlying}: {result}",
        (
            f"What: {trade.contracts} contracts, entry {trade.entry_price}, exit {trade.exit_price:.4f}",
            f"Why: {trade.exit_reason}",
            f"How: {result} after fees of ${trade.fees}, {trade.pnl_fraction:.1%} of the premium ({trade.mode})",
            f"Look closer: alphagex trades --bot {trade.bot}",
        ),
        at,
        trade.bot,
    )


def rejected(intent: Intent, reason: str, at: datetime) -> Alert:
    """Tell that the broker refused an order."""
    return _alert(
        f"rejected-{intent.intent_id}",
        AlertLevel.HIGH,
        f"{intent.bot}: the broker rejected the {intent.kind} order for {intent.strategy} on {intent.underlying}",
        (
            f"What: order {intent.tag}, {intent.order.contracts} contracts, limit {intent.order.limit_price}",
            f"Why: {reason}",
            "How: nothing is live; slot and risk are free again"
            if intent.kind == "entry"
            else "How: the exit is tried again at the next run",
            _decisions(intent.bot, at),
        ),
        at,
        intent.bot,
    )


def unknown(intent: Intent, reason: str, at: datetime) -> Alert:
    """Tell that nobody knows whether an order is live."""
    return _alert(
        f"unknown-{intent.intent_id}",
        AlertLevel.CRITICAL,
        f"{intent.bot}: order UNKNOWN, {intent.kind} of {intent.strategy} on {intent.underlying}",
        (
            f"What: order {intent.tag} may or may not be live at the broker",
            f"Why: {reason}",
            "How: it is never sent again; the next runs find it by its tag or give it up after the quiet period",
            _POSITIONS,
        ),
        at,
        intent.bot,
    )


def unpriced(position: Position, at: datetime) -> Alert:
    """Tell that an exit waits for a price."""
    return _alert(
        f"unpriced-{position.position_id}-{position.exit_attempts}",
        AlertLevel.CRITICAL,
        f"{position.bot}: an exit has no price, {position.strategy} on {position.underlying}",
        (
            f"What: {_legs(position)}",
            f"Why: {position.exit_reason}, but no sound quote in {position.unquoted_runs} runs",
            "How: no price is invented; it waits for a quote, and after the close of its last day it is settled",
            _POSITIONS,
        ),
        at,
        position.bot,
    )


def near_stop(position: Position, mark: Decimal, stop: Decimal, at: datetime) -> Alert:
    """Tell that a position has gone most of the way to its stop."""
    return _alert(
        f"near-stop-{position.position_id}",
        AlertLevel.HIGH,
        f"{position.bot}: {position.strategy} on {position.underlying} is near its stop",
        (
            f"What: mark {mark:.2f}, stop {stop:.2f}, entry {position.entry_price}",
            f"Why: {position.exit_rule.stop_warning:.0%} of the way to the stop",
            "How: nothing is done yet; the stop closes it",
            _POSITIONS,
        ),
        at,
        position.bot,
    )


def not_filled(intent: Intent, minutes: int, at: datetime) -> Alert:
    """Tell that an exit is still working."""
    return _alert(
        f"slow-exit-{intent.intent_id}",
        AlertLevel.HIGH,
        f"{intent.bot}: the exit of {intent.strategy} on {intent.underlying} is not filled after {minutes} minutes",
        (
            f"What: order {intent.tag}, limit {intent.order.limit_price}, step {intent.steps}",
            f"Why: {intent.exit_reason}; the market is not at our price",
            "How: the walk goes on",
            _POSITIONS,
        ),
        at,
        intent.bot,
    )


def foreign_order(account_id: str, order: BrokerOrder, at: datetime) -> Alert:
    """Tell of an order at the broker that is not ours."""
    legs = ", ".join(f"{leg.side} {leg.option_symbol}" for leg in order.legs) or "no option legs"
    return _alert(
        f"external-{account_id}-{order.order_id}",
        AlertLevel.HIGH,
        f"EXTERNAL order {order.order_id} in account {account_id}",
        (
            f"What: {order.status}, {legs}",
            f"Why: its tag is {order.tag or 'missing'}, so it is not of this system",
            "How: it is left alone; legs it opened are not compared, a position of ours it closed is booked as MANUAL",
            "Look closer: the broker's order list",
        ),
        at,
    )


def foreign_holding(account_id: str, symbol: str, contracts: int, at: datetime) -> Alert:
    """Tell of a holding at the broker that this system never ordered."""
    return _alert(
        f"external-{account_id}-{symbol}-{at:%Y-%m-%d}",
        AlertLevel.HIGH,
        f"EXTERNAL holding in account {account_id}: {contracts} {symbol}",
        (
            f"What: the broker holds {contracts} of {symbol}; the book has none",
            "Why: no order of today with a tag of ours has it as a leg; bought by hand, or assigned shares",
            "How: it is left alone and not compared",
            "Look closer: the broker's positions",
        ),
        at,
    )


def stray_order(account_id: str, order: BrokerOrder, why: str, how: str, at: datetime) -> Alert:
    """Tell of an order with a tag of ours that no live intent stands behind."""
    return _alert(
        f"stray-{account_id}-{order.order_id}-{order.status}",
        AlertLevel.CRITICAL,
        f"Order {order.order_id} without a live intent in account {account_id}",
        (
            f"What: tag {order.tag}, {order.status}, {order.filled_contracts} filled",
            f"Why: {why}",
            f"How: {how}",
            _POSITIONS,
        ),
        at,
    )


def unreadable_order(account_id: str, order: BrokerOrder, at: datetime) -> Alert:
    """Tell of an order that this version cannot read, with the raw facts."""
    return _alert(
        f"unreadable-{account_id}-{order.order_id}-{at:%Y-%m-%d}",
        AlertLevel.CRITICAL,
        f"BROKEN: order {order.order_id} in account {account_id} cannot be read",
        (
            f"What: tag {order.tag}; {order.reason}",
            "Why: the broker says something this version does not know",
            "How: nothing is concluded from it; its intent keeps everything reserved, all other orders go on",
            _POSITIONS,
        ),
        at,
    )


def item_set_aside(bot: Bot, key: str, facts: str, at: datetime) -> Alert:
    """Tell of a stored item that this version cannot read, with the raw facts."""
    return _alert(
        f"aside-{bot}-{key}-{zlib.crc32(facts.encode()):08x}",
        AlertLevel.CRITICAL,
        f"BROKEN: {bot} has an item that cannot be read: {key}",
        (
            f"What: {facts}",
            "Why: written by a newer version, or damaged",
            "How: it is set aside and never overwritten; its legs are not compared, all other items go on",
            f"Look closer: alphagex doctor; table positions, ACCT#{bot}, {key}",
        ),
        at,
        bot,
    )


def broken(position: Position, at: datetime) -> Alert:
    """Tell that a position is not what the broker says."""
    return _alert(
        f"broken-{position.position_id}-{position.version}",
        AlertLevel.CRITICAL,
        f"{position.bot}: position BROKEN, {position.strategy} on {position.underlying}",
        (
            f"What: {position.remaining_contracts} contracts of {_legs(position)} ({position.mode})",
            f"Why: {position.note}",
            "How: nothing is guessed and nothing is sent; the bot is REDUCING until an operator has looked",
            _POSITIONS,
        ),
        at,
        position.bot,
    )


def exit_denied(position: Position, denials: Sequence[Denial], at: datetime) -> Alert:
    """Tell that an exit may not leave, with every refusal."""
    told = ", ".join(f"{one.code} {one.value} (limit {one.limit})" for one in denials)
    return _alert(
        f"exit-denied-{position.position_id}-{'-'.join(one.code for one in denials)}-{at:%Y-%m-%d}",
        AlertLevel.HIGH,
        f"{position.bot}: an exit may not leave, {position.strategy} on {position.underlying}",
        (f"What: {position.exit_reason}", f"Why: {told}", "How: it is tried again at every run", _POSITIONS),
        at,
        position.bot,
    )


def live_confirmed(confirmation: Confirmation) -> Alert:
    """Tell that a person confirmed live trading."""
    return _alert(
        f"live-{confirmation.bot}-{confirmation.at:%Y-%m-%dT%H:%M:%SZ}",
        AlertLevel.CRITICAL,
        f"{confirmation.bot} trades LIVE in account {confirmation.account_id}",
        (
            "What: new entries go to the real broker, with real money",
            f"Why: configuration says live, and the account was confirmed by command: {confirmation.reason}",
            "How: set the mode back in the configuration to end it; open positions keep their exits",
            _decisions(confirmation.bot, confirmation.at),
        ),
        confirmation.at,
        confirmation.bot,
    )


def live_withdrawn(bot: Bot, mode: TradingMode, at: datetime) -> Alert:
    """Tell that a bot no longer enters live."""
    return _alert(
        f"live-{bot}-off-{at:%Y-%m-%dT%H:%M:%SZ}",
        AlertLevel.CRITICAL,
        f"{bot} no longer trades live: its mode is {mode}",
        (
            "What: new entries go elsewhere; the confirmation of its account is withdrawn",
            "Why: its configuration was changed",
            "How: live positions keep their exits; going live again takes both steps again",
            _decisions(bot, at),
        ),
        at,
        bot,
    )


def invalid_snapshots(snapshot: Snapshot, in_a_row: int) -> Alert:
    """Tell that the data cannot be traded on."""
    reasons = ", ".join(f"{fault.code} {fault.value or ''}".strip() for fault in snapshot.faults)
    return _alert(
        f"invalid-{snapshot.underlying}-{snapshot.at:%Y-%m-%dT%H:%MZ}",
        AlertLevel.HIGH,
        f"{snapshot.underlying}: {in_a_row} invalid snapshots in a row",
        (
            f"What: no entry is decided on {snapshot.underlying}",
            f"Why: {reasons}",
            "How: exits go on with what is known; entries resume with the first valid snapshot",
            f"Look closer: alphagex regime {snapshot.underlying}; alphagex check vendors",
        ),
        snapshot.at,
    )


def invalid_configuration(name: str, problem: str, at: datetime) -> Alert:
    """Tell that a configuration document cannot be used."""
    return _alert(
        f"configuration-{name}-{at:%Y-%m-%d}",
        AlertLevel.HIGH,
        f"The configuration of {name} is invalid: no entries",
        (
            f"What: {problem}",
            "Why: a field is unknown, impossible or missing",
            "How: entries stop; exits go on by the rules stamped on each position",
            f"Look closer: alphagex config show {name}",
        ),
        at,
    )


def breaker_changed(state: TradingState, who: str, reason: str, at: datetime) -> Alert:
    """Tell that the breaker changed, who changed it and why."""
    return _alert(
        f"breaker-{who}-{state}-{at:%Y-%m-%dT%H:%M:%SZ}",
        AlertLevel.CRITICAL,
        f"Breaker {state}: {who}",
        (
            f"What: {_CONSEQUENCE[state]}",
            f"Why: {reason}",
            f"How: {who}",
            "Look closer: alphagex breaker",
        ),
        at,
    )


_CONSEQUENCE = {
    TradingState.ACTIVE: "entries and exits may leave",
    TradingState.REDUCING: "no entries; exits go on",
    TradingState.HALTED: "no order leaves",
}


def tripped(trip: Trip) -> Alert:
    """Tell that the system tripped its own breaker."""
    return breaker_changed(trip.state, f"the system, {trip.scope}", trip.reason, trip.at)


def _results(numbers: StrategyStatistics) -> str:
    return (
        f"Why: {numbers.total_trades} trades, win rate {numbers.win_rate:.1%}, "
        f"average win {numbers.avg_win:.1%}, average loss {numbers.avg_loss:.1%}"
    )


def strategy_disabled(numbers: StrategyStatistics) -> Alert:
    """Tell that a strategy is blocked for its negative expectancy."""
    return _alert(
        f"disabled-{numbers.mode}-{numbers.strategy}-{numbers.version}",
        AlertLevel.CRITICAL,
        f"Strategy {numbers.strategy} blocked: negative expectancy ({numbers.expectancy:.2%})",
        (
            f"What: no entry of {numbers.strategy} in {numbers.mode} mode",
            _results(numbers),
            "How: open positions keep their exits",
            "Look closer: alphagex stats",
        ),
        numbers.computed_at,
    )


def diverged(numbers: StrategyStatistics, expected: Decimal, grade: str, calibration: str) -> Alert:
    """Tell, once a grade and calibration, that the live win rate is not the expected one."""
    stops = grade == "STOP"
    deed = "no entry is made any more; open positions keep their exits" if stops else "nothing is changed"
    return _alert(
        f"diverged-{grade}-{numbers.mode}-{numbers.strategy}-{calibration}",
        AlertLevel.CRITICAL if stops else AlertLevel.WARNING,
        f"Strategy {numbers.strategy} diverges: {grade.lower()}",
        (
            f"What: won {numbers.win_rate:.0%} of {numbers.total_trades} trades, expected {expected:.0%}",
            f"Why: calibration {calibration}; 5 points call for watching, 10 for a new calibration, 20 stop",
            f"How: {deed}",
            "Look closer: alphagex stats; alphagex calibrate",
        ),
        numbers.computed_at,
    )


def sizes_to_zero(numbers: StrategyStatistics) -> Alert:
    """Tell, once, that a strategy's own results size it to zero."""
    return _alert(
        f"zero-size-{numbers.mode}-{numbers.strategy}-{numbers.version}",
        AlertLevel.WARNING,
        f"Strategy {numbers.strategy} sizes to zero: its Kelly fraction is not positive",
        (
            f"What: {numbers.strategy} is not entered in {numbers.mode} mode until its results improve",
            _results(numbers),
            "How: Kelly's answer to a negative expectancy is not to trade",
            "Look closer: alphagex stats",
        ),
        numbers.computed_at,
    )


def could_not_watch(bot: Bot, problem: str, at: datetime) -> Alert:
    """Tell that a run could not look after a bot or one of its positions."""
    return _alert(
        f"unwatched-{bot}-{at:%Y-%m-%dT%H}",
        AlertLevel.HIGH,
        f"{bot}: a monitor run could not finish",
        (
            f"What: {problem}",
            "Why: see the log",
            "How: the next run tries again",
            _LOG,
        ),
        at,
        bot,
    )


def missing_key(problem: str, at: datetime) -> Alert:
    """Tell, once, that nothing is traded for want of a vendor's key."""
    return _alert(
        "missing-key",
        AlertLevel.HIGH,
        "A vendor's key is missing: nothing is traded",
        (
            f"What: {problem}",
            "Why: without market data nothing is decided, and a position could not be valued",
            "How: store the key with `alphagex secrets set`; it is taken up within a minute or so",
            "Look closer: alphagex secrets check",
        ),
        at,
    )


def function_failed(function: str, problem: str, at: datetime) -> Alert:
    """Tell that a function ended with an error nobody expected."""
    return _alert(
        f"failed-{function}-{at:%Y-%m-%dT%H}",
        AlertLevel.HIGH,
        f"{function} failed",
        (
            f"What: {problem}",
            "Why: see the log",
            "How: the next run tries again",
            _LOG,
        ),
        at,
    )
