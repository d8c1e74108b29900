"""The register of use, its figures and the images of seals (利用登记、利用统计、用印登记), on the screen and for programs."""

from __future__ import annotations

from itertools import islice
from urllib.parse import urlencode

import deform
from deform.widget import RadioChoiceWidget
from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPForbidden, HTTPNotFound, HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response

from records.domain.findings import Finding, Refused
from records.domain.permissions import Permission
from records.domain.use_figures import counted
from records.domain.uses import PaperKind, SealState
from records.exchange.charts import Part, part_bars
from records.exchange.watermarks import marked
from records.extraction.types import MediaType
from records.forms import asking
from records.forms.verbs import verb
from records.forms.widgets import errors_of
from records.i18n import _
from records.indexes import use_questions as questions
from records.operations.notices import ready_typeface
from records.operations.use_register import HEADS, SHEET, rows_of, rows_of_request, used_in, workbook
from records.resources.uses import Seal, Seals, Uses

from . import messages, uploads
from .acting import perform, status_of
from .api import BASE, answer, problem
from .arranging import cursor
from .disposition import asked, asked_page
from .files import _sealed
from .layout import instant, name_of, shown, unit_name, units_of

REQUEST, APPROVE, LEND = Permission.USE_REQUEST, Permission.USE_APPROVE, Permission.USE_LEND
PAGE = 50
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: Columns of the workbook that the screen shows, with their words.
SEEN = {
    0: _("Number"), 1: _("Day"), 2: _("Reader"), 3: _("Unit"), 6: _("Purpose of use"), 7: _("Archival code"),
    9: _("Ways of use"), 10: _("State"), 13: _("Approval by"), 18: _("Came back on"), 19: _("Effect of the use"),
}  # fmt: skip
MOST_PARTS = 5
SAMPLE, SAMPLE_WIDE = "图样 不得用印", 320
"""What stands across a shown image of a seal, and how wide it is: enough to know it, too little to print it."""


def fonds_of(request: Request) -> str:
    """Return the fonds whose register is looked at: one's own, in which one lends; 403 for any other."""
    held = [unit for unit in units_of(request, LEND) if unit in request.site.office["fonds"]]
    fonds = request.GET.get("fonds", held[0] if held else "")
    if fonds not in held:
        raise HTTPForbidden
    return fonds


def year_of(request: Request) -> int:
    """Return the year that is looked at, this one unless another is named."""
    year = request.GET.get("year", "")
    return int(year) if year.isascii() and year.isdecimal() and len(year) == 4 else request.today.year


def _frame(request: Request, page: str) -> dict[str, object]:
    fonds, year = fonds_of(request), year_of(request)
    described, mount = request.site.office["fonds"], request.script_name
    held = [unit for unit in units_of(request, LEND) if unit in described]

    def href(where: str, **more: object) -> str:
        return f"{mount}/uses/{where}?{urlencode({'fonds': fonds, 'year': year, **more})}"

    return {
        "fonds": described[fonds],
        "key": fonds,
        "year": year,
        "tabs": [
            {"label": f"{described[each]['number']} {described[each]['name']}", "href": href(page, fonds=each), "current": each == fonds}
            for each in held
        ],
        "years": [
            {"label": str(each), "href": href(page, year=each), "current": each == year}
            for each in range(request.today.year, request.today.year - 4, -1)
        ],
        "href": href,
    }  # fmt: skip


def register_page(context: Uses, request: Request) -> dict[str, object]:
    """Show the register of a fonds and year page by page; the names are on the access log first."""
    frame = _frame(request, "register")
    request.note_read("uses.register", frame["key"])
    after = cursor(request)
    found = list(islice(questions.register(request.site, frame["key"], frame["year"], after=after), PAGE + 1))
    shown_rows = []
    for _key, use in found[:PAGE]:
        href = request.resource_path(use).rstrip("/")
        rows = rows_of_request(request.site, use)
        shown_rows += [{"href": href, "cells": [row[at] for at in SEEN]} for row in rows]
    more = found[PAGE - 1][0].hex() if len(found) > PAGE else ""
    return {
        **frame,
        "columns": [{"label": label} for label in SEEN.values()],
        "rows": shown_rows,
        "more": frame["href"]("register", after=more) if more else "",
        "file": frame["href"]("register.xlsx"),
    }


