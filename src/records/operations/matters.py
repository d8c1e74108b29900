"""One matter (一件事办理): all cases of a package opened at once for one applicant, in one pool of papers.

A paper that several of the cases need is asked for once, and what one of them yields is never asked for. A case that is
open already for one of the items is not opened again: it joins.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from records.domain.conditions import Answer, Answers, undecided
from records.domain.findings import Finding, Refused
from records.domain.guide_parts import Guide as Body
from records.domain.one_things import (
    OneThing,
    Shared,
    answers_for,
    combine,
    every_question,
    question_key,
    shared_by,
)
from records.domain.permissions import Permission
from records.domain.situations import answered, wrong_answers
from records.resources.dossiers import Dossier
from records.resources.site import Site

from . import one_things
from .acts import Act, leave_trace
from .checklists import course_of, guide_of
from .discretion import discreet
from .dossiers import Opening, begin, live_case, matter_of, prepare
from .reuse import fill_course


@partial(discreet, but="agent")
def open_matter(
    act: Act,
    *,
    key: str,
    applicant: str,
    situation: Answers | None = None,
    leave_out: Sequence[str] = (),
    agent: str = "",
) -> Dossier | Refused:
    """Open every case of a package for an applicant (一件事一次收件), all or none; return the first of the matter.

    ``situation`` answers the questions of the package under its own keys; ``leave_out`` are the guides of items that
    this applicant does not need. A live case for one of the items joins instead. Findings of all items come at once:
    those of a case, and ``onething.unknown``, ``onething.part-unknown``, ``onething.nothing-wanted``,
    ``onething.open-already``, ``onething.several-matters``.
    """
    package = one_things.known(act.site).get(key)
    if package is None:
        return Refused((Finding("onething.unknown", subject="key", params={"key": key}),))
    guides = one_things.guides_of(act.site, package, today=act.today)
    waits = [part.guide for part in package.parts if part.guide not in guides]
    if waits:
        return Refused(
            tuple(Finding("guide.not-in-force", subject="key", params={"title": each}) for each in waits)
        )
    parts, answers, found = _asked(package, guides, situation or {}, leave_out)
    if found or applicant not in act.site.applicants:
        unknown = (
            () if applicant in act.site.applicants else (Finding("applicant.unknown", subject="applicant"),)
        )
        return Refused((*unknown, *found))
    live = {part: case for part in parts if (case := live_case(act.site, applicant, part)) is not None}
    found = _joining(parts, live)
    ready: dict[str, Opening] = {}
    for part in parts:
        if part in live:
            continue
        one, against = prepare(
            act,
            applicant=applicant,
            guide=part,
            situation=answers_for(package, guides[part], answers),
            agent=agent,
        )
        ready[part] = one
        found += (each for each in _in_package(package, guides[part], against) if each not in found)
    if found:
        return Refused(tuple(found))
    return _open(act, package, parts, ready, live)


def _asked(
    package: OneThing, guides: Mapping[str, Body], situation: Answers, leave_out: Sequence[str]
) -> tuple[tuple[str, ...], dict[str, Answer], list[Finding]]:
    """Return the guides whose cases are wanted, in an order in which they can be done, with all answers and what is wrong."""
    questions = every_question(package, guides)
    found = [*wrong_answers(questions, situation)]
    found += (
        Finding("onething.part-unknown", subject="leave_out", params={"guide": each, "title": package.title})
        for each in leave_out
        if each not in guides
    )
    if found:
        return (), {}, found
    answers = answered(questions, situation)
    waiting = frozenset().union(*(undecided(part.condition, answers) for part in package.parts))
    found += (
        Finding("situation.unanswered", subject=question.key, params={"question": question.text})
        for question in package.questions
        if question.key in waiting
    )
    parts = tuple(each for each in combine(package, guides, answers).parts if each not in leave_out)
    if not parts and not found:
        found.append(Finding("onething.nothing-wanted", subject="leave_out"))
    return parts, answers, found


def _joining(parts: Sequence[str], live: Mapping[str, Dossier]) -> list[Finding]:
    """Return what speaks against the cases that are open already: all of them together, or in two matters."""
    matters = {case.course for case in live.values() if case.course}
    if len(matters) > 1:
        codes = "、".join(case.code for case in live.values())
        return [Finding("onething.several-matters", subject="applicant", params={"codes": codes})]
    if len(live) == len(parts) and len({case.course or case.id for case in live.values()}) == 1:
        case = live[parts[0]]
        return [Finding("onething.open-already", subject="key", params={"id": case.id, "code": case.code})]
    return []


def _in_package(package: OneThing, guide: Body, found: Sequence[Finding]) -> list[Finding]:
    """Return what speaks against one item with the questions named as the package names them."""
    own = {question.key for question in guide.situations}
    return [
        replace(each, subject=question_key(package, guide.key, each.subject)) if each.subject in own else each
        for each in found
    ]


def _open(
    act: Act,
    package: OneThing,
    parts: Sequence[str],
    ready: Mapping[str, Opening],
    live: Mapping[str, Dossier],
) -> Dossier:
    matter = next((case.course for case in live.values() if case.course), "")
    first = act.site.dossiers[matter] if matter else next(iter(live.values()), None)
    for part in parts:
        if part in live:
            case = live[part]
            _join(act, case, first, why=package.title)
        else:
            case = begin(act, ready[part], first=first, why=package.title)
            first = first or case
    # Each call leaves its own case out: two of them reach every case that joined.
    fill_course(act, first)
    fill_course(act, case)
    return first


def _join(act: Act, case: Dossier, first: Dossier, *, why: str) -> None:
    if case.course:
        return
    case.course = matter_of(act, first)
    case.events = (*case.events, ("join", act.at, act.by.userid, why))
    leave_trace(act, "dossier.course", case, unit=case.unit, permission=Permission.DOSSIER_OPEN, why=why)


@dataclass(frozen=True, slots=True)
class Matter:
    """The cases of one matter in the order in which they were opened, and by case id what they share."""

    cases: tuple[Dossier, ...]
    shared: Shared


def shown_matter(site: Site, dossier: Dossier) -> Matter | None:
    """Return the matter a case belongs to (同一件事), None for one that stands alone."""
    cases = sorted(course_of(site, dossier), key=lambda each: each.number)
    if len(cases) < 2:
        return None
    asked = {case.id: (guide_of(site, case), dict(case.situation)) for case in cases}
    return Matter(tuple(cases), shared_by(asked))
