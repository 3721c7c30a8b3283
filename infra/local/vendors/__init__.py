"""The three vendors as HTTP simulators on loopback: Tradier, Polygon (Massive) and Trading Volatility.

They share nothing with the clients in `shared.adapters`: each side is checked against the documented wire on its
own. A market and a clock are given from outside; a control endpoint breaks things on demand and tells the truth.
"""
