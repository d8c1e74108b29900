"""The citizen's side: what is held and who used it, objection and answer, sealing instead of deletion, copies with their purpose."""

from __future__ import annotations

import pytest

from records.domain.rights import SealGround, ground_of
from records.extraction.types import MediaType
from records.indexes import questions
from records.operations import dossiers, rights
from tests.office import ANOTHER, CLERK, REVIEWER

from .cases import REPORT, VENUE, deliver, entries, ok, on, paper, refused

LINE = "hygiene-report"


def deed(material: str, operation, **values):
    return lambda act: operation(act, act.site.materials[material], **values)


@pytest.fixture
def held(office) -> tuple[str, str, str]:
    """Hand a report in, finish nothing; return applicant, case and material."""
    person = office.applicant()
    case = office.case(person, VENUE)
    ok(paper(office, case, LINE))
    with office.site() as site:
        (material,) = (
            each.id
            for each in questions.library(site, person)
            if each.document_number == REPORT["document_number"]
        )
    return person, case, material


def again(office, person: str) -> str:
    return office.case(person, VENUE, again="第二处")


def test_every_use_is_told_with_case_item_and_unit(office, held):
    person, case, material = held
    second = again(office, person)
    with office.site() as site:
        (mine,) = (each for each in rights.held_about(site, person) if each.material.id == material)
        assert {(use.dossier, use.how) for use in mine.uses} == {(case, "申请人提交"), (second, "库中复用")}
        assert {use.by for use in mine.uses} == {CLERK}
        assert {use.unit for use in mine.uses} == {site.dossiers[case].unit}


def test_an_objection_keeps_it_from_reuse_until_it_is_answered(office, held):
    person, _, material = held
    second = again(office, person)
    assert LINE in entries(office, second)
    ok(office.do(CLERK, deed(material, rights.object_to, why="面积写错了")))
    assert LINE not in entries(office, second)
    assert refused(office.do(CLERK, deed(material, rights.object_to, why=" "))) == [
        ("rights.disputed-already", ""), ("rights.no-reason", "why")
    ]  # fmt: skip
    assert refused(office.do(CLERK, deed(material, rights.settle_objection, answer=" "))) == [
        ("rights.same-person", ""), ("rights.no-answer", "answer")
    ]  # fmt: skip
    ok(office.do(REVIEWER, deed(material, rights.settle_objection, answer="与原件一致")))
    with office.site() as site:
        assert not site.materials[material].disputed
        assert site.materials[material].objections[0][5:] == (False, "与原件一致")
    assert LINE in entries(office, again(office, person))
    assert refused(office.do(CLERK, deed(material, rights.settle_objection, answer="再答"))) == [
        ("rights.not-disputed", "")
    ]


def test_one_that_is_upheld_stays_out_of_use(office, held):
    person, _, material = held
    ok(office.do(CLERK, deed(material, rights.object_to, why="不是我的")))
    ok(office.do(REVIEWER, deed(material, rights.settle_objection, upheld=True, answer="确有错误")))
    assert LINE not in entries(office, again(office, person))


def test_a_running_case_goes_first_and_then_sealing_answers_the_wish_with_its_ground(office, held):
    person, case, material = held
    with office.site() as site:
        code = site.dossiers[case].code
    found = office.do(CLERK, deed(material, rights.seal, why="请删除"))
    assert [(each.code, each.params.get("code")) for each in found.findings] == [("rights.running", code)]
    ok(office.do(CLERK, on(case, dossiers.receive)))
    ok(office.do(CLERK, on(case, dossiers.withdraw, why="不办了")))
    second = again(office, person)
    assert LINE in entries(office, second)
    ok(office.do(CLERK, deed(material, rights.seal, why="请删除")))
    assert LINE not in entries(office, second)
    with office.site() as site:
        kept = site.materials[material]
        assert (kept.status, kept.sealed[2:4]) == ("sealed", ("请删除", SealGround.TECHNICAL.value))
    assert refused(office.do(CLERK, deed(material, rights.seal, why="再删"))) == [("rights.gone", "")]
    assert refused(office.do(CLERK, deed(material, rights.hand_out, recipient="银行", purpose="开户"))) == [
        ("rights.gone", "")
    ]
    ok(paper(office, second, LINE))
    assert refused(office.do(CLERK, deed(material, rights.unseal, why="不删了"))) == [("rights.replaced", "")]


def test_what_the_centre_itself_issued_is_kept_for_the_archives(office):
    person = office.applicant()
    case = office.case(person, VENUE)
    deliver(office, case)
    with office.site() as site:
        (result,) = (each.id for each in questions.library(site, person) if each.source == "result")
    ok(office.do(CLERK, deed(result, rights.seal, why="请删除")))
    with office.site() as site:
        assert site.materials[result].sealed[3] == SealGround.ARCHIVES.value


def test_unsealed_it_serves_again(office, held):
    person, case, material = held
    ok(office.do(CLERK, on(case, dossiers.receive)))
    ok(office.do(CLERK, on(case, dossiers.withdraw, why="不办了")))
    ok(office.do(CLERK, deed(material, rights.seal, why="请删除")))
    ok(office.do(CLERK, deed(material, rights.unseal, why="不删了")))
    assert LINE in entries(office, again(office, person))


def test_what_a_case_has_used_is_kept_for_the_archives():
    assert (ground_of(used=True), ground_of(used=False)) == (SealGround.ARCHIVES, SealGround.TECHNICAL)


def test_a_copy_bears_its_purpose_on_every_page_and_the_kept_bytes_stay(office, held, tmp_path):
    *_, material = held
    assert refused(office.do(CLERK, deed(material, rights.hand_out, recipient="", purpose=" "))) == [
        ("rights.no-recipient", "recipient"), ("rights.no-purpose", "purpose")
    ]  # fmt: skip
    ok(office.do(CLERK, deed(material, rights.hand_out, recipient="云溪农商银行", purpose="办理贷款")))
    with office.site() as site:
        record = site.materials[material]
        body = rights.copy_of(office.services, site, record, 0)
        assert all(office.services.store.verify(digest) for digest in record.files)
        uses = rights.uses_of(record, ())
    (tmp_path / "copy.pdf").write_bytes(body)
    text = office.services.extractor.extract(tmp_path / "copy.pdf", MediaType.PDF).pages
    assert len(text) == 1
    assert all(page.count("仅供云溪农商银行办理贷款使用") >= 4 for page in text)
    assert [(use.how, use.purpose) for use in uses] == [("出具复制件", "云溪农商银行：办理贷款")]


def test_nothing_of_another_person_is_told(office, held):
    other = office.applicant(ANOTHER, "诸葛𠮷")
    with office.site() as site:
        assert rights.held_about(site, other) == ()
