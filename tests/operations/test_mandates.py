"""Agents with scope and term, guardians of children under 14, the dead and the deregistered, families."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from records.domain.materials import Via
from records.domain.subjects import Ended, MandateKind, Relative
from records.operations import (
    applicants,
    dossiers,
    families,
    freezes,
    guides,
    joins,
    mandates,
    materials,
    subjects,
)
from records.operations.acts import leave_trace
from records.operations.checklists import checklist_of, warnings_of
from tests.office import ANOTHER, CITIZEN, CLERK, NAME, REVIEWER, SHOP

from .cases import (
    FOOD,
    SHOPKEEPER,
    VENUE,
    archive,
    body_of,
    deliver,
    entries,
    last_transaction,
    library,
    ok,
    on,
    paper,
    refused,
)

CHILD = "41999920121124001X"  # born on 24 November 2012: fourteen on the day after the office's Monday
GROWN = "419999201211230014"  # fourteen on that very Monday, still counted as under
CARD = {"document_number": "110-2020", "issuer": "云溪县公安局", "issued_on": date(2020, 5, 1)}
FAMILY = "subsistence-allowance"


def shown(office, operation, applicant: str, **values):
    """Do an act that rests on a paper shown at the window."""
    proved = {"upload": office.upload("证明"), "original_seen": True, **values}
    return office.do(CLERK, lambda act: operation(act, act.site.applicants[applicant], **proved))


def authorise(office, applicant: str, **values):
    given = {
        "kind": MandateKind.AGENT,
        "number": ANOTHER,
        "items": FOOD,
        "until": office.clock.today(),
        **values,
    }
    return shown(office, mandates.authorise, applicant, **given)


def guard(office, child: str, number: str = ANOTHER):
    return authorise(office, child, kind=MandateKind.GUARDIAN, number=number, items="", until=None)


def open_case(office, applicant: str, guide: str = FOOD, **more):
    return office.do(CLERK, lambda act: dossiers.open_dossier(act, applicant=applicant, guide=guide, **more))


@pytest.fixture
def person(office) -> str:
    office.applicant(ANOTHER, "司马𠮷")
    return office.applicant()


def warned(office, case: str) -> list[str]:
    with office.site() as site:
        dossier, today = site.dossiers[case], office.clock.today()
        made = checklist_of(site, dossier, today=today)
        found = warnings_of(site, dossier, made, today=today, calendar=office.services.calendar(site))
        return [each.code for each in found if each.code.startswith(("agent.", "subject.", "minor."))]


def test_an_agent_acts_within_scope_and_term_and_stands_on_the_case(office, person):
    ok(authorise(office, person))
    case = ok(open_case(office, person, agent=f" {ANOTHER} "))
    with office.site() as site:
        dossier = site.dossiers[case]
        agent = site.applicants[dossier.agent_id]
        assert (dossier.agent, agent.name, agent.number_masked) == ("司马𠮷", "司马𠮷", "4****************8")
        assert library(office, person) == [("authorisation-letter", "B", "valid", "submitted", 1)]


def test_the_last_day_counts_and_the_day_after_does_not(office, person):
    ok(authorise(office, person))
    office.clock.advance(days=1)
    assert refused(open_case(office, person, agent=ANOTHER)) == [("agent.term-over", "agent")]
    ok(open_case(office, person))


def test_an_item_outside_the_scope_and_an_unknown_agent_are_refused(office, person):
    ok(authorise(office, person))
    assert refused(open_case(office, person, VENUE, agent=ANOTHER)) == [("agent.out-of-scope", "agent")]
    assert refused(open_case(office, person, agent=GROWN)) == [("agent.no-file", "agent")]
    assert refused(open_case(office, person, agent="司马𠮷")) == [("applicant.not-a-number", "agent")]
    office.applicant("419999200002290024", "诸葛䶮")
    assert refused(open_case(office, person, agent="419999200002290024")) == [("agent.no-mandate", "agent")]


def test_a_mandate_says_all_that_is_wrong_with_it(office, person):
    before = last_transaction(office)
    assert refused(authorise(office, person, items="吃席\n云游", until=None, upload=None)) == [
        ("mandate.unknown-item", "items"),
        ("mandate.unknown-item", "items"),
        ("mandate.no-term", "until"),
        ("proof.missing", "material"),
    ]
    yesterday = office.clock.today() - timedelta(days=1)
    assert refused(authorise(office, person, number=CITIZEN, items="", until=yesterday)) == [
        ("mandate.itself", "number"),
        ("mandate.no-items", "items"),
        ("mandate.term-backwards", "until"),
    ]
    assert refused(authorise(office, person, since=yesterday, until=yesterday)) == [
        ("mandate.term-over", "until")
    ]
    assert last_transaction(office) == before


def test_items_are_named_by_title_too(office, person):
    with office.site() as site:
        title = site.guides[VENUE].title
    ok(authorise(office, person, items=f"{title}；{FOOD}"))
    with office.site() as site:
        assert site.applicants[person].mandates[0][2] == (VENUE, FOOD)


def test_an_agent_whose_term_ended_takes_no_further_step_but_the_applicant_does(office, person):
    ok(authorise(office, person))
    case = ok(open_case(office, person, agent=ANOTHER))
    assert warned(office, case) == []
    office.clock.advance(days=1)
    assert warned(office, case) == ["agent.term-over"]
    for step, more in ((dossiers.receive, {}), (dossiers.withdraw, {"why": "不办了"})):
        assert refused(office.do(CLERK, on(case, step, **more))) == [("agent.term-over", "agent")]
    ok(office.do(CLERK, on(case, mandates.act_in_person)))
    assert refused(office.do(CLERK, on(case, mandates.act_in_person))) == [("agent.nobody", "")]
    ok(office.do(CLERK, on(case, dossiers.receive)))


def test_a_mandate_is_taken_back_at_once(office, person):
    ok(authorise(office, person))
    with office.site() as site:
        agent = site.applicants[person].mandates[0][1]

    def end(why):
        return office.do(CLERK, lambda act: mandates.end_mandate(
            act, act.site.applicants[person], agent=agent, why=why))  # fmt: skip

    assert refused(end(" ")) == [("agent.no-reason", "why")]
    ok(end("本人收回"))
    assert refused(open_case(office, person, agent=ANOTHER)) == [("agent.term-over", "agent")]
    assert refused(end("再收回")) == [("agent.no-mandate", "agent")]


def test_a_child_under_14_acts_through_a_guardian_only(office, person):
    child = office.applicant(CHILD, "欧阳小䶮")
    assert refused(open_case(office, child)) == [("minor.no-guardian", "agent")]
    assert refused(open_case(office, child, agent=ANOTHER)) == [("minor.no-guardian", "agent")]
    ok(guard(office, child))
    case = ok(open_case(office, child, agent=ANOTHER))
    assert refused(office.do(CLERK, on(case, mandates.act_in_person))) == [("minor.no-guardian", "agent")]
    with office.site() as site:
        assert site.applicants[child].mandates[0][4] == date(2030, 11, 23)


def test_the_birthday_itself_is_still_under_14_and_the_next_day_is_not(office, person):
    young = office.applicant(GROWN, "司马小𠮷")
    assert refused(open_case(office, young)) == [("minor.no-guardian", "agent")]
    office.clock.advance(days=1)
    ok(open_case(office, young))


def test_a_child_is_nobodys_agent_and_the_grown_have_no_guardian(office, person):
    child = office.applicant(CHILD, "欧阳小䶮")
    assert refused(authorise(office, person, number=CHILD)) == [("mandate.agent-protected", "number")]
    assert refused(guard(office, person)) == [("mandate.of-age", "kind")]
    ok(office.do(CLERK, lambda act: applicants.create_applicant(
        act, number=SHOP, name="云溪县老街坊面馆", representative=NAME)))  # fmt: skip
    assert refused(guard(office, child, SHOP)) == [("mandate.not-a-person", "number")]


def test_a_child_is_protected_under_a_joined_passport_too(office, person):
    child, abroad = office.applicant(CHILD, "欧阳小䶮"), office.applicant("E12345678", "欧阳小䶮")
    ok(open_case(office, abroad))
    ok(shown(office, joins.propose_join, child, number="E12345678", why="护照资料页"))
    ok(office.do(REVIEWER, lambda act: joins.confirm_join(act, act.site.applicants[child], other=abroad)))
    assert refused(open_case(office, abroad, VENUE)) == [("minor.no-guardian", "agent")]


def freeze(office, applicant: str, **values):
    given = {"as_": Ended.DEAD, "day": office.clock.today(), "why": "死亡医学证明", **values}
    return shown(office, freezes.freeze, applicant, **given)


def test_of_the_dead_nothing_is_reused_and_no_case_is_opened(office, person):
    waits = office.case(person, FOOD)
    ok(office.hand_in(office.case(person, VENUE), "identity", "身份证", **CARD))
    item = archive(office, ok(open_case(office, person, VENUE, again="第二处")))
    with office.site() as site:
        before = site.archives[item].fingerprint
    ok(freeze(office, person))
    assert refused(open_case(office, person, SHOPKEEPER)) == [("subject.ended", "applicant")]
    with office.site() as site:
        assert list(subjects.reachable(site, person)) == []
        assert len(list(subjects.held(site, person))) > 1
        assert site.archives[item].fingerprint == before
    assert entries(office, waits) == {}
    assert warned(office, waits) == ["subject.ended"]
    assert refused(paper(office, waits, "application")) == [("subject.ended", "applicant")]
    assert refused(freeze(office, person)) == [("freeze.already", "")]
    assert refused(authorise(office, person)) == [("subject.ended", "applicant")]


def test_freezing_wants_the_right_word_a_day_and_proof(office, person):
    born_later = date(1960, 1, 1)
    before = last_transaction(office)
    assert refused(freeze(office, person, as_=Ended.DEREGISTERED, day=born_later, why="", upload=None)) == [
        ("freeze.kind", "as_"),
        ("freeze.before-birth", "day"),
        ("freeze.no-reason", "why"),
        ("proof.missing", "material"),
    ]
    tomorrow = office.clock.today() + timedelta(days=1)
    assert refused(freeze(office, person, day=tomorrow)) == [("freeze.day-to-come", "day")]
    assert last_transaction(office) == before


def test_a_thawed_file_serves_again(office, person):
    ok(office.hand_in(office.case(person, VENUE), "identity", "身份证", **CARD))
    assert refused(shown(office, freezes.thaw, person, why="误报")) == [("thaw.not-frozen", "")]
    ok(freeze(office, person))
    assert refused(shown(office, freezes.thaw, person, why=" ", upload=None)) == [
        ("thaw.no-reason", "why"),
        ("proof.missing", "material"),
    ]
    ok(shown(office, freezes.thaw, person, why="公安机关更正"))
    assert "identity" in entries(office, ok(open_case(office, person, FOOD)))


def test_a_dead_operators_card_serves_the_business_no_more(office):
    person = office.applicant()
    case = office.case(person, SHOPKEEPER)
    ok(office.hand_in(case, "identity", "身份证", **{**CARD, "document_number": CITIZEN}))
    deliver(office, case, result_number="92419999MA00900141")
    business = ok(office.do(CLERK, lambda act: applicants.find_applicant(act, number="92419999MA00900141")))
    ok(freeze(office, person))
    assert set(entries(office, ok(open_case(office, business, FOOD)))) == {"business-licence"}


def ask(office, dead: str, **values):
    given = {"number": ANOTHER, "relation": Relative.CHILD, "wish": "查阅父亲的办件", **values}
    return shown(office, freezes.note_request, dead, **given)


def test_a_near_relative_of_the_dead_may_ask_and_it_is_noted(office, person):
    assert refused(ask(office, person)) == [("relative.not-dead", "")]
    ok(freeze(office, person))
    assert refused(ask(office, person, number=CITIZEN, wish=" ")) == [
        ("relative.itself", "number"),
        ("relative.no-wish", "wish"),
    ]
    ok(ask(office, person))
    with office.site() as site:
        ((relative, relation, wish, _proof, by, _at),) = site.applicants[person].requests
        assert (site.applicants[relative].name, relation, wish, by) == (
            "司马𠮷",
            "child",
            "查阅父亲的办件",
            CLERK,
        )


def in_force(act):
    """Bring the guide into force without its reviewers, who are another test's matter."""
    record = guides.save_draft(act, body_of(FAMILY))
    record.versions[-1].status, record.versions[-1].effective_on = "published", act.today
    leave_trace(act, "guide.publish", record)
    return record


