"""How the market would have to change to reach the next threshold of the action matrix."""

from collections.abc import Iterator
from decimal import Decimal

from shared.domain.vocabulary import IvMeasure
from shared.phases.entry.tweaks.tweak import Tweak, World, dollars

A_LITTLE = Decimal("0.01")
A_DOLLAR = Decimal(1)


def market_tweaks(world: World) -> Iterator[Tweak]:
    """Return the changes of the market that reach the next threshold of the action matrix."""
    yield from _of_iv(world)
    yield from _of_gamma(world)
    yield from _of_vix(world)
    yield from _of_spot(world)


def _of_iv(world: World) -> Iterator[Tweak]:
    config = world.config
    field = "iv_rank" if config.iv_measure is IvMeasure.RANK else "iv_percentile"
    iv: Decimal | None = getattr(world.snapshot, field)
    if iv is None:
        return
    if iv < config.sell_premium_from:
        yield _seen(world, field, iv, config.sell_premium_from)
    if iv >= config.buy_direction_below > 0:
        yield _seen(world, field, iv, config.buy_direction_below - A_LITTLE)


def _seen(world: World, field: str, was: Decimal, needed: Decimal) -> Tweak:
    changed = world.snapshot.model_copy(update={field: needed})
    return Tweak(field, f"{was:.2f}", f"{needed:.2f}", abs(needed - was) / 100, world._replace(snapshot=changed))


def _of_gamma(world: World) -> Iterator[Tweak]:
    gamma, thresholds = world.snapshot.gamma, world.config.gamma_thresholds.get(world.snapshot.underlying)
    if gamma is None or thresholds is None:
        return
    limit, was = thresholds.of(gamma.source), gamma.net_gex
    targets = []
    if was <= limit:
        targets.append(limit + A_DOLLAR)
    if was >= -limit:
        targets.append(-limit - A_DOLLAR)
    if abs(was) > limit:
        targets.append(limit if was > 0 else -limit)
    for needed in targets:
        changed = world.snapshot.model_copy(update={"gamma": gamma.model_copy(update={"net_gex": needed})})
        far = abs(needed - was) / max(abs(was), limit)
        yield Tweak("net GEX", dollars(was), dollars(needed), far, world._replace(snapshot=changed))


def _of_vix(world: World) -> Iterator[Tweak]:
    vix, config = world.snapshot.vix, world.config
    if vix is None:
        return
    was = vix.value
    targets = []
    if was <= config.negative_gamma_vix:
        targets.append(config.negative_gamma_vix + A_LITTLE)
    if was < config.vix_min:
        targets.append(config.vix_min)
    if was > config.vix_max:
        targets.append(config.vix_max)
    for needed in targets:
        changed = world.snapshot.model_copy(update={"vix": vix.model_copy(update={"value": needed})})
        yield Tweak("VIX", f"{was}", f"{needed}", abs(needed - was) / was, world._replace(snapshot=changed))


def _of_spot(world: World) -> Iterator[Tweak]:
    spot, gamma, momentum = world.snapshot.spot, world.snapshot.gamma, world.snapshot.momentum
    if spot is None:
        return
    targets: list[Decimal] = []
    if momentum is not None:
        targets += [average + step for average in (momentum.ma20, momentum.ma50) for step in (A_LITTLE, -A_LITTLE)]
    if gamma is not None and gamma.flip_point:
        near = world.config.rails.near_flip
        targets += [gamma.flip_point * (1 - near) - A_LITTLE, gamma.flip_point * (1 + near) + A_LITTLE]
    for needed in targets:
        changed = world.snapshot.model_copy(update={"spot": spot.model_copy(update={"value": needed})})
        far = abs(needed / spot.value - 1)
        yield Tweak("spot", f"{spot.value:.2f}", f"{needed:.2f}", far, world._replace(snapshot=changed))
