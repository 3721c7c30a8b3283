"""What monitor says in figures of a stage whose bots trade in different modes."""

from collections.abc import Mapping
from decimal import Decimal

import pytest

from functions.monitor.report import figures
from shared.domain.config import BotConfig, SystemConfig
from shared.domain.measures import Measure
from shared.domain.vocabulary import Bot, TradingMode
from tests.builders import config, ledger, live

LIVE = {"mode": "live", "confirmed_account": "VA1"}


class Documents:
    """A configuration made of these changes."""

    def __init__(self, changes: Mapping[Bot, Mapping[str, object]]) -> None:
        self._changes = changes

    def bot(self, bot: Bot) -> BotConfig:
        return config(bot, **self._changes.get(bot, {}))

    def system(self) -> SystemConfig:
        return SystemConfig()


@pytest.mark.parametrize(
    ("documents", "equity", "risk"),
    [
        pytest.param({}, 1_125_000 + 300, 30, id="all on paper"),
        pytest.param({Bot.SOLOMON: LIVE}, 25_000 - 50, 5, id="one live: its capital, its result, its risk"),
        pytest.param({Bot.SOLOMON: LIVE, Bot.ATLAS: {"mode": "sandbox"}}, 25_000 - 50, 5, id="three modes"),
    ],
)
def test_equity_and_open_risk_are_of_the_gravest_mode_in_use(
    documents: Mapping[Bot, Mapping[str, object]], equity: float, risk: float
) -> None:
    paper = {"realized_pnl": Decimal(100), "open_risk": Decimal(10)}
    real = {"realized_pnl": Decimal(-50), "open_risk": Decimal(5), "mode": TradingMode.LIVE}
    seen = {bot: live(bot, ledgers=(ledger(bot, **paper), ledger(bot, **real))) for bot in Bot}
    found = figures(seen, Documents(documents), ())
    assert (found[Measure.EQUITY], found[Measure.OPEN_RISK]) == (equity, risk)
