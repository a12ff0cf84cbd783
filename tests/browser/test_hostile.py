"""All hostile articles in a real browser: nothing of theirs runs, loads, asks or leads away.

What a page would do is noted by a script of ours that every document and frame gets first.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hostile import ARTICLE_TABLES, plant, planted

from browser.conftest import Browser
from browser.loopback import DEADLINE, Server
from browser.test_pages import built, put_site

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

WATCH = """
    const harm = (what) => { try { (top.harmed ??= []).push(`${location.pathname}: ${what}`) } catch {} };
    for (const name of ["alert", "confirm", "prompt", "print", "open", "eval"])
        window[name] = (text) => harm(`${name}(${text})`);
    addEventListener("securitypolicyviolation", (event) => harm(`blocked: ${event.violatedDirective}`));
    addEventListener("submit", () => harm("a form"), true);
    addEventListener("beforeunload", () => { if (!window.done) harm("left") });
    performance.setResourceTimingBufferSize(1e6);

    // What a document, or a shadow tree, holds that it should not, as the browser understands it.
    const never = "iframe frame object embed form base svg math video audio template textarea select";
    const pages = "script style link meta button input";
    const handed = "style srcdoc formaction action ping is srcset";
    const names = "id class name";
    window.inspect = (root, where, ours) => {
        const found = [];
        const among = (words, word) => words.split(" ").includes(word);
        for (const each of root.querySelectorAll("*")) {
            const say = (what) => found.push(`${where}: <${each.localName}> ${what}`);
            if (among(never, each.localName) || (!ours && among(pages, each.localName))) say("is there");
            const foreign = each.text || !each.src?.startsWith(location.origin);
            if (each.localName === "script" && foreign) say("runs");
            for (const { name } of each.attributes)
                if (/^on/i.test(name) || among(handed, name) || (!ours && among(names, name))) say(name);
            for (const name of ["href", "src", "cite"])
                if (each[name] && !/^https?:/.test(each[name])) say(`${name}=${each[name]}`);
        }
        for (const each of performance.getEntriesByType("resource"))
            if (each.initiatorType !== "img" && !each.name.startsWith(location.origin))
                found.push(`${where} asked for ${each.name} (${each.initiatorType})`);
        return found;
    };
"""
SHOW = """
    const done = arguments[arguments.length - 1];
    const load = (page) => new Promise((loaded) => {
        const frame = document.createElement("iframe");
        frame.onload = () => loaded(frame);
        frame.src = `/${page}`;
        document.body.append(frame);
    });
    const look = (frame) => {
        const inside = frame.contentWindow;
        const found = inside.inspect(inside.document, inside.location.pathname, true);
        if (inside.location.pathname !== new URL(frame.src).pathname) found.push(`${frame.src} led away`);
        inside.done = true;
        frame.remove();
        return found;
    };
    const all = Promise.all(arguments[0].map(load));
    all.then((frames) => frames.flatMap(look)).then(done, (no) => done([`${no}`]));
"""
VISIT = """
    for (const each of document.body.querySelectorAll("*"))
        for (const kind of ["click", "mouseover", "focus", "toggle", "animationstart"]) {
            const event = new Event(kind, { cancelable: true });
            event.preventDefault();
            each.dispatchEvent(event);
        }
"""
ODD_IN_XML = """
    const odd = /^(script|iframe|object|embed|img|form)$/i;
    const handled = (each) => [...each.attributes].some(({ name }) => /^on/i.test(name));
    return [...document.querySelectorAll("*")].filter((each) => odd.test(each.localName) || handled(each))
        .map((each) => each.outerHTML);
"""
SETTLED = "return [...document.images].every((each) => each.complete);"


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of all hostile articles, built."""
    folder = tmp_path_factory.mktemp("hostile")
    plant(folder, [file for table in ARTICLE_TABLES for file in planted(table)])
    return built(folder / "config" / "syndicate.yaml", folder)


@pytest.fixture
def watched(browser: Browser, feeds: Server, hostile: Path) -> Iterator[Browser]:
    """The browser, with our script before every other, and the site on the origin of the feeds."""
    put_site(feeds, hostile)
    watching = browser.command("Page.addScriptToEvaluateOnNewDocument", source=WATCH)
    # Thousands of articles at once take a slow machine a while; nobody waits so long but for a fault.
    browser.driver.set_script_timeout(6 * DEADLINE)
    yield browser
    browser.driver.set_script_timeout(DEADLINE)
    browser.command("Page.removeScriptToEvaluateOnNewDocument", identifier=watching["identifier"])


def harm(browser: Browser) -> list[str]:
    """What was noted since the page was opened, and whether it is still the only one."""
    assert len(browser.driver.window_handles) == 1
    return browser.ask("return top.harmed ?? []")


def test_the_watch_sees_what_it_is_for(watched: Browser, feeds: Server) -> None:
    """A page that does such things is found out: else the tests below would prove nothing."""
    page = '<img src=x onerror="alert(1)"><a href="javascript:x">a</a>'
    page += '<iframe srcdoc="<script>alert(2)</script>">'
    watched.open(feeds.put("/bad.html", page, "text/html"))
    watched.until("return (top.harmed ?? []).length === 2")
    found = watched.ask("return inspect(document, 'bad', false)")
    assert [each.partition(": ")[2] for each in found] == [
        "<img> onerror", "<a> href=javascript:x", "<iframe> is there", "<iframe> srcdoc",
    ]  # fmt: skip


