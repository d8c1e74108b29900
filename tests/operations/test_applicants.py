"""Applicants: found by whatever was typed, created once, their full number shown only for a purpose and on record."""

from __future__ import annotations

import json

import pytest

from records.operations import applicants
from tests.office import ANOTHER, CITIZEN, CLERK, NAME, SHOP

from .cases import findings, last_transaction, ok, refused


def create(number: str, name: str = NAME, **more: str):
    return lambda act: applicants.create_applicant(act, number=number, name=name, **more)


def find(number: str):
    return lambda act: applicants.find_applicant(act, number=number)


@pytest.mark.parametrize("typed", [CITIZEN, " 419999 19700101 1228 ", "４１９９９９１９７００１０１１２２８"])
def test_a_person_is_found_however_the_number_was_typed(office, typed):
    person = office.applicant()
    assert office.do(CLERK, find(typed)) == person


def test_fifteen_digits_are_the_same_person(office):
    person = office.applicant()
    assert office.do(CLERK, find("419999700101122")) == person
    assert findings(office.do(CLERK, create("419999700101122"))) == [
        ("applicant.exists", "number", {"id": person}, "")
    ]


def test_nobody_is_created_twice(office):
    person, before = office.applicant(), last_transaction(office)
    assert findings(office.do(CLERK, create(f" {CITIZEN}", ""))) == [
        ("applicant.no-name", "name", {}, ""),
        ("applicant.exists", "number", {"id": person}, ""),
    ]
    assert last_transaction(office) == before


def test_who_is_not_there_is_nobody_and_not_a_fault(office):
    assert office.do(CLERK, find(ANOTHER)) is None


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("419999197001011227", [("id.check-digit", "number")]),
        ("欧阳", [("applicant.not-a-number", "number")]),
        ("", [("applicant.not-a-number", "number")]),
    ],
)
def test_a_wrong_number_is_refused_and_stores_nothing(office, number, said):
    before = last_transaction(office)
    for deed in (find(number), create(number)):
        assert [code for code, _ in refused(office.do(CLERK, deed))] == [code for code, _ in said]
    assert last_transaction(office) == before


@pytest.mark.parametrize("name", ["张三2", "<b>张三</b>", "张\x07三"])
def test_nobody_is_written_down_under_a_name_that_is_none(office, name):
    before = last_transaction(office)
    assert refused(office.do(CLERK, create(CITIZEN, name))) == [("applicant.name-form", "name")]
    assert last_transaction(office) == before
    person = office.applicant()
    assert refused(
        office.do(
            CLERK,
            lambda act: applicants.correct_applicant(act, act.site.applicants[person], name=name, why="写错"),
        )
    ) == [("applicant.name-form", "name")]
    assert ok(office.do(CLERK, create(SHOP, "7天连锁酒店云溪店", representative="买买提·艾力")))


def test_an_organisation_names_who_represents_it(office):
    assert refused(office.do(CLERK, create(SHOP, "云溪县老街坊面馆"))) == [
        ("applicant.no-representative", "representative")
    ]
    shop = ok(office.do(CLERK, create(SHOP.lower(), "云溪县老街坊面馆", representative="欧阳䶮")))
    with office.site() as site:
        record = site.applicants[shop]
        assert (record.applicant_kind, record.number_kind, record.representative) == (
            "organisation",
            "credit",
            "欧阳䶮",
        )


def test_the_full_number_lies_nowhere_in_the_database_and_is_shown_for_a_purpose(office):
    person = office.applicant()
    storage = office.services.database.zodb.storage
    for clear in (CITIZEN.encode(), b"13800000001"):
        with office.site() as site:
            for tree in (site.applicants.children, site.audit, site.keys):
                for value in tree.values():
                    held = value if isinstance(value, str) else storage.load(value._p_oid)[0]
                    assert clear not in (held.encode() if isinstance(held, str) else held)
            # Long lines are stored deflated, so they are looked at as they read, too.
            for entry in site.audit.values():
                assert clear not in entry.line + entry.details.encode()
    before = last_transaction(office)
    assert refused(office.do(CLERK, lambda act: applicants.reveal_number(
        act, act.site.applicants[person], purpose=" "))) == [("reveal.no-purpose", "purpose")]  # fmt: skip
    assert last_transaction(office) == before
    shown = office.do(
        CLERK, lambda act: applicants.reveal_number(act, act.site.applicants[person], purpose="核对身份")
    )
    assert shown == CITIZEN
    with office.site() as site:
        entry = json.loads(list(site.audit.values())[-1].line)
    assert (entry["event"], entry["by"], entry["on"], entry["why"]) == (
        "applicant.reveal",
        CLERK,
        f"applicant:{person}",
        "核对身份",
    )


def correct(person: str, **what: str):
    return lambda act: applicants.correct_applicant(act, act.site.applicants[person], **what)


def test_name_and_telephone_are_corrected_with_a_reason_and_the_old_values_stay_as_digests(office):
    person = office.applicant()
    case = office.case(person)
    with office.site() as site:
        feed_before = site.dossiers[case].seq
    ok(
        office.do(
            CLERK, correct(person, name="欧阳䶮䶮", phone="139 1234 5678", why="录入有误，依据身份证更正")
        )
    )
    with office.site() as site:
        record = site.applicants[person]
        entry = next(entry for entry in site.audit.values() if b'"applicant.correct"' in entry.line)
        digest = office.services.vault.digest("applicant-name", NAME).hex()
        assert (record.name, record.phone_masked) == ("欧阳䶮䶮", "139****5678")
        assert record.number_masked == "4****************8"
        assert site.dossiers[case].seq > feed_before
        details = json.loads(entry.details)
    assert details["corrected"] == ["name", "phone"]
    assert details["name_before"] == digest
    assert set(details) == {"corrected", "name_before", "phone_before"}
    assert NAME not in json.dumps(details, ensure_ascii=False)
    assert "录入有误，依据身份证更正" in entry.line.decode()


def test_a_correction_says_all_that_is_wrong_with_it(office):
    person, before = office.applicant(), last_transaction(office)
    assert findings(office.do(CLERK, correct(person, name=NAME, why=" "))) == [
        ("applicant.nothing-to-correct", "name", {}, ""),
        ("applicant.correct-no-reason", "why", {}, ""),
    ]
    assert findings(office.do(CLERK, correct(person, phone="12345", why="换号"))) == [
        ("applicant.phone", "phone", {}, "")
    ]
    assert last_transaction(office) == before


def test_what_is_not_given_stays(office):
    person = office.applicant()
    ok(office.do(CLERK, correct(person, phone="(0419)6012345", why="换号")))
    with office.site() as site:
        record = site.applicants[person]
        assert (record.name, record.phone_masked) == (NAME, "0419-****345")
    ok(office.do(CLERK, correct(person, name="司马䶮", phone=None, why="更名")))
    with office.site() as site:
        assert site.applicants[person].phone_masked == "0419-****345"


@pytest.mark.parametrize("phone", ["1234567890123", "张三的手机", "138000000011", "0000-1234567"])
def test_what_is_no_telephone_number_is_not_kept(office, phone):
    assert findings(office.do(CLERK, create(CITIZEN, phone=phone))) == [("applicant.phone", "phone", {}, "")]
