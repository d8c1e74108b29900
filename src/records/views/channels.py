"""The same guide in other forms (同源发布): one page, plain text, JSON, flow chart, wall poster, square code.

Every form has an address under the guide and the same one under each edition (``/guides/KEY/versions/2/plain.txt``), is
made from the same leaflet as the page, and is kept as finished bytes by ``cached``. Other rooms add theirs with
``open_channel``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPNotFound
from pyramid.renderers import render_to_response
from pyramid.request import Request
from pyramid.response import Response
from pyramid.security import NO_PERMISSION_REQUIRED

from records.clock import civil_date
from records.domain.facts import facts, in_one
from records.domain.guide_parts import Guide as Body
from records.domain.permissions import Permission
from records.exchange.flowchart import flow_chart
from records.i18n import _, translate
from records.resources.guides import Guide, GuideVersion
from records.resources.site import Site

from .guide_pages import (
    Coming,
    Edition,
    edition_of,
    numbered,
    page_of,
    present,
    public_address,
    shared,
    square_code,
)
from .leaflet_lines import Paper
from .leaflet_parts import NOTHING, Part, Row, civil
from .leaflets import FREE, Section

Answer = Callable[[Edition, Request], Response]


@dataclass(frozen=True, slots=True)
class Subset:
    """Which facts a form carries that is shorter than the guide: patterns of their paths, and why no others."""

    facts: tuple[str, ...]
    why: str

    def carries(self, path: str) -> bool:
        """Tell whether a fact is among them."""
        return any(re.fullmatch(pattern, path) for pattern in self.facts)


_FIRST = (
    "title",
    "plain_title",
    r"lines\.\d+\.(name|condition)",
    r"limits\.promised",
    "fee",
    r"fee\.standard",
)
#: The forms that tell less than the whole guide. Everything else tells every fact.
SUBSETS: Mapping[str, Subset] = {
    "short": Subset(
        (
            *_FIRST, "unit_name", r"audience\.\d+", r"lines\.\d+\.(originals|copies|waived|acceptance)", r"conditions\.\d+",
            r"steps\.\d+\.(name|limit)", r"fee\.name", r"further_fees\.\d+\.(name|standard)", r"limits\.statutory",
            r"places\.\d+\..*", r"contacts\.\d+\..*", r"complaints\.\d+\..*", r"result\.(name|validity)", r"batches\.\d+\.(name|opens|closes)",
        ),
        "一张A4纸：拿在手里准备材料要用的；法律条文、样表和救济途径扫码看全文",
    ),
    "poster": Subset(
        (
            *_FIRST, "unit_name", r"audience\.\d+", r"lines\.\d+\.(originals|copies|waived)", r"steps\.\d+\.(name|limit)",
            r"places\.\d+\.(name|address|window|phone|hours)", r"contacts\.\d+\.value", r"complaints\.\d+\.value", r"result\.name",
        ),
        "挂在墙上两米外看：字少而大，其余扫码看全文",
    ),
    "kiosk": Subset(
        (
            r"(?!basis|codes|handling|standards|acceptance|item_|version|zones).*",
        ),
        "触摸屏前站着看：不放编码、法条和内部办理要素，其余逐页都有",
    ),
}  # fmt: skip

#: What the desk and the archives keep to themselves: of a guide, and of each of its lines.
INTERNAL = frozenset({"archiving", "fonds"})
INTERNAL_LINE = frozenset({"handbook", "grades"})


def short(edition: Edition, request: Request) -> Response:
    """Return the guide on one page (简版办事指南)."""
    return render_to_response(
        "public/guide_short.pt",
        {
            **shared(edition, request),
            "in_short": _in_short(edition),
            "places": _places(edition),
            "civil": civil,
        },
        request,
    )


def _places(edition: Edition) -> Part:
    """Return the counters and whom to ask, a row each."""
    body = edition.leaflet.body
    places = (
        Row(place.window, in_one((f"{place.name}，{place.address}", place.hours, place.phone)))
        for place in body.places
    )
    asked = (
        Row(label, in_one(f"{contact.way} {contact.value}" for contact in contacts) or NOTHING)
        for label, contacts in ((_("Questions"), body.contacts), (_("Complaints"), body.complaints))
    )
    return Part("rows", (*places, *asked))


def _in_short(edition: Edition) -> Part:
    """Return times, charges and result in as many rows as one page has room for."""
    told = edition.leaflet
    limits = told.section("time").parts[0].items[:2]
    fees = tuple(Row(fee.name, fee.standard) for fee in told.body.fees) or (Row(_("Fee"), FREE),)
    return Part(
        "rows",
        (
            *limits,
            *fees,
            *(row for at, row in enumerate(told.section("result").parts[0].items) if at in (0, 2)),
        ),
    )


def poster(edition: Edition, request: Request) -> Response:
    """Return the guide as a sheet for the wall (上墙图), A3."""
    return render_to_response("public/guide_poster.pt", shared(edition, request), request)


def flow(edition: Edition, request: Request) -> Response:
    """Return the flow chart (流程图)."""
    return Response(flow_chart(edition.leaflet.body), content_type="image/svg+xml", charset="utf-8")


def code(edition: Edition, request: Request) -> Response:
    """Return the QR code of the guide's address as a picture of its own."""
    return square_code(edition.address)


