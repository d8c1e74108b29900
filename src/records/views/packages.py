"""Packages out and in (信息包导出、导入): a delivery as a receiver wants it, an EEP, a package from elsewhere, a conversion.

What is large is written to a file of its own, read back and gone; what comes in is checked whole before any lock.
"""

from __future__ import annotations

import tempfile
import zipfile
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPForbidden, HTTPNotFound, HTTPSeeOther
from pyramid.request import Request
from pyramid.response import FileIter, Response

from records.clock import civil_date
from records.domain.findings import Finding, Refused
from records.domain.permissions import Permission
from records.domain.vocabulary import Retention
from records.operations import conversions, package_exports, package_imports
from records.operations.archived_papers import papers_in
from records.operations.library_imports import LARGEST_BUNDLE
from records.operations.package_arrivals import SAID, Taken, take
from records.resources.archives import ArchivedItem, Archives
from records.rules.receivers import receivers

from . import messages
from .acting import begin, status_of
from .api import BASE, answer, problem
from .archives import rooms_of
from .files import _sealed
from .layout import day, shown, units_of
from .library_registers import stored_file

PATH = "/archives/packages"
BRINGS = frozenset({"/archives/bring-package", f"{BASE}/packages"})
LARGEST = 1 << 30
"""Bytes of a delivery over HTTP; a larger one is written at the prompt, straight to the disk that is handed over."""
FIELDS = ("fonds", "package", "profile", "year", *SAID)


def take_package(request: Request) -> None:
    """Check the package that a request brings before any lock; ``request.package`` is it, or why it is not taken."""
    request.package = None
    if request.path_info not in BRINGS or request.method != "POST" or not request.known:
        return
    services, unit = request.registry.services, request.POST.get("fonds", "")
    with services.database.read() as root:
        fonds = root["site"].office["fonds"].get(unit)
        if package_imports.speaks_against(services, root["site"], request.known, unit):
            return
    sent = stored_file(request, "package", LARGEST_BUNDLE)
    if isinstance(sent, Finding):
        request.package = Refused((sent,))
    elif fonds is not None:
        digest, _size, name = sent
        said = {each: text for each in SAID if (text := request.POST.get(each, "").strip())}
        request.package = take(
            services, services.store.path(digest), name=name, organisation=fonds["name"], said=said
        )


def _mine(request: Request, permission: Permission) -> list[str]:
    known = request.site.office["fonds"]
    return [unit for unit in units_of(request, permission) if unit in known]


def page(context: Archives, request: Request) -> dict[str, object]:
    """Show what can go out to whom, and what can come in."""
    return _page(request)


def _page(
    request: Request, errors: tuple[Finding, ...] = (), noticed: tuple[Finding, ...] = (), item: str = ""
) -> dict[str, object]:
    known = request.site.office["fonds"]
    out, into = _mine(request, Permission.ARCHIVE_EXPORT), _mine(request, Permission.ARCHIVE_IMPORT)
    if not out and not into:
        raise HTTPForbidden
    chosen = request.params.get("fonds", "")
    return {
        "errors": shown(request, errors, anchors={each: each for each in FIELDS}),
        "rooms": rooms_of(request, chosen if chosen in known else (out or into)[0]),
        "out": [(each, f"{known[each]['number']} {known[each]['name']}") for each in out],
        "into": [(each, f"{known[each]['number']} {known[each]['name']}") for each in into],
        "receivers": [(each.profile, each.title, each.note) for each in _in_force(request)],
        "periods": [(each.value, each.label) for each in Retention],
        "typed": {each: request.params.get(each, "") for each in FIELDS},
        "noticed": [messages.sentence(request, each) for each in noticed],
        "taken": item,
    }


def _in_force(request: Request) -> list:
    return [each for each in receivers() if each.in_force(request.today)]


def _room(request: Request) -> tempfile.TemporaryDirectory:
    above = request.registry.services.instance / "outgoing"
    above.mkdir(mode=0o700, exist_ok=True)
    return tempfile.TemporaryDirectory(dir=above, ignore_cleanup_errors=True)


