"""Questions of a guide (业务情形) and the conditions over their answers: values that are compared, never text that is run.

What holds depends on the answers given and never on their order. Where the answers do not settle a condition it is
unknown (``None``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations, product

from .findings import Finding, Severity
from .plain import LATER
from .vocabulary import Term

YES, NO = "yes", "no"


#: More sets of answers than this are not tried out when a condition is checked for sense.
MOST_TRIED = 4096


class QuestionKind(Term):
    """How a question about the applicant's situation is answered (回答方式)."""

    YES_NO = "yes-no", "是或否"
    ONE = "one", "单选"
    SEVERAL = "several", "多选"


class MainSituation(Term):
    """What is wanted of the licence (主情形)."""

    NEW = "new", "新办"
    CHANGE = "change", "变更"
    RENEWAL = "renewal", "延续"
    REISSUE = "reissue", "补领"
    CANCELLATION = "cancellation", "注销"


class Operator(Term):
    """How a question is compared with values: any of them was chosen, or none of them."""

    IS = "is", "是"
    NOT = "not", "不是"


@dataclass(frozen=True, slots=True)
class Option:
    """One answer that may be chosen (选项); ``main`` marks an option that is the main situation itself."""

    key: str
    text: str
    main: MainSituation | None = field(default=None, metadata=LATER)
    note: str = field(default="", metadata=LATER)


@dataclass(frozen=True, slots=True)
class Question:
    """A question whose answer decides whether some lines are needed (业务情形)."""

    key: str
    text: str
    kind: QuestionKind = QuestionKind.YES_NO
    options: tuple[Option, ...] = field(default=(), metadata=LATER)
    note: str = field(default="", metadata=LATER)

    @property
    def values(self) -> tuple[str, ...]:
        """The keys of the answers that exist; ``yes`` and ``no`` where one answers yes or no."""
        return (
            (YES, NO)
            if self.kind is QuestionKind.YES_NO
            else tuple(dict.fromkeys(option.key for option in self.options))
        )


@dataclass(frozen=True, slots=True)
class Test:
    """One comparison (判断): the question, whether it is or is not, and the values (``yes``, ``no``, keys of options)."""

    question: str
    operator: Operator
    values: tuple[str, ...]

    __test__ = False


@dataclass(frozen=True, slots=True)
class AllOf:
    """All parts must hold (全部)."""

    all: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part must hold (任一)."""

    any: tuple[Condition, ...]


#: When something is needed: always (empty text), when a question is answered yes (its key), or as the expression says.
Condition = str | Test | AllOf | AnyOf


Answer = bool | str | Collection[str]


Answers = Mapping[str, Answer]


def chosen(answer: Answer) -> frozenset[str]:
    """Return an answer as the set of values that were chosen: true is ``yes``, a text is the key of one option."""
    match answer:
        case bool():
            return frozenset((YES if answer else NO,))
        case str():
            return frozenset((answer,))
        case _:
            return frozenset(answer)


def holds(condition: Condition, answers: Answers) -> bool | None:
    """Tell whether a condition holds; ``None`` while the answers given leave it open."""
    match condition:
        case "":
            return True
        case str():
            return YES in chosen(answers[condition]) if condition in answers else None
        case Test(question, operator, values):
            if question not in answers:
                return None
            return (operator is Operator.IS) is not chosen(answers[question]).isdisjoint(values)
        case AllOf(parts):
            found = [holds(part, answers) for part in parts]
            return False if any(each is False for each in found) else None if None in found else True
        case AnyOf(parts):
            found = [holds(part, answers) for part in parts]
            return True if any(each is True for each in found) else None if None in found else False


def undecided(condition: Condition, answers: Answers) -> frozenset[str]:
    """Return the questions that may still decide a condition; none once it is settled."""
    if holds(condition, answers) is not None:
        return frozenset()
    match condition:
        case str():
            return frozenset((condition,))
        case Test(question):
            return frozenset((question,))
        case AllOf(parts) | AnyOf(parts):
            return frozenset().union(*(undecided(part, answers) for part in parts))


def questions_of(condition: Condition) -> frozenset[str]:
    """Return every question that a condition names."""
    return frozenset(test.question for test in _tests(condition))


def check_condition(
    condition: Condition, questions: Mapping[str, Question], *, subject: str
) -> Iterator[Finding]:
    """Check one condition against the questions it may name."""
    broken = False
    for part in _empty(condition):
        broken = True
        yield Finding("guide.condition-empty", subject=subject, params={"part": part})
    for test in _tests(condition):
        question = questions.get(test.question)
        if question is None:
            broken = True
            yield Finding("guide.condition-unknown", subject=subject, params={"condition": test.question})
            continue
        for value in test.values:
            if value not in question.values:
                broken = True
                yield Finding(
                    "guide.condition-option",
                    subject=subject,
                    params={"question": question.text, "value": value},
                )
    if condition and not broken:
        outcomes = {holds(condition, answers) for answers in _all_answers(questions_of(condition), questions)}
        if len(outcomes) == 1:
            word = "总是成立" if outcomes == {True} else "从不成立"
            yield Finding("guide.condition-constant", Severity.WARNS, subject, {"outcome": word})


def _tests(condition: Condition) -> Iterator[Test]:
    match condition:
        case "":
            return
        case str():
            yield Test(condition, Operator.IS, (YES,))
        case Test():
            yield condition
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from _tests(part)


def _empty(condition: Condition) -> Iterator[str]:
    match condition:
        case Test(question, _, ()):
            yield question
        case AllOf(parts) | AnyOf(parts):
            if not parts:
                yield "全部" if isinstance(condition, AllOf) else "任一"
            for part in parts:
                if part == "":
                    yield "空条件"
                yield from _empty(part)


def _all_answers(keys: Collection[str], questions: Mapping[str, Question]) -> Iterator[dict[str, Answer]]:
    """Yield every set of answers to some questions; nothing where there are too many to try."""
    ordered = sorted(keys)
    size = 1
    for key in ordered:
        values = questions[key].values
        size *= 2 ** len(values) if questions[key].kind is QuestionKind.SEVERAL else len(values)
    if size > MOST_TRIED:
        return
    choices = [_answers_to(questions[key]) for key in ordered]
    for picked in product(*choices):
        yield dict(zip(ordered, picked, strict=True))


def _answers_to(question: Question) -> list[Answer]:
    if question.kind is not QuestionKind.SEVERAL:
        return list(question.values)
    return [part for size in range(len(question.values) + 1) for part in combinations(question.values, size)]
