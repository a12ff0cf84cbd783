from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.plan import Plan, State, plan_changes


@pytest.mark.parametrize(
    ("wanted", "owned", "plan"),
    [
        ({}, set(), Plan()),
        ({"x": "absent"}, set(), Plan(create=("x",))),
        ({"x": "absent"}, {"x"}, Plan(create=("x",))),
        ({"x": "different"}, {"x"}, Plan(update=("x",))),
        ({"x": "different"}, set(), Plan(update=("x",))),
        ({"x": "same"}, {"x"}, Plan(keep=("x",))),
        ({"x": "same"}, set(), Plan(keep=("x",))),
        ({}, {"x"}, Plan(delete=("x",))),
        (
            {"d": "absent", "c": "absent", "b": "different", "a": "same"},
            {"f", "a", "b", "e"},
            Plan(create=("c", "d"), update=("b",), keep=("a",), delete=("e", "f")),
        ),
    ],
)
def test_each_path_has_one_fate(wanted: dict[str, State], owned: set[str], plan: Plan) -> None:
    """What is absent is created, what differs updated, what is the same kept; only what is owned goes."""
    assert plan_changes(wanted, owned) == plan


STATES: list[State] = ["absent", "different", "same"]


@given(st.dictionaries(st.text(max_size=3), st.sampled_from(STATES)), st.sets(st.text(max_size=3)))
def test_a_plan_is_a_sorted_partition(wanted: dict[str, State], owned: set[str]) -> None:
    """Every wanted or owned path stands in a plan once, in order, whatever order they came in."""
    plan = plan_changes(wanted, owned)
    assert sorted(plan.write + plan.keep) == sorted(wanted)
    assert set(plan.delete) == owned - set(wanted)
    for paths in (plan.create, plan.update, plan.keep, plan.delete):
        assert list(paths) == sorted(set(paths))
    assert plan_changes(dict(reversed(wanted.items())), owned) == plan


def test_what_is_written_is_created_or_updated() -> None:
    """Kept and deleted files are not written."""
    assert Plan(create=("a",), update=("b",), keep=("c",), delete=("d",)).write == ("a", "b")
