"""Law 4 as a state machine: whatever happens, an incremental build and a clean build give the same files."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from syndicate.config import load_settings
from syndicate.digest import digest_bytes
from syndicate.errors import BrokenArticlesError
from syndicate.index import Index
from syndicate.owed import feed_of
from syndicate.pipeline import build
from syndicate.publish import MANIFEST

START = datetime(2024, 6, 1, tzinfo=UTC)

titles = st.sampled_from(["One", "Two", "Three &amp; four", "<b>Five</b>", "六"])
topics = st.lists(st.sampled_from(["AI", "ai", "C", "C++", "Data", "Maps", "Old Name"]), max_size=3)
providers = st.sampled_from([None, "a.example", "A.example", "b.example", "c.example"])
provider_names = st.sampled_from(["Alpha", "Alpha%2c Inc.", "Beta"])
hours = st.one_of(st.integers(-300, 100), st.sampled_from([-day * 24 for day in (31, 153, 400, 520, 900)]))
stems = st.sampled_from(
    [f"2024-05-{day:02}-{name}" for day in (1, 2, 3) for name in ("a", "b", "c")] + ["x", "y"]
)
folders = st.sampled_from(["", "sub/", "sub/deep/"])
ids = st.sampled_from([None, None, None, "tag:site.example,2020:shared"])


class Text(msgspec.Struct, frozen=True):
    """One article of the model."""

    title: str
    topics: tuple[str, ...]
    provider: str | None
    provider_name: str
    published: datetime
    id: str | None = None
    draft: bool = False
    removed: bool = False
    heat: int = 0
    quality: int = 50
    updated: int = 0
    broken: bool = False

    def render(self) -> str:
        """Write it as a file."""
        lines = [f"title: {self.title!r}", f"publishedDateTime: {self.published:%Y-%m-%dT%H:%M:%SZ}"]
        lines += [f"webUrl: https://site.example/{self.title[:3].strip()}/", f"heat: {self.heat}"]
        lines += [f"quality: {self.quality}", "related: [{title: R, webUrl: 'https://r.example/'}]"]
        if self.topics:
            lines.append("topics: [" + ", ".join(f"'{topic}'" for topic in self.topics) + "]")
        if self.provider:
            lines.append(f"provider: {{name: '{self.provider_name}', domain: {self.provider}}}")
        if self.id:
            lines.append(f"id: {self.id}")
        if self.draft:
            lines.append("draft: true")
        if self.removed:
            lines.append("removed: true")
        if self.updated:
            later = self.published + timedelta(hours=self.updated)
            lines.append(f"updatedDateTime: {later:%Y-%m-%dT%H:%M:%SZ}")
        if self.broken:
            lines.append("title: twice")
        return "---\n" + "\n".join(lines) + "\n---\n"


texts = st.builds(
    Text,
    title=titles,
    topics=topics.map(tuple),
    provider=providers,
    provider_name=provider_names,
    published=hours.map(lambda number: START + timedelta(hours=number)),
    id=ids,
    draft=st.sampled_from([False, False, False, True]),
    removed=st.sampled_from([False, False, False, False, True]),
    updated=st.sampled_from([0, 0, 5]),
    quality=st.sampled_from([10, 50, 90]),
)

policies = st.sampled_from(["keep", "keep", "drop", "fail"])
configurations = st.fixed_dictionaries(
    {
        "feeds": st.fixed_dictionaries(
            {
                "all": st.sampled_from(
                    ["{limit: 3}", "{limit: none}", "false", "{limit: 1}", "{limit: 2, archive: year}"]
                ),
                "topics": st.sampled_from(
                    [
                        "{limit: 2}",
                        "{include_children: true, limit: 1, archive: month}",
                        "{min_items: 2}",
                        "{limit: 1, min_items: 2}",
                        "{limit: 1, archive: none}",
                    ]
                ),
                "providers": st.sampled_from(["{limit: 1}", "false", "{title: '{name}!', limit: 2}"]),
                "named": st.sampled_from(
                    [
                        "{}",
                        "{fresh: {title: Fresh, where: {newer_than: 48h}}}",
                        "{fresh: {title: Fresh, limit: 1, archive: month, where: {newer_than: 900h}}}",
                        "{ai: {title: AI, limit: 1, where: {topic: [AI, C], min_quality: 60}}}",
                        "{good: {title: Good, limit: 2, where: {min_quality: 60, not: {topic: C++}}}}",
                    ]
                ),
            }
        ),
        "content": st.sampled_from(["card", "summary"]),
        "zone": st.sampled_from(["UTC", "Pacific/Auckland"]),
        "formats": st.sampled_from(["[rss, atom, json]", "[json]"]),
        "hubs": st.sampled_from(["[]", "[]", "['https://hub.example/']"]),
        "pages": st.sampled_from(["true", "true", "false"]),
        "icon": st.sampled_from(["~", "https://site.example/icon.png"]),
        "precompress": st.sampled_from(["[]", "[gzip]", "[gzip, br]"]),
        "on_error": policies,
    }
)
registries = st.sampled_from(
    [
        "[]",
        "[{name: AI, slug: ai, parent: Data}]",
        "[{name: Artificial Intelligence, slug: intelligence, aliases: [AI]}, {name: Maps, parent: Data}]",
        "[{name: New Name, aliases: [Old Name]}]",
        "[{name: Nothing Yet}, {name: New Name, slug: new, aliases: [Old Name, C++], retired: true}]",
    ]
)


choices = st.integers(0, 99)
changes = st.one_of(
    st.fixed_dictionaries({"heat": st.integers(0, 9)}),
    st.fixed_dictionaries({"quality": st.sampled_from([10, 50, 90])}),
    st.fixed_dictionaries({"title": titles}),
    st.fixed_dictionaries({"topics": topics.map(tuple)}),
    st.fixed_dictionaries({"provider_name": provider_names}),
    st.fixed_dictionaries({"draft": st.booleans()}),
    st.fixed_dictionaries({"removed": st.booleans()}),
    st.fixed_dictionaries({"broken": st.booleans()}),
    st.fixed_dictionaries({"updated": st.sampled_from([0, 5, 50])}),
)


def has_articles(machine: Any) -> bool:
    """Tell whether there is an article to do something with."""
    return bool(getattr(machine, "model", None))


class Publisher(RuleBasedStateMachine):
    """A publisher who does everything that may be done to a site, one step at a time."""

    @initialize(begun=st.dictionaries(st.tuples(folders, stems), texts, min_size=3, max_size=8))
    def start(self, begun: dict[tuple[str, str], Text]) -> None:
        """Begin with a few articles."""
        self.root = Path(tempfile.mkdtemp(prefix="publisher-"))
        self.now = START
        self.model: dict[str, Text] = {}
        # The last good versions: of the last run that was not refused.
        self.good: dict[str, Text | None] = {}
        self.drafts = False
        self.full = False
        self.configuration: dict[str, Any] = {
            "feeds": {"all": "{limit: 2}", "topics": "{limit: 1}", "providers": "{limit: 1, archive: month}"},
            "content": "card",
            "formats": "[rss, atom, json]",
            "zone": "UTC",
            "hubs": "[]",
            "pages": "true",
            "icon": "~",
            "precompress": "[gzip]",
            "on_error": "keep",
        }
        self.registry = "[]"
        (self.root / "site" / "articles").mkdir(parents=True)
        self.write_configuration()
        for (folder, stem), text in begun.items():
            self.put(f"{folder}{stem}.md", text)

    def teardown(self) -> None:
        """Clear up."""
        if hasattr(self, "root"):
            shutil.rmtree(self.root)

    # What the publisher does.

    @rule(folder=folders, stem=stems, text=texts)
    def write(self, folder: str, stem: str, text: Text) -> None:
        """Add an article, or put another in its place."""
        self.put(f"{folder}{stem}.md", text)

    @precondition(has_articles)
    @rule(choice=choices, text=texts)
    def edit(self, choice: int, text: Text) -> None:
        """Change everything of an article."""
        self.put(self.pick(choice), text)

    @precondition(has_articles)
    @rule(choice=choices, change=changes)
    def change_one_thing(self, choice: int, change: dict[str, Any]) -> None:
        """Change one field of an article, perhaps one that no reader sees, or break or mend it."""
        path = self.pick(choice)
        self.put(path, msgspec.structs.replace(self.model[path], **change))

    @precondition(has_articles)
    @rule(choice=choices)
    def delete(self, choice: int) -> None:
        """Take an article away."""
        path = self.pick(choice)
        (self.articles / path).unlink()
        del self.model[path]

    @precondition(has_articles)
    @rule(choice=choices, folder=folders, stem=stems)
    def rename(self, choice: int, folder: str, stem: str) -> None:
        """Move an article, perhaps over another one."""
        path, new = self.pick(choice), f"{folder}{stem}.md"
        if new == path:
            return
        (self.articles / new).parent.mkdir(parents=True, exist_ok=True)
        os.replace(self.articles / path, self.articles / new)
        # A file that is broken where it arrives hides what stood there, which stays as it last was.
        self.model[new] = self.model.pop(path)

    @precondition(has_articles)
    @rule(choice=choices)
    def touch(self, choice: int) -> None:
        """Change a file's time alone."""
        os.utime(self.articles / self.pick(choice))

    @rule(step=st.integers(-60, 120))
    def wait(self, step: int) -> None:
        """Let time pass, or set the clock back."""
        self.now += timedelta(hours=step)

    @rule(configuration=configurations)
    def configure(self, configuration: dict[str, Any]) -> None:
        """Change the configuration."""
        self.configuration = configuration
        self.write_configuration()

    @rule(policy=policies)
    def change_policy(self, policy: str) -> None:
        """Say what is to become of broken articles."""
        self.configuration = {**self.configuration, "on_error": policy}
        self.write_configuration()

    @precondition(has_articles)
    @rule(choice=choices)
    def break_or_mend(self, choice: int) -> None:
        """Break an article that is good, or mend one that is broken."""
        path = self.pick(choice)
        self.put(path, msgspec.structs.replace(self.model[path], broken=not self.model[path].broken))

    @rule(registry=registries)
    def register(self, registry: str) -> None:
        """Change the registry of topics."""
        self.registry = registry
        self.write_configuration()

    @rule()
    def toggle_drafts(self) -> None:
        """Show drafts, or hide them again."""
        self.drafts = not self.drafts

    @rule()
    def lose_index(self) -> None:
        """Delete the index: the last good version of what is broken just now goes with it."""
        shutil.rmtree(self.root / "site" / ".syndicate", ignore_errors=True)
        self.good = {}

    @rule()
    def lose_list(self) -> None:
        """Delete the list of our files; the index still knows them."""
        (self.output / MANIFEST).unlink(missing_ok=True)

    @rule()
    def lose_output(self) -> None:
        """Delete the whole output."""
        shutil.rmtree(self.root / "site" / "feeds", ignore_errors=True)

    @rule(choice=choices, how=st.sampled_from(["append", "delete", "truncate"]))
    def alter_output(self, choice: int, how: str) -> None:
        """Lay hands on one published file."""
        published = sorted(path for path in self.output.rglob("[!.]*") if path.is_file())
        # While the list of our files is lost (the run after it stopped), such a file is not ours: it stays.
        listed = (self.output / MANIFEST).exists()
        if published and (listed or how == "delete"):
            path = published[choice % len(published)]
            if how == "append":
                path.write_bytes(path.read_bytes() + b" ")
            elif how == "truncate":
                path.write_bytes(b"")
            else:
                path.unlink()

    @rule()
    def do_everything_anew(self) -> None:
        """Trust nothing that the index says, once."""
        self.full = True

    # What must hold after each step.

    @invariant()
    def equals_clean_build(self) -> None:
        """The incremental output equals a clean build of the last good versions, byte for byte."""
        if not hasattr(self, "root"):
            return
        broken = {path for path, text in self.model.items() if text.broken}
        if broken and self.configuration["on_error"] == "fail":
            self.check_refused(len(broken))
            return
        report = self.build(self.root / "site", full=self.full)
        self.full = False
        kept = {} if self.configuration["on_error"] == "drop" else self.good
        self.good = {path: kept.get(path) if path in broken else text for path, text in self.model.items()}
        clean = self.root / "clean"
        shutil.rmtree(clean, ignore_errors=True)
        shutil.copytree(self.root / "site" / "config", clean / "config")
        (clean / "articles").mkdir()
        for path, text in self.good.items():
            if text is None:
                continue  # It was never good.
            (clean / "articles" / path).parent.mkdir(parents=True, exist_ok=True)
            (clean / "articles" / path).write_text(text.render(), encoding="utf-8")
        expected = self.build(clean, full=False)
        assert tree(self.output) == tree(clean / "feeds")
        assert report.published == expected.published
        assert report.next_event == expected.next_event
        assert report.feeds == expected.feeds
        assert len(report.failed) == len(broken)
        assert sum(failure.version_of is not None for failure in report.failed) == sum(
            self.good[path] is not None for path in broken
        )
        self.check_accounts()
        check_archives(self.output)
        again = self.build(self.root / "site", full=False)
        assert not again.changes.write
        assert not again.changes.delete

    def check_refused(self, broken: int) -> None:
        """Where broken articles stop a run, it names all of them and leaves the output as it was."""
        before = tree(self.output)
        with pytest.raises(BrokenArticlesError) as caught:
            self.build(self.root / "site", full=self.full)
        assert len(caught.value.failed) == broken
        assert tree(self.output) == before

    def check_accounts(self) -> None:
        """What is kept for hubs are the documents that there are, by their bytes; they are owed no others."""
        hubs = [each for each in ["https://hub.example/"] if each in self.configuration["hubs"]]
        published = {
            path: digest_bytes(body) for path, body in tree(self.output).items() if feed_of(path) and hubs
        }
        with Index.open(str(self.root / "site" / ".syndicate" / "index.db")) as index:
            assert index.topics() == published
            for (hub, path), digest in index.owed().items():
                assert (hub in hubs, digest) == (True, published[path])

    # Means.

    def pick(self, choice: int) -> str:
        """Choose one of the articles there are."""
        return sorted(self.model)[choice % len(self.model)]

    @property
    def articles(self) -> Path:
        """The folder of the articles."""
        return self.root / "site" / "articles"

    @property
    def output(self) -> Path:
        """The folder of the feeds."""
        return self.root / "site" / "feeds"

    def put(self, path: str, text: Text) -> None:
        """Write an article."""
        (self.articles / path).parent.mkdir(parents=True, exist_ok=True)
        (self.articles / path).write_text(text.render(), encoding="utf-8")
        self.model[path] = text

    def write_configuration(self) -> None:
        """Write configuration and registry."""
        folder = self.root / "site" / "config"
        folder.mkdir(exist_ok=True)
        feeds = "\n".join(f"  {kind}: {value}" for kind, value in self.configuration["feeds"].items())
        (folder / "topics.yaml").write_text(self.registry, encoding="utf-8")
        (folder / "syndicate.yaml").write_text(
            "site: {title: S, url: https://site.example/, feeds_url: https://site.example/f/,"
            f" id: 'site.example,2020', time_zone: {self.configuration['zone']},"
            f" icon: {self.configuration['icon']}}}\n"
            f"pages: {self.configuration['pages']}\nsources: [{{path: ../articles}}]\n"
            f"content: {self.configuration['content']}\nformats: {self.configuration['formats']}\n"
            f"hubs: {self.configuration['hubs']}\nprecompress: {self.configuration['precompress']}\n"
            f"on_error: {self.configuration['on_error']}\n" + (f"feeds:\n{feeds}\n" if feeds else ""),
            encoding="utf-8",
        )

    def build(self, site: Path, *, full: bool) -> Any:
        """Build one site at the model's present instant."""
        return build(
            load_settings(site / "config" / "syndicate.yaml"),
            now=self.now,
            include_unpublished=self.drafts,
            allow_empty=True,
            full=full,
            jobs=1,
            ping=False,
        )


def check_archives(output: Path) -> None:
    """No document of an archive is out of reach, and none of its links leads nowhere."""
    for feed in {path.parent for path in output.rglob("feed.json") if path.parent.parent.name != "archive"}:
        linked, document = set(), json.loads((feed / "feed.json").read_bytes())
        while url := document.get("next_url"):
            path = output / url.removeprefix("https://site.example/f/")
            assert path not in linked
            linked.add(path)
            document = json.loads(path.read_bytes())
        # At an old address the links are those of the feed itself.
        if (feed / "archive").exists():
            assert linked == set((feed / "archive").rglob("feed.json"))


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, with its bytes."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


Publisher.TestCase.settings = settings(
    max_examples=int(os.environ.get("SYNDICATE_MACHINE_EXAMPLES", "5")),
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestPublisher = Publisher.TestCase
