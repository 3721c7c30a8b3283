"""The broker of a run: what fills cost against mid."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from shared.backtest.market import MarketModel
from shared.backtest.runner.broker import RunBroker
from shared.backtest.runner.market import ModelMarket
from shared.domain.config import SystemConfig, bot_config
from shared.domain.orders import Order, OrderLeg, OrderSide, PriceEffect
from shared.domain.vocabulary import Bot
from tests.unit.backtest.moments import new_york

AT = new_york(date(2018, 1, 16), 11)
CALL = "SPY180316C00280000"
CONTRACTS = 4


def bought(contracts: int) -> Order:
    leg = OrderLeg(option_symbol=CALL, side=OrderSide.BUY_TO_OPEN)
    return Order(underlying="SPY", legs=(leg,), contracts=contracts, effect=PriceEffect.DEBIT, limit_price=Decimal(20))


@pytest.mark.parametrize("at_once", [1, 3, CONTRACTS])
def test_a_part_of_a_fill_costs_what_it_lies_off_mid_once(market: MarketModel, at_once: int) -> None:
    """Each part fills a quarter of the spread above its own mid, rounded up to the cent."""
    quoted = ModelMarket(market, SystemConfig())
    broker = RunBroker(bot_config(Bot.SOLOMON, {"paper": {"contracts_at_once": at_once}}), quoted)
    broker.submit(bought(CONTRACTS), "agx-1", AT)
    expected, left = Decimal(0), CONTRACTS
    for minute in range(CONTRACTS + 1):
        now = AT + timedelta(minutes=minute)
        part = min(at_once, left)
        if part:
            quote = quoted.option_quotes([CALL], now)[CALL]
            assert quote.mid is not None
            assert quote.spread is not None
            paid = (quote.mid + quote.spread / 4).quantize(Decimal("0.01"), "ROUND_CEILING")
            expected += (paid - quote.mid) * 100 * part
            left -= part
        broker.orders(now)
    assert broker.slippage == pytest.approx(expected, abs=Decimal("1e-9"))
