"""Situations (业务情形): which lines of a guide are needed under which answers, and what remains to be asked.

Pure and order-free: what is needed depends on the answers given, never on the order in which they came. Where the
answers do not settle a line it stands as unknown (``None``), and only questions that still matter are asked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from .conditions import (
    NO,
    YES,
    Answer,
    Answers,
    MainSituation,
    Question,
    QuestionKind,
    check_condition,
    chosen,
    holds,
    questions_of,
    undecided,
)
from .findings import Finding, Severity
from .guide_parts import Guide, Line


def needed(line: Line, answers: Answers) -> bool | None:
    """Tell whether a line is needed in this situation; ``None`` while it is not known yet."""
    return holds(line.condition, answers)


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


def answered(questions: Iterable[Question], given: Answers) -> dict[str, Answer]:
    """Return the answers as a case keeps them, in the order of the questions: a tick left out is a no."""
    found: dict[str, Answer] = {}
    for question in questions:
        picked = chosen(given[question.key]) if question.key in given else frozenset()
        match question.kind:
            case QuestionKind.YES_NO:
                found[question.key] = YES in picked
            case QuestionKind.SEVERAL:
                found[question.key] = tuple(sorted(picked))
            case _ if picked:
                found[question.key] = min(picked)
    return found


def unanswered(guide: Guide, answers: Answers) -> tuple[Finding, ...]:
    """Find the questions without which nobody can say what is needed (``situation.unanswered``)."""
    waiting = open_keys(guide.lines, answers)
    return tuple(
        Finding("situation.unanswered", subject=question.key, params={"question": question.text})
        for question in guide.situations
        if question.key in waiting
    )
