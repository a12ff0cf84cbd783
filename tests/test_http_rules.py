"""The pure rules of HTTP: ranges, conditions, content codings, each against a simple model or its clauses."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import formatdate, parsedate_to_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.web.conditional import (
    Validators,
    evaluate,
    http_date,
    parse_http_date,
    range_applies,
)
from syndicate.web.negotiation import IDENTITY, choose, weights
from syndicate.web.ranges import Stretch, Unsatisfiable, parse_range

# Ranges (RFC 9110 §14).

sizes = st.integers(0, 40)
numbers = st.integers(0, 60)


@given(first=numbers, last=st.one_of(st.none(), numbers), size=sizes)
def test_a_range_is_a_slice(first: int, last: int | None, size: int) -> None:
    """A range from one byte to another is the bytes of that slice; none are unsatisfiable."""
    body = bytes(range(size))
    found = parse_range(f"bytes={first}-{'' if last is None else last}", size)
    if last is not None and last < first:
        assert found is None
    elif not (expected := body[first : None if last is None else last + 1]):
        assert found == Unsatisfiable()
    else:
        assert isinstance(found, Stretch)
        assert body[found.start : found.stop] == expected
        assert found.length == len(expected)


@given(length=numbers, size=sizes)
def test_a_suffix_is_the_end(length: int, size: int) -> None:
    """The last bytes are the last bytes, all of them where there are fewer."""
    body = bytes(range(size))
    found = parse_range(f"bytes=-{length}", size)
    if length == 0:
        assert found == Unsatisfiable()
    elif size == 0:
        assert found is None
    else:
        assert isinstance(found, Stretch)
        assert body[found.start : found.stop] == body[-length:]


@given(header=st.text(alphabet="bytes=0123456789-, \tx", max_size=24), size=sizes)
def test_any_range_is_inside(header: str, size: int) -> None:
    """Whatever the header is, the stretch lies inside the representation and is not empty."""
    found = parse_range(header, size)
    if isinstance(found, Stretch):
        assert 0 <= found.start < found.stop <= size


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, None),
        ("", None),
        ("bytes=", None),
        ("bytes", None),
        ("bytes=-", None),
        ("bytes=a-b", None),
        ("bytes=1", None),
        ("bytes=1-2-3", None),
        ("bytes=+1-2", None),
        ("bytes=١-٢", None),
        ("lines=0-1", None),
        ("bytes=0-0,2-3", None),
        ("BYTES=0-1", Stretch(0, 2)),
        (" bytes = 0-1", Stretch(0, 2)),
        ("bytes= 0-1 ,, ", Stretch(0, 2)),
        ("bytes=000-0001", Stretch(0, 2)),
        ("bytes=0-" + "9" * 5000, Stretch(0, 10)),
        ("bytes=-" + "9" * 5000, Stretch(0, 10)),
        ("bytes=" + "9" * 5000 + "-", Unsatisfiable()),
        ("bytes=10-", Unsatisfiable()),
    ],
)
def test_ranges_as_they_are_written(header: str | None, expected: Stretch | Unsatisfiable | None) -> None:
    """Units in any case, empty elements and any digits are read; what is malformed is passed over."""
    assert parse_range(header, 10) == expected


# Dates (RFC 9110 §5.6.7).


@given(st.integers(0, 253_402_300_799))
def test_dates_go_there_and_back(seconds: int) -> None:
    """A date is written as the standard library writes it, and read as what it was."""
    assert http_date(seconds) == formatdate(seconds, usegmt=True)
    assert parse_http_date(http_date(seconds)) == seconds


@pytest.mark.parametrize(
    "text",
    ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"],
)
def test_three_forms_of_one_date(text: str) -> None:
    """All three forms of RFC 9110 §5.6.7 are read."""
    assert parse_http_date(text) == int(datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "2024-01-01", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 PST",
     "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 0000 08:49:37 GMT", "Sun, 06 Foo 1994 08:49:37 GMT",
     "Sun, 06 Nov 1994 25:49:37 GMT", "0", "٠٦"],
)  # fmt: skip
def test_what_is_no_date(text: str) -> None:
    """What is no date of HTTP is none, and condition with it none either."""
    assert parse_http_date(text) is None


@given(st.text(max_size=40))
def test_any_text_may_stand_for_a_date(text: str) -> None:
    """Whatever stands there, reading it ends in a number or in nothing; a number is what others read."""
    found = parse_http_date(text)
    assert (
        found is None or abs(found - parsedate_to_datetime(text.strip()).replace(tzinfo=UTC).timestamp()) <= 1
    )


# Conditions (RFC 9110 §13).

NOW = int(datetime(2024, 6, 1, tzinfo=UTC).timestamp())
VALIDATORS = Validators(etag='"a"', modified=NOW)
BEFORE, SAME, AFTER = http_date(NOW - 1), http_date(NOW), http_date(NOW + 1)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, "send"),
        ({"if-none-match": '"a"'}, "not modified"),
        ({"if-none-match": 'W/"a"'}, "not modified"),
        ({"if-none-match": '"b", "a"'}, "not modified"),
        ({"if-none-match": '"b,a", "c"'}, "send"),
        ({"if-none-match": " * "}, "not modified"),
        ({"if-none-match": '"*"'}, "send"),
        ({"if-none-match": "a"}, "send"),
        ({"if-none-match": ""}, "send"),
        ({"if-modified-since": SAME}, "not modified"),
        ({"if-modified-since": AFTER}, "not modified"),
        ({"if-modified-since": BEFORE}, "send"),
        ({"if-modified-since": "x"}, "send"),
        ({"if-none-match": '"b"', "if-modified-since": AFTER}, "send"),
        ({"if-none-match": '"a"', "if-modified-since": BEFORE}, "not modified"),
        ({"if-match": '"a"'}, "send"),
        ({"if-match": "*"}, "send"),
        ({"if-match": 'W/"a"'}, "failed"),
        ({"if-match": '"b"'}, "failed"),
        ({"if-match": '"a"', "if-unmodified-since": BEFORE}, "send"),
        ({"if-unmodified-since": BEFORE}, "failed"),
        ({"if-unmodified-since": SAME}, "send"),
        ({"if-unmodified-since": "x"}, "send"),
        ({"if-match": '"a"', "if-none-match": '"a"'}, "not modified"),
        ({"if-match": '"b"', "if-none-match": '"a"'}, "failed"),
    ],
)
def test_conditions(headers: dict[str, str], expected: str) -> None:
    """Conditions are tried in the order of §13.2.2; tags come before times, in strong or weak comparison."""
    assert evaluate(headers.get, VALIDATORS) == expected


def test_without_a_time_only_tags_decide() -> None:
    """What has no Last-Modified is compared by its tag alone."""
    timeless = Validators(etag='"a"')
    assert evaluate({"if-modified-since": AFTER}.get, timeless) == "send"
    assert evaluate({"if-unmodified-since": BEFORE}.get, timeless) == "send"


@pytest.mark.parametrize(
    ("header", "expected"), [(None, True), ('"a"', True), ('W/"a"', False), ('"b"', False), (SAME, False)]
)
def test_if_range(header: str | None, expected: bool) -> None:
    """Only the strong tag itself makes a range count."""
    assert range_applies(header, VALIDATORS) is expected


# Content codings (RFC 9110 §12.5.3).

SIZES = {IDENTITY: 100, "gzip": 30, "br": 20}


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, IDENTITY),
        ("", IDENTITY),
        ("gzip", "gzip"),
        ("x-gzip", "gzip"),
        ("GZIP", "gzip"),
        ("gzip, deflate, br", "br"),
        ("br;q=0.5, gzip;q=0.8", "gzip"),
        ("br ; q=0.9 , gzip;Q=0.8", "br"),
        ("gzip;q=0", IDENTITY),
        ("gzip;q=0.001", "gzip"),
        ("identity, gzip;q=0.5", IDENTITY),
        ("identity;q=0.5, gzip", "gzip"),
        ("*", "br"),
        ("*, br;q=0", "gzip"),
        ("*;q=0", IDENTITY),
        ("identity;q=0", IDENTITY),
        ("identity;q=0, gzip", "gzip"),
        ("zstd", IDENTITY),
        ("gzip;q=2", IDENTITY),
        ("gzip;q=x, br", "br"),
        (", ,gzip,,", "gzip"),
        ("gzip;level=9", IDENTITY),
    ],
)
def test_codings(accept: str | None, expected: str) -> None:
    """The client's weights decide, among equals the size; identity is sent where nothing else may be."""
    assert choose(accept, SIZES) == expected


@given(
    st.dictionaries(
        st.sampled_from(["gzip", "br", "identity", "*", "zstd"]),
        st.integers(0, 1000).map(lambda number: number / 1000),
    )
)
def test_the_heaviest_is_chosen(given_weights: dict[str, float]) -> None:
    """Nothing that there is weighs more than what is chosen; what is refused is never a coding."""
    accept = ", ".join(f"{coding};q={weight:.3f}" for coding, weight in given_weights.items())
    chosen = choose(accept, SIZES)
    weighed = {coding: given_weights.get(coding, given_weights.get("*", 0.0)) for coding in ("gzip", "br")}
    if chosen == IDENTITY:
        assert max(weighed.values()) <= given_weights.get(IDENTITY, 0.0)
    else:
        assert weighed[chosen] == max(weighed.values()) > 0
    assert weights(accept) == given_weights


@given(st.text(max_size=60))
def test_any_header_gets_a_coding_that_exists(accept: str) -> None:
    """Whatever stands there, one of the codings comes out."""
    assert choose(accept, SIZES) in SIZES
