"""The guide editor (指南编辑): one section a page, rows without a script, saved while one types, judged at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response

from records.clock import CIVIL
from records.domain.changes import changes
from records.domain.editions import weight_of
from records.domain.findings import Finding, Refused
from records.domain.guide_parts import Guide as Body
from records.domain.guide_parts import Line
from records.domain.permissions import Permission
from records.domain.plain import shape
from records.domain.statutes import short_name
from records.forms.guide_rows import move, section_in, typed_in
from records.forms.guide_sections import SECTIONS, Section, asked, label_of, section
from records.forms.guide_writing import Reading, Typed, line_read, section_read, section_typed, shown
from records.i18n import _
from records.operations.gate import findings_of
from records.operations.guides import content, save_draft
from records.operations.standards import standard_of, standards
from records.resources.guides import Guide, GuideVersion
from records.rules.statutes import statutes

from . import messages
from .acting import begin
from .guide_boxes import Drawing, beside, every, fill
from .guide_choices import choices_of, named, suggestions
from .guide_findings import Page, placed, total
from .templating import templates

MOST_SHOWN = 20
"""Findings of other pages that the summary lists."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What an editor has before them: the newest version with its text, and whether it can be written on."""

    version: GuideVersion
    body: Body

    @property
    def open(self) -> bool:
        """Whether a saving goes into this version or begins the next."""
        return self.version.status not in ("submitted", "approved")


def standing(guide: Guide) -> Standing:
    """Return the newest version of a guide that was not given up."""
    kept = [version for version in guide.versions if version.status != "discarded"] or guide.versions
    return Standing(kept[-1], content(kept[-1]))


def page_of(request: Request, body: Body) -> Page:
    """Return the page that a request names; 404 for a line that the guide does not have."""
    chosen = section(request.GET.get("part", ""))
    key = request.GET.get("line", "")
    if chosen.key != "lines" or not key:
        return Page(chosen)
    for at, line in enumerate(body.lines):
        if line.id == key:
            return Page(chosen, at)
    raise HTTPNotFound


def reading(request: Request) -> Reading:
    """Return a reading that knows the office's standard materials by their names and aliases."""
    site = request.site
    return Reading(material_named=lambda name: standard_of(site, name) or name)


def typed_of(page: Page, body: Body) -> dict[str, Typed]:
    """Return what the fields of a page say, as one types it."""
    if page.at is None:
        return section_typed(page.section, body)
    return shown(Line, body.lines[page.at])


def typed_from(page: Page, request: Request) -> dict[str, Typed]:
    """Return what a form brought for a page."""
    if page.at is None:
        return section_in(page.section, request.POST)
    return typed_in(Line, request.POST, page.root)


def written(page: Page, typed: Mapping[str, Typed], body: Body, noting: Reading) -> Body:
    """Return the guide with what was typed on a page."""
    if page.at is None:
        return completed(section_read(page.section, typed, body, noting))
    return line_read(typed, body, page.at, noting)


def completed(body: Body) -> Body:
    """Fill in what follows from what was typed: number and revision of a law that the table of statutes holds once."""
    basis = []
    for law in body.basis:
        known = statutes().get(short_name(law.name), ())
        if len(known) == 1 and not law.number and law.revision is None:
            law = replace(law, number=known[0].number, revision=known[0].revision)
        basis.append(law)
    return body if tuple(basis) == body.basis else replace(body, basis=tuple(basis))


def edit(context: Guide, request: Request) -> dict[str, object]:
    """Show one page of a guide's editor."""
    now = standing(context)
    page = page_of(request, now.body)
    return drawn(context, request, page, typed_of(page, now.body), now.body, base=now.version.digest)


