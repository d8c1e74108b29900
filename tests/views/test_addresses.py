import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyramid import testing
from pyramid.request import Request

from records.resources.base import Resource
from records.views.addresses import resource_path

NAMED = "kz09KZ /?&=+%.;:@~!$'\"()*,_-#<>[]|^`\\é中䶮𠮷〔１"
NAMES = st.text(NAMED, min_size=1)


def below(*names):
    thing = Resource()
    for name in names:
        child = Resource()
        child.__name__, child.__parent__ = name, thing
        thing = child
    return thing


@settings(deadline=None)
@given(
    st.lists(NAMES, max_size=3),
    st.lists(NAMES, max_size=2),
    st.dictionaries(NAMES, st.text(NAMED), max_size=2),
)
def test_an_address_is_the_one_pyramid_writes(names, elements, query):
    with testing.testConfig() as config:
        request = Request.blank("/")
        request.registry = config.registry
        thing = below(*names)
        assert resource_path(request, thing, *elements, query=query or None) == request.resource_path(
            thing, *elements, query=query or None
        )


@pytest.mark.parametrize(
    ("elements", "query", "path"),
    [
        ((), None, "/office/dossiers/k3v9/"),
        (("accept",), None, "/office/dossiers/k3v9/accept"),
        (
            ("办理",),
            {"q": "欧阳䶮 1"},
            "/office/dossiers/k3v9/%E5%8A%9E%E7%90%86?q=%E6%AC%A7%E9%98%B3%E4%B6%AE+1",
        ),
    ],
)
def test_an_address_begins_with_the_mount_point(elements, query, path):
    request = Request.blank("/", environ={"SCRIPT_NAME": "/office"})
    assert resource_path(request, below("dossiers", "k3v9"), *elements, query=query) == path


def test_the_pages_use_it(office):
    assert office.app.request_factory.resource_path is resource_path
