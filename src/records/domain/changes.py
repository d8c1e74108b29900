"""What an edition of a guide changes against another one, in sentences (版本变化).

Every difference between two guides is named once: what came, what went, what says something else now, what stands in
another place. Parts of a list are followed by their key or name, so that one put in between changes nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from .conditions import AllOf, AnyOf, Option, Question, Test
from .facts import in_words, is_internal
from .guide_elements import (
    Batch,
    Contact,
    Handbook,
    Handling,
    LocalSupplement,
    Mistake,
    Place,
    SelfCheck,
    Step,
)
from .guide_labels import LABELS
from .guide_parts import Citation, Codes, Faq, Fee, Guide, Limits, Line, Remedies, Special
from .periods import Period
from .plain import composed, shape
from .vocabulary import Term


class ChangeKind(Term):
    """What sort of change it is (变化类型)."""

    ADDED = "added", "新增"
    REMOVED = "removed", "取消"
    CHANGED = "changed", "修改"
    MOVED = "moved", "移动"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two editions: where, what it is called, before, after, and the whole as a sentence.

    ``path`` is that of the newer edition (``lines.2.name``), of what went that of the older. ``internal`` marks what no
    citizen reads.
    """

    path: str
    label: str
    kind: ChangeKind
    before: str
    after: str
    sentence: str
    internal: bool = False


_ASKED = re.compile(
    r"lines\.\d+(\.(necessity|condition|waived|originals|copies|inspect_original|deferral)(\..*)?)?"
)


