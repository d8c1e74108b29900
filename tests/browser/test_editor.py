"""The guide editor in a browser: the whole way to the public by keys alone, saved while one writes, clean by axe."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from records.operations.guides import content
from tests.office import PASSWORD, REVIEWER, build_office
from tests.serving import served

RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}}
FOOD = "/guides/food-business"
PAGES = (
    "/desk/guides",
    "/guides/new",
    f"{FOOD}/desk",
    f"{FOOD}/changes?v=2",
    f"{FOOD}/impact?v=2",
    f"{FOOD}/preview?as=elder",
    *(
        f"{FOOD}/edit?part={part}"
        for part in (
            "basic",
            "who",
            "situations",
            "lines",
            "lines&line=authorisation",
            "steps",
            "fees",
            "places",
            "basis",
            "answers",
            "handling",
            "archiving",
        )
    ),
)


@pytest.fixture
def bureau(tmp_path):
    office = build_office(tmp_path)
    with served(office.app) as port:
        yield SimpleNamespace(office=office, address=f"http://127.0.0.1:{port}")
    office.close()


def enter(page, bureau, userid):
    page.goto(f"{bureau.address}/login")
    page.fill("#userid", userid)
    page.fill("input[name=password]", PASSWORD)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def newest(bureau, key="food-business"):
    with bureau.office.site() as site:
        version = site.guides[key].versions[-1]
        return version.version, version.status, content(version)


def reach(page, selector, most=200):
    """Press Tab until the element has the focus, as somebody without a mouse does."""
    for _ in range(most):
        if page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} cannot be reached by keyboard")


def press(page, selector, key="Enter"):
    reach(page, selector)
    with page.expect_navigation():
        page.keyboard.press(key)


@pytest.mark.browser
def test_from_new_to_the_public_by_keys_alone_and_without_a_script(bureau, chromium):
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 1280, "height": 800})
    page = context.new_page()
    # What asks where the focus is needs no script of the page.
    enter(page, bureau, "sunguoqiang")
    page.goto(f"{bureau.address}/guides/new?copy=food-business")
    for text in ("食品经营许可（变更）", "food-business-change"):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    press(page, "main form button[type=submit]")
    codes = "11990726009900021B49901310010000"
    reach(page, "[id='plain_title']")
    page.keyboard.press("Control+A")
    page.keyboard.type("经营者名称或者许可项目变了，来办变更；不收费，5个工作日办好。")
    reach(page, "[id='codes.handling']")
    page.keyboard.type(f"{codes}2")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url.endswith("?part=basic&done=guide-saved")
    press(page, "button[value=look]")
    press(page, "form[action$='/submit'] button")
    context.close()
    for userid, verb in ((REVIEWER, "approve"), ("zhoutingting", "publish")):
        context = chromium.new_context(java_script_enabled=False)
        page = context.new_page()
        enter(page, bureau, userid)
        press(page, "a[href$='/food-business-change/desk']")
        press(page, f"form[action$='/{verb}'] button")
        context.close()
    assert newest(bureau, "food-business-change")[:2] == (1, "published")
    page = chromium.new_page()
    assert page.goto(f"{bureau.address}/guides/food-business-change").status == 200
    page.close()


@pytest.mark.browser
def test_what_is_typed_is_saved_without_being_asked_and_judged_at_once(bureau, chromium):
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    said = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    enter(page, bureau, "bailu")
    page.clock.install(time=datetime(2026, 11, 23, 9, tzinfo=UTC))
    page.clock.pause_at(datetime(2026, 11, 23, 9, 1, tzinfo=UTC))
    page.goto(f"{bureau.address}{FOOD}/edit?part=lines")
    page.fill("[id='lines.0.name']", "其他有关材料")
    page.keyboard.press("Tab")
    page.locator("[id='found-lines.0.name'] li.wrong").wait_for()
    assert page.get_attribute("[id='lines.0.name']", "aria-invalid") == "true"
    assert newest(bureau)[0] == 1, "judging saves nothing"
    page.clock.run_for(5_000)
    page.get_by_text("已保存 09:00").wait_for()
    assert newest(bureau)[:2] == (2, "draft")
    assert newest(bureau)[2].lines[0].name == "其他有关材料"
    page.focus("#add-lines")
    page.keyboard.press("Enter")
    page.locator("[id='lines.6.name']").wait_for()
    expect(page.locator(":focus")).to_have_attribute("name", "lines.6.material")
    page.keyboard.type("授权书")
    page.locator("[id='lines.6'] [data-move=up]").focus()
    page.keyboard.press("Enter")
    expect(page.locator(":focus")).to_have_attribute("value", "up lines 5")
    # Leaving by an address still saves: the browser sends it after the page is gone, so the answer has no page to be seen on.
    page.goto(f"{bureau.address}{FOOD}/desk")
    for _look in range(200):
        if newest(bureau)[2].lines[5:6] and newest(bureau)[2].lines[5].material == "授权书":
            break
        page.wait_for_timeout(50)
    assert newest(bureau)[2].lines[5].material == "授权书"
    assert said == []
    context.close()


@pytest.mark.browser
def test_who_saved_meanwhile_is_told_also_to_a_script(bureau, chromium):
    pages = []
    for userid in ("bailu", "sunguoqiang"):
        page = chromium.new_context().new_page()
        enter(page, bureau, userid)
        page.goto(f"{bureau.address}{FOOD}/edit?part=basic")
        pages.append(page)
    mine, theirs = pages
    theirs.fill("[id='plain_title']", "孙国强写的说明。")
    with theirs.expect_navigation():
        theirs.keyboard.press("Alt+s")
    mine.fill("[id='plain_title']", "白露写的说明。")
    mine.locator("#meanwhile").wait_for()
    assert mine.input_value("[id='plain_title']") == "白露写的说明。"
    assert "孙国强写的说明。" in mine.inner_text("#meanwhile")
    # Neither writing on nor leaving the page replaces the other's words; only the button does.
    mine.on("dialog", lambda dialog: dialog.accept())
    mine.clock.install()
    mine.type("[id='plain_title']", "还在比较")
    mine.clock.fast_forward(60_000)
    mine.goto(f"{bureau.address}{FOOD}/desk")
    assert newest(bureau)[2].plain_title == "孙国强写的说明。"
    for page in pages:
        page.context.close()


@pytest.mark.browser
@pytest.mark.parametrize(("width", "size"), [(1440, "normal"), (320, "normal"), (1000, "large")])
def test_every_page_of_the_editor_is_accessible_and_fits(bureau, chromium, width, size):
    context = chromium.new_context(viewport={"width": width, "height": 800}, bypass_csp=True)
    context.add_cookies([{"name": "size", "value": size, "url": bureau.address}])
    page = context.new_page()
    enter(page, bureau, "bailu")
    page.goto(f"{bureau.address}{FOOD}/edit?part=lines")
    page.fill("[id='lines.0.name']", "其他有关材料")
    with page.expect_navigation():
        page.keyboard.press("Alt+s")
    for path in PAGES:
        assert page.goto(bureau.address + path).status == 200, path
        found = Axe().run(page, options=RULES).response["violations"]
        assert (path, [each["id"] for each in found]) == (path, [])
        overflow = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert (path, overflow) == (path, 0)
    context.close()
