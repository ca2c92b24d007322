"""WebKit for the tests that drive it: Debian's WebKitGTK under a screen that nobody sees.

Its storage, service worker and keys are WebKit's own code, the code of every iPad. What Apple adds
(home screen, seven-day rule, camera) is not here. Where WebKit is missing, these tests fail with
the command that installs it: a suite that passed without it would say too much.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver import WebKitGTK
from selenium.webdriver.webkitgtk.options import Options
from selenium.webdriver.webkitgtk.service import Service

from tests.processes import leashed

INSTALL = "apt-get install -y --no-install-recommends webkit2gtk-driver xvfb"


def program(name: str) -> str:
    """Where a program is; missing it fails with the command that installs it."""
    found = shutil.which(name)
    assert found, f"no {name}, so nothing was tried on WebKit: {INSTALL}"
    return found


def small_browser() -> str:
    """WebKitGTK's MiniBrowser, which Debian keeps off the path."""
    found = sorted(Path("/usr/lib").glob("*/webkit*gtk-*/MiniBrowser"))
    assert found, f"no MiniBrowser, so nothing was tried on WebKit: {INSTALL}"
    return str(found[-1])


@pytest.fixture
def display() -> Iterator[str]:
    """A screen in memory; the server itself picks a number that is free."""
    reading, writing = os.pipe()
    command = [*leashed("TERM"), program("Xvfb"), "-displayfd", str(writing), "-screen", "0"]
    screen = subprocess.Popen(
        [*command, "1024x1366x24", "-nolisten", "tcp"],
        pass_fds=[writing],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    with os.fdopen(reading) as answer:
        number = answer.readline().strip()
    assert number, "Xvfb did not start"
    yield f":{number}"
    screen.terminate()
    screen.wait(10)


@pytest.fixture
def driver(display: str, tmp_path: Path) -> Iterator[WebKitGTK]:
    """A WebKit browser of this test's own; as an automated one it forgets all when it ends."""
    home = tmp_path / "webkit"
    home.mkdir()
    options = Options()
    options.binary_location = small_browser()
    options.add_argument("--automation")
    options.add_argument("--geometry=820x1180")
    service = Service(
        program("WebKitWebDriver"),
        env={
            **os.environ,
            "DISPLAY": display,
            "HOME": str(home),
            "XDG_CACHE_HOME": str(home / "cache"),
            "XDG_DATA_HOME": str(home / "data"),
            "LANG": "C.UTF-8",
            "LIBGL_ALWAYS_SOFTWARE": "1",
            "WEBKIT_DISABLE_DMABUF_RENDERER": "1",
            # In a container bubblewrap may not make namespaces; the pages are our own.
            "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1",
        },
    )
    driver = WebKitGTK(options=options, service=service)
    driver.set_script_timeout(30)
    yield driver
    driver.quit()
