"""Situations (业务情形): the questions of a guide, and which lines are needed under which answers.

Pure and order-free: what is needed depends on the answers given, never on the order in which they came. Where the
answers do not settle a line it stands as unknown (``None``), and only questions that still matter are asked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations, product
from typing import TYPE_CHECKING

from .findings import Finding, Severity
from .plain import LATER
from .vocabulary import Term

if TYPE_CHECKING:
    from .guide_parts import Guide, Line

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


def needed(line: Line, answers: Answers) -> bool | None:
    """Tell whether a line is needed in this situation; ``None`` while it is not known yet."""
    return holds(line.condition, answers)


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


def open_keys(lines: Iterable[Line], answers: Answers) -> frozenset[str]:
    """Return the keys of the questions that some line still waits for."""
    return frozenset().union(*(undecided(line.condition, answers) for line in lines))


def open_questions(guide: Guide, answers: Answers) -> tuple[Question, ...]:
    """Return the questions that still matter, in the guide's order; one that no open line waits for is left out."""
    keys = open_keys(guide.lines, answers)
    return tuple(question for question in guide.situations if question.key in keys)


def next_question(guide: Guide, answers: Answers) -> Question | None:
    """Return the question to ask next, or nothing once every line is settled."""
    return next(iter(open_questions(guide, answers)), None)


def personal_list(guide: Guide, answers: Answers) -> tuple[Line, ...]:
    """Return the lines that are needed in this situation, in the order of the list (个人清单)."""
    return tuple(
        line for line in sorted(guide.lines, key=lambda line: line.position) if needed(line, answers)
    )


def main_situation(guide: Guide, answers: Answers) -> MainSituation | None:
    """Return the main situation that was chosen (新办, 变更, 延续, 补领 or 注销), if the guide asks for it."""
    for question in guide.situations:
        if question.key in answers:
            picked = chosen(answers[question.key])
            for option in question.options:
                if option.main is not None and option.key in picked:
                    return option.main
    return None


def wrong_answers(questions: Iterable[Question], answers: Answers) -> tuple[Finding, ...]:
    """Check that answers fit their questions: ``situation.unknown-question`` and ``situation.wrong-answer``."""
    known = {question.key: question for question in questions}
    found = []
    for key, answer in answers.items():
        question = known.get(key)
        if question is None:
            found.append(Finding("situation.unknown-question", subject=key, params={"question": key}))
            continue
        picked = chosen(answer)
        one = question.kind is QuestionKind.SEVERAL or len(picked) == 1
        if not one or not picked <= set(question.values):
            words = {YES: "是", NO: "否"} | {option.key: option.text for option in question.options}
            params = {
                "question": question.text,
                "choices": "、".join(words[value] for value in question.values),
            }
            found.append(Finding("situation.wrong-answer", subject=key, params=params))
    return tuple(found)


def check_situations(guide: Guide) -> tuple[Finding, ...]:
    """Check the questions of a guide and the conditions of its lines before publication.

    Blocks: ``guide.situation-repeated``, ``guide.situation-no-text``, ``guide.options``, ``guide.option-repeated``,
    ``guide.condition-unknown``, ``guide.condition-option``, ``guide.condition-empty``. Warns:
    ``guide.situation-unused`` and ``guide.condition-constant`` (never or always fulfilled).
    """
    known = {question.key: question for question in guide.situations}
    return (
        *_repeated(guide),
        *(
            found
            for at, question in enumerate(guide.situations)
            for found in _question(question, f"situations.{at}")
        ),
        *(
            found
            for at, line in enumerate(guide.lines)
            for found in check_condition(line.condition, known, subject=f"lines.{at}.condition")
        ),
    )


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


def _repeated(guide: Guide) -> Iterator[Finding]:
    keys = [question.key for question in guide.situations]
    for key, times in Counter(keys).items():
        if times > 1:
            yield Finding("guide.situation-repeated", subject="situations", params={"situation": key})
    used = frozenset().union(*(questions_of(line.condition) for line in guide.lines))
    for at, key in enumerate(keys):
        if key not in used:
            yield Finding("guide.situation-unused", Severity.WARNS, f"situations.{at}", {"situation": key})


def _question(question: Question, path: str) -> Iterator[Finding]:
    if not question.text.strip():
        yield Finding("guide.situation-no-text", subject=f"{path}.text", params={"situation": question.key})
    least = 0 if question.kind is QuestionKind.YES_NO else 2
    if bool(question.options) is not bool(least) or len(question.options) < least:
        yield Finding(
            "guide.options",
            subject=f"{path}.options",
            params={"question": question.text, "kind": question.kind.label},
        )
    for key, times in Counter(option.key for option in question.options).items():
        if times > 1:
            yield Finding(
                "guide.option-repeated",
                subject=f"{path}.options",
                params={"question": question.text, "option": key},
            )


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
