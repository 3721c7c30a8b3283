"""What every function shares: the phases, the nouns, the adapters, the backtest."""
