"""Steps with a page of their own (办理步骤): declining, deciding, delivering, withdrawing are asked before they are done."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import deform
from pyramid.config import Configurator
from pyramid.request import Request
from pyramid.response import Response

from records.domain.findings import Refused
from records.domain.referrals import last_of
from records.domain.vocabulary import DeliveryMethod
from records.forms import asking
from records.forms.verbs import Verb, verb
from records.forms.widgets import errors_of
from records.i18n import _
from records.operations.checklists import guide_of
from records.resources.dossiers import Dossier

from . import messages, minors, originals, uploads
from .acting import perform, status_of
from .dossiers import go_to
from .layout import case_badge

#: Verbs with a page of their own, drawn from their form.
DRAWN = ("decline", "decide", "refer", "answer_referral", "deliver", "withdraw")

EFFECTS = {
    "decline": _("The case ends and a written notice with the reason, the law and the remedies is issued."),
    "decide": _("A numbered decision is issued; it cannot be taken back here."),
    "refer": _("All papers go up with a numbered list. The applicant is asked for nothing; the time limit runs on."),
    "answer_referral": _("What it granted is in the applicant's library at once; then decide here accordingly. It cannot be taken back here."),
    "deliver": _("The case is done. What was granted becomes a material of the applicant at once."),
    "withdraw": _("The case ends at the applicant's written wish. Keep the written request."),
}  # fmt: skip


def drawn_page(one: Verb):
    """Return the page that asks what a verb needs, and says what it will do."""

    def view(context: Dossier, request: Request) -> dict[str, object]:
        request.note_read("dossiers.show", context.id)
        return _asked(request, context, one, _sheet(request, context, one), _proposed(request, context, one))

    return view


def drawn(one: Verb):
    """Return the view that does a verb with a page of its own; a refusal shows the page again, nothing typed is lost."""

    def view(context: Dossier, request: Request) -> Response | dict[str, object]:
        form = _sheet(request, context, one)
        values = asking.read(form, request.POST.items())
        result = perform(request, one, context, values, channel="screen")
        if not isinstance(result, Refused):
            return go_to(request, context, one.name)
        request.response.status_int = status_of(result)
        request.note_read("dossiers.show", context.id)
        asking.mark(form, ((found.subject, messages.sentence(request, found)) for found in result.findings))
        return _asked(request, context, one, form, values)

    return view


def _sheet(request: Request, context: Dossier, one: Verb) -> deform.Form:
    return asking.sheet(
        one,
        action=request.resource_path(context, one.name),
        file_title=_("File of the result"),
        file_when=_("when it is granted"),
        kept=uploads.kept(request, one.file) if one.file else None,
    )


def _asked(
    request: Request, context: Dossier, one: Verb, form: deform.Form, values: Mapping
) -> dict[str, object]:
    return {
        **head(request, context),
        "title": one.title,
        "effect": EFFECTS[one.name],
        "form": asking.draw(form, values),
        "errors": errors_of(form),
        "originals": originals.still_open(request, context) if one.name == "deliver" else (),
    }


def head(request: Request, context: Dossier) -> dict[str, object]:
    """Return what stands above every page of a case."""
    return {
        "dossier": context,
        "applicant_name": minors.named(request, request.site.applicants[context.applicant]),
        "guide": guide_of(request.site, context),
        "state": case_badge(request, context),
        "back": request.resource_path(context).rstrip("/"),
    }


def _proposed(request: Request, context: Dossier, one: Verb) -> dict[str, object]:
    """Return what the page fills in for the clerk; every value can be changed."""
    guide = guide_of(request.site, context)
    match one.name:
        case "decline":
            return {"law": "行政许可法 第三十二条第一款"}
        case "deliver":
            return {
                "method": DeliveryMethod.COUNTER.value,
                "recipient": minors.unmasked(request, request.site.applicants[context.applicant]),
            }
        case "refer":
            return {"law": "行政许可法 第三十五条", "sent_on": request.today.isoformat()}
        case "answer_referral":
            return {"answered_on": request.today.isoformat()}
        case "decide" if (referral := last_of(context.referrals)) is not None and referral.decided:
            return {
                "outcome": referral.outcome,
                "result_number": context.result_number,
                "reasons": referral.remark,
            }
        case "decide" if guide.result.valid_years:
            return {"result_valid_until": _years_later(request, guide.result.valid_years)}
        case _:
            return {}


def _years_later(request: Request, years: int) -> str:
    day = request.today - timedelta(days=1)
    try:
        return day.replace(year=day.year + years).isoformat()
    except ValueError:
        return day.replace(year=day.year + years, day=28).isoformat()


def includeme(config: Configurator) -> None:
    """Open the page of each step: rights are those of its verb, on the case itself."""
    for name in DRAWN:
        one = verb("dossiers", name)
        own = {
            "name": name,
            "context": Dossier,
            "permission": one.permission,
            "renderer": "dossiers/verb.pt",
        }
        config.add_view(drawn_page(one), request_method="GET", **own)
        config.add_view(drawn(one), request_method="POST", **own)
