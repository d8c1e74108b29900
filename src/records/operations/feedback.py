"""Was this right? (指南纠错): what a reader says about a guide, and the answer within the days the office promised."""

from __future__ import annotations

import re
from collections.abc import Iterator

from records.domain.clocks import due
from records.domain.findings import Finding, Refused
from records.domain.permissions import Permission
from records.domain.vocabulary import Term
from records.indexes import keys, worklists
from records.resources.feedback import Feedback
from records.resources.guides import Guide
from records.resources.site import Site
from records.rules.clocks import reply_limit
from records.vault import Vault

from .acts import Act, leave_trace, register
from .discretion import discreet

PROMISE = "guide-feedback"
LEAST = 2
"""Letters, characters or digits that a word to the office, and its answer, have at least; signs and blanks say nothing."""
_PHONE = re.compile(r"[0-9+() -]{7,24}")


class FeedbackPart(Term):
    """Which part of the guide a reader means (哪一处)."""

    MATERIALS = "materials", "要带的材料"
    PLACE = "place", "地点和时间"
    TIME = "time", "办理时限"
    FEE = "fee", "收费"
    PHONE = "phone", "电话打不通"
    UNCLEAR = "unclear", "看不懂"
    OTHER = "other", "其他"


class FeedbackState(Term):
    """How a reader's word stands (答复状态)."""

    NOTED = "noted", "已记下"
    OPEN = "open", "待答复"
    ANSWERED = "answered", "已答复"


def _give(
    act: Act, guide: Guide, *, right: bool, part: FeedbackPart | None, text: str, phone: str
) -> Feedback | Refused:
    version = guide.in_force(act.today)
    found = []
    if version is None:
        found.append(Finding("guide.not-in-force", params={"title": guide.title}))
    if not right and not _says_something(text):
        found.append(Finding("feedback.no-text", subject="text"))
    if phone and not _PHONE.fullmatch(phone):
        found.append(Finding("feedback.phone", subject="phone"))
    if found:
        return Refused(tuple(found))
    record = Feedback()
    record.guide, record.guide_version, record.unit = guide.key, version.version, guide.unit
    record.right, record.part, record.text = right, part.value if part and not right else "", text.strip()
    if right and not record.text:
        record.state = FeedbackState.NOTED.value
    register(act, record)
    if record.state == FeedbackState.OPEN.value:
        period = reply_limit(PROMISE).period
        record.due_on = due(act.today, period.n, period.unit, act.calendar).due
        number = act.site.counter(f"feedback:{act.today.year}").next()
        record.code = f"JC{act.today.year}{number:05d}"
        record.inquiry_code = f"{int.from_bytes(act.vault.salt('inquiry', record.id)[:8]) % 10**6:06d}"
        record.phone_sealed = act.vault.seal(phone, purpose="phone") if phone else b""
        keys.claim(act.site, keys.compose("feedback-code", record.code), record.id)
    leave_trace(act, "feedback.give", record, unit=guide.unit)
    return record


#: Take what a reader says about a guide: right, or what is wrong with it; a number typed into the text is masked, the
#: telephone is sealed. ``feedback.no-text``, ``feedback.phone``, ``guide.not-in-force``.
give_feedback = discreet(_give, but="phone")


@discreet
def answer_feedback(act: Act, record: Feedback, *, answer: str, publish: bool) -> Feedback | Refused:
    """Answer a reader (答复纠错); with ``publish`` question and answer stand below the guide for everybody.

    ``feedback.not-open``, ``feedback.no-answer``.
    """
    if record.state != FeedbackState.OPEN.value:
        return Refused((Finding("feedback.not-open", params={"code": record.code}),))
    if not _says_something(answer):
        return Refused((Finding("feedback.no-answer", subject="answer", params={"code": record.code}),))
    record.answer, record.published = answer.strip(), publish
    record.state = FeedbackState.ANSWERED.value
    record.answered_by, record.answered_at = act.by.userid, act.at
    leave_trace(act, "feedback.answer", record, unit=record.unit, permission=Permission.FEEDBACK_ANSWER)
    return record


def _says_something(text: str) -> bool:
    return sum(sign.isalnum() for sign in text) >= LEAST


def phone_of(vault: Vault, record: Feedback) -> str:
    """Return the telephone a reader left, for whoever answers; reading it is the caller's to note."""
    return vault.unseal(record.phone_sealed, purpose="phone") if record.phone_sealed else ""


def with_code(site: Site, code: str) -> Feedback | None:
    """Return what was said under a receipt number, or None."""
    owner = keys.owner(site, keys.compose("feedback-code", code))
    return site.feedback[owner] if owner else None


def published(site: Site, guide: str) -> tuple[Feedback, ...]:
    """Return the answered questions that stand below a guide, the newest first: candidates for its 常见问题."""
    listed = _of_list(site, ("answers", guide))
    return tuple(record for record in listed if record.published)


def waiting(site: Site, unit: str) -> Iterator[Feedback]:
    """Yield what a unit has yet to answer, the most urgent first."""
    yield from _of_list(site, ("feedback", unit, FeedbackState.OPEN.value))


def answered(site: Site, unit: str, limit: int = 20) -> Iterator[Feedback]:
    """Yield what a unit answered, the newest first."""
    yield from _of_list(site, ("feedback", unit, FeedbackState.ANSWERED.value), limit)


def _of_list(site: Site, name: tuple[str, ...], limit: int | None = None) -> Iterator[Feedback]:
    for _, found in worklists.page(site, *name, limit=limit):
        yield site.feedback[found]
