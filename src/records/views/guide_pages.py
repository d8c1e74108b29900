"""Each guide as its public page (办事指南页): the edition in force, every earlier one, and the picture of its address.

No log-in, no script needed, nothing stored. What other channels print of the same record stands in ``channels``.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date

import segno
from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPNotFound
from pyramid.request import Request
from pyramid.response import Response
from pyramid.security import NO_PERMISSION_REQUIRED

from records.clock import civil_date
from records.domain.centres import centres_of
from records.domain.changes import changes
from records.i18n import _
from records.operations.guides import content
from records.operations.notices import LOCAL
from records.resources.guides import Guide, GuideVersion

from .leaflet_parts import NOTHING, civil
from .leaflets import Leaflet, day_word, leaflet
from .public import navigation

#: The other channels as the page offers them: words, and the end of their address.
OFFERED = (
    (_("One page"), "short"),
    (_("Leaflet (PDF, A4)"), "leaflet.pdf"),
    (_("Card (PDF, A5)"), "card.pdf"),
    (_("For the wall (PDF)"), "poster.pdf"),
    (_("For the wall"), "poster"),
    (_("Plain text"), "plain.txt"),
    (_("For programs (JSON)"), "guide.json"),
)


MOST_TOLD = 12
"""Changes of a coming edition that are told one by one; the page of that edition has everything."""


@dataclass(frozen=True, slots=True)
class Coming:
    """The edition that takes the place of the present one (即将施行): from when, where it stands, what changes in sentences."""

    since: str
    href: str
    changes: tuple[str, ...]
    further: int


@dataclass(frozen=True, slots=True)
class Edition:
    """One edition of a guide at one address: the record, what it tells today, and where it stands."""

    guide: Guide
    version: GuideVersion
    leaflet: Leaflet
    path: str
    base: str
    address: str

    @property
    def published(self) -> bool:
        """Whether anybody may read it."""
        return self.version.status == "published"


def present(guide: Guide, request: Request) -> GuideVersion:
    """Return the edition in force today, else the last that was, else the next that will be; 404 where there is none."""
    version = guide.in_force(request.today)
    if version is not None:
        return version
    standing = [each for each in guide.published() if not each.span.cancelled]
    begun = [each for each in standing if each.effective_on <= request.today]
    if not standing:
        raise HTTPNotFound
    return begun[-1] if begun else standing[0]


def numbered(guide: Guide, number: str) -> GuideVersion:
    """Return the published edition of that number; 404 for anything else."""
    version = guide.version(int(number)) if number.isdecimal() and len(number) < 6 else None
    if version is None or version.status != "published":
        raise HTTPNotFound
    return version


def successor(guide: Guide, version: GuideVersion, today: date) -> GuideVersion | None:
    """Return the published edition that is known to take the place of the one in force; None for any other edition."""
    if guide.in_force(today) is not version:
        return None
    turned = (guide.in_force(day) for day in guide.turning_days() if day > today)
    return next((each for each in turned if each is not version), None)


def coming(edition: Edition, request: Request) -> Coming | None:
    """Return what the public is told today of the edition that comes next; None where none is published."""
    following = successor(edition.guide, edition.version, request.today)
    if following is None:
        return None
    told = [
        each.sentence
        for each in changes(edition.leaflet.body, content(following))
        if not each.internal and not each.path.startswith("version.")
    ]
    href = f"{edition.path}/versions/{following.version}"
    return Coming(civil(following.effective_on), href, tuple(told[:MOST_TOLD]), max(len(told) - MOST_TOLD, 0))


def edition_of(guide: Guide, version: GuideVersion, request: Request, *, fixed: bool = False) -> Edition:
    """Return an edition as every channel prints it; ``fixed`` for the permanent address of this very edition."""
    calendar = request.registry.services.calendar(request.site)
    centres = centres_of(request.site.office.get("centres", ()))
    path = request.resource_path(guide).rstrip("/")
    base = f"{path}/versions/{version.version}" if fixed else path
    return Edition(
        guide=guide,
        version=version,
        leaflet=leaflet(content(version), today=request.today, calendar=calendar, centres=centres),
        path=path,
        base=base,
        address=public_address(request, base),
    )


def show(context: Guide, request: Request) -> dict[str, object]:
    """Show a guide as it holds today; one that no longer holds shows its last edition under a banner."""
    return page_of(context, present(context, request), request)


def page_of(
    guide: Guide, version: GuideVersion, request: Request, *, fixed: bool = False
) -> dict[str, object]:
    """Return what the page of one edition of a guide shows."""
    edition = edition_of(guide, version, request, fixed=fixed)
    in_force = guide.in_force(request.today)
    return {
        **shared(edition, request),
        "links": _links(edition, in_force is version) if edition.published else (),
        "present_href": edition.path if in_force is not None and in_force is not version else "",
        "earlier": [
            {
                "number": each.version,
                "href": f"{edition.path}/versions/{each.version}",
                "since": civil(each.effective_on),
            }
            for each in reversed(tuple(guide.published()))
            if each is not version
        ],
    }


def shared(edition: Edition, request: Request) -> dict[str, object]:
    """Return what every printed or shown form of an edition has in its head and foot."""
    version = edition.version
    return {
        "navigation": navigation(request),
        "leaflet": edition.leaflet,
        "body": edition.leaflet.body,
        "version": version,
        "published": civil(civil_date(version.published_at)) if version.published_at else "",
        # A draft has no day yet but the one that it plans for itself.
        "effective": civil(version.effective_on or edition.leaflet.body.version.effective),
        "until": civil(version.withdrawn_on or edition.leaflet.body.version.until),
        "filing": version.filing or NOTHING,
        "today": day_word(request.today),
        "path": edition.path,
        "base": edition.base,
        "permalink": f"{edition.path}/versions/{version.version}",
        "address": edition.address,
        "banner": _banner(version, edition.guide.in_force(request.today), request),
        "published_here": edition.published,
        "coming": coming(edition, request),
    }


def _links(edition: Edition, in_force: bool) -> tuple[tuple[str, str], ...]:
    offered = tuple((label, f"{edition.base}/{name}") for label, name in OFFERED)
    return offered if not in_force else ((_("Can I apply?"), f"{edition.path}/can-i"), *offered)


def _banner(version: GuideVersion, in_force: GuideVersion | None, request: Request) -> str:
    if version.status != "published":
        return _("This is a draft. It is not in force and nobody outside the office can see it.")
    if version.span.cancelled:
        return _("This edition was withdrawn before it took effect. It never held.")
    if version.effective_on > request.today:
        return _("This edition is not in force yet.")
    if in_force is None:
        return _("This guide is no longer in force. Ask at the counter before you prepare anything.")
    if in_force is not version:
        return _("This is an earlier edition. Cases received under it are still judged by it.")
    return ""


def public_address(request: Request, path: str) -> str:
    """Return the full address of a page as it is printed: under the site's public address, never the caller's host."""
    return (request.site.office.get("url") or LOCAL) + path


def square_code(address: str) -> Response:
    """Return the QR code of an address as a picture of its own."""
    drawn = io.BytesIO()
    segno.make(address, error="m", micro=False).save(drawn, kind="svg", border=2, xmldecl=True, svgns=True)
    return Response(drawn.getvalue(), content_type="image/svg+xml")


def includeme(config: Configurator) -> None:
    """Hang the guides out."""
    config.add_view(
        show,
        context=Guide,
        name="",
        request_method="GET",
        renderer="public/guide.pt",
        permission=NO_PERMISSION_REQUIRED,
    )
