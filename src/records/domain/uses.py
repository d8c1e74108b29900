"""Use of archives (档案利用): who may read, copy or be certified what, for which purpose, and until when.

A request names the reader, the purpose and the items. Another person than the one who wrote it down decides; an item that
is not open is used with the consent of the unit that formed it. What was granted ends by the clock or by an act, and each
step stays on the register. Sources: 档案法 第二十八条 (open archives, lawful identity paper), 档案法实施条例 第三十二条
(copies with the office's seal), 第三十四条 (not yet transferred: the creating unit consents).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from .findings import Finding
from .vocabulary import ItemState, Term

CONSENT = "档案法实施条例 第三十四条"
COPIES = "档案法实施条例 第三十二条"
IDENTITY = "档案法 第二十八条"
OPEN = "开放"
"""What the description of an item says that was opened (开放审核)."""

MOST_ITEMS = 50
MOST_HOURS = 30 * 24
MOST_PAGES = 60
"""Pages of one stamped copy."""
DESTROYED = "destroyed"
"""State of a paper of use whose item was destroyed."""


class Purpose(Term):
    """What archives are used for (利用目的)."""

    WORK = "work", "工作查考"
    HISTORY = "history", "编史修志"
    RESEARCH = "research", "学术研究"
    ECONOMY = "economy", "经济建设"
    EDUCATION = "education", "宣传教育"
    LITIGATION = "litigation", "诉讼仲裁"
    RIGHTS = "rights", "个人（单位）权益"
    SUPERVISION = "supervision", "监督检查"
    OTHER = "other", "其他"


class Way(Term):
    """How archives are used (利用方式)."""

    READING = "reading", "阅览"
    COPYING = "copying", "复制"
    EXTRACTING = "extracting", "摘录"
    CERTIFYING = "certifying", "出具档案证明"


class UseState(Term):
    """Where a request for use stands (利用申请状态)."""

    REQUESTED = "requested", "待审批"
    APPROVED = "approved", "已批准"
    REFUSED = "refused", "未批准"
    WITHDRAWN = "withdrawn", "已撤回"
    NOT_FOUND = "not_found", "查档未查到"
    CLOSED = "closed", "已办结"


class Deed(Term):
    """What is done with a request (利用动作)."""

    NAME = "name_items", "查到，补列档号"
    APPROVE = "approve", "批准"
    REFUSE = "refuse", "不批准"
    WITHDRAW = "withdraw", "撤回申请"
    TELL = "tell_not_found", "告知未查到"
    OPEN = "open_reading", "开通电子阅览"
    END = "end_reading", "结束电子阅览"
    LEND = "lend_paper", "借出纸质档案"
    REMIND = "remind", "催还纸质档案"
    TAKE_BACK = "take_back", "收回纸质档案"
    COPY = "stamp_copy", "出具复制件"
    CERTIFY = "certify", "出具档案证明"
    EFFECT = "note_effect", "登记利用效果"
    CLOSE = "close", "办结"


class PaperKind(Term):
    """A numbered paper that a use leads to (利用文书)."""

    COPY = "copy", "档案复制件"
    CERTIFICATE = "certificate", "档案证明"
    NOT_FOUND = "not_found", "查档结果告知书（未查到）"


class SealState(Term):
    """Whether the image of a seal may be used (印章状态)."""

    ACTIVE = "active", "在用"
    RETIRED = "retired", "停用"


REQUESTED, APPROVED, REFUSED, WITHDRAWN, NOT_FOUND, CLOSED = UseState

#: Each deed with the states it starts from and the one it leads to; None where the state stays.
STEPS: Mapping[Deed, tuple[frozenset[UseState], UseState | None]] = {
    Deed.NAME: (frozenset({REQUESTED}), None),
    Deed.APPROVE: (frozenset({REQUESTED}), APPROVED),
    Deed.REFUSE: (frozenset({REQUESTED}), REFUSED),
    Deed.WITHDRAW: (frozenset({REQUESTED}), WITHDRAWN),
    Deed.TELL: (frozenset({REQUESTED}), NOT_FOUND),
    Deed.OPEN: (frozenset({APPROVED}), None),
    Deed.END: (frozenset({APPROVED}), None),
    Deed.LEND: (frozenset({APPROVED}), None),
    Deed.REMIND: (frozenset({APPROVED}), None),
    Deed.TAKE_BACK: (frozenset({APPROVED}), None),
    Deed.COPY: (frozenset({APPROVED}), None),
    Deed.CERTIFY: (frozenset({APPROVED}), None),
    Deed.EFFECT: (frozenset({APPROVED, CLOSED}), None),
    Deed.CLOSE: (frozenset({APPROVED}), CLOSED),
}

#: Which of the granted ways a deed rests on; one of them is enough.
RESTS_ON: Mapping[Deed, tuple[Way, ...]] = {
    Deed.OPEN: (Way.READING, Way.EXTRACTING),
    Deed.LEND: (Way.READING, Way.EXTRACTING),
    Deed.COPY: (Way.COPYING,),
    Deed.CERTIFY: (Way.CERTIFYING,),
}


@dataclass(frozen=True, slots=True)
class Sought:
    """An item as far as its use asks: where it stands, whether it is open, what lies on it, where its paper is.

    ``tombstone`` is the number of the destruction list with its day; ``paper`` says that there is paper, ``lent`` by which
    request it is out.
    """

    code: str
    state: ItemState
    opening: str = ""
    tombstone: tuple[str, str] = ("", "")
    holds: tuple[str, ...] = ()
    paper: bool = False
    lent: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """An electronic loan (电子借阅): from when until when, and when it was ended before its time."""

    opened: datetime
    until: datetime
    ended: datetime | None = None


def after(deed: Deed, state: UseState) -> UseState:
    """Return where a permitted deed leads."""
    return STEPS[deed][1] or state


def possible_deeds(state: UseState) -> tuple[Deed, ...]:
    """Return what can happen next to a request, in the order of the table."""
    return tuple(deed for deed, (origins, _) in STEPS.items() if state in origins)


def guard_state(deed: Deed, state: UseState) -> tuple[Finding, ...]:
    """Check that a deed starts from where the request stands (``use.wrong-state``)."""
    if state in STEPS[deed][0]:
        return ()
    return (Finding("use.wrong-state", params={"deed": deed.label, "state": state.label}),)


def guard_way(deed: Deed, ways: Collection[Way]) -> tuple[Finding, ...]:
    """Check that a deed rests on a way that was granted (``use.way-not-granted``)."""
    wanted = RESTS_ON.get(deed, ())
    if not wanted or any(way in ways for way in wanted):
        return ()
    return (Finding("use.way-not-granted", params={"deed": deed.label, "way": wanted[0].label}),)


def guard_items(items: Iterable[Sought]) -> tuple[Finding, ...]:
    """Check that items can be used at all: what is destroyed answers with its tombstone.

    Findings: ``use.item-destroyed`` (code, list, day), ``use.item-transferred``, ``use.item-not-ready`` (code, state).
    """
    found = []
    for item in items:
        match item.state:
            case ItemState.ARCHIVED:
                continue
            case ItemState.DESTROYED:
                number, day = item.tombstone
                params = {"code": item.code, "list": number, "day": day}
                found.append(Finding("use.item-destroyed", subject="items", params=params))
            case ItemState.TRANSFERRED:
                found.append(Finding("use.item-transferred", subject="items", params={"code": item.code}))
            case state:
                params = {"code": item.code, "state": state.label}
                found.append(Finding("use.item-not-ready", subject="items", params=params))
    return tuple(found)


def guard_request(
    *,
    reader: str,
    number: bool,
    purpose: Purpose | None,
    note: str,
    ways: Collection[Way],
    items: Sequence[Sought],
    unknown: Iterable[str],
    fonds: Collection[str],
    sought: str,
) -> tuple[Finding, ...]:
    """Check a request (利用申请): who, by which paper, what for, how, and which items or which words.

    ``fonds`` are those of the items, or the one that was named for the words in ``sought``. Findings: ``use.no-reader``,
    ``use.no-number``, ``use.no-purpose``, ``use.no-purpose-note``, ``use.no-way``, ``use.nothing-sought``, ``use.no-fonds``,
    ``use.several-fonds``, ``use.item-unknown``, ``use.too-many``, and those of ``guard_items``.
    """
    found = []
    if not reader:
        found.append(Finding("use.no-reader", subject="reader"))
    if not number:
        found.append(Finding("use.no-number", subject="number", basis=IDENTITY))
    if purpose is None:
        found.append(Finding("use.no-purpose", subject="purpose"))
    elif purpose is Purpose.OTHER and not note:
        found.append(Finding("use.no-purpose-note", subject="purpose_note"))
    if not ways:
        found.append(Finding("use.no-way", subject="reading"))
    unknown = tuple(unknown)
    if not (items or unknown or sought):
        found.append(Finding("use.nothing-sought", subject="items"))
    found += [Finding("use.item-unknown", subject="items", params={"code": code}) for code in unknown]
    if len(items) > MOST_ITEMS:
        found.append(Finding("use.too-many", subject="items", params={"most": MOST_ITEMS}))
    if len(fonds) > 1:
        found.append(Finding("use.several-fonds", subject="items"))
    elif not fonds and not unknown and sought:
        found.append(Finding("use.no-fonds", subject="fonds"))
    return (*found, *guard_items(items))


def guard_approve(
    state: UseState,
    items: Sequence[Sought],
    *,
    own: bool,
    for_unit: bool,
    consent: str,
) -> tuple[Finding, ...]:
    """Check an approval (审批): not one's ``own`` request; what is not open needs the creating unit's consent.

    ``for_unit`` says that the approver decides for that unit; otherwise ``consent`` names its letter. Findings:
    ``use.wrong-state``, ``use.own-request``, ``use.nothing-named``, ``use.no-consent``, and those of ``guard_items``.
    """
    found = list(guard_state(Deed.APPROVE, state))
    if own:
        found.append(Finding("use.own-request"))
    if not items:
        found.append(Finding("use.nothing-named"))
    if not (for_unit or consent) and any(item.opening != OPEN for item in items):
        found.append(Finding("use.no-consent", subject="consent", basis=CONSENT))
    return (*found, *guard_items(items))


def guard_refuse(state: UseState, *, own: bool, why: str) -> tuple[Finding, ...]:
    """Check a refusal (不批准): not of one's ``own`` request, with the reason that the reader is told (``use.no-reason``)."""
    found = list(guard_state(Deed.REFUSE, state))
    if own:
        found.append(Finding("use.own-request"))
    if not why:
        found.append(Finding("use.no-reason", subject="why"))
    return tuple(found)


