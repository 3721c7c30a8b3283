"""Quotes and chains of a recorded run, asked anew of the market model that its simulated vendors spoke for."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from threading import Lock

from infra.local import market_clock
from shared.backtest.history import History
from shared.backtest.market import MarketModel
from shared.backtest.rows import ModelQuote
from shared.domain.config import SystemConfig
from shared.domain.gamma import GammaRow
from shared.domain.options import OptionQuote, parse_option_symbol
from shared.domain.sessions import is_monthly_expiration, new_york_date


class ModelMarket:
    """The market of one seed at one moment; the same seed, the same quotes."""

    def __init__(self, seed: int, at: datetime) -> None:
        """Stand at this moment; out of hours its last prices stand still."""
        self._model = MarketModel(History.embedded(), seed=seed)
        self._at = market_clock.last_traded(at)
        self._one_at_a_time = Lock()

    def option_quotes(self, option_symbols: Sequence[str]) -> Mapping[str, OptionQuote]:
        """Return the quotes of the moment; an unknown symbol is absent."""
        with self._one_at_a_time:
            found = {symbol: self._model.option_quote(symbol, self._at) for symbol in option_symbols}
        return {symbol: self._quote(quote) for symbol, quote in found.items() if quote is not None}

    def rows(
        self,
        underlying: str,
        spot: Decimal,  # noqa: ARG002 - the model knows it
        now: datetime,
        config: SystemConfig,
    ) -> tuple[Sequence[GammaRow], datetime]:
        """Return the rows of the expirations that the fallback of collect would take."""
        with self._one_at_a_time:
            return self._rows(underlying, new_york_date(now), config), self._at

    def _rows(self, underlying: str, today: date, config: SystemConfig) -> list[GammaRow]:
        near = [
            day for day in self._model.expirations(underlying, today) if 0 <= (day - today).days <= config.gamma_days
        ]
        weighty = sorted(near, key=lambda day: (not is_monthly_expiration(day), day))[: config.gamma_expirations - 1]
        return [
            GammaRow(one.strike, one.expiration, one.is_call, one.iv, one.open_interest)
            for day in weighty
            for one in self._model.chain(underlying, day, self._at)
            if one.open_interest > 0 and one.iv > 0
        ]

    def _quote(self, quote: ModelQuote) -> OptionQuote:
        return OptionQuote(
            contract=parse_option_symbol(quote.option_symbol),
            bid=Decimal(f"{quote.bid:.2f}"),
            ask=Decimal(f"{quote.ask:.2f}"),
            as_of=self._at,
            open_interest=quote.open_interest,
            iv=quote.iv,
            delta=quote.delta,
        )
