"""Bodies: Markdown or HTML becomes sanitised HTML whose links are absolute.

May know: neither paths nor settings; the base URL is given.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any

from syndicate.text import legal
from syndicate.urls import clean_url

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
# As nh3 writes it: attributes in double quotes, in which there is no other double quote.
_IMAGE_WITHOUT_SOURCE = re.compile(r'<img(?:\s(?!src=)[^\s"=<>]+="[^"]*")*>')
_URL_ATTRIBUTES = frozenset(("href", "src", "cite"))


@cache
def _markdown() -> Callable[[str], str]:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark").enable(["table", "strikethrough"]).render


def sanitise(html: str, base: str) -> str:
    """Keep of an HTML fragment what a feed reader may show; URLs become absolute against `base`.

    Scripts, styles, frames, forms, event handlers and every URL that is not http or https are gone
    (`rel="noopener noreferrer"` is added to links); an image that lost its source goes with it.
    """
    import nh3

    raised: list[BaseException] = []

    def absolute(_tag: str, attribute: str, value: str) -> str | None:
        try:
            return clean_url(value, base) if attribute in _URL_ATTRIBUTES else value
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
    cleaned = _IMAGE_WITHOUT_SOURCE.sub("", nh3.clean(legal(html), **options))
    if raised:
        raise raised[0]
    # References such as `&#1;` have become characters by now.
    return legal(cleaned).replace("\r", "").strip()


def render_body(text: str, *, markdown: bool, base: str) -> str | None:
    """Turn the body of an article, CommonMark with tables or HTML, into safe HTML; None for none."""
    if not text.strip():
        return None
    html = _markdown()(legal(text)) if markdown else text
    return sanitise(html, base) or None
