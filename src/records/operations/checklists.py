"""The checklist (材料清单) of a dossier: the lines of its guide version against what is handed in and held."""

from __future__ import annotations

from datetime import date

from records.domain.checklists import Checklist, Entry, checklist
from records.domain.guide_parts import Guide, Line
from records.domain.materials import HeldMaterial, Need
from records.domain.vocabulary import ApplicantKind, Grade, MaterialSource, MaterialStatus
from records.indexes import questions
from records.resources.dossiers import Dossier
from records.resources.materials import Material
from records.resources.site import Site
from records.rules import catalogue

from .guides import content


def guide_of(site: Site, dossier: Dossier) -> Guide:
    """Return the guide version that judges a dossier, as it was on the day of receipt (I5)."""
    return content(site.guides[dossier.guide].version(dossier.guide_version))


def as_held(material: Material) -> HeldMaterial:
    """Return what the rules need to know of a material."""
    return HeldMaterial(
        id=material.id,
        standard=material.standard,
        title=material.title,
        number=material.document_number,
        issuer=material.issuer,
        issued_on=material.issued_on,
        valid_from=material.valid_from,
        valid_until=material.valid_until,
        grade=Grade(material.grade),
        status=MaterialStatus(material.status),
        source=MaterialSource(material.source),
        verified_by=material.verified_by,
        verified_on=material.verified_on,
        disputed=material.disputed,
        digest=material.renditions[-1][0] if material.renditions else "",
        situation=material.situation,
        dossiers=frozenset({material.source_dossier}),
    )


def held_by(site: Site, dossier: Dossier, standard: str | None = None) -> list[HeldMaterial]:
    """Return what the library holds for a dossier's applicant, all or of one standard material."""
    return [as_held(material) for material in questions.library(site, dossier.applicant, standard)]


def need_of(dossier: Dossier, line: Line, *, today: date) -> Need:
    """Return what a line of a dossier needs today."""
    return Need(
        line=line,
        standard=catalogue.materials()[line.material],
        needed_on=today,
        purpose=dossier.guide,
        chain=frozenset({dossier.id}),
    )


def checklist_of(site: Site, dossier: Dossier, *, today: date) -> Checklist:
    """Return each line with its state: filled, held, to be confirmed, missing or not needed."""
    return checklist(
        guide_of(site, dossier),
        applicant=ApplicantKind(site.applicants[dossier.applicant].applicant_kind),
        answers=dict(dossier.situation),
        held=held_by(site, dossier),
        entries=[
            Entry(line, material, MaterialSource(how), note=note)
            for line, material, _, how, _, _, note in dossier.entries
            if line
        ],
        standards=catalogue.materials(),
        today=today,
        chain=(dossier.id,),
        dropped=_dropped(site, dossier, today=today),
    )


def _dropped(site: Site, dossier: Dossier, *, today: date) -> frozenset[str]:
    """Return the lines, still empty, whose material the guide in force today no longer asks for (I5)."""
    now = site.guides[dossier.guide].in_force(today)
    if now is None or now.version <= dossier.guide_version:
        return frozenset()
    asked = {line.material for line in content(now).lines}
    filled = {entry[0] for entry in dossier.entries}
    return frozenset(line.id for line in guide_of(site, dossier).lines if line.material not in asked) - filled
