"""A scan becomes usable when a window has seen the original (核验原件); what the office fetched is its own source."""

from __future__ import annotations

from datetime import date

import pytest

from records.domain.vocabulary import MaterialSource
from records.operations import case_papers, dossiers, materials, originals, papers
from records.operations.checklists import checklist_of
from tests.office import CITIZEN, CLERK

from .cases import (  # fmt: skip
    FOOD,
    VENUE,
    accept,
    entries,
    fill,
    library,
    ok,
    on,
    paper,
    refused,
)

CARD = {"document_number": CITIZEN, "issuer": "云溪县公安局", "issued_on": date(2020, 5, 1)}


@pytest.fixture
def person(office) -> str:
    return office.applicant()


def status(office, case: str, line: str) -> str:
    with office.site() as site:
        return checklist_of(site, site.dossiers[case], today=office.clock.today()).line(line).status


def test_an_unseen_scan_stops_acceptance_until_its_original_was_seen(office, person):
    case = office.case(person, VENUE)
    fill(office, case)
    report = entries(office, case)["hygiene-report"][0]
    ok(office.do(CLERK, on(case, materials.remove_material, line="hygiene-report", why="没有看原件")))
    report = ok(paper(office, case, "hygiene-report", "扫描件", original_seen=False))
    assert status(office, case, "hygiene-report") == "to-verify"
    assert refused(office.do(CLERK, on(case, dossiers.accept))) == [("checklist.to-verify", "hygiene-report")]
    office.clock.advance(days=1)
    ok(office.do(CLERK, on(case, originals.verify_original, line="hygiene-report")))
    with office.site() as site:
        record = site.materials[report]
        assert (record.grade, record.verified_by, record.verified_on, record.original_seen) == (
            "B", CLERK, office.clock.today(), True,
        )  # fmt: skip
        seen = [entry.line for entry in site.audit.values() if b'"material.verify"' in entry.line]
    assert len(seen) == 1
    assert status(office, case, "hygiene-report") == "filled"
    ok(office.do(CLERK, on(case, dossiers.accept)))


def test_a_held_scan_fills_the_line_of_a_later_case_once_seen(office, person):
    first = office.case(person, VENUE)
    report = ok(paper(office, first, "hygiene-report", original_seen=False))
    case = office.case(person, VENUE, again="另一处场所")
    assert entries(office, case) == {}
    ok(office.do(CLERK, on(case, originals.verify_original, line="hygiene-report")))
    assert entries(office, case) == {"hygiene-report": (report, "reused")}


def test_there_must_be_something_to_verify_and_a_case_that_is_open(office, person):
    case = office.case(person, VENUE)
    assert refused(office.do(CLERK, on(case, originals.verify_original, line="hygiene-report"))) == [
        ("material.nothing-to-verify", "hygiene-report")
    ]
    accept(office, case)
    assert refused(office.do(CLERK, on(case, originals.verify_original, line="hygiene-report"))) == [
        ("dossier.closed-for-materials", ""),
        ("material.nothing-to-verify", "hygiene-report"),
    ]


def test_the_same_scan_brought_again_with_its_original_is_raised(office, person):
    case = office.case(person, VENUE)
    report = ok(paper(office, case, "hygiene-report", "扫描件", original_seen=False))
    again = office.case(person, VENUE, again="另一处场所")
    assert ok(paper(office, again, "hygiene-report", "扫描件")) == report
    assert [row[1] for row in library(office, person) if row[0] == "hygiene-report"] == ["B"]


def test_what_the_office_fetched_says_so_everywhere(office, person):
    case = office.case(person, FOOD)
    card = ok(office.hand_in(case, "identity", "身份证电子证照", original_seen=False, **CARD))
    assert entries(office, case)["identity"] == (card, "fetched")
    fill(office, case)
    with office.site() as site:
        record = site.materials[card]
        assert (record.source, record.grade, record.verified_by, record.original_seen) == (
            "fetched",
            "B",
            CLERK,
            False,
        )
        dossier = site.dossiers[case]
        state = checklist_of(site, dossier, today=office.clock.today()).line("identity")
        assert (state.explanation, state.handed_in) == ("checklist.fetched", False)
        act = office.services.act(site, None, channel="test")
        rows = {row["name"]: row for row in papers._materials(act, dossier)}
        assert (rows["经营者居民身份证"]["source"], rows["经营者居民身份证"]["copies"]) == ("窗口调取", "")
        sources = {paper.scope: paper.source for paper in case_papers.materials_of(site, dossier)}
    assert sources["identity"] == MaterialSource.FETCHED.label == "窗口调取"
    assert sources["application"] == "申请人提交"