def plain(edition: Edition, request: Request) -> Response:
    """Return every fact of the guide as plain text (纯文本)."""
    text = "\n".join(_plain(edition, request)) + "\n"
    return Response(text, content_type="text/plain", charset="utf-8")


def machine(edition: Edition, request: Request) -> Response:
    """Return the public half of the record as JSON, field names in English, with version and digest."""
    version = edition.version
    answer = {
        "address": edition.address,
        "permalink": public_address(request, f"{edition.path}/versions/{version.version}"),
        "version": version.version,
        "digest": version.digest,
        "published_on": civil_date(version.published_at).isoformat() if version.published_at else None,
        "effective_on": version.effective_on.isoformat() if version.effective_on else None,
        "withdrawn_on": version.withdrawn_on.isoformat() if version.withdrawn_on else None,
        "guide": public_half(edition.leaflet.body),
        "printed": facts(edition.leaflet.body),
    }
    body = json.dumps(answer, ensure_ascii=False, indent=1)
    return Response(body + "\n", content_type="application/json", charset="utf-8")


def public_half(body: Body) -> dict[str, object]:
    """Return a guide as plain values without what is the desk's and the archives' own (内部手册、归档)."""
    whole = body.as_dict()
    told = {name: value for name, value in whole.items() if name not in INTERNAL}
    told["lines"] = [
        {name: value for name, value in line.items() if name not in INTERNAL_LINE} for line in whole["lines"]
    ]
    return told


def _plain(edition: Edition, request: Request) -> Iterator[str]:
    told, version = edition.leaflet, edition.version
    body = told.body
    values = shared(edition, request)
    yield from (body.title, told.unit, "")
    if values["banner"]:
        yield from (f"！{translate(values['banner'])}", "")
    if values["coming"] is not None:
        yield from (*_announced(values["coming"], request), "")
    yield from (body.plain_title, "")
    if told.now:
        yield from (told.now.value, "")
    yield from (f"{translate(row.label)}：{row.value}" for row in told.card)
    for section in told.sections:
        yield from _plain_section(section)
    yield from ("", f"【{translate(_('This edition'))}】")
    for label, value in (
        (
            _("Edition"),
            f"{version.version}，{body.version.notes}" if body.version.notes else str(version.version),
        ),
        (_("Published on"), values["published"]),
        (_("In force from"), values["effective"]),
        (_("Not in force any more from"), values["until"]),
        (_("Filed as"), values["filing"]),
        (_("Digest (SHA-256)"), version.digest),
        (_("Permanent address"), public_address(request, values["permalink"])),
    ):
        yield f"{translate(label)}：{value}"


def _announced(following: Coming, request: Request) -> Iterator[str]:
    yield translate(_("A new edition holds from ${day}. What changes:", mapping={"day": following.since}))
    yield from (f"· {sentence}" for sentence in following.changes)
    if following.further:
        yield f"· {translate(_('and ${count} further changes', mapping={'count': following.further}))}"
    yield public_address(request, following.href)


def _plain_section(section: Section) -> Iterator[str]:
    yield from ("", f"【{translate(section.title)}】")
    for part in section.parts:
        if part.title:
            yield f"〔{translate(part.title)}〕"
        yield from _plain_part(part)


