"""Whichever reader, whichever format: the same items, ids, dates, links, people, topics and enclosures.

The documents are those of `Site.addresses`: whatever it lists is fetched, compared and fetched again.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urljoin

import pytest

from .conftest import READERS, Serve
from .reader import Reader
from .record import FORMATS, Format, SeenFeed
from .sites import FILE_NAMES, MANY, SITES, Site, site_of, write_article

pytestmark = pytest.mark.readers

READ = [
    pytest.param(kind, form, id=f"{kind.name}-{form}")
    for kind in READERS
    for form in FORMATS
    if form in kind.shows
]


def differences(seen: SeenFeed, wanted: SeenFeed) -> list[str]:
    """What a reader shows otherwise than it should, one line each."""
    lines = [
        f"{name}: {getattr(seen, name)!r}, not {getattr(wanted, name)!r}"
        for name in ("title", "home", "address", "updated")
        if getattr(seen, name) != getattr(wanted, name)
    ]
    found, expected = [item.id for item in seen.items], [item.id for item in wanted.items]
    if found != expected:
        return [*lines, f"ids: {found}, not {expected}"]
    for item, other in zip(seen.items, wanted.items, strict=True):
        lines += [
            f"{item.id}: {name}: {getattr(item, name)!r}, not {getattr(other, name)!r}"
            for name in item.__struct_fields__
            if getattr(item, name) != getattr(other, name)
        ]
    return lines


def check(reader: Reader, form: Format, seen: dict[str, SeenFeed], site: Site, base: str) -> None:
    """Compare what a reader has with what the model says, as far as it is able to show it."""
    shows = reader.shows[form]
    wrong = []
    for path, feed_path in site.addresses(form).items():
        found, wanted = seen[base + path], site.wanted(feed_path, form, shows)
        if shows.summary == "html":
            found = found.with_summaries_shown()
        if shows.sorts:
            found, wanted = found.in_order(), wanted.in_order()
        wrong += [f"{path}: {line}" for line in differences(found, wanted)]
    if wrong:
        pytest.fail("\n".join([f"{reader.name} {reader.version()} shows", *wrong]), pytrace=False)


@pytest.mark.parametrize("site_name", SITES)
@pytest.mark.parametrize(("reader", "form"), READ, indirect=["reader"])
def test_a_reader_shows_what_the_model_says(
    reader: Reader, form: Format, site_name: str, site_named: Callable[[str], Site], serve: Serve
) -> None:
    """A real reader shows of every feed what the library's model says, and asks nothing again that it has."""
    site = site_named(site_name)
    server = serve(site.folder)
    addresses = [server.base_url + path for path in site.addresses(form)]
    seen = reader.poll(addresses)
    asked = sorted((answer.path, answer.status) for answer in server.answers)
    assert asked == sorted((f"/{path}", 200) for path in site.addresses(form))
    check(reader, form, seen, site, server.base_url)

    for _ in range(reader.settles):
        server.forget()
        assert reader.poll(addresses) == seen
    again = sorted((answer.path, answer.status) for answer in server.answers)
    assert again == [(path, 304) for path, _ in asked]


@pytest.mark.parametrize(("reader", "form"), READ, indirect=["reader"])
def test_an_id_that_is_no_uri(reader: Reader, form: Format, tmp_path: Path, serve: Serve) -> None:
    """What an earlier generator published as an id is kept, or resolved by readers that want URIs of Atom."""
    ids = ["4711", "an id with blanks", "post-é", "007", "<b>&y"]
    for number, id_ in enumerate(ids):
        write_article(tmp_path, f"2025-01-{number + 1:02}-x.md", {"title": id_, "id": id_})
    site = site_of(tmp_path)
    address = f"{serve(site.folder).base_url}all/{FILE_NAMES[form]}"
    seen = {item.title: item.id for item in reader.poll([address])[address].items}
    kept = reader.shows[form].bare_ids
    assert seen == {
        item.title: item.id if kept else urljoin(address, item.id) for item in site.model["all"].items
    }


def test_the_hard_site_has_more_than_a_feed_holds(site_named: Callable[[str], Site]) -> None:
    """The comparison above meets a full feed, an empty one, and every feed that was built."""
    site = site_named("hard")
    assert len(site.model["all"].items) == 50 < MANY
    assert site.model["empty"].items == ()
    built = {
        path.relative_to(site.folder).as_posix()
        for name in FILE_NAMES.values()
        for path in site.folder.rglob(name)
    }
    current = {path for path in built if "/archive/" not in path}
    assert current == {path for form in FORMATS for path in site.addresses(form)}
