"""The parameters that a new stage starts with: the breaker and the configuration documents."""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, cast

from infra.aws.environment import parameter_prefix
from infra.aws.errors import StageError
from shared.domain.config import BotConfig, bot_config, parse_document, system_config
from shared.domain.errors import InvalidConfigurationError

BOTS: Final[tuple[Any, ...]] = tuple(cast("type[StrEnum]", BotConfig.model_fields["bot"].annotation))
"""Every bot there is, as the configuration knows them."""

BREAKER: Final = "circuit-breaker"
SYSTEM: Final = "system"
SECRETS: Final = "secrets"
NOTHING_CHANGED: Final = "{}"
ACTIVE: Final = "ACTIVE"


def breaker_name(stage: str) -> str:
    """Return the name of the user's switch."""
    return f"{parameter_prefix(stage)}/{BREAKER}"


def bot_name(stage: str, bot: str) -> str:
    """Return the name of a bot's document."""
    return f"{parameter_prefix(stage)}/bots/{bot}"


def system_name(stage: str) -> str:
    """Return the name of the stage's own document."""
    return f"{parameter_prefix(stage)}/{SYSTEM}"


def initial_parameters(stage: str, folder: Path | None) -> Mapping[str, str]:
    """Return name and first value of each parameter; documents come from `<bot>.json` and `system.json`, if there.

    Raises:
        StageError: a document is unreadable or invalid.
    """
    documents = {bot_name(stage, bot): _checked(folder, str(bot)) for bot in BOTS}
    return {breaker_name(stage): ACTIVE, system_name(stage): _checked(folder, SYSTEM), **documents}


def _checked(folder: Path | None, name: str) -> str:
    text = _text(folder, name)
    try:
        changes = parse_document(name, text)
        if name == SYSTEM:
            system_config(changes)
        else:
            bot_config(next(bot for bot in BOTS if bot == name), changes)
    except InvalidConfigurationError as error:
        raise StageError(f"document {name}: {error}", "correct it, or leave the field out") from error
    return text


def _text(folder: Path | None, name: str) -> str:
    if folder is None:
        return NOTHING_CHANGED
    if not folder.is_dir():
        raise StageError(f"no folder {folder}", "give the folder that holds <bot>.json and system.json")
    file = folder / f"{name}.json"
    try:
        return file.read_text(encoding="utf-8") if file.exists() else NOTHING_CHANGED
    except (OSError, UnicodeDecodeError) as error:
        raise StageError(f"{file} cannot be read ({error})", "make it a readable UTF-8 file") from error
