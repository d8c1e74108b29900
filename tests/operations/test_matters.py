"""One matter: every case of a package opened at once, one pool, what is asked once, what joins, and all or none."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from records.operations import applicants, dossiers, guides, matters
from records.operations.checklists import chain_of
from tests.office import CITIZEN, CLERK, NAME, PUBLISHER, SHOP, build_office

from .cases import FOOD, SHOPKEEPER, VENUE, deliver, findings, last_transaction, ok, paper, refused

KEY = "open-restaurant"


@pytest.fixture
def office(tmp_path):
    office = build_office(tmp_path)
    yield office
    office.close()


@pytest.fixture
def person(office):
    return office.applicant(CITIZEN, NAME)


@pytest.fixture
def company(office):
    return ok(
        office.do(
            CLERK,
            lambda act: applicants.create_applicant(
                act, number=SHOP, name="云溪县餐饮店", phone="", representative="司马𠮷"
            ),
        )
    )


def open_all(office, applicant: str, **more: object):
    return office.do(
        CLERK, lambda act: matters.open_matter(act, **{"key": KEY, "applicant": applicant, **more})
    )


def opened(office, applicant: str) -> dict[str, object]:
    with office.site() as site:
        return {each.guide: each for each in site.dossiers.values() if each.applicant == applicant}


def shared(office, case: str):
    """Return the guides of a matter in order, what is asked once by which guides, and what is handed on."""
    with office.site() as site:
        found = matters.shown_matter(site, site.dossiers[case])
        guide = {each.id: each.guide for each in found.cases}
        return (
            [each.guide for each in found.cases],
            [(each.material, [guide[key] for key, _line in each.lines]) for each in found.shared.once],
            [
                (each.material, guide[each.given_by], [guide[key] for key in each.taken_by])
                for each in found.shared.fed
            ],
        )


def test_all_cases_are_open_in_one_pool_and_say_what_is_asked_once(office, person):
    first = ok(open_all(office, person, situation={"also-venue": True, "agent": True}))
    cases = opened(office, person)
    assert [*sorted(cases)] == sorted((SHOPKEEPER, FOOD, VENUE))
    assert {case.course for case in cases.values()} == {first}
    assert cases[SHOPKEEPER].id == first
    with office.site() as site:
        chain = {case.id for case in cases.values()}
        assert [chain_of(site, each) == chain for each in site.dossiers.values()] == [True] * 3
    assert [case.events[0][3] for case in cases.values()] == ["开餐饮店一件事"] * 3
    assert {dict(case.situation)["agent"] for case in cases.values()} == {True}
    assert shared(office, cases[VENUE].id) == (
        [SHOPKEEPER, FOOD, VENUE],
        [("identity-card", [SHOPKEEPER, FOOD, VENUE]), ("authorisation-letter", [SHOPKEEPER, FOOD, VENUE])],
        [("business-licence", SHOPKEEPER, [FOOD, VENUE])],
    )


def test_a_paper_that_comes_for_one_case_is_there_for_all(office, person):
    ok(open_all(office, person, situation={"agent": True}))
    cases = opened(office, person)
    letter = ok(paper(office, cases[SHOPKEEPER].id, "authorisation"))
    held = [entry[:2] for entry in opened(office, person)[FOOD].entries]
    assert ("authorisation", letter) in held
    assert refused(paper(office, cases[FOOD].id, "authorisation")) == [
        ("material.already-held", "authorisation")
    ]


def test_items_that_are_not_needed_stay_out(office, person, company):
    case = ok(open_all(office, person, situation={"also-venue": True}, leave_out=(SHOPKEEPER,)))
    assert [*sorted(opened(office, person))] == sorted((FOOD, VENUE))
    assert shared(office, case)[1:] == (
        [("business-licence", [FOOD, VENUE]), ("identity-card", [FOOD, VENUE])],
        [],
    )
    alone = ok(open_all(office, company, leave_out=(SHOPKEEPER,)))
    with office.site() as site:
        assert matters.shown_matter(site, site.dossiers[alone]) is None


def test_a_case_that_is_open_already_joins_with_what_lies_in_it(office, person):
    food = office.case(person, FOOD)
    card = ok(paper(office, food, "identity", document_number="云320", issuer="云溪县公安局"))
    first = ok(open_all(office, person))
    cases = opened(office, person)
    assert (first, {case.course for case in cases.values()}, len(cases)) == (food, {food}, 2)
    assert [(event, why) for event, _at, _by, why in cases[FOOD].events] == [("open", "")]
    assert ("identity", card) in [entry[:2] for entry in cases[SHOPKEEPER].entries]
    again = open_all(office, person)
    assert findings(again) == [
        ("onething.open-already", "key", {"id": cases[SHOPKEEPER].id, "code": cases[SHOPKEEPER].code}, "")
    ]


def test_two_cases_of_nobodys_matter_become_one(office, person):
    food, shop = office.case(person, FOOD), office.case(person, SHOPKEEPER)
    first = ok(open_all(office, person))
    cases = opened(office, person)
    assert (first, {case.course for case in cases.values()}) == (shop, {shop})
    assert [(event, why) for event, _at, _by, why in cases[FOOD].events] == [
        ("open", ""),
        ("join", "开餐饮店一件事"),
    ]
    assert cases[FOOD].id == food


def test_cases_of_two_matters_are_not_mixed(office, person):
    for guide in (FOOD, SHOPKEEPER):
        case = office.case(person, guide)
        other = office.case(person, VENUE, course=case, again="另一处")
        assert other
    assert refused(open_all(office, person)) == [("onething.several-matters", "applicant")]


def test_everything_wrong_is_told_at_once_and_nothing_is_opened(office, person, company):
    before = last_transaction(office)
    assert findings(open_all(office, company)) == [
        ("guide.wrong-audience", "applicant", {"title": "个体工商户设立登记"}, "")
    ]
    assert refused(open_all(office, person, key="open-zoo")) == [("onething.unknown", "key")]
    assert refused(open_all(office, "nobody")) == [("applicant.unknown", "applicant")]
    assert refused(open_all(office, person, key="open-kindergarten")) == [("guide.not-in-force", "key")]
    assert refused(
        open_all(office, person, leave_out=("zoo",), situation={"lion": True, "also-venue": "maybe"})
    ) == [
        ("situation.unknown-question", "lion"),
        ("situation.wrong-answer", "also-venue"),
        ("onething.part-unknown", "leave_out"),
    ]
    assert refused(open_all(office, person, leave_out=(SHOPKEEPER, FOOD))) == [
        ("onething.nothing-wanted", "leave_out")
    ]
    assert refused(open_all(office, person, agent="11")) == [("applicant.not-a-number", "agent")]
    assert last_transaction(office) == before
    assert opened(office, company) == opened(office, person) == {}


def test_a_case_that_was_withdrawn_does_not_join(office, person):
    food = office.case(person, FOOD)
    ok(office.do(CLERK, lambda act: dossiers.withdraw(act, act.site.dossiers[food], why="先不办")))
    first = ok(open_all(office, person))
    with office.site() as site:
        assert (site.dossiers[food].course, site.dossiers[first].guide) == ("", SHOPKEEPER)


def test_two_clerks_who_open_the_same_matter_at_once_open_it_once(office, person):
    start = Barrier(2)

    def both(_: int):
        start.wait()
        return open_all(office, person)

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(both, range(2)))
    made = [each for each in results if isinstance(each, str)]
    (second,) = [each for each in results if not isinstance(each, str)]
    assert [code for code, _ in refused(second)] == ["onething.open-already"]
    with office.site() as site:
        assert sorted(each.guide for each in site.dossiers.values()) == sorted((SHOPKEEPER, FOOD))
        assert {each.course for each in site.dossiers.values()} == set(made)


def test_a_guide_that_was_withdrawn_stops_the_whole_matter(office, person):
    withdraw = {"version": 1, "why": "事项调整"}
    ok(office.do(PUBLISHER, lambda act: guides.withdraw_guide(act, act.site.guides[FOOD], **withdraw)))
    before = last_transaction(office)
    assert refused(open_all(office, person)) == [("guide.not-in-force", "key")]
    assert (last_transaction(office), opened(office, person)) == (before, {})


def test_an_item_decided_before_is_applied_for_anew_with_its_result_in_the_pool(office, person):
    shop = office.case(person, SHOPKEEPER)
    deliver(office, shop)
    first = ok(open_all(office, person, leave_out=(SHOPKEEPER,)))
    with office.site() as site:
        assert (site.dossiers[first].guide, site.dossiers[shop].course) == (FOOD, "")
        licence = site.dossiers[shop].result_material
        assert licence in {entry[1] for entry in site.dossiers[first].entries}
