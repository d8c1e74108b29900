from dataclasses import replace
from datetime import date
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.domain.checklists import checklist
from records.domain.conditions import (
    AllOf,
    AnyOf,
    MainSituation,
    Operator,
    Option,
    Question,
    QuestionKind,
    Test,
    chosen,
    holds,
    questions_of,
    undecided,
)
from records.domain.findings import Severity
from records.domain.situations import (
    check_situations,
    main_situation,
    needed,
    next_question,
    open_questions,
    personal_list,
    wrong_answers,
)
from records.domain.vocabulary import ApplicantKind
from records.exchange.guides import read_guide, shipped_guides
from records.rules.catalogue import materials

FOOD = next(read_guide(text, name)[0] for name, text in shipped_guides() if name == "food-business.yaml")
KIND = Question(
    "kind", "办哪一种？", QuestionKind.ONE,
    (Option("new", "新办", MainSituation.NEW), Option("renewal", "延续", MainSituation.RENEWAL), Option("lost", "补领", MainSituation.REISSUE)),
)  # fmt: skip
AGENT = Question("agent", "是否委托他人代办？")
TRADES = Question(
    "trades", "做哪些经营？", QuestionKind.SEVERAL, (Option("hot", "热食"), Option("raw", "生食"))
)
QUESTIONS = (KIND, AGENT, TRADES)

IS, NOT = Operator.IS, Operator.NOT
RENEWING = Test("kind", IS, ("renewal",))
BY_AGENT_UNLESS_LOST = AllOf(("agent", Test("kind", NOT, ("lost",))))


def guide_with(*conditions, questions=QUESTIONS):
    lines = tuple(
        replace(FOOD.lines[0], id=f"l{at}", position=at + 1, condition=condition)
        for at, condition in enumerate(conditions)
    )
    return replace(FOOD, situations=questions, lines=lines)


GUIDE = guide_with("", RENEWING, BY_AGENT_UNLESS_LOST, Test("trades", IS, ("raw",)))


@pytest.mark.parametrize(
    ("condition", "answers", "expected"),
    [
        ("", {}, True),
        ("agent", {}, None),
        ("agent", {"agent": True}, True),
        ("agent", {"agent": False}, False),
        ("agent", {"agent": "yes"}, True),
        (Test("agent", IS, ("no",)), {"agent": False}, True),
        (RENEWING, {"kind": "renewal"}, True),
        (RENEWING, {"kind": "new"}, False),
        (Test("kind", IS, ("new", "renewal")), {"kind": "new"}, True),
        (Test("kind", NOT, ("new", "renewal")), {"kind": "lost"}, True),
        (Test("kind", NOT, ("new", "renewal")), {"kind": "new"}, False),
        (Test("trades", IS, ("raw",)), {"trades": ("hot", "raw")}, True),
        (Test("trades", IS, ("raw",)), {"trades": ()}, False),
        (Test("trades", NOT, ("raw",)), {"trades": ()}, True),
        (BY_AGENT_UNLESS_LOST, {"agent": False}, False),
        (BY_AGENT_UNLESS_LOST, {"agent": True}, None),
        (BY_AGENT_UNLESS_LOST, {"agent": True, "kind": "lost"}, False),
        (AnyOf(("agent", RENEWING)), {"agent": True}, True),
        (AnyOf(("agent", RENEWING)), {"agent": False}, None),
        (AllOf(()), {}, True),
        (AnyOf(()), {}, False),
    ],
)
def test_condition_under_answers(condition, answers, expected):
    assert holds(condition, answers) is expected


def test_only_questions_that_still_matter_are_asked():
    assert [question.key for question in open_questions(GUIDE, {})] == ["kind", "agent", "trades"]
    assert [question.key for question in open_questions(GUIDE, {"kind": "lost"})] == ["trades"]
    assert next_question(GUIDE, {"kind": "lost", "trades": ()}) is None
    assert [line.id for line in personal_list(GUIDE, {"kind": "new", "agent": True, "trades": ["raw"]})] == [
        "l0", "l2", "l3",
    ]  # fmt: skip


def test_main_situation_is_the_option_that_was_chosen():
    assert main_situation(GUIDE, {"kind": "lost"}) is MainSituation.REISSUE
    assert main_situation(GUIDE, {"agent": True}) is None


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"kind": "new", "agent": False, "trades": ()}, []),
        ({"moon": True}, [("situation.unknown-question", "moon")]),
        ({"kind": "old", "agent": "perhaps"}, [("situation.wrong-answer", "kind"), ("situation.wrong-answer", "agent")]),
        ({"kind": ("new", "lost")}, [("situation.wrong-answer", "kind")]),
        ({"kind": ()}, [("situation.wrong-answer", "kind")]),
        ({"trades": ("raw", "cold")}, [("situation.wrong-answer", "trades")]),
    ],
)  # fmt: skip
def test_answers_must_fit_their_questions(answers, expected):
    assert [(found.code, found.subject) for found in wrong_answers(QUESTIONS, answers)] == expected


def test_wrong_answer_names_the_choices():
    (found,) = wrong_answers(QUESTIONS, {"kind": "old"})
    assert found.params == {"question": "办哪一种？", "choices": "新办、延续、补领"}


