"""The channels of a guide in a real browser: accessible in every look, whole at 320 px, usable by keys and without a script."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from playwright.sync_api import expect

from tests.office import build_office, guide_bodies
from tests.serving import served
from tests.views.guide_office import full_guide, hang_out

from .test_screens import violations

LOOKS = {
    "normal": (1440, "normal", "normal"),
    "phone": (390, "normal", "normal"),
    "narrow": (320, "normal", "normal"),
    "elder": (1440, "large", "normal"),
    "elder-narrow": (320, "huge", "normal"),
    "contrast": (1440, "normal", "high"),
}
PATHS = (
    "/guides/full", "/guides/private-kindergarten", "/guides/full/short", "/guides/full/poster", "/kiosk",
    "/kiosk/for/all", "/kiosk/guides/full", "/kiosk/guides/full/bring", "/kiosk/guides/full/check", "/kiosk/progress",
    "/kiosk/still-there",
)  # fmt: skip
#: What a finger is to hit on the screen in the hall, in its present place on the page.
SMALL = """
() => [...document.querySelectorAll("main a, main button, main input, main summary, .bar a, .bar button")]
  .filter((each) => !each.closest("[hidden]") && each.type !== "hidden" && each.getClientRects().length)
  .map((each) => [each.getBoundingClientRect(), each.outerHTML.slice(0, 80)])
  .filter(([box]) => Math.min(box.width, box.height) < 59.5).map(([, html]) => html)
