"""Which underlyings there is data of, and whose eyes look at them."""

from collections.abc import Mapping

from shared.domain.config import BotConfig, SystemConfig
from shared.domain.errors import InvalidValueError
from shared.domain.vocabulary import Bot


class UnknownUnderlyingError(InvalidValueError):
    """No data of this underlying is collected."""


def known_underlying(underlying: str, system: SystemConfig) -> None:
    """Refuse an underlying of which nothing is collected.

    Raises:
        UnknownUnderlyingError: it names the underlyings there are.
    """
    if underlying not in system.underlyings:
        raise UnknownUnderlyingError("underlying", underlying, f"choose one of {', '.join(system.underlyings)}")


def reader_of(underlying: str, configs: Mapping[Bot, BotConfig]) -> BotConfig | None:
    """Return the configuration whose thresholds judge an underlying: that of the first bot that trades it."""
    traded = [config for config in configs.values() if underlying in config.underlyings]
    judged = [config for config in configs.values() if underlying in config.gamma_thresholds]
    return next(iter(traded or judged), None)
