"""A configuration holds every number, and a bad one says which field, which value and what to do."""

from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from shared.domain.config import Prior, bot_config, parse_document, system_config
from shared.domain.errors import InvalidConfigurationError
from shared.domain.vocabulary import Action, Bot, KellyRule, StopBasis, Strategy, TradingMode


@pytest.mark.parametrize(
    ("bot", "capital", "underlyings", "actions", "positions", "vix"),
    [
        pytest.param(Bot.ATLAS, 1_000_000, ("SPX",), (Action.SELL_PREMIUM,), 3, (12, 35), id="ATLAS"),
        pytest.param(Bot.PROMETHEUS, 100_000, ("SPY",), (Action.SELL_PREMIUM,), 10, (5, 80), id="PROMETHEUS"),
        pytest.param(Bot.SOLOMON, 25_000, ("SPY",), (Action.BUY_CALLS, Action.BUY_PUTS), 3, (5, 80), id="SOLOMON"),
    ],
)
def test_each_bot_starts_from_the_numbers_of_the_document(
    bot: Bot,
    capital: int,
    underlyings: tuple[str, ...],
    actions: tuple[Action, ...],
    positions: int,
    vix: tuple[int, int],
) -> None:
    found = bot_config(bot)
    assert (int(found.capital), found.underlyings, found.actions) == (capital, underlyings, actions)
    assert (found.max_positions, (int(found.vix_min), int(found.vix_max))) == (positions, vix)
    assert (found.mode, found.min_confidence, found.kelly) == (TradingMode.PAPER, 0, KellyRule.WORKFLOW)


@pytest.mark.parametrize("bot", Bot)
def test_every_strategy_is_complete(bot: Bot) -> None:
    found = bot_config(bot)
    assert set(found.strategies) == set(found.priors) == set(Strategy)
    assert set(found.underlyings) <= set(found.gamma_thresholds)


@pytest.mark.parametrize(
    ("path", "number"),
    [
        pytest.param("caps.max_position", "0.15", id="15 % a position"),
        pytest.param("caps.open_risk", "0.50", id="half the capital at risk"),
        pytest.param("caps.underlying_risk", "0.30", id="30 % an underlying"),
        pytest.param("caps.cash_secured", "0.50", id="half the capital secured"),
        pytest.param("caps.contracts_per_order", "10", id="ten contracts an order"),
        pytest.param("caps.orders_per_minute", "6", id="six orders a minute"),
        pytest.param("caps.orders_per_day", "50", id="fifty orders a day"),
        pytest.param("freshness.quote", "300", id="quotes of five minutes"),
        pytest.param("freshness.vix", "300", id="a VIX of five minutes"),
        pytest.param("freshness.gamma", "600", id="gamma of ten minutes"),
        pytest.param("freshness.order_quote", "15", id="order quotes of 15 seconds"),
        pytest.param("freshness.sandbox_quote", "1200", id="sandbox quotes of 20 minutes"),
        pytest.param("freshness.clock_skew", "5", id="clocks 5 seconds apart"),
        pytest.param("liquidity.max_spread", "0.10", id="10 % of mid"),
        pytest.param("liquidity.max_ticks", "2", id="two ticks"),
        pytest.param("walk.step", "0.10", id="a tenth of the spread a step"),
        pytest.param("walk.max_distance", "0.40", id="40 % of the spread"),
        pytest.param("walk.cancel_after_seconds", "90", id="90 seconds"),
        pytest.param("walk.exit_steps_before_crossing", "2", id="two steps before crossing"),
        pytest.param("walk.collar", "0.25", id="a quarter of mid"),
        pytest.param("walk.collar_floor", "0.10", id="ten cents"),
        pytest.param("window.after_open_seconds", "300", id="the first five minutes"),
        pytest.param("window.before_close_seconds", "900", id="the last fifteen minutes"),
        pytest.param("window.min_dte", "8", id="more than seven days"),
        pytest.param("exits.latest_stop", "0.80", id="80 % of the maximum loss"),
        pytest.param("exits.near_edge", "0.20", id="the last fifth"),
        pytest.param("exits.stop_warning", "0.75", id="three quarters to the stop"),
        pytest.param("exits.loss_alert", "100", id="a loss of 100 dollars"),
        pytest.param("exits.unquoted_runs_before_alert", "3", id="three runs without a quote"),
        pytest.param("trips.bot_day_loss", "0.10", id="10 % in a day"),
        pytest.param("trips.bot_drawdown", "0.20", id="20 % drawdown"),
        pytest.param("trips.stops_per_session", "3", id="three stops"),
        pytest.param("trips.order_failures_in_a_row", "5", id="five failures"),
        pytest.param("paper.slippage", "0.25", id="a quarter of the spread"),
        pytest.param("kelly_share", "0.5", id="half Kelly"),
        pytest.param("sell_premium_from", "50", id="IV rank 50"),
        pytest.param("buy_direction_below", "30", id="IV rank 30"),
        pytest.param("negative_gamma_vix", "20", id="VIX 20"),
    ],
)
def test_every_number_of_the_document_is_a_default(path: str, number: str) -> None:
    value: Any = bot_config(Bot.PROMETHEUS)
    for name in path.split("."):
        value = getattr(value, name)
    assert value == Decimal(number)


