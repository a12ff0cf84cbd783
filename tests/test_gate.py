"""`build --check`: what has an error is not published, what was there stays, all else is as ever."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from conftest import WriteArticle
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from syndicate import Report, build, load_settings
from syndicate.cli import main
from syndicate.pipeline import ledger
from syndicate.publish import read_manifest

NOW = datetime(2024, 6, 1, tzinfo=UTC)
# Atom demands an IRI for an id (RFC 4287 §4.2.6), and an article may have any: RSS and JSON Feed take it.
BROKEN, SOUND = "'no iri'", "'tag:site.example,2020:sound'"


@pytest.fixture(autouse=True)
def _no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not wait for the disk of the machine that tests."""
    monkeypatch.setattr("os.sync", lambda: None)
    monkeypatch.setattr("os.fsync", lambda _: None)


def run(site: Path, **options: Any) -> Report:
    """Build the site."""
    return build(load_settings(site / "config" / "syndicate.yaml"), **{"now": NOW, "jobs": 1, **options})


def cli(site: Path, *arguments: str) -> tuple[int, str, str]:
    """Build by the command line: exit code, output, errors."""
    config = str(site / "config" / "syndicate.yaml")
    done = CliRunner().invoke(main, ["build", "--config", config, "--now", "2024-06-01", *arguments])
    return done.exit_code, done.stdout, done.stderr


def outputs(site: Path) -> dict[str, bytes]:
    """The files of the output, the list of them too."""
    output = site / "feeds"
    return {str(file.relative_to(output)): file.read_bytes() for file in output.rglob("*") if file.is_file()}


def configure(site: Path, line: str) -> None:
    """Add a line to the configuration."""
    with (site / "config" / "syndicate.yaml").open("a") as stream:
        stream.write(f"{line}\n")


def clean(site: Path, **options: Any) -> dict[str, bytes]:
    """What a clean build of the site gives."""
    config = site / "config" / "clean.yaml"
    text = (site / "config" / "syndicate.yaml").read_text()
    place = site / "clean"
    config.write_text(f"{text}\noutput: ../clean/feeds\n")
    subprocess.run(["rm", "-rf", str(place)], check=True)
    build(load_settings(config), now=NOW, jobs=1, **options)
    return outputs(place)


@pytest.fixture
def published(site: Path, write_article: WriteArticle) -> Path:
    """A site with one sound article, published."""
    write_article("2024-01-01-a.md", title="A", id=SOUND)
    run(site, check=True)
    return site


def test_what_is_sound_is_published(site: Path, write_article: WriteArticle) -> None:
    """Where nothing is wrong, a build with the check gives what one without gives."""
    write_article("2024-01-01-a.md", title="A", topics="[One]", id=SOUND)
    report = run(site, check=True)
    assert report.ok
    assert report.refused == ()
    assert outputs(site) == clean(site)


def test_a_document_with_an_error_is_not_published(published: Path, write_article: WriteArticle) -> None:
    """The old file stays as it is, the others go out, and the report says where and which rule."""
    before = outputs(published)
    write_article("2024-01-02-b.md", title="B", id=BROKEN, publishedDateTime="2024-01-03")
    report = run(published, check=True)
    after = outputs(published)
    assert after["all/atom.xml"] == before["all/atom.xml"]
    assert b"no iri" in after["all/rss.xml"]
    assert b"no iri" in after["all/feed.json"]
    assert report.refused == ("all/atom.xml",)
    assert [(each.path, each.rule, each.severity) for each in report.faults] == [
        ("all/atom.xml", "atom-id", "error")
    ]
    line = after["all/rss.xml"].count(b"\n", 0, after["all/rss.xml"].index(b"no iri")) + 1
    assert report.faults[0].line == line
    assert "no iri" in report.faults[0].what
    assert not report.ok
    assert report.changes.keep == ("all/atom.xml",)


def test_the_command_line_says_why(published: Path, write_article: WriteArticle, tmp_path: Path) -> None:
    """The exit code is 1, and path, line and rule are on standard error, even if all else is quiet."""
    write_article("2024-01-02-b.md", title="B", id=BROKEN)
    code, out, err = cli(published, "--check", "-q", "--report", str(tmp_path / "report.json"))
    assert (code, out) == (1, "")
    assert err.startswith("not published: all/atom.xml:")
    assert err.endswith("[atom-id]\n")
    assert json.loads((tmp_path / "report.json").read_bytes())["refused"] == ["all/atom.xml"]
    assert "not published for their errors: 1 document" in cli(published, "--check")[1]


