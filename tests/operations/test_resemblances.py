"""Resemblances (疑似同一份): proposed to the clerk, decided by her, taken back by her, and never across subjects."""

from __future__ import annotations

import io
from dataclasses import replace
from random import Random

import pytest
from PIL import Image

from records.domain.vocabulary import MaterialStatus, Override
from records.exchange import samples
from records.operations import dossiers, materials, papers_owed, resemblances
from tests import scans
from tests.office import ANOTHER, CLERK

from .cases import FOOD, ok, on, override, refused

LINE = "kitchen-plan"
WHO = scans.filled(Random("欧阳䶮"))
WORDS = tuple(
    f"第{number}条　设备布局和操作流程第{number}项：粗加工、切配、烹饪、备餐依次单向流动。"
    for number in range(1, 9)
)


def scan(who: scans.Filled, seed: str, **how: object) -> bytes:
    return scans.scanned(scans.draw(7, who, 150), Random(seed), dpi=150, **how)


def in_pdf(*pages: bytes) -> bytes:
    first, *rest = (Image.open(io.BytesIO(page)) for page in pages)
    stream = io.BytesIO()
    first.save(stream, "PDF", save_all=True, append_images=rest)
    return stream.getvalue()


def sent(office, content: bytes) -> materials.Upload:
    stored = office.services.store.put_bytes(content)
    kind, ending = ("application/pdf", "pdf") if content.startswith(b"%PDF") else ("image/jpeg", "jpg")
    return materials.Upload(stored.digest, stored.sm3, stored.size, kind, f"布局图.{ending}", page_count=1)


def work(office) -> None:
    """Do all reading that is owed, as the worker does, in the order in which it was promised."""
    with office.site() as site:
        owed = [job.subject for job in site.jobs.waiting() if job.verb == "extract-text"]
    for digest in owed:
        papers_owed.VERBS["extract-text"][0](office.services, digest)


def hand_in(office, case: str, content: bytes, reason: Override | None = None) -> str:
    material = ok(office.do(CLERK, override(case, LINE, sent(office, content), reason)))
    work(office)
    return material


def proposed(office, material: str) -> list[tuple[str, int, tuple[int, ...]]]:
    with office.site() as site:
        found = resemblances.proposals(site, site.materials[material])
        return [(each.material.id, each.agreeing, each.differing) for each in found]


def standing(office, material: str) -> tuple[str, int]:
    with office.site() as site:
        record = site.materials[material]
        return record.status, len(record.renditions)


@pytest.fixture
def person(office) -> str:
    return office.applicant()


@pytest.fixture
def held(office, person) -> str:
    """A plan that the person handed in on paper with a case that was withdrawn since."""
    case = office.case(person, FOOD)
    material = hand_in(office, case, scan(WHO, "earlier"))
    ok(office.do(CLERK, on(case, dossiers.withdraw, why="申请人书面撤回")))
    return material


@pytest.fixture
def case(office, person, held) -> str:
    return office.case(person, FOOD)


def test_a_rescan_is_proposed_and_confirmed_and_that_is_taken_back(office, case, held):
    comes = hand_in(office, case, scan(WHO, "later", turn=2, quality=40), Override.VOLUNTEERED)
    assert proposed(office, comes) == [(held, 1, ())]
    assert (standing(office, held), standing(office, comes)) == (("valid", 1), ("valid", 1))

    assert ok(office.do(CLERK, on(case, resemblances.confirm_same, line=LINE, material=held))) == held
    assert (standing(office, held), standing(office, comes)) == (("valid", 2), ("withdrawn", 1))
    with office.site() as site:
        assert [entry[1] for entry in site.dossiers[case].entries if entry[0] == LINE] == [held]
        assert resemblances.merged_on(site, site.dossiers[case], LINE).id == comes

    assert ok(office.do(CLERK, on(case, resemblances.part, line=LINE))) == comes
    assert (standing(office, held), standing(office, comes)) == (("valid", 1), ("valid", 1))
    assert proposed(office, comes) == [(held, 1, ())]
    assert refused(office.do(CLERK, on(case, resemblances.part, line=LINE))) == [
        ("resemblance.not-merged", LINE)
    ]


