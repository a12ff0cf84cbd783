"""Text as a reader sees it: entities decoded, tags gone, blanks collapsed, legal in XML.

May know: nothing of dates, URLs, configuration or the clock.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

# With what may be wrapped around one: "&amp;amp;nbsp;" is a blank.
_ENTITY = re.compile(
    r"&(?:(?:amp|#0*38|#[xX]0*26);)*((?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});)"
)
# XML 1.0 (Fifth Edition) §2.2, production [2] Char, turned round.
_ILLEGAL = "[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
_SURROGATE = re.compile("[\ud800-\udfff]")
_SURROGATE_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_UNSEEN = re.compile(r"<!--|<(script|style|template|noscript|iframe|object)\b[^<>]*>", re.I)
# The bidirectional algorithm (UAX #9 §2): embeddings, overrides and isolates, and what closes them.
_TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")
_CLOSED_BY = dict.fromkeys("\u202a\u202b\u202d\u202e", "\u202c") | dict.fromkeys(
    "\u2066\u2067\u2068", "\u2069"
)
# Controls that XML allows and nobody sees; some terminals act on them.
_CONTROLS = re.compile("[\x7f-\x84\x86-\x9f]")
# All that `_without_marks` may take away: what is none of it, though it cannot be printed, is a blank.
_MARKS = "[^\t\n\r\x20-\x7e\x85\xa0-\u2029\u202f-\u2065\u206a-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
# Letters and symbols that show nothing.
_FILLERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
_BLOCKS = (
    "address article aside blockquote body br caption center dd details dialog dir div dl dt"
    " fieldset figcaption figure footer form frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr"
    " html legend li link main menu meta nav ol optgroup option p param pre search section select"
    " source summary table tbody td template textarea tfoot th thead title tr track ul"
)
_INLINES = (
    "a abbr acronym applet area audio b base bdi bdo big button canvas cite code col colgroup data"
    " datalist del dfn em embed font i iframe img input ins kbd label map mark math meter noframes"
    " noscript object output picture progress q rp rt ruby s samp script slot small span strike"
    " strong style sub sup svg time tt u var video wbr"
)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    # When it is first needed: a run in which nothing changed needs none of the large patterns.
    return re.compile(pattern)


@cache
def _tags(names: str) -> re.Pattern[str]:
    # A name ends at a blank, at `/` or at the end (HTML, "Tag name state"): `<svg/onload=...>` is a tag.
    return re.compile(rf"</?(?:{'|'.join(names.split())})(?:[\s/][^<>]*)?>", re.I)


# How often what was undone may spell something to undo; more is not an accident but an attack.
_DEEPEST_ESCAPE = 8


def decode_entities(text: str) -> str:
    """Decode HTML character references, those that were escaped twice too.

    Only complete ones, with their semicolon: `AT&T` and `?a=1&copy=2` stay as written.
    """
    for _ in range(_DEEPEST_ESCAPE):
        if "&" not in text:
            break
        decoded = _ENTITY.sub(lambda match: _reference(match[1]), text)
        if decoded == text:
            break
        text = decoded
    return text


@lru_cache(maxsize=1024)
def _reference(name: str) -> str:
    from html import unescape  # It loads the list of all names.

    return unescape(f"&{name}")


def join_surrogates(text: str) -> str:
    """Join UTF-16 surrogate pairs, which YAML's double quotes can spell; lone ones go."""
    if not _SURROGATE.search(text):
        return text
    joined = _SURROGATE_PAIR.sub(
        lambda pair: pair[0].encode("utf-16-le", "surrogatepass").decode("utf-16-le"), text
    )
    return _SURROGATE.sub("", joined)


def legal(text: str) -> str:
    """Take away what XML 1.0 §2.2 forbids: control characters, U+FFFE, U+FFFF, lone surrogates."""
    if text.isprintable():
        return text
    return _compiled(_ILLEGAL).sub("", join_surrogates(text))


def strip_tags(text: str) -> str:
    """Take away the tags of HTML and what they hide; `List<String>` and `a < b` stay."""
    if "<" not in text:
        return text
    return _tags(_INLINES).sub("", _tags(_BLOCKS).sub(" ", _without_unseen(text)))


def _without_unseen(text: str) -> str:
    # One pattern from opening to closing would look through the rest of a text for every opening
    # that nothing closes: quadratic, and the text is a stranger's.
    kept, position, unclosed = [], 0, set()
    for opening in _UNSEEN.finditer(text):
        name = (opening[1] or "").lower()
        if opening.start() < position or name in unclosed:
            continue
        closing = re.compile(rf"</{name}\s*>" if name else "-->", re.I).search(text, opening.end())
        if closing:
            kept.append(text[position : opening.start()])
            position = closing.end()
        else:
            unclosed.add(name)
    return " ".join((*kept, text[position:]))


def settle(text: str) -> str:
    """Let a text turn no text but itself: marks of direction go unless each that opens is closed."""
    if not _TURNS.search(text):
        return text
    waiting: list[str] = []
    for mark in _TURNS.findall(text):
        if mark in _CLOSED_BY:
            waiting.append(_CLOSED_BY[mark])
        elif not waiting or waiting.pop() != mark:
            return _TURNS.sub("", text)
    return _TURNS.sub("", text) if waiting else text


def shows_nothing(text: str) -> bool:
    """Tell whether a reader sees nothing of a text: it is blanks, formatting and fillers alone."""
    if text and "!" <= text[0] <= "~":
        return False  # Nearly every text begins with something that is seen.
    return all(each in _FILLERS or unicodedata.category(each) in ("Cf", "Cc", "Zs") for each in text)


def plain(text: str) -> str:
    """Turn a text of the front matter into the one line that a reader sees.

    Entities are decoded, known HTML tags stripped, blanks collapsed, and what XML cannot hold is gone, as are
    other controls and marks of direction that reach beyond the text.
    """
    if text.isprintable() and "&" not in text and "<" not in text and "  " not in text:
        return text.strip(" ")
    text = _without_marks(text)
    for _ in range(_DEEPEST_ESCAPE):
        before, text = text, _without_marks(decode_entities(text))
        if "<" in text:
            text = _without_marks(strip_tags(text))
        text = " ".join(text.split())
        # What is taken away may leave a new tag or entity behind: `&am<b>p;`.
        if text == before or (text.isprintable() and "&" not in text and "<" not in text):
            break
    return text


def _without_marks(text: str) -> str:
    if text.isprintable() or not _compiled(_MARKS).search(text):
        return text
    return settle(_CONTROLS.sub("", legal(text)))
