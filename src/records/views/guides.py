"""Guides behind the counter (指南编制): the list of all guides, new ones from nothing, a copy or a file, and each step of an edition."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import lru_cache
from itertools import islice
from urllib.parse import urlencode

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response

from records.domain.editions import Span, Weight, holding
from records.domain.findings import Finding, Refused, Severity
from records.domain.guide_parts import Guide as Body
from records.domain.guide_parts import Version
from records.domain.permissions import Permission
from records.domain.vocabulary import ItemKind
from records.exchange.guides import GuideFinding, lint_guide, read_guide, write_guide
from records.forms.guide_writing import new_guide
from records.forms.verbs import Verb, verb
from records.i18n import _
from records.indexes.questions import ListedGuide, folded, guides_listed
from records.operations.guides import content, save_draft
from records.resources.guides import Guide, Guides
from records.resources.site import Site
from records.rules import catalogue as tables
from records.rules import intake_rules
from records.rules.statutes import statutes

from . import messages
from .acting import begin, perform
from .guide_life import life, wanted
from .layout import instant, may_somewhere, name_of, shown, unit_name, units_of

#: What else belongs to the work on guides.
DOORS = (
    (Permission.GUIDE_DRAFT, _("Lists from elsewhere"), "/desk/guides/import"),
    (Permission.FEEDBACK_VIEW, _("What readers say"), "/desk/guides/feedback"),
    (Permission.UNANSWERED_VIEW, _("Words that found nothing"), "/desk/guides/unanswered"),
    (Permission.GUIDE_VIEW, _("Packages of items"), "/desk/guides/things"),
    (Permission.STANDARD_VIEW, _("Standard materials"), "/desk/standards"),
    (Permission.GUIDE_VIEW, _("Codes for the windows"), "/desk/guides/qr"),
)
LONGEST = 1 << 20
"""Bytes of a guide file."""

OFFERED = 500
"""Guides that a box offers as a beginning."""

RESERVED = frozenset({"new", "import"})
"""Addresses below the guides that are pages of their own."""

STEPS = tuple(
    verb("guides", name)
    for name in ("submit", "return", "approve", "publish", "withdraw", "roll_back", "discard")
)
NEXT = {
    "draft": verb("guides", "submit"),
    "submitted": verb("guides", "approve"),
    "approved": verb("guides", "publish"),
}

PAGE = 25
"""Guides on one page of the list."""

UNCHECKED = "unchecked"
"""In an address: nobody has checked it yet."""

#: The badge of what was found when an edition was checked last.
WEIGHTS = {"": "plain", "blocks": "wrong", "warns": "wait", "clear": "done"}

#: Where a guide stands: its open edition, else what holds today. Word and badge.
STATES = {
    "draft": (_("Being written"), "next"),
    "submitted": (_("Waits for the department"), "wait"),
    "approved": (_("Waits for the centre"), "wait"),
    "live": (_("In force"), "done"),
    "later": (_("In force later"), "wait"),
    "ended": (_("No longer in force"), "plain"),
}


@lru_cache(maxsize=1 << 14)
def standings(status: str, spans: tuple[Span, ...], today: date) -> tuple[str, ...]:
    """Return how a guide stands: its open edition first, then what the public reads of it."""
    found = [status] if status else []
    begun = [span for span in spans if not span.cancelled]
    if holding(spans, today):
        found.append("live")
    elif any(span.since > today for span in begun):
        found.append("later")
    elif begun:
        found.append("ended")
    return tuple(found)


def catalogue(context: Site, request: Request) -> dict[str, object]:
    """List the guides with how each stands and what can be done next."""
    return listing(request)


def listing(
    request: Request, *, errors: tuple[Finding, ...] = (), report: tuple[dict, ...] = (), stored: str = ""
) -> dict[str, object]:
    """Return what the list of guides shows; ``report`` are the findings in a file that was handed in."""
    asked = {name: request.GET.get(name, "").strip()[:60] for name in ("q", "unit", "state", "found")}
    matching, counts, units, weights = _matching(request, asked)
    number = request.GET.get("page", "1")
    first = max(0, int(number) - 1) * PAGE if number.isdecimal() and len(number) < 6 else 0
    shown_now = matching[first : first + PAGE]
    return {
        "doors": [
            (title, request.script_name + path)
            for permission, title, path in DOORS
            if may_somewhere(request, permission)
        ],
        "asked": asked,
        "states": [
            {
                "label": request.localizer.translate(STATES[key][0] if key else _("All")),
                "href": _address(request, {**asked, "state": key}),
                "current": asked["state"] == key,
                "count": count,
            }
            for key, count in counts.items()
        ],
        "units": [(unit, unit_name(request, unit), count) for unit, count in sorted(units.items())],
        "weights": [
            (weight.value or UNCHECKED, weight.label, weights[weight.value or UNCHECKED]) for weight in Weight
        ],
        "rows": [_row(request, listed, stands) for listed, stands in shown_now],
        "total": len(matching),
        "range": f"{first + 1}—{first + len(shown_now)}",
        "previous_href": _address(request, {**asked, "page": str(first // PAGE)}) if first else None,
        "next_href": _address(request, {**asked, "page": str(first // PAGE + 2)})
        if first + PAGE < len(matching)
        else None,
        "drafts": may_somewhere(request, Permission.GUIDE_DRAFT),
        "report": report,
        "file": stored,
        "errors": shown(request, errors, anchors={found.subject: "guides" for found in errors}),
    }


def _matching(
    request: Request, asked: Mapping[str, str]
) -> tuple[list[tuple[ListedGuide, tuple[str, ...]]], Counter[str], Counter[str], Counter[str]]:
    """Return the guides that were asked for and how each stands; and how many there are of each state, unit and weight.

    Each count is of what one would see by choosing that state, unit or weight and keeping the rest.
    """
    words, today = folded(asked["q"]).split(), request.today
    states, units, weights = Counter(dict.fromkeys(("", *STATES), 0)), Counter[str](), Counter[str]()
    matching = []
    for listed in guides_listed(request.site):
        if words and not all(word in listed.sought for word in words):
            continue
        stands, weight = standings(listed.status, listed.spans, today), listed.weight or UNCHECKED
        wanted = (
            asked["state"] in ("", *stands),
            asked["unit"] in ("", listed.unit),
            asked["found"] in ("", weight),
        )
        if wanted[1] and wanted[2]:
            states.update(("", *stands))
        if wanted[0] and wanted[2]:
            units[listed.unit] += 1
        if wanted[0] and wanted[1]:
            weights[weight] += 1
        if all(wanted):
            matching.append((listed, stands))
    return matching, states, units, weights


def _address(request: Request, query: Mapping[str, str]) -> str:
    kept = {name: value for name, value in query.items() if value}
    return f"{request.script_name}/desk/guides{'?' + urlencode(kept) if kept else ''}"


def _row(request: Request, listed: ListedGuide, stands: tuple[str, ...]) -> dict[str, object]:
    guide = request.site.guides[listed.key]
    path = request.resource_path(guide).rstrip("/")
    edition = guide.open_edition()
    following = NEXT.get(edition.status) if edition is not None else None
    may = following is not None and request.has_permission(following.permission, guide)
    return {
        "key": guide.key,
        "title": guide.title or guide.key,
        "unit": unit_name(request, guide.unit),
        "href": f"{path}/desk",
        "states": [{"word": STATES[each][0], "kind": STATES[each][1]} for each in stands],
        "found": Weight(listed.weight).label,
        "weight": WEIGHTS[listed.weight],
        "edition": edition.version if edition is not None else len(guide.versions),
        "who": name_of(request, edition.written_by) if edition is not None else "",
        "at": instant(edition.written_at) if edition is not None else "",
        "edit": f"{path}/edit"
        if (edition is None or edition.status == "draft")
        and request.has_permission(Permission.GUIDE_DRAFT, guide)
        else "",
        "act": {
            "label": following.title,
            "href": f"{path}/{following.name}",
            "version": edition.version,
            "digest": edition.digest,
            "publishes": following.name == "publish",
        }
        if may and edition is not None
        else None,
    }


def bring(context: Guides, request: Request) -> Response | dict[str, object]:
    """Take a guide file as a new draft; when anything blocks, nothing is stored and every finding is listed with its line."""
    sent = next(iter(request.sent.get("guide", ())), None)
    if sent is None:
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
    result = save_draft(begin(request, channel="screen"), body)
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


def begin_new(context: Guides, request: Request) -> dict[str, object]:
    """Ask for the few things a new guide begins with."""
    copied = request.site.guides.get(request.GET.get("copy", ""))
    typed = {"unit": copied.unit, "copy": copied.key} if copied is not None else {"unit": "", "copy": ""}
    return _new(request, {"title": "", "key": "", **typed})


def _new(request: Request, typed: Mapping[str, str], errors: tuple[Finding, ...] = ()) -> dict[str, object]:
    units = request.site.office.get("units", {})
    offered = {each.key: each.title for each in islice(guides_listed(request.site), OFFERED)}
    copied = request.site.guides.get(typed["copy"])
    if copied is not None:
        offered.setdefault(copied.key, copied.title)
    return {
        "typed": typed,
        "units": [(unit, units[unit]["name"]) for unit in units_of(request, Permission.GUIDE_DRAFT)],
        "offered": sorted(offered.items(), key=lambda pair: pair[1]),
        "errors": shown(request, errors),
    }


def create(context: Guides, request: Request) -> Response | dict[str, object]:
    """Begin a guide from nothing or as a copy, as a draft with everything still to be filled in."""
    typed = {name: request.POST.get(name, "").strip()[:200] for name in ("title", "key", "unit", "copy")}
    found, body = _first_text(request, typed)
    result = Refused(found) if found else save_draft(begin(request, channel="screen"), body)
    if isinstance(result, Refused):
        request.response.status_int = 409
        return _new(request, typed, result.findings)
    return HTTPSeeOther(f"{request.resource_path(result).rstrip('/')}/edit")


def _first_text(request: Request, typed: Mapping[str, str]) -> tuple[tuple[Finding, ...], Body]:
    """Return what speaks against beginning this guide, all at once, and what it says at first."""
    site, office = request.site, request.site.office
    found = [
        Finding("guide.missing", subject=name, params={"field": name})
        for name in ("title", "key")
        if not typed[name]
    ]
    if typed["key"] and (typed["key"] in site.guides or typed["key"] in RESERVED):
        found.append(Finding("guide.key-taken", subject="key", params={"key": typed["key"]}))
    if typed["unit"] not in units_of(request, Permission.GUIDE_DRAFT):
        params = {"permission": Permission.GUIDE_DRAFT.value}
        found.append(Finding("permission.denied", subject="unit", params=params))
    copied = site.guides.get(typed["copy"])
    if typed["copy"] and copied is None:
        found.append(Finding("guide.unknown", subject="copy", params={"guide": typed["copy"]}))
    unit = office.get("units", {}).get(typed["unit"], {})
    known = {
        "key": typed["key"],
        "title": typed["title"],
        "unit": typed["unit"],
        "unit_name": unit.get("name", ""),
    }
    version = Version(1, request.today)
    if copied is not None:
        body = content(copied.in_force(request.today) or copied.versions[-1])
        codes = replace(body.codes, handling="")
        return tuple(found), replace(body, **known, codes=codes, version=version)
    fonds = office.get("fonds", {}).get(typed["unit"], {})
    body = new_guide(
        **known, fonds=typed["unit"] if fonds else "", version=version, item_kind=ItemKind.PROMISED
    )
    return tuple(found), replace(
        body,
        limits=replace(body.limits, intake_rule="licence"),
        archiving=replace(body.archiving, unit_code=fonds.get("unit_code", "")),
    )


def doing(one: Verb):
    """Return the view that takes one step with an edition; a refusal shows the guide with what speaks against it."""

    def view(context: Guide, request: Request) -> Response | dict[str, object]:
        typed: dict[str, object] = {
            name: request.POST[name]
            for name in [node.name for node in one.form().children]
            if request.POST.get(name)
        }
        number = request.POST.get("version", "")
        typed["version"] = int(number) if number.isdecimal() and len(number) < 6 else 0
        result = perform(request, one, context, typed, channel="screen")
        if isinstance(result, Refused):
            request.response.status_int = 409
            return life(context, request, refused=result.findings, typed=typed)
        return HTTPSeeOther(f"{request.resource_path(context).rstrip('/')}/desk?done=guide-{one.name}")

    return view


def as_file(context: Guide, request: Request) -> Response:
    """Return an edition as a file in YAML, the form in which it can be handed in again."""
    version = wanted(context, request) if "v" in request.GET else context.versions[-1]
    response = Response(write_guide(content(version)), content_type="application/yaml", charset="utf-8")
    response.content_disposition = f'attachment; filename="{context.key}-{version.version}.yaml"'
    return response


def includeme(config: Configurator) -> None:
    """Open the editors' desk."""
    view, listed = config.add_view, "guides/guides.pt"
    view(catalogue, name="desk", context=Site, subpath="guides", request_method="GET",
         permission=Permission.GUIDE_VIEW, renderer=listed)  # fmt: skip
    # Which unit's guides a person may draft is asked of the file, or of the form, itself.
    guides = {"context": Guides, "permission": Permission.GUIDE_VIEW}
    view(bring, name="import", request_method="POST", renderer=listed, **guides)
    view(begin_new, name="new", request_method="GET", renderer="guides/new.pt", **guides)
    view(create, name="new", request_method="POST", renderer="guides/new.pt", **guides)
    view(as_file, name="guide.yaml", context=Guide, request_method="GET", permission=Permission.GUIDE_VIEW)
    for one in STEPS:
        view(
            doing(one),
            name=one.name,
            context=Guide,
            request_method="POST",
            permission=one.permission,
            renderer="guides/life.pt",
        )
