"""What RSS and Atom share beside their frames: links, Media RSS, how a document begins and ends.

May know: the model; neither format, nor feedgen.
"""

from __future__ import annotations

from collections.abc import Iterator

from syndicate.errors import RenderError
from syndicate.model import Enclosure, Item
from syndicate.render.markup import escaped, quoted


def link(name: str, rel: str, to: Enclosure) -> str:
    """Write a link of Atom's (RFC 4287 §4.2.7) to a file or a page; `name` may carry a prefix."""
    more = f' title="{quoted(to.title)}"' if to.title else ""
    if to.length is not None:
        more += f' length="{to.length}"'
    return f'<{name} rel="{rel}" href="{quoted(to.url)}" type="{quoted(to.media_type)}"{more}/>'


def media(item: Item) -> Iterator[str]:
    """Write Media RSS: one ungrouped `media:content` a file (a group means renditions of one thing)."""
    for each in item.enclosures:
        if each.medium != "document":
            yield _media_content(each)
    if item.player:
        yield f'<media:player url="{quoted(item.player)}"/>'


def _media_content(file: Enclosure) -> str:
    size = f' fileSize="{file.length}"' if file.length else ""
    more = "" if file.duration is None else f' duration="{file.duration}"'
    if file.height is not None:
        more += f' height="{file.height}"'
    if file.width is not None:
        more += f' width="{file.width}"'
    kind = f' type="{quoted(file.media_type)}" medium="{file.medium}"'
    start = f'media:content url="{quoted(file.url)}"{size}{kind}{more}'
    title = f"<media:title>{escaped(file.title)}</media:title>" if file.title else ""
    credit = f"<media:credit>{escaped(file.credit)}</media:credit>" if file.credit else ""
    return f"<{start}>{title}{credit}</media:content>" if title or credit else f"<{start}/>"


def styled(document: bytes, root: str) -> bytes:
    """Say that a style sheet in the root of the output makes an XML document readable in a browser.

    Of type text/css (xml-stylesheet 1.0 §4), since browsers are giving up XSLT. Without a way to the
    root there are no pages, and the document stays as it is.
    """
    if not root:
        return document
    declaration, _, rest = document.partition(b"?>\n")
    return declaration + f'?>\n<?xml-stylesheet type="text/css" href="{root}feed.css"?>\n'.encode() + rest


def without_end(frame: bytes, end: bytes) -> bytes:
    """Take the closing tags off a frame, so that entries can follow."""
    tags = end.rstrip(b"\n")
    if not frame.endswith(tags):
        raise RenderError("a frame", f"it does not end with {tags.decode()}")
    return frame[: -len(tags)]
