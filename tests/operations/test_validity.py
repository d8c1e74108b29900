"""Validity in time: what is taken away, ends or is corrected reaches the running cases, and nothing that is decided."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

from records.domain.checklists import LineStatus
from records.domain.dossiers import Gap
from records.domain.fetching import LicenceStatus
from records.domain.findings import Refused
from records.domain.validity import AT_DECISION
from records.domain.vocabulary import GapKind, Outcome, Override
from records.jobs import work_once
from records.operations import decisions, dossiers, materials, tending, validity
from records.operations.checklists import checklist_of, falls_of, warnings_of
from records.operations.falls import cases_fallen
from tests.office import ANOTHER, CLERK, HEALTH_REVIEWER

from .cases import (
    VENUE,
    accept,
    archive,
    body_of,
    decide,
    entries,
    fill,
    findings,
    ok,
    on,
    override,
    paper,
    publish,
    refused,
    with_line,
)

EVIDENCE = "云市监罚〔2026〕12号"
UNIT = "health-commission"
REPORT_NAME = "公共场所卫生检测或者评价报告"


def amend(material: str, operation, userid: str = CLERK, **values):
    return lambda office: office.do(
        userid, lambda act: operation(act, act.site.materials[material], **values)
    )


def stop(office, material: str, status=LicenceStatus.TAKEN_AWAY, **more):
    values = {"status": status, "evidence": EVIDENCE, "why": "发证机关通知", **more}
    return amend(material, validity.stop_material, **values)(office)


def restore(office, material: str, **more):
    return amend(material, validity.restore_material, **{"evidence": EVIDENCE, "why": "复议撤销", **more})(
        office
    )


def correct(office, material: str, **values):
    return amend(material, validity.correct_material, **{"why": "录入时看错", **values})(office)


def on_day(office, year: int, month: int, day: int, hour: int = 1, minute: int = 0) -> None:
    """Let the worker meet that hour (UTC) and do what is owed."""
    office.clock.set(datetime(year, month, day, hour, minute, tzinfo=UTC))
    tending.tend(office.services)
    idle(office)


def idle(office) -> None:
    """Do what is owed."""
    while work_once(office.services):
        pass


def falls(office, case: str) -> dict[str, str]:
    with office.site() as site:
        found = falls_of(site, site.dossiers[case], today=office.clock.today())
        return {line: each.code for line, each in found.items()}


def listed(office, unit: str = UNIT) -> list[str]:
    with office.site() as site:
        return [dossier.id for dossier in cases_fallen(site, unit)]


def line_of(office, case: str, line: str):
    with office.site() as site:
        return checklist_of(site, site.dossiers[case], today=office.clock.today()).line(line)


def trace(office, event: str) -> list[dict]:
    with office.site() as site:
        read = [(json.loads(entry.line), entry.details) for _, entry in site.audit.items(1)]
    return [
        {**line, "details": json.loads(details) if details else {}}
        for line, details in read
        if line["event"] == event
    ]


def snapshot(office, case: str) -> tuple:
    idle(office)
    with office.site() as site:
        dossier = site.dossiers[case]
        packages = tuple(site.archives[item].package_digest for item in (dossier.archived_item,) if item)
        return dossier.fingerprint, dossier.seq, dossier.entries, dossier.events, packages


def reporting(office, **report) -> tuple[str, str]:
    """Return a venue case in which the report was handed in, and that report."""
    case = office.case(office.applicant(), VENUE)
    return case, ok(paper(office, case, "hygiene-report", **report))


def grant(office, case: str):
    with office.site() as site:
        number = site.dossiers[case].number
    values = {
        "outcome": Outcome.GRANTED,
        "result_number": f"云卫许〔2026〕{number}号",
        "result": office.upload("许可证"),
    }
    return office.do(HEALTH_REVIEWER, on(case, decisions.decide, **values))


def test_what_is_taken_away_before_acceptance_empties_its_line_at_once(office):
    case, report = reporting(office)
    fill(office, case)
    ok(stop(office, report))
    state = line_of(office, case, "hygiene-report")
    assert (state.status, state.gap, state.note) == (LineStatus.MISSING, GapKind.MISSING, "吊销")
    assert falls(office, case) == {"hygiene-report": "validity.stopped"}
    assert listed(office) == [case]
    assert refused(office.do(CLERK, on(case, dossiers.accept))) == [("checklist.missing", "hygiene-report")]
    newer = ok(paper(office, case, "hygiene-report", "复检报告", document_number="云疾控检〔2026〕99号"))
    assert entries(office, case)["hygiene-report"] == (newer, "submitted")
    assert (falls(office, case), listed(office)) == ({}, [])
    ok(office.do(CLERK, on(case, dossiers.accept)))


def test_the_paper_that_was_taken_away_is_not_taken_again_nor_out_of_the_library(office):
    case, report = reporting(office)
    ok(stop(office, report))
    again = paper(office, case, "hygiene-report")
    assert "material.same-as-unusable" in [code for code, _ in refused(again)]
    ok(office.do(CLERK, on(case, materials.remove_material, line="hygiene-report", why="已吊销")))
    assert "material.same-as-unusable" in [code for code, _ in refused(paper(office, case, "hygiene-report"))]
    with office.site() as site:
        assert site.materials[report].status == "frozen"


def test_one_taken_away_in_mid_case_stops_the_grant_and_not_the_refusal(office):
    case, report = reporting(office)
    accept(office, case)
    office.fetch(case)
    ok(stop(office, report, why="抽检造假"))
    assert findings(grant(office, case)) == [
        (
            "validity.stopped",
            "hygiene-report",
            {"line": REPORT_NAME, "id": report, "status": "吊销"},
            "",
        )
    ]
    with office.site() as site:
        dossier = site.dossiers[case]
        made = checklist_of(site, dossier, today=office.clock.today())
        calendar = office.services.calendar(site)
        warned = warnings_of(site, dossier, made, today=office.clock.today(), calendar=calendar)
        assert "validity.stopped" in [found.code for found in warned]
        assert dossier.events[-1] == ("material_fell", office.clock.now(), CLERK, REPORT_NAME)
        assert dossier.fallen == (("hygiene-report", report, "validity.stopped"),)
    assert listed(office) == [case]
    ok(office.do(
        HEALTH_REVIEWER, on(case, decisions.decide, outcome=Outcome.REFUSED, reasons="检测报告已被吊销。")
    ))  # fmt: skip
    assert listed(office) == []


def test_another_valid_paper_takes_its_place_after_acceptance_and_no_other_line_opens(office):
    case, report = reporting(office)
    accept(office, case)
    office.fetch(case)
    assert refused(paper(office, case, "plan", "新图")) == [
        ("dossier.closed-for-materials", ""),
        ("material.line-filled", "plan"),
    ]
    ok(stop(office, report))
    ok(paper(office, case, "hygiene-report", "复检报告", document_number="云疾控检〔2026〕99号"))
    ok(grant(office, case))


def test_a_case_decided_a_minute_ago_is_untouched(office):
    decided = office.case(office.applicant(), VENUE)
    ok(paper(office, decided, "hygiene-report"))
    decide(office, decided)
    report = entries(office, decided)["hygiene-report"][0]
    before = snapshot(office, decided)
    office.clock.advance(minutes=1)
    ok(stop(office, report))
    on_day(office, 2026, 11, 25)
    assert snapshot(office, decided) == before
    assert (falls(office, decided), listed(office)) == ({}, [])


def test_an_archived_package_stays_when_its_material_is_taken_away_or_corrected(office):
    case = office.case(office.applicant(), VENUE)
    ok(paper(office, case, "hygiene-report"))
    archive(office, case)
    report = entries(office, case)["hygiene-report"][0]
    before = snapshot(office, case)
    ok(correct(office, report, document_number="云疾控检〔2026〕89号"))
    ok(stop(office, report))
    assert snapshot(office, case) == before


def test_valid_through_the_whole_last_day_and_not_a_minute_longer(office):
    """The civil day ends at 16:00 UTC."""
    case, _ = reporting(office, valid_until=date(2026, 11, 24))
    on_day(office, 2026, 11, 24, 15, 59)
    assert (falls(office, case), listed(office)) == ({}, [])
    on_day(office, 2026, 11, 24, 16, 0)
    assert (falls(office, case), listed(office)) == ({"hygiene-report": "validity.ended"}, [case])
    state = line_of(office, case, "hygiene-report")
    assert (state.status, state.gap, state.note) == (
        LineStatus.MISSING, GapKind.EXPIRED, "有效期至2026-11-24，已过期"
    )  # fmt: skip


def test_what_ends_after_acceptance_is_shown_and_asks_nothing_of_anybody(office):
    case, _ = reporting(office, valid_until=date(2026, 11, 24))
    accept(office, case)
    office.fetch(case)
    with office.site() as site:
        dossier = site.dossiers[case]
        made = checklist_of(site, dossier, today=office.clock.today())
        calendar = office.services.calendar(site)
        warned = warnings_of(site, dossier, made, today=office.clock.today(), calendar=calendar)
        assert ("checklist.expires-first", "hygiene-report") in [(f.code, f.subject) for f in warned]
    on_day(office, 2026, 11, 25)
    assert (falls(office, case), listed(office)) == ({"hygiene-report": "validity.ended-later"}, [case])
    with office.site() as site:
        dossier = site.dossiers[case]
        made = checklist_of(site, dossier, today=office.clock.today())
        calendar = office.services.calendar(site)
        warned = warnings_of(site, dossier, made, today=office.clock.today(), calendar=calendar)
        about = [found.code for found in warned if found.subject == "hygiene-report"]
        assert about == ["validity.ended-later"]
    assert line_of(office, case, "hygiene-report").status is LineStatus.FILLED
    again = paper(office, case, "hygiene-report", "新报告", document_number="云疾控检〔2026〕99号")
    assert ("dossier.closed-for-materials", "") in refused(again)
    ok(grant(office, case))


def test_a_line_that_wants_it_valid_on_the_day_of_the_decision_stops_the_grant(office):
    publish(office, with_line(body_of(VENUE), "hygiene-report", validity=AT_DECISION))
    case, _ = reporting(office, valid_until=date(2026, 11, 24))
    accept(office, case)
    office.fetch(case)
    on_day(office, 2026, 11, 25)
    assert refused(grant(office, case)) == [("validity.ended-at-decision", "hygiene-report")]
    newer = {"document_number": "云疾控检〔2026〕99号", "issued_on": date(2026, 11, 24)}
    ok(paper(office, case, "hygiene-report", "新报告", **newer))
    ok(grant(office, case))


def test_a_suspension_holds_through_its_last_day_and_then_the_material_is_valid_again(office):
    case, report = reporting(office)
    accept(office, case)
    ok(stop(office, report, LicenceStatus.SUSPENDED, until=date(2026, 11, 26)))
    on_day(office, 2026, 11, 26, 15, 59)
    assert falls(office, case) == {"hygiene-report": "validity.suspended"}
    on_day(office, 2026, 11, 26, 16, 0)
    assert (falls(office, case), listed(office)) == ({}, [])
    with office.site() as site:
        material, dossier = site.materials[report], site.dossiers[case]
        assert (material.status, material.stopped, dossier.fallen) == ("valid", (), ())
        assert dossier.events[-1][0] == "material_back"
    (event,) = trace(office, "material.restore")
    assert (event["by"], event["channel"], event["details"]) == ("system", "job", {"until": "2026-11-26"})
    office.fetch(case)
    ok(grant(office, case))


def test_one_given_back_by_a_decision_serves_again_at_once(office):
    case, report = reporting(office)
    ok(stop(office, report))
    assert refused(restore(office, report, evidence="", why=" ")) == [
        ("validity.no-evidence", "evidence"),
        ("validity.no-reason", "why"),
    ]
    ok(restore(office, report))
    assert (falls(office, case), listed(office)) == ({}, [])
    assert refused(restore(office, report)) == [("validity.not-stopped", "")]


def test_taken_away_twice_and_a_suspension_that_is_over_are_refused(office):
    _, report = reporting(office)
    over = stop(office, report, LicenceStatus.SUSPENDED, until=date(2026, 11, 22))
    assert findings(over) == [("validity.until-past", "until", {"until": "2026-11-22"}, "")]
    ok(stop(office, report, LicenceStatus.SUSPENDED, until=date(2026, 11, 30)))
    same = stop(office, report, LicenceStatus.SUSPENDED, until=date(2026, 11, 30))
    assert refused(same) == [("validity.stopped-already", "status")]
    ok(stop(office, report, LicenceStatus.SUSPENDED, until=date(2026, 12, 31)))
    ok(stop(office, report))
    twice = stop(office, report, LicenceStatus.DEREGISTERED, until=date(2026, 12, 31), evidence="", why="")
    assert findings(twice) == [
        ("validity.stopped-already", "status", {"status": "吊销", "since": "2026-11-23"}, ""),
        ("validity.only-suspended-ends", "until", {}, ""),
        ("validity.no-evidence", "evidence", {}, ""),
        ("validity.no-reason", "why", {}, ""),
    ]
    on_day(office, 2027, 1, 2)
    with office.site() as site:
        assert site.materials[report].status == "frozen"


def test_the_day_is_looked_at_once_and_a_day_without_news_writes_no_case(office):
    case, _ = reporting(office, valid_until=date(2026, 11, 24))
    on_day(office, 2026, 11, 25)
    before = snapshot(office, case)
    assert before[3][-1][:3] == ("material_fell", office.clock.now(), "system")
    for hour in (2, 3):
        on_day(office, 2026, 11, 25, hour)
    on_day(office, 2026, 11, 26)
    assert snapshot(office, case) == before
    with office.site() as site:
        assert not list(site.jobs.dead())
        assert site.checked_on == date(2026, 11, 26)
    assert len(trace(office, "dossier.validity")) == 1
    assert validity.owe_check(office.services) is False


def test_a_correction_moves_the_key_touches_running_cases_and_hides_the_old_values(office):
    case, report = reporting(office)
    before = snapshot(office, case)
    ok(correct(office, report, document_number="云疾控检〔2026〕86号", issued_on=date(2026, 11, 3)))
    with office.site() as site:
        material = site.materials[report]
        assert (material.document_number, material.issued_on, material.valid_from) == (
            "云疾控检〔2026〕86号", date(2026, 11, 3), date(2026, 11, 3)
        )  # fmt: skip
        assert material.corrections == ((office.clock.now(), CLERK, "录入时看错", date(2026, 11, 2)),)
        assert material.issued_as_of(office.clock.now()) == date(2026, 11, 3)
        assert material.issued_as_of(datetime(2026, 11, 1, tzinfo=UTC)) == date(2026, 11, 2)
        assert site.dossiers[case].events[-1][0] == "material_corrected"
    assert snapshot(office, case)[:2] != before[:2]
    (event,) = trace(office, "material.correct")
    assert event["details"]["changed"] == ["document_number", "issued_on", "valid_from"]
    assert len(event["details"]["before"]) == 64
    assert "88号" not in json.dumps(event, ensure_ascii=False)
    other = office.case(office.applicant(ANOTHER, "司马𠮷"), VENUE)
    ok(paper(office, other, "hygiene-report", "别的报告"))


def test_a_correction_to_what_another_material_is_changes_nothing(office):
    person = office.applicant()
    first, second = office.case(person, VENUE), office.case(person, VENUE, again="第二处场所")
    one = ok(paper(office, first, "hygiene-report"))
    with office.site() as site:
        held = site.materials[one]
        number, issued = held.document_number, held.issued_on
    two = ok(office.do(CLERK, override(
        second, "hygiene-report", office.upload("第二份"), Override.VOLUNTEERED, document_number="云疾控检〔2026〕90号",
        issuer="云溪县疾病预防控制中心", issued_on=issued,
    )))  # fmt: skip
    taken = correct(office, two, document_number=number)
    assert findings(taken) == [
        ("validity.identity-taken", "document_number", {"id": one, "title": REPORT_NAME}, "")
    ]
    with office.site() as site:
        assert site.materials[two].document_number == "云疾控检〔2026〕90号"


def test_a_correction_needs_a_change_a_reason_and_days_that_can_be(office):
    _, report = reporting(office, valid_until=date(2027, 11, 1))
    assert refused(correct(office, report, why=" ")) == [
        ("validity.nothing-changed", ""),
        ("validity.no-reason", "why"),
    ]
    wrong = correct(office, report, issued_on=date(2026, 12, 1), valid_until=date(2026, 11, 30))
    assert refused(wrong) == [
        ("validity.issued-later", "issued_on"),
        ("validity.ends-before-issue", "valid_until"),
    ]
    ok(correct(office, report, endless=True))
    with office.site() as site:
        assert site.materials[report].valid_until is None


def test_a_last_day_that_was_typed_wrongly_fills_the_line_again(office):
    case, report = reporting(office, valid_until=date(2026, 11, 24))
    on_day(office, 2026, 11, 25)
    assert listed(office) == [case]
    ok(correct(office, report, valid_until=date(2027, 11, 24)))
    assert (falls(office, case), listed(office)) == ({}, [])


def test_what_fell_after_the_one_time_notice_may_be_told(office):
    case, report = reporting(office)
    with office.site() as site:
        lines = [s.line.id for s in checklist_of(site, site.dossiers[case], today=office.clock.today()).lines
                 if s.needed and s.status is LineStatus.MISSING and not s.by_office]  # fmt: skip
    gaps = [Gap(line, GapKind.MISSING, "请提交") for line in lines]
    ok(office.do(CLERK, on(case, dossiers.request_supplement, gaps=gaps, until=date(2026, 12, 20))))
    fill(office, case)
    ok(office.do(CLERK, on(case, dossiers.supplement)))
    ok(stop(office, report))
    gap = [Gap("hygiene-report", GapKind.MISSING, "报告已被撤销，请重新检测")]
    ok(office.do(CLERK, on(case, dossiers.request_supplement, gaps=gap, until=date(2026, 12, 20))))
    with office.site() as site:
        assert site.materials[report].disputed is False


def test_two_cases_and_one_material_know_it_together(office):
    person = office.applicant()
    first = office.case(person, VENUE)
    report = ok(paper(office, first, "hygiene-report"))
    second = office.case(person, VENUE, again="第二处场所")
    reused = "hygiene-report" in entries(office, second)
    ok(stop(office, report))
    assert sorted(listed(office)) == sorted([first, second] if reused else [first])
    assert isinstance(stop(office, report), Refused)
