"""Cash, holdings, margin and expiration at the simulated broker."""

from datetime import date

import httpx
import pytest

from infra.local.replay_clock import ReplayClock
from infra.local.vendors.control import SimulatorControl
from infra.local.vendors.simulators import VendorSimulators
from tests.integration.vendors.conftest import ACCOUNT, CASH_ACCOUNT, NOW, PDT_ACCOUNT, Broker, json_client
from tests.integration.vendors.forms import LONG_PUT, SHORT_PUT, buy_back, condor, package, put_spread, single
from tests.integration.vendors.scripted_market import ScriptedMarket

EXPIRATION = date(2018, 1, 19)
SETTLED = NOW.replace(day=19, hour=23, minute=30)
SPXW = ("SPXW180119P02650000", "SPXW180119P02600000")


def _index_spread(root: str = "SPXW") -> dict[str, str]:
    short, long = (symbol.replace("SPXW", root) for symbol in SPXW)
    return {**package("credit", "0.10", (short, "sell_to_open", 1), (long, "buy_to_open", 1)), "symbol": "SPX"}


@pytest.mark.parametrize(
    ("account", "block", "keys"),
    [
        pytest.param(
            ACCOUNT,
            "margin",
            {"fed_call", "maintenance_call", "option_buying_power", "stock_buying_power", "stock_short_value", "sweep"},
            id="margin",
        ),
        pytest.param(CASH_ACCOUNT, "cash", {"cash_available", "sweep", "unsettled_funds"}, id="cash: no buying power"),
        pytest.param(
            PDT_ACCOUNT,
            "pdt",
            {
                "day_trade_buying_power", "fed_call", "maintenance_call", "option_buying_power",
                "stock_buying_power", "stock_short_value",
            },
            id="pattern day trader",
        ),
    ],
)  # fmt: skip
def test_the_balances_have_one_block_by_account_type(broker: Broker, account: str, block: str, keys: set[str]) -> None:
    balances = broker.get(f"/accounts/{account}/balances")["balances"]
    assert set(balances) & {"margin", "cash", "pdt"} == {block}
    assert set(balances[block]) == keys
    assert "option_buying_power" not in balances
    assert balances["equity"] == 0


def test_the_printed_type_may_be_wrong_beside_the_right_block(broker: Broker, control: SimulatorControl) -> None:
    control.set({"tradier.account_type": "margin"})
    told = broker.get(f"/accounts/{CASH_ACCOUNT}/balances")["balances"]
    assert (told["account_type"], "cash" in told, "margin" in told) == ("margin", True, False)


@pytest.mark.parametrize(
    ("form", "bound"),
    [
        pytest.param(put_spread("1.00", 2), 1000, id="a vertical binds its width"),
        pytest.param(condor("1.00", 2), 1000, id="a condor binds one wing"),
        pytest.param(single(SHORT_PUT, "sell_to_open"), 26_500, id="a put binds its strike"),
        pytest.param(single(LONG_PUT, "buy_to_open"), 0, id="a long option binds nothing"),
    ],
)
def test_what_a_structure_binds(broker: Broker, form: dict[str, str], bound: int) -> None:
    broker.place(**form)
    assert broker.read("balances")["balances"]["option_requirement"] == bound


def test_a_working_order_binds_buying_power_and_a_cancel_frees_it(broker: Broker) -> None:
    order_id = broker.place(**put_spread("2.50", 10))
    balances = broker.read("balances")["balances"]
    assert (balances["margin"]["option_buying_power"], balances["pending_orders_count"]) == (45_000, 1)
    broker.cancel(order_id)
    assert broker.read("balances")["balances"]["margin"]["option_buying_power"] == 50_000


def test_a_round_trip_moves_cash_by_its_fills(broker: Broker, control: SimulatorControl) -> None:
    broker.place(**put_spread("1.00", 3))
    assert broker.held() == {SHORT_PUT: -3.0, LONG_PUT: 3.0}
    broker.place(**buy_back("1.29", 3))
    assert broker.held() == {}
    assert control.account(ACCOUNT)["cash"] == "49940.00"
    closed = broker.read("gainloss")["gainloss"]["closed_position"]
    assert sum(row["gain_loss"] for row in closed) == pytest.approx(-60.0)


def test_spreads_that_share_a_contract_are_merged(broker: Broker) -> None:
    broker.place(**put_spread("1.00"))
    lower = package("credit", "0.10", (SHORT_PUT, "sell_to_open", 1), ("SPY180119P00255000", "buy_to_open", 1))
    broker.place(**lower)
    rows = {row["symbol"]: row for row in broker.read("positions")["positions"]["position"]}
    assert rows[SHORT_PUT]["quantity"] == -2.0
    assert rows[SHORT_PUT]["cost_basis"] == -346.0
    assert set(rows[SHORT_PUT]) == {"cost_basis", "date_acquired", "id", "quantity", "symbol"}