def _plain_part(part: Part) -> Iterator[str]:
    match part.kind:
        case "texts":
            yield from part.items
        case "list":
            yield from (f"· {text}" for text in part.items)
        case "order":
            yield from (f"{at}. {text}" for at, text in enumerate(part.items, start=1))
        case "rows":
            yield from (f"{translate(row.label)}：{row.value}" for row in part.items)
        case "steps":
            yield from (f"{at}. {row.label}：{row.value}" for at, row in enumerate(part.items, start=1))
        case "pairs":
            for head, text in part.items:
                yield head
                if text:
                    yield f"  {text}"
        case "bag":
            yield from (f"□ {paper.name}（{paper.count}）" for paper in part.items)
        case "papers":
            for paper in part.items:
                yield from _plain_paper(paper)


def _plain_paper(paper: Paper) -> Iterator[str]:
    waived = f"（{translate(_('need not be brought'))}）" if paper.waived else ""
    yield f"{paper.position}. {paper.name}{waived}"
    for label, value in (
        (_("Only if"), paper.condition),
        (_("How many, which form"), in_one(dict.fromkeys((paper.count, paper.form, paper.necessity)))),
        (_("What it must be like"), paper.wants),
        (_("Who issues it"), paper.source),
        (_("Why we ask"), paper.basis),
        (_("Blank form:"), paper.blank),
        (_("Sample:"), paper.sample),
    ):
        if value:
            yield f"   {translate(label).rstrip('：')}：{value}"
    yield from (f"   {note}" for note in paper.notes)


def open_channel(config: Configurator, name: str, answer: Answer) -> None:
    """Add a form of a guide: ``/guides/KEY/NAME`` for the edition in force and the same under every edition."""
    config.registry.guide_channels[name] = answer

    def view(context: Guide, request: Request) -> Response:
        return answer(edition_of(context, present(context, request), request), request)

    view.__doc__ = answer.__doc__
    config.add_view(view, context=Guide, name=name, request_method="GET", permission=NO_PERMISSION_REQUIRED)


def show_version(context: Guide, request: Request) -> Response:
    """Show one published edition at its permanent address, as the page or in another form."""
    number, *rest = request.subpath or ("",)
    version: GuideVersion = numbered(context, number)
    if not rest:
        return render_to_response("public/guide.pt", page_of(context, version, request, fixed=True), request)
    answer = request.registry.guide_channels.get(rest[0]) if len(rest) == 1 else None
    if answer is None:
        raise HTTPNotFound
    return answer(edition_of(context, version, request, fixed=True), request)


def window_codes(context: Site, request: Request) -> dict[str, object]:
    """Show for every window the square codes of the items it handles (窗口二维码), to be printed and put up there."""
    offered = []
    for guide in sorted(request.site.guides.values(), key=lambda guide: guide.title):
        version = guide.in_force(request.today)
        if version is not None:
            offered.append(edition_of(guide, version, request))
    sheets = []
    for window in request.site.office.get("windows", ()):
        mine = [edition for edition in offered if handles(window, edition.leaflet.body)]
        if mine:
            sheets.append({"window": window, "editions": mine})
    return {"sheets": sheets}


def handles(window: Mapping[str, str], body: Body) -> bool:
    """Tell whether a window handles an item: a place of the guide names its code, or it belongs to the unit alone."""
    places = [*body.places, *(own.place for own in body.supplements if own.place)]
    named = re.compile(rf"(?<![0-9A-Za-z]){re.escape(window['code'])}(?![0-9A-Za-z])")
    return any(named.search(place.window) for place in places) or window["unit"] == body.unit


def includeme(config: Configurator) -> None:
    """Open the other forms of a guide."""
    config.registry.guide_channels = {}
    for name, answer in (
        ("short", short),
        ("poster", poster),
        ("plain.txt", plain),
        ("guide.json", machine),
        ("flow.svg", flow),
        ("qr.svg", code),
    ):
        open_channel(config, name, answer)
    config.add_view(
        show_version,
        context=Guide,
        name="versions",
        request_method="GET",
        permission=NO_PERMISSION_REQUIRED,
    )
    config.add_view(
        window_codes,
        context=Site,
        name="desk",
        subpath="guides/qr",
        request_method="GET",
        permission=Permission.GUIDE_VIEW,
        renderer="guides/window_codes.pt",
    )
