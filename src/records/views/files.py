"""Files on their way out (文件): only what a record names, only to whoever may see the record, noted before it leaves."""

from __future__ import annotations

from urllib.parse import quote

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPNotFound
from pyramid.request import Request
from pyramid.response import FileResponse, Response

from records.domain.permissions import Permission
from records.domain.vocabulary import MaterialStatus, NoticeKind
from records.extraction.types import EXTENSIONS, MediaType
from records.resources.custody import Original
from records.resources.dossiers import Dossier
from records.resources.materials import Holding, Material
from records.resources.notices import Notice

#: A file of somebody else's making may do nothing in our name.
SANDBOX = "sandbox; default-src 'none'; img-src 'self'; style-src 'none'"
WIDEST = 1600
IMAGES = frozenset({MediaType.JPEG, MediaType.PNG})
ENDING = {media: ending for ending, media in reversed(EXTENSIONS.items())}


def named_by(record: Dossier | Material | Original, digest: str) -> bool:
    """Tell whether a record names a content: a dossier on a line or as its result, a material as a rendition, an original its signed slip."""
    if isinstance(record, Original):
        return bool(digest) and digest in (record.proof, *record.loss[2:3])
    if isinstance(record, Material):
        return digest in {rendition[0] for rendition in record.renditions}
    return bool(digest) and digest in {record.result_digest, *(entry[2] for entry in record.entries)}


def holding_of(context: Dossier | Material, request: Request) -> Holding:
    """Return the holding a request asks for; what the record does not name is not there."""
    digest = request.GET.get("digest", "")
    sealed = isinstance(context, Material) and context.status == MaterialStatus.SEALED
    holding = request.site.holdings.get(digest) if named_by(context, digest) and not sealed else None
    if holding is None:
        raise HTTPNotFound
    return holding


def title_of(context: Dossier | Material, request: Request, digest: str) -> str:
    """Return what a file is called when it leaves: the material's name, never the name it arrived under."""
    if isinstance(context, Material | Original):
        return context.title
    line = next((entry for entry in context.entries if entry[2] == digest), None)
    return request.site.materials[line[1]].title if line else f"{context.code} 办理结果"


def send_file(context: Dossier | Material, request: Request) -> Response:
    """Send a file as it was handed in; images may be shown in the page, everything else is for saving."""
    holding = holding_of(context, request)
    request.note_read("file", f"{context.kind}:{context.id}", purpose=holding.digest[:12])
    media = MediaType(holding.media_type)
    name = f"{title_of(context, request, holding.digest)}{ENDING[media]}"
    path = request.registry.services.store.path(holding.digest)
    response = FileResponse(str(path), request=request, content_type=str(media))
    way = "inline" if media in IMAGES else "attachment"
    return _sealed(response, f"{way}; filename*=UTF-8''{quote(name)}")


def send_preview(context: Dossier | Material, request: Request) -> Response:
    """Send a page of a file as a picture, drawn by the limited worker and never by this process."""
    holding = holding_of(context, request)
    wanted = request.GET.get("page", "1")
    page = int(wanted) if wanted.isdecimal() and len(wanted) < 5 else 1
    request.note_read("preview", f"{context.kind}:{context.id}", purpose=holding.digest[:12])
    services = request.registry.services
    picture = services.extractor.render(
        services.store.path(holding.digest), MediaType(holding.media_type), max(page, 1), width=WIDEST
    )
    if picture is None:
        raise HTTPNotFound
    return _sealed(Response(picture, content_type="image/png"), "inline")


def send_notice(context: Notice, request: Request) -> Response:
    """Send an issued paper as the PDF/A it is; one that is still being drawn is not there yet."""
    if not context.digest:
        raise HTTPNotFound
    request.note_read("notice", f"notice:{context.id}")
    path = request.registry.services.store.path(context.digest)
    name = quote(f"{NoticeKind(context.notice_kind).label} {context.code}.pdf")
    response = FileResponse(str(path), request=request, content_type="application/pdf")
    return _sealed(response, f"attachment; filename*=UTF-8''{name}")


def _sealed(response: Response, disposition: str) -> Response:
    response.headers["Content-Disposition"] = disposition
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    # FileResponse names the file's age and place in the store; neither is anybody's business.
    response.last_modified = None
    return response


def includeme(config: Configurator) -> None:
    """Open the counter where files are handed out."""
    for context, permission in (
        (Dossier, Permission.DOSSIER_VIEW),
        (Material, Permission.MATERIAL_VIEW),
        (Original, Permission.CUSTODY_VIEW),
    ):
        config.add_view(send_file, name="file", context=context, request_method="GET", permission=permission)
        config.add_view(
            send_preview, name="preview", context=context, request_method="GET", permission=permission
        )
    config.add_view(
        send_notice, name="pdf", context=Notice, request_method="GET", permission=Permission.NOTICE_VIEW
    )
