"""What becomes of a position: entered, closed, near its stop, without a price, broken, not ours."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from shared.domain.alerts import Alert
from shared.domain.messages.wording import LOG, POSITIONS, alert_of, decisions_at, legs_of
from shared.domain.sessions import NEW_YORK
from shared.domain.vocabulary import AlertLevel, Bot

if TYPE_CHECKING:
    from shared.domain.decisions import Denial
    from shared.domain.positions import ClosedTrade, Position


def entered(position: Position, target: Decimal, stop: Decimal, at: datetime) -> Alert:
    """Tell of an entry: legs, premium, maximum loss, target and stop prices."""
    word, price = position.effect, f"{position.entry_price:.4f}".removesuffix("00")
    return alert_of(
        f"entry-{position.position_id}",
        AlertLevel.INFO,
        f"{position.bot} opened {position.contracts} {position.strategy} on {position.underlying} at {price} {word}",
        (
            f"What: {legs_of(position)}",
            f"Why: {position.regime} gamma, confidence {position.confidence}",
            f"How: {position.contracts} contracts at {price} {word}, fees ${position.entry_fees}",
            (
                f"Maximum loss ${position.max_loss * position.contracts:,.2f}; target {target:.2f}; stop {stop:.2f}"
                f"; expires {position.expiration} ({position.mode})"
            ),
            decisions_at(position.bot, at),
        ),
        at,
        position.bot,
    )


def closed(trade: ClosedTrade, loss_alert: Decimal, at: datetime) -> Alert:
    """Tell of an exit or settlement; a loss beyond the limit is HIGH."""
    level = AlertLevel.HIGH if trade.pnl < -loss_alert else AlertLevel.INFO
    result = f"loss ${-trade.pnl:,.2f}" if trade.pnl < 0 else f"profit ${trade.pnl:,.2f}"
    return alert_of(
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


def last_call(position: Position, closes_at: datetime, *, is_delivered: bool, at: datetime) -> Alert:
    """Tell, near the close of the last session for it, that a position is still not closed; once a day.

    ``is_delivered`` says whether expiration or an early exercise brings shares instead of cash.
    """
    minutes = max(int((closes_at - at).total_seconds() // 60), 0)
    ahead = (
        "held into the close, it may be assigned or exercised into shares, which are not traded here"
        if is_delivered
        else "held into the close, it is settled in cash at the official close"
    )
    return alert_of(
        f"last-call-{position.position_id}-{at.astimezone(NEW_YORK):%Y-%m-%d}",
        AlertLevel.CRITICAL if is_delivered else AlertLevel.HIGH,
        f"{position.bot}: {position.strategy} on {position.underlying} is not closed {minutes} min before the close",
        (
            f"What: {position.remaining_contracts} contracts of {legs_of(position)}, expires {position.expiration}",
            f"Why: {position.exit_reason}, but {position.state}: held back, unpriced, or at the most it can be worth",
            f"How: the exit goes on to the close; {ahead}. Close it at the broker if you want neither",
            POSITIONS,
        ),
        at,
        position.bot,
    )


def near_stop(position: Position, mark: Decimal, stop: Decimal, at: datetime) -> Alert:
    """Tell that a position has gone most of the way to its stop."""
    return alert_of(
        f"near-stop-{position.position_id}-{at.astimezone(NEW_YORK):%Y-%m-%d}",
        AlertLevel.HIGH,
        f"{position.bot}: {position.strategy} on {position.underlying} is near its stop",
        (
            f"What: mark {mark:.2f}, stop {stop:.2f}, entry {position.entry_price}",
            f"Why: {position.exit_rule.stop_warning:.0%} of the way to the stop",
            "How: nothing is done yet; the stop closes it",
            POSITIONS,
        ),
        at,
        position.bot,
    )


def unpriced(position: Position, at: datetime) -> Alert:
    """Tell that an exit waits for a price."""
    return alert_of(
        f"unpriced-{position.position_id}-{position.exit_attempts}",
        AlertLevel.CRITICAL,
        f"{position.bot}: an exit has no price, {position.strategy} on {position.underlying}",
        (
            f"What: {legs_of(position)}",
            f"Why: {position.exit_reason}, but no sound quote in {position.unquoted_runs} runs",
            "How: no price is invented; it waits for a quote, and after the close of its last day it is settled",
            POSITIONS,
        ),
        at,
        position.bot,
    )


def unvalued(position: Position, at: datetime) -> Alert:
    """Tell that an open position cannot be valued, so that neither target nor stop can fire; once an hour."""
    return alert_of(
        f"unvalued-{position.position_id}-{at:%Y-%m-%dT%H}",
        AlertLevel.HIGH,
        f"{position.bot}: a position cannot be valued, {position.strategy} on {position.underlying}",
        (
            f"What: {legs_of(position)}",
            "Why: a quote is missing, unsound, far too wide or minutes old; no target or stop fires on it",
            "How: time exits and closes by hand go on once there is a quote; look at the vendors",
            "Look closer: alphagex check vendors",
        ),
        at,
        position.bot,
    )


def exit_denied(position: Position, denials: Sequence[Denial], at: datetime) -> Alert:
    """Tell that an exit may not leave, with every refusal."""
    told = ", ".join(f"{one.code} {one.value} (limit {one.limit})" for one in denials)
    return alert_of(
        f"exit-denied-{position.position_id}-{'-'.join(one.code for one in denials)}-{at:%Y-%m-%d}",
        AlertLevel.HIGH,
        f"{position.bot}: an exit may not leave, {position.strategy} on {position.underlying}",
        (f"What: {position.exit_reason}", f"Why: {told}", "How: it is tried again at every run", POSITIONS),
        at,
        position.bot,
    )


def broken(position: Position, at: datetime) -> Alert:
    """Tell that a position is not what the broker says."""
    return alert_of(
        f"broken-{position.position_id}-{position.version}",
        AlertLevel.CRITICAL,
        f"{position.bot}: position BROKEN, {position.strategy} on {position.underlying}",
        (
            f"What: {position.remaining_contracts} contracts of {legs_of(position)} ({position.mode})",
            f"Why: {position.note}",
            "How: nothing is guessed and nothing is sent; the bot is REDUCING until an operator has looked",
            POSITIONS,
        ),
        at,
        position.bot,
    )


def foreign_holding(account_id: str, symbol: str, contracts: int, at: datetime) -> Alert:
    """Tell of a holding at the broker that this system never ordered."""
    return alert_of(
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


def shares_delivered(account_id: str, underlying: str, shares: int, sources: Sequence[Position], at: datetime) -> Alert:
    """Tell of shares that an assignment or exercise left in an account, and of the positions they came from."""
    told = "; ".join(
        f"{one.position_id}, {one.bot}, {one.contracts} {one.strategy} of {legs_of(one)}, {one.state}"
        for one in sources
    )
    way, sign = ("sell", "+") if shares > 0 else ("buy back", "-")
    bots = tuple(dict.fromkeys(one.bot for one in sources))
    return alert_of(
        f"shares-{account_id}-{underlying}-{at:%Y-%m-%d}",
        AlertLevel.CRITICAL,
        f"DELIVERED: {sign}{abs(shares):,} shares of {underlying} in account {account_id}",
        (
            f"What: the broker holds {sign}{abs(shares):,} shares of {underlying} that no order of ours traded",
            f"Why: assigned, or exercised at expiration; from {told}",
            f"How: {way} them at the broker: no share is traded here; a settled result ends at the official close",
            f"Look closer: alphagex trades --bot {bots[0]}; the broker's positions",
        ),
        at,
        bots[0] if len(bots) == 1 else None,
    )


def item_set_aside(bot: Bot, key: str, facts: str, at: datetime) -> Alert:
    """Tell of a stored item that this version cannot read, with the raw facts; once a day, whoever still writes it."""
    return alert_of(
        f"aside-{bot}-{key}-{at.astimezone(NEW_YORK):%Y-%m-%d}",
        AlertLevel.CRITICAL,
        f"BROKEN: {bot} has an item that cannot be read: {key}",
        (
            f"What: {facts}",
            "Why: written by a newer version, or damaged",
            "How: it is set aside and never overwritten; its legs are not compared; no entries, exits go on",
            f"Look closer: alphagex doctor; table positions, ACCT#{bot}, {key}",
        ),
        at,
        bot,
    )


def could_not_watch(bot: Bot, problem: str, at: datetime) -> Alert:
    """Tell that a run could not look after a bot or one of its positions, once an hour for each kind of problem.

    The kind is what stands before the first colon.
    """
    return alert_of(
        f"unwatched-{bot}-{problem.partition(':')[0]}-{at:%Y-%m-%dT%H}",
        AlertLevel.HIGH,
        f"{bot}: a monitor run could not finish",
        (
            f"What: {problem}",
            "Why: see the log",
            "How: the next run tries again",
            LOG,
        ),
        at,
        bot,
    )
