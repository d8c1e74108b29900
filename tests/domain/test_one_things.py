from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.domain.conditions import AllOf, Option, Question, QuestionKind
from records.domain.guide_parts import Period
from records.domain.one_things import (
    Combined,
    Fed,
    OneThing,
    Part,
    answers_for,
    check_one_thing,
    combine,
)
from records.domain.situations import needed
from records.domain.vocabulary import Limit
from records.exchange.guides import read_guide, shipped_guides
from records.exchange.one_things import read_one_thing, shipped_one_things

GUIDES = {guide.key: guide for guide in (read_guide(text, name)[0] for name, text in shipped_guides())}
PACKAGES = {one.key: one for one in (read_one_thing(text, name)[0] for name, text in shipped_one_things())}
RESTAURANT = PACKAGES["open-restaurant"]
TRADER, FOOD, VENUE = "sole-trader-registration", "food-business", "public-venue-hygiene"
NOBODY_ELSE = {"also-venue": False, f"{TRADER}.family": False, "agent": False}


def asked(combined):
    return {one.material: [key for key, _ in one.lines] for one in combined.materials}


def guide(key, *materials, result="", promised=5, unit=Limit.WORKING_DAYS):
    food = GUIDES[FOOD]
    lines = tuple(
        replace(food.lines[0], id=f"{key}-{name}", position=at, material=name, name=name, originals=at + 1)
        for at, name in enumerate(materials)
    )
    return replace(
        food,
        key=key,
        lines=lines,
        situations=(),
        result=replace(food.result, material=result, name=result),
        limits=replace(food.limits, promised=Period(promised, unit)),
    )


def package(*parts, **more):
    return OneThing("p", "一件事", "一句话", parts, **more)


@pytest.mark.parametrize("key", sorted(PACKAGES))
def test_shipped_package_is_sound(key):
    assert check_one_thing(PACKAGES[key], GUIDES) == ()


def test_restaurant_asks_once_and_takes_the_licence_from_inside():
    made = combine(RESTAURANT, GUIDES, NOBODY_ELSE)
    assert (made.parts, made.undecided, made.next_question) == ((TRADER, FOOD), (), None)
    assert asked(made) == {
        "sole-trader-application": [TRADER],
        "identity-card": [TRADER, FOOD],
        "premises-document": [TRADER],
        "food-application": [FOOD],
        "kitchen-plan": [FOOD],
        "food-safety-rules": [FOOD],
    }
    assert made.fed == (Fed("business-licence", "营业执照", TRADER, (FOOD,)),)
    assert (made.path, made.time) == ((TRADER, FOOD), "5个工作日")


def test_a_hall_with_rooms_needs_the_hygiene_licence_too_and_one_letter_serves_all():
    made = combine(
        RESTAURANT, GUIDES, NOBODY_ELSE | {"also-venue": True, "agent": True, f"{VENUE}.central-air": False}
    )
    assert made.parts == (TRADER, FOOD, VENUE)
    assert asked(made)["authorisation-letter"] == [TRADER, FOOD, VENUE]
    assert made.fed == (Fed("business-licence", "营业执照", TRADER, (FOOD, VENUE)),)
    assert made.separately - len(made.brought) == 2


def test_questions_are_asked_once_and_in_turn():
    answers, order = {}, []
    while (following := combine(RESTAURANT, GUIDES, answers).next_question) is not None:
        order.append(following[0])
        answers[following[0]] = False
    assert order == ["also-venue", f"{TRADER}.family", "agent"]
    assert combine(RESTAURANT, GUIDES, {}).undecided == (VENUE,)


def test_kindergarten_names_the_registration_of_another_organ():
    kindergarten = PACKAGES["open-kindergarten"]
    assert [part.guide for part in kindergarten.parts] == ["private-kindergarten", FOOD]
    assert [outside.name for outside in kindergarten.outside] == ["法人登记"]
    assert combine(kindergarten, GUIDES, {"canteen": False}).parts == ("private-kindergarten",)
    assert combine(kindergarten, GUIDES, {"canteen": True}).path == ("private-kindergarten", FOOD)


