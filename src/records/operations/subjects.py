"""Subjects that are one business (关联主体): a sole trader's new credit code, and the person who operates it.

The licence of a 个体工商户 is held by the business under its own credit code. The operator's library sees it through a
link that rests on that licence, and the business sees the operator's identity card the same way; nothing else passes.
"""

from __future__ import annotations

from collections.abc import Iterator

from records.domain import identifiers, masking
from records.domain.materials import Via
from records.domain.vocabulary import ApplicantKind, MaterialStatus
from records.indexes import questions
from records.resources.applicants import Applicant
from records.resources.dossiers import Dossier
from records.resources.materials import Material
from records.resources.site import Site

from .acts import Act, leave_trace
from .applicants import create_applicant
from .standards import standards

LICENCE = "business-licence"
"""The standard material whose number is the credit code of a subject of its own."""

CARD = "identity-card"

#: What each role of a link opens of the other subject's library.
OPENS = {"operator": (LICENCE, Via.OPERATED), "operated": (CARD, Via.OPERATOR)}


def reachable(
    site: Site, applicant: str, standard: str | None = None
) -> Iterator[tuple[Material, Via | None]]:
    """Yield an applicant's materials and those it may use through a link, each with the link's reason."""
    codes = (None,) if standard is None else standards(site).together(standard)
    for code in codes:
        for material in questions.library(site, applicant, code):
            yield material, None
    for role, other, *_ in site.applicants[applicant].links:
        kind, via = OPENS[role]
        business = other if role == "operator" else applicant
        if (standard is None or kind in codes) and _in_business(site, business):
            for material in questions.library(site, other, kind):
                yield material, via


def same_business(site: Site, applicant: str) -> tuple[str, ...]:
    """Return the applicant and every subject it is linked with."""
    return (applicant, *(other for _, other, *_ in site.applicants[applicant].links))


def holder_of(act: Act, dossier: Dossier, *, standard: str, number: str) -> Applicant:
    """Return whose material a paper is: the licence with its code is the linked business's, his card the operator's."""
    applicant: Applicant = act.site.applicants[dossier.applicant]
    if standard == CARD:
        linked = (act.site.applicants[other] for role, other, *_ in applicant.links if role == "operated")
        return next(
            (person for person in linked if person.number_token and person.number_token in number), applicant
        )
    code = _sole_trader(act, applicant, standard, number)
    if code:
        business = questions.applicant_with_number(
            act.site, act.vault, kind=identifiers.IdentifierKind.CREDIT, number=code
        )
        if business is not None and business.id in same_business(act.site, applicant.id):
            return business
    return applicant


def business_of(act: Act, dossier: Dossier, *, standard: str, number: str) -> Applicant:
    """Return whose material an issued result is; a sole trader's new licence makes, or finds, its business (新设主体).

    The business stands under the operator's name until the clerk writes its trade name.
    """
    person: Applicant = act.site.applicants[dossier.applicant]
    code = _sole_trader(act, person, standard, number)
    if not code:
        return person
    known = questions.applicant_with_number(
        act.site, act.vault, kind=identifiers.IdentifierKind.CREDIT, number=code
    )
    if known is not None:
        return known
    return create_applicant(act, number=code, name=f"{person.name}（个体工商户）", representative=person.name)


def belongs_to_another(act: Act, dossier: Dossier, *, standard: str, number: str) -> bool:
    """Tell whether a sole trader's credit code already stands for the business of somebody else (经营者不符)."""
    person: Applicant = act.site.applicants[dossier.applicant]
    code = _sole_trader(act, person, standard, number)
    if not code:
        return False
    known = questions.applicant_with_number(
        act.site, act.vault, kind=identifiers.IdentifierKind.CREDIT, number=code
    )
    if known is None:
        return False
    operators = [other for role, other, *_ in known.links if role == "operated"]
    if operators:
        return person.id not in operators
    return bool(known.representative) and known.representative != person.name


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


def _sole_trader(act: Act, person: Applicant, standard: str, number: str) -> str:
    """Return the credit code of a sole trader's licence in a person's case, otherwise nothing."""
    if standard != LICENCE or ApplicantKind(person.applicant_kind) is not ApplicantKind.PERSON:
        return ""
    read = identifiers.credit_code(number)
    return read.code if isinstance(read, identifiers.CreditCode) and read.sole_trader else ""