def test_it_is_offered_again_until_it_is_sound(published: Path, write_article: WriteArticle) -> None:
    """Each run with the check tells of it, though nothing changed; once it is sound it is published."""
    write_article("2024-01-02-b.md", title="B", id=BROKEN)
    first, second = run(published, check=True), run(published, check=True)
    assert first.refused == second.refused == ("all/atom.xml",)
    assert second.changes.write == ()
    write_article("2024-01-02-b.md", title="B", id="'urn:b'")
    third = run(published, check=True)
    assert third.ok
    assert "all/atom.xml" in third.changes.update
    assert outputs(published) == clean(published)


def test_a_run_without_the_check_publishes_it(published: Path, write_article: WriteArticle) -> None:
    """What was held back does not count as published: without the check it goes out."""
    write_article("2024-01-02-b.md", title="B", id=BROKEN)
    run(published, check=True)
    assert run(published).changes.update == ("all/atom.xml",)
    assert outputs(published) == clean(published)


def test_what_was_never_there_does_not_come(site: Path, write_article: WriteArticle) -> None:
    """Without an old file there is none, neither in the folder nor in the list of ours; later there is."""
    write_article("2024-01-02-b.md", title="B", id=BROKEN)
    assert run(site, check=True).refused == ("all/atom.xml",)
    assert set(outputs(site)) == {".syndicate-files", "all/feed.json", "all/rss.xml"}
    assert "all/atom.xml" not in read_manifest(str(site / "feeds"))
    assert run(site).changes.create == ("all/atom.xml",)
    assert outputs(site) == clean(site)


def test_a_file_of_somebody_else_stays_theirs(site: Path, write_article: WriteArticle) -> None:
    """A file in the place of a refused document is not taken for ours, and so never deleted."""
    write_article("2024-01-02-b.md", title="B", id=BROKEN)
    foreign = site / "feeds" / "all" / "atom.xml"
    foreign.parent.mkdir(parents=True)
    foreign.write_text("theirs")
    run(site, check=True)
    assert foreign.read_text() == "theirs"
    assert "all/atom.xml" not in read_manifest(str(site / "feeds"))


def test_its_siblings_stay_with_it(site: Path, write_article: WriteArticle) -> None:
    """The encoded sibling of a document that was held back stands for what is published."""
    configure(site, "precompress: [gzip]")
    write_article("2024-01-01-a.md", title="A", id=SOUND)
    run(site, check=True)
    write_article("2024-01-02-b.md", title="B", id=BROKEN)
    for _ in range(2):
        run(site, check=True)
        files = outputs(site)
        for name in ("all/atom.xml", "all/rss.xml"):
            assert gzip.decompress(files[f"{name}.gz"]) == files[name]
        assert b"no iri" not in files["all/atom.xml"]
    run(site)
    assert outputs(site) == clean(site)


def test_an_archive_is_checked_too(site: Path, write_article: WriteArticle) -> None:
    """A period that is held back is offered again, and published as soon as it is sound."""
    configure(site, "feeds: {all: {limit: 1, archive: year}}")
    for year in (2021, 2022, 2023):
        write_article(f"{year}-01-01-a.md", publishedDateTime=f"{year}-01-01", id=f"'urn:{year}'")
    run(site, check=True)
    write_article("2022-01-01-a.md", publishedDateTime="2022-01-01", id=BROKEN)
    for _ in range(2):
        assert run(site, check=True).refused == ("all/archive/2022/atom.xml",)
    assert b"urn:2022" in outputs(site)["all/archive/2022/atom.xml"]
    write_article("2022-01-01-a.md", publishedDateTime="2022-01-01", id="'urn:again'")
    assert run(site, check=True).ok
    assert outputs(site) == clean(site)


