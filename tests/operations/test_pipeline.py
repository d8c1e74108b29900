"""From the unit to the archives: handed over, received or sent back with reasons, later facts as items of their own."""

from __future__ import annotations

import json
from datetime import date

import pytest

from records.domain import pipeline
from records.domain.findings import Refused
from records.domain.pipeline import Step
from records.domain.relations import LaterFact
from records.exchange.packages import verify_bag
from records.operations import archiving, file_plan, filing
from records.operations.acts import plain
from records.resources.archives import ArchivedItem
from tests.office import ANOTHER, ARCHIVIST, CLERK, build_office

from .cases import FOOD, SHOPKEEPER, archive, archive_again, body_of, deliver, ok, on, refused


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    office = build_office(tmp_path_factory.mktemp("pipeline"))
    yield office
    office.close()


@pytest.fixture(scope="module")
def applicant(office):
    return office.applicant(ANOTHER, "司马𠮷")


@pytest.fixture
def case(office, applicant) -> str:
    office.clock.advance(minutes=1)
    case = office.case(applicant, SHOPKEEPER, again="另一家店")
    deliver(office, case)
    return case


def on_item(item: str, operation, **values):
    return lambda act: operation(act, act.site.archives[item], **values)


def steps(office, item: str) -> list[tuple[str, str]]:
    with office.site() as site:
        return [(step, result) for step, _, _, result, _ in site.archives[item].steps]


def audited(office, item: str) -> list[str]:
    with office.site() as site:
        lines = [json.loads(entry.line) for entry in site.audit.values()]
    return [
        line["event"].removeprefix("archive.step.")
        for line in lines
        if line["on"] == f"archive:{item}" and line["event"].startswith("archive.step.")
    ]


KIND = body_of(SHOPKEEPER).item_type.value
ALL = [step.value for step in Step]


def test_one_press_takes_all_ten_steps_on_the_item_and_in_the_log(office, case):
    item = archive_again(office, case)
    assert steps(office, item) == [(step, "done") for step in ALL]
    assert audited(office, item) == ALL
    with office.site() as site:
        record = site.archives[item]
        notes = {step: note for step, _, _, _, note in record.steps}
        assert notes["register"] == record.code
        assert notes["store"] == f"信息包摘要 {record.package_digest}"
        assert notes["collect"] == f"文件{record.document_count}份"
        assert record.explained[0].startswith("密级 内部：全宗")


def test_the_unit_hands_over_the_archives_send_back_with_reasons_and_it_comes_again(office, case):
    item = ok(office.do(CLERK, on(case, archiving.prepare)))
    assert steps(office, item) == [(step, "done") for step in ALL[:7]]
    with office.site() as site:
        record = site.archives[item]
        assert (record.state, record.code, record.manifest, record.handed_by) == ("pending", "", "", CLERK)
    assert refused(office.do(CLERK, on(case, archiving.prepare))) == [("archive.in-progress", "")]
    returned = on_item(item, archiving.send_back, defects=("TH-06", "TH-99"), why="")
    assert refused(office.do(ARCHIVIST, returned)) == [
        ("defect.unknown", "defects"),
        ("defect.no-reason", "why"),
    ]
    ok(office.do(ARCHIVIST, on_item(item, archiving.send_back, defects=("TH-06",), why="第二页扫歪了")))
    with office.site() as site:
        record = site.archives[item]
        assert (record.state, record.defects) == ("returned", (("TH-06", "第二页扫歪了"),))
        assert site.dossiers[case].state == "delivered"
    assert steps(office, item)[7:] == [("receive", "returned")]
    assert refused(office.do(ARCHIVIST, on_item(item, archiving.receive))) == [
        ("archive.not-handed-over", "")
    ]
    assert ok(office.do(CLERK, on(case, archiving.prepare))) == item
    ok(office.do(ARCHIVIST, on_item(item, archiving.receive)))
    with office.site() as site:
        record = site.archives[item]
        assert (record.state, record.handed_by, record.received_by, record.defects) == (
            "archived", CLERK, ARCHIVIST, (),
        )  # fmt: skip
        assert {by for step, _, by, _, _ in record.steps if Step(step) in pipeline.RECEIVING} == {ARCHIVIST}
    assert [step for step, _ in steps(office, item)] == [*ALL[:8], *ALL]
    assert audited(office, item) == [*ALL[:8], *ALL]


def test_what_changed_after_the_hand_over_is_noticed_at_the_receipt(office, case):
    item = ok(office.do(CLERK, on(case, archiving.prepare)))

    def forget_a_paper(root):
        root["site"].archives[item].listed_papers = "0" * 64

    office.services.database.run(forget_a_paper)
    ok(office.do(ARCHIVIST, on_item(item, archiving.receive)))
    with office.site() as site:
        record = site.archives[item]
        assert (record.state, [code for code, _ in record.defects], record.code) == (
            "returned",
            ["TH-15"],
            "",
        )


