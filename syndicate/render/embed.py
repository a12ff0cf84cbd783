"""A page for an iframe on another site: the newest items as HTML (HTML Living Standard), without script.

May know: the model; no format's renderer, nor where a feed is written, nor the language of a visitor.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from functools import cache
from html import escape

from syndicate.dates import rfc3339
from syndicate.model import Feed, Item
from syndicate.render import html

SEPARATOR = b""
END = b"</ul>\n</main>\n</body>\n</html>\n"
EMPTY = b'<li lang="en">Nothing here yet.</li>\n'
MOST_ITEMS = 10

# With these bounds ten items, all of them as long as can be and all of it escaped, stay under 100 KB.
_LONGEST_TITLE, _LONGEST_SUMMARY, _LONGEST_NAMES = 200, 240, 120
_LONGEST_ADDRESS = 2000


@cache
def _style() -> tuple[str, str]:
    """Give the style sheet, and the policy (Content Security Policy Level 3) that allows it and images."""
    style = html.source("embed.css")
    digest = b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src http: https:;"
        " base-uri 'none'; form-action 'none'"
    )
    return style, policy


def _address(url: str | None) -> str | None:
    """Pass an address that a visitor may follow: http or https, and not so long that it fills the page."""
    if url and url.startswith(("https://", "http://")) and len(escape(url)) <= _LONGEST_ADDRESS:
        return url
    return None


def render_item(item: Item) -> bytes:
    """Render an item as an element of the list, to be spliced into every page that shows it.

    Its date is written in figures, year first, which is read alike in all languages.
    """
    image = item.lead_image
    instant = rfc3339(item.published)
    text: str = html.macros("embed.html").item(
        title=html.shortened(item.title, _LONGEST_TITLE),
        address=_address(item.permalink),
        image=_address(image.url) if image else None,
        description=html.shortened(image.title or "", _LONGEST_TITLE) if image else "",
        names=html.shortened(", ".join(person.name for person in item.authors), _LONGEST_NAMES),
        instant=instant,
        day=instant[:10],
        summary=html.shortened(item.summary, _LONGEST_SUMMARY),
    )
    return text.encode()


def render_head(feed: Feed) -> bytes:
    """Render the page up to its first item."""
    style, policy = _style()
    text: str = html.macros("embed.html").head(
        language=feed.language,
        title=html.shortened(feed.title, _LONGEST_TITLE),
        home=_address(feed.home_url),
        style=style,
        policy=policy,
    )
    return text.encode()
