from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.domain.guides import circles
from records.domain.vocabulary import Necessity
from records.exchange.guides import read_guide, shipped_guides

GUIDES = [read_guide(text, name)[0] for name, text in shipped_guides()]
MODEL = next(guide for guide in GUIDES if guide.key == "food-business")


def item(key, needs, *, yields="", conditional=()):
    """A guide that needs some materials and yields one."""
    lines = tuple(
        replace(
            MODEL.lines[0],
            material=need,
            necessity=Necessity.CONDITIONAL if need in conditional else Necessity.REQUIRED,
        )
        for need in needs
    )
    return replace(
        MODEL, key=key, title=key, lines=lines, result=replace(MODEL.result, material=yields or key)
    )


@pytest.mark.parametrize(
    ("guides", "expected"),
    [
        ([item("甲", ["乙"]), item("乙", ["甲"])], [("甲", "甲 → 乙 → 甲"), ("乙", "乙 → 甲 → 乙")]),
        ([item("甲", ["乙"]), item("乙", [])], []),
        ([item("甲", ["身份证"])], []),
        ([item("甲", ["甲"])], [("甲", "甲 → 甲")]),
        ([item("甲", ["乙"]), item("乙", ["甲"], conditional=["甲"])], []),
        ([item("甲", ["乙"]), item("乙", ["甲"]), item("丙", [], yields="乙")], []),
        (
            [item("甲", ["乙"]), item("乙", ["丙"]), item("丙", ["甲"]), item("丁", ["甲"])],
            [("甲", "甲 → 乙 → 丙 → 甲"), ("乙", "乙 → 丙 → 甲 → 乙"), ("丙", "丙 → 甲 → 乙 → 丙")],
        ),
    ],
)
def test_circles(guides, expected):
    assert [(found.subject, found.params["path"]) for found in circles(guides)] == expected


def test_the_shipped_guides_can_all_be_begun():
    assert circles(GUIDES) == ()


@given(st.lists(st.tuples(st.integers(0, 5), st.sets(st.integers(0, 5), max_size=2)), max_size=6))
def test_without_a_finding_every_item_can_be_done_in_some_order(drawn):
    guides = [
        item(str(at), sorted(map(str, needs)), yields=str(made)) for at, (made, needs) in enumerate(drawn)
    ]
    made = {guide.result.material for guide in guides}
    had: set[str] = set()
    for _ in guides:
        had |= {
            guide.result.material for guide in guides if {line.material for line in guide.lines} & made <= had
        }
    undone = [guide for guide in guides if not {line.material for line in guide.lines} & made <= had]
    assert bool(circles(guides)) is bool(undone)
