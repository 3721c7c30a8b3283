"""The entry itself: phases 3 to 5 asked of one expiration's chain, every refusal returned."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from shared.domain.decisions import ChainRow, DenialCode, Gate, denials_of, gate_of
from shared.domain.market import BrokerClock, Snapshot
from shared.domain.options import Leg, OptionQuote
from shared.domain.orders import Intent
from shared.domain.package import package_quote
from shared.domain.positions import Position
from shared.domain.statistics import SizingBasis, StrategyStatistics
from shared.domain.vocabulary import Source
from shared.phases.entry.look import Look
from shared.phases.entry.plan import planned_intent, planned_position
from shared.phases.entry.structure import Structure, structure_of
from shared.phases.execution.denials import Candidate, Setting, liquidity_gates, price_gates, structure_gates
from shared.phases.execution.outlet import account_gates
from shared.phases.execution.prices import entry_limit
from shared.phases.regime import RegimeClassification
from shared.phases.sizing import PositionSize, Room, basis_of, size
from shared.phases.strategy import choose_legs


class Account(NamedTuple):
    """The broker's side of an entry: dollars of buying power, signed holdings by OCC symbol, its clock, its name.

    ``holdings`` contain what working orders would add; ``account_id`` is what the broker calls the account.
    """

    buying_power: Decimal
    holdings: Mapping[str, int]
    clock: BrokerClock | None
    account_id: str | None = None


class Proposal(NamedTuple):
    """An entry about to be planned, or the refusals; ``intent`` and ``position`` come together or not at all."""

    gates: tuple[Gate, ...]
    size: PositionSize | None
    chain: tuple[ChainRow, ...]
    intent: Intent | None
    position: Position | None
    statistics_version: int = 0


def propose(
    setting: Setting,
    snapshot: Snapshot,
    look: Look,
    chain: Sequence[OptionQuote],
    stored: StrategyStatistics | None,
    account: Account,
) -> Proposal:
    """Ask phases 3 to 5 of a chain of one expiration: legs, size, price, and every last refusal."""
    strategy, regime = look.strategy, look.regime
    if strategy is None or regime is None:
        return Proposal((), None, (), None, None)
    legs = choose_legs(strategy, chain, setting.config.strategies[strategy])
    if legs is None:
        gate = _gate(DenialCode.NO_STRIKE, f"{len(chain)} rows", f"strikes for {strategy}", False)
        return Proposal((gate,), None, (), None, None)
    quotes = {row.option_symbol: row for row in chain}
    asked = (
        *liquidity_gates(setting, snapshot.underlying, legs, quotes, _source_of(snapshot)),
        _enabled_gate(stored),
        *account_gates(setting, legs, account.holdings, account.clock, account.account_id),
    )
    rows = _considered(legs, quotes)
    package = package_quote(strategy, legs, quotes)
    if package is None:
        return Proposal(asked, None, rows, None, None)
    structure = structure_of(setting.config, snapshot.underlying, strategy, legs, quotes, package)
    asked += structure_gates(setting, snapshot.underlying, strategy, legs, package)
    return _sized(setting, snapshot, regime, structure, stored, account, asked, rows)


def _source_of(snapshot: Snapshot) -> Source:
    """Return where the market data of this minute come from: spot and chains are read with the same token."""
    return snapshot.spot.source if snapshot.spot else Source.TRADIER


def _considered(legs: Sequence[Leg], quotes: Mapping[str, OptionQuote]) -> tuple[ChainRow, ...]:
    return tuple(
        ChainRow(option_symbol=row.option_symbol, bid=row.bid, ask=row.ask, delta=row.delta)
        for leg in legs
        if (row := quotes.get(leg.option_symbol)) is not None
    )


def _enabled_gate(stored: StrategyStatistics | None) -> Gate:
    disabled = stored is not None and stored.is_disabled
    return _gate(DenialCode.STRATEGY_DISABLED, "disabled" if disabled else "enabled", "enabled", not disabled)


def _rooms(setting: Setting, underlying: str, structure: Structure, buying_power: Decimal) -> tuple[Room, ...]:
    """Return what clamps the size; money for less than one contract is a refusal of its own."""
    config, ledger = setting.config, setting.live.ledger(setting.config.mode)
    caps, capital, risk = config.caps, config.capital, structure.risk
    here = ledger.risk_by_underlying.get(underlying, Decimal(0))
    rooms = (
        Room("buying power", structure.max_loss, max(buying_power, structure.max_loss)),
        Room("contracts per order", Decimal(1), Decimal(caps.contracts_per_order)),
        Room("maximum loss per order", risk, caps.max_position * capital),
        Room("open risk", risk, caps.open_risk * capital - ledger.open_risk),
        Room("risk on the underlying", risk, caps.underlying_risk * capital - here),
    )
    if not structure.secured:
        return rooms
    return (*rooms, Room("cash secured", structure.secured, caps.cash_secured * capital - ledger.secured_cash))


def _sized(
    setting: Setting,
    snapshot: Snapshot,
    regime: RegimeClassification,
    structure: Structure,
    stored: StrategyStatistics | None,
    account: Account,
    asked: tuple[Gate, ...],
    rows: tuple[ChainRow, ...],
) -> Proposal:
    config, underlying, strategy = setting.config, snapshot.underlying, structure.strategy
    basis = basis_of(stored, config.priors[strategy])
    balance = config.capital + setting.live.ledger(config.mode).realized_pnl
    vix = snapshot.vix.value if snapshot.vix else Decimal(0)
    rooms = _rooms(setting, underlying, structure, account.buying_power)
    sized = size(basis, config, balance, regime.confidence, vix, structure.risk, rooms)
    minimum = config.strategies[strategy].min_credit
    limit_price = entry_limit(underlying, structure.effect, structure.package, config.walk, 0, minimum)
    candidate = Candidate(
        strategy=strategy,
        legs=structure.legs,
        package=structure.package,
        limit_price=limit_price,
        required=structure.max_loss * max(1, sized.contracts),
        buying_power=account.buying_power,
    )
    asked += (_size_gate(sized, basis), *price_gates(setting, candidate))
    if denials_of(asked):
        return Proposal(asked, sized, rows, None, None, basis.version)
    position = planned_position(setting, snapshot, regime, structure, sized.contracts)
    intent = planned_intent(setting, snapshot, structure, position, limit_price)
    return Proposal(asked, sized, rows, intent, position, basis.version)


def _size_gate(sized: PositionSize, basis: SizingBasis) -> Gate:
    code = DenialCode.NEGATIVE_EXPECTANCY if sized.kelly <= 0 else DenialCode.SIZE_ZERO
    clamps = f"; {', '.join(sized.clamps)}" if sized.clamps else ""
    value = (
        f"{sized.contracts} contracts, Kelly {sized.kelly:.4f}, {sized.fraction:.4f} of capital, {basis.origin}{clamps}"
    )
    return _gate(code, value, sized.reason or "at least 1 contract", sized.contracts > 0)


def _gate(code: DenialCode, value: object, limit: object, passed: bool) -> Gate:
    return gate_of(code, str(value), str(limit), passed)
