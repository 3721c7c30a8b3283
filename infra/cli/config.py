"""``alphagex config``: show, compare, validate and set the configuration."""

import json
import sys
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from infra.cli.mistakes import CommandError
from infra.cli.screen import JsonOption, console, table, write_json
from infra.cli.stage import Place
from shared.adapters.ssm_documents import Stored
from shared.domain.config import BotConfig, SystemConfig, bot_config, parse_document, system_config
from shared.domain.errors import ConflictError
from shared.domain.vocabulary import Bot

SYSTEM = "system"
ABSENT = "–"
NameArgument = Annotated[str, typer.Argument(help="ATLAS, PROMETHEUS, SOLOMON or system.")]
GUARDED = {"mode": "`alphagex live mode`, then `alphagex live confirm`", "confirmed_account": "`alphagex live confirm`"}


def show(
    place: Place,
    name: NameArgument,
    *,
    section: Annotated[str, typer.Option("--section", help="Only this field or section.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Show the configuration as the functions read it, your changes marked."""
    document = document_of(place, name)
    whole = flat(_effective(name, document).model_dump(mode="json"))
    shown = {path: value for path, value in whole.items() if path.startswith(section)}
    if not shown:
        raise CommandError(f"--section {section} is no field", "`alphagex config show` lists them all")
    if as_json:
        write_json(shown)
        return
    changed = flat(document)
    made = table(f"Configuration of {name}", "Field", "Value", "")
    for path, value in shown.items():
        made.add_row(path, _text(value), "yours" if path in changed else "")
    console().show(made)


def diff(
    place: Place,
    name: Annotated[str, typer.Argument(help="A bot, or system; all by default.")] = "",
    *,
    as_json: JsonOption = False,
) -> None:
    """Show what you changed: your value beside the default."""
    names = (canonical(name),) if name else (*Bot, SYSTEM)
    found = {one: dict(_changes(place, one)) for one in names}
    if as_json:
        write_json(found)
        return
    made = table("Changes over the defaults", "Of", "Field", "Yours", "Default")
    for one, changes in found.items():
        for path, (yours, default) in changes.items():
            made.add_row(one, path, _text(yours), _text(default))
    _tell(made, "nothing is changed; the defaults hold")


def _changes(place: Place, name: str) -> Iterator[tuple[str, tuple[object, object]]]:
    document = document_of(place, name)
    whole = flat(_effective(name, document).model_dump(mode="json"))
    defaults = flat(_effective(name, {}).model_dump(mode="json"))
    for path in whole:
        if whole[path] != defaults.get(path):
            yield path, (whole[path], defaults.get(path))


def validate(
    name: NameArgument,
    file: Annotated[Path, typer.Argument(help="A JSON document; - reads standard input.")],
) -> None:
    """Validate a document without storing it; the fault names field, value and remedy."""
    text = sys.stdin.read() if str(file) == "-" else _read(file)
    kind = canonical(name)
    _effective(kind, parse_document(kind, text))
    console().say(f"{kind}: valid, {len(text.encode())} bytes")


def _read(file: Path) -> str:
    try:
        return file.read_text()
    except OSError as error:
        raise CommandError(f"{file} cannot be read ({error.strerror})", "name a JSON file") from error


def set_value(
    place: Place,
    name: NameArgument,
    changes: Annotated[list[str] | None, typer.Argument(help="field=value, such as caps.max_position=0.10.")] = None,
    *,
    file: Annotated[
        Path | None, typer.Option("--file", help="A JSON document whose fields are set, such as calibrate's.")
    ] = None,
    reason: Annotated[str, typer.Option("--reason", help="Why; it is recorded.")] = "",
) -> None:
    """Change fields: validated first, stored as your document, recorded. field= alone takes your change back."""
    kind = canonical(name)
    stored = stored_of(place, kind)
    document = _changes_in(kind, stored)
    before = flat(_effective(kind, document).model_dump(mode="json"))
    wanted = _of_file(file) | dict(map(_parted, changes or ()))
    if not wanted:
        raise CommandError("nothing is to be changed", "write field=value, or give --file")
    for path, value in wanted.items():
        if path in GUARDED:
            raise CommandError(f"{path} is not set this way", f"use {GUARDED[path]}")
        _put(document, path.split("."), value)
    text = json.dumps(document, default=str, separators=(",", ":"))
    store(place, kind, text, stored)
    if file is not None:
        _tell_changes(kind, before, flat(_effective(kind, document).model_dump(mode="json")))
    what = f"CONFIG {kind}: {', '.join(f'{path}={value}' for path, value in wanted.items())}"[:300]
    for bot in (Bot(kind),) if kind != SYSTEM else tuple(Bot):
        place.stage.operator.record(bot, what, reason or "config set")
    console().say(f"{kind}: stored; it holds from the next run on")


def _parted(change: str) -> tuple[str, str]:
    path, sign, value = change.partition("=")
    if not sign:
        raise CommandError(f"{change} is no change", "write field=value")
    return path, value


def _of_file(file: Path | None) -> dict[str, str]:
    """Return the fields of a document, one row each, written as they would be typed."""
    if file is None:
        return {}
    document = flat(parse_document(str(file), _read(file)))
    return {path: json.dumps(value, default=str) for path, value in document.items()}


def _tell_changes(kind: str, before: Mapping[str, object], after: Mapping[str, object]) -> None:
    made = table(f"Changes of {kind}", "Field", "Before", "Now")
    for path in dict.fromkeys((*before, *after)):
        if before.get(path) != after.get(path):
            made.add_row(path, _text(before.get(path)), _text(after.get(path)))
    _tell(made, "the document changes nothing")


def _tell(made: Table, otherwise: str) -> None:
    screen = console()
    if made.row_count:
        screen.show(made)
    else:
        screen.say(otherwise)


def store(place: Place, kind: str, text: str, seen: Stored) -> None:
    """Validate a document and store it in the place of the one that was read.

    Raises:
        CommandError: somebody changed it since; what they changed is shown, and nothing was stored.
        ConflictError: somebody stored another at the same moment, and this one lies over it.
    """
    _effective(kind, parse_document(kind, text))
    try:
        place.documents.replace(_parameter_of(place, kind), text, seen)
    except ConflictError as conflict:
        found = stored_of(place, kind)
        if found.text == text:
            raise
        _tell_changes(kind, flat(_changes_in(kind, seen)), flat(_changes_in(kind, found)))
        raise CommandError(
            f"{kind} was changed by somebody else meanwhile, as shown; nothing of yours was stored", "give it again"
        ) from conflict


def _put(document: dict[str, Any], path: list[str], value: str) -> None:
    for part in path[:-1]:
        document = document.setdefault(part, {})
        if not isinstance(document, dict):
            raise CommandError(f"{'.'.join(path)} lies below a value", "set the value above it")
    if not value:
        document.pop(path[-1], None)
        return
    try:
        document[path[-1]] = json.loads(value, parse_float=Decimal)
    except json.JSONDecodeError:
        document[path[-1]] = value


def canonical(name: str) -> str:
    """Return the name of a document. Raises CommandError."""
    if name.lower() == SYSTEM:
        return SYSTEM
    if name.upper() in tuple(Bot):
        return name.upper()
    raise CommandError(f"{name} has no configuration", f"choose one of {', '.join(Bot)}, {SYSTEM}")


def document_of(place: Place, name: str) -> dict[str, Any]:
    """Return what the user changed."""
    return _changes_in(name, stored_of(place, name))


def stored_of(place: Place, name: str) -> Stored:
    """Return the document of a bot or of the stage, with its version."""
    return place.documents.read(_parameter_of(place, name))


def _parameter_of(place: Place, name: str) -> str:
    kind, names = canonical(name), place.parameters.names
    return names.system if kind == SYSTEM else names.bot(Bot(kind))


def _changes_in(name: str, stored: Stored) -> dict[str, Any]:
    return parse_document(canonical(name), stored.text) if stored.text else {}


def _effective(name: str, document: Mapping[str, Any]) -> BotConfig | SystemConfig:
    kind = canonical(name)
    return system_config(document) if kind == SYSTEM else bot_config(Bot(kind), document)


def flat(document: Mapping[str, Any], above: str = "") -> dict[str, Any]:
    """Return a nested document as one row a field."""
    rows: dict[str, Any] = {}
    for name, value in document.items():
        path = f"{above}{name}"
        if isinstance(value, Mapping) and value:
            rows |= flat(value, f"{path}.")
        else:
            rows[path] = value
    return rows


def _text(value: object) -> str:
    if value is None:
        return ABSENT
    return ", ".join(str(one) for one in value) if isinstance(value, list | tuple) else str(value)