def test_time_is_that_of_the_longest_chain_and_the_strictest_line_wins():
    guides = {
        "a": guide("a", "x", "y", result="ra", promised=10),
        "b": guide("b", "ra", "y", result="rb", promised=1, unit=Limit.MONTHS),
        "c": guide("c", "y", promised=0, unit=Limit.AT_ONCE),
        "d": guide("d", "z", "rb", promised=2),
    }
    made = combine(package(*(Part(key) for key in "dcba")), guides, {})
    assert made.path == ("a", "b", "d")
    assert made.total == (Period(12, Limit.WORKING_DAYS), Period(1, Limit.MONTHS))
    assert made.time == "12个工作日加1个月"
    assert made.parts.index("a") < made.parts.index("b") < made.parts.index("d")
    assert {one.material: one.originals for one in made.materials} == {"y": 2, "x": 1, "z": 1}
    assert {(fed.given_by, fed.taken_by) for fed in made.fed} == {("a", ("b",)), ("b", ("d",))}


def test_lines_without_a_standard_material_are_never_put_together():
    guides = {key: guide(key, "") for key in "ab"}
    assert len(combine(package(Part("a"), Part("b")), guides, {}).materials) == 2


def test_two_results_that_want_each_other_make_no_circle():
    guides = {"a": guide("a", "rb", result="ra"), "b": guide("b", "ra", result="rb")}
    made = combine(package(Part("a"), Part("b")), guides, {})
    assert len(made.fed) == 1
    assert len(made.materials) == 1


KIND = Question("kind", "哪一种？", QuestionKind.ONE, (Option("x", "甲"), Option("y", "乙")))
YES = Question("kind", "哪一种？")


@pytest.mark.parametrize(
    ("one_thing", "guides", "expected"),
    [
        (package(), {}, [("onething.no-parts", "parts")]),
        (package(Part("a")), {}, [("onething.guide-unknown", "parts.0.guide")]),
        (package(Part("a"), Part("a")), {"a": guide("a")}, [("onething.guide-twice", "parts.1.guide")]),
        (package(Part("a", after=("b",))), {"a": guide("a")}, [("onething.after-unknown", "parts.0.after")]),
        (
            package(Part("a", after=("b",)), Part("b", after=("a",))),
            {key: guide(key) for key in "ab"},
            [("onething.circle", "parts")],
        ),
        (package(Part("a", condition="moon")), {"a": guide("a")}, [("guide.condition-unknown", "parts.0.condition")]),
        (package(Part("a"), shared=("kind",)), {"a": guide("a")}, [("onething.shared-unknown", "shared.0")]),
        (
            package(Part("a"), Part("b"), shared=("kind",)),
            {"a": replace(guide("a"), situations=(KIND,)), "b": replace(guide("b"), situations=(YES,))},
            [("onething.shared-differs", "shared.0")],
        ),
    ],
)  # fmt: skip
def test_packages_are_checked(one_thing, guides, expected):
    assert [(found.code, found.subject) for found in check_one_thing(one_thing, guides)] == expected


@given(st.fixed_dictionaries({}, optional={
    key: st.booleans() for key in ("also-venue", "agent", f"{TRADER}.family", f"{VENUE}.central-air")
}))  # fmt: skip
def test_nothing_is_lost_and_nothing_is_asked_twice(answers):
    made = combine(RESTAURANT, GUIDES, answers)
    wanted = {
        (key, line.id)
        for key in made.parts
        for line in GUIDES[key].lines
        if needed(line, answers_for(RESTAURANT, GUIDES[key], answers))
    }
    fed = {
        (key, line.id)
        for feed in made.fed
        for key in feed.taken_by
        for line in GUIDES[key].lines
        if line.material == feed.material
    }
    listed = [(key, line.id) for one in made.materials for key, line in one.lines]
    assert set(listed) == wanted - fed
    assert len(listed) == len(set(listed))
    assert len({one.material for one in made.materials}) == len(made.materials)
    assert made == combine(RESTAURANT, GUIDES, dict(reversed(answers.items())))
    assert isinstance(made, Combined)


def test_conditions_of_a_part_may_be_composed():
    one = package(
        Part("a"),
        Part("b", condition=AllOf(("q", "r"))),
        questions=(Question("q", "？"), Question("r", "？")),
    )
    guides = {key: guide(key) for key in "ab"}
    assert combine(one, guides, {"q": False}).undecided == ()
    assert combine(one, guides, {"q": True}).next_question == ("r", one.questions[1])
