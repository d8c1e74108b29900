"""A line of the checklist on the screen (材料行): how it stands, what we have, and what can be done about it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from html import escape

from pyramid.i18n import Localizer
from pyramid.request import Request

from records.domain.checklists import LineState, LineStatus
from records.domain.findings import Finding
from records.domain.permissions import Permission
from records.domain.reuse import Check, ReuseOutcome
from records.domain.vocabulary import MaterialSource
from records.i18n import _
from records.operations import originals
from records.resources.dossiers import Dossier
from records.resources.materials import Material

from . import messages, resemblances
from .materials import drawn, material_of

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
    fetches: bool,
    refused: tuple[Finding, ...],
    typed: Mapping,
    warned: tuple[Finding, ...] = (),
    fetched: Mapping[str, dict[str, object]],
) -> dict[str, object]:
    """Return a line as the page shows it: state, what is there, what can be done, what was just refused.

    ``fetched`` are the case's fetches by line. Of a line that is not needed only its name is shown.
    """
    line = state.line
    if not state.needed:
        return {"id": line.id, "name": line.name, "needed": False}
    entries = [entry for entry in dossier.entries if entry[0] == line.id]
    entry = entries[0] if entries else None
    # A paper that turned out to be somebody else's stays in the closed case, but nothing of it is shown.
    parted = any(row[:2] == (line.id, state.material) for row in dossier.separated)
    held = request.site.materials.get(state.material) if state.material and not parted else None
    shows = entry is not None and held is not None and entry[1] == held.id
    material = material_of(request, held, previews=not shows) if held is not None else None
    if material and shows:
        here = request.resource_path(dossier)
        material["previews"] = [
            f"{here}preview?digest={digest}" for digest in drawn(request, (each[2] for each in entries))
        ]
        material["files"] = [f"{here}file?digest={each[2]}" for each in entries]
    mine = [found for found in refused if found.subject == line.id]
    again = any(found.code in AGAIN for found in mine)
    reused = bool(entry) and entry[3] == MaterialSource.REUSED
    waits = state.status is LineStatus.MISSING and not state.by_office
    # A paper that holds no longer stays to be seen, and its line may be filled anew.
    gone = entry is not None and state.gap is not None
    vacant = entry is None or gone
    params = {
        "line": line.name,
        "note": state.note,
        **(state.verdict.verdict.params if state.verdict and state.verdict.verdict else {}),
    }
    return {
        "id": line.id,
        "name": line.name,
        "number": line.position,
        "needed": True,
        "badge": line_badge(state),
        "why": messages.explain(request, state.explanation, params) if _needs_words(state) and not gone else "",
        "judged": _judged(request, state),
        "promises": fills and state.status is LineStatus.MISSING and _may_promise(state),
        "consent": _consent(request, held),
        "asks": line.acceptance,
        "material": material,
        "how": MaterialSource(entry[3]).label if entry else "",
        "via": state.via.label if state.via else "",
        "warns": [messages.sentence(request, found) for found in warned if found.subject == line.id],
        "verifies": fills and originals.to_verify(request.site, dossier, line.id, today=request.today) is not None,
        "waived": (reused and not gone) or state.status is LineStatus.HELD,
        "uses": fills and vacant and state.status in (LineStatus.HELD, LineStatus.TO_CONFIRM),
        "removes": fills and entry is not None and not gone,
        "uploads": fills and ((vacant and waits) or again),
        "renews": fills and not again and ((reused and not gone) or (vacant and state.status in (LineStatus.HELD, LineStatus.TO_CONFIRM))),
        "fetches": fetches and vacant and state.by_office and state.status is LineStatus.MISSING,
        "deposits": not line.waived,
        "by_office": state.by_office and state.status is LineStatus.MISSING,
        "wants": waits,
        "fetch": fetched.get(line.id),
        "resembles": resemblances.rows_of(request, dossier, entry, fills=fills),
        "merged": resemblances.merged_row(request, dossier, line.id, fills=fills and entry is not None),
        "again": again,
        "typed": typed if typed.get("line") == line.id else {},
        "wrong": [messages.sentence(request, found) for found in mine],
    }  # fmt: skip


ROW = '<li><span aria-hidden="true">{sign}</span> {words}：{answer}</li>\n'

#: The questions of a verdict in the words of the desk.
CHECKS = {
    "held": _("Anything of this kind is held"),
    "same-bytes": _("The very same file was shown"),
    "same-chain": _("Handed in earlier in this matter"),
    "status": _("Its state is valid"),
    "in-time": _("Valid on the day it is needed"),
    "grade": _("Its grade is accepted here"),
    "once": _("Not used up by another case"),
    "purpose": _("Given for this item, or for every one"),
    "consent": _("The applicant has not said no"),
    "sensitivity": _("Not sensitive, or law or single consent allows it"),
    "undisputed": _("Its content is not disputed"),
}


def _judged(request: Request, state: LineState) -> dict[str, object] | None:
    """Return why a line stands as it does: one sentence, the clause, and every question with its answer."""
    verdict = state.judged
    if verdict is None:
        return None
    return {
        "sentence": messages.reason_in(
            request.localizer.locale_name,
            Finding(verdict.reason, params={"line": state.line.name, **verdict.params}),
        ),
        "clause": verdict.clause,
        "checks": _answered(verdict.checks, request.localizer),
    }


@lru_cache(maxsize=16)
def _rows(localizer: Localizer) -> Mapping[tuple[str, bool], str]:
    """Return each question with a yes and with a no as a row of a list, in the words of a language."""
    translate = localizer.translate
    return {
        (name, yes): ROW.format(sign=sign, words=escape(translate(words)), answer=escape(translate(answer)))
        for name, words in CHECKS.items()
        for yes, sign, answer in ((True, "✓", _("yes")), (False, "✗", _("no")))
    }


def _answered(checks: tuple[Check, ...], localizer: Localizer) -> str:
    """Return the questions in their order as markup: some forty stand on a page."""
    rows = _rows(localizer)
    return "".join([rows[check.name, check.answer] for check in checks])


def _may_promise(state: LineState) -> bool:
    return state.judged is not None and state.judged.outcome is ReuseOutcome.MAY_PROMISE


def _consent(request: Request, held: Material | None) -> str:
    """Return where consent to a material's reuse is written down; empty for whoever may not."""
    if held is None or not request.has_permission(Permission.CONSENT_RECORD, held):
        return ""
    return request.resource_path(held, "consent")


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
