"""What one run knows so far: each bot's configuration and live state, and the accounts they trade in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from shared.domain.accounts import AccountWatch, account_id_of, account_of
from shared.domain.vocabulary import Bot, TradingMode

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from shared.domain.book import LiveState
    from shared.domain.config import BotConfig
    from shared.domain.orders import Intent
    from shared.domain.ports import Broker
    from shared.domain.positions import Position


@dataclass(frozen=True, slots=True)
class Account:
    """One account at a broker, with every bot that has something in it."""

    mode: TradingMode
    account_id: str
    broker: Broker
    bots: tuple[Bot, ...]


@dataclass(slots=True)
class Sight:
    """The bots as read in this run, and when each live state was; one that could not be read is absent."""

    configs: dict[Bot, BotConfig] = field(default_factory=dict)
    lives: dict[Bot, LiveState] = field(default_factory=dict)
    read_at: dict[Bot, datetime] = field(default_factory=dict)

    @property
    def is_whole(self) -> bool:
        """Whether every bot could be read: only then is the book comparable."""
        return set(self.lives) == set(Bot)

    def watch(self, mode: TradingMode, account_id: str) -> AccountWatch:
        """Return what the last run left to this one."""
        empty = AccountWatch(account_id=account_id, mode=mode)
        known = (watch for live in self.lives.values() for watch in live.accounts)
        return next((watch for watch in known if watch.name == empty.name), empty)

    def positions(self, account: Account) -> tuple[Position, ...]:
        """Return all positions that lie in an account."""
        return tuple(
            position
            for live in self.lives.values()
            for position in live.positions
            if self._lies_in(position.bot, position.mode, account_of(position)) == (account.mode, account.account_id)
        )

    def intents(self, account: Account, bot: Bot) -> tuple[Intent, ...]:
        """Return a bot's live intents whose order goes to an account."""
        return self._of(account, bot, self.lives[bot].intents)

    def watched(self, account: Account, bot: Bot) -> tuple[Intent, ...]:
        """Return a bot's given-up intents whose order could turn up in an account."""
        return self._of(account, bot, self.lives[bot].watched)

    def _of(self, account: Account, bot: Bot, intents: Iterable[Intent]) -> tuple[Intent, ...]:
        places = {held.position_id: account_of(held) for held in self.lives[bot].positions}
        return tuple(
            intent
            for intent in intents
            if self._lies_in(bot, intent.mode, places.get(intent.position_id)) == (account.mode, account.account_id)
        )

    def _lies_in(self, bot: Bot, mode: TradingMode, account_id: str | None) -> tuple[TradingMode, str | None]:
        return mode, account_id or account_id_of(self.configs[bot], mode)

    def accounts(self) -> dict[tuple[TradingMode, str], tuple[Bot, ...]]:
        """Return the accounts to reconcile, by mode and id, each with its bots.

        They are all with something of ours in it, and those traded outside our table.
        """
        users: dict[tuple[TradingMode, str], list[Bot]] = {}
        for bot, live in self.lives.items():
            config = self.configs[bot]
            places = {self._lies_in(bot, one.mode, account_of(one)) for one in live.positions}
            held = {one.position_id for one in live.positions}
            loose = (one for one in (*live.intents, *live.watched) if one.position_id not in held)
            places |= {self._lies_in(bot, one.mode, None) for one in loose}
            if config.mode is not TradingMode.PAPER:
                places.add((config.mode, account_id_of(config, config.mode)))
            for mode, account_id in sorted(places, key=str):
                if account_id is not None:
                    users.setdefault((mode, account_id), []).append(bot)
        return {place: tuple(bots) for place, bots in users.items()}
