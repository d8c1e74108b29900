"""Guides from files: read, checked by the publication gate's own rules, stored as drafts; all findings at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from records.domain.findings import Finding, Refused, blocking
from records.domain.guide_parts import Guide as GuideBody
from records.domain.guides import check
from records.domain.permissions import Permission
from records.exchange.guides import read_guide
from records.resources.guides import Guide
from records.rules import catalogue, intake_rules
from records.rules.statutes import statutes

from .acts import Act
from .guides import draft_guide


def gate(guide: GuideBody, *, units: Mapping[str, str], today: date) -> tuple[Finding, ...]:
    """Return everything the publication gate finds in a guide; ``units`` maps the office's units to credit codes."""
    return check(
        guide,
        statutes=statutes(),
        materials=catalogue.materials().keys(),
        units=units,
        limits=intake_rules().keys(),
        wording=catalogue.wording(),
        today=today,
    )


def read_and_check(
    source: Path | str, name: str, *, units: Mapping[str, str], today: date
) -> tuple[GuideBody | None, tuple[Finding, ...]]:
    """Read a guide file and check it; findings name file, line and field."""
    guide, located = read_guide(source, name)
    found = tuple(each.finding for each in located)
    if guide is None:
        return None, found
    return guide, (
        *found,
        *gate(guide, units=units or {guide.unit: guide.codes.implementation[:18]}, today=today),
    )


def import_guide(act: Act, *, source: Path | str, name: str) -> Guide | Refused:
    """Store a guide file as a new draft of whoever drafts for its unit; nothing is stored when anything blocks."""
    units = {key: unit["credit_code"] for key, unit in act.site.office["units"].items()}
    guide, found = read_and_check(source, name, units=units, today=act.today)
    if guide is None or blocking(found):
        return Refused(blocking(found) or found)
    if not act.matrix.permits(act.by, Permission.GUIDE_DRAFT, unit=guide.unit):
        return Refused((Finding("permission.denied", params={"permission": Permission.GUIDE_DRAFT.value}),))
    return draft_guide(act, guide)
