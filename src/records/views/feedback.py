"""Was this right? (这对吗): a reader says what is wrong with a guide, its unit answers within the promised days.

No log-in. The form's token and a count per address keep machines out; the telephone goes to the vault and nothing else is
personal. The receipt's number and code open the answer, by POST like every printed code.
"""

from __future__ import annotations

from datetime import timedelta

import colander
from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPForbidden, HTTPNotFound, HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response
from pyramid.security import NO_PERMISSION_REQUIRED

from records.domain.access import Identity
from records.domain.findings import Finding, Refused
from records.domain.permissions import Permission
from records.forms.feedback import GiveFeedback
from records.forms.verbs import verb
from records.operations import feedback
from records.operations.feedback import FeedbackPart, FeedbackState
from records.resources.feedback import Feedback, FeedbackFolder
from records.resources.guides import Guide
from records.resources.site import Site

from .acting import faults, perform
from .doors import navigation
from .layout import day, instant, light, may_somewhere, shown, unit_name, units_of
from .leaflet_parts import civil
from .progress import Throttle, normal_code, same

#: Who acts when a reader writes.
PUBLIC = Identity(userid="public", name="公众", unit="")
ANSWER = verb("feedback", "answer")


def ask(context: Guide, request: Request) -> dict[str, object]:
    """Ask whether the guide is right, below what others asked before."""
    if context.in_force(request.today) is None:
        raise HTTPNotFound
    return _page(context, request, {"right": request.GET.get("right", "")})


def _page(
    context: Guide, request: Request, typed: dict[str, str], errors: tuple[Finding, ...] = ()
) -> dict[str, object]:
    return {
        "navigation": navigation(request),
        "guide": context,
        "href": request.resource_path(context).rstrip("/"),
        "parts_of": [(part.value, part.label) for part in FeedbackPart],
        "typed": {name: str(typed.get(name, "")) for name in ("right", "part", "text", "phone")},
        "receipt": None,
        "answers": answers_below(context, request),
        "errors": shown(request, errors),
    }


def answers_below(guide: Guide, request: Request) -> list[dict[str, str]]:
    """Return the answered questions that stand below a guide, the newest first."""
    return [
        {"question": record.text, "answer": record.answer, "at": instant(record.answered_at)}
        for record in feedback.published(request.site, guide.key)
    ]


def give(context: Guide, request: Request) -> dict[str, object]:
    """Take what a reader says and show the receipt this once."""
    request.shown_once = True
    typed = {name: value for name, value in request.POST.items() if name in GiveFeedback() and value}
    throttle, address = request.registry.feedback_by_address, request.client_addr or ""
    if throttle.stopped(address, request.now):
        return _refused(context, request, typed, (Finding("feedback.too-often", subject="text"),), 429)
    try:
        answers = GiveFeedback().deserialize(typed)
    except colander.Invalid as invalid:
        return _refused(context, request, typed, tuple(faults(request, invalid)), 400)
    act = request.registry.services.act(request.site, PUBLIC, channel="screen")
    result = feedback.give_feedback(act, context, **answers)
    if isinstance(result, Refused):
        return _refused(context, request, typed, result.findings, 400)
    throttle.wrong(address, request.now)
    return {**_page(context, request, {}), "receipt": _receipt(request, result)}


def _refused(
    context: Guide, request: Request, typed: dict[str, str], findings: tuple[Finding, ...], status: int
) -> dict[str, object]:
    request.tm.doom()
    request.response.status_int = status
    return _page(context, request, typed, findings)


def _receipt(request: Request, record: Feedback) -> dict[str, object]:
    return {
        "code": record.code,
        "inquiry_code": record.inquiry_code,
        "due": civil(record.due_on) if record.due_on else "",
        "unit": unit_name(request, record.unit),
    }


def look_up(context: FeedbackFolder, request: Request) -> dict[str, object]:
    """Ask for the two numbers on a receipt."""
    return {"navigation": navigation(request), "number": "", "found": None}


def looked_up(context: FeedbackFolder, request: Request) -> dict[str, object]:
    """Show what was answered to whoever knows number and code; nothing is written."""
    request.tm.doom()
    number, code = normal_code(request.POST.get("number", "")), normal_code(request.POST.get("code", ""))
    page = {"navigation": navigation(request), "number": number, "found": None}
    by_number, by_address = request.registry.progress_by_number, request.registry.progress_by_address
    address = request.client_addr or ""
    record = feedback.with_code(request.site, number) if number else None
    fits = same(code, record.inquiry_code if record is not None else "")
    status, code_of = 0, ""
    if by_number.stopped(number, request.now) or by_address.stopped(address, request.now):
        status, code_of = 429, "progress.too-often"
    elif not fits:
        by_number.wrong(number, request.now)
        by_address.wrong(address, request.now)
        status, code_of = 404, "feedback.no-match"
    if status:
        request.response.status_int = status
        return {**page, "errors": shown(request, (Finding(code_of, subject="number"),))}
    return {**page, "found": _told(request, record)}


