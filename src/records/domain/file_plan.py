"""The file plan (分类方案): fonds, category, type of item, item; each level may set what those below it inherit.

What stands nearest to the item holds, with one exception: confidentiality (密级) may rise on the way down and never fall.
Every value knows from which level and by which paper it comes, and what it overrode.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from .findings import Finding, Severity
from .retention import ANY_FONDS, RetentionRow, nearness
from .vocabulary import Term


class Level(Term):
    """A level of the file plan (层级), the widest first."""

    FONDS = "fonds", "全宗"
    CLASS = "class", "门类"
    TYPE = "type", "事项类型"
    ITEM = "item", "事项"
    GUIDE = "guide", "办事指南"
    PAPER = "paper", "件内文件"


class Secrecy(Term):
    """How confidential an item is (密级), the least first; secret papers are not kept here."""

    OPEN = "国内", "国内"
    INTERNAL = "内部", "内部"


class Attribute(Term):
    """What the plan sets (继承项)."""

    CATEGORY = "category", "门类"
    RETENTION = "retention", "保管期限"
    TRIGGER = "trigger", "起算"
    SECURITY = "security", "密级"
    OPENING = "opening", "开放状态"


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One row of a classification table (分类表): what a level sets, by which paper, and from when.

    ``key`` names the category, the two digits of a type, or the item; empty at the level of the fonds.
    """

    level: Level
    key: str
    fonds: str
    title: str
    values: Mapping[Attribute, str]
    basis: str
    approval: str
    since: date
    until: date | None = None

    def in_force(self, on: date) -> bool:
        """Tell whether the row is in force on a civil day."""
        return self.since <= on and (self.until is None or on <= self.until)


@dataclass(frozen=True, slots=True)
class Setting:
    """What one level says (设定): its values and where it says so; approved ones come from the office's own tables."""

    level: Level
    values: Mapping[Attribute, str]
    source: str
    approved: bool = False


@dataclass(frozen=True, slots=True)
class Inherited:
    """One value as it holds for an item, where it comes from, and which levels said something else (来源说明)."""

    attribute: Attribute
    value: str
    level: Level
    source: str
    overridden: tuple[tuple[Level, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What the file plan says of one item: every value with its origin, and what is wrong with the plan itself."""

    values: Mapping[Attribute, Inherited]
    findings: tuple[Finding, ...] = field(default=())

    def value(self, attribute: Attribute, otherwise: str = "") -> str:
        """Return a value, or what holds where no level says anything."""
        found = self.values.get(attribute)
        return found.value if found else otherwise

    def explain(self) -> tuple[str, ...]:
        """Return one sentence for each value: what holds, from which level, by what, and what it overrode."""
        sentences = []
        for each in self.values.values():
            head = f"{each.attribute.label} {each.value}：{each.level.label}（{each.source}）"
            rest = "；".join(f"{level.label}原为 {value}" for level, value, _ in each.overridden)
            sentences.append(f"{head}；{rest}" if rest else head)
        return tuple(sentences)


def inherit(settings: Sequence[Setting]) -> Plan:
    """Hand values down (继承) from the widest level to the narrowest; ``settings`` stand in that order, examples first.

    Findings: ``plan.confidentiality-lowered`` where a level below tries to lower the secrecy; the higher one holds.
    """
    values: dict[Attribute, Inherited] = {}
    findings: list[Finding] = []
    ranks = {word.value: at for at, word in enumerate(Secrecy)}
    for setting in settings:
        for attribute, value in setting.values.items():
            before = values.get(attribute)
            if not value:
                continue
            if attribute is Attribute.SECURITY and before and ranks[value] < ranks[before.value]:
                params = {"level": setting.level.label, "value": value, "kept": before.value}
                findings.append(Finding("plan.confidentiality-lowered", Severity.WARNS, "security", params))
                continue
            if before and before.value == value and not setting.approved:
                continue
            past = before.overridden if before else ()
            if before and before.value != value:
                past = (*past, (before.level, before.value, before.source))
            values[attribute] = Inherited(attribute, value, setting.level, setting.source, past)
    return Plan(values, tuple(findings))


def settings_for(
    rows: Iterable[PlanRow], *, item: str, item_type: str, category: str, fonds: str, on: date
) -> tuple[Setting, ...]:
    """Return what the rows of a classification in force on a day say for an item, widest level first, examples before approved."""
    keys = {Level.FONDS: "", Level.CLASS: category, Level.TYPE: item_type, Level.ITEM: item}
    fitting = [
        row
        for row in rows
        if row.fonds in (fonds, ANY_FONDS) and row.in_force(on) and keys.get(row.level) == row.key
    ]
    levels = list(Level)
    fitting.sort(key=lambda row: (bool(row.approval), levels.index(row.level), row.fonds == fonds, row.since))
    return tuple(
        Setting(row.level, row.values, f"{row.basis} {row.approval}".strip(), bool(row.approval))
        for row in fitting
    )


def retention_settings(
    rows: Iterable[RetentionRow],
    *,
    item: str,
    item_type: str,
    category: str,
    fonds: str,
    on: date,
    refused: bool,
) -> tuple[Setting, ...]:
    """Return what the rows of a retention table in force on a day say for an item, widest level first, examples before approved."""
    near = nearness(item, item_type=item_type, category=category, refused=refused)
    fitting = [
        row for row in rows if row.item in near and row.fonds in (fonds, ANY_FONDS) and row.in_force(on)
    ]
    fitting.sort(key=lambda row: (row.approved, near[row.item], row.fonds == fonds, row.since))
    level_of = (Level.FONDS, Level.CLASS, Level.TYPE, Level.TYPE, Level.ITEM)
    return tuple(
        Setting(
            level_of[near[row.item]],
            {Attribute.RETENTION: row.retention.value, Attribute.TRIGGER: row.trigger.value},
            f"{row.title} {row.basis} {row.approval}".strip(),
            row.approved,
        )
        for row in fitting
    )
