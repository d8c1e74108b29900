"""What a paper looks like (疑似已有) on the case's page: the held one beside it, and the two answers a clerk can give."""

from __future__ import annotations

from pyramid.request import Request

from records.i18n import _
from records.operations import resemblances
from records.resources.dossiers import Dossier
from records.resources.materials import Material

from .layout import instant


def rows_of(
    request: Request, dossier: Dossier, entry: tuple | None, *, fills: bool
) -> list[dict[str, object]]:
    """Return what the paper on a line seems to be, the likeliest first; nothing once the line cannot be changed."""
    if entry is None or not fills:
        return []
    paper = request.site.materials[entry[1]]
    if paper.source_dossier != dossier.id:
        return []
    return [_row(request, dossier, paper, one) for one in resemblances.proposals(request.site, paper)]


def merged_row(request: Request, dossier: Dossier, line: str, *, fills: bool) -> str:
    """Return the title of the held material that the paper on a line was found to be, where that can be taken back."""
    paper = resemblances.merged_on(request.site, dossier, line) if fills else None
    return request.site.materials[paper.merged[0]].title if paper else ""


def _row(
    request: Request, dossier: Dossier, paper: Material, one: resemblances.Proposal
) -> dict[str, object]:
    held = one.material
    received = held.renditions[0][3]
    return {
        "material": held.id,
        "title": held.title,
        "received": instant(received) if received else "",
        "agreeing": one.agreeing,
        "differing": request.localizer.translate(_(", ")).join(str(page) for page in one.differing),
        "comes": request.resource_path(dossier, "preview", query={"digest": paper.files[0]}),
        "held": request.resource_path(held, "preview", query={"digest": held.files[0]}),
    }
