"""What the office's tables say of an item (分类、归档范围、保管期限): its own rows over the shipped examples, dated, explained.

A case is judged by the tables in force on the day of its closing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from records.domain.file_plan import (
    Attribute,
    Inherited,
    Level,
    Plan,
    PlanRow,
    Setting,
    inherit,
    retention_settings,
    settings_for,
)
from records.domain.findings import Finding, Refused
from records.domain.guide_parts import Guide
from records.domain.retention import ANY_FONDS, RetentionRow, Trigger, longest
from records.domain.scope import InScope, Scope, ScopeRow, scope_of
from records.domain.vocabulary import ArchiveClass, Retention, Stage
from records.resources.site import Site
from records.rules import retention_rows
from records.rules.classification import SETS, classification
from records.rules.scope import scope_rows

UNDETERMINED = "档案法实施条例 第十九条"


@dataclass(frozen=True, slots=True)
class Case:
    """What the tables ask of a case: its guide, its fonds (a unit's key), the day of closing, and its marks."""

    guide: Guide
    version: int
    fonds: str
    on: date
    marks: frozenset[str]

    @property
    def item_type(self) -> str:
        """Return the two digits of the type of its item."""
        return self.guide.item_type.value


def _approval(site: Site, fonds: str) -> str:
    approved = site.office.get("retention", {})
    if fonds == ANY_FONDS:
        return "、".join(dict.fromkeys(each["approval"] for each in approved.values()))
    return approved.get(fonds, {}).get("approval", "")


def _number(site: Site, fonds: str) -> str:
    return ANY_FONDS if fonds == ANY_FONDS else site.office["fonds"][fonds]["number"]


def own_retention(site: Site) -> tuple[RetentionRow, ...]:
    """Return the office's own retention table (本机关保管期限表), each row under the approval of its fonds."""
    return tuple(
        RetentionRow(
            item=row["item"],
            title=row["title"],
            fonds=_number(site, row["fonds"]),
            retention=Retention(row["retention"]),
            basis=row["basis"],
            approval=_approval(site, row["fonds"]),
            approved=True,
            since=row["since"],
            until=row["until"],
            trigger=Trigger(row["trigger"]),
        )
        for row in site.office.get("retention_table", ())
    )


def own_scope(site: Site) -> tuple[ScopeRow, ...]:
    """Return the office's own scope table (本机关归档范围)."""
    return tuple(
        ScopeRow(
            stage=Stage(row["stage"]),
            paper=row["paper"],
            title=row["title"],
            klass=ArchiveClass(row["class"]),
            necessity=InScope(row["necessity"]),
            when=frozenset(row["when"].split()),
            item=row["item"],
            fonds=_number(site, row["fonds"]),
            retention=Retention(row["retention"]) if row["retention"] else None,
            basis=row["basis"],
            approval=_approval(site, row["fonds"]),
            since=row["since"],
            until=row["until"],
        )
        for row in site.office.get("scope_table", ())
    )


def own_classification(site: Site) -> tuple[PlanRow, ...]:
    """Return the office's own classification (本机关分类方案)."""
    return tuple(
        PlanRow(
            level=Level(row["level"]),
            key=row["key"],
            fonds=_number(site, row["fonds"]),
            title=row["title"],
            values={attribute: row[column] for column, attribute in SETS.items() if row[column]},
            basis=row["basis"],
            approval=_approval(site, row["fonds"]),
            since=row["since"],
            until=row["until"],
        )
        for row in site.office.get("classification", ())
    )


def scope_for(site: Site, case: Case) -> Scope:
    """Return the archiving scope of a case (归档范围) by the tables of its time."""
    return scope_of(
        (*scope_rows(), *own_scope(site)),
        item=case.guide.key,
        item_type=case.item_type,
        fonds=_number(site, case.fonds),
        on=case.on,
        marks=case.marks,
        lines=[line.id for line in case.guide.lines],
    )


def plan_for(site: Site, case: Case, papers: Iterable[str] = ()) -> Plan | Refused:
    """Return what the file plan sets for a case, each value with its origin; the longest paper decides the period.

    Where the fonds has an own table in force, its examples and the guide's own word no longer set a period: what the
    table leaves out is undetermined (``retention.undetermined``) until a row covers it.
    """
    return plan_of(
        case,
        number=_number(site, case.fonds),
        retention=own_retention(site),
        classes=own_classification(site),
        paper=scope_for(site, case).retention(papers),
    )


def plan_of(
    case: Case,
    *,
    number: str,
    retention: tuple[RetentionRow, ...] = (),
    classes: tuple[PlanRow, ...] = (),
    paper: Retention | None = None,
) -> Plan | Refused:
    """Return the file plan of a case under the office's own rows; without any, by the shipped examples and the guide."""
    guide = case.guide
    said = f"办事指南第{case.version}版归档要求（示例，待批准）"
    by_guide = {
        Attribute.CATEGORY: guide.archiving.category,
        Attribute.RETENTION: guide.archiving.retention.value,
    }
    key = {"item": guide.key, "item_type": case.item_type, "fonds": number, "on": case.on}
    classed = settings_for((*classification(), *classes), category=guide.archiving.category, **key)
    category = next(
        (
            each.values[Attribute.CATEGORY]
            for each in reversed(classed)
            if each.approved and Attribute.CATEGORY in each.values
        ),
        guide.archiving.category,
    )
    rows = retention_settings(
        (*retention_rows(), *retention), category=category, refused="refused" in case.marks, **key
    )
    own = any(row.fonds in (number, ANY_FONDS) and row.in_force(case.on) for row in retention)
    if own:
        by_guide.pop(Attribute.RETENTION)
    settings = (
        *(each for each in classed if not each.approved),
        *(each for each in rows if not each.approved and not own),
        Setting(Level.GUIDE, by_guide, said),
        *(each for each in (*classed, *rows) if each.approved),
    )
    plan = inherit(settings)
    kept = plan.value(Attribute.RETENTION)
    if not kept:
        params = {"item": guide.title, "fonds": number, "day": case.on.isoformat()}
        return Refused(
            (Finding("retention.undetermined", subject="retention", params=params, basis=UNDETERMINED),)
        )
    return _with_paper(plan, paper) if paper is not None else plan


def _with_paper(plan: Plan, paper: Retention) -> Plan:
    """Let the paper that must be kept longest decide the period of the whole item (以最长者为准)."""
    held = plan.values[Attribute.RETENTION]
    period = longest((Retention(held.value), paper))
    if period == held.value:
        return plan
    past = (*held.overridden, (held.level, held.value, held.source))
    longer = Inherited(Attribute.RETENTION, period.value, Level.PAPER, "归档范围表：以件内最长者为准", past)
    return Plan({**plan.values, Attribute.RETENTION: longer}, plan.findings)
