"""Guides from files: read, checked by the publication gate's own rules, stored as drafts; all findings at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from records.domain.findings import Finding, Refused, blocking
from records.domain.guide_parts import Guide as GuideBody
from records.exchange.guides import read_guide
from records.resources.guides import Guide

from .acts import Act
from .editions import written
from .gate import findings_of, gate
from .guides import save_draft


def read_and_check(
    source: Path | str | bytes,
    name: str,
    *,
    units: Mapping[str, str],
    today: date,
    results: Mapping[str, str] | None = None,
    phones: Mapping[str, str] | None = None,
) -> tuple[GuideBody | None, tuple[Finding, ...]]:
    """Read a guide file and check it as ``gate`` does; findings name file, line and field."""
    guide, located = read_guide(source, name)
    found = tuple(each.finding for each in located)
    if guide is None:
        return None, found
    return guide, (
        *found,
        *gate(
            guide,
            units=units or {guide.unit: guide.codes.implementation[:18]},
            today=today,
            results=results,
            phones=phones,
        ),
    )


def import_guide(act: Act, *, source: Path | str | bytes, name: str) -> Guide | Refused:
    """Store a guide file as the draft of whoever drafts for its unit; nothing is stored when anything blocks."""
    guide, located = read_guide(source, name)
    found = tuple(each.finding for each in located)
    if guide is not None:
        found = (*found, *findings_of(act.site, guide, today=act.today))
    if guide is None or blocking(found):
        return Refused(blocking(found) or found)
    record = act.site.guides.get(guide.key)
    newest = record.open_edition() if record is not None else None
    if newest is not None and newest.digest == written(guide)[1]:
        return Refused((Finding("guide.unchanged", params={"key": guide.key}),))
    return save_draft(act, guide)
