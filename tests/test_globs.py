from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from syndicate.globs import compile_globs

SUFFIXES = st.lists(st.text(".md]é\n", min_size=1, max_size=4), min_size=1, max_size=3)
PATHS = st.lists(st.text(".mdé]\n", min_size=1, max_size=6), min_size=1, max_size=3).map("/".join)


@given(SUFFIXES, PATHS)
def test_the_short_way_is_the_long_one(suffixes: list[str], path: str) -> None:
    """Files of some kinds anywhere are those that the patterns name when others stand beside them."""
    kinds = tuple(f"**/*{suffix}" for suffix in suffixes)
    # A pattern of another form, which none of these paths matches.
    assert bool(compile_globs(kinds)(path)) == bool(compile_globs((*kinds, "?Z"))(path))
