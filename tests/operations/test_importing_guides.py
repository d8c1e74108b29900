"""Lists of guides from elsewhere: every wrong cell told with its place, nothing half stored, the same file twice no change."""

from __future__ import annotations

import io
import json
import warnings
from copy import deepcopy
from dataclasses import replace

import openpyxl
import pytest

from records.domain.findings import Refused
from records.exchange.national import LIMITS, read_lists, workbook_of
from records.exchange.national_rows import rows_of
from records.exchange.national_sources import Source, read_source
from records.operations import guides, importing_guides, judging_guides
from records.operations.guide_imports import error_file
from records.operations.guides import content
from records.operations.identities import identity_of
from records.operations.importing_guides import (
    BUILT_IN,
    TOLERANT,
    WHOLE,
    apply_lists,
    check_lists,
    save_source,
)
from tests.office import CLERK, EDITOR, OFFERED, build_office, guide_bodies

NATIONAL = BUILT_IN["national"]


@pytest.fixture
def office(tmp_path):
    office = build_office(tmp_path, publish=False)
    yield office
    office.close()


def tables(*keys: str) -> dict[str, list[dict[str, object]]]:
    found: dict[str, list[dict[str, object]]] = {}
    for body in guide_bodies():
        if body.key in (keys or OFFERED):
            for table, rows in rows_of(body, credit_code=body.codes.implementation[:18]).items():
                found.setdefault(table, []).extend(rows)
    return deepcopy(found)


def source_of(found) -> bytes:
    return json.dumps(found, ensure_ascii=False).encode()


def handed_in(office, source: bytes):
    file = office.services.instance / "handed-in"
    file.write_bytes(source)
    return file


def bring(office, source, *options, mapping=NATIONAL, who=EDITOR, progress=None):
    with office.site() as site:
        by = identity_of(site.people[who], office.clock.today())
    file = handed_in(office, source)
    return apply_lists(
        office.services, file, "list", mapping, by=by, channel="command", options=options, progress=progress
    )


def stops(report) -> list[tuple[str, str, int, str]]:
    return [(each.finding.code, each.sheet, each.row, each.column) for each in report.findings if each.stops]


def state(office) -> dict[str, int]:
    with office.site() as site:
        return {key: len(guide.versions) for key, guide in ((key, site.guides[key]) for key in site.guides)}


@pytest.mark.parametrize("form", ["json", "xlsx"])
def test_a_list_becomes_drafts_and_the_same_list_changes_nothing(office, form):
    source = source_of(tables()) if form == "json" else workbook_of(tables())
    first = bring(office, source)
    assert (stops(first), first.counts()["new"]) == ([], 3)
    before = state(office)
    with office.site() as site:
        assert {guide.versions[-1].status for guide in site.guides.values()} == {"draft"}
        stored = {content(guide.versions[-1]).title for guide in site.guides.values()}
    assert stored == {body.title for body in guide_bodies() if body.key in OFFERED}
    again = bring(office, source)
    assert (again.counts()["unchanged"], state(office)) == (3, before)


def test_what_stands_is_found_by_its_code_and_keeps_what_the_list_does_not_say(tmp_path):
    office = build_office(tmp_path)
    before = state(office)
    assert bring(office, workbook_of(tables())).counts()["unchanged"] == 3
    changed = tables("food-business")
    changed["general"][0]["plain_title"] = "开餐馆、办食堂先办食品经营许可证。"
    assert bring(office, source_of(changed)).counts()["changed"] == 1
    with office.site() as site:
        guide = site.guides["food-business"]
        old, new = content(guide.versions[0]), content(guide.versions[1])
    assert new.plain_title == "开餐馆、办食堂先办食品经营许可证。"
    assert (new.lines, new.situations, new.elder) == (old.lines, old.situations, old.elder)
    assert state(office) == {**before, "food-business": 2}
    office.close()


def test_looking_over_writes_nothing(office):
    with office.services.database.read() as root:
        before = root["writes"].value
    report = check_lists(office.services, handed_in(office, source_of(tables())), "list", NATIONAL)
    assert (report.counts()["new"], report.applied) == (3, False)
    with office.services.database.read() as root:
        assert root["writes"].value == before


