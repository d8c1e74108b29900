"""The screen in the hall (自助查询机): the same guides in big pages for one finger, and home again when nobody is there.

It keeps nothing of a person: no cookie but the token of the progress form, nothing stored; large type and language travel in the address. After 40 idle seconds
a page asks whether somebody is still there, after 60 the first page comes back; without a script the pages do the same
by refreshing themselves. How a case stands is asked by POST, so that neither number stays in an address.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from string import ascii_uppercase
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid.renderers import render_to_response
from pyramid.request import Request
from pyramid.response import Response
from pyramid.security import NO_PERMISSION_REQUIRED

from records.domain.conditions import Question
from records.domain.vocabulary import ApplicantKind
from records.i18n import LANGUAGES, _
from records.operations import one_things as packages
from records.resources.site import Site

from . import answers, asking_guides, facets, one_things
from .guide_pages import edition_of, present, shared
from .leaflet_parts import civil
from .progress import progress, progress_page
from .public import hours, hours_today, search_page, tile

IDLE, WARNING = 60, 20
"""Seconds until the first page comes back, and how long before that somebody is asked."""
LONGEST = 2_000
"""Characters of an address that is come back to, with the answers in it."""
SHOWN_FIRST = 6

#: Everyday words as tiles of the first page, each with the guide that has to be in force for it; what people ask for most stands first.
EVERYDAY: Mapping[str, str] = {
    "开饭店": "food-business",
    "营业执照": "sole-trader-registration",
    "食品证": "food-business",
    "低保": "subsistence-allowance",
    "残疾证": "disability-certificate",
    "养老保险": "pension-enrolment",
    "高龄津贴": "elderly-allowance",
    "结婚档案": "marriage-record-search",
    "查房产": "property-record-search",
    "幼儿园": "private-kindergarten",
    "教师证": "teacher-qualification",
    "理发店": "public-venue-hygiene",
    "跑货运": "road-freight",
}

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
        case ("things", key):
            return _thing(request, key)
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
    asked = _asked(request)
    return f"?{urlencode(asked)}" if asked else ""


def _asked(request: Request) -> dict[str, str]:
    known = {"da": ("1",), "lang": tuple(LANGUAGES)}
    return {name: request.GET[name] for name, values in known.items() if request.GET.get(name) in values}


def _draw(
    request: Request, name: str, values: Mapping[str, object], *, back: str = "", back_href: str = ""
) -> Response:
    """Answer with a page; ``back`` is a path of this screen, ``back_href`` a whole address that goes before it."""
    along, mount = kept(request), request.script_name
    # A page that was asked for by POST cannot be come back to; the question can.
    gotten = request.method == "GET"
    here, query = (request.path_info, request.GET.items()) if gotten else (back, _asked(request).items())
    query = list(query)
    bigger = request.GET.get("da") == "1"
    otherwise = [(key, value) for key, value in query if key != "da"]

    def go(path: str) -> str:
        return f"{mount}{path}{along}"

    return render_to_response(
        f"public/kiosk_{name}.pt",
        {
            **values,
            "go": go,
            "along": along,
            "back_href": back_href or (go(back) if back else ""),
            "home_href": f"{mount}/kiosk",
            "bigger_href": mount + _address(here, otherwise if bigger else [*otherwise, ("da", "1")]),
            "bigger": bigger,
            "still_href": f"{mount}/kiosk/still-there?{urlencode({'back': _address(here, query)})}",
            "idle": IDLE,
            "warning": WARNING,
            "at_home": not back and not along,
        },
        request,
        response=request.response,
    )


def _address(path: str, query: Iterable[tuple[str, str]]) -> str:
    carried = urlencode(list(query))
    return f"{path}?{carried}" if carried else path


def _home(request: Request) -> Response:
    found = facets.find(request, "", limit=SHOWN_FIRST)
    return _draw(
        request,
        "home",
        {
            "tiles": [_tile(request, key) for key in _often(request, [hit.id for hit in found.hits])],
            "words": _everyday(request),
            "letters": " ".join(ascii_uppercase),
            "things": _here(request, one_things.tiles(request)),
            "total": found.total,
            "audiences": [
                {"path": f"/kiosk/for/{kind.value}", "label": label} for kind, label in FOR.items()
            ],
            "open_today": hours_today(request),
            "hours": hours(request.site.office),
        },
    )


def _often(request: Request, found: Iterable[str]) -> list[str]:
    """Return the guides of the first page: what the packages on it are made of, the everyday ones, then any."""
    parts = (part.guide for each in one_things.offered(request) for part in each.parts if not part.condition)
    keys = dict.fromkeys((*parts, *EVERYDAY.values(), *found))
    return [key for key in keys if _in_force(request, key)][:SHOWN_FIRST]


def _everyday(request: Request) -> list[dict[str, str]]:
    """Return the everyday words under which this office has a guide in force, each as a search."""
    path = f"{request.script_name}/kiosk/search"
    return [
        {"label": word, "href": _address(path, [("q", word), *_asked(request).items()])}
        for word, key in EVERYDAY.items()
        if _in_force(request, key)
    ]


def _in_force(request: Request, key: str) -> bool:
    guide = request.site.guides.get(key)
    return guide is not None and guide.in_force(request.today) is not None


def _tile(request: Request, key: str) -> dict[str, str]:
    return _here(request, [tile(request, key)])[0]


def _here(request: Request, tiles: Iterable[Mapping[str, str]]) -> list[dict[str, str]]:
    """Return tiles of the public pages with the addresses that they have on this screen."""
    mount, along = request.script_name, kept(request)
    return [{**each, "href": f"{mount}/kiosk{each['href'].removeprefix(mount)}{along}"} for each in tiles]


def _listed(request: Request, audience: ApplicantKind | None) -> Response:
    chosen = (("audience", audience.value),) if audience else ()
    found = facets.find(request, "", chosen)
    here = f"{request.script_name}{request.path_info}"
    more = {"after": facets.after(found), **_asked(request)}
    values = {
        "title": FOR[audience] if audience else _("Everything that can be done here"),
        "tiles": [_tile(request, hit.id) for hit in found.hits],
        "more": f"{here}?{urlencode(more)}" if found.cursor else "",
    }
    return _draw(request, "list", values, back="/kiosk")


def _search(context: Site, request: Request) -> Response:
    found = search_page(context, request)
    if isinstance(found, Response):
        # The public search leaves personal numbers out of its address by sending the reader on.
        return HTTPSeeOther(f"{request.script_name}/kiosk/search?{urlsplit(found.location).query}")
    hits = (
        {"href": hit["href"], "label": hit["title"], "text": f"{hit['limit']} · {hit['fee']}"}
        for hit in (*found["hits"], *found["similar"])
    )
    values = {
        "title": found["query"],
        "tiles": _here(request, (*found["things"], *hits)),
        "more": "",
    }
    return _draw(request, "list", values, back="/kiosk")


def _thing(request: Request, key: str) -> Response:
    """Show a package on the screen: its items, one question a page, and the one list of what to bring."""
    one_thing = packages.known(request.site).get(key)
    guides = one_things.guides_of(request, one_thing) if one_thing is not None else None
    if guides is None:
        raise HTTPNotFound
    path = f"{request.script_name}/kiosk/things/{quote(key)}"
    told = one_things.told(request, one_thing, guides, path=path)
    bodies = [guides[each] for each in told["combined"].parts]
    values = {
        **told,
        **_touched(request, told),
        "items": _here(request, told["items"]),
        "fees": [(fee.name, fee.standard) for body in bodies for fee in body.fees],
        "places": list(dict.fromkeys(place for body in bodies for place in body.places)),
    }
    return _draw(request, "thing", values, back="/kiosk", back_href=_question_before(request, told))


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
    questions = asking_guides.questions_of(body)
    answered = answers.read(questions, request.GET)
    reached = asking_guides.standing(body, answered, today=request.today)
    path = f"/kiosk/guides/{quote(key)}"
    following = reached if isinstance(reached, Question) else None
    asked = answers.page_of(request, f"{request.script_name}{path}/check", questions, answered, following)
    calendar = request.registry.services.calendar(request.site)
    values = {
        **shared(edition, request),
        **asked,
        **_touched(request, asked),
        "guide_path": path,
        "today": civil(request.today),
        "verdict": None
        if following is not None
        else asking_guides.told(body, reached, today=request.today, calendar=calendar),
    }
    return _draw(request, "check", values, back=path, back_href=_question_before(request, asked))


def _question_before(request: Request, asked: Mapping[str, object]) -> str:
    """Return the address of the question before this page with the answers up to it, empty on the first page."""
    if not asked["back"]:
        return ""
    path, _mark, query = asked["back"].partition("?")
    return _address(path, [*parse_qsl(query, keep_blank_values=True), *_asked(request).items()])


def _touched(request: Request, asked: Mapping[str, object]) -> dict[str, object]:
    """Return the answers to a question as links, and what goes along with each."""
    given = [*asked["carried"], *_asked(request).items()]
    asking = asked["asking"] or {"key": "", "choices": ()}
    return {
        "given": given,
        "again": _address(asked["path"], _asked(request).items()),
        "choices": [
            {
                **choice,
                "href": f"{asked['path']}?{urlencode([*given, (asking['key'], choice['value'])])}",
            }
            for choice in asking["choices"]
        ],
    }


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