def test_no_page_does_anything(watched: Browser, feeds: Server, hostile: Path) -> None:
    """Catalogue, landing pages and frames of all feeds: nothing but our own script runs in any."""
    pages = sorted(path.relative_to(hostile).as_posix() for path in hostile.rglob("*.html") if path.is_file())
    assert len(pages) > 400
    harness = feeds.put("/harness", "<!doctype html><title>harness</title><body>", "text/html")
    for start in range(0, len(pages), 30):
        watched.open(harness)
        assert watched.driver.execute_async_script(SHOW, pages[start : start + 30]) == []
        assert harm(watched) == []
        watched.ask("window.done = true")


def test_a_frame_may_be_opened_by_itself(watched: Browser, feeds: Server) -> None:
    """The feed of everything as a page and as a frame, with every image asked for."""
    for page in ("all/index.html", "all/embed.html", "index.html"):
        watched.open(f"{feeds.url}/{page}")
        watched.ask("for (const each of document.images) each.loading = 'eager'")
        watched.until(SETTLED)
        assert watched.ask("return inspect(document, arguments[0], true)", page) == []
        assert harm(watched) == []
        watched.ask("window.done = true")


def test_the_element_shows_text(watched: Browser, feeds: Server, hostile: Path) -> None:
    """The element shows every item of a JSON Feed, and nothing of them as HTML."""
    count = len(json.loads((hostile / "all" / "feed.json").read_bytes())["items"])
    page = (
        "<!doctype html><title>A page without a policy</title><script type=module src=/embed.js></script>"
        '<syndicate-feed src="/all/feed.json" limit="9999"></syndicate-feed>'
    )
    watched.open(feeds.put("/page.html", page, "text/html; charset=utf-8"))
    shown = "document.querySelector('syndicate-feed').shadowRoot"
    watched.until(f"return {shown}?.querySelectorAll('li').length === {count}")
    # Its parts have names, its button is its own.
    found = watched.ask(f"return inspect({shown}.querySelector('ul'), 'the element', true)")
    assert found == []
    assert harm(watched) == []
    watched.ask("window.done = true")


NAIVE = """
    const done = arguments[arguments.length - 1];
    const text = (item, name) => item.querySelector(name)?.textContent;
    const xml = async (file) => new DOMParser().parseFromString(await (await fetch(file)).text(), "text/xml");
    (async () => {
        const json = (await (await fetch("/all/feed.json")).json()).items.map((item) => item.content_html);
        const rss = [...(await xml("/all/rss.xml")).querySelectorAll("item")];
        const atom = [...(await xml("/all/atom.xml")).querySelectorAll("entry")];
        const encoded = "http://purl.org/rss/1.0/modules/content/";
        const all = [
            ...json,
            ...rss.map((item) => item.getElementsByTagNameNS(encoded, "encoded")[0]?.textContent),
            ...rss.map((item) => text(item, "description")),
            ...atom.map((item) => text(item, "content")),
        ];
        for (const html of all) {
            const place = document.createElement("article");
            place.innerHTML = html ?? "";
            document.body.append(place);
        }
        // Once more by way of a string, which is where HTML mutates.
        document.body.innerHTML = document.body.innerHTML;
        done(all.filter(Boolean).length);
    })();
"""


def test_a_naive_reader_is_safe(watched: Browser, feeds: Server) -> None:
    """Content put into a page as it is, without a policy, twice over: no script, no dialog, no request."""
    page = "<!doctype html><title>A naive reader</title><body>"
    watched.open(feeds.put("/reader.html", page, "text/html; charset=utf-8"))
    assert watched.driver.execute_async_script(NAIVE) > 3_000
    watched.until(SETTLED)
    # Whatever waits for a visitor gets one.
    watched.ask(VISIT)
    assert watched.ask("return inspect(document.body, 'the reader', false)") == []
    assert harm(watched) == []
    watched.ask("window.done = true")


OPENED = (
    ("all/rss.xml", "application/xml"),
    ("near/rss.xml", "application/rss+xml"),
    ("providers/h.example/atom.xml", "text/xml"),
    ("near/atom.xml", "application/xml"),
    ("feeds.opml", "text/xml"),
    ("sitemap.xml", "application/xml"),
    ("near/feed.json", "application/feed+json"),
)


def test_a_feed_opened_as_it_is(watched: Browser, feeds: Server, hostile: Path) -> None:
    """XML in a browser is XML: no element in it is one of HTML that does something, and nothing runs."""
    for file, media_type in OPENED:
        body = (hostile / file).read_bytes()
        watched.open(feeds.put(f"/opened/{file}", body, f"{media_type}; charset=utf-8"))
        assert watched.ask(ODD_IN_XML) == []
        assert harm(watched) == []
        watched.ask("window.done = true")
