"""What can be done with a case now (下一步): the next act first, and why a step is not yet possible."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pyramid.request import Request

from records.domain.checklists import Checklist, LineState, LineStatus, ready_to_accept
from records.domain.dossiers import Event, possible_events
from records.domain.findings import Finding, blocking
from records.domain.permissions import Permission
from records.domain.referrals import last_of
from records.domain.vocabulary import DossierState, ItemKind, MaterialSource
from records.forms.verbs import verb
from records.i18n import _
from records.operations import fetching
from records.operations.materials import OPEN
from records.resources.dossiers import Dossier
from records.rules.transitions import transitions

from . import messages

#: Verbs that need nothing but a press, done right from the checklist.
PRESSED = frozenset({"receive", "accept", "supplement", "archive", "prepare"})

#: Which act comes first when several are possible and nothing is missing.
ORDER = (
    Event.SUPPLEMENT, Event.ACCEPT, Event.DECIDE, Event.DELIVER, Event.ARCHIVE, Event.RECEIVE,
    Event.REQUEST_SUPPLEMENT, Event.DECLINE, Event.WITHDRAW,
)  # fmt: skip

#: What is possible but never what one does next.
ASIDE = frozenset({"decline", "withdraw", "prepare", "refer"})

#: What is said of the lines that stand in the way, by the code of the finding: what they wait for, and what to do.
STANDS_IN_THE_WAY = {
    "checklist.missing": (_("Missing"), _("Take it, or tell the applicant everything that is missing at once.")),
    "checklist.flawed": (_("To be mended"), _("Take the mended paper on its line.")),
    "checklist.to-verify": (_("Waiting for the original to be seen"), _("Look at it and press “I have seen the original” on the line.")),
    "checklist.to-confirm": (_("Waiting for a yes to “still true?”"), _("Ask the applicant, then press “Use” on the line.")),
    "checklist.office-fetches": (_("Waiting to be fetched by the office"), _("Fetch it and file the copy on its line; the applicant brings nothing.")),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class NextAct:
    """One thing that can be done now: pressed at once, or asked for on a page or a line of its own."""

    name: str
    label: str
    key: str
    pressed: bool
    href: str
    first: bool = False


@dataclass(frozen=True, slots=True)
class Hindrance:
    """Why a step is not yet possible: what is waited for, on which lines (name and anchor), and what to do."""

    what: str
    lines: tuple[tuple[str, str], ...]
    cure: str


def acts_of(request: Request, dossier: Dossier, checklist: Checklist) -> tuple[NextAct, ...]:
    """Return what this person can do now, the next act first.

    While a line is missing, its paper is what one takes next; telling everything that is missing comes first only
    when papers were looked at and some lack.
    """
    state = DossierState(dossier.state)
    possible = possible_events(state=state, kind=ItemKind(dossier.item_kind), table=transitions())
    ready = not blocking(ready_to_accept(checklist))
    unfit = _unfit(dossier, ready=ready, spared=fetching.lines_refused(request.site, dossier))
    found = []
    for event in ORDER:
        if event not in possible or event in unfit:
            continue
        one = verb("dossiers", event.value)
        if request.has_permission(one.permission, dossier):
            href = request.resource_path(dossier, one.name)
            found.append(NextAct(one.name, one.title, one.key, one.name in PRESSED, href))
    if state in OPEN and request.has_permission(Permission.DOSSIER_FILL, dossier):
        found += _on_lines(checklist)
    if state is DossierState.ACCEPTED:
        found += _above(request, dossier)
    if state is DossierState.DELIVERED and _unprepared(request, dossier):
        one = verb("dossiers", "prepare")
        found.append(NextAct(one.name, one.title, one.key, True, request.resource_path(dossier, one.name)))
    aside = ASIDE | {"request_supplement"} if ready else ASIDE
    if not ready:
        found.sort(key=lambda act: _rank(act.name, looked=_looked_at(dossier)))
    else:
        found.sort(key=lambda act: act.name in ("take", "look"))
    if found and found[0].name not in aside:
        head = found[0]
        found[0] = NextAct(head.name, head.label, head.key, head.pressed, head.href, first=True)
    return tuple(found)


def _above(request: Request, dossier: Dossier) -> Iterator[NextAct]:
    """Yield what can be done with the organ above: entering its answer while it is awaited, else handing the case up."""
    last = last_of(dossier.referrals)
    if last is not None and last.decided:
        return
    one = verb("dossiers", "answer_referral" if last is not None and last.waiting else "refer")
    if request.has_permission(one.permission, dossier):
        yield NextAct(one.name, one.title, one.key, False, request.resource_path(dossier, one.name))


def _unprepared(request: Request, dossier: Dossier) -> bool:
    """Tell whether the unit can prepare the package of a closed case for the archives: not when they pack it themselves."""
    item = request.site.archives.get(dossier.archived_item) if dossier.archived_item else None
    delivers, archives = (
        request.has_permission(each, dossier)
        for each in (Permission.DOSSIER_DELIVER, Permission.DOSSIER_ARCHIVE)
    )
    return bool(delivers) and not archives and (item is None or item.state == "returned")


def _unfit(dossier: Dossier, *, ready: bool, spared: frozenset[str]) -> set[Event]:
    """Return the acts whose time has not come although the state allows them."""
    unfit = set()
    if not ready:
        unfit.add(Event.ACCEPT)
        if DossierState(dossier.state) in OPEN:
            unfit.add(Event.DECIDE)
    told = {line for line, _kind, _demand in dossier.gaps}
    if not told <= {entry[0] for entry in dossier.entries} | spared:
        unfit.add(Event.SUPPLEMENT)
    last = last_of(dossier.referrals)
    if last is not None and last.waiting:
        unfit.add(Event.DECIDE)
    return unfit


def _looked_at(dossier: Dossier) -> bool:
    """Tell whether the applicant handed in anything: papers were received, or one lies on a line."""
    return dossier.state == DossierState.RECEIVED or any(
        entry[3] != MaterialSource.REUSED for entry in dossier.entries
    )


def _rank(name: str, *, looked: bool) -> int:
    first = ("supplement", "look", "request_supplement") if looked else ("supplement", "look")
    order = ("deliver", "archive", *first, "take", "receive", "request_supplement")
    return order.index(name) if name in order else len(order)


def _on_lines(checklist: Checklist) -> Iterator[NextAct]:
    """Yield what is next on a line: the first original to be seen, the first paper the applicant has to bring."""
    unseen = next((state for state in checklist.lines if state.status is LineStatus.TO_VERIFY), None)
    if unseen is not None:
        label = _("See the original: ${line}", mapping={"line": unseen.line.name})
        yield NextAct("look", label, "", False, f"#line-{unseen.line.id}")
    lacking = next_line(checklist)
    if lacking is not None:
        label = _("Take: ${line}", mapping={"line": lacking.line.name})
        yield NextAct("take", label, "u", False, f"#file-{lacking.line.id}")


def next_line(checklist: Checklist) -> LineState | None:
    """Return the first line whose paper the applicant still has to bring."""
    lacking = (
        state
        for state in checklist.lines
        if state.needed and state.status is LineStatus.MISSING and not state.by_office
    )
    return next(lacking, None)


def not_yet(dossier: Dossier) -> str:
    """Return the words over the list of what stands in the way; empty when the case is past it."""
    if DossierState(dossier.state) not in OPEN:
        return ""
    if dossier.state == DossierState.SUPPLEMENT:
        return _("The supplement cannot be received yet:")
    if dossier.item_kind == ItemKind.IMMEDIATE:
        return _("It cannot be decided on the spot yet:")
    return _("It cannot be accepted yet:")


def hindrances(request: Request, dossier: Dossier, checklist: Checklist) -> tuple[Hindrance, ...]:
    """Return everything that stands in the way of accepting or deciding, all lines of one kind together."""
    stopped = blocking(ready_to_accept(checklist)) if DossierState(dossier.state) in OPEN else ()
    kinds: dict[str, list[Finding]] = {}
    for found in stopped:
        kinds.setdefault(found.code if found.code in STANDS_IN_THE_WAY else found.subject, []).append(found)
    return tuple(_hindrance(request, dossier, found) for found in kinds.values())


def _hindrance(request: Request, dossier: Dossier, found: list[Finding]) -> Hindrance:
    one = found[0]
    if one.code not in STANDS_IN_THE_WAY:
        return Hindrance(messages.sentence(request, one), (), "")
    what, cure = STANDS_IN_THE_WAY[one.code]
    if one.code == "checklist.missing" and dossier.state == DossierState.SUPPLEMENT:
        cure = _("Take it when it is brought; the notice was given, and there is no second one.")
    return Hindrance(what, tuple((str(each.params["line"]), f"#line-{each.subject}") for each in found), cure)


def waits_for(dossier: Dossier, acts: tuple[NextAct, ...], *, ready: bool) -> str:
    """Say whom the case waits for when there is no next act here."""
    if any(act.first for act in acts):
        return ""
    state = DossierState(dossier.state)
    if state is DossierState.RECEIVED and dossier.item_kind == ItemKind.IMMEDIATE and ready:
        return _("All papers are there. Waiting for the reviewer, who decides this item on the spot.")
    last = last_of(dossier.referrals)
    if state is DossierState.ACCEPTED and last is not None and last.waiting:
        return _("Waiting for the answer of ${organ}, which decides.", mapping={"organ": last.organ})
    return {
        DossierState.RECEIVED: _("Waiting for a reviewer of the unit."),
        DossierState.ACCEPTED: _("Waiting for a reviewer of the unit."),
        DossierState.DECIDED: _("Waiting for delivery at the counter."),
        DossierState.DELIVERED: _("Done; waiting for the archivist."),
    }.get(state, "")
