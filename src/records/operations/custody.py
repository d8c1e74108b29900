"""Custody of originals (原件保管): lend, call back, give back, keep, report lost, find, and hand over from post to post."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import date
from urllib.parse import parse_qs, urlsplit

from records.domain import custody as rules
from records.domain.custody import CustodyState, Move
from records.domain.findings import Finding, Refused
from records.domain.permissions import Permission
from records.domain.vocabulary import DossierState, NoticeKind
from records.indexes import questions
from records.resources.custody import HandOver, Original
from records.resources.site import Site

from . import papers
from .acts import Act, leave_trace, register
from .deposits import archived_as, as_thing, note_move
from .discretion import discreet
from .identities import identity_of
from .materials import Upload, hold
from .notices import issue

BRACKETS = str.maketrans("[](){}【】（）［］", "〔〕" * 6)
SETTLED = frozenset({"confirmed", "cancelled"})


@discreet
def lend(
    act: Act, original: Original, *, borrower: str, until: date | None, why: str = ""
) -> Original | Refused:
    """Lend an original (借出) to a named person until a day; it stays the keeper's to bring back."""
    found = rules.guard_lend(as_thing(original), borrower=borrower.strip(), until=until, today=act.today)
    if found:
        return Refused(found)
    original.lent_to, original.lent_until = borrower.strip(), until
    _move(act, original, Move.LEND, other=original.lent_to, until=until, note=why.strip())
    return original


@discreet
def take_back(act: Act, original: Original, *, place: str = "") -> Original | Refused:
    """Take a lent original back (收回); it lies where it lay before unless told otherwise."""
    found = rules.guard_state(Move.TAKE_BACK, as_thing(original))
    if found:
        return Refused(found)
    borrower, original.lent_to, original.lent_until = original.lent_to, "", None
    original.place = place.strip() or original.place
    _move(act, original, Move.TAKE_BACK, other=borrower, note=original.place)
    return original


@discreet
def relocate(act: Act, original: Original, *, place: str) -> Original | Refused:
    """Say where an original lies now (变更存放位置): window, cabinet, box."""
    found = rules.guard_place(Move.RELOCATE, as_thing(original), place=place.strip())
    if found:
        return Refused(found)
    original.place = place.strip()
    _move(act, original, Move.RELOCATE, note=original.place)
    return original


@discreet
def give_back(
    act: Act,
    original: Original,
    *,
    recipient: str,
    authority: str = "",
    signed: bool = False,
    proof: Upload | None = None,
    together: bool = False,
) -> Original | Refused:
    """Give an original back (退还) against a signature or the scan of one, and issue the return slip (原件退还单).

    ``together`` gives back all originals of the case that are there, on one slip. Findings: ``custody.wrong-state``,
    ``custody.no-recipient``, ``custody.no-authority``, ``custody.no-signature``.
    """
    dossier, name = act.site.dossiers[original.dossier], recipient.strip()
    owner = act.site.applicants[dossier.applicant]
    others = questions.originals_of(act.site, dossier.id) if together else ()
    going = (original, *(each for each in others if each is not original and each.state == CustodyState.HELD))
    found = rules.guard_give_back(
        map(as_thing, going),
        recipient=name,
        owners=[each for each in (owner.name, owner.representative) if each],
        authority=authority.strip(),
        signed=signed,
        scanned=proof is not None,
    )
    if found:
        return Refused(found)
    digest = hold(act, proof).digest if proof is not None else ""
    facts = papers.originals_return(act, dossier, going, recipient=name, authority=authority.strip())
    slip = issue(act, dossier, NoticeKind.RETURN, facts)
    for each in going:
        each.slip, each.proof = slip.id, digest
        _move(act, each, Move.GIVE_BACK, other=name, note=authority.strip())
    leave_trace(act, "dossier.originals", dossier, unit=dossier.unit, permission=Permission.CUSTODY_KEEP)
    return original


def keep(act: Act, original: Original) -> Original | Refused:
    """Let the case keep an original (留存归档): it goes with the paper file to the archives."""
    found = rules.guard_state(Move.KEEP, as_thing(original))
    if found:
        return Refused(found)
    _move(act, original, Move.KEEP)
    return original


