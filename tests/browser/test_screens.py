"""What only a browser shows: accessibility by axe, width, no request to another host, work without JavaScript."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.office import ARCHIVIST, CLERK

RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}}

PUBLIC = (
    "/",
    "/guides",
    "/guides/food-business",
    "/search?q=%E9%A3%9F%E5%93%81",
    "/search?q=%E9%AB%98%E5%B0%94%E5%A4%AB",
    "/guides/food-business/can-i",
    "/guides/food-business/can-i?agent=yes",
    "/things/open-restaurant?also-venue=no",
    "/guides/food-business/feedback",
    "/feedback/",
    "/progress",
    "/verify",
    "/login",
)


def staff_pages(hall):
    numbers = hall.numbers
    return (
        (CLERK, "/desk"),
        (CLERK, f"/applicants/{numbers['person']}"),
        (CLERK, f"/dossiers/{numbers['open']}"),
        (CLERK, f"/dossiers/{numbers['open']}/request_supplement"),
        (CLERK, f"/dossiers/{numbers['open']}/decline"),
        (ARCHIVIST, "/archives"),
        (ARCHIVIST, f"/archives/{numbers['item']}"),
    )


def violations(page):
    found = Axe().run(page, options=RULES).response["violations"]
    return [(each["id"], [node["target"] for node in each["nodes"]][:3]) for each in found]


@pytest.mark.browser
@pytest.mark.parametrize(
    ("width", "size"),
    [(1280, "normal"), (390, "normal"), (390, "huge"), (320, "large"), (320, "huge")],
    ids=["desktop", "phone", "phone-huge", "large", "narrow-huge"],
)
def test_every_public_page_is_accessible_and_fits(hall, chromium, width, size):
    context = chromium.new_context(viewport={"width": width, "height": 800}, bypass_csp=True)
    context.add_cookies([{"name": "size", "value": size, "url": hall.address}])
    page = context.new_page()
    for path in PUBLIC:
        answer = page.goto(hall.address + path)
        assert answer.status == 200, path
        assert (path, violations(page)) == (path, [])
        overflow = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert (path, overflow) == (path, 0)
    context.close()


@pytest.mark.browser
def test_every_staff_page_is_accessible(hall, chromium, log_in):
    for userid, path in staff_pages(hall):
        context = chromium.new_context(viewport={"width": 1440, "height": 900}, bypass_csp=True)
        page = context.new_page()
        log_in(page, userid)
        assert page.goto(hall.address + path).status == 200, path
        assert (path, violations(page)) == (path, [])
        context.close()


@pytest.mark.browser
def test_nothing_is_asked_of_another_host_and_nothing_breaks_the_policy(hall, chromium, log_in):
    context = chromium.new_context()
    page = context.new_page()
    asked, said = set(), []
    page.on("request", lambda request: asked.add(request.url.split("/")[2]))
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    for path in PUBLIC:
        page.goto(hall.address + path)
    log_in(page, CLERK)
    for path in ("/desk", f"/dossiers/{hall.numbers['open']}"):
        page.goto(hall.address + path)
    assert asked == {hall.address.removeprefix("http://")}
    assert said == []
    context.close()


@pytest.mark.browser
def test_the_main_pages_work_without_scripts(hall, chromium, log_in):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(hall.address + "/")
    page.fill("main input[name=q]", "食品经营")
    page.click("main form[action$='/search'] button")
    page.click("main a[href$='/guides/food-business']")
    assert "食品经营许可" in page.inner_text("h1")
    log_in(page, CLERK)
    page.goto(f"{hall.address}/dossiers/{hall.numbers['open']}/request_supplement")
    assert page.locator("main form button[type=submit]").count() >= 1
    context.close()


@pytest.mark.browser
def test_a_guide_prints_on_paper_with_its_version(hall, chromium):
    page = chromium.new_page()
    page.goto(hall.address + "/guides/food-business")
    page.emulate_media(media="print")
    assert not page.locator("header form").first.is_visible()
    assert len(page.pdf(format="A4")) > 10_000
    page.close()
