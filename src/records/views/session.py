"""Logging in and out (登录、退出), one's own password, sessions and tokens; and the pages for whoever is turned away."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

import colander
from pyramid.config import Configurator
from pyramid.exceptions import BadCSRFToken
from pyramid.httpexceptions import HTTPBadRequest, HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response
from pyramid.security import NO_PERMISSION_REQUIRED

from records.domain.findings import Finding, Refused
from records.domain.permissions import Permission
from records.domain.vocabulary import Role
from records.forms.people import AskToken
from records.operations import people
from records.operations.access import AccessLogUnwritable
from records.resources.people import Person
from records.resources.sessions import OtherBody
from records.resources.site import Site

from . import messages
from .acting import begin, faults
from .layout import may_somewhere, shown

HOME = "/desk"
API = "/api/"


def next_path(request: Request, text: str | None) -> str:
    """Return where to go after log-in: a path of this site, never another host; the desk when there is none."""
    parts = urlsplit(text or "")
    outside = parts.scheme or parts.netloc or "\\" in (text or "") or not (text or "").startswith("/")
    if outside or text.startswith("//") or not text.isprintable() or parts.path in ("/login", "/logout"):
        return request.script_name + HOME
    return text


def login_page(context: Site, request: Request) -> dict[str, object]:
    """Show the log-in page."""
    return {"next": request.GET.get("next", ""), "userid": ""}


def typed(request: Request, *names: str) -> tuple[dict[str, str], tuple[Finding, ...]]:
    """Return what was typed into fields, and a finding for each that came as a file; such a field counts as empty."""
    found = tuple(Finding("form.not-text", subject=name) for name in names if name in request.sent)
    return {name: request.POST.get(name, "") for name in names}, found


def login(context: Site, request: Request) -> dict[str, object] | Response:
    """Log in; a wrong name, a wrong password and a locked account get the same one sentence."""
    answers, strange = typed(request, "userid", "password", "next")
    userid = answers["userid"].strip()
    if strange:
        request.response.status_int = 400
        return {"next": answers["next"], "userid": userid, "errors": shown(request, strange)}
    person = request.log_in(userid)
    if isinstance(person, Refused):
        request.response.status_int = 403
        # The attempt must stay counted although the answer is an error.
        request.response.headers["X-Tm"] = "commit"
        return {
            "next": answers["next"],
            "userid": userid,
            "errors": shown(request, person.findings, anchors={"": "password"}),
        }
    if person.must_change:
        return HTTPSeeOther(request.script_name + "/password")
    return HTTPSeeOther(next_path(request, answers["next"]))


def logout_page(context: Site, request: Request) -> dict[str, object]:
    """Ask for one press more, because a link must change nothing."""
    return {}


def logout(context: Site, request: Request) -> Response:
    """End the session and let the browser forget what it holds of this site."""
    request.log_out()
    response = HTTPSeeOther(request.script_name + "/login")
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def own_record(request: Request) -> Person:
    """Return the record of whoever is logged in."""
    return request.site.people[request.authenticated_userid]


def password_page(context: Site, request: Request) -> dict[str, object]:
    """Show the form for a new password."""
    return {"first": own_record(request).must_change, "least": people.LEAST}


def password(context: Site, request: Request) -> dict[str, object] | Response:
    """Change one's own password; every other session ends."""
    person = own_record(request)
    first = person.must_change
    answers, strange = typed(request, "password", "new", "again")
    if strange:
        request.response.status_int = 400
        return {"first": first, "least": people.LEAST, "errors": shown(request, strange)}
    act = begin(request, channel="screen")
    proven = bool(request.proof) and request.proof == person.password_hash
    result = people.change_password(
        act,
        person,
        hashed=request.hashed,
        proven=proven,
        findings=people.check_new_password(
            present=answers["password"], new=answers["new"], again=answers["again"]
        ),
    )
    if isinstance(result, Refused):
        if not proven:
            people.refuse_password(act, person)
            # The attempt must stay counted although the answer is an error.
            request.response.headers["X-Tm"] = "commit"
        request.response.status_int = 409
        errors = shown(request, result.findings, anchors={"present": "password"})
        return {"first": first, "least": people.LEAST, "errors": errors}
    request.renew_session(person)
    return HTTPSeeOther(request.script_name + (f"{HOME}?done=password" if first else "/access?done=password"))


def access_page(context: Site, request: Request) -> dict[str, object]:
    """Show one's own letters, log-ins and tokens."""
    return {
        "person": own_record(request),
        "token": "",
        "label": "",
        "until": _in_a_month(request),
        **_choices(request),
    }


def _in_a_month(request: Request) -> str:
    return (request.today + timedelta(days=30)).isoformat()


def _choices(request: Request) -> dict[str, object]:
    return {
        "scopes": [permission.value for permission in Permission if may_somewhere(request, permission)],
        "role_label": lambda role: Role(role).label,
        "last_used": request.registry.services.tokens.last,
    }


def issue(context: Site, request: Request) -> dict[str, object]:
    """Issue a token and show it this once; it is not kept anywhere in clear."""
    person = own_record(request)
    page = {"person": person, "token": "", **_choices(request)}
    answers, strange = typed(request, "label", "until", "scope")
    answers.pop("scope")
    if strange:
        request.response.status_int = 400
        return {**page, **answers, "errors": shown(request, strange, anchors={"scope": "scopes"})}
    try:
        asked = AskToken().deserialize({**answers, "scopes": request.POST.getall("scope")})
    except colander.Invalid as invalid:
        result = Refused(tuple(faults(request, invalid)))
    else:
        result = people.issue_token(begin(request, channel="screen"), person, **asked)
    if isinstance(result, Refused):
        request.response.status_int = 409
        return {**page, **answers, "errors": shown(request, result.findings)}
    return {**page, "token": result, "label": "", "until": answers["until"]}


