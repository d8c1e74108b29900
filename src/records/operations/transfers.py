"""Transfers (移交): opened from the due list, checked, signed by two people, handed over, and answered by the archives.

Nothing here moves a package: checking, packing and entering the archives' answer are owed to the background
(``transferring``), which looks at each item once more.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import islice

from records.clock import civil_date
from records.domain import transfers as rules
from records.domain.catalogues import Carrier
from records.domain.findings import Finding, Refused
from records.domain.permissions import Permission
from records.domain.transfers import (
    ItemFacts,
    Level,
    Period,
    Receiver,
    Signer,
    Standing,
    TransferState,
)
from records.domain.vocabulary import ItemState
from records.indexes import disposition_questions, keys, use_questions
from records.indexes import transfer_questions as questions
from records.resources.archives import ArchivedItem
from records.resources.site import Site
from records.resources.transfers import Transfer, TransferLines
from records.rules.transfers import office_rows, transfer_rows

from .acts import Act, leave_trace, owe, register
from .appraisal import numbered
from .discretion import discreet
from .holds import SEPARATORS
from .materials import Upload
from .proving import unproven

MOST = 1000
"""Items on one transfer."""
CHECK, PACK, ENTER, FREEZE = "check-transfer", "pack-transfer", "enter-transfer", "freeze-transfer"
APPRAISED = "appraisal.transfer"


def receiver_of(site: Site, fonds: str) -> Receiver | None:
    """Return the archives that receive a fonds, as the office names them; None while it has said nothing."""
    told = site.office.get("transfer", {}).get(fonds)
    if told is None:
        return None
    return Receiver(
        told["archives"], Level(told["level"]), tuple(told["heads"]), told["profile"],
        told["electronic_years"], told["agreement"], told["hold_years"],
    )  # fmt: skip


def period_for(site: Site, fonds: str, receiver: Receiver, *, today: date) -> questions.PeriodOf:
    """Return who says when items of a class go to the archives of a fonds, by its own rows and the general table."""
    rows = (*office_rows(receiver.level, site.office.get("transfer_table", ())), *transfer_rows())

    def period_of(category: str, retention: str, carrier: str) -> Period | None:
        return rules.period_of(
            receiver,
            rows,
            category=category,
            retention=retention,
            fonds=fonds,
            electronic=carrier == Carrier.ELECTRONIC,
            on=today,
        )

    return period_of


def standing_of(record: Transfer) -> Standing:
    """Return what the rules ask of a transfer."""
    return Standing(
        state=TransferState(record.state),
        prepared_by=record.prepared_by,
        total=record.total,
        signed=tuple((Signer(signer), userid) for signer, userid, _ in record.signatures),
        receipt=bool(record.receipt),
    )


def awaits(record: Transfer, userid: str) -> bool:
    """Tell whether a transfer waits for somebody's signature now."""
    standing = standing_of(record)
    return any(not rules.guard_sign(standing, signer, userid, heads=record.heads) for signer in Signer)


def formed_on(site: Site, item: ArchivedItem) -> date:
    """Return the day on which an item was formed: that of its closing, else the last of its year."""
    case = site.dossiers.get(item.dossier)
    if case is not None and case.delivered_at and civil_date(case.delivered_at).year == item.year:
        return civil_date(case.delivered_at)
    return date(item.year, 12, 31)


def facts_of(
    site: Site, item: ArchivedItem, period_of: questions.PeriodOf, *, on: Transfer | None = None
) -> ItemFacts:
    """Return an item as far as its transfer asks, by what stands in the database at this moment."""
    listed = disposition_questions.item_of_list(site, item.id)
    other = questions.transfer_of(site, item.id)
    elsewhere = site.dispositions[listed].code if listed else ""
    if other and (on is None or other != on.id):
        elsewhere = site.transfers[other].code
    return ItemFacts(
        code=item.code or item.provisional_code,
        state=ItemState(item.state),
        formed=formed_on(site, item),
        period=period_of(item.category, item.retention, item.carrier),
        appraised=any(event[0] == APPRAISED for event in item.management),
        delayed=item.delayed[0] if item.delayed else None,
        holds=tuple(hold.reference for hold in disposition_questions.holds_on(site, item)),
        placing=tuple(hold.reference for hold in disposition_questions.holds_coming(site, item.fonds)),
        reviewed=bool(item.opinion),
        elsewhere=elsewhere,
        package=bool(item.manifest),
        lent=use.code if (use := use_questions.lent_by(site, item.id)) is not None else "",
    )


