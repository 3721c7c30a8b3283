"""A user's document laid over the defaults and validated as a whole."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from shared.domain.config.defaults import DEFAULTS
from shared.domain.config.whole import BotConfig, SystemConfig
from shared.domain.errors import InvalidConfigurationError
from shared.domain.vocabulary import Bot

DOCUMENT_LIMIT_BYTES = 4096
"""The size of a standard SSM parameter."""


def _overlay(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in changes.items():
        below = merged.get(key)
        merged[key] = _overlay(below, value) if isinstance(below, dict) and isinstance(value, Mapping) else value
    return merged


def _first_fault(error: ValidationError) -> tuple[str, object, str]:
    fault = error.errors()[0]
    path = ".".join(str(part) for part in fault["loc"]) or "document"
    is_unknown = fault["type"] == "extra_forbidden"
    remedy = "there is no such field" if is_unknown else fault["msg"].replace("Input should", "it should")
    return path, fault["input"] if fault["loc"] else "document", remedy


def bot_config(bot: Bot, changes: Mapping[str, Any] | None = None) -> BotConfig:
    """Lay a bot's changes over its defaults and validate the whole.

    Raises:
        InvalidConfigurationError: a field is unknown, impossible or missing; it names field, value and remedy.
    """
    try:
        return BotConfig.model_validate(_overlay(DEFAULTS[bot], changes or {}))
    except ValidationError as error:
        raise InvalidConfigurationError(*_first_fault(error)) from error


def system_config(changes: Mapping[str, Any] | None = None) -> SystemConfig:
    """Validate what the stage's user changed; all else has its default.

    Raises:
        InvalidConfigurationError: a field is unknown, impossible or missing; it names field, value and remedy.
    """
    try:
        return SystemConfig.model_validate(changes or {})
    except ValidationError as error:
        raise InvalidConfigurationError(*_first_fault(error)) from error


def parse_document(name: str, text: str) -> dict[str, Any]:
    """Read a configuration document: a JSON object of at most 4,096 bytes.

    Raises:
        InvalidConfigurationError: it is no JSON object, or too large for a parameter.
    """
    if len(text.encode()) > DOCUMENT_LIMIT_BYTES:
        raise InvalidConfigurationError(name, f"{len(text.encode())} bytes", "keep only the changed fields")
    try:
        document = json.loads(text, parse_float=Decimal)
    except json.JSONDecodeError as error:
        raise InvalidConfigurationError(name, text[:80], f"it is no JSON: {error}") from error
    if not isinstance(document, dict):
        raise InvalidConfigurationError(name, text[:80], "give a JSON object of the changed fields")
    return document
