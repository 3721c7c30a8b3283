"""The page in a real browser, on what the demo left behind, and on a stage whose functions run."""

import threading
from collections.abc import Callable, Iterator
from datetime import time
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from botocore.session import get_session
from playwright.sync_api import Browser, Page, expect, sync_playwright

from infra.cli.dashboard import demo_scene, open_server, stage_scene
from infra.cli.stage import Place
from infra.dashboard.server import DashboardServer
from infra.local.demo.laptop import Laptop
from infra.local.ministack import REGION
from infra.local.recording import recording_beside
from shared.domain.decisions import DecisionKind
from shared.domain.vocabulary import Bot, TradingState
from shared.settings import Environment
from tests.e2e.chromium import launch
from tests.functions.house import House
from tests.functions.story import PREMIUM_TIME, Chapter, Story

BEFORE, AFTER = "2018-02-01", "2018-02-07"
DESKTOP, PHONE = {"width": 1360, "height": 900}, {"width": 390, "height": 844}
READY_MS = 20_000
AXE = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = launch(playwright)
        yield started
        started.close()


@pytest.fixture(scope="module")
def recording(runs: list[dict[str, Any]], reports: list[Path]) -> Path:
    assert len(runs) == len(reports)
    return recording_beside(reports[0])


class Visit:
    """One opening of the page, with all that the browser had to say about it."""

    def __init__(self, browser: Browser, server: DashboardServer, **context: Any) -> None:
        self.server = server
        self.complaints: list[str] = []
        self.hosts: set[str] = set()
        self.context = browser.new_context(**{"viewport": DESKTOP, "timezone_id": "Europe/Berlin"} | context)
        self.page = self.context.new_page()
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.hosts.add(request.url.split("/")[2]))
        self.page.goto(server.door.address)
        self.page.wait_for_selector("body[data-ready]", timeout=READY_MS)


@pytest.fixture
def visit(browser: Browser, recording: Path) -> Iterator[Callable[..., Visit]]:
    visits: list[Visit] = []

    def opened(at: str = BEFORE, **context: Any) -> Visit:
        server = open_server(demo_scene(recording, at), 0)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        visits.append(Visit(browser, server, **context))
        return visits[-1]

    yield opened
    for one in visits:
        one.context.close()
        one.server.shutdown()
        one.server.server_close()


@pytest.fixture
def running(browser: Browser) -> Iterator[tuple[House, Visit]]:
    """The page of a stage in an embedded AWS, where PROMETHEUS has just entered."""
    with Laptop(Story, Chapter.UP_FLAT.at(time(9, 0))) as laptop:
        house = House(laptop)
        house.enter(Bot.PROMETHEUS, Chapter.UP_FLAT.at(PREMIUM_TIME))
        settings, endpoint = Environment.parse(laptop.environment), laptop.environment["AWS_ENDPOINT_URL"]
        server = open_server(stage_scene(Place("a stage", settings, get_session(), REGION, endpoint, {})), 0)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        seen = Visit(browser, server)
        yield house, seen
        seen.context.close()
        server.shutdown()
        server.server_close()


def test_it_shows_and_switches_a_stage_whose_functions_run(running: tuple[House, Visit]) -> None:
    house, seen = running
    page, held = seen.page, house.position(Bot.PROMETHEUS)
    expect(page.locator("#where")).to_have_text("a stage, on this laptop")
    expect(page.locator("#state")).to_contain_text("market open")
    card = page.locator(".position")
    expect(card).to_contain_text(f"{held.contracts} × bull put spread on SPY")
    expect(page.locator("#decisions-body .kind.entry")).to_have_count(1)
    page.click("#breaker")
    page.get_by_label("REDUCING").check()
    page.get_by_label("Reason").fill("away for a week")
    page.click("#breaker-confirm")
    expect(page.locator("#breaker")).to_have_text("Breaker REDUCING")
    assert house.stage.parameters().state() is TradingState.REDUCING
    assert house.decisions(Bot.PROMETHEUS)[-1].kind is DecisionKind.OPERATOR
    assert seen.complaints == []


def violations(page: Page) -> list[str]:
    found = Axe().run(page, options=AXE).response["violations"]
    return [f"{one['id']}: {one['help']}: {one['nodes'][0]['html'][:200]}" for one in found]


@pytest.mark.parametrize(
    "context",
    [
        pytest.param({"color_scheme": "light"}, id="light"),
        pytest.param({"color_scheme": "dark"}, id="dark"),
        pytest.param({"viewport": PHONE, "has_touch": True}, id="phone"),
    ],
)
def test_it_is_usable_without_a_mouse_or_eyes(visit: Callable[..., Visit], context: dict[str, Any]) -> None:
    seen = visit(**context)
    page = seen.page
    page.locator("#decisions-body summary").first.click()
    page.locator("#market details.data summary").click()
    assert violations(page) == []
    page.click("#breaker")
    assert violations(page) == []
    assert seen.complaints == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_it_asks_nobody_but_its_own_server(visit: Callable[..., Visit]) -> None:
    seen = visit()
    assert seen.hosts == {f"127.0.0.1:{seen.server.server_port}"}
    assert "token" not in seen.page.url


