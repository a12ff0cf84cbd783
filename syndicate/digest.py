"""Digests that are the same on every machine, in every run and for every order of a mapping.

May know: nothing of what it digests.
"""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

_encoder = msgspec.msgpack.Encoder(order="deterministic")
_SIZE = 16


def digest_bytes(*parts: bytes) -> bytes:
    """Digest byte strings: 16 bytes of SHA-256; where one part ends and the next begins counts."""
    # Processors have instructions for SHA-256; Python's BLAKE2b does without.
    state = hashlib.sha256()
    for part in parts:
        state.update(len(part).to_bytes(8, "big"))
        state.update(part)
    return state.digest()[:_SIZE]


def digest_of(*values: Any) -> bytes:
    """Digest values that msgspec can encode: 16 bytes, whatever the order of their keys."""
    return digest_bytes(*(_encoder.encode(value) for value in values))


def short_hex(text: str, length: int = 10) -> str:
    """Name a text by a few hexadecimal digits of its digest."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()[:length]