def against(act: Act, record: Transfer) -> tuple[Finding, ...]:
    """Return everything that speaks against the items of a transfer now, by their codes."""
    receiver = receiver_of(act.site, record.fonds)
    if receiver is None:
        return (Finding("transfer.no-receiver", params={"fonds": record.fonds}),)
    period_of = period_for(act.site, record.fonds, receiver, today=act.today)
    found: list[Finding] = []
    for item in record.lines.codes:
        facts = facts_of(act.site, act.site.archives[item], period_of, on=record)
        found += rules.guard_item(facts, today=act.today, ready=True)
    return tuple(sorted(found, key=lambda each: each.subject))


@discreet
def open_transfer(
    act: Act, *, fonds: str, codes: str = "", year: int = 0, category: str = "", retention: str = ""
) -> Transfer | Refused:
    """Open a transfer (拟移交) of named items, or of what is due and fits; what is held or on another list is left out.

    Findings: ``permission.denied``, ``transfer.no-receiver``, ``transfer.code-unknown``, ``transfer.other-fonds``,
    those of ``guard_item``, ``transfer.nothing-due``.
    """
    if not act.matrix.permits(act.by, Permission.TRANSFER_PREPARE, unit=fonds):
        return Refused(
            (Finding("permission.denied", params={"permission": Permission.TRANSFER_PREPARE.value}),)
        )
    receiver = receiver_of(act.site, fonds)
    if receiver is None:
        return Refused((Finding("transfer.no-receiver", params={"fonds": fonds}),))
    period_of = period_for(act.site, fonds, receiver, today=act.today)
    named, found = named_items(act.site, fonds, codes)
    for item in named:
        found += rules.guard_item(facts_of(act.site, item, period_of), today=act.today, ready=False)
    if not codes.strip():
        fitting = (
            item
            for waiting in questions.to_transfer(act.site, fonds, period_of, today=act.today)
            if (not year or waiting.year == year)
            and category.strip() in ("", waiting.category)
            and retention.strip() in ("", waiting.retention)
            and (item := act.site.archives[waiting.id])
            and not rules.guard_item(facts_of(act.site, item, period_of), today=act.today, ready=False)
        )
        named = list(islice(fitting, MOST))
    if not (named or found):
        found.append(Finding("transfer.nothing-due", subject="year"))
    if found:
        return Refused(tuple(found))
    record = Transfer()
    record.fonds = record.unit = fonds
    record.archives, record.level, record.profile = receiver.archives, receiver.level.value, receiver.profile
    record.hold_years, record.heads = receiver.hold_years, receiver.heads
    record.prepared_by, record.lines, record.total = act.by.userid, TransferLines(), len(named)
    register(act, record)
    record.code = numbered(act, fonds, "移")
    for item in named:
        record.lines.codes[item.id] = item.code
        keys.claim(act.site, keys.compose("transferring", item.id), record.id)
    record.lines.note("open", *record.lines.codes.values())
    return _traced(act, record, "transfer.open")


def named_items(site: Site, fonds: str, codes: str) -> tuple[list[ArchivedItem], list[Finding]]:
    """Return the items of a fonds that some codes name, and what is wrong with the codes."""
    items, found = [], []
    for code in dict.fromkeys(codes.translate(SEPARATORS).split()):
        item = disposition_questions.item_coded(site, code)
        if item is None:
            found.append(Finding("transfer.code-unknown", subject="codes", params={"code": code}))
        elif item.fonds != fonds:
            found.append(Finding("transfer.other-fonds", subject="codes", params={"code": code}))
        else:
            items.append(item)
    if len(items) > MOST:
        found.append(Finding("transfer.too-many", subject="codes", params={"most": MOST}))
    return items, found


