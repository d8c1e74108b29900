"""The screen in the hall (自助查询机): the same guides in big pages for one finger, and home again when nobody is there.

It keeps nothing of a person: no cookie but the token of the progress form, nothing stored; large type and language travel in the address. After 40 idle seconds
a page asks whether somebody is still there, after 60 the first page comes back; without a script the pages do the same
by refreshing themselves. How a case stands is asked by POST, so that neither number stays in an address.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote, urlencode, urlsplit

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid.renderers import render_to_response
from pyramid.request import Request
from pyramid.response import Response
from pyramid.security import NO_PERMISSION_REQUIRED

from records.domain.eligibility import Verdict, eligible
from records.domain.guide_parts import Guide as Body
from records.domain.situations import Answers, Question, QuestionKind
from records.domain.vocabulary import ApplicantKind
from records.i18n import LANGUAGES, _
from records.resources.guides import Guide
from records.resources.site import Site

from .guide_pages import edition_of, present, shared
from .leaflet_lines import papers
from .progress import progress, progress_page
from .public import hours, hours_today, in_force, search_page, tile

IDLE, WARNING = 60, 20
"""Seconds until the first page comes back, and how long before that somebody is asked."""
LONGEST = 300

#: The pages of a guide, each with the sections it shows; see ``channels.SUBSETS`` for what is left out and why.
PARTS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "bring": (_("Bring along"), ("bring", "papers")),
    "where": (_("Where and when"), ("where",)),
    "who": (_("Who can apply"), ("who",)),
    "how": (_("How long, how much, how it goes"), ("time", "fee", "steps", "special", "result")),
    "help": (_("Questions and help"), ("mistakes", "answers", "ask", "rights")),
}


def screen(context: Site, request: Request) -> Response:
    """Show a page of the screen in the hall."""
    match request.subpath:
        case ():
            return _home(request)
        case ("for", audience) if audience in _AUDIENCES:
            return _listed(request, ApplicantKind(audience))
        case ("for", "all"):
            return _listed(request, None)
        case ("search",):
            return _search(context, request)
        case ("guides", key):
            return _guide(request, key, "")
        case ("guides", key, "check"):
            return _check(request, key)
        case ("guides", key, part) if part in PARTS:
            return _guide(request, key, part)
        case ("progress",):
            return _draw(
                request, "progress", {**progress_page(context, request), **_pad(request)}, back="/kiosk"
            )
        case ("still-there",):
            return _still_there(request)
    raise HTTPNotFound


#: For whom somebody comes, in their own words.
FOR = {ApplicantKind.PERSON: _("For myself"), ApplicantKind.ORGANISATION: _("For a business or organisation")}
_AUDIENCES = frozenset(kind.value for kind in ApplicantKind)


def ask_progress(context: Site, request: Request) -> Response:
    """Tell on the screen how a case stands; the answer goes away with the next page."""
    answer = {**progress(context, request), **_pad(request)}
    return _draw(request, "progress", answer, back="/kiosk/progress")


def kept(request: Request) -> str:
    """Return what a link on the screen carries along: large type and the language that were asked for here."""
    asked = {}
    if request.GET.get("da") == "1":
        asked["da"] = "1"
    if request.GET.get("lang") in LANGUAGES:
        asked["lang"] = request.GET["lang"]
    return f"?{urlencode(asked)}" if asked else ""


def _draw(request: Request, name: str, values: Mapping[str, object], *, back: str = "") -> Response:
    along, mount = kept(request), request.script_name
    # A page that was asked for by POST cannot be come back to; the question can.
    here = request.path_info if request.method == "GET" else back

    def go(path: str) -> str:
        return f"{mount}{path}{along}"

    return render_to_response(
        f"public/kiosk_{name}.pt",
        {
            **values,
            "go": go,
            "along": along,
            "back_href": go(back) if back else "",
            "home_href": f"{mount}/kiosk",
            "bigger_href": f"{mount}{here}" + ("" if request.GET.get("da") == "1" else "?da=1"),
            "bigger": request.GET.get("da") == "1",
            "still_href": f"{mount}/kiosk/still-there?{urlencode({'back': here + along})}",
            "idle": IDLE,
            "warning": WARNING,
            "at_home": not back and not along,
        },
        request,
        response=request.response,
    )


def _home(request: Request) -> Response:
    found = list(in_force(request))
    return _draw(
        request,
        "home",
        {
            "tiles": [_tile(request, guide, body) for guide, body in found[:6]],
            "total": len(found),
            "audiences": [
                {"path": f"/kiosk/for/{kind.value}", "label": label} for kind, label in FOR.items()
            ],
            "open_today": hours_today(request),
            "hours": hours(request.site.office),
        },
    )


def _tile(request: Request, guide: Guide, body: Body) -> dict[str, str]:
    return {
        **tile(request, guide, body),
        "href": f"{request.script_name}/kiosk/guides/{quote(guide.key)}{kept(request)}",
    }


def _listed(request: Request, audience: ApplicantKind | None) -> Response:
    tiles = [
        _tile(request, guide, body)
        for guide, body in in_force(request)
        if audience is None or audience in body.audience
    ]
    title = FOR[audience] if audience else _("Everything that can be done here")
    return _draw(request, "list", {"title": title, "tiles": tiles}, back="/kiosk")


def _search(context: Site, request: Request) -> Response:
    found = search_page(context, request)
    if isinstance(found, Response):
        # The public search leaves personal numbers out of its address by sending the reader on.
        return HTTPSeeOther(f"{request.script_name}/kiosk/search?{urlsplit(found.location).query}")
    hits = [*found["hits"], *found["similar"]]
    mount, along = request.script_name, kept(request)
    tiles = [
        {
            "href": f"{mount}/kiosk{hit['href'].removeprefix(mount)}{along}",
            "label": hit["title"],
            "text": hit["limit"],
        }
        for hit in hits
    ]
    return _draw(request, "list", {"title": found["query"], "tiles": tiles}, back="/kiosk")


def _edition(request: Request, key: str):
    guide = request.site.guides.get(key)
    if guide is None:
        raise HTTPNotFound
    return edition_of(guide, present(guide, request), request)


def _guide(request: Request, key: str, part: str) -> Response:
    edition = _edition(request, key)
    path = f"/kiosk/guides/{quote(key)}"
    title, sections = PARTS.get(part, ("", ()))
    values = {
        **shared(edition, request),
        "part_key": part,
        "part_title": title,
        "sections": [edition.leaflet.section(name) for name in sections],
        "parts_of": [
            {"label": label, "path": f"{path}/{name}", "current": name == part}
            for name, (label, _sections) in PARTS.items()
        ],
        "check_path": f"{path}/check"
        if edition.leaflet.body.checks or edition.leaflet.body.situations
        else "",
    }
    return _draw(request, "guide", values, back=path if part else "/kiosk/for/all")


def _check(request: Request, key: str) -> Response:
    """Ask one question a page, and end with whether one can apply and what this very person brings."""
    edition = _edition(request, key)
    body = edition.leaflet.body
    answers = _answers(request, body)
    reached = eligible(body, answers, today=request.today)
    given = [(name, value) for name in answers for value in request.GET.getall(name)]
    path = f"/kiosk/guides/{quote(key)}"
    values = {
        **shared(edition, request),
        "given": given,
        "number": len(answers) + 1,
        "path_here": f"{path}/check",
    }
    if isinstance(reached, Verdict):
        needed = {line.id for line in reached.lines}
        values |= {
            "question": None,
            "verdict": reached,
            "bring": [paper for paper in papers(body) if paper.id in needed],
        }
    else:
        values |= {"question": reached, "verdict": None, "choices": _choices(request, reached, given)}
    return _draw(request, "check", values, back=path)


def _answers(request: Request, body: Body) -> Answers:
    """Return the answers in the address that belong to questions of this guide; everything else is not read."""
    asked = [*(check.question for check in body.checks), *body.situations]
    answers: dict[str, object] = {}
    for question in asked:
        given = [value for value in request.GET.getall(question.key) if value in question.values]
        if question.kind is QuestionKind.SEVERAL and question.key in request.GET:
            answers[question.key] = tuple(given)
        elif given:
            answers[question.key] = given[0] if question.kind is QuestionKind.ONE else given[0] == "yes"
    return answers


def _choices(request: Request, question: Question, given: list[tuple[str, str]]) -> list[dict[str, object]]:
    words = {"yes": _("Yes"), "no": _("No"), **{option.key: option.text for option in question.options}}
    notes = {option.key: option.note for option in question.options}
    asked = [(name, request.GET[name]) for name in ("da", "lang") if name in request.GET]
    return [
        {
            "value": value,
            "label": words[value],
            "note": notes.get(value, ""),
            "query": f"?{urlencode([*given, (question.key, value), *asked])}",
        }
        for value in question.values
    ]


def _pad(request: Request) -> dict[str, object]:
    """Return the letters with which receipt numbers of this office begin, as keys of the number pad."""
    units = request.site.office.get("units", {}).values()
    return {"prefixes": " ".join(sorted({unit["code"] for unit in units if unit.get("code")}))}


def _still_there(request: Request) -> Response:
    back = request.GET.get("back", "")
    ours = back.startswith("/kiosk") and back.isprintable() and "\\" not in back and len(back) <= LONGEST
    values = {"go_on": request.script_name + (back if ours else "/kiosk")}
    return _draw(request, "still_there", values, back="/kiosk")


def includeme(config: Configurator) -> None:
    """Put the screen up in the hall."""
    anybody = {"context": Site, "name": "kiosk", "permission": NO_PERMISSION_REQUIRED}
    config.add_view(screen, request_method="GET", **anybody)
    config.add_view(ask_progress, request_method="POST", subpath="progress", **anybody)