def write(context: Guide, request: Request) -> Response | dict[str, object]:
    """Take what was typed: move rows, judge it, or save it; whoever asks for JSON gets what to say beside the fields."""
    now = standing(context)
    page = page_of(request, now.body)
    act, base = request.POST.get("act", "save"), request.POST.get("base", "")
    typed = typed_from(page, request)
    if act.partition(" ")[0] in ("add", "remove", "up", "down"):
        typed, focus = move(typed, act, only=page.section.only, root=page.root)
        return drawn(context, request, page, typed, now.body, base=base, focus=focus, unsaved=True)
    noting = reading(request)
    body = written(page, typed, now.body, noting)
    against = findings_of(request.site, body, today=request.today)
    if act == "check":
        return _answered(request, page, typed, body, noting.findings, against, base=base, state="checked")
    result = save_draft(begin(request, channel="screen"), body, base=base, weight=weight_of(against))
    refused = result.findings if isinstance(result, Refused) else ()
    if [found.code for found in refused] == ["guide.unchanged"]:
        refused = ()
    if request.headers.get("Accept", "").startswith("application/json"):
        saved = now if refused else standing(context)
        return _answered(request, page, typed, body, [*noting.findings, *refused], against,
                         base=base if refused else saved.version.digest, state="refused" if refused else "saved",
                         version=saved.version)  # fmt: skip
    if refused:
        request.response.status_int = 409
        return drawn(
            context,
            request,
            page,
            typed,
            now.body,
            base=base,
            mine=body,
            refused=refused,
            faults=noting.findings,
        )
    saved = standing(context)
    if noting.findings:
        return drawn(
            context,
            request,
            page,
            typed,
            saved.body,
            base=saved.version.digest,
            faults=noting.findings,
            unsaved=True,
        )
    return HTTPSeeOther(_next(context, request, page))


def _next(context: Guide, request: Request, page: Page) -> str:
    """Return where an editor goes after saving: to the page of the button, else the same again."""
    path = request.resource_path(context).rstrip("/")
    target = request.POST.get("go", "")
    if target in ("look", "preview"):
        return f"{path}/{'desk' if target == 'look' else 'preview'}"
    part, _dot, line = target.partition(".")
    if not part:
        part, line = page.section.key, request.GET.get("line", "")
    query = {"part": part, **({"line": line} if line else {})}
    return f"{path}/edit?{urlencode(query)}&done=guide-saved"


def _answered(
    request: Request,
    page: Page,
    typed: Mapping[str, Typed],
    body: Body,
    faults: list[Finding],
    against: Iterable[Finding],
    *,
    base: str,
    state: str,
    version: GuideVersion | None = None,
) -> Response:
    """Return as JSON what a page says beside its fields after a saving or a judgement."""
    path = request.resource_path(request.context).rstrip("/")
    drawing, _boxes = boxes_of(request, page, typed, body)
    listed, counts = placed(request, page, body, (*(each for each in faults if each.subject), *against), path)
    names = frozenset(drawing.names)
    translate = request.localizer.translate
    said = [messages.sentence(request, each) for each in faults if not each.subject]
    clock = request.registry.services.clock.now().astimezone(CIVIL)
    words = {
        "saved": translate(_("Saved ${at}", mapping={"at": f"{clock:%H:%M}"})),
        "refused": " ".join(said),
        "checked": "",
    }
    meanwhile = any(each.code == "guide.edited-meanwhile" for each in faults)
    return Response(
        json_body={
            "state": "meanwhile" if meanwhile else state,
            "text": words[state],
            "base": base,
            "version": version.version if version else 0,
            "found": [
                each | {"beside": beside(names, each["path"]) if each["href"].startswith("#") else ""}
                for each in listed
            ],
            "counts": counts,
            "total": total(request, listed),
        },
        charset="utf-8",
    )


def boxes_of(
    request: Request, page: Page, typed: Mapping[str, Typed], body: Body
) -> tuple[Drawing, list[dict[str, Any]]]:
    """Return the boxes of a page and the drawing that knows their names."""
    drawing = Drawing(choices_of(request, body), body.situations)
    known = standards(request.site)
    if page.at is not None:
        return drawing, drawing.boxes(Line, named(typed, known), page.root)
    hints, words = shape(Body), asked(Body)
    boxes = [
        drawing.box(Body, name, words[name], hints[name], named(typed[name], known), name)
        for name in page.section.fields
    ]
    return drawing, boxes


