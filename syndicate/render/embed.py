"""A page for an iframe on another site: the newest items as HTML (HTML Living Standard), without script.

May know: the model; no other format, nor where a feed is written, nor the language of a visitor.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from functools import cache
from html import escape
from typing import Any

from syndicate.dates import rfc3339
from syndicate.model import Feed, Item

FILE_NAME = "embed.html"
MEDIA_TYPE = "text/html"
SEPARATOR = b"\n"
END = b"</ul>\n</main>\n</body>\n</html>\n"
EMPTY = b'<li lang="en">Nothing here yet.</li>'
MOST_ITEMS = 10

# With these bounds ten items, all of them as long as can be and all of it escaped, stay under 100 KB.
_LONGEST_TITLE = 200
_LONGEST_SUMMARY = 240
_LONGEST_NAMES = 120
_LONGEST_URL = 2000


@cache
def _macros() -> Any:
    # Imported and compiled when the first page is rendered: no command that renders none has to wait.
    from jinja2 import Environment, PackageLoader, StrictUndefined

    loader = PackageLoader("syndicate")
    environment = Environment(loader=loader, autoescape=True, trim_blocks=True, undefined=StrictUndefined)
    style = loader.get_source(environment, "embed.css")[0]
    known = {"style": style, "policy": _policy(style)}
    return environment.get_template("embed.html", globals=known).module


def _policy(style: str) -> str:
    """Allow nothing but this one style sheet and images of the web (Content Security Policy Level 3)."""
    digest = b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src http: https:;"
        " base-uri 'none'; form-action 'none'"
    )


def _address(url: str | None) -> str | None:
    """Pass an address that a visitor may follow: http or https, and not so long that it fills the page."""
    if url and url.startswith(("https://", "http://")) and len(escape(url)) <= _LONGEST_URL:
        return url
    return None


def _cut(text: str, length: int) -> str:
    """Cut a text that is too long, at a blank if there is one near its end."""
    if len(text) <= length:
        return text
    kept = text[: length - 1]
    whole = kept.rpartition(" ")[0]
    return f"{(whole if len(whole) > length * 0.8 else kept).rstrip()}…"


def render_item(item: Item) -> bytes:
    """Render one `<li>`, to be spliced into every page that shows it.

    Its date is written in figures, year first, which is read alike in all languages.
    """
    image = item.lead_image
    instant = rfc3339(item.published)
    html: str = _macros().item(
        title=_cut(item.title, _LONGEST_TITLE),
        address=_address(item.permalink),
        image=_address(image.url) if image else None,
        description=_cut(image.title or "", _LONGEST_TITLE) if image else "",
        names=_cut(", ".join(person.name for person in item.authors), _LONGEST_NAMES),
        instant=instant,
        day=instant[:10],
        summary=_cut(item.summary, _LONGEST_SUMMARY),
    )
    return html.encode()


def render_head(feed: Feed) -> bytes:
    """Render the page up to its first item."""
    html: str = _macros().head(
        feed=feed,
        title=_cut(feed.title, _LONGEST_TITLE),
        home=_address(feed.home_url),
    )
    return html.encode()
