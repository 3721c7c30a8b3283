"""One minute of watching under way: the bots as seen, accounts reconciled, orders worked, positions looked after."""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache, partial
from typing import TYPE_CHECKING

from functions.monitor.asked import LATE, UNANSWERED
from functions.monitor.sight import Account
from functions.monitor.standing import standing_alerts
from shared.domain import messages
from shared.domain.accounts import account_of, at_account
from shared.domain.book import WithdrawConfirmation
from shared.domain.config import bot_config
from shared.domain.errors import AlphaGexError, ConflictError, InvalidConfigurationError, StoreError
from shared.domain.sessions import is_open
from shared.domain.vocabulary import Bot, TradingMode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime
    from decimal import Decimal

    from functions.monitor.asked import Asked, Comparison
    from functions.monitor.exits import Scene
    from functions.monitor.sight import Sight
    from functions.monitor.tools import Tools
    from shared.domain.accounts import Confirmation
    from shared.domain.book import LiveState
    from shared.domain.config import BotConfig
    from shared.domain.market import BrokerClock
    from shared.domain.options import OptionQuote
    from shared.domain.orders import Intent
    from shared.domain.ports import Parameters
    from shared.domain.positions import Position
    from shared.domain.vocabulary import TradingState

logger = logging.getLogger(__name__)

ISOLATED = (AlphaGexError, ArithmeticError, LookupError, ValueError)
"""What may go wrong about one account, bot or position without stopping the others."""
KEPT_FOR_EXITS = 25.0
"""Seconds of a run that no account is asked in any more: quotes and an order take no longer."""
STILL_SENDING = timedelta(seconds=30)
"""How long whoever wrote an alert down may be on the way to SNS with it: an unsent one this young is theirs to send."""
UNREADABLE = (*UNANSWERED, StoreError)
"""Why there may be no data: no answer, or no key to ask with."""


def _urgency(intent: Intent) -> tuple[bool, bool]:
    """Put exits first, and last what begins with a question to the broker."""
    from shared.domain.orders import IntentKind, IntentState

    asks = intent.state in (IntentState.REPLACING, IntentState.CANCELING)
    return asks, intent.kind is not IntentKind.EXIT


