"""Encoded siblings: what `precompress` writes beside each document, when it is made again, when it goes."""

from __future__ import annotations

import gzip
import os
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import brotli
import pytest
from conftest import WriteArticle
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from syndicate import Report, build, encoding, load_settings, siblings
from syndicate.errors import ConfigError

NOW = datetime(2024, 6, 1, tzinfo=UTC)
DECODERS: dict[str, Callable[[bytes], bytes]] = {".gz": gzip.decompress, ".br": brotli.decompress}


def configure(site: Path, codings: str) -> None:
    """Say which codings the site wants."""
    file = site / "config" / "syndicate.yaml"
    kept = [line for line in file.read_text().splitlines() if not line.startswith("precompress")]
    file.write_text("\n".join([*kept, f"precompress: {codings}", ""]))


def run(site: Path, **options: Any) -> Report:
    """Build the site."""
    given_options = {"now": NOW, "jobs": 1, **options}
    return build(load_settings(site / "config" / "syndicate.yaml"), **given_options)


def files(site: Path) -> list[str]:
    """The files of the output that are not hidden."""
    output = site / "feeds"
    return sorted(str(file.relative_to(output)) for file in output.rglob("*.*") if file.name[0] != ".")


@pytest.mark.parametrize("coding", encoding.SUFFIXES)
@hypothesis_settings(deadline=None)
@given(body=st.binary(max_size=300), cut=st.integers(0, 40))
def test_what_was_encoded_can_be_decoded(coding: str, body: bytes, cut: int) -> None:
    """The bytes come back, within a bound; what is cut short or longer than it says is none."""
    packed = encoding.encoder(coding)(body)
    assert encoding.decode(coding, packed, len(body)) == body
    assert encoding.decode(coding, packed + b"x", 10_000) is None
    assert encoding.decode(coding, packed[: cut % len(packed)], 10_000) is None
    if body:
        assert encoding.decode(coding, packed, len(body) - 1) is None


@pytest.mark.parametrize("coding", encoding.SUFFIXES)
@hypothesis_settings(deadline=None)
@given(junk=st.binary(max_size=60))
def test_what_was_never_encoded_decodes_to_nothing(coding: str, junk: bytes) -> None:
    """Any other bytes are none, or by chance some; they raise nothing."""
    decoded = encoding.decode(coding, junk, 100)
    assert decoded is None or len(decoded) <= 100


@pytest.fixture
def encoded(site: Path, write_article: WriteArticle) -> Path:
    """A site of two articles, built with both codings."""
    write_article("2024-01-01-a.md", title="A", topics="[One]")
    write_article("2024-01-02-b.md", title="B", topics="[Two]")
    configure(site, "[gzip, br]")
    run(site)
    return site


@hypothesis_settings(deadline=None)
@given(st.binary(max_size=5000))
def test_a_coding_keeps_every_byte(body: bytes) -> None:
    """What is encoded can be decoded by others than us, and the same bytes give the same bytes."""
    for coding, suffix in encoding.SUFFIXES.items():
        packed = encoding.encoder(coding)(body)
        assert DECODERS[suffix](packed) == body
        assert encoding.encoder(coding)(body) == packed


def test_gzip_says_neither_when_nor_where() -> None:
    """RFC 1952 §2.3: no time, no name, no system."""
    assert encoding.gzip(b"x")[:10] == b"\x1f\x8b\x08\0\0\0\0\0\x02\xff"


def test_every_text_has_its_siblings(encoded: Path) -> None:
    """Each document has one sibling a coding, which decodes to it, whatever its size."""
    documents = [name for name in files(encoded) if not name.endswith((".gz", ".br"))]
    assert len(documents) == 9
    assert files(encoded) == sorted(name + suffix for name in documents for suffix in ("", ".br", ".gz"))
    for name in documents:
        for suffix, decode in DECODERS.items():
            assert (
                decode((encoded / "feeds" / (name + suffix)).read_bytes())
                == (encoded / "feeds" / name).read_bytes()
            )


def test_siblings_are_owned(encoded: Path) -> None:
    """They stand in the list of our files; they go with their document, and with the setting."""
    assert "all/rss.xml.gz" in (encoded / "feeds" / ".syndicate-files").read_text().splitlines()
    (encoded / "articles" / "2024-01-02-b.md").unlink()
    run(encoded)
    assert not (encoded / "feeds" / "topics" / "two").exists()
    configure(encoded, "[br]")
    run(encoded)
    assert not [name for name in files(encoded) if name.endswith(".gz")]
    configure(encoded, "[]")
    run(encoded)
    assert {Path(name).suffix for name in files(encoded)} == {".xml", ".json"}


