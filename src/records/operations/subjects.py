"""Subjects (主体): the files that are one person or body, a sole trader and the business, and what passes between them.

The licence of a 个体工商户 is held by the business under its own credit code. The operator's library sees it through a
link that rests on that licence, and the business sees the operator's identity card the same way; nothing else passes.
Files that were joined as one subject (同一主体) see each other's whole library, and each keeps what came under its number.
Of a subject that is frozen nothing is reused.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime

from records.clock import civil_date
from records.domain import identifiers, masking
from records.domain.findings import Finding, Severity
from records.domain.materials import Via
from records.domain.subjects import (
    Ended,
    File,
    LinkRole,
    Mandate,
    MandateKind,
    connected,
    decide_acting,
    is_protected,
)
from records.domain.vocabulary import ApplicantKind, MaterialStatus
from records.indexes import questions
from records.resources.applicants import Applicant
from records.resources.archives import ArchivedItem
from records.resources.dossiers import Dossier
from records.resources.materials import Material
from records.resources.site import Site
from records.rules.families import family_lines
from records.vault import Vault

from .acts import Act, leave_trace
from .applicants import create_applicant
from .standards import standards

LICENCE = "business-licence"
"""The standard material whose number is the credit code of a subject of its own."""

CARD = "identity-card"

#: What each role of a link opens of the other subject's library.
OPENS = {LinkRole.OPERATOR: (LICENCE, Via.OPERATED), LinkRole.OPERATED: (CARD, Via.OPERATOR)}


def reachable(site: Site, applicant: str, *kinds: str) -> Iterator[tuple[Material, Via | None]]:
    """Yield an applicant's materials and those it may use through a link, each with the link's reason; all, or of some kinds.

    Nothing when the subject is frozen, and nothing of another one that is.
    """
    if not ended(site, applicant):
        for material, via in held(site, applicant, *kinds):
            gone = material.status == MaterialStatus.SEALED
            if not gone and (via in (None, Via.JOINED) or not ended(site, material.applicant)):
                yield material, via


def held(site: Site, applicant: str, *kinds: str) -> Iterator[tuple[Material, Via | None]]:
    """Yield the same of a subject whether it is frozen or not: what is kept, and not what may be used."""
    known = standards(site)
    codes = dict.fromkeys(code for kind in kinds for code in known.together(kind)) if kinds else (None,)
    files = one_subject(site, applicant)
    for file in files:
        for code in codes:
            for material in questions.library(site, file, code):
                yield material, None if file == applicant else Via.JOINED
    for file in files:
        for role, other, *_ in site.applicants[file].links:
            if role not in OPENS or other in files:
                continue
            kind, via = OPENS[role]
            business = other if role == LinkRole.OPERATOR else file
            if (not kinds or kind in codes) and _in_business(site, business):
                for material in questions.library(site, other, kind):
                    yield material, via


def one_subject(site: Site, applicant: str) -> tuple[str, ...]:
    """Return every file of a subject (同一主体), the one that was asked for first."""
    return connected(applicant, lambda file: joined_with(site.applicants[file]))


def joined_with(applicant: Applicant) -> tuple[str, ...]:
    """Return the files that were joined with this very one as the same subject."""
    return tuple(other for role, other, *_ in applicant.links if role == LinkRole.SAME)


def same_business(site: Site, applicant: str) -> tuple[str, ...]:
    """Return the applicant and every subject that is the same business."""
    return (applicant, *(other for role, other, *_ in site.applicants[applicant].links if role in OPENS))


def linked(site: Site, applicant: str) -> tuple[str, ...]:
    """Return every file whose cases may use a material of this one: its subject's, and their businesses or operators."""
    return tuple(
        dict.fromkeys(each for file in one_subject(site, applicant) for each in same_business(site, file))
    )


def ended(site: Site, applicant: str) -> Ended | None:
    """Return why a subject is frozen (冻结), whichever of its files says so."""
    states = (site.applicants[file].ended for file in one_subject(site, applicant))
    return next((Ended(state[0]) for state in states if state), None)


