"""The audit record: what was decided, why (every gate with its value and limit), and how."""

from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache

from shared.domain.inputs import DecisionInputs
from shared.domain.options import OptionSymbol
from shared.domain.sessions import new_york_date
from shared.domain.values import SCHEMA_VERSION, Dollars, UtcTime, Value
from shared.domain.vocabulary import Action, Bot, ExitReason, GammaRegime, Rule, Strategy, TradingMode


class DenialCode(StrEnum):
    """Why an entry, an exit or its order was refused by us."""

    INVALID_SNAPSHOT = "INVALID_SNAPSHOT"
    STAY_FLAT = "STAY_FLAT"
    NOT_THIS_BOT = "NOT_THIS_BOT"
    TREND_EXCLUDED = "TREND_EXCLUDED"
    LOW_CONFIDENCE = "LOW_CONFIDENCE"
    BOT_DISABLED = "BOT_DISABLED"
    VIX_OUT_OF_RANGE = "VIX_OUT_OF_RANGE"
    NEAR_FLIP = "NEAR_FLIP"
    NOT_CONFIRMED = "NOT_CONFIRMED"
    COOLING_DOWN = "COOLING_DOWN"
    NOT_BREAKING_OUT = "NOT_BREAKING_OUT"
    NO_EXPIRATION = "NO_EXPIRATION"
    NO_STRIKE = "NO_STRIKE"
    CREDIT_TOO_SMALL = "CREDIT_TOO_SMALL"
    WIDTH_TOO_LARGE = "WIDTH_TOO_LARGE"
    ILLIQUID_LEG = "ILLIQUID_LEG"
    UNQUOTED_LEG = "UNQUOTED_LEG"
    STALE_QUOTE = "STALE_QUOTE"
    NEGATIVE_EXPECTANCY = "NEGATIVE_EXPECTANCY"
    SIZE_ZERO = "SIZE_ZERO"
    STRATEGY_DISABLED = "STRATEGY_DISABLED"
    INSUFFICIENT_MARGIN = "INSUFFICIENT_MARGIN"
    MAX_POSITIONS = "MAX_POSITIONS"
    MARKET_CLOSED = "MARKET_CLOSED"
    OUTSIDE_ENTRY_WINDOW = "OUTSIDE_ENTRY_WINDOW"
    SLOT_TAKEN = "SLOT_TAKEN"
    BREAKER = "BREAKER"
    MODE_MISMATCH = "MODE_MISMATCH"
    ACCOUNT_MISMATCH = "ACCOUNT_MISMATCH"
    BROKER_UNKNOWN = "BROKER_UNKNOWN"
    PREVIEW_REFUSED = "PREVIEW_REFUSED"
    LIMIT_REQUIRED = "LIMIT_REQUIRED"
    AM_SETTLED = "AM_SETTLED"
    CLOCK_SKEW = "CLOCK_SKEW"
    DUPLICATE_ORDER = "DUPLICATE_ORDER"
    ORDER_RATE = "ORDER_RATE"
    PRICE_COLLAR = "PRICE_COLLAR"
    NETTING = "NETTING"
    UNDERLYING_NOT_ALLOWED = "UNDERLYING_NOT_ALLOWED"
    DTE_TOO_SHORT = "DTE_TOO_SHORT"
    EXCEEDS_POSITION = "EXCEEDS_POSITION"
    STALE_SNAPSHOT = "STALE_SNAPSHOT"
    LOST_RACE = "LOST_RACE"
    UNREADABLE_ITEM = "UNREADABLE_ITEM"


class Denial(Value):
    """A refusal by us: its code, what was found and what would have passed."""

    code: DenialCode
    value: str
    limit: str


class Gate(Value):
    """One question a decision asked, with the answer.

    Of an entry, ``code`` is the refusal it gives when not passed; of an exit, the reason it gives when passed.
    """

    code: DenialCode | ExitReason
    value: str
    limit: str
    passed: bool