def test_hubs_are_not_told_of_it(published: Path, write_article: WriteArticle) -> None:
    """A document that did not go out is announced to nobody, until it goes out."""
    configure(published, "hubs: [https://hub.example/]")
    run(published, ping=False)
    known = ledger(load_settings(published / "config" / "syndicate.yaml"))
    before = set(known.owed())
    write_article("2024-01-02-b.md", title="B", id=BROKEN)
    run(published, check=True, ping=False)
    told = {path: digest for (_, path), digest in known.owed().items()}
    assert {path for _, path in before} == set(told)
    held = told["all/atom.xml"]
    run(published, ping=False)
    now_told = {path: digest for (_, path), digest in known.owed().items()}
    assert now_told["all/atom.xml"] != held
    assert now_told["all/rss.xml"] == told["all/rss.xml"]


def test_a_dry_run_says_what_would_be_held_back(published: Path, write_article: WriteArticle) -> None:
    """Nothing is written, and the report says the same as the real run after it."""
    write_article("2024-01-02-b.md", title="B", id=BROKEN)
    before = outputs(published)
    tried = run(published, check=True, dry_run=True)
    assert outputs(published) == before
    done = run(published, check=True)
    assert (tried.refused, tried.faults, tried.changes) == (done.refused, done.faults, done.changes)


def test_a_warning_holds_nothing_back(site: Path, write_article: WriteArticle) -> None:
    """Warnings are told with -v alone, and the exit code is 0."""
    images = "[{url: https://site.example/1.png}, {url: https://site.example/2.png}]"
    write_article("2024-01-01-a.md", title="A", id=SOUND, images=images)
    code, out, err = cli(site, "--check", "-v")
    assert (code, err) == (0, "")
    assert "warning: all/rss.xml:" in out
    assert "[rss-enclosures]" in out
    write_article("2024-01-01-a.md", title="A again", id=SOUND, images=images)
    assert "rss-enclosures" not in cli(site, "--check")[1]


def test_what_is_not_written_is_not_checked(published: Path, write_article: WriteArticle) -> None:
    """A document that is published as it is stays so: the check is of what a run is about to write."""
    write_article("2024-01-02-b.md", title="B", id=BROKEN)
    run(published)
    assert run(published, check=True, full=True).ok


def test_it_costs_nothing_where_it_is_not_asked_for(published: Path) -> None:
    """A build without the check loads no rule."""
    code = (
        "import sys\n"
        "from syndicate import build, load_settings\n"
        "build(load_settings(sys.argv[1]), jobs=1, full=True)\n"
        "print([name for name in sys.modules if name.startswith('syndicate.check')])\n"
    )
    command = [sys.executable, "-c", code, str(published / "config" / "syndicate.yaml")]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"


STEPS = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from([None, BROKEN, "'urn:1'", "'urn:2'"]), st.booleans()),
    min_size=1,
    max_size=5,
)


@given(steps=STEPS)
@hypothesis_settings(
    max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
def test_whatever_was_held_back_the_files_come_out(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, str | None, bool]]
) -> None:
    """After any runs with and without the check, one without gives the files of a clean build."""
    root = tmp_path_factory.mktemp("steps")
    (root / "config").mkdir()
    (root / "articles").mkdir()
    (root / "config" / "syndicate.yaml").write_text(
        "site: {title: S, url: https://s.example/, feeds_url: https://s.example/f/, id: 's.example,2020'}\n"
        "pages: false\nprecompress: [gzip]\nsources: [{path: ../articles}]\n"
        "feeds: {all: {limit: 1, archive: year}}\n"
    )
    for number, (name, id_, checked) in enumerate(steps):
        file = root / "articles" / f"2020-01-0{'abc'.index(name) + 1}-{name}.md"
        if id_ is None:
            file.unlink(missing_ok=True)
        else:
            year = 2020 + "abc".index(name)
            file.write_text(
                f"---\ntitle: T{number}\ndate: {year}-01-01\nlink: https://s.example/{name}\nid: {id_}\n---\n"
            )
        report = run(root, check=checked, allow_empty=True)
        manifest = read_manifest(str(root / "feeds"))
        assert all(os.path.exists(root / "feeds" / path) for path in manifest)
        assert set(report.refused) <= {path for path in report.refused if path.endswith("atom.xml")}
    run(root, allow_empty=True)
    assert outputs(root) == clean(root, allow_empty=True)
