"""The composition root that the functions share: each port gets its adapter here, once, when first asked for.

What only some functions ask for is imported then: what nobody asks for makes no cold start longer.
"""

from __future__ import annotations

import uuid
from functools import cached_property
from typing import TYPE_CHECKING, Final

from shared.adapters.aws import Aws
from shared.adapters.clock import clock_for
from shared.adapters.dynamodb.alert_log import DynamoDbAlertLog
from shared.adapters.later import later
from shared.adapters.run_time import RunTime
from shared.adapters.sns import SnsAlerts
from shared.adapters.ssm import SsmConfiguration, SsmParameters, SsmSecrets
from shared.domain.errors import CredentialsError
from shared.domain.vocabulary import Bot, TradingMode, TradingState, stricter
from shared.stores import Stores

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from shared.adapters.journal import Journal
    from shared.adapters.market_data import MarketData
    from shared.desk import Desk
    from shared.domain.book import Flip
    from shared.domain.config import BotConfig
    from shared.domain.ports import (
        Alerts,
        Broker,
        Chains,
        Clock,
        DecisionLog,
        Events,
        Feeds,
        GammaRows,
        Parameters,
        Quotes,
        VendorBudgets,
    )
    from shared.operator import Operator
    from shared.settings import Environment
    from shared.vendors import Vendors
    from shared.views.sources import Sources


THREADS: Final = 4


