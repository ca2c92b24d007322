"""A browser for the tests that drive pages: Debian's Chromium unless BROWSER_PATH names another."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Playwright, sync_playwright

from tests.e2e.inspector import Signer

NAMES = ("chromium", "google-chrome", "google-chrome-stable")
PASSWORD = "zhencha-2026"

ZHANG = Signer("zhang", PASSWORD, "480213")
LI = Signer("li", PASSWORD, "593117")


def browser() -> str:
    """Where the browser is; missing it fails with the command that installs it."""
    named = os.environ.get("BROWSER_PATH")
    found = named or next((path for name in NAMES if (path := shutil.which(name))), None)
    assert found, "no browser: apt-get install -y chromium, or set BROWSER_PATH"
    return found


@pytest.fixture(scope="session")
def browser_path() -> str:
    """The browser for tests."""
    return browser()


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """Playwright's driver, one for each module."""
    with sync_playwright() as driver:
        yield driver