def guard_open(
    state: UseState, ways: Collection[Way], items: Sequence[Sought], *, hours: int
) -> tuple[Finding, ...]:
    """Check an electronic loan (开通电子阅览): granted, within its longest time (``use.hours``)."""
    found = [*guard_state(Deed.OPEN, state), *guard_way(Deed.OPEN, ways)]
    if not 1 <= hours <= MOST_HOURS:
        found.append(Finding("use.hours", subject="hours", params={"most": MOST_HOURS}))
    return (*found, *guard_items(items))


def guard_reading(
    state: UseState, reading: Reading | None, items: Sequence[Sought], *, now: datetime
) -> tuple[Finding, ...]:
    """Check that a page may be shown at this instant; the clock ends a loan without anybody's doing.

    Findings: ``use.not-opened``, ``use.expired`` (until), ``use.ended``, and those of ``guard_items``.
    """
    if reading is None:
        return (Finding("use.not-opened"),)
    if reading.ended is not None or state is not APPROVED:
        return (Finding("use.ended"),)
    if now >= reading.until:
        return (Finding("use.expired", params={"until": f"{reading.until:%Y-%m-%d %H:%M}"}),)
    return guard_items(items)


def guard_lend(
    state: UseState, ways: Collection[Way], item: Sought | None, *, until: date | None, today: date
) -> tuple[Finding, ...]:
    """Check a loan of paper (借出纸质档案): it is there, nothing holds it, and it comes back on a day.

    Findings: ``use.wrong-state``, ``use.way-not-granted``, ``use.not-in-request``, ``use.no-paper``, ``use.lent`` (by which
    request), ``use.item-held``, ``use.no-date``, ``use.date-past``, and those of ``guard_items``.
    """
    found = [*guard_state(Deed.LEND, state), *guard_way(Deed.LEND, ways)]
    if item is None:
        found.append(Finding("use.not-in-request", subject="code"))
    else:
        found += guard_items((item,))
        if not item.paper:
            found.append(Finding("use.no-paper", subject="code", params={"code": item.code}))
        if item.lent:
            params = {"code": item.code, "request": item.lent}
            found.append(Finding("use.lent", subject="code", params=params))
        found += [
            Finding("use.item-held", subject="code", params={"code": item.code, "reference": reference})
            for reference in item.holds
        ]
    if until is None:
        found.append(Finding("use.no-date", subject="until"))
    elif until < today:
        found.append(Finding("use.date-past", subject="until", params={"until": until.isoformat()}))
    return tuple(found)


