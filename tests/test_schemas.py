"""Schemas: what we write is valid by the published grammars of each format.

The schemas belong to their publishers and lie beside the project, in ../shared/schemas; where they are
absent, the tests that need them are skipped by name.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
import referencing
from lxml import etree
from referencing.jsonschema import DRAFT4

from syndicate import build, load_settings

ROOT = Path(__file__).parents[1]
SCHEMAS = Path(__file__).parents[2] / "shared" / "schemas"
GOLDEN = Path(__file__).parent / "data" / "golden"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
CASES = sorted({path.name.partition(".")[0] for path in GOLDEN.iterdir()})


def schema(name: str) -> Path:
    """Give the path of a schema; the test is skipped where it is absent."""
    path = SCHEMAS / name
    if not path.exists():
        pytest.skip(f"../shared/schemas/{name} is not there")
    return path


@cache
def atom_grammar() -> Any:
    """Load RFC 4287's grammar (appendix B)."""
    return etree.RelaxNG(etree.parse(str(schema("atom.rng"))))


@cache
def rss_schema() -> Any:
    """Load the RSS 2.0 schema."""
    return etree.XMLSchema(etree.parse(str(schema("rss-2.0.xsd"))))


@cache
def json_schema() -> Any:
    """Load the JSON Feed 1.1 schema; it refers to that of version 1.0 by the name `feed-1`."""
    new = json.loads(schema("jsonfeed-1.1.json").read_text("utf-8"))
    old = json.loads(schema("jsonfeed-1.0.json").read_text("utf-8"))
    uri = "https://json.schemastore.org/feed-1"
    resource = referencing.Resource(contents={**old, "id": uri}, specification=DRAFT4)
    registry: Any = referencing.Registry().with_resource(uri, resource)
    return jsonschema.Draft4Validator(new, registry=registry)


def check_atom(body: bytes, where: str) -> None:
    """Hold an Atom feed against the grammar."""
    grammar = atom_grammar()
    assert grammar.validate(etree.fromstring(body)), f"{where}: {grammar.error_log.last_error}"


def check_json(body: bytes, where: str) -> None:
    """Hold a JSON Feed against the schema."""
    errors = [
        f"{'.'.join(map(str, error.path))}: {error.message[:300]}"
        for error in json_schema().iter_errors(json.loads(body))
    ]
    assert not errors, f"{where}: {errors[:3]}"


def check_rss(body: bytes, where: str) -> None:
    """Hold an RSS feed against the schema, less what the schema is known to refuse wrongly.

    It wants at least one item, so a feed that has none is given one; and it takes no name in
    `managingEditor` but one of letters, blanks and punctuation, so the name is left out there.
    """
    root = etree.fromstring(body)
    channel = root.find("channel")
    if channel.find("item") is None:
        etree.SubElement(etree.SubElement(channel, "item"), "title").text = "One, for the schema"
    for editor in channel.findall("managingEditor"):
        editor.text = editor.text.partition(" (")[0]
    assert rss_schema().validate(root), f"{where}: {rss_schema().error_log.last_error}"


CHECKS = {"rss.xml": check_rss, "atom.xml": check_atom, "feed.json": check_json}


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample site of the project, built."""
    output = tmp_path_factory.mktemp("sample") / "feeds"
    settings = load_settings(ROOT / "config" / "syndicate.yaml")
    build(msgspec.structs.replace(settings, output=str(output)), now=NOW)
    return output


@pytest.mark.parametrize("output", CHECKS)
@pytest.mark.parametrize("case", CASES)
def test_golden_documents_are_valid(case: str, output: str) -> None:
    """Every golden document is valid: what we promise byte for byte is what the format wants."""
    name = f"{case}.{output}"
    CHECKS[output]((GOLDEN / name).read_bytes(), name)


@pytest.mark.parametrize("output", CHECKS)
def test_the_sample_is_valid(sample: Path, output: str) -> None:
    """Every document of the sample site is valid."""
    documents = sorted(sample.rglob(output))
    assert len(documents) > 10
    for path in documents:
        CHECKS[output](path.read_bytes(), str(path.relative_to(sample)))


@pytest.mark.parametrize("output", CHECKS)
def test_a_feed_of_nothing_is_valid(tmp_path: Path, output: str) -> None:
    """A feed that holds no item is valid too, and dated `site.since`."""
    (tmp_path / "articles").mkdir()
    (tmp_path / "syndicate.yaml").write_text(
        "site: {title: T, url: 'https://t.example/', feeds_url: 'https://t.example/f/', id: 't.example,2020',"
        " since: 2020-02-02}\nsources: [{path: articles}]\n"
    )
    build(load_settings(tmp_path / "syndicate.yaml"), now=NOW, allow_empty=True)
    body = (tmp_path / "feeds" / "all" / output).read_bytes()
    CHECKS[output](body, output)
    dates = {"rss.xml": b"Sun, 02 Feb 2020 00:00:00 +0000", "atom.xml": b"<updated>2020-02-02T00:00:00"}
    assert dates.get(output, b'"items":[]') in body


@pytest.mark.parametrize(
    ("output", "old", "new"),
    [
        ("rss.xml", b"<pubDate>", b"<pubDate>yesterday, "),
        ("atom.xml", b"<updated>", b"<updated>yesterday, "),
        ("feed.json", b'"version"', b'"verzion"'),
    ],
)
def test_the_schemas_refuse_what_is_wrong(output: str, old: bytes, new: bytes) -> None:
    """The checks above check something: a broken document does not pass them."""
    body = (GOLDEN / f"card.{output}").read_bytes()
    with pytest.raises(AssertionError):
        CHECKS[output](body.replace(old, new), output)
