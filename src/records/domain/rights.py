"""What a citizen may ask of the office about what it holds (个人信息权利): object, have deleted, get a copy, and what follows.

Basis: 个人信息保护法 第四十四条至第五十条; 档案法 第十四条.
"""

from __future__ import annotations

from .findings import Finding
from .vocabulary import MaterialStatus, Term

DELETION = "个人信息保护法 第四十七条第二款"
CORRECTION = "个人信息保护法 第四十六条"


class SealGround(Term):
    """Why a wish for deletion is answered by sealing (封存理由)."""

    ARCHIVES = "archives", "办件形成的材料依法归档保存，保管期限未满不能删除"
    TECHNICAL = "technical", "与留痕记录连在一起，技术上难以单独删除"


def ground_of(*, used: bool) -> SealGround:
    """Return the ground: what a received case used belongs to its archives, the rest cannot be torn out of the record."""
    return SealGround.ARCHIVES if used else SealGround.TECHNICAL


def decide_objection(now: MaterialStatus, *, disputed: bool, why: str) -> tuple[Finding, ...]:
    """Return what speaks against noting an objection (异议): ``rights.gone``, ``rights.disputed-already``, ``rights.no-reason``."""
    found = []
    if now in (MaterialStatus.WITHDRAWN, MaterialStatus.SEALED):
        found.append(Finding("rights.gone", params={"status": now.label}))
    elif disputed:
        found.append(Finding("rights.disputed-already"))
    return (*found, *_said(why))


def decide_answer(*, disputed: bool, noted_by: str, by: str, answer: str) -> tuple[Finding, ...]:
    """Return what speaks against answering an objection: ``rights.not-disputed``, ``rights.same-person``, ``rights.no-answer``."""
    found = () if disputed else (Finding("rights.not-disputed"),)
    if disputed and noted_by == by:
        found = (Finding("rights.same-person"),)
    return found if answer.strip() else (*found, Finding("rights.no-answer", subject="answer"))


def decide_seal(now: MaterialStatus, *, running: tuple[str, ...], why: str) -> tuple[Finding, ...]:
    """Return what speaks against sealing (封存): ``rights.gone``, ``rights.running`` (code of a case that rests on it), ``rights.no-reason``."""
    found = []
    if now in (MaterialStatus.WITHDRAWN, MaterialStatus.SEALED):
        found.append(Finding("rights.gone", params={"status": now.label}))
    found += [Finding("rights.running", params={"code": code}, basis=DELETION) for code in running]
    return (*found, *_said(why))


def decide_unseal(now: MaterialStatus, *, taken: bool, why: str) -> tuple[Finding, ...]:
    """Return what speaks against unsealing: ``rights.not-sealed``, ``rights.replaced``, ``rights.no-reason``."""
    found = []
    if now is not MaterialStatus.SEALED:
        found.append(Finding("rights.not-sealed"))
    elif taken:
        found.append(Finding("rights.replaced"))
    return (*found, *_said(why))


def decide_copy(now: MaterialStatus, *, pictured: bool, recipient: str, purpose: str) -> tuple[Finding, ...]:
    """Return what speaks against handing out a copy: ``rights.gone``, ``rights.no-picture``, ``rights.no-recipient``, ``rights.no-purpose``."""
    found = []
    if now in (MaterialStatus.WITHDRAWN, MaterialStatus.SEALED):
        found.append(Finding("rights.gone", params={"status": now.label}))
    elif not pictured:
        found.append(Finding("rights.no-picture"))
    if not recipient.strip():
        found.append(Finding("rights.no-recipient", subject="recipient"))
    if not purpose.strip():
        found.append(Finding("rights.no-purpose", subject="purpose"))
    return tuple(found)


def _said(why: str) -> tuple[Finding, ...]:
    return () if why.strip() else (Finding("rights.no-reason", subject="why"),)
