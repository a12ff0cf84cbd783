"""The command `check`, and where documents come from: files, folders, addresses, standard input."""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner, Result

from syndicate.check import rules
from syndicate.checking import check_places, documents_in
from syndicate.cli import main
from syndicate.errors import FetchError
from syndicate.fetching import Bounds, fetch

CASES = Path(__file__).parent / "data" / "check"
GOOD = (CASES / "good" / "least.rss").read_bytes()
WARNED = (CASES / "rss-guid-missing" / "8-none.rss").read_bytes()
WRONG = (CASES / "rss-date" / "13-iso.rss").read_bytes()
NOW = datetime(2025, 1, 1, tzinfo=UTC)
URL = "https://pier.example/rss.xml"


def run(*arguments: object, stdin: bytes | None = None) -> Result:
    """Run `syndicate check`."""
    return CliRunner().invoke(main, ["check", "--now", "2025-01-01", *map(str, arguments)], input=stdin)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, which is the working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


# The command.


def test_a_finding_says_what_why_and_where_it_is_written(folder: Path) -> None:
    """A finding is a line that an editor can jump to, then why it matters, then its clause."""
    (folder / "rss.xml").write_bytes(WRONG)
    result = run("rss.xml")
    assert result.exit_code == 1
    assert result.output.splitlines() == [
        "rss.xml:13: error: item 1: <pubDate>: '2024-05-02T05:00:00Z' is no date of RFC 822 [rss-date]",
        "    Readers sort the item wrongly, date it to the day they found it, or leave it out.",
        "    RSS 2.0, <pubDate>; RFC 822 §5:"
        " https://www.rssboard.org/rss-specification#ltpubdategtSubelementOfLtitemgt",
        "1 document, 1 error, 0 warnings",
    ]


@pytest.mark.parametrize(
    ("body", "fail_on", "code"),
    [
        (GOOD, "error", 0),
        (GOOD, "warning", 0),
        (WARNED, "error", 0),
        (WARNED, "warning", 1),
        (WRONG, "error", 1),
        (WRONG, "warning", 1),
    ],
)
def test_exit_codes(folder: Path, body: bytes, fail_on: str, code: int) -> None:
    """The exit code is 1 where a finding is as bad as was asked for, or worse."""
    (folder / "rss.xml").write_bytes(body)
    assert run("rss.xml", "--fail-on", fail_on).exit_code == code


def test_errors_count_by_themselves(folder: Path) -> None:
    """Without --fail-on an error fails and a warning does not."""
    (folder / "warned.xml").write_bytes(WARNED)
    (folder / "wrong.xml").write_bytes(WRONG)
    assert run("warned.xml").exit_code == 0
    assert run("warned.xml", "wrong.xml").exit_code == 1


def test_json_says_the_same(folder: Path) -> None:
    """--json gives every finding with all that its lines say, and the numbers of the summary."""
    (folder / "rss.xml").write_bytes(WRONG)
    told = json.loads(run("rss.xml", "--json", "gone.xml").stdout)
    assert (told["documents"], told["errors"], told["warnings"]) == (1, 1, 0)
    assert told["unreadable"] == [{"place": "gone.xml", "reason": "no such file or directory"}]
    (finding,) = told["findings"]
    rule = next(rule for rule in rules() if rule.name == "rss-date")
    assert finding == {
        "severity": "error",
        "rule": "rss-date",
        "document": "rss.xml",
        "line": 13,
        "what": "item 1: <pubDate>: '2024-05-02T05:00:00Z' is no date of RFC 822",
        "why": rule.why,
        "clause": rule.clause,
        "url": rule.url,
    }