def born(site: Site, vault: Vault, applicant: str, *, today: date) -> date | None:
    """Return the day of birth that a citizen number of the subject states; it is read each time and kept nowhere."""
    for file in one_subject(site, applicant):
        record = site.applicants[file]
        if record.number_kind == identifiers.IdentifierKind.CITIZEN:
            clear = vault.unseal(record.number_sealed, purpose="applicant-number")
            read = identifiers.citizen_number(clear, today=today)
            if isinstance(read, identifiers.CitizenNumber):
                return read.birth
    return None


def is_minor(site: Site, vault: Vault, applicant: str, *, today: date) -> bool:
    """Tell whether an applicant is under 14, so that names are masked and a purpose is asked (不满十四周岁)."""
    return is_protected(born(site, vault, applicant, today=today), today=today)


def file_of(act: Act, applicant: Applicant) -> File:
    """Return what the rules ask of an applicant's file."""
    return File(
        applicant.id,
        ApplicantKind(applicant.applicant_kind),
        ended(act.site, applicant.id),
        born(act.site, act.vault, applicant.id, today=act.today),
    )


def mandates(site: Site, applicant: str) -> tuple[Mandate, ...]:
    """Return who may or might act for a subject, whichever of its files says so, as the rules read it."""
    return tuple(
        Mandate(MandateKind(kind), *rest)
        for file in one_subject(site, applicant)
        for kind, *rest in site.applicants[file].mandates
    )


def holder_of(act: Act, dossier: Dossier, *, standard: str, number: str) -> Applicant:
    """Return whose material a paper is: the licence with its code is the linked business's, his card the operator's."""
    applicant: Applicant = act.site.applicants[dossier.applicant]
    if standard == CARD:
        operators = (act.site.applicants[other] for role, other, *_ in applicant.links if role == "operated")
        return next(
            (person for person in operators if person.number_token and person.number_token in number),
            applicant,
        )
    _, business = _licensed(act, applicant, standard, number)
    if business is not None and business.id in same_business(act.site, applicant.id):
        return business
    return applicant


def business_of(act: Act, dossier: Dossier, *, standard: str, number: str) -> Applicant:
    """Return whose material an issued result is; a sole trader's new licence makes, or finds, its business (新设主体).

    The business stands under the operator's name until the clerk writes its trade name.
    """
    person: Applicant = act.site.applicants[dossier.applicant]
    code, business = _licensed(act, person, standard, number)
    if not code:
        return person
    if business is not None:
        return business
    return create_applicant(act, number=code, name=f"{person.name}（个体工商户）", representative=person.name)


def belongs_to_another(act: Act, dossier: Dossier, *, standard: str, number: str) -> bool:
    """Tell whether a sole trader's credit code already stands for the business of somebody else (经营者不符)."""
    person: Applicant = act.site.applicants[dossier.applicant]
    _, business = _licensed(act, person, standard, number)
    if business is None:
        return False
    operators = [other for role, other, *_ in business.links if role == "operated"]
    if operators:
        return person.id not in operators
    return bool(business.representative) and business.representative != person.name


def link(act: Act, person: Applicant, business: Applicant, *, evidence: Material) -> None:
    """Join the operator (经营者) and the business on the licence that proves it; joining twice changes nothing."""
    for one, role, other in ((person, "operator", business), (business, "operated", person)):
        if other.id in same_business(act.site, one.id):
            continue
        one.links = (*one.links, (role, other.id, evidence.id, act.today))
        leave_trace(
            act, "applicant.link", one, details={"role": role, "other": other.id, "evidence": evidence.id}
        )


def public_name(site: Site, applicant: Applicant) -> str:
    """Return an applicant's name as the public may read it; in a trade name the operator's own name is masked."""
    for role, other, *_ in applicant.links:
        if role == "operated":
            owner = site.applicants[other].name
            return masking.mask_trade_name(applicant.name, owner=owner, audience="public")
    return masking.mask("name", applicant.name, audience="public")


