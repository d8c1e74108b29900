"""Whether somebody can apply (我能办吗): one question after the other, then the answer and the personal list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from .conditions import YES, Answers, Question, chosen
from .findings import Finding
from .guide_elements import Batch, Eligibility
from .guide_parts import Guide, Line
from .situations import next_question, personal_list


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer to 我能办吗: the outcome, why, where to go, and for those who can apply their own list of materials.

    ``check`` is the key of the question that decided. ``opens`` is the next time in which applications are taken,
    where the outcome is that none are taken now.
    """

    outcome: Eligibility
    reason: str = ""
    where: str = ""
    check: str = ""
    lines: tuple[Line, ...] = ()
    opens: Batch | None = None


def eligible(guide: Guide, answers: Answers, *, today: date | None = None) -> Question | Verdict:
    """Return the next question, or the verdict once nothing more needs to be asked.

    The checks come in their order and end at the first answer that speaks against applying; then the questions of
    the situation that still matter. ``today`` says whether applications are taken now, where they come in batches.
    """
    for check in guide.checks:
        if check.key not in answers:
            return check.question
        outcome = check.means(YES in chosen(answers[check.key]))
        if outcome is not Eligibility.ELIGIBLE:
            return Verdict(outcome, check.reason, check.where, check.key)
    question = next_question(guide, answers)
    if question is not None:
        return question
    lines = personal_list(guide, answers)
    if today is not None and guide.batches:
        current, following = batch_on(guide, today)
        if current is None:
            return Verdict(Eligibility.NOT_NOW, lines=lines, opens=following)
    return Verdict(Eligibility.ELIGIBLE, lines=lines)


def batch_on(guide: Guide, today: date) -> tuple[Batch | None, Batch | None]:
    """Return the batch in which applications are taken on a day and the next one to open (受理时段), each if known."""
    ordered = sorted(guide.batches, key=lambda batch: batch.opens)
    current = next((batch for batch in ordered if batch.opens <= today <= batch.closes), None)
    return current, next((batch for batch in ordered if batch.opens > today), None)


def check_eligibility(guide: Guide) -> tuple[Finding, ...]:
    """Check the questions of 我能办吗 and the batches before publication; all findings block.

    ``guide.check-repeated`` (a key that stands twice or is a situation's too), ``guide.check-no-text``,
    ``guide.check-idle`` (not exactly one answer leads on), ``guide.check-no-reason``, ``guide.check-no-place`` (another
    organ is right, and nobody says which), ``guide.batch-dates``.
    """
    return (*_checks(guide), *_batches(guide))


def _checks(guide: Guide) -> Iterator[Finding]:
    situations = {question.key for question in guide.situations}
    times = Counter(check.key for check in guide.checks)
    for at, check in enumerate(guide.checks):
        path, params = f"checks.{at}", {"check": check.text or check.key}
        if times[check.key] > 1 or check.key in situations:
            yield Finding("guide.check-repeated", subject=f"{path}.key", params={"check": check.key})
        if not check.text.strip():
            yield Finding("guide.check-no-text", subject=f"{path}.text", params=params)
        meanings = {check.means(True), check.means(False)}
        if len(meanings) == 1 or Eligibility.ELIGIBLE not in meanings:
            yield Finding("guide.check-idle", subject=f"{path}.no", params=params)
        if meanings != {Eligibility.ELIGIBLE} and not check.reason.strip():
            yield Finding("guide.check-no-reason", subject=f"{path}.reason", params=params)
        if Eligibility.ELSEWHERE in meanings and not check.where.strip():
            yield Finding("guide.check-no-place", subject=f"{path}.where", params=params)


def _batches(guide: Guide) -> Iterator[Finding]:
    for at, batch in enumerate(guide.batches):
        if batch.closes < batch.opens:
            yield Finding("guide.batch-dates", subject=f"batches.{at}.closes", params={"batch": batch.name})
