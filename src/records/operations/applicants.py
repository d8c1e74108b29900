"""Applicants: find by number, create once, correct with a reason, show the full number only with a purpose."""

from __future__ import annotations

import re
from functools import partial

from records.domain import identifiers, masking
from records.domain.findings import Finding, Refused, blocking
from records.domain.permissions import Permission
from records.domain.vocabulary import ApplicantKind
from records.indexes import feed, keys, questions
from records.resources.applicants import Applicant

from .acts import Act, enter, leave_trace, register
from .discretion import discreet

KIND_OF_NUMBER = {
    identifiers.IdentifierKind.CITIZEN: ApplicantKind.PERSON,
    identifiers.IdentifierKind.CREDIT: ApplicantKind.ORGANISATION,
    identifiers.IdentifierKind.PASSPORT: ApplicantKind.PERSON,
}

#: A mobile number, a line with its area code, a service number, or a number of abroad with its country code.
PHONE = re.compile(
    r"1[3-9][0-9]{9}|0[1-9][0-9]{1,2}[2-9][0-9]{6,7}|[2-9][0-9]{6,7}|[48]00[0-9]{7}|\+[1-9][0-9]{6,14}"
)


def _wrong_number(recognised: identifiers.Recognised) -> tuple[Finding, ...]:
    if recognised.kind not in KIND_OF_NUMBER:
        return (Finding("applicant.not-a-number", subject="number"),)
    return blocking(recognised.findings)


def find_applicant(act: Act, *, number: str) -> Applicant | Refused | None:
    """Find an applicant by citizen number, credit code or passport as it was typed; a wrong number is refused.

    A number of 15 digits finds whoever has the 18 that belong to it.
    """
    recognised = identifiers.recognise(number, today=act.today, passports=True)
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
    recognised = identifiers.recognise(number, today=act.today, passports=True)
    wrong = _wrong_number(recognised)
    if wrong:
        return Refused(wrong)
    name = name.strip()
    found = []
    if not name:
        found.append(Finding("applicant.no-name", subject="name"))
    kind = KIND_OF_NUMBER[recognised.kind]
    found += _wrong_name(kind, name)
    if kind is ApplicantKind.ORGANISATION and not representative.strip():
        found.append(Finding("applicant.no-representative", subject="representative"))
    found += _wrong_phone(phone)
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
    _set_phone(act, applicant, phone.strip())
    applicant.representative = representative.strip()
    register(act, applicant)
    keys.claim(act.site, key, applicant.id)
    leave_trace(act, "applicant.create", applicant, permission=Permission.APPLICANT_CREATE)
    return applicant


@discreet
def correct_applicant(
    act: Act,
    applicant: Applicant,
    *,
    name: str | None = None,
    phone: str | None = None,
    representative: str | None = None,
    why: str,
) -> Applicant | Refused:
    """Correct what was written down wrongly (更正): name, telephone or representative; the number never changes.

    What is not given stays. The trace keeps of each old value a keyed digest only, by which it can be proved but not read.
    """
    wanted = {
        part: (value or "").strip()
        for part, value in (("name", name), ("phone", phone), ("representative", representative))
    }
    old = {
        "name": applicant.name,
        "phone": _phone_of(act, applicant),
        "representative": applicant.representative,
    }
    changed = {part: value for part, value in wanted.items() if value and value != old[part]}
    found = list(_wrong_phone(changed.get("phone", "")))
    found += _wrong_name(ApplicantKind(applicant.applicant_kind), changed.get("name", ""))
    if not changed:
        found.append(Finding("applicant.nothing-to-correct", subject="name"))
    if not why.strip():
        found.append(Finding("applicant.correct-no-reason", subject="why"))
    if found:
        return Refused(tuple(found))
    applicant.name = changed.get("name", applicant.name)
    applicant.representative = changed.get("representative", applicant.representative)
    if "phone" in changed:
        _set_phone(act, applicant, changed["phone"])
    before = {
        f"{part}_before": act.vault.digest(f"applicant-{part}", old[part]) for part in changed if old[part]
    }
    leave_trace(
        act,
        "applicant.correct",
        applicant,
        permission=Permission.APPLICANT_CREATE,
        why=why.strip(),
        details={"corrected": sorted(changed), **before},
    )
    if "name" in changed:
        # Cases are found by the name of whose they are.
        for dossier in list(questions.dossiers_of(act.site, applicant.id)):
            feed.touch(act.site, dossier)
    return applicant


def _wrong_name(kind: ApplicantKind, name: str) -> tuple[Finding, ...]:
    """Refuse what no person is called (``applicant.name-form``); an organisation may have digits in its title."""
    if kind is not ApplicantKind.PERSON or not name or identifiers.is_personal_name(name):
        return ()
    return (Finding("applicant.name-form", subject="name"),)


def _wrong_phone(phone: str) -> tuple[Finding, ...]:
    """Refuse what is no telephone number of ours or of abroad: its mask could not be told from another's."""
    number = _plain(phone)
    return () if not number or PHONE.fullmatch(number) else (Finding("applicant.phone", subject="phone"),)


def _plain(phone: str) -> str:
    return identifiers.normalise(phone).removeprefix("+86").removeprefix("(").replace(")", "")


def _phone_of(act: Act, applicant: Applicant) -> str:
    return act.vault.unseal(applicant.phone_sealed, purpose="phone") if applicant.phone_sealed else ""


def _set_phone(act: Act, applicant: Applicant, phone: str) -> None:
    if phone:
        applicant.phone_sealed = act.vault.seal(phone, purpose="phone")
        applicant.phone_masked = masking.mask("phone", _plain(phone), audience="desk")


@discreet
def reveal_number(act: Act, applicant: Applicant, *, purpose: str) -> str | Refused:
    """Show the full number (查看完整号码); the purpose and the reader stay on record."""
    if len(purpose.strip()) < 2:
        return Refused((Finding("reveal.no-purpose", subject="purpose"),))
    enter(act, "applicant.reveal", f"applicant:{applicant.id}", why=purpose.strip())
    return act.vault.unseal(applicant.number_sealed, purpose="applicant-number")


@discreet
def look(act: Act, applicant: Applicant, *, purpose: str) -> Applicant | Refused:
    """Look at the file of a person under 14 for a purpose (查看受保护的档案); reader, hour and purpose stay on record."""
    if len(purpose.strip()) < 2:
        return Refused((Finding("minor.no-purpose", subject="purpose"),))
    enter(act, "applicant.look", f"applicant:{applicant.id}", why=purpose.strip())
    return applicant
