"""Files joined as one subject on proof and a second look, and separated again without a trace of the other."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from records.domain.findings import Refused
from records.domain.materials import Via
from records.domain.vocabulary import MaterialStatus, Outcome, Override
from records.operations import applicants, decisions, dossiers, joins, materials, subjects
from records.operations.checklists import checklist_of, held_by, warnings_of
from tests.office import ANOTHER, CITIZEN, CLERK, HEALTH_REVIEWER, NAME, REVIEWER, SHOP

from .cases import (
    FOOD,
    VENUE,
    accept,
    archive,
    entries,
    findings,
    last_transaction,
    ok,
    override,
    paper,
    refused,
)
from .cases import on as in_case

PASSPORT = "E12345678"
THIRD = "419999200002290024"
CARD = {"document_number": "110-2020", "issuer": "云溪县公安局", "issued_on": date(2020, 5, 1)}


def on(applicant: str, operation, **values):
    return lambda act: operation(act, act.site.applicants[applicant], **values)


def propose(office, one: str, number: str, *, by: str = CLERK, **more):
    values = {"upload": office.upload("同一人证明"), "original_seen": True, "why": "公安机关证明", **more}
    return office.do(by, on(one, joins.propose_join, number=number, **values))


def join(office, one: str, number: str, other: str) -> None:
    ok(propose(office, one, number))
    ok(office.do(REVIEWER, on(one, joins.confirm_join, other=other)))


def separate(office, one: str, other: str, why: str = "重名误关联"):
    proposed = office.do(CLERK, on(one, joins.separate, other=other, why=why))
    if isinstance(proposed, Refused):
        return proposed
    return office.do(REVIEWER, on(one, joins.confirm_separation, other=other))


@pytest.fixture
def two(office) -> tuple[str, str]:
    """One person with a citizen number and a passport, each with a file of its own."""
    return office.applicant(), office.applicant(PASSPORT, NAME)


def held(office, applicant: str) -> list[tuple[str, Via | None]]:
    with office.site() as site:
        return [
            (material.standard, via)
            for material, via in subjects.reachable(site, applicant)
            if material.standard != "identity-link-document"
        ]


def give_card(office, person: str) -> str:
    case = office.case(person, VENUE)
    return ok(office.hand_in(case, "identity", "身份证", **CARD))


@pytest.mark.parametrize("typed", ["e12345678", " Ｅ１２３４５６７８ ", "E 1234-5678"])
def test_a_passport_has_a_file_that_is_found_however_it_was_typed(office, typed):
    person = office.applicant(PASSPORT, "买买提·艾力")
    assert office.do(CLERK, lambda act: applicants.find_applicant(act, number=typed)) == person
    with office.site() as site:
        record = site.applicants[person]
        assert (record.number_kind, record.applicant_kind, record.number_masked) == (
            "passport", "person", "E*******8",
        )  # fmt: skip


@pytest.mark.parametrize("typed", ["E1234", "12345678", "护照E12345678号", "ABCDEFGHI"])
def test_what_is_no_passport_is_nobodys_number(office, typed):
    assert refused(office.do(CLERK, lambda act: applicants.find_applicant(act, number=typed))) == [
        ("applicant.not-a-number", "number")
    ]


def test_a_passport_of_another_state_bears_its_letters(office):
    one = office.applicant("USA123456789", "欧阳䶮")
    two = office.applicant("GBR123456789", "司马𠮷")
    assert one != two


def test_equal_names_share_nothing_and_a_proposal_shares_nothing(office, two):
    person, abroad = two
    card = give_card(office, person)
    assert held(office, abroad) == []
    ok(propose(office, person, PASSPORT))
    assert held(office, abroad) == []
    ok(office.do(REVIEWER, on(person, joins.confirm_join, other=abroad)))
    assert held(office, abroad) == [("identity-card", Via.JOINED)]
    assert held(office, person) == [("identity-card", None)]
    case = office.case(abroad, FOOD)
    assert entries(office, case)["identity"] == (card, "reused")


def test_both_sides_bear_the_link_and_the_log_says_who_looked(office, two):
    person, abroad = two
    join(office, person, PASSPORT, abroad)
    with office.site() as site:
        (proof,) = (m.id for m in site.materials.values() if m.standard == "identity-link-document")
        today = office.clock.today()
        assert site.applicants[person].links == (("same", abroad, proof, today),)
        assert site.applicants[abroad].links == (("same", person, proof, today),)
        assert site.applicants[person].proposed == ()
        lines = [entry.line.decode() for entry in site.audit.values()]
    said = [(CLERK in line, REVIEWER in line) for line in lines if "applicant.join" in line]
    assert said == [(False, True), (False, True)]
    assert sum("applicant.propose-join" in line and CLERK in line for line in lines) == 1


def test_without_proof_and_reason_two_people_of_one_name_stay_two(office):
    one, other = office.applicant(), office.applicant(ANOTHER, NAME)
    before = last_transaction(office)
    assert refused(propose(office, one, ANOTHER, upload=None, why=" ")) == [
        ("join.no-reason", "why"),
        ("proof.missing", "material"),
    ]
    assert refused(propose(office, one, ANOTHER, original_seen=False)) == [
        ("proof.original-unseen", "original_seen")
    ]
    assert last_transaction(office) == before
    with office.site() as site:
        assert subjects.one_subject(site, one) == (one,)
        assert subjects.one_subject(site, other) == (other,)


def test_a_strangers_or_unseen_or_withdrawn_paper_proves_nothing(office, two):
    person, _ = two
    stranger = office.applicant(ANOTHER, NAME)
    card = give_card(office, stranger)
    assert refused(propose(office, person, PASSPORT, upload=None, material=card)) == [
        ("proof.not-theirs", "material")
    ]
    mine = ok(paper(office, office.case(person, VENUE), "application"))

    def spoil(act):
        act.site.materials[mine].status = MaterialStatus.WITHDRAWN.value

    office.do(CLERK, spoil)
    assert [code for code, _ in refused(propose(office, person, PASSPORT, upload=None, material=mine))] == [
        "proof.unusable", "proof.unverified",
    ]  # fmt: skip


def test_a_held_paper_proves_without_another_upload(office, two):
    person, abroad = two
    card = give_card(office, person)
    ok(propose(office, person, PASSPORT, upload=None, material=card))
    ok(office.do(REVIEWER, on(person, joins.confirm_join, other=abroad)))
    with office.site() as site:
        assert site.applicants[abroad].links[0][:3] == ("same", person, card)


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (CITIZEN, ["join.itself"]),
        ("419999700101122", ["join.itself"]),
        (SHOP, ["join.kinds"]),
        (ANOTHER, ["join.no-file"]),
        ("欧阳䶮", ["applicant.not-a-number"]),
    ],
)
def test_what_cannot_be_joined(office, number, said):
    person = office.applicant()
    ok(office.do(CLERK, lambda act: applicants.create_applicant(
        act, number=SHOP, name="云溪县老街坊面馆", representative=NAME)))  # fmt: skip
    assert [code for code, _ in refused(propose(office, person, number))] == said


def test_a_circle_never_closes(office, two):
    person, abroad = two
    third = office.applicant(THIRD, NAME)
    join(office, person, PASSPORT, abroad)
    join(office, abroad, THIRD, third)
    assert refused(propose(office, third, CITIZEN)) == [("join.already", "number")]
    with office.site() as site:
        assert set(subjects.one_subject(site, third)) == {person, abroad, third}


def test_two_clerks_at_once_make_one_proposal_and_one_join(office, two):
    person, abroad = two
    ok(propose(office, person, PASSPORT))
    assert refused(propose(office, abroad, CITIZEN, by=REVIEWER)) == [("join.proposed-already", "number")]
    assert refused(office.do(CLERK, on(person, joins.confirm_join, other=abroad))) == [
        ("join.same-person", "other")
    ]
    ok(office.do(REVIEWER, on(person, joins.confirm_join, other=abroad)))
    assert refused(office.do(REVIEWER, on(person, joins.confirm_join, other=abroad))) == [
        ("join.nothing-proposed", "other")
    ]


def test_a_proof_that_failed_meanwhile_stops_the_second_look(office, two):
    person, abroad = two
    card = give_card(office, person)
    ok(propose(office, person, PASSPORT, upload=None, material=card))

    def dispute(act):
        act.site.materials[card].disputed = True

    office.do(CLERK, dispute)
    assert refused(office.do(REVIEWER, on(person, joins.confirm_join, other=abroad))) == [
        ("proof.unusable", "material")
    ]


def test_a_proposal_is_turned_down_with_a_reason(office, two):
    person, abroad = two
    ok(propose(office, person, PASSPORT))
    assert refused(office.do(REVIEWER, on(person, joins.refuse_join, other=abroad, why=" "))) == [
        ("join.no-reason", "why")
    ]
    ok(office.do(REVIEWER, on(person, joins.refuse_join, other=abroad, why="证明上只有一个号码")))
    with office.site() as site:
        assert (site.applicants[person].proposed, site.applicants[person].links) == ((), ())


def test_after_a_separation_nothing_of_the_other_is_seen_from_either_side(office, two):
    person, abroad = two
    card = give_card(office, person)
    join(office, person, PASSPORT, abroad)
    case = office.case(abroad, FOOD)
    assert entries(office, case)["identity"] == (card, "reused")
    theirs = ok(office.hand_in(case, "application", "申请书"))
    ok(separate(office, abroad, person))
    with office.site() as site:
        dossier = site.dossiers[case]
        mine = {material.id for material, _ in subjects.held(site, person)}
        other = {material.id for material, _ in subjects.held(site, abroad)}
        assert {site.materials[each].applicant for each in mine} == {person}
        assert {site.materials[each].applicant for each in other} <= {abroad}
        assert theirs in other
        assert [(each.id, each.via) for each in held_by(site, dossier)] == [(theirs, None)]
        assert entries(office, case) == {"application": (theirs, "submitted")}
        made = checklist_of(site, dossier, today=office.clock.today())
        said = warnings_of(
            site, dossier, made, today=office.clock.today(), calendar=office.services.calendar(site)
        )
        assert [(each.subject, dict(each.params)) for each in said if each.code == "line.separated"] == [
            ("identity", {"on": "2026-11-23", "why": "重名误关联"})
        ]
        assert dossier.separated[0][:2] == ("identity", card)
        lines = [entry.line.decode() for entry in site.audit.values()]
    assert sum("applicant.join" in line for line in lines) == 2
    assert sum("applicant.separate" in line for line in lines) == 2
    again = office.do(CLERK, lambda act: materials.use_material(
        act, act.site.dossiers[case], line="identity", material=card))  # fmt: skip
    assert [code for code, _ in refused(again)] == ["material.unknown"]


def test_separating_needs_a_reason_and_happens_once(office, two):
    person, abroad = two
    join(office, person, PASSPORT, abroad)
    assert refused(separate(office, person, abroad, " ")) == [("separate.no-reason", "why")]
    ok(separate(office, person, abroad))
    assert refused(separate(office, person, abroad)) == [("separate.not-joined", "other")]
    assert refused(separate(office, abroad, person)) == [("separate.not-joined", "other")]
    join(office, person, PASSPORT, abroad)


def test_only_the_wrong_third_leaves(office, two):
    person, abroad = two
    third = office.applicant(THIRD, NAME)
    join(office, person, PASSPORT, abroad)
    join(office, abroad, THIRD, third)
    ok(separate(office, third, abroad))
    with office.site() as site:
        assert set(subjects.one_subject(site, person)) == {person, abroad}
        assert subjects.one_subject(site, third) == (third,)


def test_what_is_archived_stays_as_it_is_and_bears_a_note(office, two):
    person, abroad = two
    give_card(office, person)
    join(office, person, PASSPORT, abroad)
    item = archive(office, office.case(abroad, VENUE, again="第二处场所"))
    with office.site() as site:
        kept = site.archives[item]
        case = kept.dossier
        before = (kept.fingerprint, kept.manifest, kept.package_digest, site.dossiers[case].entries)
        assert "identity" in {entry[0] for entry in site.dossiers[case].entries}
    ok(separate(office, person, abroad))
    with office.site() as site:
        kept, dossier = site.archives[item], site.dossiers[case]
        assert (kept.fingerprint, kept.manifest, kept.package_digest, dossier.entries) == before
        assert [row[0] for row in dossier.separated] == ["identity"]
        lines = [entry.line.decode() for entry in site.audit.values()]
    assert sum("archive.correct" in line and f"archive:{item}" in line for line in lines) == 1


def test_an_accepted_case_is_not_granted_on_anothers_paper(office, two):
    person, abroad = two
    report = ok(paper(office, office.case(person, VENUE), "hygiene-report"))
    join(office, person, PASSPORT, abroad)
    case = office.case(abroad, VENUE, again="第二处场所")
    assert entries(office, case)["hygiene-report"] == (report, "reused")
    accept(office, case)
    office.fetch(case)
    ok(separate(office, person, abroad))
    granted = {
        "outcome": Outcome.GRANTED,
        "result_number": "云卫公证字〔2026〕第1号",
        "result": office.upload("许可证"),
    }
    assert refused(office.do(HEALTH_REVIEWER, in_case(case, decisions.decide, **granted))) == [
        ("decide.line-separated", "hygiene-report")
    ]
    ok(paper(office, case, "hygiene-report", "本人的报告", document_number="云疾控检〔2026〕99号"))
    ok(office.do(HEALTH_REVIEWER, in_case(case, decisions.decide, **granted)))


def test_a_paper_put_out_of_use_by_the_other_is_in_use_again(office, two):
    person, abroad = two
    older = give_card(office, person)
    join(office, person, PASSPORT, abroad)
    case = office.case(abroad, VENUE, again="第二处场所")
    newer = ok(office.do(CLERK, override(
        case, "identity", office.upload("新身份证"), Override.CHANGED, "换领新证",
        **{**CARD, "issued_on": date(2026, 1, 5)})))  # fmt: skip
    with office.site() as site:
        assert (site.materials[older].status, site.materials[older].superseded_by) == ("superseded", newer)
        assert (site.materials[newer].applicant, site.materials[older].valid_until) == (abroad, None)
    ok(separate(office, person, abroad))
    with office.site() as site:
        assert (site.materials[older].status, site.materials[older].superseded_by) == ("valid", "")
        assert (site.materials[newer].status, site.materials[newer].applicant) == ("valid", abroad)
    assert entries(office, case)["identity"][0] == newer


def test_one_item_is_not_opened_twice_under_two_numbers(office, two):
    person, abroad = two
    case = office.case(person, FOOD)
    join(office, person, PASSPORT, abroad)
    again = office.do(CLERK, lambda act: dossiers.open_dossier(act, applicant=abroad, guide=FOOD))
    assert [(code, params["id"]) for code, _, params, _ in findings(again)] == [
        ("dossier.open-already", case)
    ]


def test_of_two_who_confirm_at_the_same_time_one_joins(office, two):
    person, abroad = two
    ok(propose(office, person, PASSPORT))
    deed = on(person, joins.confirm_join, other=abroad)
    with ThreadPoolExecutor(2) as both:
        results = list(both.map(lambda who: office.do(who, deed), (REVIEWER, HEALTH_REVIEWER)))
    assert sorted(isinstance(each, Refused) for each in results) == [False, True]
    with office.site() as site:
        assert [link[1] for link in site.applicants[person].links] == [abroad]
        assert [link[1] for link in site.applicants[abroad].links] == [person]


def test_a_separation_needs_a_second_person_and_can_be_turned_down(office, two):
    person, abroad = two
    join(office, person, PASSPORT, abroad)
    nobody = office.do(REVIEWER, on(person, joins.confirm_separation, other=abroad))
    assert refused(nobody) == [("separate.nothing-proposed", "other")]
    ok(office.do(CLERK, on(person, joins.separate, other=abroad, why="另有其人")))
    assert refused(office.do(CLERK, on(abroad, joins.separate, other=person, why="再说一次"))) == [
        ("separate.proposed", "other")
    ]
    assert refused(office.do(CLERK, on(abroad, joins.confirm_separation, other=person))) == [
        ("separate.same-person", "other")
    ]
    with office.site() as site:
        assert site.applicants[person].links
    ok(office.do(REVIEWER, on(person, joins.refuse_join, other=abroad, why="确是同一人")))
    with office.site() as site:
        assert (site.applicants[person].partings, len(site.applicants[person].links)) == ((), 1)
