"""The boxes of the guide editor (录入框): each field with its word, its way of asking, and what was found in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import Enum
from typing import Any, get_args, get_origin

from pyramid.request import Request

from records.domain.conditions import NO, YES, Condition, Question, QuestionKind
from records.domain.findings import Finding
from records.domain.guide_parts import Citation, Handbook, Line, Period, Result
from records.domain.plain import optional, shape
from records.domain.vocabulary import Grade
from records.forms.guide_sections import KEYED, LONG, asked, label_of
from records.forms.guide_writing import ROW, Typed, composed, is_handbook
from records.i18n import _

from . import messages

Box = dict[str, Any]
Choices = Mapping[tuple[type, str], list[tuple[str, str]]]

#: Word, badge and sign of each severity.
WEIGHTS = {
    "blocks": (_("blocks"), "wrong"),
    "warns": (_("please look"), "wait"),
    "notes": (_("note"), "plain"),
}

_LISTS = {(Line, "material"): "materials", (Result, "material"): "materials", (Citation, "name"): "laws"}
_SHORT = {(Line, "originals"), (Line, "copies"), (Line, "validity_days"), (Result, "valid_years")}
_CODES = frozenset(
    {"basic", "implementation", "handling", "local_basic", "local_implementation", "licence_code"}
)


@dataclass(slots=True)
class Drawing:
    """What boxes are drawn from: words of the closed lists that belong to this office, and the guide's own questions."""

    choices: Choices = field(default_factory=dict)
    questions: tuple[Question, ...] = ()
    names: list[str] = field(default_factory=list)

    def box(self, owner: type, name: str, word: str, hint: Any, typed: Typed, path: str) -> Box:
        """Return the box of one field with all that lies in it."""
        inner = optional(hint)
        needed = inner is None or hint == Condition
        hint = hint if needed else inner
        base: Box = {"name": path, "label": word, "value": typed, "found": (), "hint": ""}
        self.names.append(path)
        if hint == Condition:
            return base | {"kind": "condition", **self.condition(typed, path)}
        if is_handbook(hint):
            hint = Handbook
        if composed(hint):
            return base | {"kind": "group", "boxes": self.boxes(hint, typed, path)}
        if get_origin(hint) in (tuple, frozenset):
            return base | self._several(get_args(hint)[0], word, typed, path)
        return base | self._single(owner, name, hint, typed, needed)

    def boxes(self, kind: type, typed: Mapping[str, Typed], path: str) -> list[Box]:
        """Return the boxes of the fields of a value, in the order of the files."""
        hints = shape(kind)
        return [
            self.box(kind, name, word, hints[name], typed[name], f"{path}.{name}".strip("."))
            for name, word in asked(kind).items()
            if name in typed
        ]

    def _several(self, part: Any, word: str, typed: Typed, path: str) -> Box:
        if part is str:
            rows = typed.count("\n") + 2
            return {"kind": "area", "rows": rows, "hint": _("One a line.")}
        if not composed(part):
            return {"kind": "several", "options": [(str(term.value), _word(term)) for term in part]}
        for at in range(len(typed)):
            self.names.append(f"{path}.{at}")
        return {
            "kind": "rows",
            "flat": part is not Line and len(asked(part)) <= 2,
            "fixed": part is Line and all("handbook" in row for row in typed),
            "opens": part is Line,
            "rows": [
                {
                    "at": at,
                    "path": f"{path}.{at}",
                    "title": f"{word} {at + 1}",
                    "about": _about(row),
                    "key": row.get(ROW) if part in KEYED else None,
                    "boxes": self.boxes(part, row, f"{path}.{at}"),
                    "found": (),
                }
                for at, row in enumerate(typed)
            ],
        }

    def _single(self, owner: type, name: str, hint: Any, typed: str, needed: bool) -> Box:
        offered = self.choices.get((owner, name))
        if offered is not None:
            known = [] if any(value == typed for value, _label in offered) else [(typed, typed or "—")]
            return {"kind": "choice", "options": [*known, *offered]}
        if hint is bool:
            if needed:
                return {"kind": "tick"}
            return {"kind": "choice", "options": [("", "—"), ("yes", _("Yes")), ("no", _("No"))]}
        if isinstance(hint, type) and issubclass(hint, Enum):
            words = [(str(term.value), _word(term)) for term in hint]
            return {"kind": "choice", "options": words if needed else [("", "—"), *words]}
        if hint is date:
            return {"kind": "day"}
        if hint is Period:
            return {"kind": "text", "list": "periods", "css": "short"}
        if name in LONG:
            return {"kind": "area", "rows": max(1, min(8, len(typed) // 38 + 1 + typed.count("\n")))}
        css = "short" if (owner, name) in _SHORT else "code" if name in _CODES else ""
        return {
            "kind": "text",
            "list": _LISTS.get((owner, name)),
            "css": css,
            "judged": (owner, name) == (Line, "name"),
        }

    def condition(self, typed: Mapping[str, Any], path: str) -> Box:
        """Return the ticks of a condition: each question of the guide, and those that it no longer has."""
        tests = typed["tests"]
        known = {question.key for question in self.questions}
        lost = [Question(key, key, QuestionKind.SEVERAL) for key in tests if key not in known]
        return {
            "how": typed["how"],
            "kept": typed["kept"],
            "asked": [
                {
                    "key": question.key,
                    "text": question.text or question.key,
                    "lost": question.key not in known,
                    "plain": question.kind is QuestionKind.YES_NO,
                    "at": at,
                    "op": tests.get(question.key, ("is", ()))[0],
                    "values": tests.get(question.key, ("is", ()))[1],
                    "options": [
                        {"id": f"{path}.{at}.{number}", "key": key, "word": word}
                        for number, (key, word) in enumerate(
                            _answers(question, tests.get(question.key, ("is", ()))[1])
                        )
                    ],
                }
                for at, question in enumerate((*self.questions, *lost))
            ],
        }


def _answers(question: Question, ticked: Iterable[str]) -> list[tuple[str, str]]:
    words = [(option.key, option.text or option.key) for option in question.options]
    if question.kind is QuestionKind.YES_NO:
        words = [(YES, _("Yes")), (NO, _("No"))]
    known = {value for value, _word in words}
    return [*words, *((value, value) for value in ticked if value not in known)]


def _word(term: Any) -> str:
    if isinstance(term, Grade):
        return f"{term.value} {term.label}"
    return getattr(term, "label", str(term))


def _about(row: Mapping[str, Typed]) -> str:
    """Return by what a row is told from its neighbours: its first text."""
    return next(
        (part[:40] for name, part in row.items() if name != ROW and isinstance(part, str) and part), ""
    )


def told(request: Request, found: Finding) -> dict[str, str]:
    """Return a finding as it stands beside a field: its weight in a word with a sign, and reason with cure."""
    found = worded(found)
    word, kind = WEIGHTS[found.severity.value]
    text = messages.sentence(request, found) + (f"（{found.basis}）" if found.basis else "")
    return {"word": request.localizer.translate(word), "kind": kind, "text": text, "code": found.code}


def worded(found: Finding) -> Finding:
    """Return a finding that calls its field as the editor's page does, not by its path."""
    if found.subject and found.params.get("field") == found.subject:
        return replace(found, params={**found.params, "field": label_of(found.subject) or found.subject})
    return found


def beside(names: Iterable[str], path: str) -> str:
    """Return the box beside which a finding about a path stands: its own, else the nearest around it."""
    known = names if isinstance(names, frozenset) else frozenset(names)
    while path and path not in known:
        path = path.rpartition(".")[0]
    return path


def every(boxes: Iterable[Box]) -> Iterator[Box]:
    """Yield all boxes and rows, however deep they lie."""
    for box in boxes:
        yield box
        yield from every(box.get("boxes", ()))
        for row in box.get("rows", ()) if box.get("kind") == "rows" else ():
            yield row
            yield from every(row["boxes"])


def fill(boxes: Iterable[Box], found: Mapping[str, list[dict[str, str]]]) -> None:
    """Put every finding beside its box."""
    for box in every(boxes):
        box["found"] = found.get(box.get("name") or box.get("path", ""), ())
