"""How a channel does a verb: the same for screen and API, so that both refuse with the same findings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import colander
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response

from records.domain.findings import Finding, Refused
from records.forms.verbs import Verb
from records.operations import papers_owed, people
from records.operations.acts import Act
from records.resources.base import Resource

from .uploads import Arrived, arrived

STATUS = {
    "form.field": 400,
    "file.too-large": 413,
    "file.disk-full": 507,
    "file.type-refused": 415,
    "file.type-mismatch": 415,
    "applicant.unknown": 404,
    "guide.unknown": 404,
}
"""What a refusal answers with over HTTP where it is not 409."""


def status_of(refused: Refused) -> int:
    """Return the status a refusal answers with, on the screen as in the API."""
    return max((STATUS.get(found.code, 409) for found in refused.findings), default=409)


def begin(request: Request, *, channel: str) -> Act:
    """Begin an act of whoever is logged in."""
    act = request.registry.services.act(request.site, request.identity, channel=channel)
    return replace(act, proof=getattr(request, "proof", ""))


def perform(
    request: Request, verb: Verb, subject: Resource | None, values: Mapping[str, object], *, channel: str
) -> object:
    """Ask the form, run the operation, and promise the papers for after the lock; findings come back as a value."""
    strays = _strays(request, verb)
    try:
        answers = verb.ask(values)
    except colander.Invalid as invalid:
        return Refused((*strays, *faults(request, invalid)))
    if strays:
        return Refused(strays)
    if verb.file:
        sent = arrived(request, verb.file)
        found = _file_findings(verb, sent)
        if found:
            return Refused(found)
        answers[verb.file] = sent.upload if sent else None
        if verb.more:
            answers[verb.more] = sent.more if sent else ()
    act = begin(request, channel=channel)
    result = verb.run(act, subject, **answers) if verb.subject else verb.run(act, **answers)
    if isinstance(result, Refused):
        _count_wrong_password(request, act, result)
    else:
        services = request.registry.services
        owed = tuple(act.owed)
        request.after_commit(lambda: papers_owed.do_at_once(services, owed))
    return result


def _count_wrong_password(request: Request, act: Act, refused: Refused) -> None:
    """Let a wrong password in front of an act count like one at the log-in, although nothing else of it is kept."""
    person = act.site.people.get(act.by.userid)
    if person is not None and any(found.code == "password.wrong" for found in refused.findings):
        people.refuse_password(act, person)
        request.response.headers["X-Tm"] = "commit"


def faults(request: Request, invalid: colander.Invalid) -> list[Finding]:
    """Return a form's faults as findings, each with its field, in the language of the request."""
    translate = request.localizer.translate
    return [
        Finding("form.field", subject=field, params={"message": message})
        for field, message in invalid.asdict(translate=translate).items()
    ]


def on_its_list(
    verb: Verb, listing: Callable[..., dict[str, object]], path: str, *, done: str
) -> Callable[[Resource, Request], object]:
    """Return the view that does a verb from the list it stands on, and comes back to it with what was typed if refused."""

    def view(context: Resource, request: Request) -> Response | dict[str, object]:
        values = {name: value for name, value in request.POST.items() if name in verb.form()}
        result = perform(request, verb, context if verb.subject else None, values, channel="screen")
        if isinstance(result, Refused):
            request.response.status_int = 409
            return listing(request, result.findings, {name: str(value) for name, value in values.items()})
        return HTTPSeeOther(f"{request.script_name}{path}?done={done}-{verb.name}")

    return view


def _strays(request: Request, verb: Verb) -> tuple[Finding, ...]:
    """Refuse a file that came in a field where text is wanted."""
    return tuple(Finding("form.not-text", subject=field) for field in request.files if field != verb.file)


def _file_findings(verb: Verb, sent: Arrived | None) -> tuple[Finding, ...]:
    if sent is not None and sent.more and not verb.more:
        return (Finding("file.several", subject=verb.file),)
    if sent is not None:
        return sent.findings
    return (Finding("file.missing", subject=verb.file),) if verb.file_required else ()
