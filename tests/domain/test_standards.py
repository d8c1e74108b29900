"""Standard materials: names are compared exactly, merges end somewhere, nothing shipped is lost."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from records.domain.materials import Sensitivity
from records.domain.standards import Own, Standards, check_merge, check_names, fold, resolved
from records.domain.vocabulary import ReuseClass
from records.rules.catalogue import materials
from tests.office import guide_bodies

SHIPPED = materials()
CODES = sorted(SHIPPED)
ALIKE = [
    code
    for code in CODES
    if SHIPPED[code].reuse is ReuseClass.ONCE and SHIPPED[code].sensitivity is Sensitivity.NORMAL
]


calm = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def merged_by(pairs):
    """Do merges one after the other as the office would, leaving out what is refused."""
    own = {}
    for loser, winner in pairs:
        standards = Standards(SHIPPED, own.values())
        if not check_merge(standards, loser=loser, winner=winner):
            own[loser] = Own(loser, {}, merged_into=standards.resolve(winner))
    return Standards(SHIPPED, own.values())


@calm
@given(st.lists(st.tuples(st.sampled_from(ALIKE), st.sampled_from(ALIKE)), max_size=15))
def test_merges_never_go_in_a_circle_and_resolving_twice_is_resolving_once(pairs):
    standards = merged_by(pairs)
    for code in CODES:
        winner = standards.resolve(code)
        assert standards.resolve(winner) == winner
        assert code in standards.together(winner)
        assert standards[code] == standards.as_put_down(winner)
    assert sorted(code for winner in standards for code in standards.together(winner)) == CODES


@calm
@given(st.lists(st.tuples(st.sampled_from(ALIKE), st.sampled_from(ALIKE)), max_size=12))
def test_every_name_that_ever_meant_a_material_means_the_one_that_stands(pairs):
    standards = merged_by(pairs)
    for code, material in SHIPPED.items():
        for name in (material.name, *material.aliases):
            assert standards.standard_of(name) == standards.resolve(code)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("居民身份证", "identity-card"),
        (" 居民 身份证　", "identity-card"),
        ("卫生许可证(公共场所)", "public-venue-licence"),
        ("卫生许可证〔公共场所〕", "public-venue-licence"),
        ("授权书【委托代理人】", "authorisation-letter"),
        ("身份证明", None),
        ("居民身份证复印件", None),
        ("居民身分证", None),
        ("", None),
    ],
)
def test_a_name_is_compared_exactly_but_for_blanks_width_and_brackets(typed, code):
    assert Standards(SHIPPED).standard_of(typed) == code


@given(st.text(max_size=20))
def test_folding_is_done_once(name):
    assert fold(fold(name)) == fold(name)


def test_what_the_office_says_lies_over_the_table_and_the_shipped_name_goes_on_naming():
    own = Own("kitchen-plan", {"name": "食品经营布局图", "issuer": None, "validity_days": 365}, ("后厨图",))
    standards = Standards(SHIPPED, [own])
    changed, shipped = standards["kitchen-plan"], SHIPPED["kitchen-plan"]
    assert (changed.name, changed.validity_days, changed.issuer, changed.reuse) == (
        "食品经营布局图",
        365,
        shipped.issuer,
        shipped.reuse,
    )
    assert {
        standards.standard_of(name) for name in ("食品经营布局图", "后厨图", shipped.name, *shipped.aliases)
    } == {"kitchen-plan"}


def test_a_merge_that_would_change_how_papers_are_used_is_refused_with_every_reason():
    standards = Standards(SHIPPED, [Own("air-conditioning-report", {}, retired=True)])
    found = check_merge(standards, loser="identity-card", winner="air-conditioning-report")
    assert [each.code for each in found] == [
        "standard.named-by-rules",
        "standard.merge-retired",
        "standard.merge-unlike",
    ]
    assert [each.code for each in check_merge(standards, loser="x", winner="y")] == ["standard.unknown"] * 2
    assert [
        each.code for each in check_merge(standards, loser="food-application", winner="food-application")
    ] == ["standard.merge-itself"]


def test_a_name_that_means_another_material_is_refused_and_ones_own_is_not():
    standards = Standards(SHIPPED)
    found = check_names(
        standards, [("name", "户口簿"), ("aliases", " "), ("aliases", "身份证")], code="identity-card"
    )
    assert [(each.code, each.subject) for each in found] == [
        ("standard.name-taken", "name"),
        ("standard.no-name", "aliases"),
    ]


def test_a_guide_is_read_with_the_materials_that_stand_and_is_the_same_object_without_merges():
    guide = next(each for each in guide_bodies() if each.key == "food-business")
    assert resolved(guide, Standards(SHIPPED)) is guide
    standards = merged_by([("food-application", "public-venue-application")])
    read = resolved(guide, standards)
    assert [line.material for line in read.lines] == [
        "public-venue-application" if line.material == "food-application" else line.material
        for line in guide.lines
    ]
    assert replace(read, lines=guide.lines) == guide


def test_a_retired_material_is_known_and_not_usable():
    standards = Standards(SHIPPED, [Own("kitchen-plan", {}, retired=True)])
    assert ("kitchen-plan" in standards, "kitchen-plan" in standards.usable, len(standards.usable)) == (
        True,
        False,
        len(CODES) - 1,
    )
