"""`<syndicate-feed>` in a real browser, on a page of another origin than the feed's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from browser.conftest import Browser, Stage
from browser.loopback import Server
from browser.samples import HOSTILE, hostile_item, items, put_json

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

SCRIPT = Path(__file__).parents[2] / "syndicate" / "assets" / "embed.js"
FEED = "/all/feed.json"
LINK = "<a href='https://site.example/'>All articles</a>"
# What the scripts below begin with: the element, its shadow tree, its parts by name.
BEFORE = """
    const feed = document.querySelector('syndicate-feed'), root = feed.shadowRoot;
    const all = (part) => [...root.querySelectorAll(`[part=${part}]`)];
    const [status] = all('status'), [retry] = all('retry');
"""
# Long waits are not waited for: they are kept, and a test lets them pass. So are the signals of requests.
CLOCK = """
    window.waits = [];
    const [later, never] = [window.setTimeout, window.clearTimeout];
    window.setTimeout = (act, wait, ...rest) =>
        wait >= 50000 ? -window.waits.push({act, wait}) : later(act, wait, ...rest);
    window.clearTimeout = (id) => id < 0 ? (window.waits[-id - 1].act = () => {}) : never(id);
    window.signals = [];
    const ask = window.fetch;
    window.fetch = (url, how) => window.signals.push(how.signal) && ask(url, how);
"""
HIDE = """
    Object.defineProperty(document, 'hidden', {value: arguments[0], configurable: true});
    document.dispatchEvent(new Event('visibilitychange'));
"""


class Embedded:
    """The element on a page of the publisher, as a test sees it."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.browser = stage.browser
        self.feeds = stage.feeds

    def open(
        self, src: str, inside: str = "", *, page: dict[str, str] | None = None, **attributes: str
    ) -> None:
        """Open a page that has the script and the element with these attributes."""
        script = self.feeds.put("/embed.js", SCRIPT.read_bytes(), "text/javascript; charset=utf-8")
        written = "".join(f' {name}="{value}"' for name, value in attributes.items())
        element = f'<syndicate-feed src="{src}"{written}>{inside}</syndicate-feed>'
        self.stage.open(f'<script type="module" src="{script}"></script>{element}', **(page or {}))

    def ask(self, script: str, *arguments: Any) -> Any:
        """Give what a function body returns, which may use what `BEFORE` names."""
        return self.browser.ask(BEFORE + script, *arguments)

    def until(self, script: str, *arguments: Any) -> Any:
        """Wait until such a function body returns something that is true."""
        return self.browser.until(BEFORE + script, *arguments)

    def shown(self) -> list[str]:
        """Wait for the items; give their titles."""
        self.until("return root && root.querySelector('li') !== null;")
        return self.texts("title")

    def texts(self, part: str) -> list[str]:
        """Give the texts of a part."""
        return self.ask("return all(arguments[0]).map((each) => each.textContent);", part)

    def status(self) -> str:
        """Give the sentence that is shown in place of items, or nothing."""
        return self.ask("return status.hidden ? '' : status.innerText;")

    def says(self, words: str) -> None:
        """Wait for a sentence in place of items."""
        self.until("return root && !status.hidden && status.innerText === arguments[0];", words)

    def change(self, name: str, value: str) -> None:
        """Set an attribute."""
        self.ask("feed.setAttribute(arguments[0], arguments[1]);", name, value)

    def style(self, part: str, name: str) -> str:
        """Give the computed style of the first element of a part."""
        return self.ask("return getComputedStyle(all(arguments[0])[0])[arguments[1]];", part, name)

    def reload(self) -> None:
        """Ask for the feed again, and wait until that is done."""
        script = f"{BEFORE} feed.reload().then(arguments[arguments.length - 1]);"
        self.browser.driver.execute_async_script(script)

    def waits(self) -> list[int]:
        """Give the minutes that it waits for or waited for, the last one last."""
        return [round(wait / 60000) for wait in self.browser.ask("return waits.map((each) => each.wait);")]


@pytest.fixture
def embedded(stage: Stage) -> Embedded:
    """The element, not yet on a page."""
    return Embedded(stage)


@pytest.fixture
def clock(browser: Browser) -> Iterator[None]:
    """Keep the long waits of the pages that are opened now."""
    kept = browser.command("Page.addScriptToEvaluateOnNewDocument", source=CLOCK)
    yield
    browser.command("Page.removeScriptToEvaluateOnNewDocument", identifier=kept["identifier"])


