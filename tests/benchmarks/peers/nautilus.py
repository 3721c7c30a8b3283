"""NautilusTrader: hold while the close is above its 20-day average and that above its 50-day one."""

import csv
import json
import sys
import time
from collections import deque
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from nautilus_trader.backtest.engine import BacktestEngine, BacktestEngineConfig
from nautilus_trader.config import LoggingConfig
from nautilus_trader.model.currencies import USD
from nautilus_trader.model.data import Bar, BarType
from nautilus_trader.model.enums import AccountType, OmsType, OrderSide
from nautilus_trader.model.identifiers import Venue
from nautilus_trader.model.objects import Money, Price, Quantity
from nautilus_trader.test_kit.providers import TestInstrumentProvider
from nautilus_trader.trading.strategy import Strategy

INSTRUMENT = TestInstrumentProvider.equity(symbol="SPX", venue="SIM")
BAR_TYPE = BarType.from_str(f"{INSTRUMENT.id}-1-DAY-LAST-EXTERNAL")


class Trend(Strategy):
    """The same trend as the runner's."""

    def on_start(self) -> None:
        self.closes = deque(maxlen=50)
        self.sums = [0.0, 0.0]
        self.subscribe_bars(BAR_TYPE)

    def on_bar(self, bar: Bar) -> None:
        closes, close = self.closes, float(bar.close)
        self.sums[0] += close - (closes[-20] if len(closes) >= 20 else 0.0)
        self.sums[1] += close - (closes[0] if len(closes) == 50 else 0.0)
        closes.append(close)
        if len(closes) < 50:
            return
        is_up = close > self.sums[0] / 20 > self.sums[1] / 50
        is_flat = self.portfolio.is_flat(INSTRUMENT.id)
        if is_up and is_flat:
            self._order(OrderSide.BUY)
        elif not is_up and not is_flat:
            self._order(OrderSide.SELL)

    def _order(self, side: OrderSide) -> None:
        self.submit_order(self.order_factory.market(INSTRUMENT.id, side, Quantity.from_int(1)))


def bars_of(path: str) -> list[Bar]:
    made = []
    with Path(path).open(newline="") as lines:
        for row in csv.DictReader(lines):
            at = int(datetime.fromisoformat(row["date"]).replace(tzinfo=UTC).timestamp() * 1e9)
            prices = [Price.from_str(f"{Decimal(row[name]):.2f}") for name in ("open", "high", "low", "close")]
            made.append(Bar(BAR_TYPE, *prices, Quantity.from_int(1_000_000), at, at))
    return made


engine = BacktestEngine(BacktestEngineConfig(logging=LoggingConfig(bypass_logging=True)))
engine.add_venue(
    venue=Venue("SIM"),
    oms_type=OmsType.NETTING,
    account_type=AccountType.CASH,
    base_currency=USD,
    starting_balances=[Money(1_000_000, USD)],
)
engine.add_instrument(INSTRUMENT)
bars = bars_of(sys.argv[1])
engine.add_data(bars)
engine.add_strategy(Trend())
begun = time.process_time()
engine.run()
seconds = time.process_time() - begun
trades = len(engine.cache.positions_closed()) + len(engine.cache.position_snapshots())
sys.stdout.write("\n" + json.dumps({"us_per_bar": seconds / len(bars) * 1e6, "trades": trades}) + "\n")