def send_register(context: Uses, request: Request) -> Response:
    """Send the register of a fonds and year as a workbook; the names are on the access log first."""
    fonds, year = fonds_of(request), year_of(request)
    request.note_read("uses.register", fonds, purpose=str(year))
    response = Response(workbook(request.site, fonds, year), content_type=XLSX)
    return _sealed(response, f"attachment; filename=uses-{year}.xlsx")


def statistics_page(context: Uses, request: Request) -> dict[str, object]:
    """Show how much was used in a year, by month, purpose and way, as pictures with their tables."""
    frame = _frame(request, "statistics")
    purposes, ways = counted(used_in(request.site, frame["key"], frame["year"]), frame["year"])
    labels = [f"{month:02d}" for month in range(1, 13)]
    tables = []
    for key, title, figures in (("purposes", _("By purpose"), purposes), ("ways", _("By way"), ways)):
        rows = [
            {"label": term.label, "values": values, "sum": sum(values)} for term, values in figures.items()
        ]
        title = request.localizer.translate(title)
        parts = _parts(rows, request.localizer.translate(_("The rest")))
        told = "；".join(f"{part.name} {'、'.join(map(str, part.values))}" for part in parts)
        chart = part_bars(key, title, told, labels, parts) if any(row["sum"] for row in rows) else ""
        tables.append({"key": key, "title": title, "rows": rows, "chart": chart})
    return {**frame, "labels": labels, "tables": tables}


def _parts(rows: list[dict], others: str) -> list[Part]:
    """Return the parts of the bars: what was used most by its name, the rest together."""
    used = sorted((row for row in rows if row["sum"]), key=lambda row: -row["sum"])
    named, rest = used[:MOST_PARTS], used[MOST_PARTS:]
    parts = [Part(row["label"], tuple(row["values"])) for row in named]
    if rest:
        parts.append(Part(others, tuple(map(sum, zip(*(row["values"] for row in rest), strict=True)))))
    return parts


def program_register(context: object, request: Request) -> Response:
    """Answer a program with the register of a fonds and year, numbers masked."""
    fonds, year = fonds_of(request), year_of(request)
    request.note_read("uses.register", fonds, purpose=str(year))
    rows = [dict(zip(HEADS, row, strict=True)) for row in rows_of(request.site, fonds, year)]
    return answer(request, {"fonds": fonds, "year": year, SHEET: rows})


def program_statistics(context: object, request: Request) -> Response:
    """Answer a program with the figures of a fonds and year by month."""
    fonds, year = fonds_of(request), year_of(request)
    purposes, ways = counted(used_in(request.site, fonds, year), year)
    return answer(request, {"fonds": fonds, "year": year, "purposes": purposes, "ways": ways})


def seals_page(context: Seals, request: Request) -> dict[str, object]:
    """Show the images of seals of one's units, and the form that puts one in."""
    return _seals(request)


def _seals(request: Request, refused: deform.Form | None = None, form: str = "") -> dict[str, object]:
    units = units_of(request, APPROVE)
    found = (
        seal
        for unit in units
        for state in SealState
        for seal in questions.seals_of(request.site, unit, state)
    )
    return {
        "rows": [_seal(request, seal) for seal in found],
        "form": form or asking.draw(_seal_sheet(request), {"unit": units[0] if units else ""}),
        "errors": errors_of(refused) if refused is not None else (),
    }


def _seal(request: Request, seal: Seal) -> dict[str, object]:
    state = SealState(seal.state)
    return {
        "href": request.resource_path(seal).rstrip("/"),
        "title": seal.title,
        "unit": unit_name(request, seal.unit),
        "by": f"{name_of(request, seal.placed_by)} {instant(seal.created_at)}",
        "state": {"word": state.label, "kind": "done" if state is SealState.ACTIVE else "plain"},
    }


def _seal_sheet(request: Request) -> deform.Form:
    form = asking.sheet(
        verb("seals", "place"),
        action=f"{request.script_name}/seals/place",
        file_title=_("Image of the seal (PNG or JPEG, on white)"),
        kept=uploads.kept(request, "image"),
    )
    form["unit"].widget = RadioChoiceWidget(
        values=[(unit, unit_name(request, unit)) for unit in units_of(request, APPROVE)]
    )
    return form