def drawn(
    context: Guide,
    request: Request,
    page: Page,
    typed: Mapping[str, Typed],
    body: Body,
    *,
    base: str,
    mine: Body | None = None,
    refused: Iterable[Finding] = (),
    faults: Iterable[Finding] = (),
    focus: str = "",
    unsaved: bool = False,
) -> dict[str, object]:
    """Return what a page of the editor shows; ``body`` is what is stored, ``mine`` what could not be stored."""
    path = request.resource_path(context).rstrip("/")
    now = standing(context)
    judging = written(page, typed, body, reading(request)) if unsaved and not faults else mine or body
    drawing, boxes = boxes_of(request, page, typed, judging)
    against = findings_of(request.site, judging, today=request.today)
    listed, counts = placed(request, page, judging, (*faults, *against), path)
    names, found = frozenset(drawing.names), {}
    for each in listed:
        if each["href"].startswith("#"):
            each["beside"] = beside(names, each["path"])
            found.setdefault(each["beside"], []).append(each)
    fill(boxes, found)
    meanwhile = next((each for each in refused if each.code == "guide.edited-meanwhile"), None)
    refused = tuple(refused)
    return {
        "guide": context,
        "title": body.title or context.key,
        "path": path,
        "page": page,
        "query": request.query_string,
        "line": body.lines[page.at] if page.at is not None else None,
        "neighbours": _neighbours(page, body, path),
        "boxes": boxes,
        "boxes_macros": templates(reload=False).macros("guides/boxes.pt"),
        "errors": [{"href": "#editor", "text": messages.sentence(request, each)} for each in refused]
        + [
            {
                "href": f"#{each.subject}",
                "text": f"{label_of(each.subject)}：{messages.sentence(request, each)}",
            }
            for each in faults
        ],
        "meanwhile": _both(meanwhile, now.body, mine) if meanwhile and mine else None,
        "base": meanwhile.params["digest"] if meanwhile else base,
        "version": now.version,
        "status": now.version.status,
        "locked": not now.open,
        "contents": [
            {
                "key": each.key,
                "title": each.title,
                "blocks": counts.get(each.key, 0),
                "current": each is page.section,
            }
            for each in SECTIONS
        ],
        "following": _following(page),
        "here": [each for each in listed if each["href"].startswith("#")],
        "elsewhere": [each for each in listed if not each["href"].startswith("#")][:MOST_SHOWN],
        "findings": listed,
        "total": total(request, listed),
        "suggestions": suggestions(request),
        "focus": focus,
        "first_box": _first_in(boxes, focus),
        "unsaved": unsaved,
    }


def _first_in(boxes: list[dict[str, Any]], focus: str) -> str:
    """Return the first box of the row that was added or moved: there an editor goes on without a script."""
    inside = (each["name"] for each in every(boxes) if "name" in each and "kind" in each)
    return next((name for name in inside if focus and name.startswith(f"{focus}.")), "")


def _both(meanwhile: Finding, theirs: Body, mine: Body) -> dict[str, object]:
    """Return who saved meanwhile and when, and field by field what they and I say."""
    return {
        "who": meanwhile.params["who"],
        "at": meanwhile.params["at"],
        "rows": [
            {"label": each.label, "theirs": each.before, "mine": each.after, "sentence": each.sentence}
            for each in changes(theirs, mine)
        ],
    }


def _neighbours(page: Page, body: Body, path: str) -> dict[str, str]:
    """Return the addresses of the lines before and after the one on the page."""
    if page.at is None:
        return {}
    return {
        name: f"lines.{body.lines[at].id}"
        for name, at in (("previous", page.at - 1), ("next", page.at + 1))
        if 0 <= at < len(body.lines)
    }


def _following(page: Page) -> Section | None:
    at = SECTIONS.index(page.section) + 1
    return SECTIONS[at] if at < len(SECTIONS) else None


def includeme(config: Configurator) -> None:
    """Open the editor to those who draft for the unit."""
    drafting = {
        "context": Guide,
        "name": "edit",
        "permission": Permission.GUIDE_DRAFT,
        "renderer": "guides/edit.pt",
    }
    config.add_view(edit, request_method="GET", **drafting)
    config.add_view(write, request_method="POST", **drafting)