def opened(file: bytes) -> openpyxl.Workbook:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return openpyxl.load_workbook(io.BytesIO(file))


WRONG = [
    ("general", "task_code", 1.14e30, "import.number-lost"),
    ("general", "task_name", "<html><head><title>502 Bad Gateway</title>", "import.error-page"),
    ("general", "accept_condition", "<script>alert(1)</script>", "import.script"),
    ("general", "task_type", "02", "import.unknown-code"),
    ("general", "promise_day", "二十", "import.not-a-number"),
    ("general", "plan_effective_date", "2026-02-30", "import.not-a-day"),
    ("general", "dept_code", "11990726009999999X", "import.unit-unknown"),
    ("general", "task_name", "", "import.cell-empty"),
    ("general", "anticipate_type", "小时", "import.unknown-word"),
    ("material", "is_need", "7", "import.unknown-code"),
    ("material", "material_name", "其他相关材料", "guide.catch-all"),
    ("general", "plain_title", "开店\ufffd", "import.lost-characters"),
    ("general", "scope", "长" * 20_001, "import.too-long"),
]


@pytest.mark.parametrize(
    ("table", "column", "cell", "code"), WRONG, ids=[f"{row[1]}-{row[3]}" for row in WRONG]
)
def test_a_wrong_cell_is_told_with_its_place_and_keeps_only_its_item_out(office, table, column, cell, code):
    found = tables()
    found[table][0][column] = cell
    report = bring(office, source_of(found))
    assert (code, table, 1, column) in stops(report)
    assert report.counts() == {
        "new": 2,
        "changed": 0,
        "unchanged": 0,
        "skipped": 0,
        "refused": 1,
        "astray": report.counts()["astray"],
    }
    assert len(state(office)) == 2


def test_in_a_workbook_the_place_is_sheet_row_and_letter(office):
    found = tables()
    found["general"][1]["project_type"] = "9"
    assert stops(bring(office, workbook_of(found))) == [
        ("import.unknown-code", "general", 3, "S project_type")
    ]


def test_with_all_or_nothing_one_wrong_cell_keeps_everything_out(office):
    found = tables()
    found["general"][2]["task_type"] = "03"
    report = bring(office, source_of(found), WHOLE)
    assert (report.applied, state(office)) == (False, {})
    assert bring(office, source_of(tables()), WHOLE).applied
    assert len(state(office)) == 3


def test_catch_all_words_may_stand_in_a_draft_only_when_one_says_so(office):
    found = tables("food-business")
    found["material"][0]["material_name"] = "其他相关材料"
    assert bring(office, source_of(found)).counts()["refused"] == 1
    report = bring(office, source_of(found), TOLERANT)
    assert report.counts()["new"] == 1
    assert [each.finding.code for each in report.findings if each.finding.code == "guide.catch-all"]


def test_debris_is_taken_off_and_noted(office):
    found = tables("sole-trader-registration")
    general = found["general"][0]
    general["task_name"] = "\ufeff个体工商户设立登记<br/>"
    general["scope"] = "<p>有经营能力的公民&amp;amp;nbsp;</p>\x07"
    general["catalog_code"] = "９９０７３１００１０００"
    general["plan_effective_date"] = 46388
    report = bring(office, source_of(found))
    assert stops(report) == []
    with office.site() as site:
        body = content(next(iter(site.guides.values())).versions[-1])
    assert (body.title, body.scope, body.codes.basic) == (
        "个体工商户设立登记",
        "有经营能力的公民",
        "990731001000",
    )
    assert body.version.effective.isoformat() == "2027-01-01"
    assert sum(each.finding.code == "import.cleaned" for each in report.findings) == 6


