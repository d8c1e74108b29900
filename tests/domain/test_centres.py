from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.domain.centres import Centre, centres_of, check_centres, check_supplements, localised, longest
from records.domain.findings import Severity
from records.domain.guide_elements import CentreLevel, Contact, LocalSupplement, Period, Place, Step
from records.domain.periods import UNSAID
from records.domain.vocabulary import Limit
from records.exchange.guides import read_guide, shipped_guides

FOOD = next(read_guide(text, name)[0] for name, text in shipped_guides() if name == "food-business.yaml")


def row(key, level, code, parent="", hours=""):
    return {
        "key": key, "name": f"{key}中心", "level": level, "code": code, "address": "示例路1号", "phone": "0000-1000001",
        "parent": parent, "hours": hours,
    }  # fmt: skip


ROWS = (
    row("county", "county", "990726"),
    row("dongpo", "township", "990726101", "county"),
    row("liucun", "village", "990726101201", "dongpo", hours="逢集日8:00至12:00"),
)
CENTRES = centres_of(ROWS)
OWN = LocalSupplement("dongpo", CentreLevel.TOWNSHIP, promised=Period(3, Limit.WORKING_DAYS))


def supplemented(*supplements):
    return replace(FOOD, supplements=supplements)


def test_centres_are_read_from_the_office():
    assert CENTRES["liucun"] == Centre(
        "liucun", "liucun中心", CentreLevel.VILLAGE, "990726101201", "示例路1号", "0000-1000001", "dongpo", "逢集日8:00至12:00"
    )  # fmt: skip


def test_a_centre_shows_its_own_place_and_the_county_guide_for_everything_else():
    guide = supplemented(replace(OWN, hours="周一至周五", contacts=(Contact("电话", "0000-1000099"),)))
    shown = localised(guide, centre="dongpo", centres=CENTRES)
    assert shown == replace(
        guide,
        places=(Place("dongpo中心", "示例路1号", "dongpo中心", "0000-1000001", "周一至周五"),),
        contacts=(Contact("电话", "0000-1000099"),),
        limits=replace(guide.limits, promised=Period(3, Limit.WORKING_DAYS)),
    )
    assert localised(guide, centre="liucun", centres=CENTRES) is guide


def test_a_station_keeps_its_own_hours():
    guide = supplemented(LocalSupplement("liucun", CentreLevel.VILLAGE))
    assert localised(guide, centre="liucun", centres=CENTRES).places[0].hours == CENTRES["liucun"].hours


@pytest.mark.parametrize(
    ("supplements", "expected"),
    [
        ((), []),
        ((OWN,), []),
        ((replace(OWN, promised=None),), []),
        ((replace(OWN, promised=FOOD.limits.promised),), []),
        ((replace(OWN, centre="moon"),), [("local.centre-unknown", "supplements.0.centre")]),
        ((replace(OWN, level=CentreLevel.VILLAGE),), [("local.centre-level", "supplements.0.level")]),
        ((OWN, OWN), [("local.centre-twice", "supplements.1.centre")]),
        ((replace(OWN, promised=Period(6, Limit.WORKING_DAYS)),), [("local.promise-longer", "supplements.0.promised")]),
        ((replace(OWN, promised=Period(1, Limit.MONTHS)),), [("local.promise-longer", "supplements.0.promised")]),
        ((replace(OWN, steps=FOOD.steps),), []),
        ((replace(OWN, steps=(*FOOD.steps, Step("代收", "代办员", "次日", "送到"))),), [("local.more-steps", "supplements.0.steps")]),
    ],
)  # fmt: skip
def test_a_supplement_never_takes_longer(supplements, expected):
    found = check_supplements(supplemented(*supplements), centres=CENTRES)
    assert [(one.code, one.subject) for one in found] == expected
    assert {one.severity for one in found} <= {
        Severity.WARNS if expected and expected[0][0] == "local.more-steps" else Severity.BLOCKS
    }


@given(st.builds(Period, st.integers(0, 99), st.sampled_from(Limit)))
def test_a_promise_that_passes_is_never_longer_than_the_countys(promised):
    guide = supplemented(replace(OWN, promised=promised))
    assert bool(check_supplements(guide, centres=CENTRES)) == (
        longest(promised) > longest(FOOD.limits.promised)
    )


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (ROWS, []),
        ((row("county", "county", "990727"),), [("office.centre-code", "centres.0.code")]),
        ((ROWS[0], row("t", "township", "990726101", "moon")), [("office.centre-unknown", "centres.1.parent")]),
        ((row("t", "township", "990726101"),), [("office.centre-parent", "centres.0.parent")]),
        ((ROWS[0], row("b", "county", "990726", "county")), [("office.centre-parent", "centres.1.parent")]),
        ((*ROWS[:2], row("t", "township", "990726102", "dongpo")), [("office.centre-parent", "centres.2.parent")]),
    ],
)  # fmt: skip
def test_centres_stand_below_one_another(rows, expected):
    assert [(one.code, one.subject) for one in check_centres(rows, region="990726")] == expected


def test_a_promise_that_the_county_has_not_written_is_no_measure():
    guide = supplemented(OWN)
    unsaid = replace(guide, limits=replace(guide.limits, promised=UNSAID))
    assert check_supplements(unsaid, centres=CENTRES) == ()
