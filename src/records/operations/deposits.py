"""Taking paper originals in (收存原件): at the intake or later, each with its code, its place and its receipt."""

from __future__ import annotations

from dataclasses import dataclass

from records.domain import custody as rules
from records.domain.custody import CustodyState, Move, Thing
from records.domain.findings import Finding, Refused
from records.domain.guide_parts import Line
from records.domain.permissions import Permission
from records.domain.vocabulary import DossierState, MaterialSource, NoticeKind
from records.indexes import keys, questions
from records.resources.custody import Original
from records.resources.dossiers import Dossier
from records.resources.notices import Notice
from records.resources.site import Site

from . import papers
from .acts import Act, leave_trace, register
from .checklists import guide_of
from .discretion import discreet
from .notices import issue

#: Where a case stands that takes no paper any more.
OVER = frozenset(
    {DossierState.DECLINED, DossierState.DELIVERED, DossierState.ARCHIVED, DossierState.WITHDRAWN}
)


@dataclass(frozen=True, slots=True)
class Deposit:
    """How an original is taken in: how many copies, where it is put (the clerk's window unless told), who brought it."""

    place: str = ""
    copies: int = 1
    brought_by: str = ""


def as_thing(original: Original) -> Thing:
    """Return what the rules need to know of an original."""
    return Thing(original.code, original.title, CustodyState(original.state), original.keeper, original.unit)


@discreet
def receive_original(
    act: Act, dossier: Dossier, *, line: str, place: str = "", copies: int = 1, brought_by: str = ""
) -> Original | Refused:
    """Take in the original of a paper that lies on a line already (收存原件); its receipt follows with the next paper."""
    listed = next((each for each in guide_of(act.site, dossier).lines if each.id == line), None)
    entry = next((entry for entry in dossier.entries if entry[0] == line), None)
    deposit = Deposit(place, copies, brought_by)
    handed_in = entry is not None and entry[3] in (MaterialSource.SUBMITTED, MaterialSource.VOLUNTEERED)
    found = unfit(act, dossier, listed, deposit, handed_in=handed_in)
    if found:
        return Refused(found)
    return take_in(act, dossier, listed, entry[1], deposit)


def unfit(
    act: Act, dossier: Dossier, line: Line | None, deposit: Deposit, *, handed_in: bool
) -> tuple[Finding, ...]:
    """Return what speaks against taking the original of a line in."""
    state = DossierState(dossier.state)
    here = [
        original.code
        for original in questions.originals_of(act.site, dossier.id)
        if line is not None and original.line == line.id and original.state != CustodyState.RETURNED
    ]
    return rules.guard_receive(
        line,
        handed_in=handed_in,
        present="".join(here[:1]),
        place=_place(act, deposit),
        closed=state.label if state in OVER else "",
    )


def take_in(act: Act, dossier: Dossier, line: Line, material: str, deposit: Deposit) -> Original:
    """Give an original its code and its place; a form stays with the case at once (留存归档), anything else is to go back."""
    original = Original()
    original.dossier, original.unit, original.line = dossier.id, dossier.unit, line.id
    original.material, original.title, original.copies = material, line.name, deposit.copies
    original.keeper, original.place = act.by.userid, _place(act, deposit)
    original.brought_by = deposit.brought_by.strip()
    if rules.stays_with_case(line):
        original.state = CustodyState.CONSUMED.value
    original.code = f"{dossier.code}Y{len(questions.originals_of(act.site, dossier.id)) + 1}"
    register(act, original)
    keys.claim(act.site, keys.compose("original-code", original.code), original.id)
    note_move(act, original, Move.RECEIVE, other=original.brought_by, note=original.place)
    return original


def note_move(
    act: Act, original: Original, move: Move, *, other: str = "", until=None, note: str = ""
) -> None:
    """Write what happened to an original on it and leave the trace."""
    original.moves = (*original.moves, (move.value, act.at, act.by.userid, other, until, note))
    leave_trace(
        act,
        f"original.{move}",
        original,
        unit=original.unit,
        permission=Permission.CUSTODY_KEEP,
        why=note,
        details={"dossier": original.dossier, "line": original.line},
    )


def issue_receipt(act: Act, dossier: Dossier, *, asked: bool = False) -> Notice | None:
    """Issue the receipt for the originals of a case that have none (收件回执), one paper for all; None when none is due.

    Unless ``asked`` for, it waits for one that goes back: what the case keeps stands on the receipt for its materials.
    """
    waiting = [each for each in questions.originals_of(act.site, dossier.id) if not each.receipt]
    if not waiting or not (asked or any(each.state != CustodyState.CONSUMED for each in waiting)):
        return None
    notice = issue(act, dossier, NoticeKind.CUSTODY, papers.originals_receipt(act, dossier, waiting))
    for original in waiting:
        original.receipt = notice.id
        leave_trace(act, "original.receipt", original, unit=original.unit)
    return notice


def print_receipt(act: Act, dossier: Dossier) -> Dossier | Refused:
    """Issue the receipt now, while the applicant waits for it (开具收件回执)."""
    if issue_receipt(act, dossier, asked=True) is None:
        return Refused((Finding("custody.all-receipted"),))
    leave_trace(act, "dossier.originals", dossier, unit=dossier.unit, permission=Permission.CUSTODY_KEEP)
    return dossier


def open_originals(site: Site, dossier: Dossier) -> tuple[Finding, ...]:
    """Return every original of a case that nobody has back and the file does not keep, each as a finding."""
    return rules.unaccounted(
        map(as_thing, questions.originals_of(site, dossier.id)),
        {userid: person.name for userid, person in site.people.children.items()},
    )


def archived_as(site: Site, original: Original) -> str:
    """Return the 档号 under which a kept original lies in the archives, empty before."""
    dossier = site.dossiers[original.dossier]
    item = site.archives.get(dossier.archived_item) if dossier.archived_item else None
    return item.code if item is not None and original.state == CustodyState.CONSUMED else ""


def _place(act: Act, deposit: Deposit) -> str:
    return deposit.place.strip() or (f"{act.by.window}窗口" if act.by.window else "")
