"""Archives: in whichever reader, the documents that a feed leads to hold every article of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from syndicate import read_articles

from .conftest import Serve
from .reader import Reader
from .record import Format
from .sites import FILE_NAMES, Site
from .test_agreement import READ

pytestmark = pytest.mark.readers


@pytest.mark.parametrize(("reader", "form"), READ, indirect=["reader"])
def test_a_reader_reads_archives(
    reader: Reader, form: Format, site_named: Callable[[str], Site], serve: Serve
) -> None:
    """A feed and its archives together show every article of the site, each archived one in one archive."""
    site = site_named("hard")
    server = serve(site.folder)
    archives = sorted(
        path.relative_to(site.folder).as_posix()
        for path in site.folder.glob(f"all/archive/*/{FILE_NAMES[form]}")
    )
    assert len(archives) > 1
    seen = reader.poll([server.base_url + path for path in (f"all/{FILE_NAMES[form]}", *archives)])
    current, *shelves = ([item.id for item in feed.items] for feed in seen.values())
    archived = [id_ for shelf in shelves for id_ in shelf]
    assert len(archived) == len(set(archived))
    articles, _ = read_articles(site.settings)
    assert {*current, *archived} == {article.id for article in articles}