def test_the_same_digit_is_read_in_the_system_that_was_declared(office):
    found = tables("sole-trader-registration")
    for row in found["material"]:
        row["is_need"] = {"必要": "0", "有条件": "1", "容缺后补": "2"}[row["is_need"]]
    undeclared = bring(office, source_of(found), mapping=BUILT_IN["words"])
    assert {each[0] for each in stops(undeclared)} == {"import.codes-undeclared"}
    zero = Source("省平台", system="national", systems={"material.is_need": "zero"})
    report = bring(office, source_of(found), mapping=zero)
    assert report.counts()["new"] == 1
    with office.site() as site:
        lines = content(next(iter(site.guides.values())).versions[-1]).lines
    shipped = next(body for body in guide_bodies() if body.key == "sole-trader-registration")
    assert [line.necessity for line in lines] == [line.necessity for line in shipped.lines]


def test_headings_and_sheets_of_a_source_are_read_by_its_mapping(office):
    found = tables("sole-trader-registration")
    found["事项"] = [
        {("事项全称" if key == "task_name" else key): value for key, value in row.items()}
        for row in found.pop("general")
    ]
    source = read_source(
        {
            "name": "云溪",
            "system": "national",
            "sheets": {"事项": "general"},
            "columns": {"general": {"事项全称": "task_name"}},
        }
    )
    assert bring(office, source_of(found), mapping=source).counts()["new"] == 1


def test_a_saved_mapping_is_found_again_and_a_wrong_one_told_at_once(office):
    plain = {"name": "省平台", "system": "national", "given": {"general.elder_cash": "可以付现金"}}
    assert office.do(EDITOR, lambda act: save_source(act, plain)) == "省平台"
    with office.site() as site:
        assert importing_guides.source_named(site, "省平台").given == {"general.elder_cash": "可以付现金"}
    wrong = {
        "name": "x",
        "system": "none",
        "columns": {"general": {"a": "nothing"}},
        "sheets": {"b": "nowhere"},
    }
    refused = office.do(EDITOR, lambda act: save_source(act, wrong))
    assert [found.code for found in refused.findings] == [
        "import.source-column", "import.source-table", "import.source-system",
    ]  # fmt: skip
    assert isinstance(office.do(CLERK, lambda act: save_source(act, plain)), Refused)


def test_who_does_not_draft_for_the_unit_is_refused_at_the_row(office):
    report = bring(office, source_of(tables("food-business")), who=CLERK)
    assert stops(report) == [("permission.denied", "general", 1, "")]
    assert (report.counts()["refused"], state(office)) == (1, {})


def test_a_row_of_no_item_and_an_item_that_stands_twice_are_told(office):
    found = tables("food-business", "sole-trader-registration")
    found["material"].append({**found["material"][0], "task_code": "X", "task_handle_item": "Y"})
    found["general"].append(found["general"][0])
    codes = [each[:3] for each in stops(bring(office, source_of(found)))]
    assert ("import.row-astray", "material", len(found["material"])) in codes
    assert ("import.item-twice", "general", 3) in codes


def test_an_item_that_is_cancelled_at_its_source_is_passed_over(office):
    found = tables("food-business")
    found["general"][0]["task_state"] = "3"
    assert bring(office, source_of(found)).counts()["skipped"] == 1
    assert state(office) == {}


@pytest.mark.parametrize(
    "source",
    [
        b"",
        b"%PDF-1.7",
        b"PK\x03\x04garbage",
        b'{"general": [',
        b'{"general": {"a": 1}}',
        b"[]",
        b"[" * 100_000,
    ],
)
def test_what_is_no_list_is_told_and_changes_nothing(office, source):
    report = bring(office, source)
    assert len(stops(report)) >= 1
    assert state(office) == {}


def test_the_error_file_can_be_mended_and_handed_in_again(office):
    found = tables()
    found["general"][0]["task_type"] = "03"
    report = bring(office, workbook_of(found))
    file = error_file(report, lambda finding: f"问题：{finding.code}")
    book = opened(file)
    sheet = book["general"]
    head = [cell.value for cell in sheet[1]]
    assert (head[-1], sheet.max_row) == ("错误", 2)
    assert sheet.cell(2, len(head)).value == "H task_type：问题：import.unknown-code"
    sheet.cell(2, head.index("task_type") + 1).value = next(row["task_type"] for row in tables()["general"])
    mended = io.BytesIO()
    book.save(mended)
    again = bring(office, mended.getvalue())
    assert (stops(again), again.counts()["new"], len(state(office))) == ([], 1, 3)


