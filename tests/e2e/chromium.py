"""A real headless Chromium: that of the machine, or the one that playwright installed."""

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
REMEDY = "no Chromium is installed; run `make chromium`, or install one (Debian: apt-get install chromium)"
OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def launch(playwright: Playwright) -> Browser:
    """Start the browser; where there is none, the test fails with the remedy."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None and not Path(playwright.chromium.executable_path).exists():
        pytest.fail(REMEDY)
    return playwright.chromium.launch(executable_path=found, args=["--headless=new", *OPTIONS] if found else OPTIONS)
