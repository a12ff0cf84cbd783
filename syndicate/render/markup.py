"""XML as text: elements and attributes, escaped and with what is absent left out, in one place.

May know: XML 1.0; nothing of feeds, nor which elements there are.
"""

from __future__ import annotations

from functools import lru_cache


def element(name: str, text: str | None = None, **attributes: object) -> str:
    """Write an element that holds a text or nothing; attributes that are None are left out."""
    if attributes:
        return holder(name, None if text is None else escaped(text), **attributes)
    return f"<{name}/>" if text is None else f"<{name}>{escaped(text)}</{name}>"


def holder(name: str, inside: str | None, **attributes: object) -> str:
    """Write an element around what is written already."""
    written = "".join(
        [f' {key}="{_in_quotes(str(value))}"' for key, value in attributes.items() if value is not None]
    )
    return f"<{name}{written}>{inside}</{name}>" if inside is not None else f"<{name}{written}/>"


# RSS and Atom write the same texts one after the other, and most items share types, schemes and persons.
@lru_cache(maxsize=256)
def escaped(text: str) -> str:
    """Escape a text for the inside of an element (XML 1.0 §2.4); a bare CR would be read as LF (§2.11)."""
    if "&" in text:
        text = text.replace("&", "&amp;")
    if "<" in text:
        text = text.replace("<", "&lt;")
    if ">" in text:
        text = text.replace(">", "&gt;")
    return text.replace("\r", "&#13;") if "\r" in text else text


@lru_cache(maxsize=256)
def _in_quotes(text: str) -> str:
    # Blanks in an attribute are read as spaces unless they are written so (XML 1.0 §3.3.3).
    text = escaped(text)
    if '"' in text:
        text = text.replace('"', "&quot;")
    if "\n" in text or "\t" in text:
        text = text.replace("\n", "&#10;").replace("\t", "&#9;")
    return text