def place_seal(context: Seals, request: Request) -> Response | dict[str, object]:
    """Put the image of a seal in; a refusal shows the page again."""
    form = _seal_sheet(request)
    values = asking.read(form, request.POST.items())
    result = perform(request, verb("seals", "place"), None, values, channel="screen")
    if not isinstance(result, Refused):
        return HTTPSeeOther(f"{request.resource_path(result).rstrip('/')}?done=seal-place")
    request.response.status_int = status_of(result)
    asking.mark(form, ((found.subject, messages.sentence(request, found)) for found in result.findings))
    return _seals(request, form, asking.draw(form, values))


def show_seal(context: Seal, request: Request) -> dict[str, object]:
    """Show every paper on which the image of a seal was used (用印登记)."""
    return seal_page(context, request)


def seal_page(context: Seal, request: Request, refused: tuple[Finding, ...] = ()) -> dict[str, object]:
    """Return what the page of a seal shows."""
    request.note_read("seals.show", context.id)
    site = request.site
    return {
        "seal": context,
        "row": _seal(request, context),
        "retire": request.resource_path(context, "retire") if context.state == SealState.ACTIVE else "",
        "image": request.resource_path(context, "image"),
        "uses": [
            {
                "code": paper.code,
                "kind": PaperKind(paper.paper_kind).label,
                "at": instant(paper.created_at),
                "by": name_of(request, paper.made_by),
                "request": site.uses[paper.use].code,
            }
            for paper in questions.sealed_with(site, context.id, limit=PAGE * 4)
        ],
        "errors": shown(request, refused),
    }


def send_image(context: Seal, request: Request) -> Response:
    """Send the image of a seal as a small picture across which is written that it is no seal; the file itself never leaves."""
    services = request.registry.services
    media = MediaType(context.media_type)
    picture = services.extractor.render(services.store.path(context.digest), media, 1, width=SAMPLE_WIDE)
    if picture is None:
        raise HTTPNotFound
    request.note_read("seals.image", context.id)
    body = marked(picture, SAMPLE, typeface=ready_typeface())
    return _sealed(Response(body, content_type="image/png"), "inline")


def seal_verb_page(context: Seal, request: Request, one, form: deform.Form, values) -> dict[str, object]:
    """Return what the page shows that takes a seal out of use."""
    return {
        "title": one.title,
        "heading": context.title,
        "state": _seal(request, context)["state"],
        "back": request.resource_path(context).rstrip("/"),
        "number": "",
        "form": asking.draw(form, values),
    }


def program_seals(context: object, request: Request) -> Response:
    """Answer a program with the images of seals that may be used in one's units."""
    units = units_of(request, APPROVE)
    if not units:
        return problem(request, (Finding("permission.denied"),), status=403)
    found = (seal for unit in units for seal in questions.seals_of(request.site, unit, SealState.ACTIVE))
    return answer(
        request, {"seals": [{"id": seal.id, "title": seal.title, "unit": seal.unit} for seal in found]}
    )


def includeme(config: Configurator) -> None:
    """Open the register to who lends, the images of seals to who decides."""
    view, route = config.add_view, config.add_route
    own = {"context": Uses, "permission": LEND, "request_method": "GET"}
    view(register_page, name="register", renderer="uses/register.pt", **own)
    view(send_register, name="register.xlsx", **own)
    view(statistics_page, name="statistics", renderer="uses/statistics.pt", **own)
    seals = {"context": Seals, "permission": APPROVE, "renderer": "uses/seals.pt"}
    view(seals_page, name="", request_method="GET", **seals)
    view(place_seal, name="place", request_method="POST", **seals)
    view(show_seal, name="", context=Seal, request_method="GET", permission=APPROVE, renderer="uses/seal.pt")
    view(send_image, name="image", context=Seal, request_method="GET", permission=APPROVE)
    retire = verb("seals", "retire")
    about = {"context": Seal, "name": "retire", "permission": APPROVE, "renderer": "disposition/verb.pt"}
    view(asked_page(retire, seal_verb_page), request_method="GET", **about)
    view(asked(retire, seal_verb_page, seal_page), request_method="POST", **about)
    for name, run in (
        ("use-register", program_register),
        ("use-statistics", program_statistics),
        ("seals", program_seals),
    ):
        route(f"api.{name}", f"{BASE}/{name}", request_method="GET")
        view(run, route_name=f"api.{name}", permission=Permission.DESK_VIEW)
