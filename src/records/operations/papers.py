"""What each paper has to say about a dossier at the moment of its act, as plain facts for the printing.

The facts are frozen with the act: a paper printed again in thirty years says what was true on its day.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from records.clock import CIVIL, civil_date
from records.domain import custody, masking
from records.domain.checklists import NOT_HANDED_IN, LineState, LineStatus
from records.domain.deadlines import Act as LegalAct
from records.domain.deadlines import Deeming, rule_for
from records.domain.findings import Refused
from records.domain.guide_parts import Guide
from records.domain.referrals import Referral
from records.domain.vocabulary import (
    DeclineReason,
    DeliveryMethod,
    GapKind,
    Limit,
    MaterialSource,
    NoticeKind,
)
from records.resources.custody import Original
from records.resources.dossiers import Dossier
from records.rules import intake_rules

from .acts import Act
from .case_papers import handed_in_as
from .checklists import checklist_of, guide_of

Facts = dict[str, object]

#: In the words of the paper: what the applicant did not have to bring.
NOT_BROUGHT = frozenset(source.label for source in NOT_HANDED_IN)


def receipt(act: Act, dossier: Dossier) -> Facts:
    """Return what the receipt (收件凭证) says: every paper taken in, with its source, and the right to be told in time."""
    guide = guide_of(act.site, dossier)
    rule = _intake(guide, act)
    answered = next(
        (
            act.site.notices[notice].code
            for notice in reversed(dossier.notices)
            if act.site.notices[notice].notice_kind == NoticeKind.SUPPLEMENT
        ),
        "",
    )
    return {
        **_common(act, dossier, guide),
        "received_at": _minute(act.at),
        "materials": _materials(act, dossier),
        "tell_limit": _tell_limit(rule),
        "deemed": bool(rule) and rule.deeming is Deeming.ACCEPTED_FROM_RECEIPT,
        "intake_basis": f"{rule.law}{rule.clause}" if rule else "",
        "supplement": answered,
        "agent": dossier.agent,
    }


def acceptance(act: Act, dossier: Dossier) -> Facts:
    """Return what the acceptance (受理通知书) says: both due days, how they were counted, and what was not asked for."""
    guide = guide_of(act.site, dossier)
    limits = guide.limits
    statutory = limits.statutory.label if limits.statutory else "法律未规定"
    return {
        **_common(act, dossier, guide),
        "accepted_on": civil_date(dossier.accepted_at),
        "promised_due": dossier.promised_due,
        "statutory_due": dossier.statutory_due,
        "counting": f"承诺{limits.promised.label}，法定{statutory}，受理当日不计入",
        "provisional": dossier.due_provisional,
        "stops": "；".join(f"{special.kind.label}（{special.note}）" for special in guide.special),
        "deemed": dossier.deemed,
        "basis": "行政许可法第三十二条第一款第五项" if limits.intake_rule == "licence" else "",
        "fee": f"{guide.fee.name}：{guide.fee.standard}" if guide.fee else "不收费",
        "waived": [
            {"name": row["name"], "source": row["source"], "note": row["note"]}
            for row in _materials(act, dossier)
            if row["source"] in NOT_BROUGHT
        ],
        "materials": _materials(act, dossier),
    }


def supplement(act: Act, dossier: Dossier, *, until) -> Facts:
    """Return what the one-time notice (一次性告知书) says: each gap, what to do about it, and until when."""
    guide = guide_of(act.site, dossier)
    lines = {line.id: line for line in guide.lines}
    rule = _intake(guide, act)
    return {
        **_common(act, dossier, guide),
        "gaps": [
            {
                "name": lines[line].name,
                "kind": GapKind(kind).label,
                "action": demand,
                "basis": lines[line].basis,
            }
            for line, kind, demand in dossier.gaps
        ],
        "deadline": until,
        "consequence": "逾期未补正的，我们会电话提醒；需要更多时间的，请在期限内告诉我们。",
        "received_on": civil_date(dossier.received_at),
        "basis": f"{rule.law}{rule.clause}" if rule else "",
    }


def decline(act: Act, dossier: Dossier) -> Facts:
    """Return what the refusal to accept (不予受理通知书) says: reason, law, the right organ, what goes back, remedies."""
    guide = guide_of(act.site, dossier)
    reason, explanation, law, organ = dossier.declined
    return {
        **_common(act, dossier, guide),
        "reason": f"{DeclineReason(reason).label}。{explanation}".rstrip("。"),
        "law": law,
        "competent": organ,
        "returned": _materials(act, dossier),
        **_remedies(guide),
    }


def decision(act: Act, dossier: Dossier) -> Facts:
    """Return what the decision says: what is granted and for how long, or every reason for the refusal and the remedies."""
    guide = guide_of(act.site, dossier)
    law = "、".join(f"《{basis.name}》{'、'.join(basis.articles)}" for basis in guide.basis[:2])
    common = {**_common(act, dossier, guide), "decision": guide.title, "law": law, **_remedies(guide)}
    if dossier.reasons:
        reasons = [part.strip() for part in dossier.reasons.splitlines() if part.strip()]
        return {**common, "reasons": reasons}
    return {
        **common,
        "reasons": [],
        "conditions": [],
        "result_name": guide.result.name,
        "result_number": dossier.result_number,
        "valid_from": act.today,
        "valid_until": dossier.result_valid_until,
    }


def delivery(act: Act, dossier: Dossier) -> Facts:
    """Return what the proof of delivery (送达回证) says: which papers, to whom, how, and when."""
    guide = guide_of(act.site, dossier)
    method, recipient, proof = dossier.delivery
    decided = [
        notice
        for notice in (act.site.notices[notice] for notice in dossier.notices)
        if notice.notice_kind in (NoticeKind.GRANT, NoticeKind.REFUSAL)
    ]
    documents = [
        {"name": NoticeKind(notice.notice_kind).label, "number": notice.code, "copies": "1"}
        for notice in decided
    ]
    if dossier.result_number:
        documents.append({"name": guide.result.name, "number": dossier.result_number, "copies": "1"})
    return {
        **_common(act, dossier, guide),
        "documents": documents,
        "recipient": recipient,
        "method": DeliveryMethod(method).label,
        "place": guide.places[0].name if method == DeliveryMethod.COUNTER and guide.places else "",
        "delivered_at": _minute(act.at),
        "tracking": proof,
    }


def originals_receipt(act: Act, dossier: Dossier, originals: Sequence[Original]) -> Facts:
    """Return what the receipt for originals (收件回执) says: each with its code, and whether it comes back."""
    return {
        **_common(act, dossier, guide_of(act.site, dossier)),
        "received_at": _minute(act.at),
        "originals": [
            {
                "code": each.code,
                "name": each.title,
                "copies": str(each.copies),
                "note": "随办件留存归档" if each.state == custody.CONSUMED else "办结时退还",
            }
            for each in originals
        ],
        "brought_by": "、".join(dict.fromkeys(each.brought_by for each in originals if each.brought_by)),
    }


def originals_return(
    act: Act, dossier: Dossier, originals: Sequence[Original], *, recipient: str, authority: str
) -> Facts:
    """Return what the return slip (原件退还单) says: what goes back, to whom, and by which letter of authority."""
    receipts = dict.fromkeys(each.receipt for each in originals if each.receipt)
    return {
        **_common(act, dossier, guide_of(act.site, dossier)),
        "returned_at": _minute(act.at),
        "originals": [
            {"code": each.code, "name": each.title, "copies": str(each.copies), "note": ""}
            for each in originals
        ],
        "recipient": recipient,
        "authority": authority,
        "receipts": "、".join(act.site.notices[receipt].code for receipt in receipts),
    }


def referral(act: Act, dossier: Dossier, referral: Referral) -> Facts:
    """Return what the list says that goes up with a case (上报材料移交清单): to whom, by which law, the opinion, every paper."""
    return {
        **_common(act, dossier, guide_of(act.site, dossier)),
        "organ_above": referral.organ,
        "law": referral.law,
        "opinion": referral.opinion,
        "sent_on": referral.sent_on,
        "statutory_due": dossier.statutory_due,
        "materials": _materials(act, dossier),
    }


def _common(act: Act, dossier: Dossier, guide: Guide) -> Facts:
    applicant = act.site.applicants[dossier.applicant]
    ask = _telephone(guide.contacts, act.site.office.get("phone", ""))
    complain = _telephone(guide.complaints, act.site.office.get("supervision_phone", ""))
    return {
        "organ": guide.unit_name,
        "applicant": applicant.name,
        "masked_id": applicant.number_masked,
        "item_name": guide.title,
        "item_code": guide.codes.implementation,
        "dossier_number": dossier.code,
        "query_code": dossier.inquiry_code,
        "handler": masking.mask("name", act.by.name, audience="desk"),
        "telephone": ask,
        "supervision": complain,
        "address": guide.places[0].address if guide.places else "",
    }


def _materials(act: Act, dossier: Dossier) -> list[dict[str, str]]:
    checklist = checklist_of(act.site, dossier, today=act.today)
    entries = {entry[0]: entry for entry in dossier.entries}
    return [
        _row(act, state, entries[state.line.id])
        for state in checklist.lines
        if state.status is LineStatus.FILLED and state.line.id in entries
    ]


def _row(act: Act, state: LineState, entry: tuple) -> dict[str, str]:
    material = act.site.materials[entry[1]]
    brought = MaterialSource(entry[3]) not in NOT_HANDED_IN
    link = state.via.label if state.via else ""
    until = f"有效期至{material.valid_until}" if material.valid_until else ""
    verified = (
        f"{material.grade}级，{material.verified_on}核验" if not brought and material.verified_on else ""
    )
    return {
        "name": state.line.name,
        "form": handed_in_as(material, entry[3]),
        "copies": "" if not brought else str(state.line.originals + state.line.copies),
        "source": MaterialSource(entry[3]).label,
        "note": "，".join(part for part in (link, verified, until) if part),
    }


def _remedies(guide: Guide) -> Facts:
    return {
        "review_body": guide.remedies.reconsideration,
        "review_period": guide.remedies.reconsideration_limit.label,
        "court": guide.remedies.litigation,
        "suit_period": guide.remedies.litigation_limit.label,
    }


def _intake(guide: Guide, act: Act):
    rules = rule_for(intake_rules().get(guide.limits.intake_rule, ()), on=act.today)
    return None if isinstance(rules, Refused) else rules.get(LegalAct.INTAKE)


def _telephone(contacts, otherwise: str) -> str:
    """Return the first telephone number among the ways to ask or complain."""
    return next((contact.value for contact in contacts if "电话" in contact.way), otherwise)


def _tell_limit(rule) -> str:
    """Return in how many days the applicant must be told; empty where it happens at once or no law says."""
    if rule is None or rule.period is None or rule.period.unit is Limit.AT_ONCE:
        return ""
    return f"{rule.period.n}{rule.period.unit.label}"


def _minute(at: datetime) -> str:
    local = at.astimezone(CIVIL)
    return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"
