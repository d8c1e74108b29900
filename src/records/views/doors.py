"""Where a citizen may go from every public page (公众页面导航)."""

from __future__ import annotations

from pyramid.request import Request

from records.i18n import _

#: Words and path, in the order in which they stand in the head of a page.
NAVIGATION = (
    (_("Guides"), "/guides"),
    (_("Where is my case?"), "/progress"),
    (_("Check a notice"), "/verify"),
)


def navigation(request: Request) -> tuple[tuple[str, str, bool], ...]:
    """Return the public pages as the head of a page shows them."""
    return tuple((label, request.script_name + path, request.path_info == path) for label, path in NAVIGATION)
