"""The publication gate (发布关口): everything that speaks against a guide, found at once at submission and at publication."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import date

from records.domain.centres import centres_of, check_supplements
from records.domain.findings import Finding
from records.domain.guide_parts import Guide as GuideBody
from records.domain.guides import check, circles
from records.domain.vocabulary import Necessity
from records.resources.guides import Guide, GuideVersion
from records.resources.site import Site
from records.rules import catalogue, intake_rules
from records.rules.statutes import statutes

from .editions import content
from .standards import standards


def gate(
    guide: GuideBody,
    *,
    units: Mapping[str, str],
    today: date,
    results: Mapping[str, str] | None = None,
    phones: Mapping[str, str] | None = None,
    materials: Collection[str] | None = None,
) -> tuple[Finding, ...]:
    """Return everything the publication gate finds in a guide; ``units`` maps the office's units to credit codes.

    ``results`` maps the materials that other published guides yield to their titles, ``phones`` the office's units
    and places to their telephones; what is not given is not looked at. ``materials`` are the office's own standard
    materials, the shipped ones unless given.
    """
    return check(
        guide,
        statutes=statutes(),
        materials=catalogue.materials().keys() if materials is None else materials,
        units=units,
        limits=intake_rules().keys(),
        wording=catalogue.wording(),
        today=today,
        results=results,
        phones=phones,
    )


def findings_of(
    site: Site, guide: GuideBody, *, today: date, effective_on: date | None = None
) -> tuple[Finding, ...]:
    """Return everything that speaks against publishing a guide in this office, blocking and warning, at once.

    Beside the guide itself its neighbours are looked at: what other guides in force on ``effective_on`` yield, proofs
    that go in a circle with them, and the centres that add something of their own.
    """
    planned = guide.version.effective
    on = effective_on or max(today, planned or today)
    others = _yielding(site, guide.key, on)
    if effective_on is not None:
        guide = replace(guide, version=replace(guide.version, effective=effective_on))
    return (
        *gate(
            guide,
            units={key: unit["credit_code"] for key, unit in site.office["units"].items()},
            today=today,
            results={material: titles[0][0].title for material, titles in others.items()},
            phones=phones_of(site.office),
            materials=standards(site).usable,
        ),
        *(found for found in circles(tuple(_needed(guide, others))) if found.subject == guide.key),
        *check_supplements(guide, centres=centres_of(site.office.get("centres", ()))),
    )


def phones_of(office: Mapping) -> dict[str, str]:
    """Return the telephones of an office: of the hall, its units and its centres, and those it lists beside them."""
    return {
        **{name: office.get(name, "") for name in ("phone", "supervision_phone")},
        **{f"units.{key}": unit["phone"] for key, unit in office["units"].items()},
        **{f"centres.{centre['key']}": centre["phone"] for centre in office.get("centres", ())},
        **{f"telephones.{listed['phone']}": listed["phone"] for listed in office.get("telephones", ())},
    }


def yields_of(version: GuideVersion) -> str:
    """Return the standard material that the item of a version gives, an empty text where it gives none."""
    if version.yields is None:
        return json.loads(version.body)["result"]["material"]
    return version.yields


def _yielding(site: Site, key: str, on: date) -> dict[str, list[tuple[Guide, GuideVersion]]]:
    """Return the other guides in force on a day by the standard material that they yield."""
    found: dict[str, list[tuple[Guide, GuideVersion]]] = {}
    for other in site.guides.values():
        version = other.in_force(on) if other.key != key else None
        material = yields_of(version) if version is not None else ""
        if material:
            found.setdefault(material, []).append((other, version))
    return found


def _needed(
    guide: GuideBody, yielding: Mapping[str, list[tuple[Guide, GuideVersion]]]
) -> Iterator[GuideBody]:
    """Yield a guide and all others whose results it needs, directly or through one another."""
    waiting, seen = [guide], {guide.key}
    while waiting:
        body = waiting.pop()
        yield body
        for line in body.lines:
            if line.necessity is Necessity.CONDITIONAL:
                continue
            for other, version in yielding.get(line.material, ()):
                if other.key not in seen:
                    seen.add(other.key)
                    waiting.append(content(version))
