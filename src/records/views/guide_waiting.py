"""The guides that wait for somebody (等我办的指南): drafts for who writes, submitted ones for the department, approved for the centre."""

from __future__ import annotations

from dataclasses import dataclass

from pyramid.request import Request

from records.domain.permissions import Permission
from records.i18n import _
from records.indexes.questions import guides_open

from .layout import unit_name, units_of

PAGE = 8


@dataclass(frozen=True, slots=True)
class Waiting:
    """One list: the status of the editions in it, its words, and whose permission it waits for."""

    status: str
    title: str
    permission: Permission


LISTS = (
    Waiting("draft", _("Guides to be written on and submitted"), Permission.GUIDE_DRAFT),
    Waiting("submitted", _("Guides to be approved"), Permission.GUIDE_APPROVE),
    Waiting("approved", _("Guides to be published"), Permission.GUIDE_PUBLISH),
)


def waiting(request: Request, permission: Permission) -> list[tuple[str, str, str]]:
    """Return key, title and unit of the guides whose open edition waits for who holds a permission, in this person's units."""
    status = next(each.status for each in LISTS if each.permission is permission)
    return [
        (key, title, unit)
        for unit in units_of(request, permission)
        for key, title in guides_open(request.site, status, unit)
    ]


def guide_lists(request: Request) -> list[dict[str, object]]:
    """Return the lists of guides of a start page, each with its first rows; a list that is empty is left out."""
    lists = []
    folder = request.resource_path(request.site.guides).rstrip("/")
    for each in LISTS:
        found = waiting(request, each.permission)
        if found:
            rows = [
                {"href": f"{folder}/{key}/desk", "title": title or key, "unit": unit_name(request, unit)}
                for key, title, unit in found[:PAGE]
            ]
            more = f"{request.script_name}/desk/guides?state={each.status}"
            lists.append({"title": each.title, "count": len(found), "more": more, "rows": rows})
    return lists
