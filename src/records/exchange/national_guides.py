"""An item of the national list (实施清单) as a guide, and a guide as rows of the list.

What a file does not say stays as the guide had it; nothing is guessed. What a guide needs and the list has no column for is left
empty, and the publication gate names it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from records.domain.deadlines import SpecialProcedure
from records.domain.findings import Finding, Severity
from records.domain.guide_elements import Handling, Place, Step
from records.domain.guide_parts import (
    AcceptanceSystem,
    Archiving,
    Citation,
    Codes,
    Elder,
    Faq,
    Fee,
    Guide,
    Limits,
    Line,
    LineKind,
    LineSource,
    MaterialForm,
    Remedies,
    Result,
    ResultKind,
    Special,
    Version,
)
from records.domain.periods import Period
from records.domain.plain import arms, optional, shape
from records.domain.standards import Standards
from records.domain.vocabulary import Grade, ItemKind, ItemType, Limit, Necessity, Retention
from records.rules import catalogue, national

from . import national_cells as cells
from .national import Item, Row
from .national_reading import CellReader, Reading

_NONE = frozenset({"", "无", "无。", "没有", "/", "-", "不涉及"})
_SPLIT_FLOW = re.compile(r"\s*(?:——?|-{1,2}>|→|⇒|>|＞|；|;|\n)\s*")


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of the office as the list names it: our key and its name."""

    key: str
    name: str


@dataclass(slots=True)
class Composed:
    """The guide that an item stands for, or nothing; whether it is in use at its source, and how its rows were read."""

    reading: Reading
    guide: Guide | None = None
    in_use: bool = True


def compose(
    item: Item,
    cells: CellReader,
    *,
    units: Mapping[str, Unit],
    base: Guide | None = None,
    standards: Standards | None = None,
) -> Composed:
    """Return an item as a guide over the guide as it stands (``base``).

    ``units`` are the office's by credit code, ``standards`` its standard materials, the shipped ones unless given.
    """
    return _Writer(item, Reading(cells), base, standards or catalogue.shipped()).write(units)