def _delivered(request: Request) -> BinaryIO | Refused:
    """Write a delivery and return it as one open ZIP file that has no name any more."""
    fonds, year = request.GET.get("fonds", ""), request.GET.get("year", "").strip()
    if year and not (year.isdecimal() and len(year) == 4):
        return Refused((Finding("receiver.year", subject="year", params={"read": year[:20]}),))
    with _room(request) as room:
        folder = Path(room, "delivery")
        made = package_exports.export_for_receiver(
            request.registry.services, request.GET.get("profile", ""), folder, fonds=fonds,
            year=int(year) if year else None, reader=request.identity.userid, largest=LARGEST,
        )  # fmt: skip
        if isinstance(made, Refused):
            return made
        target = Path(room, "delivery.zip")
        with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as packed:
            for each in sorted(path for path in folder.rglob("*") if path.is_file()):
                packed.write(each, f"移交/{each.relative_to(folder).as_posix()}")
        return target.open("rb")


def _sent(file: BinaryIO, name: str, media: str) -> Response:
    length = file.seek(0, 2)
    file.seek(0)
    response = Response(app_iter=FileIter(file), content_type=media, content_length=length)
    return _sealed(response, f"attachment; filename*=UTF-8''{quote(name)}")


def _delivery_of(request: Request, file: BinaryIO) -> Response:
    number = request.site.office["fonds"][request.GET["fonds"]]["number"]
    parts = filter(None, ("移交", number, request.GET.get("year", "").strip(), request.GET["profile"]))
    return _sent(file, f"{'-'.join(parts)}.zip", "application/zip")


def send_delivery(context: Archives, request: Request) -> Response | dict[str, object]:
    """Send a year of a fonds as a receiver wants it (移交数据), as one ZIP; it is on the access log first."""
    made = _delivered(request)
    if isinstance(made, Refused):
        request.response.status_int = status_of(made)
        return _page(request, made.findings)
    return _delivery_of(request, made)


def send_eep(context: ArchivedItem, request: Request) -> Response:
    """Send an item as one EEP file (电子文件封装包); it is on the access log first."""
    with _room(request) as room:
        made = package_exports.export_eep(
            request.registry.services, context.id, Path(room, "item.eep"), reader=request.identity.userid
        )
        if isinstance(made, Refused):
            raise HTTPNotFound
        return _sent(made.open("rb"), f"{context.code}.eep", "application/xml")


def _brought(request: Request, channel: str) -> tuple[ArchivedItem, tuple[Finding, ...]] | Refused:
    """Enter the package that this request brought."""
    fonds, services = request.POST.get("fonds", ""), request.registry.services
    if found := package_imports.speaks_against(services, request.site, request.identity.userid, fonds):
        return Refused(found)
    taken: Taken | Refused = request.package
    if isinstance(taken, Refused):
        return taken
    item = package_imports.restore(begin(request, channel=channel), taken, fonds=fonds)
    return item if isinstance(item, Refused) else (item, taken.findings)


def bring(context: Archives, request: Request) -> Response | dict[str, object]:
    """Take a package in, and show the item; what was noticed on the way is told first."""
    result = _brought(request, "screen")
    if isinstance(result, Refused):
        request.response.status_int = status_of(result)
        return _page(request, result.findings)
    item, noticed = result
    path = request.resource_path(item).rstrip("/")
    return _page(request, (), noticed, path) if noticed else HTTPSeeOther(f"{path}?done=archiving")


def _converted(request: Request, item: ArchivedItem, channel: str) -> str | Refused:
    """Enter the converted paper that this request brought; return its digest."""
    number = request.POST.get("paper", "")
    arrived = request.files.get("file")
    if arrived is None or arrived.upload is None:
        return Refused(arrived.findings if arrived else (Finding("file.missing", subject="file"),))
    why, digest = request.POST.get("why", ""), arrived.upload.digest
    note = conversions.compared(
        request.registry.services, item, paper=int(number) if number.isdecimal() and len(number) < 5 else 0,
        digest=digest, tool=request.POST.get("tool", ""), why=why,
    )  # fmt: skip
    if isinstance(note, Refused):
        return note
    conversions.enter(begin(request, channel=channel), item, digest=digest, note=note, why=why)
    return digest


def conversion_page(context: ArchivedItem, request: Request) -> dict[str, object]:
    """Show the conversions of an item, and the form for one more."""
    return _conversion_page(request, context)


