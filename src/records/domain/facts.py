"""Every fact that a guide tells the public (指南要素), one by one: so that any two channels can be compared.

A channel (page, leaflet, API, paper, screen in the hall) is right when it shows each of these values.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from .conditions import NO, YES, AllOf, AnyOf, Condition, Operator, Question, Test
from .periods import Period
from .plain import composed, shape
from .vocabulary import Term

if TYPE_CHECKING:
    from .guide_parts import Guide

_WORDS = {YES: "是", NO: "否"}
_STOPS = "。；，、 "
_WHETHER = "是否"

#: What the desk, the archives and the programs need and no citizen reads. The day that a guide plans for itself is among it:
#: from when an edition holds is said by its publication.
_INTERNAL = re.compile(
    r"(key|unit|fonds|archiving|limits\.intake_rule|result\.(material|valid_years)|version\.(number|effective))(\..*)?"
    r"|lines\.\d+\.(id|material|handbook|grades|validity_days|position)(\..*)?"
    r"|(situations|checks)\.\d+\.(key|kind|yes|no)|situations\.\d+\.options\.\d+\.(key|main)"
    r"|mistakes\.\d+\.line|supplements\.\d+\.centre"
)


def facts(guide: Guide) -> dict[str, str]:
    """Return every public fact as the path of its field and the value as it is printed.

    Paths are English names and numbers from 0 (``lines.2.name``); days are printed as 2026年1月1日, ticks as 是 and
    否, periods as 5个工作日, conditions in words. Empty fields are no facts; no fee is the fact 不收费.
    """
    questions = {question.key: question for question in guide.situations}
    found = dict(_facts(guide, "", questions))
    if not guide.fees:
        found["fee"] = "不收费"
    if guide.limits.statutory is None:
        found["limits.statutory"] = "法律未规定"
    return found


def in_words(condition: Condition, questions: Mapping[str, Question]) -> str:
    """Return a condition as people say it: 办理情形：变更、延续，并且委托他人代为办理; empty when it always holds.

    A question that begins with 是否 and is answered with yes is its own statement.
    """
    match condition:
        case "":
            return ""
        case str():
            return in_words(Test(condition, Operator.IS, (YES,)), questions)
        case Test(key, operator, values):
            question = questions.get(key)
            words = dict(_WORDS)
            if question is not None:
                words |= {option.key: option.text for option in question.options}
            picked = "、".join(words.get(value, value) for value in values)
            text = question.text.rstrip("？?") if question is not None else key
            if values == (YES,) and operator is Operator.NOT:
                return f"{text}：{_WORDS[NO]}"
            if values == (YES,) and text.startswith(_WHETHER):
                return text.removeprefix(_WHETHER)
            return f"{text}：{'不是' if operator is Operator.NOT else ''}{picked}"
        case AllOf(parts):
            return "，并且".join(_bracketed(part, questions) for part in parts)
        case AnyOf(parts):
            return "，或者".join(_bracketed(part, questions) for part in parts)


def in_one(texts: Iterable[str], mark: str = "；") -> str:
    """Run texts together with a mark between them; none is blank and none brings its own full stop along."""
    return mark.join(bare for text in texts if (bare := text.strip().rstrip(_STOPS)))


def is_internal(path: str) -> bool:
    """Tell whether a field is for the desk, the archives and the programs only, by its path."""
    return _INTERNAL.fullmatch(path) is not None


def _bracketed(part: Condition, questions: Mapping[str, Question]) -> str:
    text = in_words(part, questions)
    return f"（{text}）" if isinstance(part, AllOf | AnyOf) else text


def _facts(value: Any, path: str, questions: Mapping[str, Question]) -> Iterator[tuple[str, str]]:
    if path and _INTERNAL.fullmatch(path):
        return
    if path.endswith(".condition"):
        value = in_words(value, questions)
    kind: Any = type(value)
    match value:
        case None | "":
            return
        case Period() | Term():
            yield path, value.label
        case bool():
            yield path, "是" if value else "否"
        case date():
            yield path, f"{value.year}年{value.month}月{value.day}日"
        case str() | int():
            yield path, str(value)
        case _ if composed(kind):
            for name in shape(kind):
                yield from _facts(getattr(value, name), f"{path}.{name}" if path else name, questions)
        case tuple():
            for at, part in enumerate(value):
                yield from _facts(part, f"{path}.{at}", questions)
        case _:
            raise TypeError(f"{path}: {value!r} has no printed form")