def test_what_is_written_out_is_read_back_as_the_same(tmp_path):
    office = build_office(tmp_path)
    with office.site() as site:
        written = importing_guides.export_tables(site, today=office.clock.today())
    report = bring(office, workbook_of(written))
    assert report.counts()["unchanged"] == 3
    assert [each.finding.code for each in report.findings] == []
    office.close()


def test_many_items_are_judged_by_several_processes_alike(office, monkeypatch):
    monkeypatch.setattr(judging_guides, "ALONE", 0)
    assert bring(office, source_of(tables())).counts()["new"] == 3


def test_every_column_fills_a_field_that_guides_have(office):
    rows = office.services.extractor.rows(handed_in(office, workbook_of(tables())), limits=LIMITS)
    lists = read_lists(rows, "list", NATIONAL)
    assert (len(lists.items), lists.findings) == (3, [])


def test_what_somebody_saved_since_the_comparison_stays_and_the_row_says_so(tmp_path, monkeypatch):
    office = build_office(tmp_path)
    monkeypatch.setattr(importing_guides, "AT_ONCE", 1)
    found = tables("food-business", "sole-trader-registration")
    for row in found["general"]:
        row["plain_title"] += "请带好证件。"
    first, second = (row["row_guid"] for row in found["general"])
    theirs = replace(content_of(office, second), scope="改到一半的受理范围。")

    def progress(done, total):
        if done == 1:
            saved = office.do(EDITOR, lambda act: guides.save_draft(act, theirs))
            assert not isinstance(saved, Refused)
        return True

    report = bring(office, source_of(found), progress=progress)
    assert stops(report) == [("guide.edited-meanwhile", "general", 2, "")]
    assert report.outcomes == ["changed", "refused"]
    assert content_of(office, second).scope == "改到一半的受理范围。"
    assert content_of(office, first).plain_title.endswith("请带好证件。")
    office.close()


def test_a_guide_that_somebody_began_since_the_comparison_is_not_written_over(office, monkeypatch):
    monkeypatch.setattr(importing_guides, "AT_ONCE", 1)
    found = tables("food-business", "sole-trader-registration")
    shipped = {body.codes.handling: body for body in guide_bodies()}
    code = found["general"][1]["task_handle_item"]
    theirs = replace(shipped[code], key=code, scope="改到一半的受理范围。")

    def progress(done, total):
        if done == 1:
            office.do(EDITOR, lambda act: guides.save_draft(act, theirs))
        return True

    report = bring(office, source_of(found), progress=progress)
    assert stops(report) == [("guide.edited-meanwhile", "general", 2, "")]
    assert content_of(office, code).scope == "改到一半的受理范围。"


def content_of(office, key):
    with office.site() as site:
        return content(site.guides[key].versions[-1])


def test_an_import_that_was_broken_off_goes_on_where_it_was(office, monkeypatch):
    monkeypatch.setattr(importing_guides, "AT_ONCE", 1)
    whole = source_of(tables())
    assert bring(office, whole, progress=lambda done, total: done < 2).stopped
    assert len(state(office)) == 2
    again = bring(office, whole)
    assert (again.outcomes, stops(again)) == (["unchanged", "unchanged", "new"], [])
    assert set(state(office).values()) == {1}


def test_json_that_no_workbook_could_hold_is_told_and_its_error_file_written(office):
    found = tables("food-business")
    found["general"][0] |= {"scope": {"一": [1, 2]}, "plain_title": "开店\ud800"}
    report = bring(office, json.dumps(found).encode())
    assert {each[::3] for each in stops(report) if each[1] == "general"} == {
        ("import.lost-characters", "plain_title"),
        ("import.not-a-cell", "scope"),
    }
    assert opened(error_file(report, lambda finding: finding.code))["general"].max_row == 2