@discreet
def remove(act: Act, record: Transfer, *, codes: str, why: str = "") -> Transfer | Refused:
    """Take items off a draft (剔除), with the reason; they stand on the due list again."""
    named, found = named_items(act.site, record.fonds, codes)
    found += rules.guard_change(standing_of(record))
    if not why.strip():
        found.append(Finding("transfer.no-reason", subject="why"))
    found += [
        Finding("transfer.not-on-it", subject="codes", params={"code": item.code})
        for item in named
        if item.id not in record.lines.codes
    ]
    if found:
        return Refused(tuple(found))
    for item in named:
        del record.lines.codes[item.id]
        record.lines.checks.pop(item.id, None)
        let_go(act.site, record, item.id)
        record.lines.note("remove", item.code, why.strip())
    record.total -= len(named)
    record.failed = sum(1 for row in record.lines.checks.values() if not row[0])
    return _traced(act, record, "transfer.remove", why=why.strip())


def check(act: Act, record: Transfer) -> Transfer | Refused:
    """Have every package checked before it goes (移交检测); the background does it, one after the other.

    Findings: those of ``guard_check`` and, for every item, of ``guard_item`` with its opening review.
    """
    found = (*rules.guard_check(standing_of(record)), *against(act, record))
    if found:
        return Refused(found)
    record.state, record.done, record.failed = TransferState.CHECKING.value, 0, 0
    record.lines.checks.clear()
    owe(act, CHECK, record.id, on=record)
    return _traced(act, record, "transfer.check")


def stop(act: Act, record: Transfer) -> Transfer | Refused:
    """Stop checking or packing (停止) after the item in hand; it can be begun again."""
    found = rules.guard_stop(standing_of(record))
    if found:
        return Refused(found)
    record.state, record.done = rules.STOPS[TransferState(record.state)].value, 0
    return _traced(act, record, "transfer.stop")


def sign(
    act: Act, record: Transfer, *, password: str = "", signer: Signer | None = None
) -> Transfer | Refused:
    """Sign the deed of a transfer (移交文据签字) with the password: who prepared it, and another person as head of the unit.

    Findings: those of ``guard_sign``, for every item of ``guard_item``, ``transfer.paper-owed``, ``password.wrong``,
    ``password.locked``.
    """
    signer = signer or (Signer.PREPARER if act.by.userid == record.prepared_by else Signer.HEAD)
    found = [
        *rules.guard_sign(standing_of(record), signer, act.by.userid, heads=record.heads),
        *against(act, record),
    ]
    if not record.papers:
        found.append(Finding("transfer.paper-owed"))
    found += unproven(act, password)
    if found:
        return Refused(tuple(found))
    record.state = rules.sign(standing_of(record), signer, act.by.userid).state.value
    record.signatures = (*record.signatures, (signer.value, act.by.userid, act.at))
    return _traced(act, record, "transfer.sign", why=signer.label, permission=Permission.TRANSFER_SIGN)


@discreet
def refuse(act: Act, record: Transfer, *, why: str = "") -> Transfer | Refused:
    """Send a transfer back before it is handed over (退回修改); it is checked and signed anew."""
    found = rules.guard_refuse(standing_of(record), act.by.userid, heads=record.heads, why=why.strip())
    if found:
        return Refused(found)
    record.refusals = (*record.refusals, (act.at, act.by.userid, why.strip(), record.state))
    record.state, record.signatures, record.papers = rules.refuse(standing_of(record)).state.value, (), ()
    return _traced(act, record, "transfer.refuse", why=why.strip(), permission=Permission.TRANSFER_SIGN)


