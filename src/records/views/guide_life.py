"""One guide behind the counter (指南办理): its editions, what speaks against the open one, each step, changes, effects, previews."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPNotFound
from pyramid.request import Request

from records.domain.changes import Change, changes
from records.domain.editions import EditionStatus
from records.domain.findings import Finding, Severity
from records.domain.permissions import Permission
from records.domain.vocabulary import DossierState
from records.forms.guide_sections import label_of
from records.forms.verbs import verb
from records.i18n import _
from records.operations.gate import findings_of
from records.operations.guides import content
from records.operations.impacts import MaterialImpact, impact
from records.resources.dossiers import Dossier
from records.resources.guides import Guide, GuideVersion

from .guide_boxes import told, worded
from .guide_pages import page_of
from .layout import day, instant, name_of, shown, unit_name

#: Which steps each status of an edition offers, the next one first.
OFFERED = {
    EditionStatus.DRAFT: ("submit", "discard"),
    EditionStatus.SUBMITTED: ("approve", "return"),
    EditionStatus.APPROVED: ("publish", "return"),
    EditionStatus.PUBLISHED: ("withdraw",),
}

BADGES = {"draft": "next", "submitted": "wait", "approved": "wait", "published": "done", "discarded": "plain"}

#: The previews: key, words, what it is, and how the address ends.
VIEWS = (
    ("phone", _("Telephone"), _("390 pixels wide."), ""),
    ("wide", _("Desktop"), _("1024 pixels wide."), ""),
    ("elder", _("Elder view"), _("Large type, one column."), "&da=1"),
    ("paper", _("Print"), _("As wide as the paper; the browser's own print preview shows the breaks."), ""),
)


def wanted(context: Guide, request: Request, name: str = "v") -> GuideVersion:
    """Return the edition a request names."""
    text = request.GET.get(name, "")
    version = context.version(int(text)) if text.isdecimal() and len(text) < 6 else None
    if version is None:
        raise HTTPNotFound
    return version


def newest(context: Guide, request: Request) -> GuideVersion:
    """Return the edition a request names, the newest unless it names one."""
    return wanted(context, request) if "v" in request.GET else context.versions[-1]


def show(context: Guide, request: Request) -> dict[str, object]:
    """Show how a guide stands and what can be done with it."""
    return life(context, request)


def life(
    context: Guide,
    request: Request,
    *,
    refused: Iterable[Finding] = (),
    typed: Mapping[str, object] | None = None,
) -> dict[str, object]:
    """Return what the page of a guide behind the counter shows; ``refused`` speaks against the step just tried."""
    path = request.resource_path(context).rstrip("/")
    edition = context.open_edition()
    present = context.in_force(request.today)
    found = findings_of(request.site, content(edition), today=request.today) if edition is not None else ()
    found = sorted(found, key=lambda each: list(Severity).index(each.severity))
    against = _before(context, edition) if edition is not None else None
    refused = tuple(map(worded, refused))
    return {
        "guide": context,
        "title": context.title or context.key,
        "unit": unit_name(request, context.unit),
        "path": path,
        "public": path if present is not None else "",
        "open": edition,
        "may_write": request.has_permission(Permission.GUIDE_DRAFT, context)
        and (edition is None or edition.status == EditionStatus.DRAFT),
        "acts": _acts(request, context, edition, path) if edition is not None else [],
        "ending": _acts(request, context, present, path) if present is not None else [],
        "found": [
            told(request, each) | {"label": label_of(each.subject), "path": each.subject} for each in found
        ],
        "blocking": sum(each.severity is Severity.BLOCKS for each in found),
        "returned": [
            {"at": instant(at), "who": name_of(request, by), "why": why}
            for at, by, why in reversed(edition.returned if edition is not None else ())
        ],
        "sentences": said(against, edition) if edition is not None else [],
        "against": against.version if against is not None else 0,
        "editions": [_edition(request, context, each, path, present) for each in reversed(context.versions)],
        "typed": dict(typed or {}),
        "errors": shown(request, refused, anchors={each.subject: _anchor(each.subject) for each in refused}),
    }


def _anchor(subject: str) -> str:
    return subject if subject in ("why", "on", "effective_on") else "steps"


def _before(context: Guide, edition: GuideVersion) -> GuideVersion | None:
    """Return what an edition is compared with: the newest published one before it."""
    earlier = [each for each in context.published() if each.version < edition.version]
    return earlier[-1] if earlier else None


def said(old: GuideVersion | None, new: GuideVersion) -> list[Change]:
    """Return in words what an edition changes."""
    return list(changes(content(old) if old is not None else None, content(new)))


def _acts(request: Request, guide: Guide, version: GuideVersion, path: str) -> list[dict[str, object]]:
    offered = [verb("guides", name) for name in OFFERED.get(EditionStatus(version.status), ())]
    return [
        {
            "name": one.name,
            "label": one.title,
            "href": f"{path}/{one.name}",
            "version": version.version,
            "digest": version.digest,
        }
        for one in offered
        if request.has_permission(one.permission, guide)
    ]


def _edition(
    request: Request, guide: Guide, version: GuideVersion, path: str, present: GuideVersion | None
) -> dict[str, object]:
    translate = request.localizer.translate
    word = EditionStatus(version.status).label
    kind = BADGES[version.status]
    if version is present:
        word = translate(_("In force"))
    elif version.status == EditionStatus.PUBLISHED:
        later = version.effective_on > request.today and not version.span.cancelled
        word, kind = (
            (translate(_("In force later")), "wait") if later else (translate(_("Earlier edition")), "plain")
        )
    people = (
        (_("written by"), version.written_by),
        (_("approved by"), version.approved_by),
        (_("published by"), version.published_by),
    )
    restores = (
        version.status in (EditionStatus.PUBLISHED, EditionStatus.DISCARDED)
        and guide.open_edition() is None
        and request.has_permission(Permission.GUIDE_DRAFT, guide)
    )
    return {
        "number": version.version,
        "state": {"word": word, "kind": kind},
        "since": day(version.effective_on),
        "until": day(version.withdrawn_on),
        "filing": version.filing,
        "note": version.note,
        "people": "；".join(f"{translate(label)} {name_of(request, who)}" for label, who in people if who),
        "digest": version.digest[:12],
        "preview": f"{path}/preview?v={version.version}",
        "file": f"{path}/guide.yaml?v={version.version}",
        "changes": f"{path}/changes?v={version.version}",
        "impact": f"{path}/impact?v={version.version}"
        if version.status in ("draft", "submitted", "approved")
        else "",
        "restores": restores,
    }


def edition(context: Guide, request: Request) -> dict[str, object]:
    """Show an edition, published or not, as the public page shows it, under a banner."""
    return page_of(context, wanted(context, request), request)


def compare(context: Guide, request: Request) -> dict[str, object]:
    """Say in words what an edition changes against the published one before it, or against any other."""
    new = wanted(context, request)
    old = wanted(context, request, "against") if "against" in request.GET else _before(context, new)
    return {
        "guide": context,
        "old": old,
        "new": new,
        "rows": said(old, new),
        "path": request.resource_path(context).rstrip("/"),
    }


def effects(context: Guide, request: Request) -> dict[str, object]:
    """Say what publishing an edition would do to open cases, to materials and to the branches."""
    version = newest(context, request)

    def may(dossier: Dossier) -> bool:
        return bool(request.has_permission(Permission.DOSSIER_VIEW, dossier))

    found = impact(request.site, context, version.version, today=request.today, may=may)
    shown_cases = [request.site.dossiers[each] for each in found.open_cases.ids]
    return {
        "guide": context,
        "version": version,
        "path": request.resource_path(context).rstrip("/"),
        "cases": [(DossierState(state).label, count) for state, count in found.open_cases.states.items()],
        "total": found.open_cases.total,
        "dossiers": [
            {
                "href": request.resource_path(each).rstrip("/"),
                "code": each.code or each.id,
                "state": DossierState(each.state).label,
                "edition": each.guide_version,
            }
            for each in shown_cases
        ],
        "unseen": found.open_cases.total - len(shown_cases),
        "asked": found.asked,
        "limits": found.limits,
        "reusable": [_material(each) for each in found.became_reusable],
        "useless": [_material(each) for each in found.became_useless],
        "conflicts": [
            told(request, each) | {"label": label_of(each.subject)} for each in found.local_conflicts
        ],
        "packages": [
            {"title": each.title, "found": [told(request, one) for one in each.findings]}
            for each in found.one_things
        ],
    }


def _material(each: MaterialImpact) -> str:
    """Return in words which grades of a material were and are accepted."""
    before, after = ("、".join(sorted(grades)) or "—" for grades in (each.before, each.after))
    return f"{each.name}：{before} → {after}"


def preview(context: Guide, request: Request) -> dict[str, object]:
    """Show an edition as a telephone, a desktop, an elder reader and the paper show it."""
    version = newest(context, request)
    path = request.resource_path(context).rstrip("/")
    chosen = request.GET.get("as", "")
    views = [
        {
            "key": key,
            "label": label,
            "hint": hint,
            "src": f"{path}/edition?v={version.version}{more}",
            "href": f"{path}/preview?v={version.version}&as={key}",
            "current": key == (chosen if chosen in {each[0] for each in VIEWS} else VIEWS[0][0]),
        }
        for key, label, hint, more in VIEWS
    ]
    return {
        "title": context.title or context.key,
        "number": version.version,
        "path": path,
        "views": views,
        "current": next(each for each in views if each["current"]),
    }


def includeme(config: Configurator) -> None:
    """Open a guide to those who work on it."""
    own = {"context": Guide, "request_method": "GET", "permission": Permission.GUIDE_VIEW}
    view = config.add_view
    view(show, name="desk", renderer="guides/life.pt", **own)
    view(edition, name="edition", renderer="public/guide.pt", **own)
    view(compare, name="changes", renderer="guides/changes.pt", **own)
    view(
        effects, name="impact", renderer="guides/impact.pt", **{**own, "permission": Permission.GUIDE_IMPACT}
    )
    view(preview, name="preview", renderer="guides/preview.pt", **own)