def _in_business(site: Site, business: str) -> bool:
    return any(
        material.status == MaterialStatus.VALID for material in questions.library(site, business, LICENCE)
    )


def _licensed(act: Act, person: Applicant, standard: str, number: str) -> tuple[str, Applicant | None]:
    """Return the credit code of a sole trader's licence in a person's case, otherwise nothing, and whose it is."""
    if standard != LICENCE or ApplicantKind(person.applicant_kind) is not ApplicantKind.PERSON:
        return "", None
    read = identifiers.credit_code(number)
    if not isinstance(read, identifiers.CreditCode) or not read.sole_trader:
        return "", None
    kind = identifiers.IdentifierKind.CREDIT
    return read.code, questions.applicant_with_number(act.site, act.vault, kind=kind, number=read.code)


def for_members(guide: str) -> frozenset[str]:
    """Return the lines of an item that a paper of a family member may fill (家庭成员材料)."""
    return frozenset(family_lines().get(guide, ()))


def available(
    site: Site, dossier: Dossier, *kinds: str, line: str | None = None
) -> Iterator[tuple[Material, Via | None]]:
    """Yield what a case may use: the applicant's, and the family's where the guide asks for it.

    With ``line`` nothing of the family unless that line is about it.
    """
    yield from reachable(site, dossier.applicant, *kinds)
    lines = for_members(dossier.guide)
    if not lines or (line is not None and line not in lines):
        return
    for member, _relation in dossier.members:
        for material, via in reachable(site, member, *kinds):
            if via in (None, Via.JOINED):
                yield material, Via.MEMBER


def acting(site: Site, dossier: Dossier, *, today: date) -> tuple[Finding, ...]:
    """Check whether who acts for the applicant may still do so today (代理资格); nothing when nobody does."""
    if not dossier.agent_id:
        return ()
    return decide_acting(
        mandates(site, dossier.applicant),
        agent=dossier.agent_id,
        item=dossier.guide,
        today=today,
        protected=False,
    )


def stopped(site: Site, applicant: str) -> tuple[Finding, ...]:
    """Refuse what is done in the own name of a subject that is frozen (``subject.ended``)."""
    state = ended(site, applicant)
    return (Finding("subject.ended", subject="applicant", params={"state": state.label}),) if state else ()


def warnings(site: Site, dossier: Dossier, *, today: date) -> tuple[Finding, ...]:
    """Return what a case's page says of its subjects: frozen, an agent whose right ended, papers that were another's."""
    filled = {entry[0] for entry in dossier.entries}
    found = [*stopped(site, dossier.applicant), *acting(site, dossier, today=today)]
    found = [replace(each, severity=Severity.WARNS, subject="") for each in found]
    for line, material, at, _by, why in dossier.separated:
        params = {"on": civil_date(at).isoformat(), "why": why}
        if any(entry[:2] == (line, material) for entry in dossier.entries):
            found.append(Finding("line.separated-later", Severity.WARNS, line, params))
        elif line not in filled:
            found.append(Finding("line.separated", Severity.WARNS, line, params))
    return tuple(found)


def corrections_of(site: Site, item: ArchivedItem) -> tuple[tuple[str, str, datetime, str, str], ...]:
    """Return which papers of an archived item turned out to be somebody else's (更正说明): line, material, when, by whom, why.

    The package stays as it was; a paper that was taken off before it was frozen is not in it and needs no note.
    """
    dossier = site.dossiers.get(item.dossier)
    if dossier is None:
        return ()
    kept = {entry[:2] for entry in dossier.entries}
    return tuple(row for row in dossier.separated if row[:2] in kept)


def unfilled(dossier: Dossier) -> tuple[Finding, ...]:
    """Find the lines that were emptied because the paper was somebody else's, and that nobody filled again."""
    filled = {entry[0] for entry in dossier.entries}
    lines = dict.fromkeys(line for line, *_ in dossier.separated)
    return tuple(Finding("decide.line-separated", subject=line) for line in lines if line not in filled)
