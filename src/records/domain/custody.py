"""Custody of paper originals (原件保管): where each one stands, what may happen to it next, and what must hold before.

An original is in exactly one state. ``STEPS`` says from which states a move may be made and where it leads; the guards
say what a move needs beside the right state, and return all their findings at once. Material that is lost through poor
keeping is a punishable fault of the office, therefore every move stays on the record.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from .findings import Finding
from .guide_parts import Line, LineKind, MaterialForm
from .vocabulary import Grade, Term


class CustodyState(Term):
    """Where a paper original stands (原件状态)."""

    HELD = "held", "在管"
    LENT = "lent", "借出"
    RETURNED = "returned", "已退还"
    CONSUMED = "consumed", "留存归档"
    LOST = "lost", "遗失"
    SETTLED = "settled", "遗失已处理"


class Move(Term):
    """What happens to a paper original (保管动作)."""

    RECEIVE = "receive", "收存"
    LEND = "lend", "借出"
    TAKE_BACK = "take_back", "收回"
    GIVE_BACK = "give_back", "退还"
    KEEP = "keep", "留存归档"
    RELEASE = "release", "取出留存"
    REPORT_LOST = "report_lost", "报告遗失"
    FIND = "find", "找回"
    EXPLAIN = "explain_loss", "说明遗失处理"
    SETTLE = "settle_loss", "复核遗失处理"
    RELOCATE = "relocate", "变更位置"
    OFFER = "offer", "交班"
    TAKE_OVER = "take_over", "接班"


HELD, LENT, RETURNED, CONSUMED, LOST, SETTLED = CustodyState

#: What the office still answers for to the owner; a case with one of these cannot be archived.
OPEN = frozenset({HELD, LENT, LOST})

#: What one post can hand over to another: a lost paper stays with who lost it.
PASSED_ON = frozenset({HELD, LENT})

#: Each move with the states it starts from and the one it leads to; None where the state stays.
STEPS: Mapping[Move, tuple[frozenset[CustodyState], CustodyState | None]] = {
    Move.LEND: (frozenset({HELD}), LENT),
    Move.TAKE_BACK: (frozenset({LENT}), HELD),
    Move.GIVE_BACK: (frozenset({HELD}), RETURNED),
    Move.KEEP: (frozenset({HELD}), CONSUMED),
    Move.RELEASE: (frozenset({CONSUMED}), HELD),
    Move.REPORT_LOST: (frozenset({HELD, LENT, CONSUMED}), LOST),
    Move.FIND: (frozenset({LOST, SETTLED}), HELD),
    Move.EXPLAIN: (frozenset({LOST}), None),
    Move.SETTLE: (frozenset({LOST}), SETTLED),
    Move.RELOCATE: (frozenset({HELD}), None),
    Move.OFFER: (PASSED_ON, None),
    Move.TAKE_OVER: (PASSED_ON, None),
}


@dataclass(frozen=True, slots=True)
class Thing:
    """An original as far as the rules ask: its code, what it is, where it stands, and who answers for it."""

    code: str
    title: str
    state: CustodyState
    keeper: str
    unit: str


def after(move: Move, state: CustodyState) -> CustodyState:
    """Return where a permitted move leads."""
    return STEPS[move][1] or state


def possible_moves(state: CustodyState) -> tuple[Move, ...]:
    """Return what can happen next to an original, in the order of the table."""
    return tuple(move for move, (origins, _) in STEPS.items() if state in origins)


def guard_state(move: Move, thing: Thing) -> tuple[Finding, ...]:
    """Check that a move starts from where the original stands (``custody.wrong-state``)."""
    origins, _ = STEPS[move]
    if thing.state in origins:
        return ()
    possible = "、".join(state.label for state in CustodyState if state in origins)
    params = {"code": thing.code, "state": thing.state.label, "move": move.label, "possible": possible}
    return (Finding("custody.wrong-state", params=params),)


def wants_original(line: Line) -> bool:
    """Tell whether a guide wants the original of a line handed in (收原件), so that taking it is what one expects."""
    return line.originals > 0 and line.form is not MaterialForm.ELECTRONIC and not line.waived


def stays_with_case(line: Line) -> bool:
    """Tell whether the case keeps what is handed in (留存归档): forms and what the applicant wrote for it."""
    return line.kind is LineKind.FORM or Grade.D in line.grades


def guard_receive(
    line: Line | None, *, handed_in: bool, present: str, place: str, closed: str
) -> tuple[Finding, ...]:
    """Check that an original can be taken in (收存).

    ``handed_in`` says that the applicant's paper lies on the line, ``present`` is the code of the original that is there
    for it already, ``closed`` the label of a state in which the case takes nothing any more.
    """
    found = []
    if closed:
        found.append(Finding("dossier.closed-for-materials", params={"state": closed}))
    if line is None:
        found.append(Finding("material.outside-guide", subject="line", basis="优化营商环境条例 第三十五条"))
    elif not handed_in:
        found.append(Finding("custody.nothing-handed-in", subject="line", params={"line": line.name}))
    elif present:
        params = {"line": line.name, "code": present}
        found.append(Finding("custody.already-here", subject="line", params=params))
    if not place:
        found.append(Finding("custody.no-place", subject="place"))
    return tuple(found)


def guard_lend(thing: Thing, *, borrower: str, until: date | None, today: date) -> tuple[Finding, ...]:
    """Check a loan (借出): to whom, and until a day that has not passed."""
    found = [*guard_state(Move.LEND, thing)]
    if not borrower:
        found.append(Finding("custody.no-borrower", subject="borrower"))
    if until is None:
        found.append(Finding("custody.no-date", subject="until"))
    elif until < today:
        found.append(Finding("custody.date-past", subject="until", params={"until": until.isoformat()}))
    return tuple(found)


def guard_give_back(
    things: Iterable[Thing],
    *,
    recipient: str,
    owners: Collection[str],
    authority: str,
    signed: bool,
    scanned: bool,
) -> tuple[Finding, ...]:
    """Check a return (退还): to the applicant, or to who shows a letter of authority (授权委托书), against a signature.

    ``owners`` are the names of the applicant and of its legal representative; the agent of the case needs a letter, too.
    ``signed`` says that the recipient signed the receipt or the return slip, ``scanned`` that a scan of it is there.
    """
    found = [each for thing in things for each in guard_state(Move.GIVE_BACK, thing)]
    if not recipient:
        found.append(Finding("custody.no-recipient", subject="recipient"))
    elif not authority and same_name(recipient) not in {same_name(name) for name in owners}:
        params = {"recipient": recipient}
        found.append(Finding("custody.no-authority", subject="authority", params=params))
    if not (signed or scanned):
        found.append(Finding("custody.no-signature", subject="signed"))
    return tuple(found)


def guard_reason(move: Move, thing: Thing, *, why: str) -> tuple[Finding, ...]:
    """Check a move that must be explained: a loss (报告遗失), or taking out what the case kept (取出留存)."""
    found = guard_state(move, thing)
    return found if why else (*found, Finding("custody.no-reason", subject="why"))


def guard_explain(thing: Thing, *, statement: str, remedy: str) -> tuple[Finding, ...]:
    """Check that a loss is explained in writing (说明遗失处理): what happened, and what was done for the owner."""
    found = list(guard_state(Move.EXPLAIN, thing))
    if not statement:
        found.append(Finding("custody.no-statement", subject="statement"))
    if not remedy:
        found.append(Finding("custody.no-remedy", subject="remedy"))
    return tuple(found)


def guard_settle(thing: Thing, *, explained_by: str, by: str) -> tuple[Finding, ...]:
    """Check that somebody else confirms an explained loss (复核): ``custody.not-explained``, ``custody.same-person``."""
    found = guard_state(Move.SETTLE, thing)
    if found:
        return found
    if not explained_by:
        return (Finding("custody.not-explained"),)
    return (Finding("custody.same-person"),) if by in (explained_by, thing.keeper) else ()


def guard_release(thing: Thing, *, why: str, archived: str) -> tuple[Finding, ...]:
    """Check that a kept paper is taken out of the file again; ``archived`` is the 档号 once it lies in the archives."""
    found = guard_reason(Move.RELEASE, thing, why=why)
    if not archived:
        return found
    return (*found, Finding("custody.archived", params={"code": thing.code, "archival_code": archived}))


def guard_place(move: Move, thing: Thing, *, place: str) -> tuple[Finding, ...]:
    """Check a move after which the paper lies somewhere (放置地点)."""
    found = guard_state(move, thing)
    return found if place else (*found, Finding("custody.no-place", subject="place"))


def guard_hand_over(
    things: Sequence[Thing],
    *,
    by: str,
    to: str,
    known: bool,
    name: str,
    rights: Collection[str],
    unknown: Sequence[str] = (),
) -> tuple[Finding, ...]:
    """Check a hand-over from post to post (交接班): one's own originals, to somebody else who may keep each of them.

    ``known`` says that ``to`` works here and can log in, ``rights`` are the units in which that person may keep originals,
    ``unknown`` the codes that name no original.
    """
    found = []
    if by == to:
        found.append(Finding("custody.to-oneself", subject="to"))
    elif not known:
        found.append(Finding("custody.no-such-colleague", subject="to", params={"to": to}))
    found += [Finding("custody.unknown", subject="originals", params={"code": code}) for code in unknown]
    if not things and not unknown:
        found.append(Finding("custody.nothing-open", subject="originals"))
    for thing in things:
        found += guard_state(Move.OFFER, thing)
        if thing.keeper != by:
            found.append(Finding("custody.not-yours", subject="originals", params={"code": thing.code}))
        if known and by != to and thing.unit not in rights:
            params = {"code": thing.code, "name": name}
            found.append(Finding("custody.no-right-there", subject="to", params=params))
    return tuple(found)


def guard_take_over(
    *, by: str, to: str, name: str, state: str, offered: int, counted: int
) -> tuple[Finding, ...]:
    """Check the other half of a hand-over (接班): the named person confirms as many as were counted."""
    found = []
    if state != "offered":
        found.append(Finding("custody.hand-over-settled"))
    if by != to:
        found.append(Finding("custody.not-for-you", params={"name": name}))
    if offered != counted and state == "offered":
        params = {"offered": offered, "counted": counted}
        found.append(Finding("custody.miscounted", subject="counted", params=params))
    return tuple(found)


def unaccounted(things: Iterable[Thing], names: Mapping[str, str]) -> tuple[Finding, ...]:
    """Return every original of a case that is neither returned nor kept in the file (``archive.original-open``).

    ``names`` are the people of the office by log-in name.
    """
    return tuple(
        Finding(
            "archive.original-open",
            subject=thing.code,
            params={
                "code": thing.code,
                "title": thing.title,
                "state": thing.state.label,
                "keeper": names.get(thing.keeper, thing.keeper),
            },
        )
        for thing in things
        if thing.state in OPEN
    )


def same_name(name: str) -> str:
    """Return a name as it is compared: width, letter case, blanks and the dot between parts make no difference."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(sign for sign in folded if not sign.isspace() and sign not in "·・•.‧")
