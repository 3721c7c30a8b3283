"""An option chain read from the wire, and dealers' exposure with its flip, in plain Python."""

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from shared.adapters.http import HttpReply
from shared.adapters.tradier.parse_options import parse_chain
from shared.domain.gamma import GammaRow, gamma_exposure
from shared.domain.greeks import with_sound_greeks
from shared.domain.options import OptionQuote
from tests.benchmarks.figures import Figure, best_ms
from tests.unit.adapters.vendor_bodies import option_row

NOW = datetime(2026, 3, 4, 15, 30, tzinfo=UTC)
EXPIRATION = date(2026, 4, 17)
SPOT = 596.32
CONTRACTS, MANY, PEER_SHARE = 500, 10_000, 10
CALLS = 40
CHAIN_LIMIT_MS, EXPOSURE_LIMIT_MS, FLIP_LIMIT_MS = 6.0, 5.0, 40.0


def chain_text() -> str:
    """Write a chain of 500 contracts as the vendor does."""
    rows = []
    for place in range(CONTRACTS // 2):
        strike = 470 + place
        for letter in "CP":
            inside = max((SPOT - strike) * (1 if letter == "C" else -1), 0.0)
            mid = inside + 8.0 * max(1 - abs(strike / SPOT - 1) * 6, 0.02)
            symbol = f"SPY{EXPIRATION:%y%m%d}{letter}{strike * 1000:08d}"
            rows.append(option_row(symbol, round(mid - 0.03, 2), round(mid + 0.03, 2), last=round(mid, 2)))
    return json.dumps({"options": {"option": rows}})


def exposure_rows() -> list[GammaRow]:
    """Make 10,000 contracts over twenty expirations whose profile crosses zero."""
    return [
        GammaRow(
            strike=float(strike),
            expiration=(NOW + timedelta(days=3 + 7 * week)).date(),
            is_call=is_call,
            iv=0.16 + 0.0004 * abs(strike - 596),
            open_interest=900 + 7 * (strike % 50) + (600 if is_call == (strike > SPOT) else 0),
        )
        for week in range(20)
        for strike in range(471, 721)
        for is_call in (True, False)
    ]


def _read(text: str) -> tuple[OptionQuote, ...]:
    reply = HttpReply("tradier", "GET /markets/options/chains", 200, {}, text)
    return parse_chain(reply.long_document(), "SPY", EXPIRATION)


def _parsed() -> Iterable[Figure]:
    text = chain_text()
    quotes = _read(text)
    assert len(quotes) == CONTRACTS
    yield Figure(
        f"a chain of {CONTRACTS} contracts, text to quotes",
        best_ms(lambda: _read(text), CALLS),
        "ms",
        CHAIN_LIMIT_MS,
        peer="json.loads alone",
        peer_value=best_ms(lambda: json.loads(text), CALLS),
        note=f"{len(text) / 1e3:.0f} kB",
    )
    later = NOW + timedelta(hours=2)
    yield Figure(
        "the same with delta and volatility recomputed from the mids",
        best_ms(lambda: with_sound_greeks(quotes, Decimal(str(SPOT)), later), 7),
        "ms",
    )


def _exposure() -> Iterable[Figure]:
    from vollib.black_scholes.greeks.analytical import gamma

    rows = exposure_rows()
    assert len(rows) == MANY
    assert gamma_exposure(rows, SPOT, NOW).flip_point is not None

    def oracle() -> float:
        few = rows[::PEER_SHARE]
        return float(sum(gamma("c", SPOT, row.strike, 0.1, 0.0, row.iv) * row.open_interest for row in few))

    both = best_ms(lambda: gamma_exposure(rows, SPOT, NOW), CALLS)
    alone = best_ms(lambda: gamma_exposure(rows, SPOT, NOW, with_flip=False), CALLS)
    yield Figure(
        f"exposure of {MANY:,} contracts, by strike, with walls",
        alone,
        "ms",
        EXPOSURE_LIMIT_MS,
        peer="vollib, the gammas alone",
        peer_value=best_ms(oracle, 3) * PEER_SHARE,
        note=f"vollib on every tenth contract, times {PEER_SHARE}",
    )
    yield Figure("the flip beside it", both - alone, "ms", FLIP_LIMIT_MS)


def measure() -> Iterable[Figure]:
    """Measure reading a chain, the exposure and the flip."""
    yield from _parsed()
    yield from _exposure()