def _told(request: Request, record: Feedback) -> dict[str, object]:
    guide = request.site.guides[record.guide]
    return {
        "id": record.id,
        "code": record.code,
        "guide": guide.title,
        "href": request.resource_path(guide).rstrip("/"),
        "version": record.guide_version,
        "part": FeedbackPart(record.part).label if record.part else "",
        "text": record.text,
        "state": {
            "word": FeedbackState(record.state).label,
            "kind": "next" if record.state == FeedbackState.OPEN.value else "done",
        },
        "due": civil(record.due_on) if record.due_on else "",
        "answer": record.answer,
        "answered": instant(record.answered_at),
        "published": record.published,
        "since": instant(record.created_at),
        "unit": unit_name(request, record.unit),
        "phone": bool(record.phone_sealed),
    }


def desk(context: Site, request: Request) -> dict[str, object]:
    """List what readers said about the guides of one's units, the most urgent first."""
    if not may_somewhere(request, Permission.FEEDBACK_VIEW):
        raise HTTPForbidden
    return listing(request)


def listing(request: Request, errors: tuple[Finding, ...] = ()) -> dict[str, object]:
    """Return what the editors' list of readers' words shows."""
    site = request.site
    units = units_of(request, Permission.FEEDBACK_VIEW)
    waiting = sorted(
        (record for unit in units for record in feedback.waiting(site, unit)),
        key=lambda record: (record.due_on, record.code),
    )
    done = [record for unit in units for record in feedback.answered(site, unit)]
    return {
        "waiting": [_row(request, record) for record in waiting],
        "answered": [_told(request, record) for record in sorted(done, key=_newest)[:40]],
        "errors": shown(request, errors, anchors={found.subject: "waiting" for found in errors}),
    }


def _newest(record: Feedback) -> float:
    return -record.answered_at.timestamp()


def _row(request: Request, record: Feedback) -> dict[str, object]:
    may = request.has_permission(Permission.FEEDBACK_ANSWER, record)
    post = f"{request.resource_path(record).rstrip('/')}/answer" if may else ""
    call = f"{request.resource_path(record).rstrip('/')}/call" if may and record.phone_sealed else ""
    return {
        **_told(request, record),
        "light": light(request, record.due_on),
        "day": day(record.due_on),
        "post": post,
        "call": call,
    }


def answer(context: Feedback, request: Request) -> Response | dict[str, object]:
    """Answer a reader and come back to the list."""
    values = {name: value for name, value in request.POST.items() if name in ANSWER.form()}
    result = perform(request, ANSWER, context, values, channel="screen")
    if isinstance(result, Refused):
        request.response.status_int = 409
        return listing(request, result.findings)
    return HTTPSeeOther(f"{request.script_name}/desk/guides/feedback?done=feedback-answer")


def call(context: Feedback, request: Request) -> dict[str, object]:
    """Show the telephone a reader left, once, after the reading is on the access log."""
    request.shown_once = True
    request.note_read("feedback.phone", f"feedback:{context.id}", purpose="答复纠错")
    number = feedback.phone_of(request.registry.services.vault, context)
    return {**listing(request), "called": {"code": context.code, "number": number}}


def includeme(config: Configurator) -> None:
    """Open the letter box, the answers, and the editors' list."""
    config.registry.feedback_by_address = Throttle(6, timedelta(hours=1))
    anybody = {"permission": NO_PERMISSION_REQUIRED}
    box = {"context": Guide, "name": "feedback", "renderer": "public/feedback.pt", **anybody}
    config.add_view(ask, request_method="GET", **box)
    config.add_view(give, request_method="POST", **box)
    answers = {"context": FeedbackFolder, "name": "", "renderer": "public/feedback_answer.pt", **anybody}
    config.add_view(look_up, request_method="GET", **answers)
    config.add_view(looked_up, request_method="POST", **answers)
    own = {"renderer": "guides/feedback.pt"}
    config.add_view(
        desk, context=Site, name="desk", subpath="guides/feedback", request_method="GET",
        permission=Permission.DESK_VIEW, **own,
    )  # fmt: skip
    config.add_view(
        answer,
        context=Feedback,
        name="answer",
        request_method="POST",
        permission=Permission.FEEDBACK_ANSWER,
        **own,
    )
    config.add_view(
        call,
        context=Feedback,
        name="call",
        request_method="POST",
        permission=Permission.FEEDBACK_ANSWER,
        **own,
    )