@discreet
def release(act: Act, original: Original, *, why: str) -> Original | Refused:
    """Take an original out of the paper file again (取出留存), while the case is not archived."""
    dossier = act.site.dossiers[original.dossier]
    item = act.site.archives.get(dossier.archived_item) if dossier.archived_item else None
    gone = dossier.state == DossierState.ARCHIVED or (item is not None and item.state == "pending")
    archived = (archived_as(act.site, original) or item.provisional_code) if gone and item is not None else ""
    found = rules.guard_release(as_thing(original), why=why.strip(), archived=archived)
    if found:
        return Refused(found)
    _move(act, original, Move.RELEASE, note=why.strip())
    return original


@discreet
def report_lost(act: Act, original: Original, *, why: str) -> Original | Refused:
    """Report an original as lost (报告遗失): who had it, what happened; the report is never taken away."""
    found = rules.guard_reason(Move.REPORT_LOST, as_thing(original), why=why.strip())
    if found:
        return Refused(found)
    last = original.lent_to or original.keeper
    original.lent_to, original.lent_until = "", None
    _move(act, original, Move.REPORT_LOST, other=last, note=why.strip())
    return original


@discreet
def find(act: Act, original: Original, *, place: str) -> Original | Refused:
    """Say that a lost original was found (找回), and where it lies now; who found it answers for it."""
    found = rules.guard_place(Move.FIND, as_thing(original), place=place.strip())
    if found:
        return Refused(found)
    original.place, original.keeper = place.strip(), act.by.userid
    _move(act, original, Move.FIND, note=original.place)
    return original


@discreet
def explain_loss(
    act: Act, original: Original, *, statement: str, remedy: str, proof: Upload | None = None
) -> Original | Refused:
    """Explain a loss in writing (说明遗失处理): what happened, what was done for the owner, and the signed paper if there is one."""
    found = rules.guard_explain(as_thing(original), statement=statement.strip(), remedy=remedy.strip())
    if found:
        return Refused(found)
    digest = hold(act, proof).digest if proof is not None else ""
    original.loss = (statement.strip(), remedy.strip(), digest, act.by.userid, act.at, "", None)
    _move(act, original, Move.EXPLAIN, note=f"{statement.strip()}；{remedy.strip()}")
    return original


def settle_loss(act: Act, original: Original) -> Original | Refused:
    """Confirm that a loss was dealt with (复核遗失处理), as somebody else; its case can be archived, the loss stays on record."""
    explained_by = original.loss[3] if original.loss else ""
    found = rules.guard_settle(as_thing(original), explained_by=explained_by, by=act.by.userid)
    if found:
        return Refused(found)
    original.loss = (*original.loss[:5], act.by.userid, act.at)
    _move(act, original, Move.SETTLE)
    return original


def losses_of(site: Site, dossier: str) -> tuple[dict[str, object], ...]:
    """Return the losses of a case that were settled, as its package tells them (遗失记录): code, title, and who said what when."""
    names = ("statement", "remedy", "proof", "explained_by", "explained_at", "settled_by", "settled_at")
    return tuple(
        {"code": each.code, "title": each.title, **dict(zip(names, each.loss, strict=True))}
        for each in questions.originals_of(site, dossier)
        if each.state == CustodyState.SETTLED
    )


def hand_over(act: Act, *, to: str, originals: str = "") -> HandOver | Refused:
    """Offer one's originals to a colleague (交班): all that are held or lent, or those named by their codes.

    One answers for them until the colleague has counted and confirmed. Findings: ``custody.to-oneself``,
    ``custody.no-such-colleague``, ``custody.no-right-there``, ``custody.not-yours``, ``custody.nothing-open``.
    """
    wanted, unknown = _named(act, originals)
    taker = act.site.people.get(to.strip())
    rights = _units_kept_by(act, taker) if taker is not None and not taker.disabled else ()
    found = rules.guard_hand_over(
        [as_thing(each) for each in wanted],
        by=act.by.userid,
        to=to.strip(),
        known=taker is not None and not taker.disabled,
        name=taker.name if taker is not None else "",
        rights=rights,
        unknown=unknown,
    )
    if found:
        return Refused(found)
    handover = HandOver()
    handover.unit, handover.giver, handover.taker = wanted[0].unit, act.by.userid, taker.userid
    handover.originals = tuple(each.id for each in wanted)
    register(act, handover)
    for each in wanted:
        _move(act, each, Move.OFFER, other=taker.userid)
        each.handover = handover.id
        leave_trace(act, "original.offered", each, unit=each.unit)
    leave_trace(act, "handover.offer", handover, unit=handover.unit, permission=Permission.CUSTODY_KEEP)
    return handover


