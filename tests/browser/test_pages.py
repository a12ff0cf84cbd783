"""The catalogue and the landing pages of a whole site, built and looked at in a real browser."""

from __future__ import annotations

import json
import os
from pathlib import Path

import msgspec
import pytest

from browser.conftest import Browser, Stage
from browser.loopback import Server
from syndicate import build, load_settings

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

ROOT = Path(__file__).parents[2]
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".xml": "application/xml",
    ".opml": "text/x-opml",
}
# Unknown to HTML, so that no border takes it for a tag: what survives into titles and names.
ODD = '"><x-y onclick="window.harmed=1"> & it\'s'
CLIPBOARD = "const done = arguments[0]; navigator.clipboard.readText().then(done, (no) => done(String(no)));"
SAID_COPIED = """
    const said = document.querySelector('[role=status]#copied').textContent;
    return said === 'Copied' && arguments[0].textContent === 'Copied';
"""
SHOWN = (
    "return [...document.querySelectorAll('[data-feed]')].filter((each) => each.checkVisibility()).length;"
)


def put_site(feeds: Server, folder: Path) -> None:
    """Serve a built site."""
    for file in folder.rglob("*"):
        if file.is_file() and file.suffix in TYPES:
            feeds.put(f"/{file.relative_to(folder).as_posix()}", file.read_bytes(), TYPES[file.suffix])


def built(config: Path, folder: Path) -> Path:
    """Build a site into a folder of its own."""
    settings = load_settings(os.fspath(config))
    build(
        msgspec.structs.replace(settings, output=str(folder / "feeds"), index=str(folder / "index.db")),
        jobs=1,
    )
    return folder / "feeds"


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample site, built."""
    return built(ROOT / "config" / "syndicate.yaml", tmp_path_factory.mktemp("sample"))


@pytest.fixture
def site(feeds: Server, sample: Path) -> str:
    """The sample site, served; its address."""
    put_site(feeds, sample)
    return feeds.url


def policy_violations(browser: Browser) -> list[str]:
    """Give what a Content-Security-Policy forbade; the articles' images are on hosts that do not exist."""
    return [each for each in browser.complaints() if "Content Security Policy" in each]


# The catalogue.


def test_the_search_filters_while_one_types(browser: Browser, site: str) -> None:
    """Each letter leaves the feeds that match, says how many, and hides groups without any."""
    from selenium.webdriver.common.keys import Keys

    browser.open(f"{site}/index.html")
    everything = browser.until(SHOWN)
    assert everything > 20
    search = browser.driver.find_element("id", "search")
    search.send_keys("WEATH")
    few = browser.ask(SHOWN)
    assert 0 < few < everything
    assert browser.driver.find_element("id", "found").text.startswith(f"{few} of {everything}")
    search.send_keys("xyz")
    assert browser.ask(SHOWN) == 0
    assert (
        browser.ask("return [...document.querySelectorAll('#feeds h2')].some((h) => h.checkVisibility());")
        is False
    )
    search.send_keys(Keys.CONTROL + "a", Keys.BACKSPACE)
    assert browser.ask(SHOWN) == everything
    assert policy_violations(browser) == []


def test_the_catalogue_needs_no_script(browser: Browser, site: str) -> None:
    """Without script there is the plain list, and no search box that does nothing."""
    browser.command("Emulation.setScriptExecutionDisabled", value=True)
    browser.open(f"{site}/index.html")
    rows = browser.driver.find_elements("css selector", "[data-feed]")
    assert len(rows) > 20
    assert all(row.is_displayed() for row in rows)
    assert not browser.driver.find_element("id", "search").is_displayed()
    assert not [each for each in browser.driver.find_elements("tag name", "button") if each.is_displayed()]


# The pages of feeds.


@pytest.fixture
def clipboard(browser: Browser, site: str) -> None:
    """Let the pages of the site use the clipboard."""
    browser.command(
        "Browser.grantPermissions",
        origin=site,
        permissions=["clipboardReadWrite", "clipboardSanitizedWrite"],
    )


def test_every_copy_button_copies(browser: Browser, site: str, clipboard: None) -> None:
    """Each button puts its address or snippet on the clipboard, and says so in a live region."""
    browser.resize(1000, 3000)
    browser.open(f"{site}/all/index.html")
    browser.ask("for (const each of document.querySelectorAll('details')) each.open = true;")
    buttons = browser.driver.find_elements("css selector", "button.copy")
    assert len(buttons) == 5
    copied = []
    for button in buttons:
        button.click()
        browser.until(SAID_COPIED, button)
        copied.append(browser.driver.execute_async_script(CLIPBOARD))
        assert copied[-1] == button.get_attribute("data-copy")
    assert [each.rpartition("/")[2] for each in copied[:3]] == ["rss.xml", "atom.xml", "feed.json"]
    assert "<syndicate-feed" in copied[3]
    assert "<iframe" in copied[4]