def guard_remind(state: UseState, *, overdue: Collection[str], how: str) -> tuple[Finding, ...]:
    """Check a reminder (催还): some paper is overdue, and it is said how the reader was told.

    Findings: ``use.wrong-state``, ``use.not-overdue``, ``use.no-how``.
    """
    found = list(guard_state(Deed.REMIND, state))
    if not overdue:
        found.append(Finding("use.not-overdue"))
    if not how:
        found.append(Finding("use.no-how", subject="how"))
    return tuple(found)


def guard_paper(
    deed: Deed, state: UseState, ways: Collection[Way], item: Sought | None, *, pages: int, body: str = ""
) -> tuple[Finding, ...]:
    """Check a stamped copy or a certificate (出具复制件、档案证明) of an item of the request.

    ``pages`` is how many pages are copied, 0 when what was typed makes no sense. Findings: ``use.wrong-state``,
    ``use.way-not-granted``, ``use.not-in-request``, ``use.pages``, ``use.pages-many``, ``use.no-body``, ``guard_items``.
    """
    found = [*guard_state(deed, state), *guard_way(deed, ways)]
    if item is None:
        found.append(Finding("use.not-in-request", subject="code"))
    else:
        found += guard_items((item,))
    if deed is Deed.COPY and item is not None and not pages:
        found.append(Finding("use.pages", subject="pages"))
    if deed is Deed.COPY and pages > MOST_PAGES:
        found.append(Finding("use.pages-many", subject="pages", params={"most": MOST_PAGES}))
    if deed is Deed.CERTIFY and not body:
        found.append(Finding("use.no-body", subject="body"))
    return tuple(found)