def asks(change: Change) -> bool:
    """Tell whether a change concerns what applicants have to bring: a paper that comes or goes, when and how often."""
    return change.kind is not ChangeKind.MOVED and _ASKED.fullmatch(change.path) is not None


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a difference lies: the path in either edition, and how a sentence names it."""

    old: str
    new: str
    label: str

    def at(self, old: str, new: str, label: str) -> _Place:
        return _Place(_joined(self.old, old), _joined(self.new, new), label)


def changes(old: Guide | None, new: Guide) -> tuple[Change, ...]:
    """Return what a guide changes against an older edition, in the order of its fields; nothing when both are equal.

    The first edition of a guide is one change: everything is new.
    """
    if old is None:
        sentence = f"新编制的指南：{new.title}，申请材料{len(new.lines)}份。"
        return (Change("", "办事指南", ChangeKind.ADDED, "", new.title, sentence),)
    said = _Words(
        {question.key: question for question in old.situations},
        {question.key: question for question in new.situations},
    )
    return tuple(
        replace(change, internal=is_internal(change.path))
        for change in _fields(old, new, _Place("", "", ""), said)
    )


@dataclass(frozen=True, slots=True)
class _Words:
    """How values are said: conditions need the questions of their own edition."""

    old: Mapping[str, Question]
    new: Mapping[str, Question]

    def before(self, value: Any) -> str:
        return _said(value, self.old)

    def after(self, value: Any) -> str:
        return _said(value, self.new)


def _said(value: Any, questions: Mapping[str, Question]) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "是" if value else "否"
        case Test() | AllOf() | AnyOf():
            return in_words(value, questions)
        case Period() | Term():
            return value.label
        case date():
            return f"{value.year}年{value.month}月{value.day}日"
        case frozenset():
            return "、".join(sorted(str(part) for part in value))
        case Handbook():
            return str(value)
        case _ if composed(type(value)):
            return _name(value)
        case _:
            return str(value)


#: What one part of a list is called, where the name of the whole list does not fit it.
_ONE = {
    "lines": "材料", "steps": "环节", "situations": "业务情形", "checks": "核对问题", "contacts": "咨询方式",
    "complaints": "监督投诉方式", "basis": "设定依据", "options": "选项", "articles": "条款", "rights": "权利义务",
    "questions": "常见问题", "supplements": "本地补充",
}  # fmt: skip

#: What a part of a list goes by, and what it is called in a sentence.
_KEYED: Mapping[type, tuple[Callable[[Any], object], Callable[[Any], str]]] = {
    Line: (lambda x: x.id, lambda x: x.name or x.id),
    Question: (lambda x: x.key, lambda x: x.text or x.key),
    Option: (lambda x: x.key, lambda x: x.text or x.key),
    SelfCheck: (lambda x: x.key, lambda x: x.text or x.key),
    LocalSupplement: (lambda x: x.centre, lambda x: x.centre),
    Batch: (lambda x: x.name, lambda x: x.name),
    Citation: (lambda x: x.name, lambda x: x.name),
    Step: (lambda x: x.name, lambda x: x.name),
    Place: (lambda x: x.name, lambda x: x.name),
    Fee: (lambda x: x.name, lambda x: x.name),
    Special: (lambda x: x.kind, lambda x: x.kind.label),
    Faq: (lambda x: x.question, lambda x: x.question),
    Contact: (lambda x: x.way, lambda x: f"{x.way}：{x.value}"),
    Mistake: (lambda x: x.text, lambda x: x.text),
}

#: Groups whose fields speak for themselves: 承诺时限 and not 时限的承诺时限.
_PLAIN = (Guide, Limits, Codes, Handling, Remedies)


def _name(value: Any) -> str:
    """Return what a value with fields is called in a sentence."""
    named = _KEYED.get(type(value))
    if named is not None:
        return named[1](value)
    kind: Any = type(value)
    texts = (_said(getattr(value, field), {}) for field in shape(kind))
    return "，".join(text for text in texts if text) or "（空）"


def _fields(old: Any, new: Any, place: _Place, said: _Words) -> Iterator[Change]:
    kind: Any = type(new)
    for field in shape(kind):
        before, after = getattr(old, field), getattr(new, field)
        if (before == after and type(before) is type(after)) or (kind is Line and field == "position"):
            continue
        own = LABELS[kind].get(field, field)
        label = own if kind in _PLAIN or not place.label else f"{place.label}的{own}"
        where = place.at(field, field, label)
        found = tuple(_value(before, after, where, said, field))
        yield from found or (_respelled(where),)


def _value(before: Any, after: Any, place: _Place, said: _Words, field: str) -> Iterator[Change]:
    """Compare two values of one field."""
    if isinstance(before, tuple) and isinstance(after, tuple) and not hasattr(after, "_fields"):
        yield from _listed(before, after, place, said, field)
    elif before is None and composed(type(after)) and not isinstance(after, Period):
        yield _come(place, after, said)
    elif after is None and composed(type(before)) and not isinstance(before, Period):
        yield _gone(place, before, said)
    elif (
        type(before) is type(after)
        and composed(type(after))
        and not isinstance(after, Period | Test | AllOf | AnyOf)
    ):
        yield from _fields(before, after, place, said)
    elif field == "waived":
        words = [("免提交" if each else "提交") for each in (before, after)]
        subject = place.label.removesuffix("的免提交")
        sentence = f"{subject}由{words[0]}改为{words[1]}。"
        yield Change(place.new, place.label, ChangeKind.CHANGED, words[0], words[1], sentence)
    else:
        yield _leaf(place, _condition(before, said.old, field), _condition(after, said.new, field), said)


def _condition(value: Any, questions: Mapping[str, Question], field: str) -> Any:
    """Return a condition that is written as the key of a question in words; anything else as it is."""
    return in_words(value, questions) if field == "condition" else value


def _leaf(place: _Place, old: Any, new: Any, said: _Words) -> Change:
    before, after = said.before(old), said.after(new)
    kind = ChangeKind.CHANGED
    if before == after:
        return _respelled(place)
    if not before:
        kind, sentence = ChangeKind.ADDED, f"{place.label}补充为{_quoted(after)}"
    elif not after:
        kind, sentence = ChangeKind.REMOVED, f"{place.label}删去，原为{_quoted(before)}"
    else:
        short = _differing(before, after)
        sentence = f"{place.label}由{_quoted(short[0])}改为{_quoted(short[1])}"
    # What is quoted may bring its own full stop.
    sentence += "" if sentence.endswith("。”") else "。"
    return Change(place.new, place.label, kind, before, after, sentence)


def _respelled(place: _Place) -> Change:
    """Tell of a difference that no reader sees: other numbers of the same order, another spelling of a condition."""
    sentence = f"{place.label}换了写法，意思不变。"
    return Change(place.new, place.label, ChangeKind.CHANGED, "", "", sentence)


def _listed(
    before: Sequence[Any], after: Sequence[Any], place: _Place, said: _Words, field: str
) -> Iterator[Change]:
    """Compare two lists: what came and went, what changed within a part that stayed, what moved among those."""
    olds, news = _by_key(before), _by_key(after)
    # A list within a part of a list is named with that part.
    within = place.label[: place.label.rfind("的") + 1]
    label = within + _ONE.get(field, place.label.removeprefix(within))
    for key, (at, part) in olds.items():
        if key not in news:
            yield _gone(_Place("", _joined(place.old, str(at)), label), part, said)
    for key, (at, part) in news.items():
        if key not in olds:
            yield _come(_Place("", _joined(place.new, str(at)), label), part, said)
        elif composed(type(part)) and part != olds[key][1]:
            was, former = olds[key]
            yield from _fields(former, part, place.at(str(was), str(at), _one(label, part, said)), said)
    places = [{key: nth for nth, key in enumerate(found, 1)} for found in (olds, news)]
    for key in _moved([key for key in olds if key in news], [key for key in news if key in olds]):
        at, part = news[key]
        one, was, now = _one(label, part, said), places[0][key], places[1][key]
        sentence = f"{one}由第{was}项移到第{now}项。"
        yield Change(_joined(place.new, str(at)), one, ChangeKind.MOVED, str(was), str(now), sentence)


def _one(label: str, part: Any, said: _Words) -> str:
    return f"{label}“{_short(said.after(part))}”"


def _come(place: _Place, part: Any, said: _Words) -> Change:
    text = said.after(part)
    told = (
        [in_words(part.condition, said.new), "免提交" if part.waived else ""]
        if isinstance(part, Line)
        else []
    )
    more = "，".join(each for each in told if each)
    sentence = f"新增{place.label}：{_short(text).rstrip('。')}{f'（{more}）' if more else ''}。"
    return Change(place.new, place.label, ChangeKind.ADDED, "", text, sentence)


def _gone(place: _Place, part: Any, said: _Words) -> Change:
    text = said.before(part)
    sentence = f"取消{place.label}：{_short(text).rstrip('。')}。"
    return Change(place.new, place.label, ChangeKind.REMOVED, text, "", sentence)


def _by_key(parts: Sequence[Any]) -> dict[object, tuple[int, Any]]:
    """Return the parts of a list in their order by what they go by, each with its place in the record.

    Materials come in the order of their numbers; a second part of the same name goes by its turn as well.
    """
    found: dict[object, tuple[int, Any]] = {}
    turns: dict[object, int] = {}
    for at, part in sorted(enumerate(parts), key=_position):
        named = _KEYED.get(type(part))
        key = (type(part), named[0](part) if named is not None else part)
        turns[key] = turns.get(key, -1) + 1
        found[(*key, turns[key])] = (at, part)
    return found


def _position(numbered: tuple[int, Any]) -> int:
    return numbered[1].position if isinstance(numbered[1], Line) else 0


def _moved(old: Sequence[object], new: Sequence[object]) -> list[object]:
    """Return the fewest keys that changed their place among the others (both lists hold the same keys)."""
    rank = {key: at for at, key in enumerate(old)}
    best: list[tuple[object, ...]] = []
    none: tuple[object, ...] = ()
    for key in new:
        before = max((run for run in best if rank[run[-1]] < rank[key]), key=len, default=none)
        best.append((*before, key))
    longest = max(best, key=len, default=none)
    stay = set(longest)
    return [key for key in new if key not in stay]


_LONGEST = 48
_BARE = re.compile(r"[\w.]{1,9}|\d{4}年\d{1,2}月\d{1,2}日")


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _differing(before: str, after: str) -> tuple[str, str]:
    """Return two long texts from a little before the place where they begin to differ."""
    same = next(
        (at for at, (one, other) in enumerate(zip(before, after, strict=False)) if one != other),
        min(len(before), len(after)),
    )
    start = max(0, same - 10) if max(len(before), len(after)) > _LONGEST else 0
    mark = "…" if start else ""
    return f"{mark}{_short(before[start:])}", f"{mark}{_short(after[start:])}"


def _quoted(text: str) -> str:
    """Return a text in quotation marks, a figure, a day, a period or a word of a list without."""
    short = _short(text)
    return short if _BARE.fullmatch(short) else f"“{short}”"


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
