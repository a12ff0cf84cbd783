"""XML as text: texts escaped for elements and attributes.

May know: XML 1.0; nothing of feeds, nor which elements there are.
"""

from __future__ import annotations

from functools import lru_cache


def escaped(text: str) -> str:
    """Escape a text for the inside of an element (XML 1.0 §2.4); a bare CR would be read as LF (§2.11)."""
    if "&" in text:
        text = text.replace("&", "&amp;")
    if "<" in text:
        text = text.replace("<", "&lt;")
    if ">" in text:
        text = text.replace(">", "&gt;")
    return text.replace("\r", "&#13;") if "\r" in text else text


# Both formats write the same addresses, and most items share types, schemes and persons.
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