def guard_seal(
    *, known: bool, state: SealState, unit: str, fonds: str, placed_by: str, by: str
) -> tuple[Finding, ...]:
    """Check the use of a seal's image (印章管控): in use, of that unit, and put in by somebody else.

    Findings: ``use.seal-unknown``, ``use.seal-retired``, ``use.seal-own``.
    """
    if not known or unit != fonds:
        return (Finding("use.seal-unknown", subject="seal"),)
    found = []
    if state is SealState.RETIRED:
        found.append(Finding("use.seal-retired", subject="seal"))
    if placed_by == by:
        found.append(Finding("use.seal-own", subject="seal"))
    return tuple(found)


def guard_tell(state: UseState, *, items: Sequence[str], searched: str) -> tuple[Finding, ...]:
    """Check the answer that nothing was found (告知未查到): it says what was searched.

    Findings: ``use.wrong-state``, ``use.found-something`` (codes), ``use.no-searched``.
    """
    found = list(guard_state(Deed.TELL, state))
    if items:
        found.append(Finding("use.found-something", params={"codes": "、".join(items)}))
    if not searched:
        found.append(Finding("use.no-searched", subject="searched"))
    return tuple(found)


def guard_close(state: UseState, *, out: Iterable[str]) -> tuple[Finding, ...]:
    """Check that a request can be closed (办结): no paper is out any more (``use.paper-out``)."""
    lent = [Finding("use.paper-out", params={"code": code}) for code in out]
    return (*guard_state(Deed.CLOSE, state), *lent)