def take_over(act: Act, handover: HandOver, *, counted: int) -> HandOver | Refused:
    """Confirm a hand-over (接班) after counting; from now on one answers for what is on the list.

    What moved since it was offered is no longer on the list; another count than the list's is refused.
    """
    left = still_offered(act.site, handover)
    found = rules.guard_take_over(
        by=act.by.userid,
        to=handover.taker,
        name=_name(act.site, handover.taker),
        state=handover.state,
        offered=len(left),
        counted=counted,
    )
    if found:
        return Refused(found)
    for each in left:
        each.keeper = act.by.userid
        _move(act, each, Move.TAKE_OVER, other=handover.giver)
    _settle(act, handover, "confirmed")
    return handover


def cancel(act: Act, handover: HandOver) -> HandOver | Refused:
    """Take an offer back, or send it back uncounted (取消交班); the giver goes on answering for everything."""
    found = []
    if handover.state in SETTLED:
        found.append(Finding("custody.hand-over-settled"))
    if act.by.userid not in (handover.giver, handover.taker):
        found.append(Finding("custody.not-for-you", params={"name": _name(act.site, handover.taker)}))
    if found:
        return Refused(tuple(found))
    for each in still_offered(act.site, handover):
        each.handover = ""
        leave_trace(act, "original.offer-cancelled", each, unit=each.unit)
    _settle(act, handover, "cancelled")
    return handover


def still_offered(site: Site, handover: HandOver) -> tuple[Original, ...]:
    """Return what a hand-over still holds: what moved since is not on it any more."""
    each = (site.custody[original] for original in handover.originals)
    return tuple(original for original in each if original.handover == handover.id)


def sought(site: Site, text: str) -> tuple[Original, ...]:
    """Return the originals a code leads to (扫码查找): one's own code, a receipt's or slip's number, or its QR code."""
    code = as_code(text)
    found = questions.original_with_code(site, code) if code else None
    if found is not None:
        return (found,)
    notice = questions.notice_with_code(site, code) if code else None
    if notice is None or notice.notice_kind not in (NoticeKind.CUSTODY, NoticeKind.RETURN):
        return ()
    here = questions.originals_of(site, notice.dossier)
    return tuple(each for each in here if notice.id in (each.receipt, each.slip))


def as_code(text: str) -> str:
    """Return a code as it is kept, however it was typed or scanned: full width, small letters, other brackets, an address."""
    line = "".join(unicodedata.normalize("NFKC", text).split())[:500]
    if "verify?" in line:
        line = parse_qs(urlsplit(line).query).get("n", [""])[0]
    return line.upper().translate(BRACKETS)


def overdue(originals: Iterable[Original], today: date) -> tuple[Original, ...]:
    """Return the lent originals that should have come back."""
    return tuple(each for each in originals if each.lent_until is not None and each.lent_until < today)


def _move(
    act: Act, original: Original, move: Move, *, other: str = "", until: date | None = None, note: str = ""
) -> None:
    """Change the state as the table says; whatever moves is no longer offered to anybody."""
    original.state = rules.after(move, CustodyState(original.state)).value
    original.handover = ""
    note_move(act, original, move, other=other, until=until, note=note)


def _named(act: Act, originals: str) -> tuple[list[Original], list[str]]:
    """Return the originals meant, and the codes that name none."""
    if not originals.strip():
        kept = questions.originals_kept_by(act.site, act.by.userid)
        return [each for each in kept if each.state in rules.PASSED_ON], []
    codes = dict.fromkeys(map(as_code, originals.replace("、", " ").replace(",", " ").split()))
    each = {code: questions.original_with_code(act.site, code) for code in codes}
    return [found for found in each.values() if found is not None], [
        code for code, found in each.items() if found is None
    ]


def _units_kept_by(act: Act, person) -> frozenset[str]:
    identity = identity_of(person, act.today)
    units = act.site.office["units"]
    return frozenset(
        unit for unit in units if act.matrix.permits(identity, Permission.CUSTODY_KEEP, unit=unit)
    )


def _settle(act: Act, handover: HandOver, state: str) -> None:
    handover.state, handover.settled_at = state, act.at
    leave_trace(act, f"handover.{state}", handover, unit=handover.unit, permission=Permission.CUSTODY_KEEP)


def _name(site: Site, userid: str) -> str:
    person = site.people.get(userid)
    return person.name if person is not None else userid