# What it shows.


def test_it_shows_a_feed_of_another_origin(embedded: Embedded, feeds: Server) -> None:
    """Title, link, picture, people, date and summary of the newest five, from the JSON Feed that we write."""
    made = items(feeds)
    embedded.open(put_json(feeds, *made))
    assert embedded.shown() == [each.title for each in made[:5]]
    first = embedded.ask(
        "const [link, image, date] = [all('link')[0], all('image')[0], all('date')[0]];"
        "return [link.href, link.rel, image.src, image.loading, image.alt, date.dateTime, date.textContent,"
        "all('author')[0].textContent, all('summary')[0].textContent, all('list')[0].ariaLabel];"
    )
    assert first == [
        made[0].permalink,
        "noopener",
        made[0].enclosures[0].url,
        "lazy",
        "Picture 0",
        "2025-10-02T06:30:00.000Z",
        "2 Oct 2025",
        "Ines Calder, Harbour & Hinterland",
        made[0].summary,
        "Harbour & Hinterland",
    ]
    assert feeds.asked(FEED)[0].origin == embedded.browser.ask("return location.origin")
    assert embedded.browser.complaints() == []


@pytest.mark.parametrize(
    ("lang", "written"), [("de", "02.10.2025"), ("pt-BR", "2 de out. de 2025"), ("no_such!", "2025-10-02")]
)
def test_dates_are_written_in_the_language_of_the_page(
    embedded: Embedded, feeds: Server, lang: str, written: str
) -> None:
    """A date is written as the page's readers write it; in figures where the language is none."""
    embedded.open(put_json(feeds, *items(feeds, 1)), page={"lang": lang})
    embedded.shown()
    assert embedded.texts("date") == [written]


@pytest.mark.parametrize(
    ("version", "people", "names"),
    [
        ("https://jsonfeed.org/version/1", {"author": {"name": "Ann"}}, "Ann"),
        ("https://jsonfeed.org/version/1.1", {"authors": [{"name": "Ann"}, {"name": "Bob"}]}, "Ann, Bob"),
    ],
)
def test_both_versions_of_json_feed_are_read(
    embedded: Embedded, feeds: Server, version: str, people: dict[str, Any], names: str
) -> None:
    """1.0 has one author, 1.1 several; what an item lacks is left out; addresses may be relative."""
    items(feeds, 2)
    listed = [
        {"id": "1", "url": "one/", "title": "One", "image": "/pictures/1.svg", **people},
        {"id": "2", "external_url": "https://far.example/", "content_text": "No title"},
        {"id": "3"},
        None,
        "no item",
    ]
    embedded.open(feeds.put(FEED, json.dumps({"version": version, "items": listed}), "application/json"))
    assert embedded.shown() == ["One", "No title", "…"]
    assert embedded.texts("author") == [names]
    links = embedded.ask("return all('link').map((each) => each.href);")
    assert links == [f"{feeds.url}/all/one/", "https://far.example/"]
    assert embedded.ask("return all('image')[0].src;") == f"{feeds.url}/pictures/1.svg"


def test_attributes_may_change_at_any_time(embedded: Embedded, feeds: Server) -> None:
    """`limit`, `layout` and `images` say what is shown, and no change of them asks for the feed again."""

    def counts(*parts: str) -> list[int]:
        return [len(embedded.texts(part)) for part in parts]

    embedded.open(put_json(feeds, *items(feeds)), limit="3")
    embedded.shown()
    assert counts("item", "image") == [3, 2]
    embedded.change("images", "off")
    assert counts("item", "image") == [3, 0]
    embedded.change("images", "on")
    embedded.change("limit", "7")
    assert counts("item", "image") == [7, 5]
    embedded.change("layout", "cards")
    assert embedded.style("item", "flexDirection") == "column"
    embedded.change("layout", "headlines")
    assert counts("item", "date", "image", "summary", "author") == [7, 7, 0, 0, 0]
    embedded.change("limit", "many")
    assert counts("item") == [5]
    assert len(feeds.asked(FEED)) == 1


def test_a_picture_that_is_not_there_leaves_no_gap(embedded: Embedded, feeds: Server) -> None:
    """An image that cannot be loaded goes, with the space it had."""
    src = put_json(feeds, *items(feeds, 1))
    feeds.answers.pop("/pictures/0.svg")
    embedded.open(src)
    embedded.shown()
    embedded.until("return !root.querySelector('img');")


# Its states.