def test_a_later_fact_is_an_item_of_its_own_and_the_old_description_stands_still(office, case, tmp_path):
    item = archive_again(office, case)
    described = (
        "code", "title", "retention", "expires_on", "manifest", "package_digest", "report", "year", "archived_at", "steps",
    )  # fmt: skip
    with office.site() as site:
        before = {name: plain(getattr(site.archives[item], name)) for name in described}
    office.clock.advance(days=30)
    paper = office.upload("注销登记通知书")
    append = on_item(
        item, archiving.append, fact=LaterFact.REVOCATION, title="注销登记通知书", number="云市监销〔2026〕1号",
        on=date(2026, 12, 21), upload=paper,
    )  # fmt: skip
    later = ok(office.do(ARCHIVIST, append))
    with office.site() as site:
        old, new = site.archives[item], site.archives[later]
        assert {name: plain(getattr(old, name)) for name in described} == before
        assert old.relations == (("continued-by", later),)
        assert (new.state, new.relations, new.title) == (
            "archived", (("continues", item),), f"{old.title}（撤销、注销）",
        )  # fmt: skip
        assert new.code != old.code
        assert new.code.rpartition("-")[0] == old.code.rpartition("-")[0]
        assert (new.document_count, new.expires_on >= old.expires_on) == (1, True)
        parts = {part.path: part.digest for part in archiving.manifest_of(office.services, new).parts}
        basics = office.services.store.path(parts["data/基本信息.xml"]).read_text()
    assert paper.digest in parts.values()
    assert f"延续自 {before['code']}" in basics
    with office.site() as site:
        code = site.archives[later].code
    assert verify_bag(archiving.export(office.services, code, tmp_path / "bag", reader=ARCHIVIST)).ok


def test_a_later_fact_needs_an_archived_item_a_title_and_a_day_that_has_come(office, case):
    item = ok(office.do(CLERK, on(case, archiving.prepare)))
    early = on_item(
        item,
        archiving.append,
        fact=LaterFact.CHANGE,
        title="",
        on=date(2099, 1, 1),
        upload=office.upload("变更"),
    )
    assert refused(office.do(ARCHIVIST, early)) == [
        ("append.not-archived", ""), ("append.no-title", "title"), ("append.day-ahead", "on"),
    ]  # fmt: skip


def test_parts_of_a_joint_case_are_items_of_their_own_and_refer_to_each_other(office):
    person = office.applicant()
    lead = office.case(person, SHOPKEEPER)
    part = office.case(person, FOOD, course=lead)
    deliver(office, lead)
    first = archive(office, part)
    second = archive_again(office, lead)
    with office.site() as site:
        one, two = site.archives[first], site.archives[second]
        assert two.relations == (("has-part", first),)
        assert one.relations == (("part-of", second),)
        digest = {p.path: p.digest for p in archiving.manifest_of(office.services, two).parts}[
            "data/基本信息.xml"
        ]
        basics = office.services.store.path(digest).read_text()
        assert f"包含 {one.dossier_code} {one.code}" in basics


def test_the_page_of_a_running_case_knows_what_is_still_to_come(office, applicant):
    case = office.case(applicant, FOOD, again="再办一次")
    with office.site() as site:
        found, titles = filing.future_package(site, site.dossiers[case])
        assert [titles[paper] for paper in found.missing] == ["受理通知书（承诺件）", "送达回证"]
        assert "guide" in found.there


@pytest.fixture
def table(office):
    """Give the office a retention table of its own for the fonds, for as long as one test takes."""
    with office.site() as site:
        before = site.office

    def set_rows(*rows):
        kept = [
            {
                "item": item, "title": item, "fonds": "market-regulation", "retention": period, "trigger": trigger,
                "basis": "本机关表", "since": since, "until": None,
            }
            for item, period, trigger, since in rows
        ]  # fmt: skip
        office.services.database.run(
            lambda root: setattr(root["site"], "office", {**before, "retention_table": tuple(kept)})
        )

    yield set_rows
    office.services.database.run(lambda root: setattr(root["site"], "office", before))


def test_what_the_offices_own_table_leaves_out_is_undetermined_and_not_a_crash(office, case, table):
    table(("99", "D10", "closed", date(2020, 1, 1)))
    assert refused(office.do(ARCHIVIST, on(case, archiving.archive))) == [
        ("retention.undetermined", "retention")
    ]
    table((KIND, "D50", "closed", date(2020, 1, 1)), (SHOPKEEPER, "Y", "closed", date(2099, 1, 1)))
    with office.site() as site:
        plan = archiving.file_plan(site, site.dossiers[case])
        approval = site.office["retention"]["market-regulation"]["approval"]
        assert plan.values[file_plan.Attribute.RETENTION].source == f"{KIND} 本机关表 {approval}"
    item = archive_again(office, case)
    with office.site() as site:
        assert (site.archives[item].retention, site.archives[item].expires_on) == ("D50", date(2076, 12, 31))


def test_a_period_that_runs_from_a_later_event_waits_for_it_on_a_list(office, case, table):
    table((SHOPKEEPER, "D10", "cancelled", date(2020, 1, 1)))
    item = archive_again(office, case)
    note = {"on": date(2030, 6, 1), "why": "注销登记通知书"}
    with office.site() as site:
        record: ArchivedItem = site.archives[item]
        assert (record.expires_on, record.due_on, archiving.waits_for_trigger(record)) == (None, None, True)
        frozen = record.package_digest
    early = on_item(item, archiving.note_trigger, on=date(2020, 1, 1), why="")
    assert refused(office.do(ARCHIVIST, early)) == [
        ("trigger.before-closing", "on"),
        ("trigger.no-reason", "why"),
    ]
    ok(office.do(ARCHIVIST, on_item(item, archiving.note_trigger, **note)))
    with office.site() as site:
        record = site.archives[item]
        assert (record.due_on, record.expires_on, record.package_digest) == (date(2040, 12, 31), None, frozen)
        assert record.management[-1][0] == "retention.trigger"
    assert isinstance(office.do(ARCHIVIST, on_item(item, archiving.note_trigger, **note)), Refused)