def test_what_did_not_change_is_not_encoded(encoded: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run encodes the documents that changed, and no others."""
    encodings: list[bytes] = []

    def counting(codings: Any, bodies: Any) -> Any:
        encodings.extend(bodies)
        return original(codings, bodies)

    original = encoding.encode_batch
    monkeypatch.setattr(siblings.encoding, "encode_batch", counting)
    assert not run(encoded).changes.write
    assert encodings == []
    path = encoded / "articles" / "2024-01-02-b.md"
    path.write_text(path.read_text().replace("title: B", "title: Bee"))
    changed = run(encoded).changes.update
    assert len(encodings) == 6
    assert {name for name in changed if name.endswith(".gz")} == {
        f"{feed}/{name}.gz" for feed in ("all", "topics/two") for name in ("rss.xml", "atom.xml", "feed.json")
    }


@pytest.mark.parametrize("how", ["delete", "truncate", "swap"])
def test_a_sibling_that_is_not_as_it_was_left_is_made_again(encoded: Path, how: str) -> None:
    """One that is gone, cut or replaced is mended by the next run, and nothing else is written."""
    sibling = encoded / "feeds" / "all" / "rss.xml.gz"
    before = sibling.read_bytes()
    if how == "delete":
        sibling.unlink()
    else:
        sibling.write_bytes(b"" if how == "truncate" else before[::-1])
    assert run(encoded).changes.write == ("all/rss.xml.gz",)
    assert sibling.read_bytes() == before


def test_another_version_encodes_everything_again(encoded: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where zlib or Brotli may give other bytes, an incremental build gives those of a clean one."""
    monkeypatch.setattr(encoding, "_GZIP_HEADER", encoding._GZIP_HEADER[:-1] + b"\x03")
    monkeypatch.setattr("zlib.ZLIB_RUNTIME_VERSION", "9.9")
    changed = run(encoded).changes.write
    assert len(changed) == 9
    assert {Path(name).suffix for name in changed} == {".gz"}


def test_a_dry_run_names_the_siblings(encoded: Path, write_article: WriteArticle) -> None:
    """--dry-run names what would be written, siblings too, and writes nothing."""
    write_article("2024-01-03-c.md", title="C", topics="[Three]")
    before = files(encoded)
    told = run(encoded, dry_run=True).changes
    assert files(encoded) == before
    done = run(encoded).changes
    assert (told.create, told.update) == (done.create, done.update)
    assert "topics/three/rss.xml.br" in done.create


def test_a_pool_gives_the_same(encoded: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who encodes does not matter."""
    before = {name: (encoded / "feeds" / name).read_bytes() for name in files(encoded)}
    monkeypatch.setattr(siblings, "_MANY", 1)
    monkeypatch.setattr(siblings, "_BATCH", 2)
    with ThreadPoolExecutor(2) as pool:
        for name in before:
            os.unlink(encoded / "feeds" / name)
        run(encoded, executor=pool)
    assert {name: (encoded / "feeds" / name).read_bytes() for name in files(encoded)} == before


def test_a_sibling_follows_its_document_at_once(encoded: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between a new document and its new siblings no other file is renamed."""
    renamed: list[str] = []

    def noting(source: Any, target: Any) -> None:
        renamed.append(str(target))
        original(source, target)

    original = os.replace
    path = encoded / "articles" / "2024-01-02-b.md"
    path.write_text(path.read_text().replace("title: B", "title: Bee"))
    monkeypatch.setattr("os.replace", noting)
    run(encoded)
    published = [Path(name).name for name in renamed if name.startswith(str(encoded / "feeds"))]
    feeds = [name for name in published if name[0] != "."]
    assert feeds[:3] == ["atom.xml", "atom.xml.br", "atom.xml.gz"]
    assert [name.removesuffix(".br").removesuffix(".gz") for name in feeds[::3]] == [
        name.removesuffix(".br").removesuffix(".gz") for name in feeds[2::3]
    ]


def test_brotli_may_be_missing(
    site: Path, write_article: WriteArticle, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the package, `br` is a mistake in the configuration that says what to install."""
    write_article("a.md")
    configure(site, "[br]")
    monkeypatch.setitem(sys.modules, "brotli", None)
    with pytest.raises(ConfigError, match=r"precompress: found br.*pip install 'syndicate\[serve\]'"):
        run(site)
    assert not (site / "feeds").exists()
    configure(site, "[gzip]")
    assert run(site).ok