def test_it_says_that_it_loads(embedded: Embedded, feeds: Server) -> None:
    """Until the feed has come a live region says so; what stood inside the element is not shown."""
    gate = Event()
    embedded.open(put_json(feeds, *items(feeds), gate=gate), LINK)
    embedded.says("Loading…")
    assert embedded.ask("return [status.role, feed.querySelector('a').checkVisibility()];") == [
        "status",
        False,
    ]
    gate.set()
    assert embedded.shown()
    assert embedded.status() == ""


def test_without_script_what_is_inside_is_shown(embedded: Embedded, feeds: Server) -> None:
    """Where no script runs, a visitor sees what the page put inside the element."""
    embedded.browser.command("Emulation.setScriptExecutionDisabled", value=True)
    embedded.open(put_json(feeds, *items(feeds)), LINK)
    link = embedded.browser.driver.find_element("css selector", "syndicate-feed > a")
    assert (link.text, link.is_displayed()) == ("All articles", True)


def test_an_empty_feed_says_so(embedded: Embedded, feeds: Server) -> None:
    """A feed without items is no error and no blank."""
    embedded.open(put_json(feeds))
    embedded.says("Nothing here yet.")
    assert embedded.ask("return all('list')[0].checkVisibility();") is False
    assert embedded.browser.complaints() == []


def test_the_words_can_be_those_of_the_page(embedded: Embedded, feeds: Server) -> None:
    """A slot for each state, and for the button, gives another language or other words."""
    embedded.open(put_json(feeds), "<b slot='empty'>Noch nichts.</b><b slot='error'>Geht nicht.</b>")
    embedded.until("return feed.innerText.includes('Noch nichts.');")
    assert "Geht nicht." not in embedded.ask("return feed.innerText;")


@pytest.mark.parametrize(
    "kind", ["unreachable", "missing", "failing", "no json", "no feed", "without CORS", "no address"]
)
def test_what_cannot_be_loaded_is_an_error_with_a_way_out(
    embedded: Embedded, feeds: Server, nobody: str, kind: str
) -> None:
    """Whatever is wrong with the feed, the visitor is told so and can try again."""
    sources = {
        "unreachable": f"{nobody}/feed.json",
        "missing": f"{feeds.url}/nothing.json",
        "failing": put_json(feeds, *items(feeds), status=500),
        "no json": feeds.put("/no.json", "<html>", "application/json"),
        "no feed": feeds.put("/other.json", '{"items": []}', "application/json"),
        "without CORS": embedded.stage.publisher.url.replace("localhost", "127.0.0.1"),
        "no address": "javascript:alert(1)",
    }
    embedded.open(sources[kind])
    embedded.says("This feed could not be loaded.")
    assert embedded.ask("return retry.checkVisibility();")
    assert {each.path for each in embedded.stage.publisher.requests} == {"/", "/page.css"}


def test_trying_again_succeeds(embedded: Embedded, feeds: Server) -> None:
    """After the button the feed is there, and whoever pressed it by keyboard goes on at its first link."""
    from selenium.webdriver.common.keys import Keys

    src = put_json(feeds, *items(feeds))
    answer = feeds.answers.pop(FEED)
    embedded.open(src)
    embedded.says("This feed could not be loaded.")
    feeds.answers[FEED] = answer
    embedded.browser.driver.switch_to.active_element.send_keys(Keys.TAB)
    embedded.browser.driver.switch_to.active_element.send_keys(Keys.ENTER)
    assert embedded.shown()
    assert embedded.ask("return [root.activeElement === all('link')[0], retry.hidden];") == [True, True]


# Strangers' words.


def test_hostile_words_stay_words(embedded: Embedded, feeds: Server) -> None:
    """Markup in a title, a name or a summary is shown as it is written, and does nothing."""
    embedded.open(put_json(feeds, hostile_item()))
    assert embedded.shown() == [HOSTILE]
    assert [embedded.texts(part) for part in ("author", "summary")] == [[HOSTILE], [HOSTILE]]
    found = "return [root.querySelectorAll('script, [onerror], img').length, window.harmed ?? null];"
    assert embedded.ask(found) == [0, None]


