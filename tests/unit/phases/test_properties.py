"""What holds for every input, not only for the ones somebody thought of."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.config import bot_config
from shared.domain.decisions import denials_of
from shared.domain.market import Fault, FaultCode
from shared.domain.orders import PriceEffect
from shared.domain.package import PackageQuote
from shared.domain.statistics import SizingBasis
from shared.domain.vocabulary import Bot, ExitReason, Source, StopBasis, Strategy, TradingState
from shared.phases.entry import look, propose
from shared.phases.execution import entry_limit, exit_limit, paper_fill
from shared.phases.monitoring import exit_reason, pnl_fraction, stop_mark
from shared.phases.regime import Conditions, classify, classify_snapshot, limits_of
from shared.phases.sizing import Room, size
from tests.builders import (
    TODAY,
    account,
    chain,
    config,
    counters,
    exit_rule,
    gamma,
    last_decided,
    ledger,
    live,
    momentum,
    position,
    reading,
    setting,
    snapshot,
    spx_snapshot,
    statistics,
)

REACHABLE = {25, 30, 35, 40, 50, 65, 70, 75, 80, 90}


def money(low: str, high: str) -> st.SearchStrategy[Decimal]:
    return st.decimals(Decimal(low), Decimal(high), places=2, allow_nan=False, allow_infinity=False)


prices = money("0.01", "9999")
shares = st.decimals(Decimal(0), Decimal(1), places=4, allow_nan=False, allow_infinity=False)
exposures = money("-9000000000", "9000000000")
places = money("0", "100")


# ---- sizing


@given(
    win_rate=shares,
    avg_win=money("0", "3"),
    avg_loss=money("0.01", "3"),
    balance=money("-10000", "2000000"),
    confidence=st.sampled_from(sorted(REACHABLE)),
    vix=money("5", "80"),
    risk=money("0.01", "100000"),
    open_room=money("-100000", "500000"),
)
def test_no_size_is_ever_above_a_cap(
    win_rate: Decimal,
    avg_win: Decimal,
    avg_loss: Decimal,
    balance: Decimal,
    confidence: int,
    vix: Decimal,
    risk: Decimal,
    open_room: Decimal,
) -> None:
    basis = SizingBasis(win_rate=win_rate, avg_win=avg_win, avg_loss=avg_loss, origin="any")
    rooms = (Room("contracts per order", Decimal(1), Decimal(10)), Room("open risk", risk, open_room))
    found = size(basis, config(), balance, confidence, vix, risk, rooms)
    assert 0 <= found.contracts <= min(10, found.unclamped)
    assert found.fraction <= Decimal("0.15")
    assert found.unclamped * risk <= max(balance, Decimal(0)) * Decimal("0.15")
    assert found.contracts == 0 or found.contracts * risk <= open_room
    assert (found.contracts == 0) == bool(found.reason)


@given(
    capital=money("100", "5000000"),
    open_risk=money("0", "1000000"),
    on_underlying=money("0", "1000000"),
    buying_power=money("0", "100000"),
)
def test_no_proposal_risks_more_than_its_caps_allow(
    capital: Decimal, open_risk: Decimal, on_underlying: Decimal, buying_power: Decimal
) -> None:
    taken = ledger(open_risk=open_risk, risk_by_underlying={"SPY": on_underlying})
    where = setting(changes={"capital": str(capital)}, live=live(ledgers=(taken,)))
    seen = look(where, snapshot(), last_decided())
    answer = propose(where, snapshot(), seen, CHAIN, None, account(buying_power=buying_power))
    if answer.position is None:
        return
    risked = answer.position.total_risk
    assert risked <= Decimal("0.15") * capital
    assert risked + open_risk <= Decimal("0.50") * capital
    assert risked + on_underlying <= Decimal("0.30") * capital
    assert answer.position.max_loss * answer.position.contracts <= buying_power
    assert answer.position.contracts <= 10


CHAIN = chain()


# ---- classification


@given(
    spot=prices,
    net_gex=exposures,
    flip=st.none() | prices,
    ma20=prices,
    ma50=prices,
    vix=money("1", "200"),
    iv=st.none() | places,
)
def test_every_finite_market_is_classified(
    spot: Decimal,
    net_gex: Decimal,
    flip: Decimal | None,
    ma20: Decimal,
    ma50: Decimal,
    vix: Decimal,
    iv: Decimal | None,
) -> None:
    limits = limits_of(config(), "SPY", Source.POLYGON)
    answer = classify(Conditions(spot, net_gex, flip, ma20, ma50, vix, iv), limits)
    assert answer.confidence in REACHABLE
    assert iv is not None or answer.action == "STAY_FLAT"


@given(net_gex=exposures, flip=st.none() | prices, ma20=prices, ma50=prices, vix=money("5", "80"), iv=places)
def test_every_valid_snapshot_is_classified(
    net_gex: Decimal, flip: Decimal | None, ma20: Decimal, ma50: Decimal, vix: Decimal, iv: Decimal
) -> None:
    seen = snapshot(
        gamma=gamma(net_gex, flip), momentum=momentum(ma20, ma50), vix=reading(vix), iv_rank=iv, iv_percentile=iv
    )
    assert classify_snapshot(seen, config()) is not None


@given(
    codes=st.lists(st.sampled_from(FaultCode), min_size=1, unique=True),
    bot=st.sampled_from(Bot),
    iv=places,
    net_gex=exposures,
    vix=money("1", "200"),
)
def test_an_invalid_snapshot_never_enters(
    codes: list[FaultCode], bot: Bot, iv: Decimal, net_gex: Decimal, vix: Decimal
) -> None:
    minute = spx_snapshot if bot is Bot.ATLAS else snapshot
    seen = minute(faults=tuple(Fault(code=code) for code in codes), iv_rank=iv, gamma=gamma(net_gex), vix=reading(vix))
    answer = look(setting(bot), seen, last_decided())
    assert answer.strategy is None
    assert "INVALID_SNAPSHOT" in {denial.code for denial in denials_of(answer.gates)}


# ---- profit and loss


@given(strategy=st.sampled_from(Strategy), entry=money("0.05", "4.95"), mark=money("0", "5"), fees=money("0", "20"))
def test_profit_stays_inside_what_the_structure_can_make_and_lose(
    strategy: Strategy, entry: Decimal, mark: Decimal, fees: Decimal
) -> None:
    held = position(strategy, entry, fees=fees)
    pnl = pnl_fraction(held, mark)
    assert -held.max_loss <= pnl * entry * 100 + Decimal("1e-9")
    assert pnl <= (1 if strategy.is_credit else (5 - entry) / entry)


@given(
    strategy=st.sampled_from([strategy for strategy in Strategy if strategy != Strategy.CASH_SECURED_PUT]),
    entry=money("0.05", "4.95"),
    fees=money("0", "5"),
    basis=st.sampled_from(StopBasis),
    multiple=money("0.10", "20"),
)
def test_a_stop_can_always_be_reached(
    strategy: Strategy, entry: Decimal, fees: Decimal, basis: StopBasis, multiple: Decimal
) -> None:
    rule = exit_rule(strategy, stop_basis=basis, stop_loss=multiple, profit_target=Decimal(20))
    held = position(strategy, entry, fees=fees, exit_rule=rule)
    worst_mark = Decimal(5) if strategy.is_credit else Decimal(0)
    assert exit_reason(held, worst_mark, TODAY) is ExitReason.STOP_LOSS
    assert stop_mark(held) <= worst_mark if strategy.is_credit else stop_mark(held) >= worst_mark


# ---- prices


quotes = st.builds(PackageQuote, money("0.05", "30"), money("0", "5"))


@given(quote=quotes, step=st.integers(0, 30), minimum=money("0.01", "3"), underlying=st.sampled_from(["SPY", "SPX"]))
def test_an_entry_limit_keeps_to_its_bounds(quote: PackageQuote, step: int, minimum: Decimal, underlying: str) -> None:
    walk = config().walk
    sold = entry_limit(underlying, PriceEffect.CREDIT, quote, walk, step, minimum)
    bought = entry_limit(underlying, PriceEffect.DEBIT, quote, walk, step)
    assert sold >= max(minimum, quote.mid - Decimal("0.4") * quote.spread)
    assert bought <= quote.mid + Decimal("0.4") * quote.spread


@given(quote=quotes, step=st.integers(0, 30))
def test_a_target_never_pays_more_than_the_natural_price(quote: PackageQuote, step: int) -> None:
    walk, tick = config().walk, Decimal("0.01")
    bought = exit_limit("SPY", PriceEffect.DEBIT, quote, walk, step, ExitReason.PROFIT_TARGET)
    sold = exit_limit("SPY", PriceEffect.CREDIT, quote, walk, step, ExitReason.PROFIT_TARGET)
    assert bought <= max(quote.dearer, tick)
    assert sold >= max(quote.worse, tick)


@given(quote=quotes, limit=money("0", "40"), slippage=shares)
def test_paper_never_fills_worse_than_the_limit(quote: PackageQuote, limit: Decimal, slippage: Decimal) -> None:
    got = paper_fill(PriceEffect.CREDIT, limit, quote, slippage)
    paid = paper_fill(PriceEffect.DEBIT, limit, quote, slippage)
    assert got is None or limit <= got <= quote.mid
    assert paid is None or quote.mid <= paid <= limit


# ---- denials


Codes = tuple[set[str], set[str] | None]


def codes_of(changes: dict[str, Any], facts: dict[str, Any]) -> Codes:
    """Return the refusals before any chain, and those with one, None where it is never asked for."""
    where = setting(changes=changes, **facts)
    seen = look(where, snapshot(), last_decided(times=5))
    before = {str(denial.code) for denial in denials_of(seen.gates)}
    if seen.strategy is None:
        return before, None
    answer = propose(where, snapshot(), seen, CHAIN, statistics(), account(buying_power=Decimal(3_000)))
    return before, {str(denial.code) for denial in denials_of(answer.gates)}


LOOSER = [
    pytest.param(("min_confidence",), (85, 95), False, id="less confidence"),
    pytest.param(("vix_max",), (17, 80), True, id="a higher VIX"),
    pytest.param(("vix_min",), (5, 20), False, id="a lower VIX"),
    pytest.param(("max_positions",), (1, 100), True, id="more positions"),
    pytest.param(("rails", "confirmations"), (1, 60), False, id="fewer confirmations"),
    pytest.param(("caps", "orders_per_day"), (1, 1_000), True, id="more orders a day"),
    pytest.param(("caps", "contracts_per_order"), (1, 200), True, id="more contracts"),
    pytest.param(("caps", "max_position"), (0, 1), True, id="more of the capital"),
    pytest.param(("caps", "open_risk"), (0, 1), True, id="more open risk"),
    pytest.param(("kelly_share",), (0, 1), True, id="more of Kelly"),
    pytest.param(("freshness", "quote"), (1, 600), True, id="older quotes"),
    pytest.param(("freshness", "order_quote"), (1, 60), True, id="older order quotes"),
    pytest.param(("liquidity", "max_ticks"), (1, 100), True, id="more ticks"),
    pytest.param(("window", "min_dte"), (8, 60), False, id="fewer days"),
]


@pytest.mark.parametrize(("path", "ends", "up_is_looser"), LOOSER)
@given(data=st.data())
def test_loosening_a_limit_never_adds_a_denial(
    path: tuple[str, ...], ends: tuple[int, int], up_is_looser: bool, data: st.DataObject
) -> None:
    one, other = sorted((data.draw(st.integers(*ends)), data.draw(st.integers(*ends))))
    tight, loose = (one, other) if up_is_looser else (other, one)
    facts = {
        "live": live(
            ledgers=(ledger(open_count=data.draw(st.integers(0, 12))),),
            counters=counters(orders_today=data.draw(st.integers(0, 60))),
        ),
        "state": data.draw(st.sampled_from(TradingState)),
    }
    before, with_chain = codes_of(nested(path, loose), facts)
    tight_before, tight_with_chain = codes_of(nested(path, tight), facts)
    assert before <= tight_before
    if with_chain is not None and tight_with_chain is not None:
        assert with_chain <= tight_with_chain


def nested(path: tuple[str, ...], value: int) -> dict[str, Any]:
    changes: Any = value
    for name in reversed(path):
        changes = {name: changes}
    return dict(changes)


@given(bot=st.sampled_from(Bot), mode=st.sampled_from(["paper", "sandbox"]))
def test_a_configuration_survives_its_own_text(bot: Bot, mode: str) -> None:
    whole = bot_config(bot, {"mode": mode})
    assert bot_config(bot, whole.model_dump(mode="json")) == whole
    assert bot_config(bot, whole.model_dump(mode="json")).digest == whole.digest
