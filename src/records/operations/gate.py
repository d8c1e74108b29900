"""The publication gate (发布关口): everything that speaks against a guide, found at once at submission and at publication."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date

from records.domain.centres import centres_of, check_supplements
from records.domain.findings import Finding
from records.domain.guide_lines import Proof, circles, proof_of
from records.domain.guide_parts import Guide as GuideBody
from records.domain.guides import check
from records.indexes.questions import proofs_of
from records.resources.site import Site
from records.rules import catalogue, intake_rules
from records.rules.statutes import statutes

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
    on = effective_on or max(today, guide.version.effective or today)
    if effective_on is not None:
        guide = replace(guide, version=replace(guide.version, effective=effective_on))
    return (
        *gate(
            guide,
            units={key: unit["credit_code"] for key, unit in site.office["units"].items()},
            today=today,
            results=results_on(site, {line.material for line in guide.lines}, on, but=guide.key),
            phones=phones_of(site.office),
            materials=standards(site).usable,
        ),
        *(found for found in circles(_proofs(site, proof_of(guide), on)) if found.subject == guide.key),
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


def results_on(site: Site, materials: Iterable[str], on: date, *, but: str = "") -> dict[str, str]:
    """Return those of some standard materials that a guide in force on a day yields, each with that guide's title."""
    found = {}
    for material in materials:
        proof = next((each for each in proofs_of(site, material, on) if each.key != but), None)
        if proof is not None:
            found[material] = proof.title
    return found


def _proofs(site: Site, own: Proof, on: date) -> Iterator[Proof]:
    """Yield a guide and those whose results it needs, directly or through one another; of many alike one is enough."""
    yield own
    waiting, seen = list(own.needs), set()
    while waiting:
        material = waiting.pop()
        if not material or material in seen:
            continue
        seen.add(material)
        alike = {each.needs: each for each in proofs_of(site, material, on) if each.key != own.key}
        yield from alike.values()
        waiting += [need for needs in alike for need in needs]
