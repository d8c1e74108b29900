"""The checklist (材料清单) of a dossier: the lines of its guide version against what is handed in and held."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date

from records.clock import civil_date
from records.domain.checklists import Checklist, Entry, checklist, expiring
from records.domain.clocks import Calendar, due
from records.domain.consents import Agreed, standing
from records.domain.fetching import LicenceStatus
from records.domain.findings import Finding, Severity
from records.domain.guide_parts import Guide, Line
from records.domain.identifiers import LICENCE_ROOT, licence_identifier
from records.domain.materials import HeldMaterial, Via, bundle
from records.domain.overrides import waits_for_look
from records.domain.reuse import Need
from records.domain.standards import resolved
from records.domain.validity import RUNNING, Stop, fall, gap_of, note_of
from records.domain.vocabulary import ApplicantKind, DossierState, Grade, MaterialSource, MaterialStatus
from records.indexes import questions
from records.resources.dossiers import Dossier
from records.resources.materials import Material
from records.resources.site import Site

from . import subjects
from .guides import content
from .standards import standards

NOTHING_SAID = Agreed()

#: While a dossier stands here its lines may still be filled.
OPEN = frozenset({DossierState.DRAFT, DossierState.RECEIVED, DossierState.SUPPLEMENT})


def guide_of(site: Site, dossier: Dossier) -> Guide:
    """Return the guide version that judges a dossier, as it was on the day of receipt (I5)."""
    return resolved(content(site.guides[dossier.guide].version(dossier.guide_version)), standards(site))


def as_held(material: Material, via: Via | None = None, *, standard: str = "") -> HeldMaterial:
    """Return what the rules need to know of a material: through which link it is held, and as what it is read today.

    What was made of a stored state is kept beside it while it stays that state.
    """
    if material._p_jar is None or material._p_changed:
        return _as_held(material, via, standard)
    key = (material._p_serial, via, standard)
    kept = getattr(material, "_v_held", None)
    if kept is None or kept[0] != key:
        kept = material._v_held = (key, _as_held(material, via, standard))
    return kept[1]


def _as_held(material: Material, via: Via | None, standard: str) -> HeldMaterial:
    agreed = standing(material.consents) if material.consents else NOTHING_SAID
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
        purposes=agreed.purposes,
        consented=agreed.consented,
        withdrawn=agreed.withdrawn,
        dossiers=frozenset({material.source_dossier}),
        via=via,
    )


def held_by(site: Site, dossier: Dossier, *kinds: str, line: str | None = None) -> list[HeldMaterial]:
    """Return what the library holds for a dossier, the applicant's own, through links and of the family, all or of some kinds.

    With ``line`` only what that line may use.
    """
    known = standards(site)
    return [
        as_held(material, via, standard=known.resolve(material.standard))
        for material, via in subjects.available(site, dossier, *kinds, line=line)
    ]


def course_of(site: Site, dossier: Dossier) -> Iterator[Dossier]:
    """Yield every case of the same matter (一件事、上报件), this one too: what is handed in for one is there for all."""
    if not dossier.course:
        yield dossier
        return
    for subject in subjects.linked(site, dossier.applicant):
        for other in questions.dossiers_of(site, subject):
            if other.course == dossier.course:
                yield other


def chain_of(site: Site, dossier: Dossier) -> frozenset[str]:
    """Return the ids of the cases of the same matter; papers of any of them are never asked for again."""
    return frozenset(each.id for each in course_of(site, dossier))


def need_of(site: Site, dossier: Dossier, line: Line, *, today: date) -> Need:
    """Return what a line of a dossier needs today."""
    return Need(
        line=line,
        standard=standards(site)[line.material],
        needed_on=today,
        purpose=dossier.guide,
        chain=chain_of(site, dossier),
    )


def checklist_of(
    site: Site, dossier: Dossier, *, today: date, falls: Mapping[str, Finding] | None = None
) -> Checklist:
    """Return each line with its state: filled, held, to be confirmed, missing or not needed.

    Of the library only the kinds that the guide asks for are read. ``falls`` are those of today, when they are known.
    """
    guide = guide_of(site, dossier)
    fallen = falls_of(site, dossier, today=today) if falls is None else falls
    kinds = dict.fromkeys(line.material for line in guide.lines)
    return checklist(
        guide,
        applicant=ApplicantKind(site.applicants[dossier.applicant].applicant_kind),
        answers=dict(dossier.situation),
        held=held_by(site, dossier, *kinds),
        entries=[
            Entry(
                line,
                material,
                MaterialSource(how),
                gap=gap_of(fallen.get(line)),
                note=note_of(fallen[line]) if line in fallen else note,
                grade=Grade(site.materials[material].grade),
            )
            for line, material, _, how, _, _, note in dossier.entries
            if line
        ],
        standards=standards(site),
        today=today,
        chain=chain_of(site, dossier),
        dropped=_dropped(site, dossier, today=today),
        promised={line for line, *_ in dossier.promises},
        firm=DossierState(dossier.state) not in OPEN,
        for_members=subjects.for_members(dossier.guide),
    )


def falls_of(site: Site, dossier: Dossier, *, today: date) -> dict[str, Finding]:
    """Return by line why the material on it does not hold any more (材料失效); a case that is decided has none."""
    if DossierState(dossier.state) not in RUNNING:
        return {}
    lines = {line.id: line for line in guide_of(site, dossier).lines}
    accepted_on = civil_date(dossier.accepted_at) if dossier.accepted_at else None
    found = {}
    for line_id, material_id, _digest, _how, at, *_ in dossier.entries:
        if line_id not in lines or line_id in found:
            continue
        line, material = lines[line_id], site.materials[material_id]
        fallen = fall(
            as_held(material, standard=line.material),
            Need(line=line, standard=standards(site)[line.material], needed_on=today),
            stop=stop_of(material),
            relied_on=max(accepted_on, civil_date(at)) if accepted_on else None,
            today=today,
        )
        if fallen is not None:
            found[line_id] = fallen
    return found


def stop_of(material: Material) -> Stop | None:
    """Return by what decision a material does not hold now: the one that was written down, or its issuer's word."""
    if material.stopped:
        status, since, until, *_ = material.stopped
        return Stop(LicenceStatus(status), since, until)
    if material.licence_status:
        return Stop(LicenceStatus(material.licence_status), civil_date(material.lookups[-1][4]))
    return None


