"""A returning applicant from the desk to 受理 without a mouse: how many keys a clerk presses."""

from __future__ import annotations

import pytest
from playwright.sync_api import sync_playwright

from records.exchange import samples
from records.operations import dossiers
from tests.office import CITIZEN, CLERK, PASSWORD, build_office
from tests.serving import served

MOST = 12


@pytest.fixture
def address(tmp_path):
    office = build_office(tmp_path)
    case = office.case(office.applicant())
    for line in ("application", "kitchen-plan", "food-safety-rules"):
        office.hand_in(case, line, line, document_number=f"{line}-1", issued_on=office.clock.today())
    office.do(CLERK, lambda act: dossiers.withdraw(act, act.site.dossiers[case], why="申请人改日再办"))
    with served(office.app) as port:
        yield f"http://127.0.0.1:{port}"
    office.close()


@pytest.mark.browser
def test_a_returning_applicant_is_accepted_with_at_most_twelve_keys(address, tmp_path):
    paper = tmp_path / "申请书.pdf"
    paper.write_bytes(samples.text_pdf("申请书", ("食品经营许可申请书",)))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", chromium_sandbox=False)
        page = browser.new_page(java_script_enabled=True)
        page.goto(f"{address}/login")
        page.locator("#userid:focus").wait_for()
        page.keyboard.type(CLERK)
        page.keyboard.press("Tab")
        page.keyboard.type(PASSWORD)
        with page.expect_navigation():
            page.keyboard.press("Enter")
        presses = 0

        def press(key: str) -> None:
            nonlocal presses
            settled()
            with page.expect_navigation():
                page.keyboard.press(key)
            presses += 1

        def settled() -> None:
            """A person types once the cursor stands somewhere, which a browser does after the page has loaded."""
            page.locator(":focus").wait_for()

        # The card reader types the number and Enter: one read.
        settled()
        page.keyboard.type(CITIZEN)
        press("Enter")
        settled()
        page.keyboard.type("sp")
        presses += 2
        press("Enter")
        press("Enter")
        while page.locator("#act-accept").count() == 0:
            settled()
            focus = page.locator(":focus")
            if focus.get_attribute("type") == "file":
                # Choosing the scan in the system's own window counts as one, however that window looks.
                focus.set_input_files(paper)
                presses += 1
                page.keyboard.press("Tab")
                presses += 1
            press("Enter")
        press("Enter")
        assert page.url.endswith("?done=accept")
        assert presses <= MOST, presses
        browser.close()
