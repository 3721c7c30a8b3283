"""What the runner reads of a market: snapshots judged by phase 1, chains, quotes and official closes."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final, NamedTuple, Protocol

from shared.backtest.gamma_tape import GammaTape
from shared.backtest.market import VIX, MarketModel
from shared.backtest.rows import BareQuote, ModelQuote, Wanted
from shared.backtest.runner.snapshot_tape import SnapshotTape
from shared.domain.config import SystemConfig
from shared.domain.errors import InvalidValueError
from shared.domain.market import BrokerClock, DailyBar, Reading, Snapshot
from shared.domain.options import OptionQuote, parse_option_symbol
from shared.domain.readings import Readings, UnderlyingReadings
from shared.domain.sessions import is_open, new_york_date
from shared.domain.vocabulary import Source
from shared.phases.collection import MA_LONG, snapshots

BARS_KEPT: Final = MA_LONG
"""Sessions of an underlying that phase 1 is given: all that a decision reads; RSI and MACD settle on them."""

SNAPSHOTS_KEPT: Final = 40_000
"""Snapshots that a market remembers, for runs that ask for the same moments again."""


class Market(Protocol):
    """A market that can be asked about any moment."""

    def snapshot(self, underlying: str, at: datetime) -> Snapshot:
        """Return what phase 1 makes of a minute."""

    def expirations(self, underlying: str, on: date) -> tuple[date, ...]:
        """Return the listed expirations, ascending."""

    def option_chain(
        self, underlying: str, expiration: date, at: datetime, wanted: Wanted | None = None
    ) -> tuple[OptionQuote, ...]:
        """Return the contracts of one expiration, all or those that are wanted."""

    def option_quotes(self, option_symbols: Sequence[str], at: datetime) -> Mapping[str, OptionQuote]:
        """Return what is quoted, by OCC symbol."""

    def spot(self, underlying: str, at: datetime) -> Decimal:
        """Return the price of an underlying."""

    def official_close(self, underlying: str, day: date) -> Decimal | None:
        """Return the official close of a session."""

    @property
    def days(self) -> tuple[date, ...]:
        """The sessions on which decisions can be made."""


class _Quoted(NamedTuple):
    """What is held, as quoted at one moment: broker, exits and equity ask for the same."""

    at: datetime | None
    quotes: dict[str, OptionQuote | None]


class ModelMarket:
    """The market model as the phases see it: exact decimals and the vendors' words."""

    def __init__(
        self,
        model: MarketModel,
        system: SystemConfig,
        tape: GammaTape | None = None,
        seen: SnapshotTape | None = None,
        snapshots_kept: int = SNAPSHOTS_KEPT,
    ) -> None:
        """Take the model, the stage's configuration, what was worked out before, and how much to remember."""
        self._model = model
        self._system = system
        self._tape = tape if tape is not None else GammaTape(model)
        self._seen = seen
        self._snapshots_kept = snapshots_kept
        self._bars: dict[str, tuple[DailyBar, ...]] = {}
        self._finished: dict[str, tuple[tuple[int, int], tuple[DailyBar, ...]]] = {}
        self._snapshots: dict[tuple[str, datetime], Snapshot] = {}
        self._held = _Quoted(None, {})

    @property
    def days(self) -> tuple[date, ...]:
        """The sessions whose IV rank has a whole window behind it."""
        return self._model.history.days[self._system.iv_window :]

    def snapshot(self, underlying: str, at: datetime) -> Snapshot:
        """Return what phase 1 makes of a minute; the exposure is that of its five minutes."""
        known = self._snapshots.get((underlying, at))
        if known is None:
            known = self._snapshot(underlying, at)
            if len(self._snapshots) < self._snapshots_kept:
                self._snapshots[underlying, at] = known
        return known

    def _snapshot(self, underlying: str, at: datetime) -> Snapshot:
        known = self._seen.read(underlying, at) if self._seen is not None else None
        if known is not None:
            return known
        (judged,) = snapshots(self.readings((underlying,), at), self._system)
        if self._seen is not None:
            self._seen.keep(judged, at)
        return judged

    def readings(self, underlyings: Sequence[str], at: datetime) -> Readings:
        """Return what the vendors would say in a minute."""
        said = tuple(self._underlying(name, at) for name in underlyings)
        _, vix = self._tape.level(underlyings[0], at)
        return Readings(
            at=at,
            vix=Reading(value=Decimal(repr(vix)), as_of=at, source=Source.POLYGON),
            vix_bars=self._daily(VIX, at, self._system.iv_window),
            clock=BrokerClock(now=at, is_open=is_open(at)),
            underlyings=said,
        )

    def _underlying(self, underlying: str, at: datetime) -> UnderlyingReadings:
        gamma = self._tape.reading(underlying, at)
        return UnderlyingReadings(
            underlying=underlying,
            spot=Reading(value=self.spot(underlying, at), as_of=at, source=Source.TRADIER),
            gamma=gamma,
            bars=self._daily(underlying, at, BARS_KEPT),
        )

    def expirations(self, underlying: str, on: date) -> tuple[date, ...]:
        """Return the listed expirations, ascending."""
        return self._model.expirations(underlying, on)

    def option_chain(
        self, underlying: str, expiration: date, at: datetime, wanted: Wanted | None = None
    ) -> tuple[OptionQuote, ...]:
        """Return the contracts of one expiration, all or those that are wanted."""
        model = self._model
        rows: Sequence[ModelQuote | BareQuote]
        if wanted is None:
            rows = model.chain(underlying, expiration, at)
        else:
            rows = model.wanted(underlying, expiration, at, wanted)
        return tuple(self._quoted(row, at) for row in rows)

    def option_quotes(self, option_symbols: Sequence[str], at: datetime) -> Mapping[str, OptionQuote]:
        """Return what is quoted of contracts that are held, by OCC symbol."""
        if self._held.at != at:
            self._held = _Quoted(at, {})
        held = self._held.quotes
        for symbol in option_symbols:
            if symbol not in held:
                row = self._model.held_quote(symbol, at)
                held[symbol] = None if row is None else self._quoted(row, at)
        return {symbol: quote for symbol in option_symbols if (quote := held[symbol]) is not None}

    def spot(self, underlying: str, at: datetime) -> Decimal:
        """Return the price of an underlying."""
        return Decimal(repr(self._tape.level(underlying, at)[0]))

    def official_close(self, underlying: str, day: date) -> Decimal | None:
        """Return the official close of a session, None where there was none."""
        try:
            return Decimal(repr(self._model.official_close(underlying, day)))
        except InvalidValueError:
            return None

    def _daily(self, symbol: str, at: datetime, count: int) -> tuple[DailyBar, ...]:
        """Return the last finished sessions before a day, the newest last; on one day the very same object."""
        end = self._model.history.index_at(new_york_date(at) - timedelta(days=1)) + 1
        place = max(end - count, 0), end
        known = self._finished.get(symbol)
        if known is not None and known[0] == place:
            return known[1]
        if symbol not in self._bars:
            self._bars[symbol] = tuple(self._bar(symbol, row) for row in range(len(self._model.history.days)))
        bars = self._bars[symbol][slice(*place)]
        self._finished[symbol] = place, bars
        return bars

    def _bar(self, symbol: str, row: int) -> DailyBar:
        """Return one bar; of the VIX phase 1 reads the close only."""
        day = self._model.history.days[row]
        if symbol == VIX:
            close = Decimal(repr(self._model.history.vix_closes[row]))
            return DailyBar(day=day, open=close, high=close, low=close, close=close)
        (bar,) = self._model.daily_bars(symbol, day, day)
        values = {name: Decimal(repr(getattr(bar, name))) for name in ("open", "high", "low", "close")}
        return DailyBar(day=day, **values)

    def _quoted(self, row: ModelQuote | BareQuote, at: datetime) -> OptionQuote:
        contract = parse_option_symbol(row.option_symbol)
        return OptionQuote(
            contract,
            Decimal(repr(row.bid)),
            Decimal(repr(row.ask)),
            at,
            row.open_interest,
            row.iv,
            max(-1.0, min(1.0, row.delta)),
            at,
        )
