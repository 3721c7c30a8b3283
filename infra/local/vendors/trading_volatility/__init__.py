"""Trading Volatility on the wire: the version 2 envelope and the strings of version 1."""
