"""What an entry would hold: the legs chosen, what they are worth together, and when they would be closed."""

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from shared.domain.config import BotConfig
from shared.domain.options import Leg, OptionQuote
from shared.domain.orders import PriceEffect
from shared.domain.package import PackageQuote, executable_entry, max_loss, one_way_fees
from shared.domain.positions import ExitRule
from shared.domain.vocabulary import Strategy
from shared.phases.execution.booking import risk_per_contract
from shared.phases.execution.prices import entry_limit


class Structure(NamedTuple):
    """The legs chosen, their quotes, and what the whole is worth; money is dollars per contract."""

    strategy: Strategy
    legs: tuple[Leg, ...]
    quotes: Mapping[str, OptionQuote]
    package: PackageQuote
    premium: Decimal
    fees: Decimal
    max_loss: Decimal
    risk: Decimal
    secured: Decimal
    exit_rule: ExitRule

    @property
    def effect(self) -> PriceEffect:
        """Whether the entry is paid to us or by us."""
        return PriceEffect.CREDIT if self.strategy.is_credit else PriceEffect.DEBIT


def structure_of(
    config: BotConfig,
    underlying: str,
    strategy: Strategy,
    legs: tuple[Leg, ...],
    quotes: Mapping[str, OptionQuote],
    package: PackageQuote,
) -> Structure:
    """Take the structure at its executable premium, the worst at which it may be entered.

    A stop that is measured in premiums lies furthest at the best one: the risk to a stop is that of the first limit.
    """
    fees = 2 * one_way_fees(underlying, len(legs), config.fees)
    premium = max(executable_entry(strategy, package), Decimal(0))
    worst = max_loss(strategy, legs, premium, fees)
    exit_rule, effect = _exit_rule(config, strategy), PriceEffect.CREDIT if strategy.is_credit else PriceEffect.DEBIT
    first = entry_limit(underlying, effect, package, config.walk, 0, config.strategies[strategy].min_credit)
    return Structure(
        strategy=strategy,
        legs=legs,
        quotes=quotes,
        package=package,
        premium=premium,
        fees=fees,
        max_loss=worst,
        risk=risk_per_contract(strategy, exit_rule, max(premium, first), worst, fees),
        secured=worst if strategy is Strategy.CASH_SECURED_PUT else Decimal(0),
        exit_rule=exit_rule,
    )


def _exit_rule(config: BotConfig, strategy: Strategy) -> ExitRule:
    rule, exits = config.strategies[strategy], config.exits
    return ExitRule(
        profit_target=rule.profit_target,
        stop_loss=rule.stop_loss,
        stop_basis=exits.stop_basis,
        latest_stop=exits.latest_stop,
        time_exit_dte=rule.time_exit_dte,
        near_edge=exits.near_edge,
        stop_warning=exits.stop_warning,
    )
