"""Digests are stable and tell their parts apart."""

from __future__ import annotations

import string

from hypothesis import given, settings
from hypothesis import strategies as st

from syndicate.digest import digest_bytes, digest_of, short_hex


@settings(max_examples=100)
@given(st.dictionaries(st.text(), st.one_of(st.integers(0, 9), st.text(), st.none())))
def test_the_order_of_keys_does_not_count(mapping: dict[str, object]) -> None:
    """A mapping has one digest, in whatever order its keys stand."""
    turned = dict(reversed(mapping.items()))
    assert digest_of(mapping) == digest_of(turned)


def test_where_a_part_ends_counts() -> None:
    """The same bytes cut in another place, and a part more, are something else."""
    assert len({digest_bytes(b"ab", b"c"), digest_bytes(b"a", b"bc"), digest_bytes(b"abc", b"")}) == 3
    assert digest_bytes(b"abc") != digest_bytes(b"abc", b"")


def test_values_count() -> None:
    """Another value or type is another digest."""
    assert len({digest_of(1), digest_of("1"), digest_of([1]), digest_of(None), digest_of(1, None)}) == 5


def test_digests_never_change() -> None:
    """Digests are the same in every run, on every machine and in every release."""
    assert digest_bytes(b"a").hex() == DIGEST_OF_A
    assert short_hex("c++") == SHORT_OF_CPP
    assert short_hex("c++", 4) == SHORT_OF_CPP[:4]


@settings(max_examples=50)
@given(st.text(alphabet=st.characters()))
def test_any_text_has_a_short_name(text: str) -> None:
    """Every text, one with lone surrogates too, has ten hexadecimal digits."""
    made = short_hex(text)
    assert len(made) == 10
    assert set(made) <= set(string.hexdigits.lower())


DIGEST_OF_A = "3b196fd4907bedf51c3090e9835f2f7c"
SHORT_OF_CPP = "b0454366c3"
