"""The documents of version 2."""

from collections.abc import Sequence
from typing import Any, Final

from infra.local.vendors.switches import Switches
from infra.local.vendors.trading_volatility.subject import Point, Subject

Document = dict[str, Any]
SIGMA_DAYS: Final = {"1d": 1.4, "1w": 7.0, "1m": 30.4}
"""Calendar days of a day, a week and a month of trading."""
_BREADTH: Final = 0.15
"""Strikes within this share of the price are published."""


def sigma_levels(subject: Subject) -> Document:
    """Return the price one standard deviation up and down, by horizon."""
    found: Document = {}
    for name, days in SIGMA_DAYS.items():
        move = subject.expected_move_pct(days) / 100
        found[f"plus_1sigma_{name}"] = round(subject.price * (1 + move), 2)
        found[f"minus_1sigma_{name}"] = round(subject.price * (1 - move), 2)
    return found


def state(subject: Subject, switches: Switches) -> Document:
    """Return /tickers/{t}."""
    month = subject.expected_move_pct(SIGMA_DAYS["1m"])
    distance = subject.distance_pct
    surface = subject.surface
    return {
        "call_flow": {"regime": "hedging/overwrite", "speculative_interest_score": 0.2},
        "derived": {
            "dist_to_gex_flip_pct": distance,
            "distance_to_minus_1sigma_price": -month,
            "distance_to_plus_1sigma_price": month,
        },
        "expected_move": {
            "expected_move_pct_1d": subject.expected_move_pct(SIGMA_DAYS["1d"]),
            "expected_move_pct_1w": subject.expected_move_pct(SIGMA_DAYS["1w"]),
            "expected_move_pct_30d": month,
            "levels": {
                "price_minus_1sigma": subject.price * (1 - month / 100),
                "price_plus_1sigma": subject.price * (1 + month / 100),
            },
            "sigma_wings": {"iv_at_minus_1sigma": surface.low, "iv_at_plus_1sigma": surface.high},
        },
        "gamma": _gamma(subject, str(switches["trading_volatility.flip_distance"])),
        "market_state": _market_state(subject),
        "positioning": _positioning(subject),
        "underlying": {
            "iv": {
                "atm_iv": surface.atm,
                "iv_1d_pct_chg": subject.iv_change,
                "iv_rank": subject.iv_rank,
                "max_iv": subject.iv_high,
                "min_iv": subject.iv_low,
            },
            "price": subject.price,
        },
    }


def _gamma(subject: Subject, distance_key: str) -> Document:
    largest = max(subject.points, key=lambda point: abs(point.net)).strike
    return {
        "flip": {distance_key: subject.distance_pct, "price": subject.flip},
        "flow_context": {"avg_volume": subject.average_volume, "gex_volume_ratio": _volume_ratio(subject)},
        "gamma_notional_per_1pct_move_usd": subject.net_gex,
        "structure": {
            "max_gamma_strike": largest,
            "nearest_exp_gamma_notional_per_1pct_move_usd": subject.nearest_gex,
            "nearest_expiration_date": subject.nearest.isoformat(),
            "pct_gamma_expiring_nearest_expiry": subject.nearest_share,
        },
    }


def _volume_ratio(subject: Subject) -> float:
    shares = abs(subject.net_gex) / subject.price
    return round(shares / subject.average_volume, 3) if subject.average_volume else 0.0


def _market_state(subject: Subject) -> Document:
    above = subject.flip is not None and subject.price > subject.flip
    return {
        "extension": {"score": 0.0, "state": "neutral"},
        "model_version": "v1",
        "momentum": {"score": 0.1 if above else -0.1, "state": "building" if above else "weakening"},
        "realized_vol": {"score": -0.2, "state": "subdued"},
        "realized_vol_20d": subject.surface.atm * 0.85,
        "trend": {"score": 1.0 if above else -1.0, "state": "up" if above else "down"},
        "trend_alignment": {"score": 0, "state": "conflicting"},
    }


def _positioning(subject: Subject) -> Document:
    interest, surface = subject.interest, subject.surface
    traded = interest.put_volume / interest.call_volume if interest.call_volume else 0.0
    return {
        "put_call": {
            "call_oi": interest.calls,
            "call_vol": interest.call_volume,
            "pcr_oi": interest.ratio,
            "pcr_oi_change": {"d30": 0.0, "d60": 0.0},
            "pcr_volume": round(traded, 2),
            "put_oi": interest.puts,
            "put_vol": interest.put_volume,
        },
        "skew": {
            "baselines": {"put_call_iv_ratio_25delta": 1.2, "put_call_iv_spread": 0.04},
            "put_call_iv_ratio_25delta": surface.put_25 / surface.call_25,
            "put_call_iv_spread": surface.put_25 - surface.call_25,
            "skew_reference_dte_days": float(surface.days),
        },
    }