def _conversion_page(
    request: Request, item: ArchivedItem, errors: tuple[Finding, ...] = ()
) -> dict[str, object]:
    if item.state != "archived" or not item.manifest:
        raise HTTPNotFound
    request.note_read("archives.conversions", item.id)
    papers = papers_in(request.registry.services, item)
    return {
        "item": item,
        "path": request.resource_path(item).rstrip("/"),
        "errors": shown(request, errors, anchors={each: each for each in ("paper", "file", "tool", "why")}),
        "papers": [(str(each.number), f"{each.number} {each.title}（{each.format}）") for each in papers],
        "typed": {each: request.params.get(each, "") for each in ("paper", "tool", "why")},
        "made": [
            (day(civil_date(at)), note, digest)
            for event, at, _by, digest, note in item.management
            if event == conversions.EVENT
        ],
    }


def convert(context: ArchivedItem, request: Request) -> Response | dict[str, object]:
    """Keep a converted paper beside its original."""
    if context.state != "archived":
        raise HTTPNotFound
    result = _converted(request, context, "screen")
    if isinstance(result, Refused):
        request.response.status_int = status_of(result)
        return _conversion_page(request, context, result.findings)
    return HTTPSeeOther(f"{request.resource_path(context).rstrip('/')}/conversions?done=archiving")


def api_receivers(context: Archives, request: Request) -> Response:
    """List for a program who can be sent something, and how."""
    known = [
        {"profile": each.profile, "title": each.title, "package": each.package, "note": each.note}
        for each in _in_force(request)
    ]
    return answer(request, {"receivers": known})


def api_delivery(context: Archives, request: Request) -> Response:
    """Send a program a delivery as one ZIP."""
    made = _delivered(request)
    if isinstance(made, Refused):
        return problem(request, made.findings, status=status_of(made))
    return _delivery_of(request, made)


def api_bring(context: Archives, request: Request) -> Response:
    """Take a package of a program in (``package``, ``fonds``; ``code``, ``title``, ``year``, ``retention`` if it lacks them)."""
    result = _brought(request, "api")
    if isinstance(result, Refused):
        return problem(request, result.findings, status=status_of(result))
    item, noticed = result
    told = [{**each.as_dict(), "message": messages.sentence(request, each)} for each in noticed]
    plain = {"id": item.id, "code": item.code, "package_digest": item.package_digest, "findings": told}
    return answer(request, plain, status=201)


def api_convert(context: ArchivedItem, request: Request) -> Response:
    """Keep a converted paper of a program (``file``, ``paper``, ``tool``, ``why``); answers with its digest."""
    if context.state != "archived":
        raise HTTPNotFound
    result = _converted(request, context, "api")
    if isinstance(result, Refused):
        return problem(request, result.findings, status=status_of(result))
    return answer(request, {"digest": result}, status=201)


def includeme(config: Configurator) -> None:
    """Open the way out and in to who may export from or import into a fonds; which that is, is asked inside."""
    config.add_preparation(take_package)
    view, get, post = config.add_view, {"request_method": "GET"}, {"request_method": "POST"}
    folder = {"context": Archives, "permission": Permission.DESK_VIEW}
    drawn = {**folder, "renderer": "archives/packages.pt"}
    view(page, name="packages", **drawn, **get)
    view(send_delivery, name="delivery.zip", **drawn, **get)
    view(bring, name="bring-package", **drawn, **post)
    view(
        send_eep, context=ArchivedItem, name="package.eep", permission=Permission.ARCHIVE_EXPORT, **get
    )  # fmt: skip
    own = {"context": ArchivedItem, "name": "conversions", "permission": Permission.ARCHIVE_IMPORT}
    view(conversion_page, renderer="archives/conversions.pt", **own, **get)
    view(convert, renderer="archives/conversions.pt", **own, **post)
    for path, traverse, method, answered, may in (
        ("receivers", "/archives", "GET", api_receivers, folder),
        ("deliveries", "/archives", "GET", api_delivery, folder),
        ("packages", "/archives", "POST", api_bring, folder),
        ("archives/{id}/package.eep", "/archives/{id}", "GET", send_eep, {"context": ArchivedItem, "permission": Permission.ARCHIVE_EXPORT}),
        ("archives/{id}/conversions", "/archives/{id}", "POST", api_convert, {"context": ArchivedItem, "permission": Permission.ARCHIVE_IMPORT}),
    ):  # fmt: skip
        name = f"api.{path}.{method}"
        config.add_route(name, f"{BASE}/{path}", traverse=traverse, request_method=method)
        view(answered, route_name=name, **may)
