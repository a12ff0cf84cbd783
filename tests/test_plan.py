from __future__ import annotations

import pytest

from syndicate.plan import Plan, plan_changes

A, B = b"a", b"b"


@pytest.mark.parametrize(
    ("wanted", "published", "owned", "plan"),
    [
        ({}, {}, set(), Plan()),
        ({"x": A}, {}, set(), Plan(create=("x",))),
        ({"x": A}, {"x": B}, {"x"}, Plan(update=("x",))),
        ({"x": A}, {"x": A}, {"x"}, Plan(keep=("x",))),
        ({}, {"x": A}, {"x"}, Plan(delete=("x",))),
        ({}, {"x": A}, set(), Plan()),
        ({}, {}, {"x"}, Plan()),
        ({"x": A}, {}, {"x"}, Plan(create=("x",))),
        ({"x": A}, {"x": A}, set(), Plan(keep=("x",))),
        (
            {"d": A, "c": A, "b": A, "a": A},
            {"a": A, "b": B, "f": A, "e": A, "g": A},
            {"a", "b", "f", "e"},
            Plan(create=("c", "d"), update=("b",), keep=("a",), delete=("e", "f")),
        ),
    ],
)
def test_each_path_has_one_fate(
    wanted: dict[str, bytes], published: dict[str, bytes], owned: set[str], plan: Plan
) -> None:
    """What is new is created, what differs updated, what is equal kept; only what is owned is deleted."""
    assert plan_changes(wanted, published, owned) == plan


def test_what_is_written_is_created_or_updated() -> None:
    """Kept and deleted files are not written."""
    assert Plan(create=("a",), update=("b",), keep=("c",), delete=("d",)).write == ("a", "b")
