from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicate.check import check_document, jsonlines, jsonrules, opml
from syndicate.check.finding import Finding

# `RULE/LINE-what.json` breaks that rule in that line, and no other; what lies in `good` breaks none.
CASES = Path(__file__).parent / "data" / "check"
FILES = sorted(path for path in CASES.rglob("*") if path.suffix in (".json", ".opml"))
ADDRESS = "https://pier.example/feed.json"
NOW = datetime(2025, 1, 1, tzinfo=UTC)


def check(body: bytes, document: str = "feed.json") -> tuple[Finding, ...]:
    """What is found in a document that came from where the cases say they are."""
    address = ADDRESS if document.endswith(".json") else None
    return check_document(body, document=document, address=address, now=NOW)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(CASES)))
def test_a_case_breaks_the_rule_it_lies_under(path: Path) -> None:
    """A case breaks the rule that its folder is named after, in the line that its name begins with, alone."""
    found = [(finding.rule.name, finding.line) for finding in check(path.read_bytes(), path.name)]
    rule = path.parent.name
    assert found == ([] if rule == "good" else [(rule, int(path.name.partition("-")[0]))])


@pytest.mark.parametrize(
    "rule", [*jsonlines.RULES, *jsonrules.RULES, *opml.RULES], ids=lambda rule: rule.name
)
def test_every_rule_is_proven(rule: Any) -> None:
    """There is a bad case for every rule of JSON Feed and OPML."""
    assert [path for path in FILES if path.parent.name == rule.name]


def test_there_are_good_cases() -> None:
    """What is right is told apart from what is wrong: by cases of either format."""
    good = [path for path in FILES if path.parent.name == "good"]
    assert {path.suffix for path in good} == {".json", ".opml"}
    assert len(FILES) >= 80


def test_every_member_is_looked_at() -> None:
    """A value of the wrong type is found wherever a member of the format may stand."""
    whole = json.loads((CASES / "good" / "everything.json").read_bytes())
    item = whole["items"][0]
    places: list[tuple[dict[str, Any], str]] = [
        *((whole, name) for name in whole if not name.startswith("_") and name != "version"),
        *((item, name) for name in item if not name.startswith("_")),
        *((item["attachments"][0], name) for name in item["attachments"][0]),
        *((whole["authors"][0], name) for name in whole["authors"][0]),
        *((whole["hubs"][0], name) for name in whole["hubs"][0]),
    ]
    for holder, name in places:
        kept, holder[name] = holder[name], None
        found = check(json.dumps(whole).encode())
        holder[name] = kept
        assert "json-type" in {finding.rule.name for finding in found}, name


@pytest.mark.parametrize(
    "path", [path for path in FILES if path.parent.name == "good"], ids=lambda path: path.name
)
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_nothing_raises(path: Path, data: st.DataObject) -> None:
    """Whatever is done to a document, there are findings or none, but no error; and the same each time."""
    body = path.read_bytes()
    start = data.draw(st.integers(0, len(body)))
    end = data.draw(st.integers(start, min(start + 40, len(body))))
    piece = data.draw(
        st.sampled_from(
            [b"", b"\0", b"null", b"[]", b"{}", b"-1", b'"', b"\xff", b"<", b"&#0;", b'"\\ud800"', b"1e999"]
        )
        | st.binary(max_size=6)
    )
    changed = body[:start] + piece + body[end:]
    found = check(changed, path.name)
    assert found == check(changed, path.name)
    for finding in found:
        assert 0 <= finding.line <= changed.count(b"\n") + changed.count(b"\r") + 1
        str(finding).encode()


MEMBERS = (
    "version title items id url authors author name tags hubs type attachments mime_type size_in_bytes"
    " content_html date_published date_modified _x _x.y"
).split()
VALUES: Any = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=4)
    | st.just("https://pier.example/"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(MEMBERS),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(items=VALUES, rest=VALUES)
@settings(max_examples=60, deadline=None)
def test_any_value_may_stand_anywhere(items: Any, rest: Any) -> None:
    """Values of any type in place of any other are findings at most."""
    top = rest if isinstance(rest, dict) else {"title": rest}
    for finding in check(json.dumps({**top, "items": items}).encode()):
        str(finding).encode()
