"""Bodies: Markdown or HTML becomes sanitised HTML whose links are absolute.

May know: neither paths nor settings; the base URL is given.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from syndicate.text import legal
from syndicate.urls import clean_url

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

_TAGS = frozenset(
    "a abbr b blockquote br caption cite code col colgroup dd del details dfn div dl dt em figcaption"
    " figure h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q rp rt ruby s samp small span strong"
    " sub summary sup table tbody td tfoot th thead time tr u ul var wbr".split()
)
_ATTRIBUTES = {
    "a": {"href", "title", "hreflang"},
    "abbr": {"title"},
    "blockquote": {"cite"},
    "col": {"span"},
    "colgroup": {"span"},
    "del": {"cite", "datetime"},
    "img": {"src", "alt", "title", "width", "height"},
    "ins": {"cite", "datetime"},
    "ol": {"start", "reversed"},
    "q": {"cite"},
    "td": {"colspan", "rowspan", "headers"},
    "th": {"colspan", "rowspan", "headers", "scope", "abbr"},
    "time": {"datetime"},
    "*": {"lang", "dir"},
}
_WITHOUT_CONTENT = frozenset(
    "script style template noscript iframe object embed applet svg math form textarea select button"
    " audio video canvas title head".split()
)
LONGEST_BODY = 262_144
"""How many characters a body may have: a book of 150 pages, and a burden to every reader that polls it."""
MOST_TAGS = 20_000
"""How many tags may stand inside each other: a block is compared with all that are open."""
MOST_ADDRESSES = 1_048_576
"""How many characters all addresses of a body may have, once they are spelled out."""
# As nh3 writes it: attributes in double quotes, in which there is no other double quote.
_IMAGE_WITHOUT_SOURCE = re.compile(r'<img(?:\s(?!src=)[^\s"=<>]+="[^"]*")*>')
# Markdown's own lists and quotations nest 20 deep. Emphasis goes deeper, but holds no blocks.
_DEEPEST_MARKDOWN = 100
_MOST_READINGS = 8
_URL_ATTRIBUTES = frozenset(("href", "src", "cite"))


class Oversize(Exception):
    """A body is beyond a bound: what was found, and what is allowed."""

    def __init__(self, found: str, expected: str) -> None:
        super().__init__(found, expected)
        self.found, self.expected = found, expected


@cache
def _markdown() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark").enable(["table", "strikethrough"])


def _rendered(text: str) -> str:
    """Render Markdown, unless references repeat one long address again and again."""
    markdown, env = _markdown(), dict[str, Any]()
    tokens = markdown.parse(text, env)
    if env.get("references"):
        inside = (each for token in tokens for each in token.children or ())
        total = sum(len(str(value)) for each in inside for value in each.attrs.values())
        _check_addresses(total)
    rendered: str = markdown.renderer.render(tokens, markdown.options, env)
    return rendered


def _check_addresses(total: int) -> None:
    if total > MOST_ADDRESSES:
        found = "addresses that come to over a million characters"
        raise Oversize(found, f"at most {MOST_ADDRESSES:,}; it is left out")


def sanitise(html: str, base: str) -> str:
    """Keep of an HTML fragment what a feed reader may show; URLs become absolute against `base`.

    Scripts, styles, frames, forms, event handlers and every URL that is not http or https are gone
    (`rel="noopener noreferrer"` is added to links); an image that lost its source goes with it. Raises
    Oversize where the addresses come to more than `MOST_ADDRESSES`.
    """
    import nh3

    raised: list[BaseException] = []
    total = 0

    def absolute(_tag: str, attribute: str, value: str) -> str | None:
        nonlocal total
        if raised or attribute not in _URL_ATTRIBUTES:
            return value
        try:
            cleaned = clean_url(value, base)
            # A few letters may stand for a long address each: that of the article itself.
            total += len(cleaned or "")
            _check_addresses(total)
            return cleaned
        except BaseException as error:  # noqa: BLE001 - nh3 would drop it, be it a Ctrl-C
            raised.append(error)
            return None

    options: dict[str, Any] = {
        "tags": set(_TAGS),
        "attributes": {tag: set(names) for tag, names in _ATTRIBUTES.items()},
        "clean_content_tags": set(_WITHOUT_CONTENT),
        "attribute_filter": absolute,
        "url_schemes": {"http", "https"},
        "link_rel": "noopener noreferrer",
    }
    # An element that went may leave its children where HTML does not allow them: `<p><p>`. Who reads that
    # reads something else, so it is read once more here, until it stays what it is.
    for _ in range(_MOST_READINGS):
        before, total = html, 0
        cleaned = _IMAGE_WITHOUT_SOURCE.sub("", nh3.clean(legal(html), **options))
        if raised:
            raise raised[0]
        # References such as `&#1;` have become characters by now.
        html = legal(cleaned).replace("\r", "").strip()
        if html == before:
            break
    return html


def render_body(text: str, *, markdown: bool, base: str) -> str | None:
    """Turn the body of an article, CommonMark with tables or HTML, into safe HTML; None for none.

    Raises Oversize for one that would take a reader, or us, too long.
    """
    if not text.strip():
        return None
    if len(text) > LONGEST_BODY:
        raise Oversize(f"{len(text):,} characters", f"at most {LONGEST_BODY:,}; it is left out")
    html = _rendered(legal(text)) if markdown else text
    # Every `<` of ours may stay open; those that Markdown wrote do not go deep.
    tags = html.count("<")
    if tags * min(tags, text.count("<") + _DEEPEST_MARKDOWN) > MOST_TAGS**2:
        raise Oversize(f"{tags:,} tags", f"at most {MOST_TAGS:,}; it is left out")
    return sanitise(html, base) or None