@lru_cache(maxsize=1024, typed=True)
def gate_of(code: DenialCode, value: str, limit: str, passed: bool) -> Gate:
    """Write one question about an entry down; most have the answer they had a minute ago."""
    return Gate(code=code, value=value, limit=limit, passed=passed)


def denials_of(gates: Iterable[Gate]) -> tuple[Denial, ...]:
    """Return every refusal among the gates, in their order."""
    return tuple(
        _denial_of(code, gate.value, gate.limit)
        for gate in gates
        if not gate.passed and isinstance(code := gate.code, DenialCode)
    )


@lru_cache(maxsize=1024)
def _denial_of(code: DenialCode, value: str, limit: str) -> Denial:
    return Denial(code=code, value=value, limit=limit)


class DecisionKind(StrEnum):
    """What was decided."""

    ENTRY = "ENTRY"
    NO_ENTRY = "NO_ENTRY"
    EXIT = "EXIT"
    SETTLEMENT = "SETTLEMENT"
    OPERATOR = "OPERATOR"

    @property
    def is_of_entering(self) -> bool:
        """Whether it was about entering: trade itself writes those into the log, the repeated ones too."""
        return self in (DecisionKind.ENTRY, DecisionKind.NO_ENTRY)


class ChainRow(Value):
    """A row of the option chain that was considered when legs were sought, as the vendor gave it, sound or not."""

    option_symbol: OptionSymbol
    bid: Dollars | None
    ask: Dollars | None
    delta: float | None


class Decision(Value):
    """One decision, complete enough to be made again.

    ``what`` is the deed in a line, ``why`` each gate in the order asked, ``how`` the order in a line.
    A run of identical non-entries is one record with its ``count`` and ``last_seen``.
    """

    schema_version: int = SCHEMA_VERSION
    decision_id: str
    kind: DecisionKind
    bot: Bot
    mode: TradingMode
    underlying: str
    at: UtcTime
    action: Action | None = None
    strategy: Strategy | None = None
    regime: GammaRegime | None = None
    rule: Rule | None = None
    what: str
    why: tuple[Gate, ...]
    how: str
    denials: tuple[Denial, ...] = ()
    snapshot_id: str | None = None
    config_digest: str = ""
    ledger_version: int = 0
    statistics_version: int = 0
    chain: tuple[ChainRow, ...] = ()
    inputs: DecisionInputs | None = None
    intent_id: str | None = None
    position_id: str | None = None
    count: int = 1
    last_seen: UtcTime | None = None
    last_snapshot_id: str | None = None

    @property
    def fingerprint(self) -> str:
        """What two non-entries share when they are the same answer again."""
        codes = ",".join(denial.code for denial in self.denials)
        return f"{self.kind}|{self.rule}|{self.action}|{self.strategy}|{codes}|{self.config_digest}"


class LastDecided(Value):
    """What trade remembers between two snapshots of one underlying: the actions, and the running non-entry."""

    underlying: str
    snapshot_at: UtcTime
    recent_actions: tuple[Action, ...] = ()
    decision_id: str | None = None
    decided_at: UtcTime | None = None
    fingerprint: str | None = None

    def repeats(self, decision: Decision, today: date) -> bool:
        """Tell whether a non-entry of this New York date is the running one again."""
        return (
            self.fingerprint == decision.fingerprint
            and self.decided_at is not None
            and new_york_date(self.decided_at) == today
        )

    def following(self, snapshot_at: datetime, recent_actions: tuple[Action, ...]) -> "LastDecided":
        """Return the memory after the next snapshot, in which no non-entry runs yet."""
        nothing = {"decision_id": None, "decided_at": None, "fingerprint": None}
        return self.model_copy(update={"snapshot_at": snapshot_at, "recent_actions": recent_actions, **nothing})

    def naming(self, decision_id: str, decided_at: datetime, fingerprint: str | None) -> "LastDecided":
        """Return the same memory with the running non-entry named."""
        return self.model_copy(
            update={"decision_id": decision_id, "decided_at": decided_at, "fingerprint": fingerprint}
        )
