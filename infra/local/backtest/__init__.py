"""The backtest on a laptop: its market and its report."""
