"""Applicants: find by number, create once, show the full number only with a purpose."""

from __future__ import annotations

from functools import partial

from records.domain import identifiers, masking
from records.domain.findings import Finding, Refused, blocking
from records.domain.permissions import Permission
from records.domain.vocabulary import ApplicantKind
from records.indexes import keys, questions
from records.resources.applicants import Applicant

from .acts import Act, enter, leave_trace, register
from .discretion import discreet

KIND_OF_NUMBER = {
    identifiers.IdentifierKind.CITIZEN: ApplicantKind.PERSON,
    identifiers.IdentifierKind.CREDIT: ApplicantKind.ORGANISATION,
}


def _wrong_number(recognised: identifiers.Recognised) -> tuple[Finding, ...]:
    if recognised.kind not in KIND_OF_NUMBER:
        return (Finding("applicant.not-a-number", subject="number"),)
    return blocking(recognised.findings)


def find_applicant(act: Act, *, number: str) -> Applicant | Refused | None:
    """Find an applicant by citizen number or credit code as it was typed; a wrong number is refused with all findings."""
    recognised = identifiers.recognise(number, today=act.today)
    wrong = _wrong_number(recognised)
    if wrong:
        return Refused(wrong)
    return questions.applicant_with_number(
        act.site, act.vault, kind=recognised.kind, number=recognised.normalised
    )


@partial(discreet, but="number")
def create_applicant(
    act: Act, *, number: str, name: str, phone: str = "", representative: str = ""
) -> Applicant | Refused:
    """Create the file of an applicant (建档); whoever has one already is pointed out, never doubled."""
    recognised = identifiers.recognise(number, today=act.today)
    wrong = _wrong_number(recognised)
    if wrong:
        return Refused(wrong)
    name = name.strip()
    found = []
    if not name:
        found.append(Finding("applicant.no-name", subject="name"))
    kind = KIND_OF_NUMBER[recognised.kind]
    if kind is ApplicantKind.ORGANISATION and not representative.strip():
        found.append(Finding("applicant.no-representative", subject="representative"))
    digest = act.vault.digest(recognised.kind, recognised.normalised)
    key = keys.compose("applicant-number", digest)
    taken = keys.owner(act.site, key)
    if taken:
        found.append(Finding("applicant.exists", subject="number", params={"id": taken}))
    if found:
        return Refused(tuple(found))
    applicant = Applicant()
    applicant.applicant_kind = kind.value
    applicant.name = name
    applicant.number_kind = recognised.kind.value
    applicant.number_digest = digest
    applicant.number_sealed = act.vault.seal(recognised.normalised, purpose="applicant-number")
    applicant.number_masked = masking.mask(
        "citizen-number" if kind is ApplicantKind.PERSON else "credit-code",
        recognised.normalised,
        audience="desk",
    )
    applicant.number_token = act.vault.token(recognised.normalised)
    if phone.strip():
        applicant.phone_sealed = act.vault.seal(phone.strip(), purpose="phone")
        applicant.phone_masked = masking.mask("phone", phone.strip(), audience="desk")
    applicant.representative = representative.strip()
    register(act, applicant)
    keys.claim(act.site, key, applicant.id)
    leave_trace(act, "applicant.create", applicant, permission=Permission.APPLICANT_CREATE)
    return applicant


@discreet
def reveal_number(act: Act, applicant: Applicant, *, purpose: str) -> str | Refused:
    """Show the full number (查看完整号码); the purpose and the reader stay on record."""
    if len(purpose.strip()) < 2:
        return Refused((Finding("reveal.no-purpose", subject="purpose"),))
    enter(act, "applicant.reveal", f"applicant:{applicant.id}", why=purpose.strip())
    return act.vault.unseal(applicant.number_sealed, purpose="applicant-number")
