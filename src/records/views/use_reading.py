"""The reading room (电子阅览): pages of a granted request with a watermark while its loan runs, and the papers made out.

The clock is asked at every page; the moment the loan is over nothing more is shown. The watermark is drawn on the picture that
is sent, the archived bytes are only read.
"""

from __future__ import annotations

from urllib.parse import quote, urlencode

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPForbidden, HTTPNotFound
from pyramid.request import Request
from pyramid.response import Response

from records.clock import civil_date
from records.domain.findings import Finding, Refused
from records.domain.permissions import Permission
from records.domain.uses import PaperKind, Purpose
from records.exchange.watermarks import marked
from records.extraction.types import UNSEEN
from records.operations import lending
from records.operations.archived_papers import ArchivedPaper, papers_in
from records.operations.notices import ready_typeface
from records.operations.use_papers import bytes_of
from records.operations.uses import items_of
from records.resources.archives import ArchivedItem
from records.resources.uses import UsePaper, UseRequest

from .api import BASE, answer, problem
from .files import WIDEST, _sealed
from .layout import day, shown
from .uses import may_see

MOST = 200
"""Pages of one paper that are shown."""


def readable(request: Request, use: UseRequest) -> tuple[Finding, ...]:
    """Return what speaks against showing pages of a request to this person at this instant."""
    if not may_see(request, use):
        raise HTTPForbidden
    return lending.may_read(request.site, use, items_of(request.site, use), now=request.now)


def read(context: UseRequest, request: Request) -> dict[str, object]:
    """Show the pages of a request while its loan runs; afterwards the reason, and nothing of the archives."""
    found = readable(request, context)
    back = request.resource_path(context).rstrip("/")
    if found:
        request.response.status_int = 403
        return {"use": context, "back": back, "items": [], "until": "", "errors": shown(request, found)}
    request.note_read("uses.read", f"use:{context.id}", purpose=context.code)
    reading = lending.reading_of(context)
    request.response.headers["Cache-Control"] = "no-store"
    return {
        "use": context,
        "back": back,
        "until": f"{reading.until:%Y-%m-%d %H:%M}" if reading is not None else "",
        "items": [_item(request, context, item) for item in items_of(request.site, context)],
        "errors": (),
    }


def _item(request: Request, use: UseRequest, item: ArchivedItem) -> dict[str, object]:
    papers = papers_in(request.registry.services, item)
    return {
        "code": item.code,
        "title": item.title,
        "papers": [
            {"number": paper.number, "title": paper.title, "pages": _pages(request, use, item, paper)}
            for paper in papers
        ],
    }


def _pages(request: Request, use: UseRequest, item: ArchivedItem, paper: ArchivedPaper) -> list[str]:
    if paper.media in UNSEEN:
        return []
    path = request.resource_path(use, "page")
    count = min(max(paper.pages, 1), MOST)
    return [
        f"{path}?{urlencode({'item': item.id, 'paper': paper.number, 'page': page})}"
        for page in range(1, count + 1)
    ]


def words_on(use: UseRequest, today: str, *, looks: str) -> str:
    """Return the words of the watermark: reader, purpose, day and number of the request, and who is logged in if not the reader."""
    shown_to = "" if looks == use.reader else f"（{looks}登录）"
    return f"{use.reader}{shown_to} {Purpose(use.purpose).label} {today} {use.code} 仅供阅览"


def send_page(context: UseRequest, request: Request) -> Response:
    """Send one page as a picture with its watermark; who looked at what is on the access log first."""
    found = readable(request, context)
    if found:
        return problem(request, found, status=403)
    item = request.site.archives.get(request.GET.get("item", ""))
    number, page = request.GET.get("paper", ""), request.GET.get("page", "1")
    if item is None or item.id not in context.items or not (page.isdecimal() and len(page) < 5):
        raise HTTPNotFound
    services = request.registry.services
    paper = next((each for each in papers_in(services, item) if str(each.number) == number), None)
    if paper is None or paper.media is None:
        raise HTTPNotFound
    request.note_read("uses.page", f"archive:{item.id}", purpose=f"{context.code} {number}/{page}")
    picture = services.extractor.render(
        services.store.path(paper.digest), paper.media, max(int(page), 1), width=WIDEST
    )
    if picture is None:
        raise HTTPNotFound
    words = words_on(context, day(civil_date(request.now)), looks=request.identity.name)
    body = marked(picture, words, typeface=ready_typeface())
    return _sealed(Response(body, content_type="image/png"), "inline")


def send_paper(context: UsePaper, request: Request) -> Response:
    """Send a paper that was made out, the same bytes each time; void, owed and destroyed ones are refused with the reason."""
    body = bytes_of(request.registry.services, request.site, context)
    if isinstance(body, Refused):
        return problem(request, body.findings, status=409)
    request.note_read("uses.paper", f"usepaper:{context.id}", purpose=context.code)
    name = quote(f"{PaperKind(context.paper_kind).label} {context.code}.pdf")
    return _sealed(Response(body, content_type="application/pdf"), f"attachment; filename*=UTF-8''{name}")


def program_pages(context: UseRequest, request: Request) -> Response:
    """Answer a program with the papers and page addresses of a request while its loan runs."""
    found = readable(request, context)
    if found:
        return problem(request, found, status=403)
    request.note_read("uses.read", f"use:{context.id}", purpose=context.code)
    items = [
        {
            "id": item.id,
            "code": item.code,
            "papers": [
                {"paper": paper.number, "title": paper.title, "pages": max(paper.pages, 1)}
                for paper in papers_in(request.registry.services, item)
            ],
        }
        for item in items_of(request.site, context)
    ]
    return answer(request, {"items": items})


def includeme(config: Configurator) -> None:
    """Open the reading room to who may see a request, the papers made out to who lends."""
    view, route = config.add_view, config.add_route
    own = {"context": UseRequest, "permission": Permission.USE_REQUEST, "request_method": "GET"}
    view(read, name="read", renderer="uses/read.pt", **own)
    view(send_page, name="page", **own)
    paper = {"context": UsePaper, "permission": Permission.USE_LEND}
    view(send_paper, name="pdf", request_method="GET", **paper)
    for name, run in (("pages", program_pages), ("page", send_page)):
        route(f"api.uses.{name}", f"{BASE}/uses/{{id}}/{name}", traverse="/uses/{id}", request_method="GET")
        view(run, route_name=f"api.uses.{name}", context=UseRequest, permission=Permission.USE_REQUEST)
    route(
        "api.use_papers.pdf",
        f"{BASE}/use_papers/{{id}}/pdf",
        traverse="/use_papers/{id}",
        request_method="GET",
    )
    view(send_paper, route_name="api.use_papers.pdf", **paper)
