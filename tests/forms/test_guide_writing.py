"""What an editor types and the guide that it makes: nothing is lost on the way, and rows go where they are sent."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from webob.multidict import MultiDict

from records.domain.conditions import AllOf, AnyOf, Operator, Option, Question, QuestionKind, Test
from records.domain.guide_parts import Guide, Period, Zone
from records.domain.vocabulary import Limit
from records.forms.guide_conditions import condition_read, condition_typed
from records.forms.guide_rows import move, section_in
from records.forms.guide_sections import SECTIONS, label_of, section, section_of
from records.forms.guide_writing import Reading, empty, new_guide, read, section_read, section_typed, shown
from tests.office import guide_bodies

NEW_TO = new_guide(key="new", title="𠮷祥小店登记")


def sent(typed, path="", post=None):
    """Return what a browser sends for what is typed."""
    post = MultiDict() if post is None else post
    if isinstance(typed, dict) and "tests" in typed:
        post.add(f"{path}.how", typed["how"])
        if typed["kept"]:
            post.add(f"{path}.kept", "1")
        for at, (question, (operator, values)) in enumerate(typed["tests"].items()):
            post.add(f"{path}.q", question)
            post.add(f"{path}.{at}.op", operator)
            for value in values:
                post.add(f"{path}.{at}.v", value)
    elif isinstance(typed, dict):
        for name, part in typed.items():
            sent(part, f"{path}.{name}".strip("."), post)
    elif isinstance(typed, list):
        for at, part in enumerate(typed):
            post.add(path, str(at) if isinstance(part, dict) else part)
            if isinstance(part, dict):
                sent(part, f"{path}.{at}", post)
    elif typed or not path.endswith((".waived", ".inspect_original", ".reducible")):
        post.add(path, typed.replace("\n", "\r\n"))
    return post


@pytest.mark.parametrize("body", guide_bodies(), ids=lambda body: body.key)
def test_a_guide_that_goes_through_every_section_is_the_same_guide(body):
    for each in SECTIONS:
        back = section_in(each, sent(section_typed(each, body)))
        noting = Reading()
        assert section_read(each, back, body, noting) == body
        assert noting.findings == []


@pytest.mark.parametrize("body", guide_bodies(), ids=lambda body: body.key)
def test_a_guide_can_be_typed_from_nothing(body):
    guide, noting = replace(NEW_TO, lines=body.lines), Reading()
    for each in SECTIONS:
        guide = section_read(each, section_in(each, sent(section_typed(each, body))), guide, noting)
    # Ticks have the order of their list.
    zones = tuple(zone for zone in Zone if zone in body.zones)
    assert replace(guide, key=body.key) == replace(body, zones=zones)
    assert noting.findings == []


def test_every_field_of_a_guide_is_asked_on_some_page():
    asked = {name for each in SECTIONS for name in each.fields}
    assert asked == set(Guide.__dataclass_fields__) - {"key"}
    assert section_of("lines.0.handbook.look_at").key == "archiving"
    assert section_of("lines.0.basis").key == "lines"
    assert label_of("lines.2.name") == "申请材料 3 · 名称"
    assert label_of("supplements.0.place.phone") == "本地补充 1 · 地点 · 电话"


@pytest.mark.parametrize(
    ("typed", "period"),
    [
        ("５个工作日", Period(5, Limit.WORKING_DAYS)),
        (" 当场 ", Period(0, Limit.AT_ONCE)),
        ("3个月", Period(3, Limit.MONTHS)),
        ("", Period(0, Limit.WORKING_DAYS)),
    ],
)
def test_a_period_is_read_as_people_write_it(typed, period):
    noting = Reading()
    assert read(Period, typed, Period(9, Limit.DAYS), "limits.promised", noting) == period
    assert noting.findings == []


def test_what_cannot_be_read_is_named_and_keeps_what_stood_there():
    body = guide_bodies()[2]
    typed = section_typed(section("steps"), body)
    typed["limits"]["promised"], typed["site_check"] = "尽快", "到\u202e场"
    noting = Reading()
    kept = section_read(section("steps"), typed, body, noting)
    assert (kept.limits, kept.site_check) == (body.limits, body.site_check)
    assert [(found.code, found.subject) for found in noting.findings] == [
        ("guide.field-unreadable", "limits.promised"),
        ("guide.field-unreadable", "site_check"),
    ]
    assert noting.findings[0].params["field"] == "时限 · 承诺时限"


def test_rows_beyond_the_limit_are_refused_and_the_list_stays():
    body = guide_bodies()[0]
    typed = section_typed(section("answers"), body)
    typed["questions"] = [{"question": f"问{at}", "answer": "答"} for at in range(201)]
    noting = Reading()
    assert section_read(section("answers"), typed, body, noting).questions == body.questions
    assert [found.code for found in noting.findings] == ["guide.rows-too-many"]


def test_rows_are_added_moved_and_removed_and_lines_keep_their_other_fields():
    body = next(body for body in guide_bodies() if body.key == "food-business")
    chosen = section("lines")
    typed, focus = move(section_typed(chosen, body), "down lines 0", only=chosen.only)
    assert focus == "lines.1"
    moved = section_read(chosen, typed, body, Reading())
    assert [line.id for line in moved.lines][:2] == ["business-licence", "application"]
    assert moved.lines[1] == replace(body.lines[0], position=2)
    typed, focus = move(typed, "add lines", only=chosen.only)
    assert focus == f"lines.{len(body.lines)}"
    typed["lines"][-1]["name"] = "欧阳䶮的授权书"
    longer = section_read(chosen, typed, body, Reading())
    assert (longer.lines[-1].id, longer.lines[-1].position) == ("line-1", len(body.lines) + 1)
    typed, _focus = move(typed, "remove lines 0", only=chosen.only)
    assert section_read(chosen, typed, longer, Reading()).lines[0].id == "application"


@pytest.mark.parametrize(
    "act",
    [
        "add codes",
        "up lines 99",
        "down lines x",
        "remove nothing 1",
        "add lines.0.name",
        "add lines.99.x",
        "x",
        "",
    ],
)
def test_an_act_on_a_row_that_is_none_changes_nothing(act):
    chosen = section("lines")
    typed = section_typed(chosen, guide_bodies()[0])
    assert move(typed, act, only=chosen.only)[0] == typed


def test_options_of_a_question_are_rows_of_their_own():
    typed, focus = move({"situations": [empty(Question, key="kind")]}, "add situations.0.options", only={})
    assert focus == "situations.0.options.0"
    assert typed["situations"][0]["options"][0]["@"] == "option-1"


KIND = Question("kind", "办哪一种？", QuestionKind.ONE, (Option("new", "新办"), Option("renewal", "延续")))


@pytest.mark.parametrize(
    ("condition", "tests"),
    [
        ("", {}),
        ("agent", {"agent": ("is", ("yes",))}),
        (Test("agent", Operator.NOT, ("yes",)), {"agent": ("is", ("no",))}),
        (Test("kind", Operator.NOT, ("new", "renewal")), {"kind": ("not", ("new", "renewal"))}),
        (
            AllOf(("agent", Test("kind", Operator.IS, ("new",)))),
            {"agent": ("is", ("yes",)), "kind": ("is", ("new",))},
        ),
    ],
)
def test_a_condition_is_ticked_and_ticked_as_it_stood_it_stays(condition, tests):
    typed = condition_typed(condition)
    assert typed["tests"] == tests
    assert condition_read(typed, condition) == condition


def test_a_condition_with_brackets_stays_until_another_is_ticked():
    nested = AnyOf((AllOf(("a", "b")), "c"))
    typed = condition_typed(nested)
    assert (typed["kept"], typed["tests"]) == (True, {})
    assert condition_read(typed, nested) == nested
    assert condition_read({**typed, "tests": {"c": ("is", ("yes",))}}, nested) == "c"
    assert condition_read({**typed, "kept": False}, nested) == ""


def test_two_ticked_questions_are_joined_as_told():
    tests = {"agent": ("is", ("yes",)), "kind": ("is", ("new",))}
    parts = ("agent", Test("kind", Operator.IS, ("new",)))
    assert condition_read({"how": "any", "tests": tests, "kept": False}, "") == AnyOf(parts)
    assert condition_read({"how": "all", "tests": tests, "kept": False}, "agent") == AllOf(parts)


@given(st.lists(st.text(alphabet="甲乙丙 \n，。a1", max_size=12), max_size=6))
def test_a_list_typed_one_a_line_is_stable(items):
    once = read(tuple[str, ...], "\n".join(items), None, "conditions", Reading())
    again = read(tuple[str, ...], shown(tuple[str, ...], once), None, "conditions", Reading())
    assert once == again
    assert all(item == item.strip() and item for item in once)
