"""The page from a year of data on this machine, in headless Chromium: first paint, and all of it drawn."""

import json
import os
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any, Final

from botocore.session import get_session
from playwright.sync_api import Browser, sync_playwright

from infra.cli.dashboard import open_server, stage_scene
from infra.cli.stage import Place
from infra.dashboard.memory import MOMENT_SECONDS
from infra.dashboard.server import DashboardServer
from infra.local.demo.laptop import Laptop
from infra.local.demo.market import embedded_market, market_of
from infra.local.ministack import REGION
from shared.adapters.aws import Aws
from shared.adapters.dynamodb.database import Database
from shared.domain.vocabulary import Bot
from shared.settings import Environment
from tests.benchmarks.figures import MILLISECONDS, Figure
from tests.benchmarks.year import fill
from tests.e2e.chromium import launch
from tests.functions.house import ONE_LOOK, House

NOW: Final = datetime(2018, 1, 30, 15, 0, tzinfo=UTC)
SEED: Final = 13
OPENINGS: Final = 7
READY_MS: Final = 60_000
LIMIT_MS: Final = 1_000.0
DESKTOP: Final[Any] = {"width": 1360, "height": 900}
PICTURES: Final = "ALPHAGEX_PICTURES"
"""Names a folder that gets a picture of what was measured."""
PATHS: Final = (
    "/api/health",
    "/api/equity",
    "/api/positions",
    "/api/gex/SPY/regime",
    "/api/market/SPY?sessions=126",
    "/api/market/SPY?sessions=252",
    "/api/gex/SPY/profile",
    "/api/decisions?limit=25",
    "/api/stats",
    "/api/trades",
)


@contextmanager
def a_year() -> Iterator[tuple[Laptop, str]]:
    """Run a stage with a year behind it and today's positions open."""
    with Laptop(embedded_market(SEED), NOW) as laptop:
        house = House(laptop)
        house.morning(NOW)
        for bot in Bot:
            house.configure(bot, ONE_LOOK)
            house.minute(bot)
        house.later(10).monitor()
        database = Database(Aws(region=REGION, endpoint_url=os.environ["AWS_ENDPOINT_URL"]))
        filled = fill(laptop.stage, laptop.names, database, market_of(SEED))
        told = ", ".join(f"{count:,} {name}" for name, count in filled._asdict().items())
        house.later(50)
        house.collect()
        yield laptop, told


@contextmanager
def served() -> Iterator[tuple[DashboardServer, str]]:
    """Serve the page of such a stage, as the command does."""
    with a_year() as (laptop, told):
        session, environment = get_session(), laptop.environment
        settings, endpoint = Environment.parse(environment), environment["AWS_ENDPOINT_URL"]
        with open_server(stage_scene(Place("a year", settings, session, REGION, endpoint, {})), 0) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            yield server, told
            server.shutdown()


def measure() -> Iterable[Figure]:
    """Open the page several times, each time in a browser that never saw it."""
    with served() as (server, told), sync_playwright() as playwright:
        browser = launch(playwright)
        begun = time.perf_counter()
        server.warm()
        took = (time.perf_counter() - begun) * MILLISECONDS
        yield Figure("asked before the browser is opened", took, "ms", note="what costs most the first time")
        openings = [_opened(browser, server) for _ in range(OPENINGS)]
        browser.close()
        for name, limit in (("first paint", LIMIT_MS), ("all data drawn", LIMIT_MS)):
            found = [one[name] for one in openings]
            note = f"{min(found):.0f} to {max(found):.0f} of {OPENINGS} openings; {told}"
            yield Figure(f"{name}, after the address was opened", median(found), "ms", limit, note=note)
        spent = median(one["processor"] for one in openings)
        yield Figure(
            "the server's processor time of one opening", spent, "ms", note="what a busy machine does not blur"
        )
        for path in PATHS:
            took, size = _asked(server, path)
            yield Figure(path, took, "ms", note=f"{size / 1024:.0f} kB")


def _opened(browser: Browser, server: DashboardServer) -> dict[str, float]:
    context = browser.new_context(viewport=DESKTOP, timezone_id="Europe/Berlin")
    page = context.new_page()
    server.door.token = "again"
    begun = time.process_time()
    page.goto(server.door.address)
    page.wait_for_selector("body[data-ready]", timeout=READY_MS)
    spent = (time.process_time() - begun) * MILLISECONDS
    painted = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    drawn = float(page.evaluate("document.body.dataset.ready"))
    folder = os.environ.get(PICTURES)
    if folder:
        page.screenshot(path=Path(folder) / "year.png", full_page=True)
    context.close()
    time.sleep(MOMENT_SECONDS)
    return {"first paint": painted, "all data drawn": drawn, "processor": spent}


def _asked(server: DashboardServer, path: str) -> tuple[float, int]:
    ask = partial(server.api.get, path, {})
    took = []
    for _ in range(5):
        begun = time.perf_counter()
        answer = ask()
        took.append((time.perf_counter() - begun) * MILLISECONDS)
        time.sleep(MOMENT_SECONDS)
    assert answer.status == 200, json.loads(answer.body)
    return median(took), len(answer.body)
