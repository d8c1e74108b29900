"""Sparing (保留): what of a destroyed item stays and why, in the words of the destruction list."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from .findings import Finding
from .vocabulary import Grade, MaterialStatus, Term

WHOLE = "整件未销毁"
"""What stays when nothing of an item was destroyed."""


class Spared(Term):
    """Why something of a destroyed item stays (保留原因)."""

    CASE = "case", "另一办件仍在使用"
    ITEM = "item", "另一归档件的组成部分"
    IN_FORCE = "in-force", "仍在有效期内的证照，申请人可继续使用"
    EVIDENCE = "evidence", "申请人关系、授权的依据"
    LIBRARY = "library", "申请人还有其他材料、办件或者档案"


#: How the register says why a whole item stayed, by the finding that spoke against it.
STAYED = {
    "disposition.not-archived": "不是已归档",
    "disposition.undecided": "没有销毁的意见",
    "disposition.permanent": "永久保管",
    "disposition.not-expired": "保管期限未满",
    "disposition.held": "暂缓处置",
    "disposition.hold-coming": "正在登记暂缓处置",
    "disposition.lent": "纸质档案借出未还",
}


def taken_off(why: str) -> str:
    """Return in the words of the register why an item that the heads had signed for was taken off it."""
    return f"剔除：{why}"


def stayed(found: Iterable[Finding]) -> str:
    """Return in the words of the register why an item was not destroyed, each hold with its reference."""
    return "；".join(
        STAYED[each.code] + (f"（{each.params['reference']}）" if "reference" in each.params else "")
        for each in found
    )


def spared_words(rows: Iterable[tuple[str, str, str]]) -> tuple[tuple[str, str, str], ...]:
    """Return what was spared as the register shows it, each row once: code, what stays, and why in words."""
    words = {spared.value: spared.label for spared in Spared}
    return tuple(sorted({(code, what, words.get(why, why)) for code, what, why in rows}))


def reason_to_spare(
    *,
    other_case: bool,
    other_item: bool,
    evidence: bool,
    status: MaterialStatus,
    grade: Grade,
    numbered: bool,
    until: date | None,
    today: date,
) -> Spared | None:
    """Return why a material of a destroyed case stays in its applicant's library; None when it goes with the case.

    It stays while another case or item shows it or something rests on it, and a licence while it is in force: a paper
    by an organ (grade A or B) that is valid and either has a last day still to come or, without any, a number of its own.
    """
    if other_case:
        return Spared.CASE
    if other_item:
        return Spared.ITEM
    if evidence:
        return Spared.EVIDENCE
    lasting = until >= today if until is not None else numbered
    official = grade in (Grade.A, Grade.B) and status is MaterialStatus.VALID
    return Spared.IN_FORCE if official and lasting else None