class Stage(Stores):
    """One deployed trader: its stores, parameters, vendors and broker accounts."""

    def __init__(self, settings: Environment, aws: Aws | None = None, journal: Journal | None = None) -> None:
        """Compose for this environment, over this AWS; nothing is connected yet.

        ``journal`` hears what becomes of orders and positions.
        """
        super().__init__(settings, aws or Aws(), journal)
        self.run_time = RunTime()

    @property
    def name(self) -> str:
        """The stage's name."""
        return self._settings.stage

    @cached_property
    def clock(self) -> Clock:
        """The time."""
        return clock_for(self._settings.clock_file)

    @cached_property
    def _ssm(self) -> SsmParameters:
        return SsmParameters(self._aws.ssm(), self._settings.stage)

    @cached_property
    def _secrets(self) -> SsmSecrets:
        return SsmSecrets(self._ssm)

    def parameters(self) -> Parameters:
        """Open configuration and switch for one run."""
        return SsmConfiguration(self._ssm)

    def last_flip(self) -> Flip:
        """Return who set the user's switch last, when and why. Raises StoreError where SSM does not tell."""
        return self._ssm.last_flip()

    @cached_property
    def alerts(self) -> Alerts:
        """The way to the user."""
        log = DynamoDbAlertLog(self._database, positions=self._settings.positions_table)
        return SnsAlerts(self._aws.sns(), self._settings.topic_arn, log)

    @cached_property
    def events(self) -> Events:
        """The way to the other functions."""
        from shared.adapters.events import EventBridgeEvents

        return EventBridgeEvents(self._aws.events(), self._settings.event_bus)

    @cached_property
    def vendors(self) -> Vendors:
        """The clients of the vendors."""
        from shared.vendors import Vendors, VendorUrls

        names = self._settings
        return Vendors(
            VendorUrls(
                tradier=names.tradier_url,
                tradier_sandbox=names.tradier_sandbox_url,
                polygon=names.polygon_url,
                trading_volatility=names.trading_volatility_url,
            ),
            self._secrets,
            lambda: self.parameters().system(),
            later(self._vendor_budgets),
            self.clock,
            time_left=self.run_time.left,
        )

    def _vendor_budgets(self) -> VendorBudgets:
        from shared.adapters.dynamodb.vendor_budgets import DynamoDbVendorBudgets

        return DynamoDbVendorBudgets(self._database, self.clock, snapshots=self._settings.snapshots_table)

    @cached_property
    def background(self) -> Executor:
        """Where a slow question is asked while the work goes on."""
        from concurrent.futures import ThreadPoolExecutor

        return ThreadPoolExecutor(THREADS, "background")

    @cached_property
    def market_data(self) -> MarketData:
        """Quotes, chains, history and the clock of the market."""
        return self.vendors.market_data()

    @cached_property
    def chains(self) -> Chains:
        """Option chains, with their fallback."""
        return self.vendors.chains()

    @cached_property
    def quotes(self) -> Quotes:
        """Option quotes, with their fallback."""
        return self.vendors.quotes()

    @cached_property
    def feeds(self) -> Feeds:
        """All vendors together."""
        from shared.adapters.dynamodb.history_cache import DynamoDbHistoryCache

        return self.vendors.feeds(DynamoDbHistoryCache(self._database, snapshots=self._settings.snapshots_table))

    def broker(self, config: BotConfig, mode: TradingMode) -> Broker:
        """Choose the broker of a mode: the one place where modes part."""
        match mode:
            case TradingMode.PAPER:
                from shared.adapters.dynamodb.paper_accounts import DynamoDbPaperAccounts
                from shared.adapters.paper import PaperBroker
                from shared.phases.execution import paper_fill

                accounts = DynamoDbPaperAccounts(self._database, positions=self._settings.positions_table)
                return PaperBroker(config, self.quotes, accounts, self.market_data, self.clock, paper_fill)
            case TradingMode.SANDBOX:
                return self.vendors.account(_confirmed(config), is_sandbox=True)
            case TradingMode.LIVE:
                return self.vendors.account(_confirmed(config), is_sandbox=False)

    def effective_state(self, bot: Bot) -> TradingState:
        """Read the breaker now: the stricter of the user's switch and the system's trips."""
        state = self.parameters().state()
        for trip in self.trips.read(bot):
            state = stricter(state, trip.state)
        return state

    @cached_property
    def sources(self) -> Sources:
        """What the views read; what only some of them ask for is made then."""
        from shared.views.sources import Sources

        return Sources(
            stage=self.name,
            clock=self.clock,
            parameters=self.parameters,
            book=self.book,
            decisions=later(self._decision_log),
            snapshots=self.snapshots,
            history=later(lambda: self.trade_history),
            trips=self.trips,
            heartbeat=self.heartbeat,
            quotes=self._quotes_beside_exits,
            gamma_rows=self._gamma_rows,
        )

    def _decision_log(self) -> DecisionLog:
        from shared.adapters.dynamodb.decision_log import DynamoDbDecisionLog

        return DynamoDbDecisionLog(self._database, decisions=self._settings.decisions_table)

    def _quotes_beside_exits(self) -> Quotes:
        from shared.vendors import KEPT_FOR_EXITS

        return self.vendors.quotes(KEPT_FOR_EXITS)

    def _gamma_rows(self) -> GammaRows:
        from shared.adapters.computed_gamma import ChainGammaRows

        return ChainGammaRows(self.chains)

    @cached_property
    def operator(self) -> Operator:
        """What only a person may do."""
        from shared.operator import Operator

        return Operator(self.book, self.trips, self.clock, self.trade_history)

    def close(self) -> None:
        """Let go of every connection and thread; in AWS the environment does, with all that is in it."""
        if "vendors" in vars(self):
            self.vendors.close()
        if "background" in vars(self):
            self.background.shutdown()
        self._aws.close()

    def desk(self, config: BotConfig, mode: TradingMode) -> Desk:
        """Open the order desk of a bot in a mode; each opening is a worker of its own."""
        from shared.desk import Desk

        return Desk(
            book=self.book,
            broker=self.broker(config, mode),
            alerts=self.alerts,
            clock=self.clock,
            breaker=lambda: self.effective_state(config.bot),
            owner=uuid.uuid4().hex,
            fees=config.fees,
            time_left=self.run_time.left,
        )


def _confirmed(config: BotConfig) -> str:
    if config.confirmed_account is None:
        raise CredentialsError(f"{config.bot} has no confirmed account; set confirmed_account by command")
    return config.confirmed_account