def test_the_stage_starts_from_the_numbers_of_the_document() -> None:
    found = system_config()
    assert (found.vix_min, found.vix_max, found.max_spot_mismatch) == (Decimal(5), Decimal(80), Decimal("0.005"))
    assert (found.iv_window, found.iv_min_closes, found.breakout_window) == (252, 200, 20)
    assert (found.gamma_days, found.gamma_expirations, found.invalid_snapshots_before_alert) == (45, 10, 3)
    assert (found.feedback.window_days, found.feedback.min_trades, found.feedback.disable_after_trades) == (90, 5, 10)
    assert found.account_day_loss == Decimal("0.03")


@pytest.mark.parametrize("fraction", ["68", "1.01", "-0.01", "NaN", "Infinity"])
def test_a_fraction_beyond_one_is_refused(fraction: str) -> None:
    with pytest.raises(ValidationError):
        Prior.model_validate({"win_rate": fraction, "avg_win": "0.15", "avg_loss": "0.25"})


@pytest.mark.parametrize(
    ("changes", "field", "value", "remedy"),
    [
        pytest.param(
            {"priors": {"LONG_CALL": {"win_rate": 68}}}, "priors.LONG_CALL.win_rate", 68, "less than or equal to 1",
            id="68 for 0.68",
        ),
        pytest.param({"capital": -5}, "capital", -5, "greater than 0", id="negative capital"),
        pytest.param({"colour": "red"}, "colour", "red", "no such field", id="an unknown field"),
        pytest.param({"caps": {"max_positon": "0.1"}}, "caps.max_positon", "0.1", "no such field", id="misspelt"),
        pytest.param({"mode": "demo"}, "mode", "demo", "'paper'", id="an unknown mode"),
        pytest.param({"underlyings": []}, "underlyings", [], "at least 1", id="no underlying"),
        pytest.param({"strategies": {"LONG_CALL": None}}, "strategies.LONG_CALL", None, "valid", id="no rule"),
        pytest.param({"walk": {"interval_seconds": 0}}, "walk.interval_seconds", 0, "greater than 0", id="no interval"),
    ],
)  # fmt: skip
def test_a_bad_field_is_named_with_its_value_and_remedy(
    changes: dict[str, Any], field: str, value: object, remedy: str
) -> None:
    with pytest.raises(InvalidConfigurationError) as caught:
        bot_config(Bot.PROMETHEUS, changes)
    assert (caught.value.field, caught.value.value) == (field, value)
    assert remedy in caught.value.remedy


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        pytest.param(
            {"strategies": {"BULL_PUT_SPREAD": {"short_delta": None}}},
            "strategies.BULL_PUT_SPREAD.short_delta: missing; give a delta such as 0.30",
            id="a strategy without its short delta",
        ),
        pytest.param(
            {"strategies": {"LONG_CALL": {"long_delta": None}}},
            "strategies.LONG_CALL.long_delta: missing; give a delta such as 0.15",
            id="a strategy without its long delta",
        ),
        pytest.param(
            {"strategies": {"LONG_CALL": {"time_exit_dte": 30}}},
            "strategies.LONG_CALL.time_exit_dte: 30 is not below dte_target 30",
            id="closed before it is opened",
        ),
        pytest.param(
            {"vix_min": 40, "vix_max": 35}, "vix_min: 40 is not below vix_max 35; swap them", id="an empty VIX range"
        ),
        pytest.param(
            {"underlyings": ["QQQ"]},
            "gamma_thresholds: QQQ is traded but has no threshold; add one",
            id="an underlying without a threshold",
        ),
        pytest.param(
            {"mode": "live"},
            "confirmed_account: live mode needs the account number confirmed by command",
            id="live without a confirmed account",
        ),
    ],
)
def test_a_whole_that_does_not_fit_together_says_where(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidConfigurationError) as caught:
        bot_config(Bot.PROMETHEUS, changes)
    assert words in str(caught.value)


def test_a_document_changes_only_what_it_names() -> None:
    changed = bot_config(Bot.PROMETHEUS, {"strategies": {"IRON_CONDOR": {"profit_target": "0.25"}}})
    default = bot_config(Bot.PROMETHEUS)
    assert changed.strategies[Strategy.IRON_CONDOR].profit_target == Decimal("0.25")
    assert changed.strategies[Strategy.IRON_CONDOR].stop_loss == default.strategies[Strategy.IRON_CONDOR].stop_loss
    assert changed.strategies[Strategy.LONG_CALL] == default.strategies[Strategy.LONG_CALL]
    assert changed.digest != default.digest


def test_the_stop_basis_may_be_the_cost_to_close() -> None:
    assert bot_config(Bot.ATLAS).exits.stop_basis is StopBasis.LOSS
    assert bot_config(Bot.ATLAS, {"exits": {"stop_basis": "cost_to_close"}}).exits.stop_basis is StopBasis.COST_TO_CLOSE


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("{", "it is no JSON", id="broken JSON"),
        pytest.param("[]", "give a JSON object", id="a list"),
        pytest.param('{"a": "' + "x" * 4_096 + '"}', "keep only the changed fields", id="too large"),
    ],
)
def test_an_unreadable_document_is_refused_with_its_remedy(text: str, words: str) -> None:
    with pytest.raises(InvalidConfigurationError) as caught:
        parse_document("bots/ATLAS", text)
    assert caught.value.field == "bots/ATLAS"
    assert words in caught.value.remedy


def test_numbers_of_a_document_stay_exact() -> None:
    assert parse_document("bots/ATLAS", '{"kelly_share": 0.1}') == {"kelly_share": Decimal("0.1")}
