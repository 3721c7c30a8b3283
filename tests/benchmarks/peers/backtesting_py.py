"""backtesting.py: hold while the close is above its 20-day average and that above its 50-day one."""

import json
import sys
import time
import warnings
from typing import Any

import pandas as pd
from backtesting import Backtest, Strategy

warnings.filterwarnings("ignore")


def average(values: Any, days: int) -> Any:
    return pd.Series(values).rolling(days).mean()


class Trend(Strategy):
    """The same trend as the runner's."""

    def init(self) -> None:
        self.short = self.I(average, self.data.Close, 20)
        self.long = self.I(average, self.data.Close, 50)

    def next(self) -> None:
        is_up = self.data.Close[-1] > self.short[-1] > self.long[-1]
        if is_up and not self.position:
            self.buy()
        elif not is_up and self.position:
            self.position.close()


bars = pd.read_csv(sys.argv[1], index_col="date", parse_dates=True)
bars.columns = [name.title() for name in bars.columns]
run = Backtest(bars, Trend, cash=1_000_000, commission=0.0)
run.run()
begun = time.process_time()
result = run.run()
seconds = time.process_time() - begun
sys.stdout.write(json.dumps({"us_per_bar": seconds / len(bars) * 1e6, "trades": int(result["# Trades"])}) + "\n")
