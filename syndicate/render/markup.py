"""XML as text: texts escaped for elements and attributes, and what is absent left out.

May know: XML 1.0; nothing of feeds, nor which elements there are.
"""

from __future__ import annotations

from functools import lru_cache


def optional(**attributes: object) -> str:
    """Write attributes, each after a blank; those that are None are left out."""
    return "".join(
        [f' {key}="{quoted(str(value))}"' for key, value in attributes.items() if value is not None]
    )


# RSS and Atom write the same texts, and most items share types, schemes and persons: what is short is
# remembered.
_LONGEST_KNOWN = 500


def escaped(text: str) -> str:
    """Escape a text for the inside of an element (XML 1.0 §2.4); a bare CR would be read as LF (§2.11)."""
    return _known(text) if len(text) <= _LONGEST_KNOWN else _escape(text)


def _escape(text: str) -> str:
    if "&" in text:
        text = text.replace("&", "&amp;")
    if "<" in text:
        text = text.replace("<", "&lt;")
    if ">" in text:
        text = text.replace(">", "&gt;")
    return text.replace("\r", "&#13;") if "\r" in text else text


_known = lru_cache(maxsize=1024)(_escape)


@lru_cache(maxsize=1024)
def quoted(text: str) -> str:
    """Escape a text for the value of an attribute, between double quotes."""
    # Blanks in an attribute are read as spaces unless they are written so (XML 1.0 §3.3.3).
    text = escaped(text)
    if '"' in text:
        text = text.replace('"', "&quot;")
    if "\n" in text or "\t" in text:
        text = text.replace("\n", "&#10;").replace("\t", "&#9;")
    return text
