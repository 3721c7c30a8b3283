"""``alphagex check vendors`` on a stage: its keys, its plan, and the accounts that its bots name."""

import json
from datetime import time

from infra.cli.mistakes import FOUND
from infra.local.vendors.faults import Vendor
from shared.domain.vocabulary import Bot
from tests.functions.house import House
from tests.functions.story import Chapter
from tests.infra.cli.conftest import Run

SANDBOX = {"mode": "sandbox", "confirmed_account": "VA00000001"}


def test_the_keys_of_the_stage_are_asked_and_the_accounts_of_its_bots(house: House, run: Run) -> None:
    house.at(Chapter.UP_FLAT.at(time(10, 0))).configure(Bot.SOLOMON, SANDBOX)
    house.put_document(Bot.ATLAS, '{"no_such_field": 1}')
    ran = run("check", "vendors", "--json")
    answer = json.loads(ran.out)
    assert (ran.code, answer["unmet"], answer["keys_refused"]) == (0, [], []), ran.out
    accounts = [one["said"] for one in answer["findings"] if one["need"] == "account"]
    assert len(accounts) == 1
    assert accounts[0].startswith("VA00000001: equity ")
    assert {one["source"] for one in answer["findings"]} == {
        "tradier",
        "tradier_sandbox",
        "polygon",
        "trading_volatility",
    }


def test_a_need_that_nobody_meets_is_named_and_ends_with_a_code(house: House, run: Run) -> None:
    house.at(Chapter.UP_FLAT.at(time(10, 0))).stop(Vendor.TRADIER)
    ran = run("check", "vendors")
    assert ran.code == FOUND
    assert "No source meets: clock." in ran.out
