"""Rules for a document as a whole, whatever its format: its size, what it was served as, where it says it is.

May know: media types of the formats; nothing of what is in a document.
"""

from __future__ import annotations

from syndicate.check.clauses import Clause, w3c_warning, warning
from syndicate.check.inspection import Inspection, shown

LARGEST = 1_000_000
"""Bytes. Readers take that much without complaint; what is beyond it costs every subscriber every hour."""

SIZE = warning(
    "feed-size",
    "A document has at most 1 MB.",
    "Readers fetch it many times a day; some give up before its end.",
    Clause(
        "RFC 5005 §4 is the remedy: older entries move to an archive (the bound is ours)",
        "https://www.rfc-editor.org/rfc/rfc5005#section-4",
    ),
)
MEDIA_TYPE = warning(
    "feed-media-type",
    "A document is served as what it is.",
    "Readers and browsers go by it: some do not offer to subscribe, some show a text.",
    Clause(
        "W3C feed validator: UnexpectedContentType, NonSpecificMediaType",
        "https://validator.w3.org/feed/docs/warning/UnexpectedContentType.html",
    ),
)
SELF_ADDRESS = warning(
    "feed-self-address",
    "A document names as its own the address that it was fetched from.",
    "Readers that follow it subscribe to another document, or to the same one twice.",
    w3c_warning("SelfDoesntMatchLocation"),
)

RULES = (SIZE, MEDIA_TYPE, SELF_ADDRESS)

MEDIA_TYPES = {
    "rss": ("application/rss+xml",),
    "atom": ("application/atom+xml",),
    "json": ("application/feed+json", "application/json"),
    "opml": ("text/x-opml", "text/x-opml+xml", "application/xml", "text/xml"),
}
"""What a document of each format may be served as; the first is the one to use."""


def check_whole(inspection: Inspection, kind: str | None) -> None:
    """Check what holds for a document of any format; `kind` is None where it has none of them."""
    size = len(inspection.body)
    if size > LARGEST:
        inspection.find(SIZE, 0, f"the document has {size} bytes")
    if inspection.media_type is None or kind is None:
        return
    served = inspection.media_type.partition(";")[0].strip().lower()
    right = MEDIA_TYPES[kind]
    if served not in right:
        inspection.find(MEDIA_TYPE, 0, f"served as {shown(served)}, which should be {right[0]}")


def check_self(inspection: Inspection, line: int, url: str) -> None:
    """Check that a document's own address, as it gives it, is where it was fetched from.

    One that is not absolute is nothing that could be compared.
    """
    address = inspection.address
    if address is not None and "://" in url and url.partition("#")[0] != address.partition("#")[0]:
        inspection.find(SELF_ADDRESS, line, f"fetched from {shown(address)}, but calls itself {shown(url)}")
