"""What the broker's side is asked before an order leaves: its account, its clock, its holdings, its last orders."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from shared.domain.accounts import account_id_of, account_of
from shared.domain.config import BotConfig
from shared.domain.decisions import DenialCode, Gate
from shared.domain.market import BrokerClock, age_seconds
from shared.domain.options import Leg
from shared.domain.orders import Order, OrderSide, opening_side
from shared.domain.positions import Position
from shared.domain.vocabulary import TradingMode, TradingState
from shared.phases.execution.denials import ORDER_MINUTE, Setting, gate, limit_gate


def account_gates(
    setting: Setting,
    legs: tuple[Leg, ...],
    holdings: Mapping[str, int],
    clock: BrokerClock | None,
    account_id: str | None = None,
) -> tuple[Gate, ...]:
    """Ask of the broker's side what needs no size: account, netting, its clock, and a twin of this order.

    ``holdings`` are the broker's signed contracts by OCC symbol, with what its working orders would add;
    ``account_id`` is the account that the broker itself names, None where nobody asked it.
    """
    gates = (
        _netting_gate(legs, holdings),
        clock_gate(setting.config, clock, setting.now),
        *_broker_open_gates(clock),
        _twin_gate(setting, legs),
    )
    wanted = account_id_of(setting.config, setting.config.mode)
    return gates if account_id is None else (account_gate(account_id, wanted), *gates)


def account_gate(account_id: str | None, wanted: str | None) -> Gate:
    """Ask whether an order goes to the account it belongs to."""
    return gate(DenialCode.ACCOUNT_MISMATCH, account_id, wanted, wanted is not None and account_id == wanted)


def _broker_open_gates(clock: BrokerClock | None) -> tuple[Gate, ...]:
    if clock is None:
        return ()
    said = "open" if clock.is_open else "closed"
    return (gate(DenialCode.MARKET_CLOSED, f"broker {said}", "broker open", clock.is_open),)


def _twin_gate(setting: Setting, legs: tuple[Leg, ...]) -> Gate:
    wanted = {(leg.option_symbol, opening_side(leg)) for leg in legs}
    twin = next(
        (
            intent.intent_id
            for intent in setting.live.intents
            if setting.now - intent.planned_at < ORDER_MINUTE
            and {(leg.option_symbol, leg.side) for leg in intent.order.legs} == wanted
        ),
        None,
    )
    twin = twin or _left_lately(setting, wanted)
    return gate(DenialCode.DUPLICATE_ORDER, twin or "none", "no identical order within 60 s", twin is None)


def _left_lately(setting: Setting, wanted: set[tuple[str, OrderSide]]) -> str | None:
    """Return the fingerprint of an order with these legs that left within the minute, also one that has ended."""
    legs = "+".join(sorted(f"{side}:{option_symbol}" for option_symbol, side in wanted))
    return next(
        (
            one
            for one, at in setting.live.counters.order_prints.items()
            if one.endswith(f"x{legs}") and setting.now - at < ORDER_MINUTE
        ),
        None,
    )


def _netting_gate(legs: tuple[Leg, ...], holdings: Mapping[str, int]) -> Gate:
    against = [leg.option_symbol for leg in legs if holdings.get(leg.option_symbol, 0) * opening_side(leg).sign < 0]
    return gate(DenialCode.NETTING, ", ".join(against) or "none", "no leg against a holding", not against)


def clock_gate(config: BotConfig, clock: BrokerClock | None, now: datetime) -> Gate:
    """Ask whether the broker's clock agrees with ours, by the skew measured when it was read where there is one."""
    limit = config.freshness.clock_skew
    if clock is None:
        return gate(DenialCode.CLOCK_SKEW, "no broker clock", f"{limit} s", False)
    skew = clock.skew if clock.skew is not None else abs(age_seconds(clock.now, now))
    return gate(DenialCode.CLOCK_SKEW, f"{skew:.0f} s", f"{limit} s", skew <= limit)


class Outlet(NamedTuple):
    """Where an exit would go: the broker's account, its clock (None: it does not say), and our time."""

    config: BotConfig
    account_id: str
    clock: BrokerClock | None
    now: datetime


def exit_gates(
    position: Position,
    order: Order,
    state: TradingState,
    mode: TradingMode,
    is_open: bool,
    outlet: Outlet | None = None,
) -> tuple[Gate, ...]:
    """Ask what an exit must pass: it reduces what is held, in its own mode, while orders may leave at all.

    ``outlet`` adds what the broker itself says; a clock that cannot be read holds no exit back.
    """
    held = position.signed_legs()
    reduces = all(
        held.get(leg.option_symbol, 0) * leg.side.sign < 0
        and order.contracts <= abs(held.get(leg.option_symbol, 0))
        and not leg.side.is_opening
        for leg in order.legs
    )
    return (
        gate(DenialCode.BREAKER, state, "not HALTED", state is not TradingState.HALTED),
        gate(DenialCode.MODE_MISMATCH, mode, position.mode, mode is position.mode),
        gate(DenialCode.MARKET_CLOSED, "open" if is_open else "closed", "open", is_open),
        gate(
            DenialCode.EXCEEDS_POSITION,
            f"{order.contracts} of {position.remaining_contracts}",
            "only what is held",
            reduces and len(order.legs) == len(position.legs),
        ),
        limit_gate(order.limit_price),
        *(_outlet_gates(position, outlet) if outlet else ()),
    )


def _outlet_gates(position: Position, outlet: Outlet) -> tuple[Gate, ...]:
    tried = position.exit_tried_at
    rested = tried is None or outlet.now - tried >= ORDER_MINUTE
    gates = (
        account_gate(outlet.account_id, account_of(position) or outlet.account_id),
        gate(DenialCode.DUPLICATE_ORDER, f"last at {tried}", "no identical order within 60 s", rested),
    )
    if outlet.clock is None:
        return gates
    return (*gates, *_broker_open_gates(outlet.clock), clock_gate(outlet.config, outlet.clock, outlet.now))