class _Writer:
    """Writes one guide; all that is wrong in any cell is collected before anything is refused."""

    def __init__(self, item: Item, reading: Reading, base: Guide | None, known: Standards) -> None:
        self.item, self.base, self.known = item, base, known
        self.wrong = reading.wrong
        self.done = Composed(reading)
        self.said: dict[str, Any] = {}

    def row(self, row: Row) -> dict[str, Any]:
        """Read a row about the item itself, and keep what it says of each field."""
        read = self.done.reading.row(row, "")
        known = national.known(row.head.table)
        self.said |= {known[name].field: value for name, value in read.items() if known[name].field}
        return read

    def write(self, units: Mapping[str, Unit]) -> Composed:
        """Read the cells of every table and put the guide together."""
        row = self.item.general
        general = self.row(row)
        extra = self.item.rows.get("extend", [])
        for each in extra[:1]:
            self.row(each)
        for each in extra[1:]:
            self.wrong(Finding("import.second-row"), each)
        self.done.in_use = general.get("task_state") in (None, "in-use")
        unit = units.get(general.get("dept_code") or "")
        if unit is None and general.get("dept_code"):
            self.wrong(
                Finding("import.unit-unknown", params={"code": general["dept_code"]}), row, "dept_code"
            )
        tables = {
            table: [
                (each, self.done.reading.row(each, f"{path}.{at}"))
                for at, each in enumerate(self.item.rows.get(table, ()))
            ]
            for table, path in _LISTS.items()
        }
        parts = self.parts(general, tables)
        if unit is None or any(found.stops for found in self.done.reading.findings):
            return self.done
        self.done.guide = self.guide(unit, general, parts)
        return self.done

    def parts(self, general: dict, tables: dict[str, list[tuple[Row, dict]]]) -> dict[str, Any]:
        """Return the parts of the guide that are more than a single cell."""
        base, found = self.base, {}
        found["limits"] = self.limits(general)
        if tables["material"]:
            found["lines"] = tuple(
                self.line(row, read, at) for at, (row, read) in enumerate(tables["material"], start=1)
            )
        if tables["basis"]:
            found["basis"] = tuple(_citation(read) for _, read in tables["basis"])
        elif "by_law" in general:
            found["basis"] = self.cited(general["by_law"])
        if tables["step"]:
            found["steps"] = tuple(
                Step(
                    read.get("step_name", ""),
                    *(read.get(f"step_{part}", "") for part in ("person", "limit", "stand", "result")),
                )
                for _, read in tables["step"]
            )
        elif "handle_flow" in general and not (base and base.steps):
            names = [name for text in general["handle_flow"] for name in _SPLIT_FLOW.split(text) if name]
            found["steps"] = tuple(Step(name, "", "", "") for name in names)
        if tables["question"]:
            found["questions"] = tuple(
                Faq(read.get("question", ""), read.get("answer", "")) for _, read in tables["question"]
            )
        found |= self.fees(general, tables["fee"])
        if tables["window"]:
            found["places"] = tuple(
                Place(*(read.get(f"window_{part}", "") for part in ("name", "addr", "code", "tel", "time")))
                for _, read in tables["window"]
            )
        elif "transact_addr" in general and not (base and base.places):
            phone = next(
                (contact.value for contact in general.get("link_way", ()) if contact.way == "电话"), ""
            )
            place = Place(
                general.get("accept_dept", general.get("dept_name", "")),
                general["transact_addr"],
                "",
                phone,
                general.get("transact_time", ""),
            )
            found["places"] = (place,)
        if "special_procedure" in general:
            found["special"] = self.special(general["special_procedure"])
        return found

    def limits(self, general: dict) -> dict[str, Any]:
        """Read both time limits with their units; hours are no unit that a clock of the office knows."""
        found: dict[str, Any] = {}
        for ours, name in (("statutory", "anticipate"), ("promised", "promise")):
            n, unit = general.get(f"{name}_day"), general.get(f"{name}_type")
            if n is None and unit != Limit.AT_ONCE:
                continue
            if n is not None and unit is None:
                row = self.item.general
                column = national.columns()["general"][f"{name}_type"]
                self.wrong(Finding("import.unit-missing", params={"label": column.label}), row, column.name)
                continue
            n = n or 0
            if ours == "statutory" and n == 0 and unit != Limit.AT_ONCE:
                found[ours] = None
            else:
                found[ours] = Period(n, Limit(unit)) if n else Period(0, Limit.AT_ONCE)
        return found

    def line(self, row: Row, read: dict[str, Any], at: int) -> Line:
        """Return a material as the line of the guide that it was, changed where the row says so, or as a new one."""
        name = read.get("material_name", "")
        key = re.sub(r"[^A-Za-z0-9._-]", "", read.get("materialid", ""))[:64]
        before = self.base.lines if self.base else ()
        line = next((each for each in before if each.id == key), None) or next(
            (each for each in before if each.name == name), None
        )
        known = self.known
        code = read.get("basematerialid", "")
        if code not in known:
            named = self.known.material_named(read.get("basematerialname", "")) or self.known.material_named(
                name
            )
            code = named.code if named else (line.material if line else "")
        line = line or _blank_line(key or f"m{at}", code, read, self.known)
        said = {
            column.field: _typed(Line, column.field, read[column.name])
            for column in national.columns()["material"].values()
            if column.name in read and column.field not in ("", "id", "material")
        }
        said.setdefault("position", at)
        if "page_num" in read:
            said.setdefault("originals", read["page_num"])
        return replace(line, material=code, **said)

    def cited(self, texts: tuple[str, ...]) -> tuple[Citation, ...]:
        """Read the laws out of one cell of prose; a cell that names none is wrong."""
        found = tuple(self.as_before(law) for text in texts for law in cells.laws(text))
        if texts and not found:
            self.wrong(
                Finding("import.law-unread", params={"begins": texts[0][:30]}), self.item.general, "by_law"
            )
        return found

    def as_before(self, law: Citation) -> Citation:
        """Keep number and revision that the guide already knows of a law which the cell only names."""
        for old in self.base.basis if self.base else ():
            if old.name == law.name and law.number in ("", old.number):
                return replace(
                    law, number=old.number, revision=old.revision, articles=law.articles or old.articles
                )
        return law

    def fees(self, general: dict, rows: list[tuple[Row, dict]]) -> dict[str, Any]:
        """Read what is charged; yes without a fee, and fees although no, are wrong."""
        charged = general.get("is_fee")
        if charged and not rows:
            if self.base is not None and self.base.fees:
                return {}
            self.wrong(Finding("import.fee-missing"), self.item.general, "is_fee")
        if charged is False and rows:
            self.wrong(Finding("import.fee-though-free"), rows[0][0])
        if not rows:
            return {"fee": None, "further_fees": ()} if charged is False else {}
        fees = tuple(
            Fee(
                read.get("fee_name", ""),
                read.get("fee_stand", ""),
                read.get("by_law", general.get("fee_basis", "")),
                reducible=read.get("is_desc", False),
                reduction_basis=read.get("desc_explain", ""),
            )
            for _, read in rows
        )
        return {"fee": fees[0], "further_fees": fees[1:]}

    def special(self, text: str) -> tuple[Special, ...]:
        """Read the procedures that stop the clock; the law knows eight, and what names none of them stops nothing."""
        if text in _NONE:
            return ()
        before = {each.kind: each for each in (self.base.special if self.base else ())}
        told = [(_SPECIAL.get(line.partition("：")[0]), line.partition("：")[2]) for line in text.split("\n")]
        if all(kind and note_ for kind, note_ in told):
            return tuple(
                replace(before[kind], note=note_) if kind in before else Special(kind, note_)
                for kind, note_ in told
            )
        kinds = [kind for kind in SpecialProcedure if kind.label in text]
        if not kinds:
            found = Finding(
                "import.special-unknown",
                Severity.WARNS,
                params={"text": text[:40]},
                basis="行政许可法 第四十五条",
            )
            self.wrong(found, self.item.general, "special_procedure", stops=False)
        return tuple(
            replace(before[kind], note=text) if kind in before else Special(kind, text) for kind in kinds
        )

    def guide(self, unit: Unit, general: dict[str, Any], parts: dict[str, Any]) -> Guide:
        """Put the guide together: what the file says over what stood there before."""
        base = self.base or _blank(self.item.code, unit)
        own = {path: value for path, value in self.said.items() if path in _OWN}
        changed: dict[str, Any] = {"unit": unit.key, "unit_name": general.get("dept_name", unit.name)}
        nested: dict[str, dict[str, Any]] = {"limits": dict(parts.pop("limits"))}
        for path, value in own.items():
            head, _, name = path.partition(".")
            if name:
                nested.setdefault(head, {})[name] = _typed(_NESTED[head], name, value)
            else:
                changed[head] = _typed(Guide, head, value)
        for head, values in nested.items():
            changed[head] = replace(getattr(base, head), **values)
        if "quantity_limit" in changed and changed["quantity_limit"] in ("无", "无。"):
            changed["quantity_limit"] = "没有数量限制"
        result = changed.get("result", base.result)
        if not result.material and result.kind is not ResultKind.NONE:
            named = self.known.material_named(result.name)
            if named is not None:
                changed["result"] = replace(result, material=named.code)
        return replace(base, **changed, **parts)


