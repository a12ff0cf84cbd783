"""What the browser tests share: chromium, two origins on the loopback interface, and axe-core."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from browser.loopback import DEADLINE, Server

AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
FLAGS = (
    "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-sync"
    " --disable-background-networking --disable-component-update --disable-dev-shm-usage"
    " --hide-scrollbars --force-device-scale-factor=1 --lang=en-GB"
).split()

# No host but this one exists: what a test needs of another, it has to bring.
ALONE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1"


class Browser:
    """Chromium as a test uses it: open a page, ask it something, wait until it is so."""

    def __init__(self, driver: Any) -> None:
        self.driver = driver

    def open(self, url: str) -> None:
        """Load a page, and forget what the browser complained about before."""
        self.driver.get_log("browser")
        self.driver.get(url)

    def ask(self, script: str, *arguments: Any) -> Any:
        """Give what a function body returns in the page."""
        return self.driver.execute_script(script, *arguments)

    def until(self, script: str, *arguments: Any) -> Any:
        """Wait until a function body returns something that is true, and give that."""
        deadline = time.monotonic() + DEADLINE
        while not (found := self.ask(script, *arguments)):
            assert time.monotonic() < deadline, f"it never came true: {script}"
            time.sleep(0.02)
        return found

    def complaints(self) -> list[str]:
        """Give what the browser complained about since the page was opened."""
        return [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] == "SEVERE"]

    def command(self, name: str, **arguments: Any) -> Any:
        """Send a command of the Chrome DevTools Protocol."""
        return self.driver.execute_cdp_cmd(name, arguments)

    def prefer(self, scheme: str) -> None:
        """Be the browser of somebody who prefers a light or a dark screen."""
        feature = {"name": "prefers-color-scheme", "value": scheme}
        self.command("Emulation.setEmulatedMedia", features=[feature])

    def resize(self, width: int, height: int = 900) -> None:
        """Be a screen of this size."""
        self.command(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )

    def reset(self) -> None:
        """Be as new: no page, no preference, no size, scripts and cache as usual."""
        self.driver.switch_to.default_content()
        self.driver.get("about:blank")
        self.command("Emulation.setScriptExecutionDisabled", value=False)
        self.command("Emulation.setEmulatedMedia", features=[])
        self.command("Emulation.clearDeviceMetricsOverride")
        self.command("Network.clearBrowserCache")

    def violations(self) -> list[str]:
        """Give what axe-core finds wrong with the page, or with the frame that is looked at."""
        self.ask(AXE.read_text(encoding="utf-8"))
        found = self.driver.execute_async_script(
            "const done = arguments[arguments.length - 1];"
            "axe.run(document, {resultTypes: ['violations']}).then((all) => done(all.violations));"
        )
        return [
            f"{each['id']}: {node['target']} {node['failureSummary']}"
            for each in found
            for node in each["nodes"]
        ]


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Start the system's chromium once; nothing is downloaded."""
    program, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not program:
        pytest.skip("chromium is not installed")
    if not driver:
        pytest.skip("chromedriver is not installed (Debian: chromium-driver)")
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = program
    for flag in (*FLAGS, ALONE, f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    started = webdriver.Chrome(options=options, service=Service(executable_path=driver))
    started.set_script_timeout(DEADLINE)
    yield Browser(started)
    started.quit()


@pytest.fixture
def browser(chromium: Browser) -> Browser:
    """Chromium, as new."""
    chromium.reset()
    return chromium


@pytest.fixture
def axe() -> None:
    """Make sure that axe-core is there."""
    if not AXE.exists():
        pytest.skip("axe-core is not installed (make browser, or npm install in tests/browser)")


def _serve(host: str, *headers: tuple[str, str]) -> Iterator[Server]:
    server = Server(host, *headers)
    yield server
    server.close()


@pytest.fixture(scope="session")
def _feeds() -> Iterator[Server]:
    yield from _serve("127.0.0.1", ("Access-Control-Allow-Origin", "*"))


@pytest.fixture(scope="session")
def _publisher() -> Iterator[Server]:
    yield from _serve("localhost")


@pytest.fixture
def feeds(_feeds: Server) -> Server:
    """The origin of the feeds, which lets all others read it."""
    _feeds.forget()
    return _feeds


@pytest.fixture
def publisher(_publisher: Server) -> Server:
    """The origin of a page that embeds them."""
    _publisher.forget()
    return _publisher


@pytest.fixture
def nobody() -> str:
    """An origin where nobody listens."""
    server = Server("127.0.0.1")
    server.close()
    return server.url


class Stage:
    """A browser, the origin of the feeds, and a publisher's, whose page embeds what the first one has."""

    def __init__(self, browser: Browser, feeds: Server, publisher: Server) -> None:
        self.browser = browser
        self.feeds = feeds
        self.publisher = publisher

    def open(self, body: str, *, style: str = "", lang: str = "en-GB", csp: str | None = None) -> None:
        """Open a page of the publisher that has this body, style sheet, language and policy."""
        html = (
            f'<!doctype html><html lang="{lang}"><meta charset="utf-8"><title>A page</title>'
            '<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">'
            f'<link rel="stylesheet" href="/page.css"><body><main><h1>A page</h1>{body}</main></body></html>'
        )
        headers = (("Content-Security-Policy", csp),) if csp else ()
        self.publisher.put("/page.css", style, "text/css")
        self.browser.open(self.publisher.put("/", html, "text/html; charset=utf-8", headers=headers))


@pytest.fixture
def stage(browser: Browser, feeds: Server, publisher: Server) -> Stage:
    """All that an embed needs."""
    return Stage(browser, feeds, publisher)
