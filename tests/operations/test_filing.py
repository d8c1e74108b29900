"""In which form a paper came: what was really handed in stands on the receipt and in the package, not what the guide asks."""

from __future__ import annotations

import json

import pytest

from records.domain.vocabulary import NoticeKind
from records.operations import dossiers
from records.operations.case_papers import handed_in_as
from records.resources.materials import Material
from tests.office import CLERK


@pytest.mark.parametrize(
    ("grade", "seen", "how", "form"),
    [
        ("B", True, "submitted", "原件已核验"),
        ("D", True, "volunteered", "原件已核验"),
        ("C", False, "submitted", "复印件"),
        ("D", False, "submitted", "自制件"),
        ("A", False, "submitted", "电子件"),
        ("B", True, "reused", "电子件"),
        ("B", True, "fetched", "电子件"),
    ],
)
def test_the_form_is_how_the_paper_came(grade, seen, how, form):
    material = Material()
    material.grade, material.original_seen = grade, seen
    assert handed_in_as(material, how) == form


def test_the_receipt_says_how_each_paper_came(office):
    case = office.case(office.applicant())
    office.hand_in(case, "application", "申请书", issued_on=office.clock.today())
    office.hand_in(
        case, "kitchen-plan", "图", document_number="1", issued_on=office.clock.today(), original_seen=False
    )
    office.do(CLERK, lambda act: dossiers.receive(act, act.site.dossiers[case]))
    with office.site() as site:
        (receipt,) = [notice for notice in site.notices.values() if notice.notice_kind == NoticeKind.RECEIPT]
        told = [row["form"] for row in json.loads(receipt.facts)["materials"]]
    assert told == ["原件已核验", "自制件"]
