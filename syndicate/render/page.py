"""The landing page of a feed: what a person sees in place of XML, in its folder as `index.html`.

Its items are plain text: an excerpt, not the content. May know: the model and the table of formats; no
format's renderer, nor where a feed is written.
"""

from __future__ import annotations

from syndicate.dates import rfc3339
from syndicate.model import Feed, Item
from syndicate.render import FILE_NAMES, LABELS, MEDIA_TYPES, html

SEPARATOR = b""
END = b"</ol>\n</section>\n</main>\n</body>\n</html>\n"
EMPTY = b'<li class="none">Nothing has been published here yet.</li>\n'
MOST_ITEMS = 20
MOST_BYTES = 100_000

_LONGEST_EXCERPT, _LONGEST_DESCRIPTION, _LONGEST_ADDRESS = 320, 1_000, 80
_MOST_RELATED = 5
# What an item may take of a page. A longer one, with addresses of thousands of characters, shows
# neither image nor related links.
_LONGEST_ITEM = 8_000
_KINDS = {"topics": "Topic", "providers": "Provider"}


def render_item(item: Item) -> bytes:
    """Render an item as an element of the list, to be spliced into every page that shows it."""
    related = [
        (each.url, html.shortened(each.title or html.bare(each.url), _LONGEST_ADDRESS))
        for each in item.related[:_MOST_RELATED]
    ]
    image = item.lead_image
    rendered = _item(item, image, related, len(item.related) - len(related))
    return rendered if len(rendered) <= _LONGEST_ITEM else _item(item, None, [], 0)


def _item(item: Item, image: object, related: list[tuple[str, str]], more: int) -> bytes:
    text: str = html.macros("item.html").item(
        item=item,
        image=image,
        related=related,
        more=more,
        source=item.authors[-1].name if item.authors else "",
        excerpt=html.shortened(item.summary, _LONGEST_EXCERPT),
        instant=rfc3339(item.published),
        day=html.day(item.published),
    )
    return text.encode()


def render_head(feed: Feed) -> bytes:
    """Render a page up to the first item of its list."""
    kind, _, _ = feed.path.rpartition("/")
    top = feed.folder_url[: -len(feed.path) - 1]
    formats = [
        (name, LABELS[name], FILE_NAMES[name], MEDIA_TYPES[name], feed.self_url(FILE_NAMES[name]))
        for name in feed.formats
    ]
    return html.render(
        "page.html",
        feed=feed,
        root=feed.root,
        kind=_KINDS.get(kind, ""),
        description="" if feed.description == feed.title else feed.description,
        about=html.shortened(feed.description, _LONGEST_DESCRIPTION),
        author="" if feed.authors[0].name == feed.title else feed.authors[0].name,
        home=html.bare(feed.home_url),
        formats=formats,
        snippets=_snippets(feed, top),
    )


def _snippets(feed: Feed, top: str) -> list[tuple[str, str, str]]:
    """Write what another site copies to show the feed: a component, which takes JSON Feed, and a frame."""
    found, folder = [], _attribute(feed.folder_url)
    if "json" in feed.formats:
        text = (
            f'<script type="module" src="{_attribute(top)}embed.js"></script>\n'
            f'<syndicate-feed src="{folder}feed.json"></syndicate-feed>'
        )
        found.append(("component", "As a component, in the style of your page", text))
    frame = (
        f'<iframe src="{folder}embed.html" title="{_attribute(feed.title)}"\n'
        '  width="100%" height="480" loading="lazy" style="border:0"></iframe>'
    )
    found.append(("frame", "As a frame, without a script", frame))
    return found


def _attribute(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;").replace(">", "&gt;")