@pytest.fixture
def family(office, person) -> tuple[str, str]:
    """An applicant for an allowance and somebody else whose household register the centre holds."""
    office.do("bailu", in_force)
    with office.site() as site:
        other = next(each for each in site.applicants if each != person)
    case = ok(open_case(office, other, FAMILY))
    ok(office.hand_in(case, "household", "户口簿", document_number="H-1", issuer="云溪县公安局",
                      issued_on=date(2025, 1, 1)))  # fmt: skip
    ok(office.hand_in(case, "identity", "身份证", **CARD))
    return ok(open_case(office, person, FAMILY)), other


def name(office, case: str, number: str = ANOTHER):
    return office.do(CLERK, on(case, families.name_member, number=number, relation=Relative.SPOUSE))


def test_a_members_paper_fills_only_the_line_that_is_about_the_family(office, family):
    case, other = family
    assert entries(office, case) == {}
    ok(name(office, case))
    filled = entries(office, case)
    assert set(filled) == {"household"}
    with office.site() as site:
        dossier = site.dossiers[case]
        assert site.materials[filled["household"][0]].applicant == other
        made = checklist_of(site, dossier, today=office.clock.today())
        assert (made.line("household").via, made.line("identity").status) == (Via.MEMBER, "missing")
        card = next(m.id for m in site.materials.values() if m.standard == "identity-card")
    assert refused(office.do(CLERK, on(case, materials.use_material, line="identity", material=card))) == [
        ("material.unknown", "identity")
    ]