def withdraw(context: Site, request: Request) -> dict[str, object] | Response:
    """Take one of one's own tokens back."""
    answers, strange = typed(request, "token")
    result = people.withdraw_token(
        begin(request, channel="screen"), own_record(request), token=answers["token"]
    )
    if isinstance(result, Refused):
        request.response.status_int = 400 if strange else 409
        return {**access_page(context, request), "errors": shown(request, strange or result.findings)}
    return HTTPSeeOther(request.script_name + "/access?done=token-withdrawn")


def end_all(context: Site, request: Request) -> Response:
    """End all of one's own sessions but this one."""
    request.renew_session(people.end_sessions(begin(request, channel="screen"), own_record(request)))
    return HTTPSeeOther(request.script_name + "/access?done=sessions-ended")


def turned_away(context: object, request: Request) -> Response | dict[str, object]:
    """Lead whoever is not logged in to the log-in page; tell the others what they lack."""
    if request.path_info.startswith(API):
        return _plainly(request, 403 if request.identity else 401, Finding("permission.denied"))
    if request.identity is None:
        if request.method == "GET":
            return HTTPSeeOther(request.resource_path(request.site, "login", query={"next": request.path_qs}))
        request.response.status_int = 403
        return {"reason": "session"}
    request.response.status_int = 403
    return {"reason": "rights"}


def token_missing(context: BadCSRFToken, request: Request) -> Response | dict[str, object]:
    """Say that the form is no longer good (the session has ended), that nothing changed, and where to go on."""
    if request.path_info.startswith(API):
        return _plainly(request, 403, Finding("permission.denied"))
    request.response.status_int = 400
    return {"reason": "session"}


def not_found(context: object, request: Request) -> Response | dict[str, object]:
    """Say that there is no such page and where to go on."""
    if request.path_info.startswith(API):
        return _plainly(request, 404, Finding("record.unknown"))
    request.response.status_int = 404
    return {"reason": "missing"}


def misread(context: HTTPBadRequest, request: Request) -> Response | dict[str, object]:
    """Say in the page's own words that an address makes no sense; a program gets the bare answer."""
    if request.path_info.startswith(API):
        return context
    request.response.status_int = 400
    return {"reason": "missing"}


def unnoted(context: AccessLogUnwritable, request: Request) -> dict[str, object]:
    """Refuse a page with personal data whose reading could not be noted; nothing of it leaves."""
    request.response.status_int = 503
    return {"reason": "log"}


def otherwise(context: OtherBody, request: Request) -> Response | dict[str, object]:
    """Refuse a repeated key with other contents, and say that the first one holds."""
    if request.path_info.startswith(API):
        return _plainly(request, 422, Finding("idempotency.other-body", subject="Idempotency-Key"))
    request.response.status_int = 422
    return {"reason": "repeated"}


def _plainly(request: Request, status: int, found: Finding) -> Response:
    text = messages.sentence(request, found)
    body = {
        "type": f"about:blank#{found.code}",
        "title": text,
        "status": status,
        "findings": [found.as_dict()],
    }
    return Response(json_body=body, status=status, content_type="application/problem+json")


def includeme(config: Configurator) -> None:
    """Open the door's pages."""
    view, templates = config.add_view, "session"
    view(login_page, name="login", context=Site, request_method="GET", permission=NO_PERMISSION_REQUIRED,
         renderer=f"{templates}/login.pt")  # fmt: skip
    view(login, name="login", context=Site, request_method="POST", permission=NO_PERMISSION_REQUIRED,
         renderer=f"{templates}/login.pt")  # fmt: skip
    own = {"context": Site, "permission": Permission.SESSION_END}
    view(logout_page, name="logout", request_method="GET", renderer=f"{templates}/logout.pt", **own)
    view(logout, name="logout", request_method="POST", **own)
    view(password_page, name="password", request_method="GET", renderer=f"{templates}/password.pt", **own)
    view(password, name="password", request_method="POST", renderer=f"{templates}/password.pt", **own)
    view(access_page, name="access", request_method="GET", renderer=f"{templates}/access.pt", **own)
    tokens = {**own, "permission": Permission.TOKEN_ISSUE, "request_method": "POST"}
    view(issue, name="issue-token", renderer=f"{templates}/access.pt", **tokens)
    view(withdraw, name="withdraw-token", renderer=f"{templates}/access.pt", **tokens)
    view(end_all, name="end-sessions", request_method="POST", **own)
    config.add_forbidden_view(turned_away, renderer=f"{templates}/away.pt")
    config.add_exception_view(token_missing, context=BadCSRFToken, renderer=f"{templates}/away.pt")
    config.add_exception_view(unnoted, context=AccessLogUnwritable, renderer=f"{templates}/away.pt")
    config.add_exception_view(otherwise, context=OtherBody, renderer=f"{templates}/away.pt")
    config.add_exception_view(misread, context=HTTPBadRequest, renderer=f"{templates}/away.pt")
    config.add_notfound_view(not_found, renderer=f"{templates}/away.pt")