def test_a_copied_snippet_works(browser: Browser, site: str, stage: Stage) -> None:
    """What a landing page offers to copy shows the feed on a page of another origin."""
    browser.open(f"{site}/all/index.html")
    snippets = browser.ask(
        "return [...document.querySelectorAll('[data-snippet]')].map((b) => b.dataset.copy);"
    )
    assert len(snippets) == 2
    here = [each.replace("https://harbour.example/feeds", site) for each in snippets]
    stage.open("".join(here))
    browser.until(
        "return document.querySelector('syndicate-feed').shadowRoot?.querySelectorAll('li').length === 5;"
    )
    browser.driver.switch_to.frame(0)
    browser.until("return document.querySelectorAll('li').length === 10;")


@pytest.mark.parametrize(
    "page", ["index.html", "all/index.html", "topics/weather/index.html", "podcasts/index.html"]
)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nobody_is_kept_out(browser: Browser, site: str, axe: None, page: str, scheme: str) -> None:
    """axe-core finds no violation in the catalogue and in pages of each kind, by light and by dark."""
    browser.prefer(scheme)
    browser.open(f"{site}/{page}")
    browser.ask("for (const each of document.querySelectorAll('details')) each.open = true;")
    assert browser.violations() == []
    assert policy_violations(browser) == []


@pytest.mark.parametrize("page", ["index.html", "all/index.html"])
def test_nothing_sticks_out(browser: Browser, site: str, page: str) -> None:
    """On a screen of 320 pixels nothing has to be scrolled sideways (WCAG 2.2, 1.4.10)."""
    browser.resize(320)
    browser.open(f"{site}/{page}")
    assert browser.ask("return document.documentElement.scrollWidth;") == 320


def test_hostile_words_stay_words(browser: Browser, feeds: Server, site_of_odd_words: Path) -> None:
    """What a front matter says in titles, names, topics and summaries is text in every page of a site."""
    put_site(feeds, site_of_odd_words)
    pages = sorted(path for path in feeds.answers if path.endswith(".html"))
    assert len(pages) >= 7
    for path in pages:
        browser.open(f"{feeds.url}{path}")
        assert browser.ask("return document.querySelectorAll('x-y, [onclick]').length;") == 0, path
        assert "<x-y" in browser.ask("return document.body.innerText;"), path
        assert policy_violations(browser) == []


@pytest.fixture
def site_of_odd_words(tmp_path: Path) -> Path:
    """A site whose every word looks like markup, built."""
    odd = json.dumps(ODD)
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "2024-01-02-a.md").write_text(
        f"---\ntitle: {odd}\nexcerpt: {odd}\ntopics: [{odd}]\n"
        f"provider: {{name: {odd}, domain: odd.example}}\n"
        f"publishedDateTime: 2024-01-02\nwebUrl: https://site.example/a/\n"
        f"images: [{{url: 'https://site.example/a.png', title: {odd}}}]\n"
        f"related: [{{url: 'https://site.example/b/', title: {odd}}}]\n---\n"
    )
    config = tmp_path / "syndicate.yaml"
    config.write_text(
        f"site: {{title: {odd}, url: 'https://site.example/', feeds_url: 'https://site.example/feeds/',"
        f" id: 'site.example,2020', description: {odd}}}\nsources: [{{path: articles}}]\n"
    )
    return built(config, tmp_path)


# The feeds themselves.


@pytest.mark.parametrize(("file", "item"), [("rss.xml", "item"), ("atom.xml", "entry")])
def test_a_feed_is_readable_in_a_browser(browser: Browser, site: str, file: str, item: str) -> None:
    """Where a server says `application/xml`, RSS and Atom look like pages, and no HTML is shown as source."""
    browser.open(f"{site}/all/{file}")
    look = (
        "const each = document.querySelector(arguments[0]), [title, content] = ['title', arguments[1]]"
        ".map((name) => [...each.children].find((child) => child.nodeName === name));"
        "return [getComputedStyle(each).display, Number(getComputedStyle(title).fontWeight) > 400,"
        "getComputedStyle(content).display, title.getBoundingClientRect().height > 0];"
    )
    content = {"item": "content:encoded", "entry": "content"}[item]
    assert browser.ask(look, item, content) == ["flex", True, "none", True]