@dataclass(slots=True)
class Minute:
    """One run under way: what was seen of the bots, and what went wrong about some of them.

    The configuration is as it was when the run began, at ``began``, however long the run lasts.
    """

    tools: Tools
    parameters: Parameters
    sight: Sight
    began: datetime
    problems: list[Exception] = field(default_factory=list)
    unconfigured: set[Bot] = field(default_factory=set)
    late: list[Comparison] = field(default_factory=list)

    @property
    def live(self) -> int:
        """How many positions and intents are live."""
        return sum(len(live.positions) + len(live.intents) for live in self.sight.lives.values())

    def look(self, bots: Iterable[Bot]) -> None:
        """Read the configuration and live state of bots; tell of what cannot be read."""
        for bot in bots:
            try:
                self.sight.configs[bot] = self._config(bot)
                self.sight.read_at[bot] = self.tools.clock.now()
                self.sight.lives[bot] = live = self.tools.book.live(bot)
                self._tend(bot, live)
            except ISOLATED as problem:
                self._trouble(bot, problem)

    def _config(self, bot: Bot) -> BotConfig:
        """Return a bot's configuration; exits need none: their rules are stamped on the positions."""
        known = self.tools.known
        try:
            known[bot] = self.parameters.bot(bot)
            return known[bot]
        except StoreError as problem:
            self._tell(bot, f"configuration: {problem}"[:500])
            self.unconfigured.add(bot)
            return known.get(bot) or bot_config(bot)
        except InvalidConfigurationError as problem:
            alert = messages.invalid_configuration(bot, str(problem), self.tools.clock.now())
            self.tools.alerts.send(alert)
            self.unconfigured.add(bot)
            return bot_config(bot)

    def _tend(self, bot: Bot, live: LiveState) -> None:
        config = self.sight.configs[bot]
        now, alerts = self.tools.clock.now(), self.tools.alerts
        for alert in standing_alerts(live, now):
            alerts.send(alert)
        if live.confirmation is not None and live.confirmation.at < self.began:
            self._withdraw_if_left(config, live.confirmation, now)
        self.tools.breakers.after_failures(config, live)

    def _withdraw_if_left(self, config: BotConfig, confirmation: Confirmation, now: datetime) -> None:
        """Take the word back that a bot may trade live, where its mode is another by now; a newer word stands."""
        if config.mode is TradingMode.LIVE or config.bot in self.unconfigured:
            return
        with suppress(ConflictError):
            self.tools.book.commit("withdraw confirmation", (WithdrawConfirmation(confirmation),))
            self.tools.alerts.send(messages.live_withdrawn(config.bot, config.mode, now))

    def send_unsent(self) -> None:
        """Send what an earlier run could not send, after the exits and no further than the first that fails again."""
        for bot, live in self.sight.lives.items():
            for alert in live.unsent_alerts:
                if self.sight.read_at[bot] - alert.at < STILL_SENDING:
                    continue
                if not self.tools.alerts.resend(alert):
                    return

    def reconcile(self) -> None:
        """Bring the book and every account together; trip what the results call for.

        All brokers are asked at once, and none that is slow to answer uses up the time of the exits.
        """
        for asked in self._asked():
            self._guarded(asked.account.bots[0], partial(self._reconcile, asked))
        self._judge()

    def _asked(self) -> list[Asked]:
        accounts = self._accounts()
        if self.tools.time_left() >= KEPT_FOR_EXITS:
            return [self.tools.accounts.ask(account) for account in accounts]
        for account in accounts:
            self._tell(account.bots[0], f"reconciliation: no time left for account {account.account_id}")
        return []

    def _reconcile(self, asked: Asked) -> None:
        later = self.tools.accounts.reconcile(asked, self.sight, self.tools.time_left() - KEPT_FOR_EXITS)
        if later is not None:
            self.late.append(later)

    def compare_late(self, *, is_last: bool) -> None:
        """Compare the legs of accounts whose balances were slow: no exit ever waited for them.

        Before another look at busy bots (``is_last`` False) nothing is waited for: the legs of then would be
        compared with the book of now.
        """
        for asked, compare in self.late:
            if is_last or asked.has_balances:
                self._guarded(asked.account.bots[0], compare)
            else:
                self._tell(asked.account.bots[0], LATE)
        self.late.clear()

    def _accounts(self) -> tuple[Account, ...]:
        """Open every account; one that cannot be opened hides no other."""
        found = []
        for (mode, account_id), bots in self.sight.accounts().items():
            try:
                broker = self.tools.broker(at_account(self.sight.configs[bots[0]], account_id), mode)
            except ISOLATED as problem:
                self._trouble(bots[0], problem)
            else:
                found.append(Account(mode, account_id, broker, bots))
        return tuple(found)

    def _judge(self) -> None:
        """Trip by what stands in the ledgers now: a close may have been booked by anybody, in any run."""
        judge = self.tools.breakers.judge
        whose = next(iter(self.sight.lives), Bot.ATLAS)
        self._guarded(whose, partial(judge, self.parameters, self.sight.configs, self.sight.lives))

    def again(self, bots: tuple[Bot, ...]) -> tuple[Bot, ...]:
        """Look again at busy bots: only their orders are read, their holdings wait for the next run."""
        self.look(bots)
        for account in self._accounts():
            if set(account.bots) & set(bots):
                self._guarded(account.bots[0], partial(self._match, account))
        self._judge()
        return self.watch(bots, is_first=False)

    def _match(self, account: Account) -> None:
        try:
            self.tools.accounts.match(account, self.sight, account.broker.orders(), None)
        except UNANSWERED as problem:
            self._tell(account.bots[0], f"orders: {problem}")

    def watch(self, bots: Iterable[Bot], *, is_first: bool = True) -> tuple[Bot, ...]:
        """Look after the positions of bots, then work their orders; return those to look at again in seconds.

        What must be closed is closed before any order is moved: a broker may be slow to change one.
        """
        wanted = [bot for bot in bots if bot in self.sight.lives]
        if not is_open(self.tools.clock.now()):
            for bot in wanted:
                self._settle(bot)
            return ()
        from functions.monitor.exits import Scene

        quotes = self._quotes(wanted)
        clock, spot = cache(self._broker_clock), cache(self._spot)
        busy = []
        for bot in wanted:
            scene = Scene(quotes, spot, cache(partial(self._state, bot)), clock, is_first)
            config, positions = self.sight.configs[bot], self.sight.lives[bot].positions
            looked = [self._look_after(config, position, scene) for position in positions]
            busy += [bot] if any(looked) else []
        for bot in wanted:
            self._work(bot, quotes)
        return tuple(busy)

    def _state(self, bot: Bot) -> TradingState:
        return self.tools.breakers.effective(bot, self.parameters.state())

    def _work(self, bot: Bot, quotes: Mapping[str, OptionQuote]) -> None:
        """Work the orders of a bot."""
        config, live, tools = self.sight.configs[bot], self.sight.lives[bot], self.tools
        places = {held.position_id: account_of(held) for held in live.positions}

        def work(intent: Intent) -> None:
            broker = tools.broker(at_account(config, places.get(intent.position_id)), intent.mode)
            tools.walker.work(config, live, intent, broker, quotes, partial(self._state, bot))

        for intent in sorted(live.intents, key=_urgency):
            self._guarded(bot, partial(work, intent))

    def _look_after(self, config: BotConfig, position: Position, scene: Scene) -> bool:
        try:
            return self.tools.exits.look_after(config, position, scene)
        except ISOLATED as problem:
            self._trouble(position.bot, problem)
            return False

    def _settle(self, bot: Bot) -> None:
        for position in self.sight.lives[bot].positions:
            config, live = self.sight.configs[bot], self.sight.lives[bot]
            try:
                if self.tools.exits.settle(config, live, position):
                    self.sight.lives[bot] = self.tools.book.live(bot)
                    self._judge()
            except ISOLATED as problem:
                self._trouble(bot, problem)

    def _quotes(self, bots: Iterable[Bot]) -> Mapping[str, OptionQuote]:
        """Read the quotes of all legs of all positions in one batch."""
        wanted = {
            leg.option_symbol for bot in bots for position in self.sight.lives[bot].positions for leg in position.legs
        }
        try:
            return self.tools.quotes.option_quotes(sorted(wanted)) if wanted else {}
        except UNREADABLE as problem:
            for bot in bots:
                if self.sight.lives[bot].positions:
                    self._tell(bot, f"quotes: {problem}")
            return {}

    def _spot(self, underlying: str) -> Decimal | None:
        try:
            found = self.tools.quotes.quotes((underlying,)).get(underlying)
        except UNREADABLE:
            return None
        return None if found is None else found.last

    def _broker_clock(self) -> BrokerClock | None:
        try:
            return self.tools.market_clock.clock()
        except UNREADABLE:
            return None

    def _guarded(self, bot: Bot, work: Callable[[], None]) -> None:
        try:
            work()
        except ISOLATED as problem:
            self._trouble(bot, problem)

    def _trouble(self, bot: Bot, problem: Exception) -> None:
        if isinstance(problem, ConflictError) and not self.tools.conflicts.noted_again(bot, self.began):
            logger.warning("%s: another run was first; the next look goes on from there: %s", bot, problem)
            return
        self.problems.append(problem)
        self._tell(bot, f"{type(problem).__name__}: {problem}"[:500])

    def _tell(self, bot: Bot, problem: str) -> None:
        self.tools.alerts.send(messages.could_not_watch(bot, problem, self.tools.clock.now()))