def test_commissions_are_paid_a_contract_and_told_in_the_history(broker: Broker, control: SimulatorControl) -> None:
    control.set({"tradier.commission": "0.35"})
    broker.place(**put_spread("1.00", 2))
    assert control.account(ACCOUNT)["cash"] == "50216.60"
    events = broker.read("history")["history"]["event"]
    assert [event["trade"]["commission"] for event in events] == [0.7, 0.7]


@pytest.mark.parametrize(
    ("level", "cash"),
    [
        pytest.param(2700.0, "50109.00", id="out of the money: nothing"),
        pytest.param(2630.0, "48109.00", id="between the strikes: the difference"),
        pytest.param(2500.0, "45109.00", id="beyond both: the width"),
    ],
)
def test_an_index_spread_settles_in_cash_and_leaves_no_order(
    broker: Broker, control: SimulatorControl, market: ScriptedMarket, clock: ReplayClock, level: float, cash: str
) -> None:
    market.quotes |= {SPXW[0]: (2.09, 2.20), SPXW[1]: (0.95, 1.00)}
    broker.place(**_index_spread())
    market.closes["SPX", EXPIRATION] = level
    clock.set(NOW.replace(day=19, hour=21, minute=30))
    assert len(broker.held()) == 2
    clock.set(SETTLED)
    assert broker.held() == {}
    assert broker.read("orders") == {"orders": "null"}
    assert control.account(ACCOUNT)["cash"] == cash


def test_a_morning_contract_settles_at_the_opening(
    broker: Broker, control: SimulatorControl, market: ScriptedMarket, clock: ReplayClock
) -> None:
    market.quotes |= {"SPX180119P02650000": (2.09, 2.20), "SPX180119P02600000": (0.95, 1.00)}
    broker.place(**_index_spread("SPX"))
    market.closes["SPX", EXPIRATION] = 2640.0
    clock.set(SETTLED)
    assert control.account(ACCOUNT)["cash"] == "49009.00"


def test_shares_are_delivered_at_the_strike(
    broker: Broker, control: SimulatorControl, market: ScriptedMarket, clock: ReplayClock
) -> None:
    broker.place(**put_spread("1.00"))
    market.closes["SPY", EXPIRATION] = 262.0
    clock.set(SETTLED)
    assert broker.held() == {"SPY": 100.0}
    assert control.account(ACCOUNT)["cash"] == "23609.00"
    kinds = [
        event["option"]["option_type"] for event in broker.read("history")["history"]["event"] if "option" in event
    ]
    assert sorted(kinds) == ["OPTEXP", "assignment"]


def test_an_assignment_overnight_and_a_trade_by_hand_need_no_order_of_ours(
    broker: Broker, control: SimulatorControl
) -> None:
    broker.place(**put_spread("1.00", 2))
    control.act(ACCOUNT, "assign", symbol=SHORT_PUT, quantity=1)
    control.act(ACCOUNT, "trade", symbol=LONG_PUT, quantity=-2, price="0.60")
    assert broker.held() == {SHORT_PUT: -1.0, "SPY": 100.0}
    orders = broker.read("orders", includeTags="true")["orders"]["order"]
    assert [order.get("tag") for order in orders] == [None, None]
    assert orders[1]["side"] == "sell_to_close"


def test_the_account_can_be_moved_from_outside(broker: Broker, control: SimulatorControl) -> None:
    control.act(ACCOUNT, "cash", amount="1234.50")
    control.act(ACCOUNT, "type", type="cash")
    balances = broker.read("balances")["balances"]
    assert (balances["total_cash"], balances["cash"]["cash_available"]) == (1234.5, 1234.5)


def test_the_profile_names_the_accounts_of_the_host(broker: Broker, vendors: VendorSimulators) -> None:
    profile = broker.get("/user/profile")["profile"]
    assert [row["account_number"] for row in profile["account"]] == [ACCOUNT, CASH_ACCOUNT, PDT_ACCOUNT]
    with json_client(vendors.urls.tradier_sandbox_url, vendors.tokens.tradier_sandbox) as sandbox:
        assert isinstance(sandbox.get("/user/profile").json()["profile"]["account"], dict)


def test_the_sandbox_has_no_history(sandbox: Broker) -> None:
    reply: httpx.Response = sandbox.http.get(f"/accounts/{sandbox.account}/history")
    assert reply.status_code == 404


def test_the_sandbox_rejects_large_packages_after_taking_them(sandbox: Broker) -> None:
    order = sandbox.order(sandbox.place(**put_spread("1.00", 201)))
    assert (order["status"], order["reason_description"]) == ("rejected", "OrderQuantity")


def test_a_negative_buying_power_blocks_closing_in_the_sandbox(sandbox: Broker, control: SimulatorControl) -> None:
    sandbox.place(**put_spread("1.00"))
    control.act(sandbox.account, "cash", amount="100")
    assert sandbox.post(**buy_back("1.50")).json()["errors"]["error"][-1] == "InitialMargin"