@discreet
def hand_over(act: Act, record: Transfer, *, channel: str = "") -> Transfer | Refused:
    """Hand the packages over (交付): they are written as the archives want them; ``channel`` says how, and on which media.

    Findings: those of ``guard_hand_over``, for every item of ``guard_item``, ``transfer.no-channel``.
    """
    found = [*rules.guard_hand_over(standing_of(record)), *against(act, record)]
    if not channel.strip():
        found.append(Finding("transfer.no-channel", subject="channel"))
    if found:
        return Refused(tuple(found))
    record.state, record.done = TransferState.PACKING.value, 0
    record.channel, record.handed_by, record.problems = channel.strip(), act.by.userid, ""
    record.papers = tuple(each for each in record.papers if each[0] != "signed")
    owe(act, PACK, record.id, on=record)
    return _traced(act, record, "transfer.hand-over", why=channel.strip())


@discreet
def enter_receipt(
    act: Act,
    record: Transfer,
    *,
    paper: Upload,
    number: str = "",
    on: date | None = None,
    receiver: str = "",
    result: str = "",
) -> Transfer | Refused:
    """Enter the receipt of the archives (登记接收回执) with its scan: number, day, who received, what their checks found."""
    handed = civil_date(record.handed_at) if record.handed_at else None
    found = rules.guard_receipt(
        standing_of(record),
        number=number.strip(),
        receiver=receiver.strip(),
        on=on,
        handed=handed,
        today=act.today,
    )
    if found:
        return Refused(found)
    record.receipt = (number.strip(), on, receiver.strip(), result.strip())
    record.papers = (*record.papers, ("receipt", paper.digest, paper.size, act.at))
    return _traced(act, record, "transfer.receipt", why=number.strip())


def enter_answers(act: Act, record: Transfer, *, numbers: Upload) -> Transfer | Refused:
    """Enter the archives' list (登记接收结果): 馆编件号 of what they took, coded reasons of what they refused; read afterwards.

    Findings: those of ``guard_enter``, ``transfer.held`` and ``transfer.hold-coming``; what is wrong with the list stands on the transfer.
    """
    found = list(rules.guard_enter(standing_of(record)))
    waiting = (act.site.archives[item] for item in record.lines.codes if item not in record.lines.done)
    found += [each for item in waiting for each in held(act.site, item)]
    if found:
        return Refused(tuple(found))
    record.state, record.listed_answers, record.problems = TransferState.ENTERING.value, numbers.digest, ""
    record.papers = (*record.papers, ("answers", numbers.digest, numbers.size, act.at))
    record.entered_by = act.by.userid
    owe(act, ENTER, record.id, on=record)
    return _traced(act, record, "transfer.answers", why=numbers.digest)


def held(site: Site, item: ArchivedItem) -> Iterable[Finding]:
    """Yield a finding for each hold that lies or is being laid on an item: it cannot become a transferred one."""
    for code, holds in (
        ("transfer.held", disposition_questions.holds_on(site, item)),
        ("transfer.hold-coming", disposition_questions.holds_coming(site, item.fonds)),
    ):
        for hold in holds:
            params = {"code": item.code, "reference": hold.reference}
            yield Finding(code, subject=item.code, params=params, basis=rules.BASIS)


@discreet
def abandon(act: Act, record: Transfer, *, why: str = "") -> Transfer | Refused:
    """Give a transfer up (撤销) before anything has left the house; its items stand on the due list again."""
    found = rules.guard_abandon(standing_of(record), why=why.strip())
    if found:
        return Refused(found)
    record.state, record.closed_at = TransferState.ABANDONED.value, act.at
    for item in record.lines.codes:
        let_go(act.site, record, item)
    return _traced(act, record, "transfer.abandon", why=why.strip())


def let_go(site: Site, record: Transfer, item: str) -> None:
    """Let an item go, so that another list can take it."""
    keys.release(site, keys.compose("transferring", item), record.id)


def _traced(
    act: Act,
    record: Transfer,
    event: str,
    *,
    why: str = "",
    permission: Permission = Permission.TRANSFER_PREPARE,
) -> Transfer:
    record.lines.note(event, act.by.userid, act.at.isoformat(), why)
    leave_trace(act, event, record, unit=record.unit, permission=permission, why=why)
    return record
