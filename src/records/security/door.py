"""The door (登录): log-in, log-out and a new password, with the slow part done before the write lock is taken."""

from __future__ import annotations

import re

from pyramid.config import Configurator
from pyramid.events import ContextFound
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request

from records.domain.findings import Refused
from records.operations.acts import enter
from records.operations.identities import identity_of
from records.operations.office import one_time_password
from records.resources.people import Person
from records.resources.site import Site

from . import sessions

#: Paths that a person with a first password may still walk.
FIRST = ("/password", "/logout", "/static/", "/look", "/login")
#: Acts in front of which the password is typed once more (再次验证身份).
AGAIN = re.compile(r"/dispositions/[^/]+/(confirm|sign|execute)")
#: Where an administrator gives somebody a one-time password.
RESET = re.compile(r"/people/[^/]+/reset_password")


def verify(request: Request) -> None:
    """Compare the password of a log-in or a change with what is kept, and hash a new one; no lock is held.

    ``request.proof`` is the hash that fitted (empty when none did), ``request.hashed`` the hash of a new password,
    ``request.one_time`` the password that a reset hands out.
    """
    request.proof = request.hashed = request.one_time = ""
    if request.method != "POST":
        return
    vault = request.registry.services.vault
    if RESET.fullmatch(request.path_info) and request.known:
        request.one_time = one_time_password()
        request.hashed = vault.password_hash(request.one_time)
    if request.path_info not in ("/login", "/password") and not AGAIN.fullmatch(request.path_info):
        return
    with request.registry.database.read() as root:
        person = _who(request, root["site"])
        if sessions.verify_password(person, _typed(request, "password"), vault, request.now):
            request.proof = person.password_hash
    if request.path_info == "/password" and request.proof and _typed(request, "new"):
        request.hashed = vault.password_hash(_typed(request, "new"))


def _typed(request: Request, name: str) -> str:
    """Return what was typed into a field; a file that was sent in its place is nothing typed."""
    text = request.POST.get(name, "")
    return text if isinstance(text, str) else ""


def _who(request: Request, site: Site) -> Person | None:
    if request.path_info == "/login":
        return site.people.get(_typed(request, "userid").strip())
    name = sessions.read_cookie(request)
    return sessions.person_of(site, name, request.now) if name else None


def log_in(request: Request, userid: str) -> Person | Refused:
    """Begin a session for whoever proved the password of ``userid`` before the lock; else count the attempt."""
    site = request.site
    person = site.people.get(userid)
    fits = bool(request.proof) and person is not None and person.password_hash == request.proof
    name = sessions.log_in(site, userid, fits=fits, now=request.now)
    if person is not None:
        _on_record(request, person, "session.refused" if isinstance(name, Refused) else "session.begin")
    if isinstance(name, Refused):
        return name
    _hand_out(request, name)
    return person


def renew_session(request: Request, person: Person) -> None:
    """Go on under a fresh session after a change that ended all sessions of before."""
    _hand_out(request, sessions.begin(request.site, person, request.now))


def log_out(request: Request) -> None:
    """End the session of this request and take its cookie back."""
    name = sessions.read_cookie(request)
    if name is None:
        return
    person = request.site.people.get(request.authenticated_userid or "")
    if person is not None:
        _on_record(request, person, "session.end")
    sessions.end(request.site, name)
    request.session_changed = True
    cookie = sessions.cookie_name(request)
    request.add_response_callback(lambda request, response: response.delete_cookie(cookie, path="/"))


def _on_record(request: Request, person: Person, event: str) -> None:
    act = request.registry.services.act(request.site, identity_of(person, request.today), channel="screen")
    enter(act, event, f"person:{person.userid}")


def _hand_out(request: Request, name: str) -> None:
    request.session_changed = True
    request.add_response_callback(lambda request, response: sessions.write_cookie(request, response, name))


def must_change(event: ContextFound) -> None:
    """Lead whoever still has a first password to the page where it is changed, whatever was asked for."""
    request = event.request
    if request.path_info.startswith(FIRST) or sessions.read_cookie(request) is None:
        return
    person = request.site.people.get(request.authenticated_userid or "")
    if person is not None and person.must_change:
        raise HTTPSeeOther(request.script_name + "/password")


def includeme(config: Configurator) -> None:
    """Give requests ``log_in``, ``log_out`` and ``renew_session``; verify passwords between admission and lock."""
    config.add_preparation(verify)
    config.add_subscriber(must_change, ContextFound)
    for verb in (log_in, log_out, renew_session):
        config.add_request_method(verb, verb.__name__)
