"""Paper originals as other pages show them (原件): a row of a list, what a case holds, what the start page says."""

from __future__ import annotations

from pyramid.request import Request

from records.domain.custody import OPEN, CustodyState, wants_original
from records.domain.permissions import Permission
from records.domain.vocabulary import DossierState, MaterialSource
from records.indexes import questions
from records.operations import custody
from records.operations.checklists import guide_of
from records.operations.deposits import OVER, archived_as
from records.resources.custody import Original
from records.resources.dossiers import Dossier

from . import minors
from .layout import light, name_of, unit_name, units_of

#: Hand-overs that a page looks back at.
RECENT = 10

KINDS = {
    CustodyState.HELD: "next",
    CustodyState.LENT: "wait",
    CustodyState.RETURNED: "done",
    CustodyState.CONSUMED: "done",
    CustodyState.LOST: "wrong",
    CustodyState.SETTLED: "done",
}


def row_of(request: Request, original: Original) -> dict[str, object]:
    """Return an original as a row: what, whose, how it stands, who answers for it and where it lies."""
    site, state = request.site, CustodyState(original.state)
    dossier = site.dossiers[original.dossier]
    keeper = site.people.get(original.keeper)
    return {
        "href": request.resource_path(original).rstrip("/"),
        "code": original.code,
        "title": original.title,
        "copies": original.copies,
        "applicant": minors.named(request, site.applicants[dossier.applicant]),
        "case": request.resource_path(dossier).rstrip("/"),
        "state": {"word": state.label, "kind": KINDS[state]},
        "light": light(request, original.lent_until),
        "keeper": name_of(request, original.keeper),
        "window": keeper.window if keeper is not None else "",
        "unit": unit_name(request, original.unit),
        "place": original.lent_to if state is CustodyState.LENT else original.place,
        "offered": bool(original.handover),
        "archived_as": archived_as(site, original),
    }


def waiting(request: Request) -> dict[str, object] | None:
    """Return what the start page says of originals: how many one keeps, what is late, what is to be counted."""
    if not units_of(request, Permission.CUSTODY_VIEW):
        return None
    site, me = request.site, request.identity.userid
    mine = questions.originals_kept_by(site, me)
    offered = sum(
        each.state == "offered" and each.taker == me
        for each in questions.hand_overs_of(site, me, limit=RECENT)
    )
    return {
        "href": f"{request.script_name}/desk/custody",
        "count": len(mine),
        "late": len(custody.overdue(mine, request.today)),
        "offered": offered,
    }


def still_open(request: Request, dossier: Dossier) -> list[dict[str, object]]:
    """Return the originals of a case that its applicant has not back and the file does not keep, for the red line."""
    originals = questions.originals_of(request.site, dossier.id)
    return [row_of(request, each) for each in originals if each.state in OPEN]


def of_case(request: Request, dossier: Dossier) -> dict[str, object]:
    """Return what a case shows of its originals: each of them, the red line at its end, and which may still be taken in."""
    site = request.site
    originals = questions.originals_of(site, dossier.id)
    may = bool(request.has_permission(Permission.CUSTODY_KEEP, dossier))
    here = {each.line for each in originals if each.state != CustodyState.RETURNED}
    brought = {
        entry[0]
        for entry in dossier.entries
        if entry[3] in (MaterialSource.SUBMITTED, MaterialSource.VOLUNTEERED)
    }
    over = DossierState(dossier.state) in OVER
    return {
        "rows": [row_of(request, each) for each in originals],
        "open": [row_of(request, each) for each in originals if each.state in OPEN]
        if dossier.state in (DossierState.DECIDED, *OVER)
        else [],
        "unreceipted": may and any(not each.receipt for each in originals),
        "lines": [
            (line.id, line.name)
            for line in guide_of(site, dossier).lines
            if line.id in brought - here and may and not over
        ],
        "wanted": {
            line.id for line in guide_of(site, dossier).lines if wants_original(line) and line.id not in here
        }
        if may
        else set(),
        "window": f"{request.identity.window}窗口" if request.identity.window else "",
    }
