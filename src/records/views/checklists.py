"""A line of the checklist on the screen (材料行): how it stands, what we have, and what can be done about it."""

from __future__ import annotations

from collections.abc import Mapping

from pyramid.request import Request

from records.domain.checklists import LineState, LineStatus
from records.domain.findings import Finding
from records.domain.vocabulary import MaterialSource
from records.i18n import _
from records.operations import originals
from records.resources.dossiers import Dossier

from . import messages
from .applicants import material_of

BADGES = {
    LineStatus.FILLED: "done",
    LineStatus.HELD: "done",
    LineStatus.TO_CONFIRM: "next",
    LineStatus.TO_VERIFY: "wait",
    LineStatus.MISSING: "wait",
    LineStatus.NOT_NEEDED: "plain",
}


def row_of(
    request: Request,
    dossier: Dossier,
    state: LineState,
    *,
    fills: bool,
    refused: tuple[Finding, ...],
    typed: Mapping,
    warned: tuple[Finding, ...] = (),
) -> dict[str, object]:
    """Return a line as the page shows it: state, what is there, what can be done, what was just refused."""
    line = state.line
    entries = [entry for entry in dossier.entries if entry[0] == line.id]
    entry = entries[0] if entries else None
    held = request.site.materials.get(state.material) if state.material else None
    material = material_of(request, held) if held is not None else None
    if material and entry:
        material["previews"] = [
            request.resource_path(dossier, "preview", query={"digest": each[2]}) for each in entries
        ]
        material["files"] = [
            request.resource_path(dossier, "file", query={"digest": each[2]}) for each in entries
        ]
    mine = [found for found in refused if found.subject == line.id]
    again = any(found.code in AGAIN for found in mine)
    reused = bool(entry) and entry[3] == MaterialSource.REUSED
    waits = state.status is LineStatus.MISSING and not state.by_office
    params = {
        "line": line.name,
        "note": state.note,
        **(state.verdict.verdict.params if state.verdict and state.verdict.verdict else {}),
    }
    return {
        "id": line.id,
        "name": line.name,
        "number": line.position,
        "needed": state.needed,
        "badge": line_badge(state),
        "why": messages.explain(request, state.explanation, params) if state.needed and _needs_words(state) else "",
        "asks": line.acceptance,
        "material": material,
        "how": MaterialSource(entry[3]).label if entry else "",
        "via": state.via.label if state.via else "",
        "warns": [messages.sentence(request, found) for found in warned if found.subject == line.id],
        "verifies": fills and originals.to_verify(request.site, dossier, line.id, today=request.today) is not None,
        "waived": reused or state.status is LineStatus.HELD,
        "uses": fills and entry is None and state.status in (LineStatus.HELD, LineStatus.TO_CONFIRM),
        "removes": fills and entry is not None,
        "uploads": fills and ((entry is None and waits) or again),
        "renews": fills and not again and (reused or (entry is None and state.status in (LineStatus.HELD, LineStatus.TO_CONFIRM))),
        "fetches": fills and entry is None and state.by_office and state.status is LineStatus.MISSING,
        "by_office": state.by_office and state.status is LineStatus.MISSING,
        "wants": waits,
        "again": again,
        "typed": typed if typed.get("line") == line.id else {},
        "wrong": [messages.sentence(request, found) for found in mine],
    }  # fmt: skip


def line_badge(state: LineState) -> dict[str, str]:
    """Return the word and the kind of a line's state."""
    if state.by_office and state.status is LineStatus.MISSING:
        return {"word": _("The office fetches it"), "kind": "plain"}
    return {"word": state.status.label, "kind": BADGES[state.status]}


def _needs_words(state: LineState) -> bool:
    """Tell whether the badge alone does not explain the line: held and not usable, flawed, fetched, waived."""
    return state.status is not LineStatus.MISSING or state.explanation != "checklist.missing"


AGAIN = frozenset(
    {"material.already-held", "material.override-no-note", "material.override-no-original", "material.override-not-expired"}
)  # fmt: skip