@pytest.mark.parametrize(
    ("guide", "expected"),
    [
        (GUIDE, []),
        (guide_with("moon", questions=()), [("guide.condition-unknown", "lines.0.condition")]),
        (guide_with(Test("kind", IS, ("old",)), questions=(KIND,)), [("guide.condition-option", "lines.0.condition")]),
        (guide_with(AllOf(("agent", AnyOf(()))), questions=(AGENT,)), [("guide.condition-empty", "lines.0.condition")]),
        (guide_with(AllOf((RENEWING, Test("kind", IS, ("new",)))), questions=(KIND,)), [("guide.condition-constant", "lines.0.condition")]),
        (guide_with(AnyOf(("agent", Test("agent", NOT, ("yes",)))), questions=(AGENT,)), [("guide.condition-constant", "lines.0.condition")]),
        (guide_with("agent", questions=(AGENT, KIND)), [("guide.situation-unused", "situations.1")]),
        (guide_with("agent", questions=(AGENT, AGENT)), [("guide.situation-repeated", "situations")]),
        (guide_with("agent", questions=(replace(AGENT, text=" "),)), [("guide.situation-no-text", "situations.0.text")]),
        (guide_with("agent", questions=(replace(AGENT, options=KIND.options),)), [("guide.options", "situations.0.options")]),
        (guide_with(RENEWING, questions=(replace(KIND, options=KIND.options[1:2]),)), [("guide.options", "situations.0.options"), ("guide.condition-constant", "lines.0.condition")]),
        (guide_with(RENEWING, questions=(replace(KIND, options=(*KIND.options, KIND.options[0])),)), [("guide.option-repeated", "situations.0.options")]),
    ],
)  # fmt: skip
def test_questions_and_conditions_are_checked(guide, expected):
    assert [(found.code, found.subject) for found in check_situations(guide)] == expected


def test_a_useless_condition_only_warns():
    (found,) = check_situations(guide_with(AllOf((RENEWING, Test("kind", IS, ("new",)))), questions=(KIND,)))
    assert (found.severity, found.params) == (Severity.WARNS, {"outcome": "从不成立"})


tests = st.one_of(
    st.just("agent"),
    *(
        st.builds(
            Test,
            st.just(question.key),
            st.sampled_from(Operator),
            st.sets(st.sampled_from(question.values), min_size=1).map(sorted).map(tuple),
        )
        for question in QUESTIONS
    ),
)
conditions = st.recursive(
    tests,
    lambda parts: (
        st.builds(AllOf, st.lists(parts, max_size=3).map(tuple))
        | st.builds(AnyOf, st.lists(parts, max_size=3).map(tuple))
    ),
    max_leaves=6,
)
guides = st.lists(conditions, min_size=1, max_size=4).map(lambda found: guide_with(*found))
whole_answers = st.fixed_dictionaries({
    "kind": st.sampled_from(KIND.values),
    "agent": st.booleans(),
    "trades": st.sets(st.sampled_from(TRADES.values)).map(sorted).map(tuple),
})  # fmt: skip


@given(guides, whole_answers, st.permutations(["kind", "agent", "trades"]))
def test_order_of_the_answers_changes_nothing(guide, answers, order):
    given_so_far = {}
    for key in order:
        before = [needed(line, given_so_far) for line in guide.lines]
        given_so_far[key] = answers[key]
        after = [needed(line, given_so_far) for line in guide.lines]
        assert all(was is None or was is now for was, now in zip(before, after, strict=True))
    assert [needed(line, given_so_far) for line in guide.lines] == [
        needed(line, answers) for line in guide.lines
    ]


@given(guides, whole_answers)
def test_asking_only_what_matters_reaches_every_set_of_answers(guide, answers):
    asked = {}
    while (question := next_question(guide, asked)) is not None:
        assert question.key not in asked
        asked[question.key] = answers[question.key]
    assert [needed(line, asked) for line in guide.lines] == [needed(line, answers) for line in guide.lines]
    assert set(asked) <= set(answers)


@given(conditions, whole_answers)
def test_a_condition_means_what_logic_says(condition, answers):
    def oracle(part):
        match part:
            case str():
                return answers[part] is True
            case Test(question, operator, values):
                hit = any(value in chosen(answers[question]) for value in values)
                return hit if operator is IS else not hit
            case AllOf(parts):
                return all(map(oracle, parts))
            case AnyOf(parts):
                return any(map(oracle, parts))

    assert holds(condition, answers) is oracle(condition)


@given(conditions, whole_answers, st.sets(st.sampled_from(["kind", "agent", "trades"])))
def test_what_is_settled_stays_settled_under_every_further_answer(condition, answers, known):
    some = {key: answers[key] for key in known}
    settled = holds(condition, some)
    assert (settled is None) == bool(undecided(condition, some))
    assert undecided(condition, some) <= questions_of(condition) - known
    if settled is not None:
        for kind, agent, trades in product(KIND.values, (True, False), ((), ("hot",), ("hot", "raw"))):
            assert holds(condition, {"kind": kind, "agent": agent, "trades": trades} | some) is settled


def test_checklist_follows_composed_conditions():
    def listed(answers):
        made = checklist(
            GUIDE, applicant=ApplicantKind.PERSON, answers=answers, held=(), standards=materials(), today=date(2026, 11, 21)
        )  # fmt: skip
        return [state.why_not for state in made.lines], made.unanswered

    waiting, other = "checklist.unanswered", "checklist.not-this-situation"
    assert listed({}) == (["", waiting, waiting, waiting], ("agent", "kind", "trades"))
    assert listed({"kind": "lost", "trades": ("raw",)}) == (["", other, other, ""], ())
    assert listed({"kind": "renewal", "agent": True}) == (["", "", "", waiting], ("trades",))
