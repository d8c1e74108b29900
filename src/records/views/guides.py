"""Guides behind the counter (指南编制): every edition with its status, drafts from files, approval, publication, changes."""

from __future__ import annotations

import json

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response

from records.domain.findings import Finding, Refused, Severity
from records.domain.permissions import Permission
from records.exchange.guides import GuideFinding, lint_guide, read_guide
from records.forms.verbs import Verb, verb
from records.i18n import _
from records.operations.guides import draft_guide
from records.resources.guides import Guide, Guides, GuideVersion
from records.resources.site import Site
from records.rules import catalogue as tables
from records.rules import intake_rules
from records.rules.statutes import statutes

from . import messages
from .acting import begin, perform
from .layout import day, may_somewhere, name_of, shown, unit_name, units_of
from .leaflets import differences
from .public import page_of

LONGEST = 1 << 20
"""Bytes of a guide file."""

STATUS = {
    "draft": (_("Draft, waits for the department"), "next"),
    "approved": (_("Approved, waits for the centre"), "next"),
    "published": (_("Published"), "done"),
}
NEXT = {"draft": verb("guides", "approve"), "approved": verb("guides", "publish")}


def catalogue(context: Site, request: Request) -> dict[str, object]:
    """List all guides with their editions and what can be done with each."""
    return listing(request)


def listing(
    request: Request, *, errors: tuple[Finding, ...] = (), report: tuple[dict, ...] = (), stored: str = ""
) -> dict[str, object]:
    """Return what the list of guides shows; ``report`` are the findings in a file that was handed in."""
    guides = sorted(request.site.guides.values(), key=lambda guide: guide.title)
    return {
        "guides": [_row(request, guide) for guide in guides],
        "drafts": may_somewhere(request, Permission.GUIDE_DRAFT),
        "report": report,
        "file": stored,
        "errors": shown(request, errors, anchors={found.subject: "guides" for found in errors}),
    }


def _row(request: Request, guide: Guide) -> dict[str, object]:
    path = request.resource_path(guide).rstrip("/")
    present = guide.in_force(request.today)
    return {
        "key": guide.key,
        "title": guide.title,
        "unit": unit_name(request, guide.unit),
        "href": path if present else "",
        "editions": [
            _edition(request, guide, version, path, present) for version in reversed(guide.versions)
        ],
    }


def _edition(
    request: Request, guide: Guide, version: GuideVersion, path: str, present: GuideVersion | None
) -> dict[str, object]:
    word, kind = STATUS[version.status]
    if version is present:
        word = _("In force")
    elif version.status == "published":
        word, kind = (
            (_("In force later"), "wait")
            if version.effective_on > request.today
            else (_("Earlier edition"), "plain")
        )
    following = NEXT.get(version.status)
    may = following is not None and request.has_permission(following.permission, guide)
    return {
        "number": version.version,
        "state": {"word": word, "kind": kind},
        "since": day(version.effective_on),
        "people": "；".join(
            f"{label} {name_of(request, userid)}"
            for label, userid in (
                (request.localizer.translate(_("written by")), version.written_by),
                (request.localizer.translate(_("approved by")), version.approved_by),
                (request.localizer.translate(_("published by")), version.published_by),
            )
            if userid
        ),
        "digest": version.digest[:12],
        "preview": f"{path}/edition?v={version.version}",
        "changes": f"{path}/changes?v={version.version}" if version.version > 1 else "",
        "act": {"label": following.title, "href": f"{path}/{following.name}", "publishes": following.name == "publish"} if may else None,
    }  # fmt: skip


def bring(context: Guides, request: Request) -> Response | dict[str, object]:
    """Take a guide file as a new draft; when anything blocks, nothing is stored and every finding is listed with its line."""
    sent = request.POST.get("guide")
    if not hasattr(sent, "file"):
        return _not_taken(request, errors=(Finding("file.missing", subject="guide"),), status=400)
    sent.file.seek(0)
    source, name = sent.file.read(LONGEST + 1), str(sent.filename).replace("\\", "/").rpartition("/")[2][:120]
    if len(source) > LONGEST:
        return _not_taken(
            request, errors=(Finding("file.too-large", subject="guide", params={"limit": 1}),), status=413
        )
    found = located(request, source, name)
    report = tuple(_told(request, each) for each in found)
    body, _reading = read_guide(source, name)
    if body is None or any(each.finding.severity is Severity.BLOCKS for each in found):
        return _not_taken(request, report=report, file=name, status=409)
    if body.unit not in units_of(request, Permission.GUIDE_DRAFT):
        denied = Finding(
            "permission.denied", subject="guide", params={"permission": Permission.GUIDE_DRAFT.value}
        )
        return _not_taken(request, errors=(denied,), file=name, status=403)
    result = draft_guide(begin(request, channel="screen"), body)
    if isinstance(result, Refused):
        return _not_taken(request, errors=result.findings, file=name, status=409)
    version = result.versions[-1].version
    return HTTPSeeOther(f"{request.resource_path(result).rstrip('/')}/edition?v={version}")


