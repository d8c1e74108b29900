"""A sole trader's new credit code is a subject of its own, linked with the person who operates it."""

from __future__ import annotations

from datetime import date

import pytest

from records.domain.materials import Via
from records.operations import applicants, materials, subjects
from records.operations.checklists import checklist_of, held_by
from tests.office import ANOTHER, CITIZEN, CLERK, NAME, SHOP

from .cases import FOOD, SHOPKEEPER, deliver, entries, library, ok, on, override, refused

CODE = "92419999MA00900141"


@pytest.fixture
def person(office) -> str:
    person = office.applicant()
    case = office.case(person, SHOPKEEPER)
    ok(office.hand_in(case, "identity", "身份证", document_number=CITIZEN, issuer="云溪县公安局",
                      issued_on=date(2020, 5, 1)))  # fmt: skip
    deliver(office, case, result_number=CODE)
    return person


def find(office, number: str) -> str:
    return ok(office.do(CLERK, lambda act: applicants.find_applicant(act, number=number)))


def test_the_new_code_finds_the_business_and_its_licence(office, person):
    business = find(office, f" {CODE.lower()} ")
    assert business != person
    assert library(office, business) == [("business-licence", "B", "valid", "result", 1)]
    assert "business-licence" not in [kind for kind, *_ in library(office, person)]
    with office.site() as site:
        record, operator = site.applicants[business], site.applicants[person]
        (licence,) = (m.id for m in site.materials.values() if m.standard == "business-licence")
        today = office.clock.today()
        assert (record.applicant_kind, record.name, record.representative) == (
            "organisation", f"{NAME}（个体工商户）", NAME,
        )  # fmt: skip
        assert record.links == (("operated", person, licence, today),)
        assert operator.links == (("operator", business, licence, today),)
        assert subjects.public_name(site, record) == "欧阳某（个体工商户）"
        assert subjects.public_name(site, operator) == "欧阳某"


@pytest.mark.parametrize("who", ["person", "business"])
def test_both_reuse_the_licence_and_the_card_and_each_says_why(office, person, who):
    business = find(office, CODE)
    case = office.case(person if who == "person" else business, FOOD)
    mine = {line: how for line, (_, how) in entries(office, case).items()}
    assert mine == {"business-licence": "reused", "identity": "reused"}
    with office.site() as site:
        dossier = site.dossiers[case]
        made = checklist_of(site, dossier, today=office.clock.today())
        assert {line: made.line(line).via for line in mine} == (
            {"business-licence": Via.OPERATED, "identity": None}
            if who == "person"
            else {"business-licence": None, "identity": Via.OPERATOR}
        )
        notes = {entry[0]: entry[6] for entry in dossier.entries}
    assert notes["business-licence" if who == "person" else "identity"] == (
        "经营者本人的营业执照" if who == "person" else "经营者本人的居民身份证"
    )


def test_nothing_else_passes_through_the_link(office, person):
    business = find(office, CODE)
    case = office.case(business, FOOD)
    with office.site() as site:
        held = held_by(site, site.dossiers[case])
    assert {each.standard for each in held} == {"business-licence", "identity-card"}


def test_a_link_ends_with_the_licence(office, person):
    business = find(office, CODE)

    def withdraw(act):
        (licence,) = materials.questions.library(act.site, business, "business-licence")
        licence.status = "withdrawn"

    office.do(CLERK, withdraw)
    case = office.case(business, FOOD)
    assert entries(office, case) == {}


def test_a_renewed_licence_handed_in_by_the_operator_belongs_to_the_business(office, person):
    business = find(office, CODE)
    office.clock.advance(days=30)
    case = office.case(person, FOOD)
    newer = ok(office.do(CLERK, override(
        case, "business-licence", office.upload("变更后的执照"), materials.Override.CHANGED, "经营场所变更",
        document_number=CODE, issuer="云溪县市场监督管理局", issued_on=office.clock.today())))  # fmt: skip
    assert [(row[0], row[2]) for row in library(office, business)] == [
        ("business-licence", "superseded"), ("business-licence", "valid"),
    ]  # fmt: skip
    assert entries(office, case)["business-licence"][0] == newer


def test_a_known_business_is_joined_and_not_doubled(office):
    person = office.applicant()
    business = ok(office.do(CLERK, lambda act: applicants.create_applicant(
        act, number=CODE, name="云溪县欧阳䶮小吃店", representative=NAME)))  # fmt: skip
    deliver(office, office.case(person, SHOPKEEPER), result_number=CODE)
    assert find(office, CODE) == business
    with office.site() as site:
        record = site.applicants[business]
        assert [link[:2] for link in record.links] == [("operated", person)]
        assert subjects.public_name(site, record) == "云溪县欧阳某小吃店"
        assert sum(1 for _ in site.applicants.values()) == 2


def test_a_code_that_belongs_to_somebody_else_is_refused_before_two_strangers_are_joined(office, person):
    stranger = office.applicant(ANOTHER, "司马䶮")
    case = office.case(stranger, SHOPKEEPER)
    with pytest.raises(AssertionError, match=r"result\.number-of-another"):
        deliver(office, case, result_number=CODE)
    with office.site() as site:
        assert site.applicants[stranger].links == ()
        assert [link[:2] for link in site.applicants[find(office, CODE)].links] == [("operated", person)]


@pytest.mark.parametrize("number", ["云溪许〔2026〕1号", SHOP])
def test_a_number_that_is_no_sole_traders_code_founds_nothing(office, number):
    person = office.applicant()
    deliver(office, office.case(person, SHOPKEEPER), result_number=number)
    assert library(office, person)[-1][0] == "business-licence"
    with office.site() as site:
        assert list(site.applicants) == [person]


def test_a_stranger_sees_nothing(office, person):
    other = office.applicant(ANOTHER, "司马𠮷")
    case = office.case(other, FOOD)
    assert entries(office, case) == {}
    with office.site() as site:
        (licence,) = (m.id for m in site.materials.values() if m.standard == "business-licence")
    assert refused(
        office.do(CLERK, on(case, materials.use_material, line="business-licence", material=licence))
    ) == [("material.unknown", "business-licence")]
