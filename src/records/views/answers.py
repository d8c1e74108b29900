"""Answers in an address (地址中的回答): read, asked again where they make no sense, and carried on from page to page.

Only keys that the guide itself gave stand there, nothing personal; so the back button works, a page can be kept as a
bookmark, and no script and no store are needed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from pyramid.request import Request
from webob.multidict import MultiDict

from records.domain.conditions import YES, Answer, Question, QuestionKind
from records.domain.findings import Finding
from records.domain.situations import wrong_answers
from records.i18n import _

from .layout import shown

ASKED = "asked"
"""Names the question that a page has just put, so that a page sent back without an answer is known."""
MOST = 60


@dataclass(frozen=True, slots=True)
class Answered:
    """What an address answers: the good answers in the order of the address, the question to ask again, what is wrong."""

    answers: Mapping[str, Answer]
    wrong: str = ""
    findings: tuple[Finding, ...] = ()


def read(questions: Iterable[Question], given: MultiDict) -> Answered:
    """Read the answers in an address; unknown keys are left out, a wrong answer is as good as none and is asked again."""
    known = {question.key: question for question in questions}
    answers: dict[str, Answer] = {}
    findings: list[Finding] = []
    wrong = ""
    for key in list(dict.fromkeys(given))[:MOST]:
        if key not in known:
            continue
        values = tuple(dict.fromkeys(value for value in given.getall(key) if value))
        several = known[key].kind is QuestionKind.SEVERAL
        answer: Answer = values if several or len(values) != 1 else values[0]
        found = wrong_answers((known[key],), {key: answer})
        if found:
            findings += found
            wrong = wrong or key
        else:
            answers[key] = answer
    asked = given.get(ASKED, "")
    if asked in known and asked not in answers and not wrong:
        if known[asked].kind is QuestionKind.SEVERAL:
            answers[asked] = ()
        else:
            wrong = asked
            findings.append(
                Finding("situation.no-answer", subject=asked, params={"question": known[asked].text})
            )
    return Answered(answers, wrong, tuple(findings))


def pairs(answers: Mapping[str, Answer]) -> tuple[tuple[str, str], ...]:
    """Return answers as an address carries them; none of several is an empty one."""
    found: list[tuple[str, str]] = []
    for key, answer in answers.items():
        values = (answer,) if isinstance(answer, str) else tuple(answer) or ("",)
        found += [(key, value) for value in values]
    return tuple(found)


def page_of(
    request: Request,
    path: str,
    questions: tuple[Question, ...],
    answered: Answered,
    following: Question | None,
    *,
    left: int = 0,
) -> dict[str, object]:
    """Return what a page needs to put one question: its choices, the answers so far, and where the back link leads."""
    done = list(answered.answers.items())
    carried = {key: value for key, value in done if following is None or key != following.key}
    return {
        "path": path,
        "asking": None if following is None else _asking(following),
        "carried": pairs(carried),
        "number": len(carried) + 1,
        "left": left,
        "back": f"{path}?{urlencode(pairs(dict(done[:-1])))}" if done else "",
        "errors": shown(
            request, answered.findings, anchors={found.subject: "answer-0" for found in answered.findings}
        ),
        "wrong": bool(answered.findings),
    }


def _asking(question: Question) -> dict[str, object]:
    return {
        "key": question.key,
        "text": question.text,
        "note": question.note,
        "several": question.kind is QuestionKind.SEVERAL,
        "choices": [
            {
                "id": f"answer-{number}",
                "value": value,
                "label": _words(question, value),
                "note": _note(question, value),
            }
            for number, value in enumerate(question.values)
        ],
    }


def _words(question: Question, value: str) -> str:
    if question.kind is QuestionKind.YES_NO:
        return _("Yes") if value == YES else _("No")
    return next(option.text for option in question.options if option.key == value)


def _note(question: Question, value: str) -> str:
    return next((option.note for option in question.options if option.key == value), "")


def recap(path: str, questions: tuple[Question, ...], answered: Answered) -> list[dict[str, object]]:
    """Return what was answered, each with the address that asks it again and keeps what came before."""
    known = {question.key: question for question in questions}
    done = list(answered.answers.items())
    return [
        {
            "text": known[key].text,
            "answers": [
                _words(known[key], value) for value in ((answer,) if isinstance(answer, str) else answer)
            ]
            or [_("None of these")],
            "change": f"{path}?{urlencode(pairs(dict(done[:at])))}",
        }
        for at, (key, answer) in enumerate(done)
        if key in known
    ]


def counted(originals: int, copies: int) -> str:
    """Return how many of a paper are wanted, as it is printed: 原件1份，复印件2份."""
    counts = ((originals, "原件"), (copies, "复印件"))
    return "，".join(f"{kind}{count}份" for count, kind in counts if count)
