"""The sections of the guide editor (指南编辑器的各部分): which fields stand on which page, and how each is asked.

The words are those of ``exchange.guide_fields``, so that a page, a file and a finding call a field the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, get_args, get_origin

from records.domain.conditions import Condition, Option, Question
from records.domain.guide_elements import SelfCheck
from records.domain.guide_parts import Guide, Handbook, Line
from records.domain.plain import arms, composed, optional, shape
from records.exchange.guide_fields import KEYS
from records.i18n import _


@dataclass(frozen=True, slots=True)
class Section:
    """One page of the editor: its key, its words, its fields; ``only`` narrows the rows of a list to some fields."""

    key: str
    title: str
    fields: tuple[str, ...]
    only: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


#: What the table of materials asks; the other fields of a line stand on a page of its own.
QUICK = ("name", "material", "kind", "form", "originals", "copies", "necessity")

SECTIONS: tuple[Section, ...] = (
    Section("basic", _("Basic facts"), (
        "title", "plain_title", "unit", "unit_name", "fonds", "item_type", "item_kind", "acceptance", "codes",
        "zones", "delegation", "version",
    )),
    Section("who", _("Who can apply"), (
        "audience", "scope", "exempt", "conditions", "prohibitions", "quantity_limit", "standards", "checks", "batches",
    )),
    Section("situations", _("Situations"), ("situations",)),
    Section("lines", _("Materials"), ("lines",), {"lines": QUICK}),
    Section("steps", _("Steps and time limits"), ("steps", "limits", "special", "site_check")),
    Section("fees", _("Fees and result"), ("fee", "further_fees", "result")),
    Section("places", _("Places and contacts"), ("places", "contacts", "complaints", "elder", "supplements")),
    Section("basis", _("Basis and rights"), ("basis", "rights", "remedies")),
    Section("answers", _("Answers and mistakes"), ("questions", "mistakes")),
    Section("handling", _("How it is handled"), ("handling",)),
    Section("archiving", _("Handbook and archiving"), ("lines", "archiving"), {"lines": ("handbook",)}),
)  # fmt: skip

#: By what a row is known again while its words change; it is carried along and never typed.
KEYED: Mapping[type, str] = {Line: "id", Question: "key", Option: "key", SelfCheck: "key"}

_CARRIED = {Guide: {"key"}, Line: {"id", "position"}, Question: {"key"}, Option: {"key"}, SelfCheck: {"key"}}

#: Texts of more than a line.
LONG = frozenset(
    [
        "plain_title",
        "scope",
        "exempt",
        "quantity_limit",
        "acceptance",
        "fill_notes",
        "blank",
        "sample",
        "text",
        "answer",
        "note",
        "site_check",
        "validity",
        "reduction",
        "standard",
        "reason",
        "where",
        "entrusting",
        "notes",
        "cash",
        "in_person",
        "agent",
        "statutory_note",
        "promised_note",
        "source_note",
        "reuse_note",
        "remark",
        "promise",
        "renewal",
        "cure",
        "hours",
    ]
)


def section(key: str) -> Section:
    """Return the section with this key, the first for any other."""
    return next((each for each in SECTIONS if each.key == key), SECTIONS[0])


def section_of(path: str) -> Section:
    """Return the section on which a field is asked, the field being a path such as ``lines.2.name``."""
    first, _dot, rest = path.partition(".")
    if first == "lines" and rest.partition(".")[2].startswith("handbook"):
        return section("archiving")
    return next((each for each in SECTIONS if first in each.fields), SECTIONS[0])


def asked(kind: type, only: tuple[str, ...] | None = None) -> dict[str, str]:
    """Return the fields of a value class that an editor types, each with its Chinese word, in the order of the files."""
    carried = _CARRIED.get(kind, ())
    return {
        name: word
        for word, name in KEYS[kind].items()
        if name not in carried and (only is None or name in only)
    }


def label_of(path: str) -> str:
    """Return the words of a field as a person reads them: 申请材料 3 · 名称 for ``lines.2.name``."""
    words, kind = [], Guide
    parts = path.split(".")
    for at, part in enumerate(parts):
        if part.isdecimal():
            words[-1:] = [f"{words[-1]} {int(part) + 1}"] if words else []
            continue
        word = next((word for word, name in KEYS.get(kind, {}).items() if name == part), "")
        if not word:
            break
        words.append(word)
        kind = hint_of(parts[: at + 1])
    return " · ".join(words)


@cache
def _hint_at(parts: tuple[str, ...]) -> Any:
    hint: Any = Guide
    for part in parts:
        hint = optional(hint) if optional(hint) is not None else hint
        if part.isdecimal():
            hint = get_args(hint)[0]
        elif len(arms(hint)) > 1 and hint != Condition:
            hint = shape(Handbook).get(part)
        else:
            hint = shape(hint).get(part) if composed(hint) else None
        if hint is None:
            return None
    return hint


def hint_of(parts: Sequence[str]) -> Any:
    """Return the class of the field at a path, of the rows where it is a list; nothing for a path that leads nowhere."""
    hint = _hint_at(tuple(parts))
    hint = optional(hint) or hint
    if get_origin(hint) in (tuple, frozenset):
        hint = get_args(hint)[0]
    return Handbook if hint is not None and len(arms(hint)) > 1 and hint != Condition else hint