def recommendation(subject: Subject) -> Document:
    """Return the block that trade_recommendation=true adds."""
    calm = subject.net_gex > 0
    return {
        "direction": "long" if calm else "short",
        "model_version": "1.0.0",
        "opportunity_score": 5.0,
        "opportunity_tier": "moderate",
        "regime_label": "trending_low_vol" if calm else "trending_high_vol",
        "trade_bias": "Fade extremes" if calm else "Follow breakouts",
        "trade_type": "mean_reversion" if calm else "momentum",
    }


def structure(subject: Subject) -> Document:
    """Return /tickers/{t}/market-structure: no walls, no implied volatility."""
    below = subject.flip is not None and subject.price < subject.flip
    tone = "positive" if subject.net_gex > 0 else "negative"
    side = "below" if below else "above"
    skew = subject.surface.put_25 / subject.surface.call_25
    interest = subject.interest
    return {
        "headline": f"{subject.ticker} is {side} its gamma flip",
        "signal": "caution" if below else "constructive",
        "bias": "neutral",
        "structure_regime": f"{side}_flip_{tone}_gamma",
        "expected_behavior": "volatility expansion" if tone == "negative" else "mean reversion",
        "tags": [f"{tone}_gamma"],
        "drivers": {
            "gamma_tone": {"state": tone, "label": f"{tone.title()} gamma"},
            "flip_context": {"state": side, "label": f"{side.title()} flip", "distance_pct": subject.distance_pct},
            "skew_tone": {"state": "put_heavy" if skew > 1 else "call_heavy", "tags": []},
            "sentiment": {},
        },
        "key_levels": {"spot": subject.price, "gamma_flip": subject.flip, **sigma_levels(subject)},
        "supporting_factors": {
            "gamma_notional_per_1pct_move_usd": subject.net_gex,
            "pcr_oi": interest.ratio,
            "pcr_volume": round(interest.put_volume / interest.call_volume, 2) if interest.call_volume else 0.0,
            "put_call_25d_iv_premium_pct": 100 * (skew - 1),
            "speculative_interest_score": 0.2,
            "call_regime": None,
            "expected_move_pct_1d": subject.expected_move_pct(SIGMA_DAYS["1d"]),
            "expected_move_pct_1w": subject.expected_move_pct(SIGMA_DAYS["1w"]),
            "pct_gamma_expiring_nearest_expiry": subject.nearest_share,
            "distance_to_flip_pct": subject.distance_pct,
        },
    }


def by_strike(subject: Subject, points: Sequence[Point], asof: str, put_sign: str) -> Document:
    """Return /tickers/{t}/curves/gex_by_strike: walls are left to the reader."""
    near = [point for point in points if abs(point.strike / subject.price - 1) <= _BREADTH]
    return {
        "price": subject.price,
        "asof": asof,
        "points": [
            {
                "strike": _whole(point.strike),
                "call": point.call,
                "put": abs(point.put) if put_sign == "unsigned" else point.put,
                "net": point.net,
            }
            for point in near
        ],
        "totals": {
            "gex_flip_price": subject.flip,
            "gex_value_per_1pct": sum(point.net for point in points),
            "call_oi_sum": subject.interest.calls,
            "put_oi_sum": subject.interest.puts,
            "put_call_oi": subject.interest.ratio,
        },
    }


def _whole(strike: float) -> float | int:
    return int(strike) if strike == int(strike) else strike


def gamma_curve(subject: Subject, points: Sequence[Point], asof: str) -> Document:
    """Return /tickers/{t}/curves/gamma."""
    near = [point for point in points if abs(point.strike / subject.price - 1) <= _BREADTH]
    return {
        "price": subject.price,
        "asof": asof,
        "points": [{"strike": _whole(point.strike), "gamma": point.net} for point in near],
    }


def levels(subject: Subject, shape: str) -> Document:
    """Return /tickers/{t}/levels, as a list of names or as flat keys."""
    sigmas = sigma_levels(subject)
    ranked = sorted(subject.points, key=lambda point: -abs(point.net))[:5]
    flat: Document = {
        "gamma_flip": subject.flip,
        **{f"{sign}_1s_{name}": sigmas[f"{sign}_1sigma_{name}"] for name in SIGMA_DAYS for sign in ("plus", "minus")},
        **{f"gex_{place}": point.strike for place, point in enumerate(ranked)},
    }
    if shape == "flat":
        return flat
    return {"levels": [{"name": name, "price": price} for name, price in flat.items()]}
