"""The pages say what there is: every field of the configuration with its default, every command, every target."""

import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Final

import pytest
from pydantic import BaseModel
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from infra.cli.main import app
from shared.domain.config import BotConfig, StrategyRule, SystemConfig, bot_config, system_config
from shared.domain.vocabulary import Bot, Strategy

ROOT: Final = Path(__file__).parents[2]
README: Final = (ROOT / "README.md").read_text()
CONFIGURATION: Final = (ROOT / "docs" / "configuration.md").read_text()
BOT_PART, SYSTEM_PART = CONFIGURATION.split("## The stage's document")
BY_STRATEGY: Final = ("strategies", "priors", "gamma_thresholds")


def rows(part: str) -> dict[str, str]:
    """The default of each field that a part of the page names."""
    found: dict[str, str] = {}
    for line in part.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if line.startswith("| `") and len(cells) >= 3:
            names = re.findall(r"`([^`]+)`", cells[0])
            defaults = cells[1].split(", ") if len(names) > 1 else [cells[1]]
            found |= dict(zip(names, defaults * len(names), strict=False))
    return found


def fields(config: BaseModel, above: str = "") -> Iterator[tuple[str, object]]:
    """Every field with its value, sections by their path; those that are kept by strategy have tables of their own."""
    for name in type(config).model_fields:
        value = getattr(config, name)
        if isinstance(value, BaseModel):
            yield from fields(value, f"{above}{name}.")
        elif name not in BY_STRATEGY:
            yield f"{above}{name}", value


def number(text: str) -> object:
    """The page's way to write a number."""
    bare = text.strip("`").replace(",", "")
    return Decimal(bare) if re.fullmatch(r"-?[\d.]+", bare) else bare


def same(value: object, written: str) -> bool:
    """Whether the page's default is the value; yes and no are written as in JSON."""
    if isinstance(value, bool):
        return written == str(value).lower()
    if isinstance(value, int | Decimal):
        return number(written) == Decimal(value)
    if isinstance(value, tuple):
        return written == ", ".join(value)
    return written.strip("`") == str(value) if value else written in ("none", "all")


SOLOMON: Final = dict(fields(bot_config(Bot.SOLOMON)))
OWN_OF_A_BOT: Final = ("bot", "capital", "underlyings", "actions", "max_positions", "vix_min", "vix_max")
"""Told for each bot in one cell."""


def test_the_page_names_every_field_of_a_bot_and_none_that_there_is_not() -> None:
    named = {name for name in rows(BOT_PART) if "<" not in name and not name.startswith("/")}
    named -= set(StrategyRule.model_fields)
    named = {name.replace("exits.ex_dividends.<underlying>", "exits.ex_dividends") for name in named}
    assert named == set(SOLOMON) - {"exits.ex_dividends"}
    assert "exits.ex_dividends.<underlying>" in BOT_PART


@pytest.mark.parametrize("name", sorted(set(SOLOMON) - {*OWN_OF_A_BOT, "exits.ex_dividends"}))
def test_the_page_tells_the_default_of_a_bots_field(name: str) -> None:
    assert same(SOLOMON[name], rows(BOT_PART)[name]), (SOLOMON[name], rows(BOT_PART)[name])


@pytest.mark.parametrize("name", ["capital", "max_positions", "underlyings", "actions"])
def test_the_page_tells_what_each_bot_has_of_its_own(name: str) -> None:
    told = rows(BOT_PART)[name].split(" / ")
    assert all(same(getattr(bot_config(bot), name), one) for bot, one in zip(Bot, told, strict=True))


def test_the_page_tells_every_field_of_the_stage() -> None:
    told, there = rows(SYSTEM_PART), dict(fields(system_config()))
    plain = {name: value for name, value in there.items() if not name.startswith("freshness.")}
    assert set(told) - {"freshness.…"} == (set(plain) | {"vix_min", "vix_max"})
    wrong = {name: (value, told[name]) for name, value in plain.items() if not same(value, told[name])}
    assert wrong == {}


@pytest.mark.parametrize("strategy", list(Strategy))
def test_the_page_tells_every_rule_of_a_strategy(strategy: Strategy) -> None:
    head = next(line for line in BOT_PART.splitlines() if line.startswith("| strategy |"))
    names = re.findall(r"`(\w+)`", head)
    assert set(names) == set(StrategyRule.model_fields)
    row = next(line for line in BOT_PART.splitlines() if line.startswith(f"| {strategy}"))
    told = dict(zip(names, (cell.strip() for cell in row.strip("|").split("|")[1:]), strict=True))
    rule = bot_config(Bot.SOLOMON).strategies[strategy]
    assert {name: None if cell == "–" else Decimal(cell) for name, cell in told.items()} == {
        name: None if getattr(rule, name) is None else Decimal(getattr(rule, name)) for name in names
    }


def test_the_priors_and_thresholds_are_told() -> None:
    for name in type(bot_config(Bot.ATLAS).priors[Strategy.LONG_CALL]).model_fields:
        assert f"`priors.<STRATEGY>.{name}`" in BOT_PART
    for name in ("vendor", "computed"):
        assert f"`gamma_thresholds.<underlying>.{name}`" in BOT_PART
    assert set(BY_STRATEGY) < set(BotConfig.model_fields)
    assert set(SystemConfig.model_fields).isdisjoint(BY_STRATEGY)


def test_the_readme_names_every_target_of_make() -> None:
    targets = re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert targets
    assert [name for name in targets if f"`make {name}`" not in README] == []


def test_the_readme_names_every_command() -> None:
    group = get_command(app)
    assert isinstance(group, TyperGroup)
    listed = README[README.index("## Commands") :]
    missing = []
    for name, one in group.commands.items():
        row = next((line for line in listed.splitlines() if re.match(rf"\| .*`{name}[ `]", line)), "")
        below = one.commands if isinstance(one, TyperGroup) else {}
        missing += [name] if not row else [f"{name} {sub}" for sub in below if sub not in row]
        assert isinstance(one, TyperGroup | TyperCommand)
    assert missing == []
