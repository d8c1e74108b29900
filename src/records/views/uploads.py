"""Files that arrive (上传): stored and looked at before the write lock, so that a view only reads what they are."""

from __future__ import annotations

from dataclasses import dataclass

from pyramid.config import Configurator
from pyramid.request import Request
from pyramid.response import Response

from records.domain.findings import Finding, Refused
from records.extraction.types import sniff
from records.operations.materials import Upload
from records.operations.services import Services
from records.store import StoreFull, TooLarge

LIMIT = 60 << 20
"""Bytes of one file where ``upload.limit`` does not say otherwise."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """One file of a request: what it is, or everything that speaks against it."""

    upload: Upload | None
    findings: tuple[Finding, ...] = ()


def take(services: Services, stream, name: str, field: str) -> Arrived:
    """Store a stream, judge it by its content, and have a worker open it; bad files are named, not raised."""
    limit = int(services.settings.get("upload.limit", LIMIT))
    name = name.replace("\\", "/").rsplit("/", 1)[-1][:120]
    try:
        stored = services.store.put(stream, limit=limit)
    except TooLarge:
        return Arrived(
            None, (Finding("file.too-large", subject=field, params={"limit": f"{limit / (1 << 20):.3g}"}),)
        )
    except StoreFull:
        return Arrived(None, (Finding("file.disk-full", subject=field),))
    if stored.size == 0:
        return Arrived(None, (Finding("file.empty", subject=field, params={"name": name}),))
    media_type = sniff(services.store.head(stored.digest), name)
    if isinstance(media_type, Refused):
        return Arrived(None, media_type.findings)
    inspection = services.extractor.inspect(services.store.path(stored.digest), media_type)
    upload = Upload(
        digest=stored.digest,
        sm3=stored.sm3,
        size=stored.size,
        media_type=str(media_type),
        title=name,
        page_count=inspection.pages,
    )
    return Arrived(upload if inspection.ok else None, () if inspection.ok else inspection.findings)


def store_files(request: Request) -> Response | None:
    """Store every file of the request of whoever is logged in; called before the lock is taken."""
    request.files = {}
    if not request.known or not (request.content_type or "").startswith("multipart/form-data"):
        return None
    for field, value in request.POST.items():
        if getattr(value, "filename", None):
            request.files[field] = take(request.registry.services, value.file, value.filename, field)
    return None


def includeme(config: Configurator) -> None:
    """Stand between admission and lock."""
    config.add_preparation(store_files)
