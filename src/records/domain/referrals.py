"""Referrals (上报件): a case whose decision belongs to a higher organ goes up with its papers, and its answer comes back.

The applicant is never asked again for what went up, and the time limit runs on meanwhile: 行政许可法 第三十五条,
第四十三条. Pure: the rules take the days and what is known of the case.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from .findings import Finding
from .identifiers import is_document_number
from .vocabulary import DossierState, Outcome, ReferralOutcome

HANDED_UP = "行政许可法 第三十五条"
"""Preliminary opinion and all papers go up directly; the higher organ may not ask the applicant again."""


@dataclass(frozen=True, slots=True)
class Referral:
    """One referral (上报): to which organ, by which law, with which opinion, when; and what was answered, once it is.

    ``notice`` is the list that went along. ``outcome`` is empty while the answer is awaited; ``number``, ``answered_on``
    and ``digest`` are those of the paper that answers.
    """

    organ: str
    law: str
    opinion: str
    sent_on: date
    by: str
    at: datetime
    notice: str = ""
    outcome: str = ""
    number: str = ""
    answered_on: date | None = None
    digest: str = ""
    remark: str = ""
    answered_by: str = ""
    answered_at: datetime | None = None

    @property
    def waiting(self) -> bool:
        """Tell whether the organ has not answered yet."""
        return not self.outcome

    @property
    def decided(self) -> bool:
        """Tell whether the organ has decided, one way or the other."""
        return self.outcome in (ReferralOutcome.GRANTED, ReferralOutcome.REFUSED)


def last_of(rows: Sequence[tuple[Any, ...]]) -> Referral | None:
    """Return the last referral of a case, None for one that was never referred."""
    return Referral(*rows[-1]) if rows else None


def guard_refer(
    last: Referral | None,
    *,
    state: DossierState,
    organ: str,
    own: str,
    law: str,
    opinion: str,
    sent_on: date,
    accepted_on: date | None,
    today: date,
) -> tuple[Finding, ...]:
    """Check that a case may go up: accepted and undecided, once at a time, to another organ, by a law, with an opinion."""
    found = _wrong_state("refer", state)
    if last is not None and last.waiting:
        found.append(Finding("refer.waiting", params={"organ": last.organ}))
    if last is not None and last.decided:
        found.append(Finding("refer.decided", params={"organ": last.organ}))
    if not organ.strip():
        found.append(Finding("refer.no-organ", subject="organ", basis=HANDED_UP))
    elif organ.strip() == own:
        found.append(Finding("refer.own-organ", subject="organ", params={"organ": own}))
    if not law.strip():
        found.append(Finding("refer.no-law", subject="law", basis=HANDED_UP))
    if not opinion.strip():
        found.append(Finding("refer.no-opinion", subject="opinion", basis=HANDED_UP))
    if sent_on > today or (accepted_on is not None and sent_on < accepted_on):
        since = (accepted_on or today).isoformat()
        params = {"since": since, "today": today.isoformat()}
        found.append(Finding("refer.wrong-day", subject="sent_on", params=params))
    return tuple(found)


def guard_answer(
    last: Referral | None,
    outcome: ReferralOutcome | None,
    *,
    state: DossierState,
    number: str,
    file: bool,
    remark: str,
    answered_on: date,
    ends: date | None,
    today: date,
) -> tuple[Finding, ...]:
    """Check an answer: to what waits, numbered and with its file when it decides, with reasons when it does not grant."""
    found = _wrong_state("answer_referral", state)
    if last is None or not last.waiting:
        return (*found, Finding("referral.none-waiting"))
    decides = outcome in (ReferralOutcome.GRANTED, ReferralOutcome.REFUSED)
    if outcome is None:
        found.append(Finding("referral.no-outcome", subject="outcome"))
    if decides and not number.strip():
        found.append(Finding("referral.no-number", subject="result_number"))
    elif decides and not is_document_number(number):
        params = {"number": number.strip()}
        found.append(Finding("result.number-form", subject="result_number", params=params))
    if decides and not file:
        found.append(Finding("referral.no-file", subject="result"))
    if outcome is ReferralOutcome.RETURNED and file:
        found.append(Finding("referral.file-not-wanted", subject="result"))
    if outcome in (ReferralOutcome.REFUSED, ReferralOutcome.RETURNED) and not remark.strip():
        found.append(Finding("referral.no-remark", subject="remark"))
    if answered_on > today or answered_on < last.sent_on:
        params = {"since": last.sent_on.isoformat(), "today": today.isoformat()}
        found.append(Finding("referral.wrong-day", subject="answered_on", params=params))
    if outcome is ReferralOutcome.GRANTED and ends is not None and ends <= today:
        params = {"until": ends.isoformat()}
        found.append(Finding("result.ended", subject="result_valid_until", params=params))
    return tuple(found)


def guard_decision(
    last: Referral | None, outcome: Outcome | None, *, number: str, file: bool, ends: date | None
) -> tuple[Finding, ...]:
    """Check a decision on a case that went up: not before the answer, not against it, not with another result."""
    if last is None or not (last.waiting or last.decided):
        return ()
    if last.waiting:
        return (Finding("decide.referred", params={"organ": last.organ}, basis=HANDED_UP),)
    found = []
    if outcome is not None and outcome.value != last.outcome:
        params = {"organ": last.organ, "outcome": ReferralOutcome(last.outcome).label}
        found.append(Finding("decide.against-referral", subject="outcome", params=params, basis=HANDED_UP))
    if file or ends is not None or (number.strip() and number.strip() != last.number):
        params = {"organ": last.organ, "number": last.number}
        found.append(Finding("decide.other-result", subject="result_number", params=params))
    return tuple(found)


def _wrong_state(event: str, state: DossierState) -> list[Finding]:
    if state is DossierState.ACCEPTED:
        return []
    params = {"event": event, "state": state.label, "possible": DossierState.ACCEPTED.label}
    return [Finding("dossier.wrong-state", params=params)]
