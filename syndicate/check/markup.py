"""Markup of HTML where a text should be plain.

May know: names of HTML; nothing of any format.
"""

from __future__ import annotations

import re
from html.entities import html5

# Those that people write in titles and summaries; `List<String>` and `a < b` are text.
_TAG = re.compile(
    r"</?(?:a|abbr|b|blockquote|br|code|div|em|font|h[1-6]|hr|i|img|li|ol|p|pre|script|small|span|strong|sub|sup"
    r"|table|td|th|tr|u|ul)(?:\s[^<>]{0,500})?/?>",
    re.I,
)
_REFERENCE = re.compile(r"&(?:#[0-9]{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,31});", re.I)


def markup_in(text: str) -> str | None:
    """Give the first tag or character reference of HTML in a text, or None."""
    if tag := _TAG.search(text):
        return tag[0]
    references = (match[0] for match in _REFERENCE.finditer(text))
    return next((each for each in references if each[1] == "#" or each[1:] in html5), None)
