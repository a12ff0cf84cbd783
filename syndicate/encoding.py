"""Content codings: the bytes of a document as gzip (RFC 1952) and as Brotli (RFC 7932).

The same bytes give the same bytes, on every machine with the same versions of zlib and Brotli. May
know: neither which documents there are nor where they are.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Sequence

from syndicate.digest import digest_of
from syndicate.errors import ConfigError, Problem

SUFFIXES = {"gzip": ".gz", "br": ".br"}
"""What each coding appends to the name of a document, as nginx, Caddy and Apache expect it."""

# Best of gzip costs little more than its default. Brotli's 6 costs twice what gzip does and is
# smaller; its best, 11, would be a sixth smaller still and cost thirty times as much.
_GZIP_LEVEL, _BROTLI_QUALITY = 9, 6
# RFC 1952 §2.3: deflate, no flags, no time, slowest algorithm, unknown system. zlib's own header would
# name the system that it was built on.
_GZIP_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"
_PIECE = 1024
_TEXT = frozenset(("atom", "css", "html", "js", "json", "opml", "rss", "svg", "txt", "xml"))


def is_text(path: str) -> bool:
    """Tell by its name whether a document is text, so that it pays to encode it."""
    return path.rpartition("/")[2].rpartition(".")[2] in _TEXT


def gzip(body: bytes) -> bytes:
    """Encode as gzip, without the time and the name of a file."""
    deflate = zlib.compressobj(_GZIP_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = deflate.compress(body) + deflate.flush()
    trailer = zlib.crc32(body).to_bytes(4, "little") + (len(body) & 0xFFFFFFFF).to_bytes(4, "little")
    return _GZIP_HEADER + packed + trailer


def encoder(coding: str) -> Callable[[bytes], bytes]:
    """Give the encoder of a coding. Raises ConfigError for Brotli where its package is missing."""
    if coding == "gzip":
        return gzip
    try:
        import brotli
    except ImportError:
        expected = "the package brotli: pip install 'syndicate[serve]'"
        problem = Problem(
            field=("precompress",), found="br, which needs a package that is not installed", expected=expected
        )
        raise ConfigError([problem]) from None

    def encode(body: bytes) -> bytes:
        encoded: bytes = brotli.compress(body, quality=_BROTLI_QUALITY)
        return encoded

    return encode


def check(codings: Iterable[str]) -> None:
    """Raise ConfigError unless the packages of all codings are installed."""
    for coding in codings:
        encoder(coding)


def encode_batch(codings: Sequence[str], bodies: Sequence[bytes]) -> list[tuple[bytes, ...]]:
    """Encode documents in each of some codings: work that any process can do."""
    encoders = [encoder(coding) for coding in codings]
    return [tuple(encode(body) for encode in encoders) for body in bodies]


def identity(codings: Sequence[str]) -> bytes:
    """Digest all that decides, beside a document, about its encoded bytes: levels and versions."""
    versions = {"gzip": f"{zlib.ZLIB_RUNTIME_VERSION} {_GZIP_LEVEL}"}
    if "br" in codings:
        import brotli

        versions["br"] = f"{brotli.__version__} {_BROTLI_QUALITY}"
    return digest_of([versions[coding] for coding in sorted(codings)])


def decode(coding: str, encoded: bytes, most: int) -> bytes | None:
    """Decode what one of the encoders made; None for what is none of it, or longer than `most` bytes.

    Raises ImportError for Brotli where its package is missing.
    """
    if coding == "gzip":
        unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
        try:
            body = unpacker.decompress(encoded, most + 1)
        except zlib.error:
            return None
        whole = unpacker.eof and not unpacker.unused_data
        return body if whole and len(body) <= most else None
    import brotli

    decoder, pieces, length = brotli.Decompressor(), [], 0
    try:
        # In pieces, so that a few bytes which stand for many are noticed in time.
        for start in range(0, len(encoded), _PIECE):
            pieces.append(decoder.process(encoded[start : start + _PIECE]))
            length += len(pieces[-1])
            if length > most:
                return None
    except brotli.error:
        return None
    return b"".join(pieces) if decoder.is_finished() else None
