"""URLs that readers can follow: absolute, http or https, percent-encoded; tag: URIs, slugs, media types.

May know: `text` and `digest`; nothing of the network, the file system or the machine's own
table of media types.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from urllib.parse import quote, urljoin, urlsplit

from syndicate.digest import short_hex
from syndicate.text import decode_entities

LONGEST_URL = 8192
# RFC 3986 §2: what may stand in a URL unescaped. Brackets are legal in an IP literal only.
_LEGAL = "-._~!$&'()*+,;=:@/%"
# Labels of letters and digits, hyphens inside. Every repetition is possessive or atomic: nothing is tried
# twice. Possessive only of single characters: Python 3.11.0 to 3.11.4 goes wrong with groups.
_HOST = r"(?![^:/?#]{254})[A-Za-z0-9]++(?>(?:(?:-++|\.)[A-Za-z0-9]++)*)"
# Characters, and then escapes each followed by characters: a pattern that is matched without a choice.
_PATH = r"[A-Za-z0-9\-._~!$&'()*+,;=:@/]*+"
_PATH += rf"(?>(?:%[0-9A-Fa-f]{{2}}{_PATH})*)"
_QUERY = _PATH.replace("@/]", "@/?]")
_CLEAN_URL = re.compile(rf"https?://{_HOST}(?::[1-9][0-9]{{0,3}})?(?:/{_PATH})?(?:\?{_QUERY})?(?:#{_QUERY})?")
_LITERAL = re.compile(r"\[[^\[\]]*\](?::[0-9]*)?")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
# What may cling to a copied address: all blanks of Unicode, those without width, byte order marks.
_BLANKS = (
    "\x00\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006"
    "\u2007\u2008\u2009\u200a\u200b\u2028\u2029\u202f\u205f\u2060\u3000\ufeff"
)
_SAFE_SPECIFIC = re.compile(r"[A-Za-z0-9\-._~!$&'()*+,;=:@/]*")
_LONE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_HOST_NAME = re.compile(
    r"(?=.{1,253}\Z)[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*"
)

IMAGE_TYPES = {
    "apng": "image/apng", "avif": "image/avif", "bmp": "image/bmp", "gif": "image/gif",
    "heic": "image/heic", "ico": "image/x-icon", "jfif": "image/jpeg", "jpe": "image/jpeg",
    "jpeg": "image/jpeg", "jpg": "image/jpeg", "png": "image/png", "svg": "image/svg+xml",
    "tif": "image/tiff", "tiff": "image/tiff", "webp": "image/webp",
}  # fmt: skip
MEDIA_TYPES = IMAGE_TYPES | {
    "aac": "audio/aac", "flac": "audio/flac", "m4a": "audio/mp4", "mp3": "audio/mpeg",
    "oga": "audio/ogg", "ogg": "audio/ogg", "opus": "audio/ogg", "wav": "audio/wav",
    "m4v": "video/mp4", "mov": "video/quicktime", "mp4": "video/mp4", "mpeg": "video/mpeg",
    "ogv": "video/ogg", "webm": "video/webm",
    "7z": "application/x-7z-compressed", "csv": "text/csv", "docx":
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "epub": "application/epub+zip", "gz": "application/gzip", "htm": "text/html", "html": "text/html",
    "ics": "text/calendar", "ipynb": "application/x-ipynb+json", "json": "application/json",
    "md": "text/markdown", "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odt": "application/vnd.oasis.opendocument.text", "pdf": "application/pdf",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "srt": "application/x-subrip", "tar": "application/x-tar", "txt": "text/plain", "vtt": "text/vtt",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "xml": "application/xml", "zip": "application/zip",
}  # fmt: skip
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,126}/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}")

_PLAIN_NAME = re.compile(r"[a-z0-9]+(?:[ -][a-z0-9]+)*")
# Names that Windows keeps for devices; a folder of that name cannot be checked out there.
_DEVICES = re.compile(r"con|prn|aux|nul|com\d|lpt\d")
_LONGEST_SLUG = 60
_SPOKEN = str.maketrans(
    {"+": " plus ", "#": " sharp ", "&": " and ", "@": " at ", ".": " dot ", "%": " percent "}
)


def is_clean_url(raw: str) -> bool:
    """Tell at a glance that a URL is absolute and as every reader can follow it; others may be, too."""
    # An entity is made of characters that a URL may hold, but none goes without its semicolon.
    return ";" not in raw and len(raw) <= LONGEST_URL and _CLEAN_URL.fullmatch(raw) is not None


def clean_url(raw: str, base: str | None = None) -> str | None:
    """Turn a URL as somebody wrote it into one that every reader can follow, or None.

    Entities are decoded, blanks and line breaks are taken off, a relative one is resolved against
    `base` (RFC 3986 §5), a host outside ASCII becomes its IDNA form, and what RFC 3986 §2 does not
    allow is percent-encoded, nothing else. None for any scheme but http and https, a missing
    host, a user name or password, or more than 8,192 characters.
    """
    if is_clean_url(raw):
        return raw
    # Once more without the line breaks, which may have stood inside an entity.
    url = _bare(decode_entities(_bare(decode_entities(raw))))
    if not url or len(url) > LONGEST_URL:
        return None
    try:
        if base is not None and not _SCHEME.match(url):
            url = urljoin(base, url)
        parts = urlsplit(url)
        host = _host(parts.hostname or "", literal="[" in parts.netloc)
        port = parts.port
    except (ValueError, UnicodeError):
        return None
    if parts.scheme not in ("http", "https") or not host or "@" in parts.netloc:
        return None
    # Some versions of Python find a host in brackets with anything around these.
    if "[" in parts.netloc and not _LITERAL.fullmatch(parts.netloc):
        return None
    netloc = host if port is None else f"{host}:{port}"
    query = f"?{_escape(parts.query, '?')}" if parts.query else ""
    fragment = f"#{_escape(parts.fragment, '?')}" if parts.fragment else ""
    cleaned = f"{parts.scheme}://{netloc}{_escape(parts.path)}{query}{fragment}"
    # One that still spells an entity was made to: a later reading would take it for another address.
    return cleaned if len(cleaned) <= LONGEST_URL and decode_entities(cleaned) == cleaned else None


def _bare(url: str) -> str:
    return re.sub(r"[\t\r\n]", "", url).strip(_BLANKS)


def _host(name: str, *, literal: bool = False) -> str | None:
    if literal:
        # Neither a zone (RFC 6874), which means something on one machine only, nor a future version.
        from ipaddress import IPv6Address

        return f"[{name}]" if "%" not in name and IPv6Address(name) else None
    if len(name) > 253:
        return None
    if not name.isascii():
        name = name.encode("idna").decode("ascii")
    return name if _HOST_NAME.fullmatch(name) else None


def _escape(part: str, also: str = "") -> str:
    return quote(_LONE_PERCENT.sub("%25", part), safe=_LEGAL + also, errors="replace")


@lru_cache(maxsize=4096)
def host_key(domain: str) -> str | None:
    """Bring a domain, or a URL given in its place, to the lower-case host name that keys a provider.

    A port goes with the rest of the URL.
    """
    text = decode_entities(domain).strip().lower()
    text = _SCHEME.sub("", text, count=1).lstrip("/") if "//" in text else text
    text = re.sub(r":\d*\Z", "", re.split(r"[/?#]", text, maxsplit=1)[0]).strip(". ")
    try:
        return _host(text) if text and ":" not in text else None
    except UnicodeError:
        return None


def media_type(url: str, default: str, among: dict[str, str] = MEDIA_TYPES) -> str:
    """Tell the media type from the path of a URL, without its query: `.png?147` is image/png."""
    # An absolute URL: what follows the third slash is its path.
    path = url.partition("?")[0].partition("#")[0].split("/", 3)[3:]
    name = path[0].rpartition("/")[2] if path else ""
    return among.get(name.rpartition(".")[2].lower(), default) if "." in name else default


def clean_media_type(raw: str) -> str | None:
    """Bring a media type to `type/subtype` (RFC 6838 §4.2), without parameters; None if it is none."""
    name = raw.partition(";")[0].strip().lower()
    return name if _MEDIA_TYPE.fullmatch(name) else None


def tag_uri(authority: str, specific: str) -> str:
    """Write a tag: URI (RFC 4151 §2.1) of an authority such as `example.com,2019`.

    A percent sign is escaped too: `a b` and a file that is called `a%20b` are two things.
    """
    if _SAFE_SPECIFIC.fullmatch(specific):
        return f"tag:{authority}:{specific}"
    # A file's name may hold bytes that are not UTF-8; Python hands them over as lone surrogates.
    escaped = quote(
        unicodedata.normalize("NFC", specific), safe=_LEGAL.replace("%", ""), errors="surrogatepass"
    )
    return f"tag:{authority}:{escaped}"


@lru_cache(maxsize=8192)
def name_key(name: str) -> str:
    """Fold the spellings of one name together: case, blanks and Unicode's composed forms."""
    return " ".join(unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold()).split())


@lru_cache(maxsize=8192)
def slug(name: str) -> str:
    """Map a name to a path segment, from the name alone: other names never change it.

    `Machine Learning` is `machine-learning`, `Multi-Cloud` is `multi--cloud`. A name that has more
    than ASCII letters, digits, single blanks and single hyphens is spelled out and told apart by
    a digest: `C++` is `c-plus-plus_` and ten digits. Two names share a slug only where `name_key`
    holds them for one name.
    """
    key = name_key(name)
    if _PLAIN_NAME.fullmatch(key) and len(key) <= _LONGEST_SLUG and not _DEVICES.fullmatch(key):
        return key.replace("-", "--").replace(" ", "-")
    # Imported for a name that needs it: it loads the tables of text-unidecode.
    from slugify import slugify
    from text_unidecode import unidecode

    # slugify would take another package for this where it is installed, and spell names otherwise.
    spoken = slugify(unidecode(key.translate(_SPOKEN)), max_length=_LONGEST_SLUG - 11, word_boundary=True)
    return f"{spoken or 'x'}_{short_hex(key)}"
