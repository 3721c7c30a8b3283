"""The report: one file, complete, safe, and readable by everyone."""

import json
import re
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path

import pytest

from infra.local.demo.report import render, write_report
from infra.local.demo.summary import DemoSummary
from infra.words import clock, gain
from tests.infra.demo.sample_run import changed, default_run, empty_run

VOID = frozenset({"meta", "link", "br", "hr", "img", "input"})
HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'&"


class Page(HTMLParser):
    """Reads a page and keeps what is wrong with it."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.faults: list[str] = []
        self.ids: list[str] = []
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.text: list[str] = []
        self.feed(source)
        self.close()
        self.faults += [f"never closed: {tag}" for tag in self.open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._keep(tag, attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._keep(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"closed out of turn: {tag} at {self.getpos()}")

    def handle_data(self, data: str) -> None:
        if not {"script", "style"} & set(self.open):
            self.text.append(data)

    def _keep(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.tags.append((tag, found))
        if "id" in found:
            self.ids.append(found["id"])

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.tags if name == tag]

    @property
    def words(self) -> str:
        return re.sub(r"\s+", " ", "".join(self.text))


RUNS = [
    pytest.param(default_run(), id="the default run"),
    pytest.param(empty_run(), id="a run in which nothing happened"),
    pytest.param(changed(bots=default_run().bots[:1]), id="one bot"),
    pytest.param(changed(bots=(), curve=(), trades=(), marks=()), id="no bot at all"),
    pytest.param(changed(curve=default_run().curve[:1]), id="a single moment"),
]


@pytest.mark.parametrize("run", RUNS)
def test_the_page_is_well_formed(run: DemoSummary) -> None:
    page = Page(render(run))

    assert page.faults == []
    assert len(page.ids) == len(set(page.ids))


@pytest.mark.parametrize("run", RUNS)
def test_the_page_loads_nothing(run: DemoSummary) -> None:
    source = render(run)
    page = Page(source)

    assert not re.search(r"https?://|url\((?!#)|@import|src=|<link|fetch\(|XMLHttpRequest", source)
    assert all(link["href"].startswith("#") for link in page.all("a"))
    policy = next(meta["content"] for meta in page.all("meta") if "http-equiv" in meta)
    assert policy.startswith("default-src 'none'")


@pytest.mark.parametrize("run", RUNS)
def test_the_page_can_be_read_without_seeing_it(run: DemoSummary) -> None:
    page = Page(render(run))
    ids = set(page.ids)
    names = [name for _, attributes in page.tags for name in attributes.get("aria-labelledby", "").split()]

    assert set(names) <= ids
    assert {link["href"][1:] for link in page.all("a")} <= ids
    assert len(page.all("h1")) == 1
    assert len(page.all("caption")) == len(page.all("table"))
    assert all("scope" in header for header in page.all("th"))
    assert all("aria-labelledby" in svg or svg.get("aria-hidden") for svg in page.all("svg"))
    assert all(region.get("aria-label") for tag, region in page.tags if region.get("role") in {"region", "group"})


def test_every_trade_is_in_the_table() -> None:
    page = Page(render(default_run()))

    for trade in default_run().trades:
        assert trade.position_id in page.ids
        assert gain(trade.pnl, 2) in page.words
        assert clock(trade.opened_at) in page.words
        assert clock(trade.closed_at) in page.words


@pytest.mark.parametrize(
    "words",
    [
        pytest.param("2 October 2017 to 29 March 2018", id="the period"),
        pytest.param("no money moved", id="that it is a demo"),
        pytest.param("not what it would have earned", id="what it does not show"),
        pytest.param("▼ −$2,875", id="a loss by sign and arrow, not by colour alone"),
        pytest.param("+37.9% of $25,000", id="the share of the capital"),
        pytest.param("$4,853 (0.5%)", id="the largest drawdown"),
        pytest.param("5 February 2018: −4.1%, the VIX from 17.3 to 37.3", id="the worst session"),
        pytest.param("positive gamma, dealers dampen moves: 6", id="how long a regime lasted"),
        pytest.param("of 868 SPX snapshots it spoke on 26 under rank, and would have on 74", id="rule 1 in this run"),
        pytest.param("0 of 1,663 days", id="rule 1 on the record"),
        pytest.param("SOLOMON: 2 entries by own statistics, 9 by a prior", id="what sized the entries"),
        pytest.param("the prior: too few recent trades", id="which statistics sizing uses"),
        pytest.param("a stop or target was hit a short while ago", id="a refusal in words"),
        pytest.param("2018-02-07 REDUCING", id="a flip of the breaker"),
        pytest.param("15,482", id="a count read back"),
        pytest.param("34 alerts arrived, 7 of them loud", id="the alerts"),
        pytest.param("0.8% a year over 2007–2026", id="the honest note: condors"),
        pytest.param("The default seed was chosen because in it all three bots trade", id="the honest note: the seed"),
        pytest.param("No early exercise", id="the honest note: what is missing"),
        pytest.param("--seed 13 --step 60", id="how to make it again"),
    ],
)
def test_the_page_says(words: str) -> None:
    assert words in Page(render(default_run())).words


def test_foreign_text_stays_text() -> None:
    run = default_run()
    trade = run.trades[0].model_copy(update={"settlement_source": HOSTILE, "position_id": HOSTILE})
    alert = run.alerts[0].model_copy(update={"subject": HOSTILE, "body": HOSTILE, "level": HOSTILE})
    hostile = changed(
        trades=(trade,),
        alerts=(alert,),
        marks=(run.marks[0].model_copy(update={"label": HOSTILE}),),
        errors=(HOSTILE,),
        breaker_flips=(HOSTILE,),
        services=(run.services[0].model_copy(update={"service": HOSTILE, "what": HOSTILE}),),
        decisions=(run.decisions[0].model_copy(update={"answer": HOSTILE}),),
        entries=(run.entries[0].model_copy(update={"basis": HOSTILE, "strategy": HOSTILE}),),
        rules=(run.rules[0].model_copy(update={"rule": HOSTILE, "action": HOSTILE, "underlying": HOSTILE}),),
        curve=tuple(point.model_copy(update={"regime": HOSTILE, "action": HOSTILE}) for point in run.curve),
    )

    page = Page(render(hostile))

    assert page.faults == []
    assert len(page.all("script")) == 2
    assert page.all("img") == []
    assert not any(name.startswith("on") for _, attributes in page.tags for name in attributes)
    assert HOSTILE in page.words


def test_the_facts_are_json_with_a_row_for_each_moment() -> None:
    source = render(default_run())

    found = re.search(r'<script type="application/json" id="facts">(.*?)</script>', source, re.DOTALL)

    assert found is not None
    facts = json.loads(found[1])
    assert {len(column) for column in facts.values()} == {868}
    columns = {name for svg in Page(source).all("svg") for name in svg.get("data-columns", "").split()}
    assert columns <= set(facts)


def test_light_and_dark_and_paper_and_a_phone_are_provided_for() -> None:
    source = render(default_run())

    for query in ("prefers-color-scheme: dark", "@media print", "max-width: 600px", "prefers-reduced-motion"):
        assert query in source
    assert {"wide", "medium", "narrow", "small"} <= {svg.get("class") for svg in Page(source).all("svg")}


def test_a_run_without_trades_says_so() -> None:
    words = Page(render(empty_run())).words

    assert "No trade was closed in this run" in words
    assert "The run has no points to draw" in words


def test_errors_are_shown_at_the_top_and_listed() -> None:
    words = Page(render(changed(errors=("2018-02-05 11:30 collect: tradier is down",)))).words

    assert "1 call ended with an error" in words
    assert "2018-02-05 11:30 collect: tradier is down" in words


def test_a_total_loss_is_a_loss() -> None:
    lines = tuple(line.model_copy(update={"pnl": Decimal(-1_000)}) for line in default_run().bots)

    assert "All bots together: ▼ −$3,000" in Page(render(changed(bots=lines))).words


def test_the_file_is_written_into_a_new_folder(tmp_path: Path) -> None:
    path = tmp_path / "report" / "demo.html"

    write_report(default_run(), path)

    assert path.read_text(encoding="utf-8") == render(default_run())
    assert path.stat().st_size < 1_500_000
