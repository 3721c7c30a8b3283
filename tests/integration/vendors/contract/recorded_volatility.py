"""Trading Volatility's answers as recorded shapes, with numbers of this project's own."""

from typing import Any

from tests.integration.vendors.contract.recorded_moment import ASOF, Answer, said

STATE = {
    "gamma": {
        "flip": {"price": 271.4, "dist_pct": -0.92}, "gamma_notional_per_1pct_move_usd": -412_000_113.5,
        "structure": {"max_gamma_strike": 275, "nearest_expiration_date": "2018-01-12"}, "flow_context": {},
    },
    "underlying": {"price": 273.88, "iv": {"atm_iv": 0.081, "iv_rank": 4, "iv_1d_pct_chg": -1.1}},
    "expected_move": {"one_day_pct": 0.5}, "positioning": {"put_call": 1.8, "skew": 0.2},
    "derived": {"dist_to_gex_flip_pct": -0.92}, "market_state": {}, "call_flow": {},
}  # fmt: skip
POINTS = [
    {"strike": 260, "call": 1.1e6, "put": -2.45e8, "net": -2.439e8},
    {"strike": 270, "call": 9.1e7, "put": -1.2e8, "net": -2.9e7},
    {"strike": 280, "call": 3.3e8, "put": -1.0e7, "net": 3.2e8},
]
VERSION_1 = {
    "collection_date": "2018-01-10 15:59:12", "price": "273.88", "gex_flip_price": "271.4",
    "skew_adjusted_gex": "113000000.2", "gex_per_1pct_chg": "-412000113.5", "call_put_delta_spread": "0.02",
    "implied_volatility": "0.081", "next_expiration": "2018-01-12", "nearest_gex_value": "-12000113.1",
    "put_call_ratio_open_interest": "1.8", "gamma_formation": "2", "average_volume": "80123456", "rating": "3",
}  # fmt: skip


def _meta(schema: str) -> dict[str, Any]:
    flags = {"chain_ok": True, "pcr_vol_from_yesterday": True}
    return {"asof": ASOF, "data_flags": flags, "model_versions": {}, "schema": schema, "ticker": "SPY"}


ANSWERS: tuple[tuple[str, str, Answer], ...] = (
    ("GET", "/api/v2/tickers/SPY", said({"data": STATE, "meta": _meta("tv.ticker.state.v2")})),
    (
        "GET",
        "/api/v2/tickers/SPY/curves/gex_by_strike",
        said(
            {
                "data": {
                    "price": 273.88,
                    "points": POINTS,
                    "totals": {
                        "gex_flip_price": 271.4,
                        "gex_value_per_1pct": -4.12e8,
                        "call_oi_sum": 9,
                        "put_oi_sum": 16,
                        "put_call_oi": 1.8,
                    },
                },
                "meta": _meta("tv.curves.v2"),
            }
        ),
    ),
    (
        "GET",
        "/api/v2/tickers/SPY/levels",
        said(
            {
                "data": {
                    "levels": [{"name": "gamma_flip", "price": 271.4}, {"name": "plus_1sigma_1d", "price": 275.2}]
                },
                "meta": _meta("tv.levels.v2"),
            }
        ),
    ),
    ("GET", "/api/v2/tickers/.*", said("nope", 404)),
    ("GET", "/api/gex/latest", said({"SPY": VERSION_1})),
    (
        "GET",
        "/api/gex/gammaOI",
        said(
            {
                "SPY": {
                    "gamma_array": [
                        {
                            "strike": str(point["strike"]),
                            "call_gamma": str(point["call"]),
                            "put_gamma": str(point["put"]),
                            "call_open_interest": "10",
                            "put_open_interest": "16",
                            "net_gamma_$_at_strike": str(point["net"]),
                        }
                        for point in POINTS
                    ]
                    + [{}]
                }
            }
        ),
    ),
    ("GET", "/api/gex/levels", said({"SPY": {"gex_0": "275", "Gex Flip": "271.4", "+1STD (1-day)": "275.2"}})),
)
