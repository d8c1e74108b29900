"""Guides on paper for everybody (纸质指南下载): leaflet, card and poster of each edition, and the list of all guides as a table.

Papers are kept in memory by what they say, so that an edition is drawn once a process, and so is the table for each state
of the catalogue. Nobody logs in, nothing personal is read.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import quote

from pyramid.config import Configurator
from pyramid.request import Request
from pyramid.response import Response
from pyramid.security import NO_PERMISSION_REQUIRED

from records.exchange import leaflets, registers
from records.exchange.leaflet_sections import texts_of
from records.exchange.leaflet_words import Edition as Printed
from records.exchange.leaflet_words import chinese_day
from records.operations.guides import content, read_body
from records.resources.guides import Guides

from .channels import open_channel
from .guide_pages import Edition, public_address, successor

log = logging.getLogger(__name__)

KEPT = 256
"""Papers kept at once, each of about 90 KB."""
TITLES = {"leaflet": "办事指南", "card": "服务卡", "poster": "上墙公示"}
TABLES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
}


@lru_cache(maxsize=KEPT)
def drawn(kind: str, large: bool, body: str, printed: Printed) -> tuple[bytes, str]:
    """Return a paper and the digest of its bytes; a character that cannot be printed raises the alarm in the log."""
    from records.exchange.typeface import missing_glyphs, shipped_typeface

    guide, typeface = read_body(body), shipped_typeface()
    missing = missing_glyphs(texts_of(guide, printed), typeface)
    if missing:
        log.warning(
            "guide %s: the typeface lacks %s", guide.key, " ".join(f"U+{ord(sign):04X}" for sign in missing)
        )
    more = {"large": True} if large else {}
    paper = leaflets.KINDS[kind](guide, printed, typeface=typeface, **more)
    return paper, _digest(paper)


def paper(kind: str):
    """Return the channel that prints one kind of paper."""

    def answer(edition: Edition, request: Request) -> Response:
        large = kind == "leaflet" and request.GET.get("da") == "1"
        printed, etag = drawn(kind, large, edition.version.body, printed_of(edition, request))
        name = f"{edition.leaflet.body.title} {TITLES[kind]}{'（大字版）' if large else ''}.pdf"
        return _sent(request, printed, etag, "application/pdf", name, way="inline")

    answer.__doc__ = f"Return the guide as the {kind} for printing ({TITLES[kind]})."
    return answer


def printed_of(edition: Edition, request: Request) -> Printed:
    """Return what stands on a paper beside the guide; the code always leads to the edition that holds now."""
    office, version = request.site.office, edition.version
    return Printed(
        number=version.version,
        effective=version.effective_on,
        digest=version.digest,
        address=public_address(request, edition.path),
        office=office.get("public_name") or office.get("name", ""),
        phone=office.get("phone", ""),
        supervision=office.get("supervision_phone", ""),
        note=note_of(edition, request),
    )


def note_of(edition: Edition, request: Request) -> str:
    """Return what a paper says when its edition does not hold, or not for long; papers are in Chinese for every reader."""
    version, in_force = edition.version, edition.guide.in_force(request.today)
    if version is in_force:
        following = successor(edition.guide, version, request.today)
        return f"自{chinese_day(following.effective_on)}起施行新版，变化请扫码看。" if following else ""
    if version.span.cancelled:
        return "此版在施行前已撤下，请勿使用。"
    if version.effective_on > request.today:
        return f"此版自{chinese_day(version.effective_on)}起施行，现在还没有施行。"
    if in_force is None:
        return "此指南已停止施行，准备材料前请先向窗口咨询。"
    return "此版已被新版替代，请扫码看现行版。"


def table(ending: str):
    """Return the view that sends all guides in force as one table."""

    def view(context: Guides, request: Request) -> Response:
        listed = request.registry.open_catalogue.listed(request.site, request.registry.services.clock)
        # Published editions never change, so their numbers and the address before them say what the table says.
        held = tuple((one.key, one.version) for one in listed if one.change != "withdrawn")
        state = (public_address(request, request.resource_path(context)), held)
        kept = request.registry.guide_tables.get(ending)
        if kept is None or kept[0] != state:
            table = registers.WRITERS[ending](_rows(context, *state))
            kept = request.registry.guide_tables[ending] = (state, table, _digest(table))
        return _sent(request, *kept[1:], TABLES[ending], f"办事指南目录.{ending}", way="attachment")

    view.__doc__ = f"Send the list of guides in force (办事指南目录) as {ending.upper()}."
    return view


def _rows(guides: Guides, address: str, held: Sequence[tuple[str, int]]) -> list[registers.Row]:
    editions = ((key, guides[key].version(number)) for key, number in held)
    rows = (registers.Row(content(edition), edition, address + key) for key, edition in editions)
    return sorted(rows, key=lambda row: row.guide.title)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:32]


def _sent(request: Request, content: bytes, etag: str, media: str, name: str, *, way: str) -> Response:
    response = Response(content, content_type=media)
    if media == "text/csv":
        response.charset = "utf-8"
    response.headers["Content-Disposition"] = f"{way}; filename*=UTF-8''{quote(name)}"
    response.headers["Cache-Control"] = "no-cache"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.etag, response.conditional_response = etag, True
    return response


def includeme(config: Configurator) -> None:
    """Open the print room."""
    config.registry.guide_tables = {}
    for kind in leaflets.KINDS:
        open_channel(config, f"{kind}.pdf", paper(kind))
    for ending in TABLES:
        config.add_view(
            table(ending),
            context=Guides,
            name=f"catalogue.{ending}",
            request_method="GET",
            permission=NO_PERMISSION_REQUIRED,
        )