@pytest.mark.parametrize(
    "address",
    ["javascript:window.harmed=1", " JavaScript:x()", "data:text/html,x", "vbscript:x", "file:///x", 7, {}],
)
def test_only_the_web_is_linked(embedded: Embedded, feeds: Server, address: Any) -> None:
    """An address that is not http or https becomes neither a link nor an image; the title stays."""
    item = {"url": address, "external_url": address, "image": address, "title": "T"}
    feed = {"version": "https://jsonfeed.org/version/1.1", "items": [item]}
    embedded.open(feeds.put(FEED, json.dumps(feed), "application/json"))
    assert embedded.shown() == ["T"]
    assert embedded.ask("return root.querySelectorAll('a, img').length;") == 0


def test_a_strict_policy_is_enough(embedded: Embedded, feeds: Server) -> None:
    """A page that allows scripts, connections and images of the feeds' origin alone can embed it."""
    policy = (
        f"default-src 'none'; style-src 'self'; img-src data: {feeds.url}; script-src {feeds.url};"
        f" connect-src {feeds.url}; require-trusted-types-for 'script'; base-uri 'none'; form-action 'none'"
    )
    embedded.open(put_json(feeds, *items(feeds)), page={"csp": policy})
    embedded.shown()
    embedded.until("return all('image')[0].naturalWidth > 0;")
    assert embedded.style("list", "display") == "grid"
    assert embedded.browser.complaints() == []


# Its looks.


def test_custom_properties_and_parts_theme_it(embedded: Embedded, feeds: Server) -> None:
    """The page's style sheet reaches it by custom property and by `::part`, and by nothing else."""
    css = """
        syndicate-feed {
            --syndicate-accent: rgb(1, 2, 3); --syndicate-muted: rgb(4, 5, 6); --syndicate-gap: 7px;
            --syndicate-radius: 9px; --syndicate-ratio: 1; --syndicate-text: rgb(8, 8, 8);
            --syndicate-surface: rgb(10, 11, 12); --syndicate-border: rgb(13, 14, 15);
            --syndicate-font: 20px monospace;
        }
        syndicate-feed::part(title) { text-transform: uppercase }
        p { letter-spacing: 3px }
    """
    embedded.open(put_json(feeds, *items(feeds)), layout="cards", page={"style": css})
    embedded.shown()
    expected = {
        ("link", "color"): "rgb(1, 2, 3)",
        ("summary", "color"): "rgb(4, 5, 6)",
        ("meta", "letterSpacing"): "normal",
        ("list", "gap"): "7px",
        ("list", "color"): "rgb(8, 8, 8)",
        ("item", "borderRadius"): "9px",
        ("item", "backgroundColor"): "rgb(10, 11, 12)",
        ("item", "borderColor"): "rgb(13, 14, 15)",
        ("image", "aspectRatio"): "1 / 1",
        ("title", "fontFamily"): "monospace",
        ("title", "textTransform"): "uppercase",
    }
    assert {key: embedded.style(*key) for key in expected} == expected


@pytest.mark.parametrize("layout", ["list", "cards", "headlines"])
@pytest.mark.parametrize("width", [320, 1200])
def test_it_fits_the_place_it_is_given(embedded: Embedded, feeds: Server, layout: str, width: int) -> None:
    """Nothing sticks out, be the page as narrow as a phone (WCAG 2.2, 1.4.10), words as long as can be."""
    embedded.browser.resize(width)
    src = put_json(feeds, hostile_item(title="W" * 300), *items(feeds))
    embedded.open(src, layout=layout, page={"style": "body { margin: 16px }"})
    embedded.shown()
    assert embedded.browser.ask("return document.documentElement.scrollWidth;") == width


