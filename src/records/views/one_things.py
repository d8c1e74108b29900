"""One thing done once (一件事): what people want as a whole, with its items in order and every paper asked for once.

Answers stand in the address under short keys, as in ``asking_guides``; nothing is stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPNotFound
from pyramid.request import Request
from pyramid.response import Response
from pyramid.security import NO_PERMISSION_REQUIRED

from records.domain.conditions import Question
from records.domain.guide_parts import Guide as Body
from records.domain.one_things import Combined, OneThing, combine, every_question
from records.indexes.fulltext import OTHER_TITLE
from records.indexes.lexicon import Lexicon
from records.indexes.query import matches, parse
from records.indexes.ranking import rerank
from records.indexes.sayings import with_ways
from records.indexes.words import fold
from records.operations import one_things as packages
from records.operations.synonyms import known
from records.resources.site import Site
from records.rules.synonyms import sayings

from .answers import Answered, counted, page_of, read, recap
from .doors import navigation


def guides_of(request: Request, one_thing: OneThing) -> Mapping[str, Body] | None:
    """Return the guides of a package as they hold today, None unless every one of them is in force."""
    found = packages.guides_of(request.site, one_thing, today=request.today)
    return found if all(part.guide in found for part in one_thing.parts) else None


def offered(request: Request) -> tuple[OneThing, ...]:
    """Return the packages that can be done today: every guide of them is in force."""
    return tuple(
        each for each in packages.known(request.site).values() if guides_of(request, each) is not None
    )


def tiles(request: Request) -> list[dict[str, str]]:
    """Return the packages as tiles of a list."""
    return [
        {
            "href": f"{request.script_name}/things/{each.key}",
            "label": each.title,
            "text": each.plain_title,
        }
        for each in offered(request)
    ]


@dataclass(frozen=True, slots=True)
class FoundThings:
    """Packages that a search finds: those it names by their title, the best first, and those whose sentence holds its words.

    A sentence also names what belongs to a package only sometimes, so what it holds stands below the guides.
    """

    named: tuple[dict[str, str], ...] = ()
    mentioned: tuple[dict[str, str], ...] = ()


def found(request: Request, text: str) -> FoundThings:
    """Return the packages that a search finds, by title in everyday words too."""
    typed = parse(text)
    if not typed.terms:
        return FoundThings()
    shown = tiles(request)
    lexicon = Lexicon(enumerate(fold(each["label"]) for each in shown))
    query = with_ways(typed, synonyms=known(request.site), fillers=sayings().fillers, lexicon=lexicon)
    head = [
        (-number, 0 if matches(typed, each["label"], "") else OTHER_TITLE, each["label"], "")
        for number, each in enumerate(shown)
        if matches(query, each["label"], "")
    ]
    named = tuple(shown[-key] for key in rerank(query, head))
    return FoundThings(
        named,
        tuple(each for each in shown if each not in named and matches(typed, each["label"], each["text"])),
    )


def _wanted(request: Request) -> tuple[OneThing, Mapping[str, Body]]:
    named = (request.matchdict["key"],) if request.matched_route else request.subpath
    key = named[0] if len(named) == 1 else ""
    one_thing = packages.known(request.site).get(key)
    guides = guides_of(request, one_thing) if one_thing is not None else None
    if guides is None:
        raise HTTPNotFound
    return one_thing, guides


def show(context: Site, request: Request) -> dict[str, object]:
    """Show a package: its items in order, one question at a time, and once all are answered the one list."""
    one_thing, guides = _wanted(request)
    return told(request, one_thing, guides, path=f"{request.script_name}/things/{one_thing.key}")


def told(
    request: Request, one_thing: OneThing, guides: Mapping[str, Body], *, path: str
) -> dict[str, object]:
    """Return what a page at this path tells of a package, by the answers in its address."""
    questions = every_question(one_thing, guides)
    answered = read(questions, request.GET)
    combined = combine(one_thing, guides, answered.answers)
    following = _following(questions, answered, combined)
    if answered.findings:
        request.response.status_int = 400
    return {
        **page_of(request, path, questions, answered, following),
        "navigation": navigation(request),
        "thing": one_thing,
        "items": [
            _item(request, one_thing, guides, key, number) for number, key in enumerate(combined.parts, 1)
        ],
        "maybe": [guides[key].title for key in combined.undecided],
        "combined": combined,
        "bring": [_paper(asked, guides) for asked in combined.brought],
        "spared": [_paper(asked, guides) for asked in combined.materials if asked.waived],
        "fed": [
            {
                "name": fed.name,
                "by": guides[fed.given_by].title,
                "to": "、".join(guides[key].title for key in fed.taken_by),
            }
            for fed in combined.fed
        ],
        "path_titles": [guides[key].title for key in combined.path],
        "saved": combined.separately - len(combined.brought),
        "recap": recap(path, questions, answered),
    }


def _following(questions: tuple[Question, ...], answered: Answered, combined: Combined) -> Question | None:
    by_key = {question.key: question for question in questions}
    if answered.wrong:
        return by_key[answered.wrong]
    return by_key[combined.next_question[0]] if combined.next_question is not None else None


def _item(
    request: Request, one_thing: OneThing, guides: Mapping[str, Body], key: str, number: int
) -> dict[str, object]:
    body = guides[key]
    part = next(part for part in one_thing.parts if part.guide == key)
    return {
        "number": number,
        "title": body.title,
        "href": f"{request.script_name}/guides/{key}",
        "limit": body.limits.promised.label,
        "unit": body.unit_name,
        "after": "、".join(guides[each].title for each in part.after if each in guides),
        "note": part.note,
        "result": body.result.name,
        "place": body.places[0] if body.places else None,
    }


def _paper(asked, guides: Mapping[str, Body]) -> dict[str, object]:
    return {
        "name": asked.name,
        "counts": counted(asked.originals, asked.copies),
        "for": "、".join(dict.fromkeys(guides[key].title for key, _line in asked.lines)),
        "notes": tuple(dict.fromkeys(line.acceptance for _key, line in asked.lines if line.acceptance)),
    }


def as_plain(request: Request) -> dict[str, object]:
    """Return a package as plain values: the next question, or the whole list."""
    one_thing, guides = _wanted(request)
    questions = every_question(one_thing, guides)
    answered = read(questions, request.GET)
    combined = combine(one_thing, guides, answered.answers)
    following = _following(questions, answered, combined)
    return {
        "key": one_thing.key,
        "title": one_thing.title,
        "plain_title": one_thing.plain_title,
        "findings": [found.as_dict() for found in answered.findings],
        "question": question_as_plain(following) if following is not None else None,
        "items": list(combined.parts),
        "undecided": list(combined.undecided),
        "materials": [
            {
                "material": asked.material,
                "name": asked.name,
                "originals": asked.originals,
                "copies": asked.copies,
                "fetched": asked.waived,
                "for": list(dict.fromkeys(key for key, _line in asked.lines)),
            }
            for asked in combined.materials
        ],
        "fed": [
            {
                "material": fed.material,
                "name": fed.name,
                "given_by": fed.given_by,
                "taken_by": list(fed.taken_by),
            }
            for fed in combined.fed
        ],
        "path": list(combined.path),
        "time": combined.time,
        "separately": combined.separately,
        "outside": [
            {
                "name": each.name,
                "organ": each.organ,
                "where": each.where,
                "when": each.when,
                "note": each.note,
            }
            for each in one_thing.outside
        ],
    }


def question_as_plain(question: Question) -> dict[str, object]:
    """Return a question as a program reads it."""
    return {
        "key": question.key,
        "text": question.text,
        "kind": question.kind.value,
        "values": list(question.values),
        "options": [
            {"key": option.key, "text": option.text, "note": option.note} for option in question.options
        ],
        "note": question.note,
    }


def program(context: object, request: Request) -> Response:
    """Answer a program with a package."""
    return Response(json_body=as_plain(request), charset="utf-8")


def includeme(config: Configurator) -> None:
    """Open the packages to everybody."""
    anybody = {"request_method": "GET", "permission": NO_PERMISSION_REQUIRED}
    config.add_view(show, context=Site, name="things", renderer="public/one_thing.pt", **anybody)
    config.add_route("api.things", "/api/v1/things/{key}", request_method="GET")
    config.add_view(program, route_name="api.things", permission=NO_PERMISSION_REQUIRED)
