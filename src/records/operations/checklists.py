"""The checklist (材料清单) of a dossier: the lines of its guide version against what is handed in and held."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from records.domain.checklists import Checklist, Entry, checklist, expiring
from records.domain.clocks import Calendar, due
from records.domain.findings import Finding, Severity
from records.domain.guide_parts import Guide, Line
from records.domain.identifiers import LICENCE_ROOT, licence_identifier
from records.domain.materials import HeldMaterial, Need, Via, bundle
from records.domain.standards import resolved
from records.domain.vocabulary import ApplicantKind, Grade, MaterialSource, MaterialStatus
from records.resources.dossiers import Dossier
from records.resources.materials import Material
from records.resources.site import Site

from .guides import content
from .standards import standards
from .subjects import reachable


def guide_of(site: Site, dossier: Dossier) -> Guide:
    """Return the guide version that judges a dossier, as it was on the day of receipt (I5)."""
    return resolved(content(site.guides[dossier.guide].version(dossier.guide_version)), standards(site))


def as_held(material: Material, via: Via | None = None, *, standard: str = "") -> HeldMaterial:
    """Return what the rules need to know of a material: through which link it is held, and as what it is read today."""
    return HeldMaterial(
        id=material.id,
        standard=standard or material.standard,
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
        digest=bundle(material.files) if material.files else "",
        situation=material.situation,
        dossiers=frozenset({material.source_dossier}),
        via=via,
    )


def held_by(site: Site, dossier: Dossier, standard: str | None = None) -> list[HeldMaterial]:
    """Return what the library holds for a dossier's applicant, its own and through links, all or of one kind."""
    known = standards(site)
    return [
        as_held(material, via, standard=known.resolve(material.standard))
        for material, via in reachable(site, dossier.applicant, standard)
    ]


def need_of(site: Site, dossier: Dossier, line: Line, *, today: date) -> Need:
    """Return what a line of a dossier needs today."""
    return Need(
        line=line,
        standard=standards(site)[line.material],
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
            Entry(
                line,
                material,
                MaterialSource(how),
                note=note,
                grade=Grade(site.materials[material].grade),
            )
            for line, material, _, how, _, _, note in dossier.entries
            if line
        ],
        standards=standards(site),
        today=today,
        chain=(dossier.id,),
        dropped=_dropped(site, dossier, today=today),
    )


def warnings_of(
    site: Site, dossier: Dossier, made: Checklist, *, today: date, calendar: Calendar
) -> tuple[Finding, ...]:
    """Return what the desk should look at before it accepts, none of which stops the case (提醒).

    Materials that end before the case is, or would be, due (``checklist.expires-first``); one file on two lines
    (``material.same-file-twice``); a file that bears the name of another material (``material.named-otherwise``); an
    e-licence identifier that does not fit (``licence.*``).
    """
    last = dossier.promised_due
    if last is None:
        promised = guide_of(site, dossier).limits.promised
        last = due(today, promised.n, promised.unit, calendar).due
    return (
        *(expiring(made, due=last) if dossier.decided_at is None else ()),
        *_same_file_twice(dossier, made),
        *_named_otherwise(site, made),
        *_odd_identifiers(site, made),
    )


def _same_file_twice(dossier: Dossier, made: Checklist) -> tuple[Finding, ...]:
    names = {state.line.id: state.line.name for state in made.lines}
    found = []
    for line, _, digest, *_ in dossier.entries:
        others = [entry[0] for entry in dossier.entries if entry[2] == digest and entry[0] != line]
        found += [
            Finding(
                "material.same-file-twice",
                Severity.WARNS,
                line,
                {"line": names.get(line, line), "other": names.get(other, other)},
            )
            for other in others
        ]
    return tuple(found)


def _named_otherwise(site: Site, made: Checklist) -> tuple[Finding, ...]:
    """Warn of a scan whose file is called by the name of another standard material, as when lines were mixed up."""
    found = []
    for state in made.lines:
        renditions = site.materials[state.material].renditions if state.needed and state.material else ()
        for name in dict.fromkeys(title.rpartition(".")[0] for _, title, *_ in renditions):
            other = standards(site).material_named(name)
            if other is not None and other.code != state.line.material:
                params = {"line": state.line.name, "other": other.name}
                found.append(Finding("material.named-otherwise", Severity.WARNS, state.line.id, params))
    return tuple(found)


def _odd_identifiers(site: Site, made: Checklist) -> tuple[Finding, ...]:
    numbers = {
        state.line.id: site.materials[state.material].document_number
        for state in made.lines
        if state.needed and state.material
    }
    return tuple(
        replace(found, subject=line)
        for line, number in numbers.items()
        if number.startswith(LICENCE_ROOT)
        for found in licence_identifier(number)
    )


def _dropped(site: Site, dossier: Dossier, *, today: date) -> frozenset[str]:
    """Return the lines, still empty, whose material the guide in force today no longer asks for (I5)."""
    now = site.guides[dossier.guide].in_force(today)
    if now is None or now.version <= dossier.guide_version:
        return frozenset()
    asked = {line.material for line in resolved(content(now), standards(site)).lines}
    filled = {entry[0] for entry in dossier.entries}
    return frozenset(line.id for line in guide_of(site, dossier).lines if line.material not in asked) - filled