def test_the_rules_can_be_printed() -> None:
    """--rules prints the page of all rules, and checks nothing."""
    result = run("--rules")
    assert result.exit_code == 0
    assert result.output == (CASES.parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")


def test_what_cannot_be_read_does_not_hide_the_rest(folder: Path) -> None:
    """Each place that cannot be read is a line on standard error and exit code 2; the others are checked."""
    (folder / "rss.xml").write_bytes(WRONG)
    (folder / "empty").mkdir()
    result = run("gone.xml", "rss.xml", "empty")
    assert result.exit_code == 2
    assert result.stderr.splitlines() == [
        "error: gone.xml: no such file or directory",
        "error: empty: there is no rss.xml, atom.xml, feed.json or *.opml below it",
    ]
    assert result.stdout.splitlines()[-1] == "1 document, 1 error, 0 warnings"


def test_the_present_instant_can_be_given(folder: Path) -> None:
    """A date after --now is a finding, one before is none."""
    (folder / "rss.xml").write_bytes(GOOD)
    for now, code in (("2024-05-02T05:00:00Z", 0), ("2024-05-02T04:59:59Z", 1)):
        result = CliRunner().invoke(main, ["check", "rss.xml", "--fail-on", "warning", "--now", now])
        assert result.exit_code == code


def test_standard_input_is_a_document() -> None:
    """`-` is what comes on standard input."""
    result = run("-", stdin=WRONG)
    assert result.exit_code == 1
    assert result.output.startswith("-:13: error:")


def test_without_arguments_all_that_is_published_is_checked(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without arguments every feed in the output folder is checked, and what we build is right."""
    monkeypatch.chdir(site)
    article = "---\ntitle: A\ndate: 2024-01-01\ntopics: [T]\nlink: https://a.example/\n---\nText.\n"
    (site / "articles" / "a.md").write_text(article)
    assert CliRunner().invoke(main, ["build", "--no-ping"]).exit_code == 0
    count = len(list(documents_in("feeds")))
    assert count >= 6
    assert run().output == f"{count} documents, 0 errors, 0 warnings\n"
    (site / "feeds" / "all" / "rss.xml").write_bytes(WRONG)
    assert run("--config", "config/syndicate.yaml").stdout.startswith("feeds/all/rss.xml:13: error: ")
    assert CliRunner().invoke(main, ["check", "--config", "gone.yaml"]).exit_code == 2


# Files and folders.


def test_a_folder_is_its_feeds_and_lists(folder: Path) -> None:
    """Below a folder, feeds and lists of feeds are known by their names; hidden folders are left out."""
    names = "b/rss.xml a/atom.xml a/feed.json feeds.opml sitemap.xml a/index.html .x/rss.xml"
    for name in names.split():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(GOOD)
    os.symlink(folder, folder / "b" / "round")
    found = [os.path.relpath(path, folder) for path in documents_in(str(folder))]
    assert found == ["a/atom.xml", "a/feed.json", "b/rss.xml", "feeds.opml"]


def test_what_would_never_end_is_told(folder: Path) -> None:
    """A pipe among the files of a folder is not waited for, and a link that leads nowhere is not left out."""
    (folder / "a").mkdir()
    os.mkfifo(folder / "a" / "rss.xml")
    os.symlink("gone", folder / "a" / "atom.xml")
    (folder / "a" / "feeds.opml").mkdir()
    assert [str(error) for error in check_places(["a"], now=NOW).unreadable] == [
        "a/atom.xml: no such file or directory",
        "a/rss.xml: it is no regular file",
    ]


def test_a_file_is_checked_whatever_its_name(folder: Path) -> None:
    """A file that is named is checked, since its bytes tell what it is; a name is shown on one line."""
    path = folder / "a\nb.txt"
    path.write_bytes(WRONG)
    (finding,) = check_places([str(path)], now=NOW).findings
    assert finding.document == r"a\nb.txt"


def test_the_clock_is_asked_where_nobody_says(folder: Path) -> None:
    """Without an instant the present one decides what is in the future."""
    (folder / "rss.xml").write_bytes(GOOD.replace(b"Thu, 02 May 2024", b"02 May 9024"))
    (finding,) = check_places(["rss.xml"]).findings
    assert finding.rule.name == "feed-future-date"


def test_what_is_no_file_is_told(folder: Path) -> None:
    """A name that no file can have, or of a file that may not be read, is told like one that is not there."""
    checked = check_places(["a\0b"], now=NOW)
    assert [str(error) for error in checked.unreadable] == [r"a\x00b: embedded null byte"]


def test_a_file_without_end_is_not_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a file only so much is read as a feed can have."""
    monkeypatch.setattr("syndicate.checking.LARGEST", len(GOOD) - 1)
    (folder / "rss.xml").write_bytes(GOOD)
    (error,) = check_places(["rss.xml"], now=NOW).unreadable
    assert str(error) == f"rss.xml: there are more than {len(GOOD) - 1} bytes"


# Addresses.


def answering(answer: httpx.Response | Exception) -> httpx.MockTransport:
    """A network on which everything is answered like this."""

    def handle(request: httpx.Request) -> httpx.Response:
        if isinstance(answer, Exception):
            raise answer
        return answer

    return httpx.MockTransport(handle)


def test_an_address_gives_bytes_and_what_they_are() -> None:
    """What is fetched is the body, decoded, what it was served as, and where it came from in the end."""

    def handle(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/feed":
            return httpx.Response(301, headers={"Location": "/rss.xml"})
        headers = {"Content-Type": "application/rss+xml", "Content-Encoding": "gzip"}
        return httpx.Response(200, headers=headers, content=gzip.compress(GOOD))

    fetched = fetch("https://pier.example/feed", transport=httpx.MockTransport(handle))
    assert (fetched.body, fetched.address, fetched.media_type) == (GOOD, URL, "application/rss+xml")


@pytest.mark.parametrize(
    ("answer", "bounds", "reason"),
    [
        (httpx.Response(404), Bounds(), "the server answers 404"),
        (httpx.Response(204), Bounds(), "the server answers 204"),
        (
            httpx.Response(302, headers={"Location": "/"}),
            Bounds(redirects=3),
            "there are more than 3 redirects",
        ),
        (httpx.Response(200, content=b"x" * 11), Bounds(size=10), "there are more than 10 bytes"),
        (
            httpx.Response(200, headers={"Content-Encoding": "gzip"}, content=gzip.compress(b"x" * 100_000)),
            Bounds(size=10_000),
            "there are more than 10000 bytes",
        ),
        (httpx.ReadTimeout("slow"), Bounds(step=2), "the server is silent for 2 seconds"),
        (httpx.ConnectError("Connection refused"), Bounds(), "connection refused"),
        (httpx.RemoteProtocolError(""), Bounds(), "remoteprotocolerror"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_address_that_gives_nothing_is_told(
    answer: httpx.Response | Exception, bounds: Bounds, reason: str
) -> None:
    """Whatever goes wrong with an address is one line that names it."""
    with pytest.raises(FetchError) as caught:
        fetch(URL, bounds=bounds, transport=answering(answer))
    assert str(caught.value).startswith(f"{URL}: ")
    assert reason in caught.value.reason
    assert "\n" not in str(caught.value)


def test_a_server_that_never_ends_is_left() -> None:
    """The time in all has a bound, whatever a server does meanwhile to be heard of."""

    async def drip() -> AsyncIterator[bytes]:
        while True:
            yield b"<rss>"
            await asyncio.sleep(0.001)

    transport = httpx.MockTransport(lambda _: httpx.Response(200, content=drip()))
    with pytest.raises(FetchError, match=r"it takes longer than 0\.05 seconds"):
        fetch(URL, bounds=Bounds(total=0.05), transport=transport)


def test_an_address_is_fetched_from_within_a_loop() -> None:
    """Who checks from within an event loop gets the document, too."""

    async def within() -> bytes:
        return fetch(URL, transport=answering(httpx.Response(200, content=GOOD))).body

    assert asyncio.run(within()) == GOOD


@pytest.mark.parametrize("url", ["https://", "http://[", "https://pier.example:99999/", "http://\x00/"])
def test_what_is_no_address_is_told(url: str) -> None:
    """A text that cannot be fetched is told, not raised; it is shown without its control characters."""
    (error,) = check_places([url], now=NOW).unreadable
    assert str(error).isprintable()


class _Handler(BaseHTTPRequestHandler):
    """Serves one document, without saying what it is at /unknown; /away leads to a file of this machine."""

    def do_GET(self) -> None:
        if self.path == "/away":
            self.send_response(302)
            self.send_header("Location", f"file://{CASES / 'good' / 'least.rss'}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        body = GOOD.replace(b"https://pier.example/rss.xml", self.server.address.encode())  # type: ignore[attr-defined]
        self.send_response(200)
        if self.path != "/unknown":
            self.send_header("Content-Type", "text/plain" if self.path == "/text" else "application/rss+xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


@contextmanager
def serving() -> Iterator[str]:
    """A server on this machine; gives the address of the document."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        server.address = f"http://127.0.0.1:{server.server_port}/rss.xml"  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.address  # type: ignore[attr-defined]
        finally:
            server.shutdown()
            thread.join()


def test_a_document_is_checked_as_it_is_served() -> None:
    """Where a document came from, and what it was served as, takes part in the check."""
    with serving() as address:
        assert run(address).output == "1 document, 0 errors, 0 warnings\n"
        for path in ("text", "unknown"):
            place = address.replace("rss.xml", path)
            found = {finding.rule.name for finding in check_places([place], now=NOW).findings}
            assert found == {"feed-self-address", "feed-media-type"}
        (error,) = check_places([address.replace("rss.xml", "away")], now=NOW).unreadable
        assert "protocol" in error.reason
