"""Consent on the screen (同意): what the applicant said of one held material, and the form that writes down the next word."""

from __future__ import annotations

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response

from records.domain.consents import EVERY_ITEM, ConsentKind
from records.domain.findings import Refused
from records.forms.verbs import verb
from records.i18n import _
from records.operations.standards import standards
from records.resources.materials import Material

from . import minors
from .acting import perform, status_of
from .layout import instant, name_of, shown

CONSENT = verb("materials", "consent")


def show(context: Material, request: Request) -> dict[str, object]:
    """Show what was said; that a personal record was read is on the access log before the page leaves."""
    return _page(context, request)


def _page(context: Material, request: Request, refused=(), typed=None) -> dict[str, object]:
    request.note_read("materials.consent", context.id)
    site = request.site
    applicant = site.applicants[context.applicant]
    return {
        "material": context,
        "sensitive": standards(site)[context.standard].sensitivity.label,
        "applicant": minors.named(request, applicant),
        "back": request.resource_path(applicant).rstrip("/"),
        "said": [
            {
                "word": ConsentKind(kind).label,
                "item": _item(request, item),
                "at": instant(at),
                "by": name_of(request, by),
                "why": why,
            }
            for kind, item, at, by, why in reversed(context.consents)
        ],
        "kinds": [(kind.value, kind.label) for kind in ConsentKind],
        "items": [(guide.key, guide.title) for guide in site.guides.values()],
        "typed": typed or {},
        "errors": shown(request, refused, anchors={"item": "item", "why": "why", "said": "said"}),
    }


def _item(request: Request, item: str) -> str:
    if item in ("", EVERY_ITEM):
        return request.localizer.translate(_("every item"))
    guide = request.site.guides.get(item)
    return guide.title if guide is not None else item


def record(context: Material, request: Request) -> Response | dict[str, object]:
    """Write down what the applicant says, and come back to it."""
    typed = {name: request.POST.get(name, "") for name in ("said", "item", "why")}
    result = perform(request, CONSENT, context, typed, channel="screen")
    if isinstance(result, Refused):
        request.response.status_int = status_of(result)
        return _page(context, request, result.findings, typed)
    return HTTPSeeOther(f"{request.resource_path(context, CONSENT.name)}?done=consent")


def includeme(config: Configurator) -> None:
    """Open the page to whoever may write consent down."""
    own = {
        "name": CONSENT.name,
        "context": Material,
        "permission": CONSENT.permission,
        "renderer": "materials/consent.pt",
    }
    config.add_view(show, request_method="GET", **own)
    config.add_view(record, request_method="POST", **own)