"""


@pytest.fixture(scope="module")
def wall(tmp_path_factory):
    """An office with every guide and the full one on show, served on loopback."""
    office = build_office(tmp_path_factory.mktemp("wall"), publish=False)
    hang_out(office, *guide_bodies(), full_guide())
    with served(office.app) as port:
        yield SimpleNamespace(address=f"http://127.0.0.1:{port}")
    office.close()


@pytest.mark.browser
@pytest.mark.parametrize("look", LOOKS)
def test_every_channel_is_accessible_and_fits(wall, chromium, look):
    width, size, contrast = LOOKS[look]
    context = chromium.new_context(viewport={"width": width, "height": 800}, bypass_csp=True)
    for name, value in (("size", size), ("contrast", contrast)):
        context.add_cookies([{"name": name, "value": value, "url": wall.address}])
    page = context.new_page()
    for path in PATHS:
        assert page.goto(wall.address + path).status == 200, path
        for each in page.locator("details").all():
            each.evaluate("(one) => { one.open = true }")
        assert (path, violations(page)) == (path, [])
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert (path, wider) == (path, 0)
    context.close()


@pytest.mark.browser
def test_at_four_times_the_size_nothing_has_to_be_moved_sideways(wall, chromium):
    context = chromium.new_context(viewport={"width": 1280, "height": 1024}, device_scale_factor=1)
    page = context.new_page()
    page.set_viewport_size({"width": 320, "height": 256})
    for path in PATHS:
        page.goto(wall.address + path)
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert (path, wider) == (path, 0)
        # Nothing that stays in place covers the little that is seen at this size.
        fixed = "getComputedStyle(document.querySelector('.bar') ?? document.body).position"
        assert page.evaluate(fixed) == "static"
    context.close()


@pytest.mark.browser
def test_a_guide_is_read_with_the_keys_alone(wall, chromium):
    page = chromium.new_page(viewport={"width": 1280, "height": 800})
    page.goto(f"{wall.address}/guides/full")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_class("skip")
    page.keyboard.press("Enter")
    expect(page.locator(":focus")).to_have_id("main")
    seen = []
    for _press in range(80):
        page.keyboard.press("Tab")
        seen.append(
            page.evaluate("document.activeElement.getAttribute('href') ?? document.activeElement.tagName")
        )
        if seen[-1] == "SUMMARY":
            break
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none", seen[-1]
    assert "#papers" in seen
    assert "/guides/full/can-i" in seen
    page.keyboard.press("Enter")
    expect(page.locator("details:has(> summary:focus)")).to_have_attribute("open", "")
    page.close()


@pytest.mark.browser
def test_what_a_finger_hits_on_the_screen_in_the_hall_is_large(wall, chromium):
    page = chromium.new_page(viewport={"width": 1080, "height": 1920})
    for path in PATHS:
        if path.startswith("/kiosk"):
            page.goto(wall.address + path)
            assert (path, page.evaluate(SMALL)) == (path, [])
    page.close()


@pytest.mark.browser
def test_the_screen_asks_before_it_goes_home_and_going_on_gives_more_time(wall, chromium):
    page = chromium.new_page(viewport={"width": 1080, "height": 1920})
    page.clock.install(time=datetime(2026, 11, 23, 9, tzinfo=UTC))
    page.clock.pause_at(datetime(2026, 11, 23, 10, tzinfo=UTC))
    page.goto(f"{wall.address}/kiosk/progress")
    page.fill("#number", "SCJ202611230001")
    idle = page.locator("#idle")
    page.clock.run_for(39_500)
    expect(idle).to_be_hidden()
    page.clock.run_for(1_000)
    expect(idle).to_be_visible()
    expect(idle.locator("[data-seconds]")).to_have_text("20")
    page.clock.run_for(5_000)
    expect(idle.locator("[data-seconds]")).to_have_text("15")
    idle.locator("button").click()
    expect(idle).to_be_hidden()
    page.clock.run_for(39_500)
    expect(idle).to_be_hidden()
    page.clock.run_for(21_000)
    expect(page).to_have_url(f"{wall.address}/kiosk")
    page.go_back()
    expect(page).to_have_url("about:blank")
    page.close()


@pytest.mark.browser
def test_a_number_is_typed_with_one_finger(wall, chromium):
    page = chromium.new_page(viewport={"width": 1080, "height": 1920})
    page.goto(f"{wall.address}/kiosk/progress")
    for key in ("SCJ", "2", "0", "2", "6", "1", "退格"):
        page.click(f"#pad button:text-is('{key}')")
    assert page.input_value("#number") == "SCJ2026"
    page.click("#code")
    for key in "123456":
        page.click(f"#pad button:text-is('{key}')")
    assert (page.input_value("#number"), page.input_value("#code")) == ("SCJ2026", "123456")
    page.close()


@pytest.mark.browser
def test_a_search_is_spelled_with_one_finger(wall, chromium):
    page = chromium.new_page(viewport={"width": 1080, "height": 1920})
    page.goto(f"{wall.address}/kiosk")
    for key in ("C", "Y", "Z", "退格", "D"):
        page.click(f"#pad button:text-is('{key}')")
    assert page.input_value("#what") == "CYD"
    page.click("form.search button")
    expect(page.locator("main .tiles a").first).to_have_attribute("href", "/kiosk/things/open-restaurant")
    page.close()


@pytest.mark.browser
def test_every_channel_works_without_a_script(wall, chromium):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{wall.address}/kiosk")
    assert not page.locator("#pad").is_visible()
    page.goto(f"{wall.address}/guides/full")
    page.click("a[href$='/short']")
    assert page.locator("ul.bag li").count() > 3
    page.goto(f"{wall.address}/kiosk/guides/full")
    page.click("main a[href$='/check']")
    for _question in range(10):
        if not page.locator("main .tiles a").count():
            break
        page.click("main .tiles a >> nth=0")
    assert page.locator("main .bag li").count() > 0
    page.click(".bar a[href$='/kiosk']")
    assert page.url == f"{wall.address}/kiosk"
    page.click("main a[href$='/kiosk/progress']")
    assert page.locator("#number").is_visible()
    context.close()


@pytest.mark.browser
def test_the_poster_prints_on_one_sheet_and_the_short_guide_on_one_page(wall, chromium):
    page = chromium.new_page()
    for key in (body.key for body in guide_bodies()):
        for form, size in (("poster", (842, 1191)), ("short", (595, 842))):
            page.goto(f"{wall.address}/guides/{key}/{form}")
            printed = page.pdf(prefer_css_page_size=True)
            pages = _sizes(printed)
            assert (key, form, len(pages)) == (key, form, 1)
            assert [abs(one - other) < 3 for one, other in zip(pages[0], size, strict=True)] == [True, True]
    page.close()


def _sizes(printed: bytes) -> list[tuple[float, float]]:
    import pypdfium2

    document = pypdfium2.PdfDocument(printed)
    sizes = [page.get_size() for page in document]
    document.close()
    return sizes
