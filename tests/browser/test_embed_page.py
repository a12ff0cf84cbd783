"""`embed.html` in a real browser: alone, and in an iframe on a page of another origin."""

from __future__ import annotations

import pytest

from browser.conftest import Browser, Stage
from browser.loopback import Server
from browser.samples import HOSTILE, hostile_item, items, put_page

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

SANDBOX = "allow-popups allow-popups-to-escape-sandbox"
GROUNDS = {"light": "rgb(255, 255, 255)", "dark": "rgb(21, 24, 29)"}


def enter_frame(stage: Stage, src: str, *, width: str = "100%", style: str = "") -> None:
    """Open a page of another origin that embeds an address as documented, and look at the frame."""
    attributes = f'title="The feed" loading="lazy" width="{width}" height="600" sandbox="{SANDBOX}"'
    stage.open(f'<iframe src="{src}" {attributes}></iframe>', style=style)
    stage.browser.driver.switch_to.frame(0)
    stage.browser.until("return document.querySelector('h1') && document.readyState === 'complete';")


def texts(browser: Browser, selector: str) -> list[str]:
    """Give the texts that are shown, without asking a script of the page."""
    return [each.text for each in browser.driver.find_elements("css selector", selector)]


def test_it_shows_the_newest_on_a_page_of_another_origin(stage: Stage, feeds: Server) -> None:
    """In a sandboxed frame the ten newest are there, with their pictures; no policy is violated."""
    made = items(feeds)
    enter_frame(stage, put_page(feeds, *made))
    assert texts(stage.browser, "h1") == ["Harbour & Hinterland"]
    assert texts(stage.browser, "h2") == [each.title for each in made[:10]]
    stage.browser.until("return document.querySelector('img').naturalWidth > 0;")
    assert stage.browser.complaints() == []


def test_it_needs_no_script(browser: Browser, feeds: Server) -> None:
    """Where no script runs, it is all there."""
    browser.command("Emulation.setScriptExecutionDisabled", value=True)
    made = items(feeds, 3)
    browser.open(put_page(feeds, *made))
    assert texts(browser, "h2 a") == [each.title for each in made]
    assert texts(browser, "time") == ["2025-10-02", "2025-09-09", "2025-08-17"]


def test_an_empty_feed_says_so(browser: Browser, feeds: Server) -> None:
    """Without items there is a sentence, not a blank."""
    browser.open(put_page(feeds))
    assert texts(browser, "main") == ["Nothing here yet."]


def test_links_leave_the_frame(stage: Stage, feeds: Server) -> None:
    """A link opens a window of its own, which has no way back to the page that embeds."""
    enter_frame(stage, put_page(feeds, *items(feeds, 1)))
    driver, page = stage.browser.driver, stage.browser.driver.current_window_handle
    feeds.put("/all/index.html", "<title>The feed</title>", "text/html")
    driver.find_element("link text", "Subscribe").click()
    (opened,) = set(driver.window_handles) - {page}
    driver.switch_to.window(opened)
    try:
        stage.browser.until("return document.title === 'The feed';")
        assert stage.browser.ask("return [window.opener, location.pathname];") == [None, "/all/index.html"]
    finally:
        driver.close()
        driver.switch_to.window(page)


def test_hostile_words_stay_words(browser: Browser, feeds: Server) -> None:
    """Markup in any text of an item or of the feed is shown as it is written, and does nothing."""
    browser.open(put_page(feeds, hostile_item(), title=HOSTILE))
    assert texts(browser, "h1, h2") == [HOSTILE, HOSTILE]
    assert texts(browser, "li p") == [f"2025-01-01 · {HOSTILE}", HOSTILE]
    found = "return [document.scripts.length, document.images.length, window.harmed ?? null];"
    assert browser.ask(found) == [0, 0, None]
    assert browser.complaints() == []


def test_the_policy_holds(browser: Browser, feeds: Server) -> None:
    """Whatever came into the page in spite of all: no handler, style, script or frame of it would live."""
    put_page(feeds, *items(feeds, 1))
    body = feeds.answers["/all/embed.html"].body.decode()
    intruder = (
        '<p id="x" onclick="0" style="color: red">x</p><script>window.harmed = 1</script>'
        '<iframe src="/"></iframe></main>'
    )
    browser.open(feeds.put("/all/embed.html", body.replace("</main>", intruder), "text/html; charset=utf-8"))
    assert browser.ask("return window.harmed ?? null;") is None
    assert browser.ask("return getComputedStyle(document.querySelector('#x')).color;") != "rgb(255, 0, 0)"
    blocked = [each for each in browser.complaints() if "Content Security Policy" in each]
    assert len(blocked) == 4


@pytest.mark.parametrize("width", ["280", "1000"])
def test_it_fits_the_frame(stage: Stage, feeds: Server, width: str) -> None:
    """Nothing sticks out, be the frame narrow and a word as long as can be."""
    enter_frame(stage, put_page(feeds, hostile_item(title="W" * 300), *items(feeds)), width=width)
    assert stage.browser.ask("return document.documentElement.scrollWidth <= innerWidth;")


@pytest.mark.parametrize("preferred", ["light", "dark"])
@pytest.mark.parametrize("scheme", ["light", "dark", "normal"])
def test_the_page_around_it_may_choose_the_light(
    stage: Stage, feeds: Server, preferred: str, scheme: str
) -> None:
    """It follows the visitor's preference, or the `color-scheme` that the page gives its frame."""
    stage.browser.prefer(preferred)
    enter_frame(stage, put_page(feeds), style=f"iframe {{ color-scheme: {scheme} }}")
    ground = stage.browser.ask("return getComputedStyle(document.body).backgroundColor;")
    assert ground == GROUNDS[preferred if scheme == "normal" else scheme]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("count", [0, 12])
def test_nobody_is_kept_out(browser: Browser, feeds: Server, axe: None, scheme: str, count: int) -> None:
    """axe-core finds no violation, by light and by dark, with items and without."""
    browser.prefer(scheme)
    browser.open(put_page(feeds, *items(feeds, count)))
    assert browser.ask("return getComputedStyle(document.body).backgroundColor;") == GROUNDS[scheme]
    assert browser.violations() == []