_SPECIAL = {kind.label: kind for kind in SpecialProcedure}
_LISTS = {
    "material": "lines",
    "basis": "basis",
    "step": "steps",
    "question": "questions",
    "fee": "fees",
    "window": "places",
}
_NESTED: Mapping[str, type] = {
    "codes": Codes, "handling": Handling, "limits": Limits, "result": Result, "remedies": Remedies, "archiving": Archiving,
    "elder": Elder, "version": Version,
}  # fmt: skip
_OWN = frozenset(
    column.field
    for table in ("general", "extend")
    for column in national.columns()[table].values()
    if column.field
) - {"unit_name"}


@cache
def _reader(kind: type, name: str) -> Callable[[Any], Any]:
    """Return what turns a read cell into the type of a field: the word of a closed list, a list of them, or itself."""
    hint = shape(kind)[name]
    hint = optional(hint) or hint
    inner = getattr(hint, "__args__", (None,))[0] if len(arms(hint)) == 1 else None
    if isinstance(hint, type) and issubclass(hint, str) and hint is not str:
        return hint
    if isinstance(inner, type) and issubclass(inner, str) and inner is not str:
        return lambda value: tuple(map(inner, value))
    return lambda value: value


def _typed(kind: type, name: str, value: Any) -> Any:
    return _reader(kind, name)(value)


def _citation(read: dict[str, Any]) -> Citation:
    return Citation(
        read.get("law_name", "").strip("《》"),
        read.get("law_number", ""),
        read.get("law_revision"),
        read.get("law_articles", ()),
        read.get("law_content", ""),
    )


def _blank_line(key: str, code: str, read: dict[str, Any], standards: Standards) -> Line:
    """Return a line of which only the catalogue of standard materials is known, its grades among them."""
    known = standards.get(code)
    kind = LineKind(read.get("material_type", LineKind.OTHER))
    grades = (
        known.grades
        if known
        else frozenset({Grade.A, Grade.B} if kind is LineKind.CERTIFICATE else {Grade.D})
    )
    return Line(
        id=key,
        position=0,
        material=code,
        name="",
        kind=kind,
        form=MaterialForm.EITHER,
        originals=0,
        copies=0,
        necessity=Necessity.REQUIRED,
        source=LineSource.ORGAN if kind is LineKind.CERTIFICATE else LineSource.APPLICANT,
        issuer="",
        acceptance="",
        basis="",
        grades=grades,
    )


def _blank(key: str, unit: Unit) -> Guide:
    """Return a guide that says nothing yet. The two legal remedies have the terms of their laws, delivery that of 许可法 44."""
    return Guide(
        key=key, title="", plain_title="", unit=unit.key, unit_name=unit.name, fonds=unit.key,
        item_type=ItemType.SERVICE, item_kind=ItemKind.PROMISED, acceptance=AcceptanceSystem.HERE,
        codes=Codes("", "", ""), audience=(), scope="", basis=(), conditions=(), quantity_limit="", lines=(), steps=(),
        limits=Limits("", None, Period(0, Limit.AT_ONCE), Period(10, Limit.WORKING_DAYS)), fee=None,
        result=Result("", ResultKind.NONE, "", "", None), places=(), contacts=(), complaints=(), rights=(),
        remedies=Remedies("", Period(60, Limit.DAYS), "", Period(6, Limit.MONTHS)),
        archiving=Archiving("", "", Retention.D30, ""), elder=Elder("", "", ""), version=Version(1, None),
    )  # fmt: skip
