"""Joining and separating files (主体关联、分开): two numbers become one subject on proof and a second look, reversibly.

Each file keeps what came under its number, so that after a separation neither side sees anything of the other.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import partial

from records.domain.findings import Finding, Refused
from records.domain.permissions import Permission
from records.domain.subjects import LinkRole, decide_join, decide_second_look, decide_separation
from records.domain.vocabulary import DossierState, MaterialStatus
from records.indexes import keys, questions
from records.resources.applicants import Applicant
from records.resources.dossiers import Dossier

from . import proofs, renewals, subjects
from .acts import Act, enter, leave_trace
from .applicants import find_applicant
from .discretion import discreet
from .materials import TO_FETCH, Upload


@partial(discreet, but="number")
def propose_join(
    act: Act,
    applicant: Applicant,
    *,
    number: str,
    why: str,
    material: str = "",
    upload: Upload | None = None,
    original_seen: bool = False,
) -> Applicant | Refused:
    """Propose that the file with another number is the same subject (提出关联); nothing is shared until a second look.

    The proof is a held ``material`` of either file or a paper that is shown (``upload``); a name proves nothing.
    """
    other = find_applicant(act, number=number)
    if isinstance(other, Refused):
        return other
    if other is None:
        return Refused((Finding("join.no-file", subject="number"),))
    found = (
        *_unfit(act, applicant, other, proposed=_proposed_by(applicant, other), why=why),
        *proofs.check(
            act, material=material, upload=upload, original_seen=original_seen, of=(applicant.id, other.id)
        ),
    )
    if found:
        return Refused(found)
    kept = proofs.keep(act, applicant, material=material, upload=upload, standard=proofs.LINK)
    applicant.proposed = (*applicant.proposed, (other.id, kept.id, act.by.userid, act.at, why.strip()))
    _trace(act, "applicant.propose-join", applicant, other, why=why, evidence=kept.id)
    return applicant


def confirm_join(act: Act, applicant: Applicant, *, other: str) -> Applicant | Refused:
    """Confirm a proposed join after a second look (复核关联): from now on both numbers are one subject."""
    row = _row(applicant, other)
    found = decide_second_look(proposed_by=row[2] if row else "", by=act.by.userid)
    if row is None:
        return Refused(found)
    second = act.site.applicants[other]
    found = (
        *found,
        *_unfit(act, applicant, second, proposed="", why=row[4]),
        *proofs.check(act, material=row[1], upload=None, original_seen=True, of=(applicant.id, other)),
    )
    if found:
        return Refused(found)
    _strike(applicant, other)
    for one, its in ((applicant, other), (second, applicant.id)):
        one.links = (*one.links, (LinkRole.SAME.value, its, row[1], act.today))
        _trace(act, "applicant.join", one, act.site.applicants[its], why=row[4], evidence=row[1])
    return applicant


@discreet
def refuse_join(act: Act, applicant: Applicant, *, other: str, why: str) -> Applicant | Refused:
    """Turn a proposed join or separation down, or take it back (不予关联、不予分开)."""
    found = []
    parting = next((row for row in applicant.partings if row[0] == other), None)
    if _row(applicant, other) is None and parting is None:
        found.append(Finding("join.nothing-proposed", subject="other"))
    if not why.strip():
        found.append(Finding("join.no-reason", subject="why"))
    if found:
        return Refused(tuple(found))
    _strike(applicant, other)
    applicant.partings = tuple(row for row in applicant.partings if row[0] != other)
    _trace(act, "applicant.refuse-join", applicant, act.site.applicants[other], why=why)
    return applicant


@discreet
def separate(act: Act, applicant: Applicant, *, other: str, why: str) -> Applicant | Refused:
    """Say that two files were joined wrongly (提出分开); somebody else looks at it before anything changes."""
    found = decide_separation(joined=other in subjects.joined_with(applicant), why=why)
    if not found and _parting(act, applicant, other) is not None:
        found = (Finding("separate.proposed", subject="other"),)
    if found:
        return Refused(found)
    applicant.partings = (*applicant.partings, (other, act.by.userid, act.at, why.strip()))
    _trace(act, "applicant.propose-separation", applicant, act.site.applicants[other], why=why)
    return applicant


def confirm_separation(act: Act, applicant: Applicant, *, other: str) -> Applicant | Refused:
    """Separate two files after a second look (复核分开): each keeps what came under its own number.

    Lines of open cases that the other's papers fill are emptied and say why; closed cases and archived packages stay as
    they are and bear a note; what one side put out of use of the other is in use again.
    """
    row = _parting(act, applicant, other)
    if row is None:
        return Refused((Finding("separate.nothing-proposed", subject="other"),))
    _other, proposed_by, _at, why = row
    if proposed_by == act.by.userid:
        return Refused((Finding("separate.same-person", subject="other"),))
    second = act.site.applicants[other]
    for one, its in ((applicant, other), (second, applicant.id)):
        one.partings = tuple(each for each in one.partings if each[0] != its)
    for one, its in ((applicant, other), (second, applicant.id)):
        one.links = tuple(link for link in one.links if link[:2] != (LinkRole.SAME, its))
        _trace(act, "applicant.separate", one, act.site.applicants[its], why=why)
    sides = [subjects.linked(act.site, each) for each in (applicant.id, other)]
    for mine, theirs in (sides, sides[::-1]):
        strange = frozenset(theirs).difference(mine)
        _restore(act, mine, strange)
        for dossier in _cases(act, mine):
            _part(act, dossier, strange, why=why.strip())
    return applicant


def _unfit(
    act: Act, applicant: Applicant, other: Applicant, *, proposed: str, why: str
) -> tuple[Finding, ...]:
    return decide_join(
        subjects.file_of(act, applicant),
        subjects.file_of(act, other),
        joined=subjects.one_subject(act.site, applicant.id),
        proposed=bool(proposed),
        why=why,
    )


def _parting(act: Act, applicant: Applicant, other: str) -> tuple | None:
    """Return the separation that waits, from whichever side it was proposed."""
    sides = ((applicant, other), (act.site.applicants.get(other), applicant.id))
    rows = (row for one, its in sides if one is not None for row in one.partings if row[0] == its)
    return next(rows, None)


def _proposed_by(applicant: Applicant, other: Applicant) -> str:
    """Return who proposed to join two files, from whichever side."""
    row = _row(applicant, other.id) or _row(other, applicant.id)
    return row[2] if row else ""


def _row(applicant: Applicant, other: str) -> tuple | None:
    return next((row for row in applicant.proposed if row[0] == other), None)


def _strike(applicant: Applicant, other: str) -> None:
    applicant.proposed = tuple(row for row in applicant.proposed if row[0] != other)


def _trace(act: Act, event: str, one: Applicant, other: Applicant, *, why: str, evidence: str = "") -> None:
    details = {"other": other.id, **({"evidence": evidence} if evidence else {})}
    leave_trace(act, event, one, permission=Permission.APPLICANT_JOIN, why=why.strip(), details=details)


def _cases(act: Act, files: Collection[str]) -> list[Dossier]:
    """Return the cases of some files and those that name one of them as a member of the family."""
    each = [
        dossier
        for file in files
        for listed in (questions.dossiers_of, questions.dossiers_naming)
        for dossier in listed(act.site, file)
    ]
    return list({dossier.id: dossier for dossier in each}.values())


def _part(act: Act, dossier: Dossier, strange: Collection[str], *, why: str) -> None:
    """Empty the lines of an open case that are filled with a stranger's papers; a closed case only bears the note."""
    known = {*subjects.linked(act.site, dossier.applicant)}
    known |= {file for member, _ in dossier.members for file in subjects.one_subject(act.site, member)}
    wrong = {
        entry[:2]: None
        for entry in dossier.entries
        if (holder := act.site.materials[entry[1]].applicant) in strange and holder not in known
    }
    if not wrong:
        return
    dossier.separated = (
        *dossier.separated,
        *((line, material, act.at, act.by.userid, why) for line, material in wrong),
    )
    lines = sorted({line for line, _ in wrong})
    if DossierState(dossier.state) in TO_FETCH:
        dossier.entries = tuple(entry for entry in dossier.entries if entry[:2] not in wrong)
        dossier.events = (*dossier.events, ("separate", act.at, act.by.userid, why))
    elif dossier.archived_item:
        enter(act, "archive.correct", f"archive:{dossier.archived_item}", why=why, details={"lines": lines})
    leave_trace(act, "dossier.separate", dossier, unit=dossier.unit, why=why, details={"lines": lines})


def _restore(act: Act, files: Collection[str], strange: Collection[str]) -> None:
    """Put into use again what a stranger's paper had taken the place of."""
    for material in [each for file in files for each in questions.library(act.site, file)]:
        newer = act.site.materials.get(material.superseded_by) if material.superseded_by else None
        if (
            newer is not None
            and newer.applicant in strange
            and material.status == MaterialStatus.SUPERSEDED
            and keys.owner(act.site, renewals.identity(material)) is None
        ):
            material.status, material.superseded_by = MaterialStatus.VALID.value, ""
            renewals.claim(act, material)
            leave_trace(act, "material.restore", material, details={"instead_of": newer.id})