@pytest.mark.parametrize("layout", ["list", "cards", "headlines"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nobody_is_kept_out(embedded: Embedded, feeds: Server, axe: None, layout: str, scheme: str) -> None:
    """axe-core finds no violation in any layout, on a light page and on a dark one."""
    embedded.browser.prefer(scheme)
    css = ":root { color-scheme: light dark }"
    embedded.open(put_json(feeds, *items(feeds)), layout=layout, page={"style": css})
    embedded.shown()
    assert embedded.browser.violations() == []


def test_nobody_is_kept_out_while_it_loads(embedded: Embedded, feeds: Server, axe: None) -> None:
    """axe-core finds no violation while the feed is on its way."""
    gate = Event()
    embedded.open(put_json(feeds, gate=gate))
    embedded.says("Loading…")
    assert embedded.browser.violations() == []
    gate.set()


def test_nobody_is_kept_out_where_there_is_nothing(
    embedded: Embedded, feeds: Server, nobody: str, axe: None
) -> None:
    """axe-core finds no violation in an empty feed, nor in an error with its button."""
    embedded.open(put_json(feeds))
    embedded.says("Nothing here yet.")
    assert embedded.browser.violations() == []
    embedded.open(f"{nobody}/feed.json")
    embedded.says("This feed could not be loaded.")
    assert embedded.browser.violations() == []


# Its requests.


def test_asking_again_costs_a_304(embedded: Embedded, feeds: Server) -> None:
    """A refresh goes through the browser's cache: If-None-Match, then 304, and nothing is drawn anew."""
    embedded.open(put_json(feeds, *items(feeds)))
    embedded.shown()
    embedded.ask("window.first = all('item')[0];")
    embedded.reload()
    first, second = feeds.asked(FEED)
    assert (first.if_none_match, first.status) == (None, 200)
    assert (second.if_none_match is None, second.status) == (False, 304)
    assert embedded.ask("return all('item')[0] === window.first;")


def test_new_articles_appear_at_a_refresh(embedded: Embedded, feeds: Server) -> None:
    """What has come since is shown; a refresh that fails leaves what was there."""
    made = items(feeds)
    embedded.open(put_json(feeds, *made[1:]))
    assert embedded.shown()[0] == made[1].title
    put_json(feeds, *made)
    embedded.reload()
    assert embedded.texts("title")[0] == made[0].title
    feeds.answers.pop(FEED)
    embedded.reload()
    assert [each.status for each in feeds.asked(FEED)] == [200, 200, 404]
    assert embedded.texts("title") == [each.title for each in made[:5]]
    assert embedded.status() == ""


def test_it_refreshes_when_its_minutes_are_over(embedded: Embedded, feeds: Server, clock: None) -> None:
    """`refresh` is in minutes, at least one; without it the feed is asked for once."""
    made = items(feeds)
    embedded.open(put_json(feeds, *made[1:]))
    embedded.shown()
    assert embedded.waits() == []
    for minutes in ("15", "0.001", "1e300", "often", "-1"):
        embedded.change("refresh", minutes)
    assert embedded.waits() == [15, 1, 9999]
    embedded.change("refresh", "2")
    put_json(feeds, *made)
    embedded.ask("window.waits.at(-1).act();")
    embedded.until("return all('link')[0].textContent === arguments[0];", made[0].title)


def test_a_hidden_page_asks_for_nothing(embedded: Embedded, feeds: Server, clock: None) -> None:
    """A tab in the background has no clock running, and catches up when it is seen again."""
    made = items(feeds)
    embedded.open(put_json(feeds, *made[1:]), refresh="15")
    embedded.shown()
    embedded.browser.until("return window.waits.length == 1;")
    put_json(feeds, *made)
    embedded.browser.ask(HIDE, True)
    embedded.browser.ask("window.waits.forEach((each) => each.act());")
    assert len(feeds.asked(FEED)) == 1
    embedded.browser.ask("const now = Date.now(); Date.now = () => now + 20 * 60000;" + HIDE, False)
    embedded.until("return all('link')[0].textContent === arguments[0];", made[0].title)
    assert len(feeds.asked(FEED)) == 2


def test_a_late_answer_never_replaces_a_newer_one(embedded: Embedded, feeds: Server, clock: None) -> None:
    """If `src` changes while the feed is on its way, that request is given up."""
    made = items(feeds)
    gate = Event()
    newer = put_json(feeds, *made[5:6]).replace(FEED, "/newer.json")
    feeds.answers["/newer.json"] = feeds.answers[FEED]
    embedded.open(put_json(feeds, *made[:1], gate=gate))
    embedded.says("Loading…")
    embedded.change("src", newer)
    assert embedded.shown() == [made[5].title]
    gate.set()
    assert embedded.browser.ask("return signals.map((each) => each.aborted);") == [True, False]
    assert embedded.texts("title") == [made[5].title]


def test_an_element_that_leaves_waits_for_nothing(embedded: Embedded, feeds: Server, clock: None) -> None:
    """What is taken off the page gives its request up and sets no clock; put back, it loads again."""
    gate = Event()
    embedded.open(put_json(feeds, *items(feeds), gate=gate), refresh="15")
    embedded.says("Loading…")
    embedded.ask("window.kept = feed; feed.remove();")
    gate.set()
    assert embedded.waits() == []
    assert embedded.browser.ask("return signals.map((each) => each.aborted);") == [True]
    embedded.browser.ask("document.querySelector('main').append(window.kept);")
    assert embedded.shown()
    embedded.browser.until("return window.waits.length == 1;")
    assert embedded.waits() == [15]
