"""A paper that looks like one we hold (疑似已有): shown on its line with both pictures, answered on screen and API."""

from __future__ import annotations

import pytest
from webtest import TestApp

from records.domain.vocabulary import Override
from tests.office import CLERK, REVIEWER
from tests.operations.test_resemblances import LINE, WHO, case, hand_in, held, person, scan  # noqa: F401

from .pages import form
from .test_api import BASE, token


@pytest.fixture
def comes(office, case) -> str:  # noqa: F811
    """A rescan that was taken although the first one is held."""
    return hand_in(office, case, scan(WHO, "later"), Override.VOLUNTEERED)


def test_the_clerk_sees_both_pages_and_says_that_they_are_the_same(office, case, comes):  # noqa: F811
    browser = office.browser(CLERK)
    page = browser.get(f"/dossiers/{case}")
    assert "疑似已有：" in page.html.select_one(f"#line-{LINE}").get_text()
    pictures = [image["src"] for image in page.html.select(f"#line-{LINE} .pair img")]
    assert [browser.get(source).content_type for source in pictures] == ["image/png", "image/png"]
    page = form(page, "/confirm_same", line=LINE).submit(status=303).follow()
    assert "已并入" in page.html.select_one(f"#line-{LINE}").get_text()
    page = form(page, "/part", line=LINE).submit(status=303).follow()
    page = form(page, "/tell_apart", line=LINE).submit(status=303).follow()
    assert "疑似已有" not in page.html.select_one(f"#line-{LINE}").get_text()


def test_the_api_says_the_same_and_a_reviewer_may_not(office, case, held, comes):  # noqa: F811
    browser = TestApp(office.app)
    answer = {"line": LINE, "material": held}
    address = f"{BASE}/dossiers/{case}/confirm_same"
    browser.post_json(address, answer, headers=token(office, REVIEWER), status=403)
    browser.post_json(address, answer, headers=token(office))
    again = browser.post_json(address, answer, headers=token(office), status=409)
    assert [found["code"] for found in again.json["findings"]] == ["resemblance.not-proposed"]