def test_what_was_told_apart_is_never_proposed_again(office, case, held):
    comes = hand_in(office, case, scan(WHO, "later"), Override.VOLUNTEERED)
    ok(office.do(CLERK, on(case, resemblances.tell_apart, line=LINE, material=held)))
    resemblances.find(office.services, comes)
    assert (proposed(office, comes), proposed(office, held)) == ([], [])
    again = on(case, resemblances.confirm_same, line=LINE, material=held)
    assert refused(office.do(CLERK, again)) == [("resemblance.not-proposed", LINE)]


def test_the_same_form_with_another_number_is_not_proposed(office, case, held):
    other = replace(WHO, name="诸葛明", paper="JY90817263544536", amounts=tuple(reversed(WHO.amounts)))
    comes = hand_in(office, case, scan(other, "later"), Override.VOLUNTEERED)
    assert proposed(office, comes) == []


def test_the_same_sheet_of_another_subject_is_not_proposed(office, held):
    case = office.case(office.applicant(ANOTHER, "诸葛䶮"), FOOD)
    comes = hand_in(office, case, scan(WHO, "later"))
    assert proposed(office, comes) == []
    with office.site() as site:
        digests = [site.materials[each].files[0] for each in (held, comes)]
        assert [site.holdings[digest].looks for digest in digests] == [None, None]


def test_a_superseded_one_comes_back_when_the_changed_paper_was_the_same(office, case, held):
    stored = sent(office, scan(WHO, "later"))
    comes = ok(office.do(CLERK, override(case, LINE, stored, Override.CHANGED, "申请人说布局有变化")))
    work(office)
    assert standing(office, held) == ("superseded", 1)
    ok(office.do(CLERK, on(case, resemblances.confirm_same, line=LINE, material=held)))
    assert (standing(office, held), standing(office, comes)) == (("valid", 2), ("withdrawn", 1))
    ok(office.do(CLERK, on(case, resemblances.part, line=LINE)))
    assert (standing(office, held), standing(office, comes)) == (("superseded", 1), ("valid", 1))


def test_the_page_that_is_somebody_elses_is_named(office, person):
    chance = Random(7)
    sheets = [scans.filled(chance) for _ in range(5)]
    pages = [scan(who, str(serial)) for serial, who in enumerate(sheets)]
    first = office.case(person, FOOD)
    held = hand_in(office, first, in_pdf(*pages[:4]))
    ok(office.do(CLERK, on(first, dossiers.withdraw, why="申请人书面撤回")))
    again = [scan(who, f"again {serial}") for serial, who in enumerate(sheets)]
    comes = hand_in(
        office,
        office.case(person, FOOD),
        in_pdf(again[0], again[1], again[4], again[3]),
        Override.VOLUNTEERED,
    )
    assert proposed(office, comes) == [(held, 3, (3,))]


def test_a_re_exported_file_is_known_by_its_text_and_nothing_is_looked_at(office, person):
    first = office.case(person, FOOD)
    held = hand_in(office, first, samples.text_pdf("布局图", WORDS))
    ok(office.do(CLERK, on(first, dossiers.withdraw, why="申请人书面撤回")))
    case = office.case(person, FOOD)
    comes = hand_in(office, case, samples.text_pdf("布局图", WORDS) + b"\n%%EOF\n", Override.VOLUNTEERED)
    assert proposed(office, comes) == [(held, 1, ())]
    with office.site() as site:
        assert [site.holdings[site.materials[each].files[0]].looks for each in (held, comes)] == [None, None]


def test_a_broken_file_is_like_nothing_and_its_job_is_done(office, case, held):
    comes = hand_in(office, case, b"\xff\xd8\xff\xe0 broken", Override.VOLUNTEERED)
    assert proposed(office, comes) == []
    assert standing(office, comes)[0] == MaterialStatus.VALID