def test_it_shows_what_the_demo_did(visit: Callable[..., Visit], runs: list[dict[str, Any]]) -> None:
    page = visit(AFTER).page
    expect(page.locator("#where")).to_have_text("demo")
    expect(page.locator("#state")).to_contain_text("recorded, standing at 7 Feb 2018")
    expect(page.locator("#trades-body tbody tr")).to_have_count(len(runs[0]["trades"]))
    for plot in ("equity", "drawdown", "market", "gamma"):
        assert painted(page, f"#{plot}-plot canvas"), plot
    expect(page.locator("#strategies-body tbody tr")).to_have_count(8)
    expect(page.locator("#regime-body")).to_contain_text("gamma")


def painted(page: Page, selector: str) -> bool:
    """Tell whether a canvas shows anything at all."""
    script = """canvas => new Uint32Array(canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height)
        .data.buffer).some(pixel => pixel !== 0)"""
    return bool(page.locator(selector).evaluate(script))


def test_an_open_position_is_a_diagram_with_mark_target_and_stop(visit: Callable[..., Visit]) -> None:
    page = visit(BEFORE).page
    cards = page.locator(".position")
    assert cards.count() >= 2
    spread = cards.filter(has_text="bull put spread")
    for text in ("Mark", "Target", "Stop", "way to the target", "way to the stop", "days"):
        expect(spread).to_contain_text(text)
    assert painted(page, ".position >> nth=0 >> canvas")


def test_a_chart_is_read_by_the_keyboard_and_as_a_table(visit: Callable[..., Visit]) -> None:
    page = visit().page
    chart, readout = page.locator("#market-plot .canvas"), page.locator("#market-plot .readout")
    newest = readout.inner_text()
    chart.focus()
    page.keyboard.press("Home")
    oldest = readout.inner_text()
    page.keyboard.press("ArrowRight")
    assert len({newest, oldest, readout.inner_text()}) == 3
    page.locator("#market-plot summary").click()
    expect(page.locator("#market-plot tbody tr").nth(10)).to_be_visible()


def test_a_decision_opens_into_its_gates_and_the_log_can_be_narrowed(visit: Callable[..., Visit]) -> None:
    page = visit(AFTER).page
    page.select_option("#decision-kind", "ENTRY")
    expect(page.locator("#decisions-body .kind").first).to_have_text("entry")
    expect(page.locator("#decisions-body .kind:not(.entry)")).to_have_count(0)
    page.locator("#decisions-body summary").first.press("Enter")
    gates = page.locator("#decisions-body tbody tr")
    expect(gates.nth(5)).to_be_visible()
    assert page.locator("#decisions-body .no").count() == 0
    page.select_option("#decision-kind", "")
    expect(page.locator("#decisions-body .kind.no_entry").first).to_be_visible()
    before = page.locator("#decisions-body > li").count()
    page.click("#decisions-more")
    expect(page.locator("#decisions-body > li").nth(before)).to_be_visible()


def test_the_underlying_and_the_period_are_chosen(visit: Callable[..., Visit]) -> None:
    page = visit().page
    page.get_by_role("button", name="SPX").click()
    expect(page.locator("#market-plot .readout")).to_contain_text("SPX")
    expect(page.get_by_role("button", name="SPX")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#gamma-plot .canvas")).to_have_attribute(
        "aria-label",
        "SPX: net gamma exposure by strike, calls less puts, dollars per one percent move. Arrow keys read the values.",
    )
    page.get_by_role("button", name="1 month").click()
    expect(page.get_by_role("button", name="1 month")).to_have_attribute("aria-pressed", "true")


def test_the_breaker_asks_for_a_reason_and_a_second_click(visit: Callable[..., Visit]) -> None:
    page = visit().page
    expect(page.locator("#breaker")).to_have_text("Breaker ACTIVE")
    page.click("#breaker")
    confirm = page.locator("#breaker-confirm")
    page.get_by_label("HALTED").check()
    expect(confirm).to_be_disabled()
    page.keyboard.press("Escape")
    expect(page.locator("#breaker")).to_have_text("Breaker ACTIVE")
    page.click("#breaker")
    page.get_by_label("HALTED").check()
    page.get_by_label("Reason").fill("a test of the switch")
    expect(confirm).to_have_text("Set the switch to HALTED")
    confirm.click()
    expect(page.locator("#breaker")).to_have_text("Breaker HALTED")
    expect(page.locator("#health-body")).to_contain_text("HALTED")


def test_the_theme_is_remembered(visit: Callable[..., Visit]) -> None:
    page = visit(color_scheme="light").page
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.click("#theme")
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert light != dark
    page.reload()
    page.wait_for_selector("body[data-ready]", timeout=READY_MS)
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == dark


def test_who_has_no_token_is_told_what_to_do(visit: Callable[..., Visit], browser: Browser) -> None:
    seen = visit()
    stranger = browser.new_context().new_page()
    stranger.goto(seen.server.door.origin)
    expect(stranger.locator("#failure")).to_contain_text("open the page anew with `alphagex dashboard`")
    stranger.context.close()
