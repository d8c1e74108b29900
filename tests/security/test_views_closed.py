"""No view of the application is open by default: each names its permission, and the open ones are listed here."""

from __future__ import annotations

import pytest
from pyramid.interfaces import IExceptionResponse
from pyramid.security import NO_PERMISSION_REQUIRED

from records.domain.permissions import Permission
from tests.office import build_office

#: Rooms whose pages are for the public, and the single views elsewhere that anybody may open; an addition is a decision.
PUBLIC = frozenset(
    {
        "records.views.printed",
        "records.views.public",
        "records.views.progress",
        "records.views.guide_pages",
        "records.views.channels",
        "records.views.kiosk",
        "records.views.open_data",
        "records.views.asking_guides",
        "records.views.one_things",
    }
)
OPEN = frozenset(
    {
        ("records.views.api", "search_public"),
        ("records.views.api", "specification"),
        ("records.views.feedback", "ask"),
        ("records.views.feedback", "give"),
        ("records.views.feedback", "look_up"),
        ("records.views.feedback", "looked_up"),
        ("records.views.session", "login"),
        ("records.views.session", "login_page"),
        ("records.views.templating", "mark"),
    }
)
KNOWN = frozenset(Permission) | {NO_PERMISSION_REQUIRED}


@pytest.fixture(scope="module")
def views(tmp_path_factory):
    """Return the module and name of each view and the permissions it names itself."""
    office = build_office(tmp_path_factory.mktemp("closed"))
    introspector = office.app.registry.introspector
    found = []
    for entry in introspector.get_category("views"):
        view = entry["introspectable"]
        context = view["context"]
        answers_errors = context is IExceptionResponse or (
            isinstance(context, type) and issubclass(context, Exception)
        )
        if answers_errors or (view["route_name"] or "").startswith("__static"):
            continue
        name = (view["callable"].__module__, view["callable"].__name__)
        found.append((name, {one["value"] for one in entry["related"] if one.category_name == "permissions"}))
    office.close()
    return found


def test_every_view_names_a_known_permission(views):
    assert len(views) > 40
    assert [(name, named) for name, named in views if not named or not named <= KNOWN] == []


def test_only_the_listed_views_are_open_to_anybody(views):
    opened = {name for name, named in views if NO_PERMISSION_REQUIRED in named}
    assert {name for name in opened if name[0] not in PUBLIC} == OPEN


def test_a_view_that_names_no_permission_is_closed_by_default(views, tmp_path):
    office = build_office(tmp_path)
    try:
        defaults = office.app.registry.introspector.get_category("default permission")
        assert [entry["introspectable"]["value"] for entry in defaults] == ["nobody"]
        assert "nobody" not in set(Permission)
    finally:
        office.close()
