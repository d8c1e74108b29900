"""The burden ledger from real acts: what the log says, what the rows say, and what they were made of are one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from records.domain import burden
from records.domain.burden import Figure
from records.domain.dossiers import Gap
from records.domain.findings import Refused
from records.domain.vocabulary import DeclineReason, GapKind, Outcome, Override
from records.operations import acts, decisions, dossiers, materials
from records.operations import burden as ledger
from records.operations.checklists import checklist_of
from records.operations.tending import tend
from tests.office import ANOTHER, CITIZEN, CLERK, HEALTH_REVIEWER, build_office

VENUE, UNIT = "public-venue-hygiene", "health-commission"
NOVEMBER = ("2026-11", UNIT, VENUE)


def bring(office, dossier: str) -> list[str]:
    """Hand in whatever the checklist asks of the applicant, confirm what is held; return the lines handed in."""
    with office.site() as site:
        made = checklist_of(site, site.dossiers[dossier], today=office.clock.today())
        open_lines = [each for each in made.lines if each.needed and not each.complete and not each.by_office]
    handed = []
    for state in open_lines:
        if state.material:
            office.do(CLERK, lambda act, state=state: materials.use_material(
                act, act.site.dossiers[dossier], line=state.line.id, material=state.material,
            ))  # fmt: skip
            continue
        described = {"document_number": f"{dossier}-{state.line.id}", "issuer": "云溪县卫生检测机构"}
        taken = office.hand_in(
            dossier, state.line.id, f"{dossier}{state.line.id}", issued_on=office.clock.today(), **described
        )
        assert not isinstance(taken, Refused), taken
        handed.append(state.line.id)
    return handed


def accept(office, dossier: str) -> None:
    done = office.do(CLERK, lambda act: dossiers.accept(act, act.site.dossiers[dossier]))
    assert not isinstance(done, Refused), done


def decide(office, dossier: str, *, number: str) -> None:
    done = office.do(HEALTH_REVIEWER, lambda act: decisions.decide(
        act, act.site.dossiers[dossier], outcome=Outcome.GRANTED, result_number=number,
        result=office.upload(f"卫生许可证{number}"), result_valid_until=office.clock.today() + timedelta(days=1400),
    ))  # fmt: skip
    assert not isinstance(done, Refused), done


def shown(office, month: str = "2026-11") -> dict:
    with office.site() as site:
        return ledger.figures(site, first=month, last=month, units=list(site.office["units"]))


def accounts(office, month: str = "2026-11") -> dict[str, str]:
    with office.site() as site:
        return {
            case: account.lines
            for case, account in ledger.cases(site, month, units=list(site.office["units"]))
        }


def different(office, month: str = "2026-11") -> list[str]:
    with office.site() as site:
        found = ledger.differences(site, month, units=list(site.office["units"]), shown=shown(office, month))
    return [each.code for each in found]


def figure(tally, name: Figure) -> int:
    return burden.of(tally, name)


def test_who_comes_again_is_asked_for_less_and_each_line_stands_once(office):
    person = office.applicant()
    first = office.case(person, VENUE)
    office.fetch(first)
    bring(office, first)
    assert accounts(office) == {}
    accept(office, first)
    second = office.case(person, VENUE, again="第二处场所")
    assert bring(office, second) == ["application"]
    accept(office, second)
    assert accounts(office) == {first: "affaaa", second: "arrrrr"}
    tally = shown(office)[NOVEMBER]
    assert tally == (2, 12, 5, 2, 0, 0, 5, 0, 0, 0, 5, 0)
    assert burden.percent(burden.spared(tally)) == "58.3%"
    assert different(office) == []


def test_what_the_office_still_fetches_is_no_burden_and_the_decision_brings_the_last_figures_to_the_month_of_acceptance(
    office,
):
    dossier = office.case(office.applicant(), VENUE)
    bring(office, dossier)
    accept(office, dossier)
    assert accounts(office) == {dossier: "awwaaa"}
    assert figure(shown(office)[NOVEMBER], Figure.TO_FETCH) == 2
    office.clock.set(datetime(2026, 12, 3, 1, tzinfo=UTC))
    office.fetch(dossier)
    decide(office, dossier, number="云卫证2026001")
    assert accounts(office) == {dossier: "affaaa"}
    assert shown(office, "2026-12") == {}
    with office.site() as site:
        (account,) = [each for _, each in ledger.cases(site, "2026-11", units=[UNIT])]
        due = site.dossiers[dossier].statutory_due
        calendar = office.services.calendar(site)
    saved = sum(
        calendar.judge(office.clock.today() + timedelta(days=n)).counts
        for n in range(1, (due - office.clock.today()).days + 1)
    )
    assert (account.visits, account.days, account.window) == (2, saved, "A01")
    assert saved > 0
    assert different(office) == []


def test_an_applicant_who_insists_is_counted_as_handed_in_again_and_never_as_asked_while_held(office):
    person = office.applicant()
    first = office.case(person, VENUE)
    office.fetch(first)
    bring(office, first)
    accept(office, first)
    second = office.case(person, VENUE, again="第二处场所")
    described = materials.Description(
        "云检2026-77", "云溪县卫生检测机构", office.clock.today(), original_seen=True
    )

    def again(act, override):
        return materials.submit_material(
            act, act.site.dossiers[second], line="hygiene-report", upload=office.upload("又一份报告"),
            description=described, override=override,
        )  # fmt: skip

    refused = office.do(CLERK, lambda act: again(act, None))
    assert [found.code for found in refused.findings] == ["material.already-held"]
    assert not isinstance(office.do(CLERK, lambda act: again(act, Override.VOLUNTEERED)), Refused)
    bring(office, second)
    accept(office, second)
    assert accounts(office)[second] == "arrrxr"
    tally = shown(office)[NOVEMBER]
    assert (figure(tally, Figure.AGAIN), figure(tally, Figure.HELD)) == (1, 0)
    assert different(office) == []
    with office.site() as site:
        assert ledger.recompute(site).asked_while_held == {}


def test_a_line_that_a_notice_demanded_counts_as_asked(office):
    dossier = office.case(office.applicant(), VENUE)
    office.fetch(dossier)
    with office.site() as site:
        made = checklist_of(site, site.dossiers[dossier], today=office.clock.today())
        missing = [each.line.id for each in made.lines if each.needed and not each.complete]
    gaps = [Gap(line, GapKind.MISSING, "请提交") for line in missing]
    told = office.do(CLERK, lambda act: dossiers.request_supplement(
        act, act.site.dossiers[dossier], gaps=gaps, until=office.clock.today() + timedelta(days=10),
    ))  # fmt: skip
    assert not isinstance(told, Refused), told
    bring(office, dossier)
    office.do(CLERK, lambda act: dossiers.supplement(act, act.site.dossiers[dossier]))
    accept(office, dossier)
    assert figure(shown(office)[NOVEMBER], Figure.ASKED) == len(missing) == 4


def test_what_is_never_accepted_is_never_counted(office):
    declined = office.case(office.applicant(), VENUE)
    withdrawn = office.case(office.applicant(ANOTHER, "诸葛𠮷"), VENUE)
    office.do(CLERK, lambda act: dossiers.decline(
        act, act.site.dossiers[declined], reason=DeclineReason.NOT_COMPETENT, explanation="不由县级办理。",
        law="行政许可法 第三十二条", organ="市卫生健康委员会",
    ))  # fmt: skip
    office.do(CLERK, lambda act: dossiers.withdraw(act, act.site.dossiers[withdrawn], why="书面撤回"))
    assert accounts(office) == {}
    assert shown(office) == {}


def test_rows_kept_by_the_background_say_what_the_log_says_before_and_after_a_decision(office):
    dossier = office.case(office.applicant(), VENUE)
    bring(office, dossier)
    accept(office, dossier)
    before = shown(office), accounts(office)
    assert ledger.fold(office.services, least=1) > 0
    assert (shown(office), accounts(office)) == before
    with office.site() as site:
        assert site.burden.mark == site.audit.last
    office.fetch(dossier)
    decide(office, dossier, number="云卫证2026002")
    unfolded = shown(office), accounts(office)
    assert unfolded != before
    assert ledger.fold(office.services, least=1) > 0
    assert (shown(office), accounts(office)) == unfolded
    assert ledger.fold(office.services, least=1) == 0
    assert different(office) == []


def test_the_background_waits_until_it_is_worth_a_transaction(office):
    dossier = office.case(office.applicant(), VENUE)
    bring(office, dossier)
    accept(office, dossier)
    tend(office.services)
    with office.site() as site:
        assert site.burden is None
    assert ledger.fold(office.services, least=10_000) == 0


def test_rows_that_were_changed_behind_the_log_are_found_figure_by_figure(office):
    dossier = office.case(office.applicant(), VENUE)
    bring(office, dossier)
    accept(office, dossier)
    ledger.fold(office.services, least=1)

    def embellish(root):
        sums = root["site"].burden.sums
        key = next(iter(sums))
        sums[key] = burden.add(sums[key], (0, 0, 3, *[0] * (len(Figure) - 3)))

    office.services.database.run(embellish)
    with office.site() as site:
        (found,) = ledger.differences(site, "2026-11", units=[UNIT], shown=shown(office))
    assert found.code == "burden.differs"
    assert dict(found.params) == {
        "month": "2026-11", "unit": UNIT, "guide": VENUE, "figure": "复用", "shown": 3, "log": 0,
    }  # fmt: skip


@pytest.mark.parametrize(("override", "codes"), [("", ["burden.asked-while-held"]), ("volunteered", [])])
def test_a_hand_in_that_got_past_the_gate_is_found_in_the_log(office, override, codes):
    dossier = office.case(office.applicant(), VENUE)
    bring(office, dossier)
    accept(office, dossier)
    details = {"dossier": dossier, "line": "plan", "files": [], "held": "reuse.held", "override": override}
    office.do(CLERK, lambda act: acts.enter(act, "material.submit", "material:x", details=details) and None)
    assert different(office) == codes
    assert different(office, "2026-10") == []


def test_windows_and_single_figures_lead_to_their_cases(office):
    dossier = office.case(office.applicant(CITIZEN), VENUE)
    bring(office, dossier)
    accept(office, dossier)
    for _ in range(2):
        with office.site() as site:
            assert ledger.windows(site, "2026-11", units=[UNIT]) == {"A01": shown(office)[NOVEMBER]}
            assert ledger.windows(site, "2026-11", units=["transport-bureau"]) == {}
            assert ledger.differences(site, "2026-11", units=["transport-bureau"], shown={}) == ()
            for name in Figure:
                found = list(ledger.cases(site, "2026-11", units=[UNIT], guide=VENUE, figure=name))
                assert sum(account.figure(name) for _, account in found) == figure(
                    shown(office)[NOVEMBER], name
                )
            assert list(ledger.cases(site, "2026-11", units=[UNIT], guide="food-business")) == []
        ledger.fold(office.services, least=1)


def test_months():
    assert ledger.months_to("2026-02", 3) == ("2025-12", "2026-01", "2026-02")
    assert ledger.month_of("", otherwise="2026-11") == "2026-11"
    assert ledger.month_of("2026-1", otherwise="") == "2026-01"
    for wrong in ("2026-13", "十一月", "2026", "2026-11-01"):
        assert [found.code for found in ledger.month_of(wrong, otherwise="").findings] == ["burden.month"]


def test_an_old_site_without_rows_reads_the_log(tmp_path):
    office = build_office(tmp_path)
    with office.site() as site:
        assert site.burden is None
        assert ledger.figures(site, first="0000-00", last="9999-99", units=[UNIT]) == {}
    office.close()
