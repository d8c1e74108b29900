"""A register and its files become materials: row by row, told in full, twice the same, and nobody joined by name."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from records.domain.checklists import LineStatus
from records.exchange import samples
from records.indexes import questions
from records.operations import importing_library
from records.operations.checklists import checklist_of
from records.scripts.command import main
from records.scripts.instance import Instance
from tests.office import ANOTHER, ARCHIVIST, CITIZEN, CLERK, NAME

from .cases import VENUE, entries, ok, refused

HEAD = ("持证人号码", "姓名", "材料名称", "证照编号", "发证机关", "签发日期", "有效期至", "档号", "文件")
REPORT, CDC = "公共场所卫生检测报告", "云溪县疾病预防控制中心"


def row(file: str, number: str = CITIZEN, name: str = NAME, **more: str) -> list[str]:
    return [
        number, name, more.get("material", REPORT), more.get("document", f"云检〔2026〕{file}"), CDC,
        more.get("issued", "2026年3月1日"), more.get("until", "2027/2/28"), "0023-KJ·2026-0007", file,
    ]  # fmt: skip


@pytest.fixture
def bring(office, tmp_path):
    """Return how a register with these rows, and files of these names, is brought at a prompt."""
    folder = tmp_path / "files"
    folder.mkdir()

    def brought(
        rows: Sequence[Sequence[str]], files: Sequence[str], *more: str, by: str = ARCHIVIST
    ) -> tuple[int, dict]:
        for name in files:
            path = folder / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(samples.text_pdf(path.stem, (path.stem,)))
        book = openpyxl.Workbook()
        book.active.append(HEAD)
        for each in rows:
            book.active.append(list(each))
        register = tmp_path / "register.xlsx"
        book.save(register)
        words = ["--json", "--as", by, "import-library", str(register), "--files", str(folder), *more]
        done = CliRunner().invoke(
            main, words, obj=Instance(Path("none.ini"), opened=office.services, owned=False)
        )
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.exit_code, json.loads(done.stdout)

    return brought


def counts(answer: dict) -> tuple[int, int, int]:
    return answer["new"], answer["unchanged"], answer["refused"]


def codes(answer: dict) -> list[tuple[int, str]]:
    return [(found["row"], found["code"]) for found in answer["findings"]]


def waiting(office) -> list[str]:
    with office.site() as site:
        return [material.id for material in questions.imported(site)]


def on_material(material: str, operation, **values):
    return lambda act: operation(act, act.site.materials[material], **values)


def test_a_register_fills_the_library_with_papers_of_grade_c_that_serve_once_somebody_compared_them(
    office, bring
):
    assert bring([row("甲.pdf")], ["甲.pdf"])[0] == 0
    (paper,) = waiting(office)
    with office.site() as site:
        held = site.materials[paper]
        assert (held.source, held.grade, held.status, held.archival_code, held.issued_on, held.valid_until) == (
            "history", "C", "valid", "0023-KJ·2026-0007", date(2026, 3, 1), date(2027, 2, 28)
        )  # fmt: skip
        person = held.applicant
        assert site.applicants[person].name == NAME
    case = office.case(person, VENUE)
    assert "hygiene-report" not in entries(office, case)
    ok(office.do(ARCHIVIST, on_material(paper, importing_library.verify_imported)))
    assert waiting(office) == []
    with office.site() as site:
        held = site.materials[paper]
        assert (held.grade, held.verified_by, held.verified_on) == ("B", ARCHIVIST, office.clock.today())
        state = checklist_of(site, site.dossiers[case], today=office.clock.today()).line("hygiene-report")
        assert (state.status, state.material) == (LineStatus.HELD, paper)
    again = office.do(CLERK, on_material(paper, importing_library.verify_imported))
    assert refused(again) == [("library-import.not-waiting", "")]


def test_a_second_time_finds_everything_there_and_a_dry_run_keeps_nothing(office, bring):
    rows, files = [row("甲.pdf"), row("乙.pdf", ANOTHER, "司马𠮷")], ["甲.pdf", "乙.pdf"]
    code, dry = bring(rows, files, "--dry-run")
    assert (code, counts(dry), waiting(office)) == (0, (2, 0, 0), [])
    with office.site() as site:
        assert not list(site.applicants)
    assert counts(bring(rows, files)[1]) == (2, 0, 0)
    first = waiting(office)
    assert counts(bring(rows, files)[1]) == (0, 2, 0)
    assert waiting(office) == first
    more = [*rows, row("丙.pdf")]
    assert counts(bring(more, ["丙.pdf"])[1]) == (1, 2, 0)


def test_each_bad_row_is_told_in_full_and_the_good_ones_are_kept(office, bring, tmp_path):
    office.applicant(CITIZEN, NAME)
    rows = [
        row("好.pdf"),
        row("校验.pdf", "419999197001011227"),
        row("缺.pdf"),
        row("同.pdf", document="一"),
        row("同.pdf", document="二"),
        row("重名.pdf", name="司马𠮷"),
        row("目录.pdf", material="其他证明", issued="昨天"),
        row("日期.pdf", issued="2027-01-01", until="2026-01-01"),
        row("两份.pdf"),
        row("程序.pdf"),
    ]
    files = [
        "好.pdf",
        "校验.pdf",
        "同.pdf",
        "重名.pdf",
        "目录.pdf",
        "日期.pdf",
        "两份.pdf",
        "另一处/两份.pdf",
    ]
    (tmp_path / "files" / "程序.pdf").write_bytes(b"MZ" + bytes(200))
    errors = tmp_path / "errors.xlsx"
    code, told = bring(rows, files, "--errors", str(errors))
    assert (code, counts(told)) == (1, (1, 0, 9))
    assert sorted(codes(told)) == [
        (3, "id.check-digit"),
        (4, "library-import.file-missing"),
        (5, "library-import.file-twice"),
        (6, "library-import.file-twice"),
        (7, "library-import.name-differs"),
        (8, "library-import.day-wrong"),
        (8, "library-import.material-unknown"),
        (9, "material.issued-later"),
        (9, "validity.ends-before-issue"),
        (10, "library-import.file-twice"),
        (11, "file.type-mismatch"),
    ]
    sheet = openpyxl.load_workbook(errors).active
    written = list(sheet.iter_rows(values_only=True))
    assert (written[0], len(written)) == ((*HEAD, "错误"), 10)
    assert written[6 - 1][1] == "司马𠮷"
    assert "姓名（名称）不同" in written[6 - 1][-1]


def test_a_name_joins_nobody(office, bring):
    bring([row("甲.pdf"), row("乙.pdf", ANOTHER, NAME)], ["甲.pdf", "乙.pdf"])
    with office.site() as site:
        holders = {site.materials[each].applicant for each in waiting_in(site)}
        assert len(holders) == 2
        assert {site.applicants[each].name for each in holders} == {NAME}


def waiting_in(site) -> list[str]:
    return [material.id for material in questions.imported(site)]


def test_what_was_sent_back_leaves_the_library_with_a_reason_and_may_come_again_mended(office, bring):
    bring([row("甲.pdf")], ["甲.pdf"])
    (paper,) = waiting(office)
    assert refused(office.do(CLERK, on_material(paper, importing_library.reject_imported, why=" "))) == [
        ("validity.no-reason", "why")
    ]
    ok(office.do(CLERK, on_material(paper, importing_library.reject_imported, why="图片是另一个人的")))
    with office.site() as site:
        assert site.materials[paper].status == "withdrawn"
    assert waiting(office) == []
    assert counts(bring([row("甲.pdf")], [])[1]) == (0, 1, 0)
    assert counts(bring([row("丙.pdf", document="另")], ["丙.pdf"])[1]) == (1, 0, 0)
    same_day = row("丁.pdf", document="另", until="2028-02-28")
    assert codes(bring([same_day], ["丁.pdf"])[1]) == [(2, "validity.identity-taken")]
    assert counts(bring([row("乙.pdf", document="云检〔2026〕甲.pdf")], ["乙.pdf"])[1]) == (1, 0, 0)


def test_only_who_may_import_brings_a_register_and_a_file_without_its_columns_is_told(
    office, bring, tmp_path
):
    done = CliRunner().invoke(
        main,
        ["--json", "--as", CLERK, "import-library", str(_bare(tmp_path)), "--files", str(tmp_path)],
        obj=Instance(Path("none.ini"), opened=office.services, owned=False),
    )
    assert (done.exit_code, "permission.denied" in done.output) == (1, True)
    done = CliRunner().invoke(
        main,
        ["--json", "--as", ARCHIVIST, "import-library", str(_bare(tmp_path)), "--files", str(tmp_path)],
        obj=Instance(Path("none.ini"), opened=office.services, owned=False),
    )
    told = json.loads(done.stdout)
    assert [found["params"]["column"] for found in told["findings"]] == ["材料名称", "文件"]


def _bare(tmp_path: Path) -> Path:
    book = openpyxl.Workbook()
    book.active.append(("身份证号码", "姓名"))
    book.active.append((CITIZEN, NAME))
    path = tmp_path / "bare.xlsx"
    book.save(path)
    return path