def test_a_family_is_named_where_the_guide_asks_for_it_once_and_without_the_applicant(office, family):
    case, _ = family
    ok(name(office, case))
    assert refused(name(office, case)) == [("member.already", "number")]
    assert refused(name(office, case, CITIZEN)) == [("member.itself", "number")]
    assert refused(name(office, case, GROWN)) == [("member.no-file", "number")]
    with office.site() as site:
        applicant = site.dossiers[case].applicant
    assert refused(name(office, office.case(applicant, FOOD))) == [("member.not-asked", "")]


def test_who_does_not_live_there_is_struck_and_takes_the_papers_along(office, family):
    case, other = family
    ok(name(office, case))

    def strike():
        return office.do(CLERK, on(case, families.strike_member, member=other))

    ok(strike())
    assert entries(office, case) == {}
    assert refused(strike()) == [("member.unknown", "member")]


def test_a_member_who_was_joined_wrongly_leaves_nothing_in_the_familys_case(office, family):
    case, other = family
    abroad = office.applicant("E12345678", "司马𠮷")
    ok(shown(office, joins.propose_join, other, number="E12345678", why="证明"))
    ok(office.do(REVIEWER, lambda act: joins.confirm_join(act, act.site.applicants[other], other=abroad)))
    ok(name(office, case, "E12345678"))
    assert set(entries(office, case)) == {"household"}
    ok(office.do(CLERK, lambda act: joins.separate(
        act, act.site.applicants[other], other=abroad, why="另有其人")))  # fmt: skip
    ok(
        office.do(
            REVIEWER, lambda act: joins.confirm_separation(act, act.site.applicants[other], other=abroad)
        )
    )
    assert entries(office, case) == {}
    with office.site() as site:
        assert [row[0] for row in site.dossiers[case].separated] == ["household"]
