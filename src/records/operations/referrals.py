"""Referrals (上报件): the papers of a case go up with a list to the organ that decides, and its answer comes back into the pool.

The applicant is asked for nothing, and the clock of the case runs on (行政许可法 第三十五条).
"""

from __future__ import annotations

from dataclasses import astuple, replace
from datetime import date

from records.clock import civil_date
from records.domain import checklists
from records.domain.findings import Finding, Refused, blocking
from records.domain.permissions import Permission
from records.domain.referrals import Referral, guard_answer, guard_refer, last_of
from records.domain.vocabulary import DossierState, NoticeKind, ReferralOutcome
from records.resources.dossiers import Dossier

from . import materials, papers, subjects
from .acts import Act, leave_trace
from .checklists import checklist_of, falls_of, guide_of
from .discretion import discreet
from .notices import issue


@discreet
def refer(
    act: Act, dossier: Dossier, *, organ: str, law: str, opinion: str, sent_on: date | None = None
) -> Dossier | Refused:
    """Hand a case up to the organ that decides it (上报), with the preliminary opinion and the list of all its papers.

    ``sent_on`` is the day on which they went, today unless told. Nothing incomplete goes up: what the office still
    fetches or what holds no longer stands in the way (``decide.not-fetched`` and the findings of a fallen material).
    """
    guide = guide_of(act.site, dossier)
    found = guard_refer(
        last_of(dossier.referrals),
        state=DossierState(dossier.state),
        organ=organ,
        own=guide.unit_name,
        law=law,
        opinion=opinion,
        sent_on=sent_on or act.today,
        accepted_on=civil_date(dossier.accepted_at) if dossier.accepted_at else None,
        today=act.today,
    )
    if dossier.state == DossierState.ACCEPTED:
        checklist = checklist_of(act.site, dossier, today=act.today)
        found = (*found, *checklists.ready_to_grant(checklist), *subjects.unfilled(dossier))
        found = (*found, *blocking(falls_of(act.site, dossier, today=act.today).values()))
    if found:
        return Refused(tuple(found))
    referral = Referral(
        organ.strip(), law.strip(), opinion.strip(), sent_on or act.today, act.by.userid, act.at
    )
    listed = issue(act, dossier, NoticeKind.REFERRAL, papers.referral(act, dossier, referral))
    dossier.referrals = (*dossier.referrals, astuple(replace(referral, notice=listed.id)))
    _note(act, dossier, "refer", why=f"{referral.organ}（{referral.law}）")
    return dossier


@discreet
def answer_referral(
    act: Act,
    dossier: Dossier,
    *,
    outcome: ReferralOutcome | None,
    result_number: str = "",
    result: materials.Upload | None = None,
    answered_on: date | None = None,
    result_valid_until: date | None = None,
    electronic: bool = False,
    remark: str = "",
) -> Dossier | Refused:
    """Enter what the organ above answered (上级答复): its paper is the result, and what it grants a material at once.

    Returned (退回) means that it does not decide; then the case is decided here or goes up to another organ.
    """
    last = last_of(dossier.referrals)
    day = answered_on or act.today
    found = guard_answer(
        last,
        outcome,
        state=DossierState(dossier.state),
        number=result_number,
        file=result is not None,
        remark=remark,
        answered_on=day,
        ends=result_valid_until,
        today=act.today,
    )
    guide = guide_of(act.site, dossier)
    granted = outcome is ReferralOutcome.GRANTED
    if granted and subjects.belongs_to_another(
        act, dossier, standard=guide.result.material, number=result_number
    ):
        found = (*found, Finding("result.number-of-another", subject="result_number"))
    if found:
        return Refused(found)
    digest = materials.hold(act, result).digest if result is not None else ""
    answered = replace(
        last,
        outcome=outcome.value,
        number=result_number.strip(),
        answered_on=day,
        digest=digest,
        remark=remark.strip(),
        answered_by=act.by.userid,
        answered_at=act.at,
    )
    dossier.referrals = (*dossier.referrals[:-1], astuple(answered))
    dossier.result_digest, dossier.result_electronic = digest, bool(digest) and electronic
    if granted:
        dossier.result_number, dossier.result_valid_until = answered.number, result_valid_until
        if guide.result.material:
            dossier.result_material = materials.add_result(
                act,
                dossier,
                standard=guide.result.material,
                title=guide.result.name,
                issuer=last.organ,
                issued_on=day,
            ).id
    said = " ".join(filter(None, (last.organ, outcome.label, answered.number, answered.remark)))
    _note(act, dossier, "answer_referral", why=said)
    return dossier


def _note(act: Act, dossier: Dossier, event: str, *, why: str) -> None:
    dossier.events = (*dossier.events, (event, act.at, act.by.userid, why))
    permission = Permission.DOSSIER_DECIDE
    leave_trace(act, f"dossier.{event}", dossier, unit=dossier.unit, permission=permission, why=why)
