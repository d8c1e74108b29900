"""A browser and a served office: one browser a module, one office a test."""

from types import SimpleNamespace

import pytest
from playwright.sync_api import expect, sync_playwright

from records.domain.vocabulary import DeliveryMethod, Outcome
from records.operations import archiving, decisions
from tests.office import ARCHIVIST, CLERK, PASSWORD, REVIEWER, build_office
from tests.serving import served

#: How long a page may take to show what is expected, in milliseconds: a busy machine is not a fault of the page.
expect.set_options(timeout=30_000)


@pytest.fixture(scope="module")
def chromium():
    """Debian's chromium; a missing browser fails here and is never skipped."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            chromium_sandbox=False,
            args=["--disable-background-networking", "--disable-component-update", "--no-first-run"],
        )
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def hall(tmp_path_factory):
    """An office with one open and one archived case, served on loopback."""
    office = build_office(tmp_path_factory.mktemp("hall"))
    person = office.applicant()
    done = office.case(person, guide="sole-trader-registration")
    for line, title in (("application", "申请书"), ("identity", "身份证"), ("premises", "场所证明")):
        office.hand_in(
            done, line, title, document_number=f"{line}-1", issuer="公安机关", issued_on=office.clock.today()
        )
    result = office.upload("营业执照")
    office.do(
        REVIEWER,
        lambda act: decisions.decide(
            act,
            act.site.dossiers[done],
            outcome=Outcome.GRANTED,
            result_number="92419999MA00900141",
            result=result,
        ),
    )
    office.do(
        CLERK,
        lambda act: decisions.deliver(
            act, act.site.dossiers[done], method=DeliveryMethod.COUNTER, recipient="本人"
        ),
    )
    item = office.do(ARCHIVIST, lambda act: archiving.archive(act, act.site.dossiers[done]))
    numbers = {"person": person, "done": done, "item": item, "open": office.case(person)}
    with served(office.app) as port:
        yield SimpleNamespace(address=f"http://127.0.0.1:{port}", numbers=numbers)
    office.close()


@pytest.fixture
def log_in(hall):
    """Log a person in on a page."""

    def do(page, userid):
        page.goto(f"{hall.address}/login")
        page.fill("#userid", userid)
        page.fill("input[name=password]", PASSWORD)
        page.click("main button[type=submit]")

    return do
