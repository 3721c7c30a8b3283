"""A recorded run behind the ports that the views read, as it stood at any moment of it."""

import json
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from infra.local.errors import LocalStageError
from infra.local.model_market import ModelMarket
from infra.local.recording import Recording
from shared.domain.book import LiveState, Trip
from shared.domain.config import BotConfig, SystemConfig, bot_config
from shared.domain.decisions import Decision
from shared.domain.ledgers import Ledger
from shared.domain.market import Snapshot
from shared.domain.positions import ClosedTrade, Position, PositionState
from shared.domain.sessions import new_york_date
from shared.domain.statistics import StrategyStatistics
from shared.domain.vocabulary import Bot, Strategy, TradingMode, TradingState
from shared.phases import feedback
from shared.views.sources import Sources

NEAR: Final = timedelta(minutes=59)
"""How long before a wanted moment a snapshot still stands for it: a demo looks once an hour."""
ZERO: Final = Decimal(0)


class RecordedStage:
    """All ports of one run, standing still at one moment; the switch alone can be moved, and only here."""

    def __init__(self, recording: Recording, at: datetime | None = None) -> None:
        """Stand at the last snapshot up to a moment, by default the last of all.

        Raises:
            LocalStageError: the moment lies before the run.
        """
        seen = [one.at for one in recording.snapshots if at is None or one.at <= at]
        if not seen:
            first = recording.snapshots[0].at
            raise LocalStageError(f"--at {at:%Y-%m-%d} lies before the run", f"choose from {first:%Y-%m-%d} on")
        self._recording = recording
        self._now = seen[-1]
        self._market = ModelMarket(recording.seed, self._now)
        self.switch = _switch(recording, new_york_date(self._now))
        changes = json.loads(recording.document)
        self._configs = {bot: bot_config(bot, changes) for bot in Bot}
        self._trades = tuple(
            sorted((one for one in recording.trades if one.closed_at <= self._now), key=lambda one: one.closed_at)
        )
        self._snapshots: dict[str, list[Snapshot]] = defaultdict(list)
        for one in recording.snapshots:
            if one.at <= self._now:
                self._snapshots[one.underlying].append(one)
        self._times = {name: [one.at for one in found] for name, found in self._snapshots.items()}
        self._decisions: dict[tuple[Bot, date], list[Decision]] = defaultdict(list)
        for decision in recording.decisions:
            if decision.at <= self._now:
                self._decisions[decision.bot, new_york_date(decision.at)].append(decision)

    @property
    def sources(self) -> Sources:
        """What the views read."""
        return Sources(
            stage=self._recording.stage,
            clock=self,
            parameters=lambda: self,
            book=self,
            decisions=self,
            snapshots=self,
            history=self,
            trips=self,
            heartbeat=self,
            quotes=lambda: self._market,
            gamma_rows=lambda: self._market,
        )

    def now(self) -> datetime:
        """Return the moment at which the run stands."""
        return self._now

    def bot(self, bot: Bot) -> BotConfig:
        """Return the configuration of the run."""
        return self._configs[bot]

    def system(self) -> SystemConfig:
        """Return the stage's configuration: the defaults."""
        return SystemConfig()

    def state(self) -> TradingState:
        """Return the switch."""
        return self.switch

    def of_day(self, bot: Bot, day: date) -> tuple[Decision, ...]:
        """Return a bot's decisions of a New York date, oldest first."""
        return tuple(self._decisions.get((bot, day), ()))

    def latest(self, underlying: str) -> Snapshot | None:
        """Return the newest snapshot."""
        found = self._snapshots[underlying]
        return found[-1] if found else None

    def at_moments(self, underlying: str, moments: Sequence[datetime]) -> tuple[Snapshot, ...]:
        """Return the snapshots of these moments or of shortly before, oldest first."""
        found, times = self._snapshots[underlying], self._times.get(underlying, [])
        chosen = {}
        for moment in moments:
            place = bisect_right(times, moment) - 1
            if place >= 0 and moment - times[place] <= NEAR:
                chosen[times[place]] = found[place]
        return tuple(chosen[at] for at in sorted(chosen))

    def live(self, bot: Bot) -> LiveState:
        """Return what was open at the moment, and the ledger that the closed trades make."""
        held = tuple(one for one in map(self._as_it_was, self._recording.positions) if one and one.bot is bot)
        mode = self.bot(bot).mode
        return LiveState(bot=bot, positions=held, ledgers=(self._ledger(bot, mode, held),))

    def _as_it_was(self, position: Position) -> Position | None:
        if position.opened_at is None or position.opened_at > self._now:
            return None
        if not position.state.is_final:
            return position
        is_over = any(trade.position_id == position.position_id for trade in self._trades)
        if is_over or position.state is PositionState.ABANDONED:
            return None
        undone = {"state": PositionState.OPEN, "closed_contracts": 0, "exit_reason": None, "closing_intent": None}
        return position.model_copy(update=undone)

    def _ledger(self, bot: Bot, mode: TradingMode, held: Sequence[Position]) -> Ledger:
        today = new_york_date(self._now)
        own = [trade for trade in self._trades if trade.bot is bot]
        running = peak = ZERO
        for trade in own:
            running += trade.pnl
            peak = max(peak, running)
        return Ledger(
            bot=bot,
            mode=mode,
            open_count=len(held),
            open_risk=sum((one.total_risk for one in held), ZERO),
            realized_pnl=running,
            peak_pnl=peak,
            day=today,
            day_pnl=sum((one.pnl for one in own if new_york_date(one.closed_at) == today), ZERO),
        )

    def closed_trades(self, mode: TradingMode, strategy: Strategy, since: datetime) -> tuple[ClosedTrade, ...]:
        """Return the trades closed since a moment, oldest first."""
        return tuple(
            one for one in self._trades if one.mode is mode and one.strategy is strategy and one.closed_at >= since
        )

    def all_statistics(self, mode: TradingMode) -> Mapping[Strategy, StrategyStatistics]:
        """Return the stored statistics at the end of the run, and before it those that its trades give."""
        if self._now == self._recording.at:
            return {one.strategy: one for one in self._recording.statistics if one.mode is mode}
        rules, found = SystemConfig().feedback, {}
        for strategy in Strategy:
            trades = self.closed_trades(mode, strategy, feedback.window_start(self._now, rules))
            if len(trades) >= rules.min_trades:
                found[strategy] = feedback.statistics(mode, strategy, trades, self._now)
        return found

    def read(self, bot: Bot) -> tuple[Trip, ...]:
        """Return the trips that concern a bot."""
        return tuple(one for one in self._recording.trips if one.scope in (bot, "ALL") and one.at <= self._now)

    def last(self) -> tuple[datetime, Mapping[str, str]] | None:
        """Return the last sign of life up to the moment: who beat later was alive at the moment itself."""
        beat = self._recording.beat
        return None if beat is None else (min(beat, self._now), {})


def _switch(recording: Recording, day: date) -> TradingState:
    """Return the user's switch on a date: what it was set to last."""
    return next((state for since, state in reversed(recording.flips) if since <= day), TradingState.ACTIVE)
