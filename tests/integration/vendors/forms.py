"""Order forms of the tests; quotes of the scripted market: 260 put 0.54/0.64, 265 put 1.73/1.83, a week on Friday."""

SHORT_PUT = "SPY180119P00265000"
LONG_PUT = "SPY180119P00260000"
SHORT_CALL = "SPY180119C00275000"
LONG_CALL = "SPY180119C00280000"


def package(order_type: str, price: str | None, *legs: tuple[str, str, int], tag: str | None = None) -> dict[str, str]:
    """Return the form of a multileg order on SPY."""
    form = {"class": "multileg", "symbol": "SPY", "type": order_type, "duration": "day"}
    for index, (symbol, side, quantity) in enumerate(legs):
        form |= {f"option_symbol[{index}]": symbol, f"side[{index}]": side, f"quantity[{index}]": str(quantity)}
    if price is not None:
        form["price"] = price
    return form if tag is None else {**form, "tag": tag}


def put_spread(price: str, contracts: int = 1, *, tag: str | None = None) -> dict[str, str]:
    """Sell the 265/260 put spread at a credit; it is quoted 1.09 natural, 1.19 in the middle."""
    legs = (SHORT_PUT, "sell_to_open", contracts), (LONG_PUT, "buy_to_open", contracts)
    return package("credit", price, *legs, tag=tag)


def buy_back(price: str, contracts: int = 1, *, tag: str | None = None) -> dict[str, str]:
    """Buy the same spread back at a debit; it is quoted 1.29 natural."""
    legs = (SHORT_PUT, "buy_to_close", contracts), (LONG_PUT, "sell_to_close", contracts)
    return package("debit", price, *legs, tag=tag)


def condor(price: str, contracts: int = 1) -> dict[str, str]:
    """Sell the 260/265/275/280 iron condor at a credit."""
    legs = (
        (SHORT_PUT, "sell_to_open", contracts),
        (LONG_PUT, "buy_to_open", contracts),
        (SHORT_CALL, "sell_to_open", contracts),
        (LONG_CALL, "buy_to_open", contracts),
    )
    return package("credit", price, *legs)


def single(symbol: str, side: str, quantity: int = 1, **more: str) -> dict[str, str]:
    """Trade one contract on SPY at the market."""
    form = {"class": "option", "symbol": "SPY", "option_symbol": symbol, "side": side, "quantity": str(quantity)}
    return {**form, "type": "market", "duration": "day", **more}
