import logging
import re

import pytest
from pyramid.config import Configurator
from pyramid.response import Response
from pyramid.security import NO_PERMISSION_REQUIRED
from webtest import TestApp
from ZODB.POSException import ConflictError

from records.db import ATTEMPTS
from records.resources.site import Site
from tests.office import CITIZEN, CLERK, NAME

ROOMS = ("operations.services", "clock", "db", "i18n", "security", "migrations", "views")
SPOKEN = f"{NAME}，{CITIZEN}"


class Unforeseen(Exception):
    pass


@pytest.fixture
def house(office, tmp_path):
    """Return a browser of the whole house with one more view: by page, by form and by the API."""

    def build(view, renderer=None, tween=""):
        settings = {
            **office.services.settings,
            "records.services": office.services,
            "records.script": "tests",
        }
        with Configurator(settings=settings) as config:
            for room in ROOMS:
                config.include(f"records.{room}")
            open_to_all = {"permission": NO_PERMISSION_REQUIRED, "require_csrf": False, "renderer": renderer}
            config.add_view(view, name="boom", context=Site, **open_to_all)
            config.add_route("boom", "/api/v1/boom")
            if tween:
                config.add_tween(tween, over="records.db.lock_tween")
            config.add_view(view, route_name="boom", **open_to_all)
        return TestApp(config.make_wsgi_app())

    return build


def count(office):
    with office.site() as site:
        return site.counter("boom").next()


def fault_in(caplog):
    return [record.getMessage() for record in caplog.records if record.name == "records.views.broken"]


def count_and_fail(request):
    request.site.counter("boom").next()
    raise Unforeseen(SPOKEN)


def late_tween(handler, registry):
    """Fail on the way out, when everything has been done."""

    def tween(request):
        handler(request)
        raise Unforeseen(SPOKEN)

    return tween


@pytest.mark.parametrize("method", ["get", "post"])
def test_an_unforeseen_fault_is_told_with_a_reference_and_nothing_is_saved(house, office, caplog, method):
    answer = getattr(house(count_and_fail), method)("/boom", status=500)
    assert answer.html.h1.text == "没有办成"
    assert "刚才提交的内容没有保存，之前保存的都还在" in answer.text
    reference = answer.html.find(id="reference").text
    assert re.fullmatch("[0-9a-z]{8}", reference)
    (told,) = fault_in(caplog)
    assert told.startswith(f"fault {reference} at {method.upper()} Site boom\n")
    assert told.endswith(f"{__name__}.Unforeseen")
    assert "in count_and_fail" in told
    assert NAME not in told + answer.text
    assert CITIZEN not in told + answer.text
    assert count(office) == 1


def test_english_readers_are_told_in_english(house):
    answer = house(count_and_fail).get("/boom?lang=en", status=500)
    assert answer.html.h1.text == "It did not work"
    assert "Nothing of what you just sent was saved" in answer.text


def test_a_program_is_told_as_a_problem(house, office, caplog):
    answer = house(count_and_fail).post("/api/v1/boom", status=500)
    (told,) = fault_in(caplog)
    reference = told.split()[1]
    text = (
        f"系统出了意外，这次请求没有保存任何内容（编号 {reference}）。"
        "请用同一个幂等键再发一次；仍然失败的，请把编号告诉管理员。"
    )
    assert answer.content_type == "application/problem+json"
    assert answer.json == {
        "type": "about:blank#server.fault",
        "title": text,
        "status": 500,
        "detail": text,
        "findings": [
            {
                "code": "server.fault",
                "severity": "blocks",
                "subject": "",
                "params": {"reference": reference},
                "basis": "",
                "message": text,
            }
        ],
    }
    assert count(office) == 1


def test_a_fault_in_a_page_names_the_line_and_not_what_the_page_shows(house, caplog, tmp_path):
    page = tmp_path / "page.pt"
    page.write_text("<html>\n<p>${name}</p><p>${1 / 0}</p></html>", encoding="utf-8")
    house(lambda request: {"name": SPOKEN}, str(page)).get("/boom", status=500)
    (told,) = fault_in(caplog)
    assert f"page {page}, line 2, column 19: 1 / 0\n" in told
    assert NAME not in told


@pytest.mark.parametrize("path", ["/boom", "/api/v1/boom"])
def test_a_fault_after_the_commit_says_that_it_was_saved(house, office, path):
    def counted(request):
        request.site.counter("boom").next()
        return Response("good")

    answer = house(counted, tween=f"{__name__}.late_tween").post(path, status=500)
    assert count(office) == 2
    if path == "/boom":
        assert "刚才提交的内容没有保存" not in answer.text
        assert answer.html.find(id="reference")
    else:
        assert [found["code"] for found in answer.json["findings"]] == ["server.fault-saved"]


def test_a_browser_that_asks_for_an_icon_gets_the_mark(office):
    answer = office.browser().get("/favicon.ico")
    assert (answer.content_type, answer.body[:4]) == ("image/svg+xml", b"<svg")


@pytest.mark.parametrize(("conflicts", "status", "tries"), [(2, 200, 3), (ATTEMPTS, 500, ATTEMPTS)])
def test_what_may_pass_by_itself_is_tried_again_first(house, office, caplog, conflicts, status, tries):
    calls = []

    def conflict(request):
        calls.append(request.site.counter("boom").next())
        if len(calls) <= conflicts:
            raise ConflictError
        return Response("good")

    house(conflict).post("/boom", status=status)
    assert calls == [1] * tries
    assert len(fault_in(caplog)) == (status == 500)
    assert count(office) == (2 if status == 200 else 1)


def test_pages_that_are_missing_or_closed_are_no_faults(house, caplog):
    with caplog.at_level(logging.ERROR):
        house(count_and_fail).get("/nowhere", status=404)
        house(count_and_fail).get("/desk", status=303)
    assert not fault_in(caplog)


def test_without_the_access_log_a_program_is_told_why_nothing_is_shown(office, tmp_path):
    applicant = office.applicant()
    browser = office.browser(CLERK)
    path = f"/api/v1/applicants/{applicant}"
    assert browser.get(path).json["id"] == applicant
    office.services.access.folder = tmp_path / "nothing here"
    answer = browser.get(path, status=503)
    assert answer.content_type == "application/problem+json"
    assert [found["code"] for found in answer.json["findings"]] == ["access.unwritable"]
    assert NAME not in answer.text
