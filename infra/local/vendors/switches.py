"""The vendors' quirks that can be turned: a name, what it may be, and what it is at first."""

from collections.abc import Iterator, Mapping
from typing import Final

Setting = str | float

ENVELOPE_NONE: Final = ("as_documented", "null", "string", "missing", "empty_object", "empty_array")
ENVELOPE_FAMILIES: Final = (
    "quotes", "options", "expirations", "strikes", "history", "series", "orders", "positions", "events",
    "gainloss", "legs", "errors",
)  # fmt: skip
PLANS: Final = ("none", "basic", "starter", "developer", "advanced", "business")

_CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "tradier.rate": ("faithful", "generous"),
    "tradier.numbers": ("faithful", "plain"),
    "tradier.multileg_quantity": ("sum", "spreads"),
    "tradier.greeks": ("hourly", "live"),
    "tradier.anomalies": ("on", "off"),
    "tradier.fills": ("model", "never"),
    "tradier.forgotten_order": ("unauthorized", "served"),
    "tradier.morning_roots": ("on", "off"),
    "tradier.commission": ("0", "0.35"),
    "tradier.account_type": ("own", "margin"),
    **{f"tradier.envelope.{family}.none": ENVELOPE_NONE for family in ENVELOPE_FAMILIES},
    **{f"tradier.envelope.{family}.one": ("object", "array") for family in ENVELOPE_FAMILIES},
    "polygon.rate": ("plan", "generous"),
    "polygon.plan.stocks": ("advanced", *PLANS),
    "polygon.plan.options": ("advanced", *PLANS),
    "polygon.plan.indices": ("advanced", *PLANS),
    "polygon.refusal_key": ("error", "message"),
    "polygon.next_host": ("same", "other"),
    "polygon.underlying_price": ("by_plan", "absent"),
    "trading_volatility.levels": ("list", "flat"),
    "trading_volatility.series": ("points", "arrays"),
    "trading_volatility.put_sign": ("signed", "unsigned"),
    "trading_volatility.flip_distance": ("dist_pct", "dist"),
    "trading_volatility.retry_after": ("seconds", "absent"),
    "trading_volatility.v1": ("alive", "dead"),
    "trading_volatility.v1_dates": ("blank", "underscore"),
    "trading_volatility.v1_limit": ("generous", "faithful"),
}
_NUMBERS: Final[Mapping[str, float]] = {
    "tradier.mid_fill_delay_s": 20.0,
    "tradier.fill_latency_s": 0.0,
    "tradier.settlement_delay_s": 7200.0,
    "tradier.sandbox_lag_s": 930.0,
    "tradier.quote_age_s": 2.0,
}


class Switches(Mapping[str, Setting]):
    """The present setting of every quirk."""

    def __init__(self, settings: Mapping[str, Setting] | None = None) -> None:
        """Start from the faithful defaults, with these settings on top."""
        first = {name: choices[0] for name, choices in _CHOICES.items()}
        self._settings: dict[str, Setting] = {**first, **_NUMBERS}
        for name, setting in (settings or {}).items():
            self.set(name, setting)

    def set(self, name: str, setting: Setting) -> None:
        """Turn one quirk.

        Raises:
            ValueError: there is no such quirk, or it cannot be that; the message names what can be.
        """
        if name in _NUMBERS:
            self._settings[name] = float(setting)
            return
        choices = _CHOICES.get(name)
        if choices is None:
            raise ValueError(f"no switch {name!r}; there are: {', '.join(self)}")
        if setting not in choices:
            raise ValueError(f"switch {name} cannot be {setting!r}; it can be: {', '.join(choices)}")
        self._settings[name] = setting

    def seconds(self, name: str) -> float:
        """Read a number of seconds."""
        return float(self._settings[name])

    def __getitem__(self, name: str) -> Setting:
        return self._settings[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._settings)

    def __len__(self) -> int:
        return len(self._settings)
