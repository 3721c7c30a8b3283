"""Results and Kelly fractions of each strategy."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from shared.domain.config import BotConfig
from shared.domain.positions import ClosedTrade
from shared.domain.statistics import StrategyStatistics
from shared.domain.vocabulary import Bot, Strategy, TradingMode
from shared.phases import feedback
from shared.phases.sizing import basis_of, kelly_fraction
from shared.views.sources import Sources, configurations, modes_of
from shared.views.trades import closed_trades
from shared.views.view import View, dollars

ZERO = Decimal(0)


class StrategyView(View):
    """One strategy in one mode; fractions of the premium and of one.

    The four numbers are what sizing uses now, and ``basis`` says whose they are: the strategy's own results, or
    the prior until there are enough. ``half_kelly`` is the share of capital before confidence, VIX and caps.
    """

    mode: TradingMode
    strategy: Strategy
    bot: Bot
    basis: str
    own_results: bool
    total_trades: int
    win_rate: Decimal
    avg_win: Decimal
    avg_loss: Decimal
    expectancy: Decimal
    kelly: Decimal
    half_kelly: Decimal
    window_trades: int
    window_wins: int
    window_pnl: Decimal
    is_stale: bool
    is_disabled: bool
    computed_at: datetime | None


class StatsView(View):
    """Every strategy of the modes in use; the window is what the statistics look back on."""

    window_days: int
    min_trades: int
    disable_after_trades: int
    strategies: tuple[StrategyView, ...]


def stats_view(sources: Sources) -> StatsView:
    """Return statistics and Kelly fraction of each strategy in each mode in use."""
    system, configs, _ = configurations(sources)
    modes, rules = modes_of(configs), system.feedback
    recent = closed_trades(sources, feedback.window_start(sources.clock.now(), rules), modes)
    found = []
    for mode in modes:
        stored = sources.history.all_statistics(mode)
        for strategy in Strategy:
            config = _trader(strategy, configs)
            if config is not None:
                own = [one for one in recent if one.mode is mode and one.strategy is strategy]
                found.append(_strategy(mode, strategy, config, stored, own))
    return StatsView(
        window_days=rules.window_days,
        min_trades=rules.min_trades,
        disable_after_trades=rules.disable_after_trades,
        strategies=tuple(found),
    )


def _trader(strategy: Strategy, configs: Mapping[Bot, BotConfig]) -> BotConfig | None:
    if strategy is Strategy.CASH_SECURED_PUT:
        return configs.get(Bot.ATLAS)
    return configs.get(Bot.PROMETHEUS if strategy.is_credit else Bot.SOLOMON)


def _strategy(
    mode: TradingMode,
    strategy: Strategy,
    config: BotConfig,
    stored: Mapping[Strategy, StrategyStatistics],
    own: Sequence[ClosedTrade],
) -> StrategyView:
    row = stored.get(strategy)
    basis = basis_of(row, config.priors[strategy])
    kelly = kelly_fraction(basis, config.kelly)
    return StrategyView(
        mode=mode,
        strategy=strategy,
        bot=config.bot,
        basis=basis.origin,
        own_results=row is not None and not row.is_stale,
        total_trades=basis.total_trades,
        win_rate=basis.win_rate,
        avg_win=basis.avg_win,
        avg_loss=basis.avg_loss,
        expectancy=basis.win_rate * basis.avg_win - (1 - basis.win_rate) * basis.avg_loss,
        kelly=kelly,
        half_kelly=max(kelly * config.kelly_share, ZERO),
        window_trades=len(own),
        window_wins=sum(1 for one in own if one.pnl > 0),
        window_pnl=dollars(sum((one.pnl for one in own), ZERO)),
        is_stale=row is not None and row.is_stale,
        is_disabled=row is not None and row.is_disabled,
        computed_at=row.computed_at if row else None,
    )