def warnings_of(
    site: Site,
    dossier: Dossier,
    made: Checklist,
    *,
    today: date,
    calendar: Calendar,
    falls: Mapping[str, Finding] | None = None,
) -> tuple[Finding, ...]:
    """Return what the desk should look at before it accepts, none of which stops the case (提醒).

    Materials that hold no longer (``validity.*``); those that end before the case is, or would be, due (``checklist.expires-first``); one file on two lines
    (``material.same-file-twice``); a file that bears the name of another material (``material.named-otherwise``); an
    e-licence identifier that does not fit (``licence.*``); a receipt that would list no paper (``receipt.empty``); an
    applicant who is frozen, an agent whose right ended, papers that turned out to be somebody else's; an original that was asked
    for although it is held and still waits for its second look (``override.unconfirmed``).
    """
    last = dossier.promised_due
    if last is None:
        promised = guide_of(site, dossier).limits.promised
        last = due(today, promised.n, promised.unit, calendar).due
    return (
        *(falls_of(site, dossier, today=today) if falls is None else falls).values(),
        *(
            found
            for found in (expiring(made, due=last) if dossier.decided_at is None else ())
            if str(found.params["until"]) >= today.isoformat()
        ),
        *_same_file_twice(dossier, made),
        *_named_otherwise(site, made),
        *_odd_identifiers(site, made),
        *_empty_receipt(dossier, made),
        *_unconfirmed(dossier, made),
        *subjects.warnings(site, dossier, today=today),
    )


def _unconfirmed(dossier: Dossier, made: Checklist) -> tuple[Finding, ...]:
    """Flag every original that was asked for although it is held and has not had its second look."""
    asked = Counter(line for line, reason, *_ in dossier.overrides if waits_for_look(reason))
    asked -= Counter(line for line, *_ in dossier.looks)
    return tuple(
        Finding("override.unconfirmed", Severity.WARNS, state.line.id, {"line": state.line.name})
        for state in made.lines
        if asked[state.line.id]
    )


def _empty_receipt(dossier: Dossier, made: Checklist) -> tuple[Finding, ...]:
    if dossier.state != DossierState.DRAFT or dossier.entries or not made.counts.needed:
        return ()
    return (Finding("receipt.empty", Severity.WARNS, params={"needed": made.counts.needed}),)


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
    held = {
        state.line.id: site.materials[state.material]
        for state in made.lines
        if state.needed and state.material
    }
    return tuple(
        replace(found, subject=line)
        for line, material in held.items()
        for number in dict.fromkeys((material.document_number, material.licence_identifier))
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
