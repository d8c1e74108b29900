"""Can I apply? (我能办吗): one question a page from the guide's own checks and situations, then the verdict and the list.

The answers stand in the address, under the guide's keys; nothing personal is asked and nothing is stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPNotFound
from pyramid.request import Request
from pyramid.response import Response
from pyramid.security import NO_PERMISSION_REQUIRED

from records.domain.clocks import Calendar, due
from records.domain.conditions import Answers, Question
from records.domain.eligibility import Verdict, batch_on, eligible
from records.domain.findings import Finding
from records.domain.guide_elements import Eligibility
from records.domain.guide_parts import Batch, Line
from records.domain.guide_parts import Guide as Body
from records.domain.situations import open_questions
from records.operations.editions import content
from records.resources.guides import Guide

from .answers import Answered, counted, page_of, read, recap
from .doors import navigation
from .leaflet_parts import civil
from .leaflets import day_word
from .messages import sentence_in
from .one_things import question_as_plain

#: How each verdict is shown: the kind of its mark.
KINDS: Mapping[Eligibility, str] = {
    Eligibility.ELIGIBLE: "done",
    Eligibility.NOT_NEEDED: "done",
    Eligibility.ELSEWHERE: "next",
    Eligibility.NOT_NOW: "wait",
    Eligibility.NOT_ELIGIBLE: "wrong",
}


def questions_of(body: Body) -> tuple[Question, ...]:
    """Return every question a guide may put: its checks first, then those about the situation."""
    return (*(check.question for check in body.checks), *body.situations)


def standing(body: Body, answered: Answered, *, today: date) -> Question | Verdict:
    """Return what comes next: the question to ask, the wrong one once more, or the verdict."""
    if answered.wrong:
        return next(question for question in questions_of(body) if question.key == answered.wrong)
    return eligible(body, answered.answers, today=today)


def left_after(body: Body, answers: Answers) -> int:
    """Return how many questions are still to come at most, the next one included."""
    checks = sum(check.key not in answers for check in body.checks)
    return checks + len(open_questions(body, answers))


def _in_force(context: Guide, request: Request) -> Body:
    version = context.in_force(request.today)
    if version is None:
        raise HTTPNotFound
    return content(version)


def ask(context: Guide, request: Request) -> dict[str, object]:
    """Put the next question, or show the verdict with the personal list."""
    body = _in_force(context, request)
    questions = questions_of(body)
    answered = read(questions, request.GET)
    found = standing(body, answered, today=request.today)
    guide = request.resource_path(context).rstrip("/")
    path = f"{guide}/can-i"
    if answered.findings:
        request.response.status_int = 400
    following = found if isinstance(found, Question) else None
    given = {key: value for key, value in answered.answers.items() if key != answered.wrong}
    # The question on the page is not among those that follow it.
    left = left_after(body, given) - (following is not None)
    calendar = request.registry.services.calendar(request.site)
    return {
        **page_of(request, path, questions, answered, following, left=left),
        "navigation": navigation(request),
        "body": body,
        "guide": guide,
        "version": context.in_force(request.today).version,
        "today": civil(request.today),
        "recap": recap(path, questions, answered),
        "verdict": None
        if following is not None
        else told(body, found, today=request.today, calendar=calendar),
    }


def told(body: Body, verdict: Verdict, *, today: date, calendar: Calendar) -> dict[str, object]:
    """Return a verdict as a page prints it: the word, why, where, what to bring, and the latest day."""
    able = verdict.outcome in (Eligibility.ELIGIBLE, Eligibility.NOT_NOW)
    current, _following = batch_on(body, today)
    return {
        "outcome": verdict.outcome.value,
        "word": verdict.outcome.label,
        "kind": KINDS[verdict.outcome],
        "reason": verdict.reason,
        "where": verdict.where,
        "opens": verdict.opens,
        "opens_days": _days(verdict.opens),
        "closes": day_word(current.closes) if current is not None else "",
        "bring": [_paper(line) for line in verdict.lines if not line.waived],
        "spared": [_paper(line) for line in verdict.lines if line.waived],
        "able": able,
        "limit": body.limits.promised.label,
        "latest": day_word(latest(body, today=today, calendar=calendar))
        if verdict.outcome is Eligibility.ELIGIBLE
        else "",
        "fees": [(fee.name, fee.standard) for fee in body.fees],
    }


def latest(body: Body, *, today: date, calendar: Calendar) -> date:
    """Return the latest day of the decision (最迟办结日) of a case that would be accepted today."""
    promised = body.limits.promised
    return due(today, promised.n, promised.unit, calendar).due


def _days(batch: Batch | None) -> str:
    return f"{civil(batch.opens)}至{civil(batch.closes)}" if batch is not None else ""


def _paper(line: Line) -> dict[str, object]:
    return {
        "id": line.id,
        "name": line.name,
        "counts": counted(line.originals, line.copies),
        "form": line.form.label,
        "issuer": line.issuer,
        "acceptance": line.acceptance,
        "sentence": sentence_of(line),
    }


def sentence_of(line: Line) -> str:
    """Return what to bring in one plain sentence."""
    amount = counted(line.originals, line.copies)
    source = f"，由{line.issuer}出具" if line.issuer else ""
    return f"{line.name}{'，' + amount if amount else ''}{source}。"


def as_plain(
    body: Body, answered: Answered, *, today: date, calendar: Calendar, language: str
) -> dict[str, object]:
    """Return the next question or the verdict as plain values, for programs and for the command line."""
    found = standing(body, answered, today=today)
    given: dict[str, object] = {
        "key": body.key,
        "title": body.title,
        "answers": {
            key: value if isinstance(value, str) else list(value) for key, value in answered.answers.items()
        },
        "findings": [_finding(each, language) for each in answered.findings],
    }
    if isinstance(found, Question):
        return {
            **given,
            "question": question_as_plain(found),
            "left": left_after(body, answered.answers),
            "verdict": None,
        }
    verdict = told(body, found, today=today, calendar=calendar)
    return {
        **given,
        "question": None,
        "left": 0,
        "verdict": {
            "outcome": found.outcome.value,
            "label": found.outcome.label,
            "reason": found.reason,
            "where": found.where,
            "check": found.check,
            "opens": {
                "name": found.opens.name,
                "opens": found.opens.opens.isoformat(),
                "closes": found.opens.closes.isoformat(),
            }
            if found.opens is not None
            else None,
            "bring": verdict["bring"],
            "fetched": verdict["spared"],
            "promised": verdict["limit"],
            "latest": latest(body, today=today, calendar=calendar).isoformat()
            if found.outcome is Eligibility.ELIGIBLE
            else None,
            "places": [
                {
                    "name": place.name,
                    "address": place.address,
                    "window": place.window,
                    "phone": place.phone,
                    "hours": place.hours,
                }
                for place in (body.places if verdict["able"] else ())
            ],
        },
    }


def _finding(found: Finding, language: str) -> dict[str, object]:
    return {**found.as_dict(), "message": sentence_in(language, found)}


def program(context: Guide, request: Request) -> Response:
    """Answer a program: the next question or the verdict; 400 with the findings when an answer makes no sense."""
    body = _in_force(context, request)
    answered = read(questions_of(body), request.GET)
    value = as_plain(
        body,
        answered,
        today=request.today,
        calendar=request.registry.services.calendar(request.site),
        language=request.localizer.locale_name,
    )
    return Response(json_body=value, status=400 if answered.findings else 200, charset="utf-8")


def includeme(config: Configurator) -> None:
    """Open the questions to everybody."""
    anybody = {"context": Guide, "request_method": "GET", "permission": NO_PERMISSION_REQUIRED}
    config.add_view(ask, name="can-i", renderer="public/ask.pt", **anybody)
    config.add_route(
        "api.guides.eligibility",
        "/api/v1/guides/{id}/eligibility",
        traverse="/guides/{id}",
        request_method="GET",
    )
    config.add_view(
        program, route_name="api.guides.eligibility", context=Guide, permission=NO_PERMISSION_REQUIRED
    )