def located(request: Request, source: bytes, name: str) -> tuple[GuideFinding, ...]:
    """Return everything the publication gate finds in a file, each with line and field."""
    return lint_guide(
        source,
        name,
        statutes=statutes(),
        materials=tables.materials().keys(),
        units={key: unit["credit_code"] for key, unit in request.site.office["units"].items()},
        limits=intake_rules().keys(),
        wording=tables.wording(),
        today=request.today,
    )


def _told(request: Request, each: GuideFinding) -> dict[str, object]:
    blocks = each.finding.severity is Severity.BLOCKS
    return {
        "line": each.line,
        "field": each.field,
        "text": messages.sentence(request, each.finding),
        "basis": each.finding.basis,
        "state": {"word": _("blocks"), "kind": "wrong"}
        if blocks
        else {"word": _("please look"), "kind": "wait"},
    }


def _not_taken(
    request: Request,
    *,
    errors: tuple[Finding, ...] = (),
    report: tuple[dict, ...] = (),
    file: str = "",
    status: int,
) -> dict[str, object]:
    request.response.status_int = status
    return listing(request, errors=errors, report=report, stored=file)


def wanted(context: Guide, request: Request, name: str = "v") -> GuideVersion:
    """Return the edition a request names."""
    text = request.GET.get(name, "")
    version = context.version(int(text)) if text.isdecimal() and len(text) < 6 else None
    if version is None:
        raise HTTPNotFound
    return version


def edition(context: Guide, request: Request) -> dict[str, object]:
    """Show an edition, published or not, as the public page shows it, under a banner."""
    return page_of(context, wanted(context, request), request)


def changes(context: Guide, request: Request) -> dict[str, object]:
    """List what an edition changes against the one before it, field by field."""
    new = wanted(context, request)
    old = (
        context.version(new.version - 1)
        if "against" not in request.GET
        else wanted(context, request, "against")
    )
    if old is None:
        raise HTTPNotFound
    rows = differences(json.loads(old.body), json.loads(new.body))
    return {"guide": context, "old": old, "new": new, "rows": rows}


def doing(one: Verb):
    """Return the view that approves or publishes an edition; a refusal shows the list with what speaks against it."""

    def view(context: Guide, request: Request) -> Response | dict[str, object]:
        typed: dict[str, object] = {}
        number = request.POST.get("version", "")
        typed["version"] = int(number) if number.isdecimal() and len(number) < 6 else 0
        if request.POST.get("effective_on"):
            typed["effective_on"] = request.POST["effective_on"]
        result = perform(request, one, context, typed, channel="screen")
        if isinstance(result, Refused):
            request.response.status_int = 409
            return listing(request, errors=result.findings)
        return HTTPSeeOther(f"{request.script_name}/desk/guides#guide-{context.key}")

    return view


def includeme(config: Configurator) -> None:
    """Open the editors' desk."""
    view, listed = config.add_view, "guides/guides.pt"
    view(catalogue, name="desk", context=Site, subpath="guides", request_method="GET",
         permission=Permission.GUIDE_VIEW, renderer=listed)  # fmt: skip
    # Which unit's guides a person may draft is asked of the file itself.
    view(
        bring,
        name="import",
        context=Guides,
        request_method="POST",
        permission=Permission.GUIDE_VIEW,
        renderer=listed,
    )
    own = {"context": Guide, "request_method": "GET", "permission": Permission.GUIDE_VIEW}
    view(edition, name="edition", renderer="public/guide.pt", **own)
    view(changes, name="changes", renderer="guides/changes.pt", **own)
    for one in NEXT.values():
        view(
            doing(one),
            name=one.name,
            context=Guide,
            request_method="POST",
            permission=one.permission,
            renderer=listed,
        )
