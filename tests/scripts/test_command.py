from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner

from records.clock import FrozenClock
from records.operations.services import open_services
from records.scripts import demo
from records.scripts.command import main
from records.scripts.instance import Instance
from tests.office import ARCHIVIST, CLERK, build_office


def run(*arguments: str, instance: Instance | None = None) -> tuple[int, str, str]:
    done = CliRunner().invoke(main, list(arguments), obj=instance)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.stdout, done.stderr


def asked(*arguments: str, instance: Instance | None = None) -> tuple[int, object]:
    code, out, _ = run("--json", *arguments, instance=instance)
    return code, json.loads(out)


@pytest.fixture
def ini(tmp_path) -> Path:
    path = tmp_path / "office.ini"
    path.write_text(
        "[app:main]\nuse = egg:juanzong\nrecords.instance = %(here)s/var\nzodb.uri = file://%(here)s/var/Data.fs\n"
        "fulltext.engine = whoosh\nstore.reserve = 0\n",
        encoding="utf-8",
    )
    return path


@pytest.fixture(scope="module")
def archived(tmp_path_factory):
    """An office with one archived case; commands only read it."""
    folder = tmp_path_factory.mktemp("commands")
    office = build_office(
        folder, at=datetime(2026, 3, 2, 1, tzinfo=UTC), **{"zodb.uri": f"file://{folder}/Data.fs"}
    )
    code = archive_one(office)
    yield office, code
    office.close()


def archive_one(office) -> str:
    story = demo.Story(office.services, office.clock, Random(1))
    person = office.applicant()
    case = office.case(person, "sole-trader-registration")
    demo.fill_lines(story, CLERK, case, 1)
    demo.decide(story, "zhuge", case, "sole-trader-registration", 1, refused=False)
    office.do(CLERK, lambda act: demo.decisions.deliver(
        act, act.site.dossiers[case], method=demo.DeliveryMethod.COUNTER, recipient="本人"))  # fmt: skip
    office.do(ARCHIVIST, lambda act: demo.archiving.archive(act, act.site.dossiers[case]))
    with office.site() as site:
        return site.archives[site.dossiers[case].archived_item].code


@pytest.fixture
def instance(archived) -> Instance:
    return Instance(Path("none.ini"), opened=archived[0].services, owned=False)


def test_clock_explains_every_day_and_does_not_count_the_first():
    code, said = asked("clock", "2026-02-12", "2")
    assert (code, said) == (
        0,
        {
            "due": "2026-02-14",
            "provisional": False,
            "days": [
                {"date": "2026-02-13", "counts": True, "why": "周五"},
                {"date": "2026-02-14", "counts": True, "why": "春节调休上班"},
            ],
        },
    )


def test_clock_says_that_a_year_without_holidays_is_provisional():
    code, said = asked("clock", "2027-03-01", "1")
    assert (code, said["due"], said["provisional"]) == (0, "2027-03-02", True)
    assert "暂定" in run("clock", "2027-03-01", "1")[1]


def test_clock_that_cannot_read_its_day_could_not_run():
    assert run("clock", "2026-2-30", "1")[0] == 2


@pytest.mark.parametrize(
    ("number", "code", "said"),
    [
        ("11010519491231002X", 0, (True, "citizen", "11010519491231002X", [])),
        ("１１０１０５１９４９１２３１００２ｘ", 0, (True, "citizen", "11010519491231002X", None)),
        ("110105194912310021", 1, (False, "citizen", "110105194912310021", ["id.check-digit"])),
    ],
)
def test_id_has_its_stable_keys(number, code, said):
    exit_code, value = asked("id", number)
    valid, kind, normalised, findings = said
    assert exit_code == code
    assert set(value) == {"valid", "kind", "normalised", "findings"}
    assert (value["valid"], value["kind"], value["normalised"]) == (valid, kind, normalised)
    if findings is not None:
        assert [found["code"] for found in value["findings"]] == findings


def test_code_takes_an_archival_code_apart():
    code, said = asked("code", "J043-ZY·SP·2026-D30-ZCG-0001")
    assert code == 0
    assert set(said) == {"valid", "parts", "normalised", "findings", "pattern"}
    assert (said["pattern"]["arranged"], said["pattern"]["category"]) == ("item", "*")
    assert (said["valid"], said["normalised"], said["findings"]) == (True, "J043-ZY·SP·2026-D30-ZCG-0001", [])
    assert "J043" in said["parts"].values()


def test_a_code_that_is_none_is_told_with_the_same_keys():
    code, said = asked("code", "档号")
    assert code == 1
    assert (said["valid"], said["parts"], said["normalised"]) == (False, {}, "")
    assert said["findings"]
    assert run("code", "档号")[0] == 1


def test_lint_of_a_good_and_of_a_bad_guide(tmp_path):
    good = tmp_path / "food-business.yaml"
    text = next(text for name, text in demo.shipped_guides() if name == good.name)
    good.write_text(text, encoding="utf-8")
    code, said = asked("lint", str(good))
    assert (code, said["ok"], {found["severity"] for found in said["findings"]}) == (0, True, {"warns"})
    bad = tmp_path / "bad.yaml"
    bad.write_text(
        text.replace("事项类型: 行政许可", "事项类型: 行政许多").replace("承诺时限: 5个", "承诺时限: 50个"),
        encoding="utf-8",
    )
    code, said = asked("lint", str(bad))
    assert (code, said["ok"]) == (1, False)
    assert {frozenset(found) for found in said["findings"]} == {
        frozenset({"code", "field", "severity", "reason", "cure"})
    }


def test_lint_of_one_material_name():
    code, said = asked("lint", "--name", "其他材料")
    assert (code, said["ok"]) == (1, False)
    assert asked("lint", "--name", "居民身份证") == (0, {"ok": True, "findings": []})
    assert run("lint")[0] == 2


def test_retention_of_a_guide_and_of_a_type():
    assert asked("retention", "sole-trader-registration", "--fonds", "J043", "--on", "2026-03-02") == (
        0,
        {
            "retention": "D30", "label": "定期30年", "expires_on": "2056-12-31",
            "basis": "行政确认 令第8号所列期限；本机关保管期限表待批准", "approval": "", "approved": False,
            "explained": [
                "密级 内部：全宗（档案法 第二十七条；本机关分类方案待批准）",
                "开放状态 待审：全宗（档案法 第二十七条；本机关分类方案待批准）",
                "保管期限 D30：事项类型（行政确认 令第8号所列期限；本机关保管期限表待批准）",
                "起算 closed：事项类型（行政确认 令第8号所列期限；本机关保管期限表待批准）",
                "门类 ZY·SP：办事指南（办事指南第1版归档要求（示例，待批准））",
            ],
            "findings": [],
        },
    )  # fmt: skip
    assert asked("retention", "01.long", "--on", "2026-03-02")[1]["expires_on"] is None
    code, said = asked("retention", "99", "--on", "2026-03-02")
    assert (code, [found["code"] for found in said["findings"]]) == (1, ["retention.undetermined"])


def test_init_founds_a_site_once_from_a_readable_file(ini):
    code, said = asked("-c", str(ini), "init")
    assert (code, len(said)) == (0, 31)
    assert all(len(password) == 19 for password in said.values())
    assert run("-c", str(ini), "init")[0] == 1
    assert asked("-c", str(ini), "verify") == (0, {"ok": True})


def test_init_with_a_wrong_file_lists_everything_and_founds_nothing(ini, tmp_path):
    wrong = tmp_path / "wrong.toml"
    wrong.write_text('name = "云溪"\nregion = "云溪"\n', encoding="utf-8")
    code, said = asked("-c", str(ini), "init", str(wrong))
    assert code == 1
    assert len(said["findings"]) > 3
    assert run("-c", str(ini), "verify")[0] == 2


def test_an_instance_without_a_site_or_a_file_could_not_run(ini, tmp_path):
    code, _, said = run("-c", str(ini), "search", "x")
    assert (code, "records init" in said) == (2, True)
    code, _, said = run("-c", str(tmp_path / "none.ini"), "search", "x")
    assert (code, "找不到配置文件" in said) == (2, True)


def test_who_acts_must_be_named(instance):
    code, _, said = run("applicants", "find", "--number", "1", instance=instance)
    assert (code, "--as" in said) == (2, True)


def test_who_may_not_is_refused_with_the_permission(instance):
    code, said = asked(
        "--as", "auditor", "applicants", "create", "--number", "1", "--name", "x", instance=instance
    )
    assert (code, [found["code"] for found in said["findings"]]) == (1, ["permission.denied"])


def test_an_unknown_record_is_told(instance):
    code, said = asked("--as", CLERK, "dossiers", "accept", "none", instance=instance)
    assert (code, [found["code"] for found in said["findings"]]) == (1, ["record.unknown"])


def test_an_applicant_who_is_not_there_is_told(instance):
    code, said = asked(
        "--as", CLERK, "applicants", "find", "--number", "419999198502030018", instance=instance
    )
    assert (code, [found["code"] for found in said["findings"]]) == (1, ["applicant.none"])


def test_a_guide_is_imported_as_a_draft_and_only_by_its_editors(instance, tmp_path):
    path = tmp_path / "food-again.yaml"
    text = next(text for name, text in demo.shipped_guides() if name == "food-business.yaml")
    path.write_text(text.replace("标识: food-business", "标识: food-again", 1), encoding="utf-8")
    code, said = asked("--as", "machao", "import", str(path), instance=instance)
    assert (code, [found["code"] for found in said["findings"]]) == (1, ["permission.denied"])
    code, said = asked("--as", "bailu", "import", str(path), instance=instance)
    assert (code, said["key"], said["version"]) == (0, "food-again", 1)
    code, said = asked("--as", "bailu", "import", str(path), instance=instance)
    assert (code, [found["code"] for found in said["findings"]]) == (1, ["guide.unchanged"])


def test_search_counts_exactly_what_the_reader_may_see(instance):
    code, said = asked("--as", ARCHIVIST, "search", "欧阳䶮", "--in", "archives", instance=instance)
    assert (code, said["total"], len(said["hits"]), set(said["hits"][0])) == (
        0,
        1,
        1,
        {"kind", "id", "title"},
    )
    assert (
        asked("--as", "huangfu", "search", "欧阳䶮", "--in", "archives", instance=instance)[1]["total"] == 0
    )
    assert asked("search", "食品经营许可", instance=instance)[1]["hits"][0]["id"].startswith("food-")


def test_reindex_counts_and_verify_is_content(instance):
    code, said = asked("reindex", instance=instance)
    assert (code, said["dossiers"], said["archives"]) == (0, 1, 1)
    assert asked("verify", instance=instance) == (0, {"ok": True})


def test_verify_names_a_file_that_is_damaged(instance, archived):
    store = archived[0].services.store
    digest = next(store.walk())
    path, content = store.path(digest), store.path(digest).read_bytes()
    path.write_bytes(content[:-1] + b"?")
    try:
        code, said = asked("verify", instance=instance)
    finally:
        path.write_bytes(content)
    assert (code, {found["code"] for found in said["findings"]}) == (1, {"store.damaged"})


def test_export_and_verify_package_and_a_damaged_one(instance, archived, tmp_path):
    code, said = asked("--as", ARCHIVIST, "export", archived[1], "--to", str(tmp_path), instance=instance)
    assert code == 0
    package = Path(said["package"])
    code, judged = asked("verify-package", str(package))
    assert (code, judged["ok"], [found["code"] for found in judged["findings"]]) == (
        0,
        True,
        ["package.sm3-unchecked"],
    )
    assert asked("verify-package", "--all", str(package))[1]["findings"] == []
    part = next(path for path in sorted((package / "data").rglob("*.pdf")))
    part.write_bytes(part.read_bytes() + b"x")
    code, judged = asked("verify-package", str(package))
    assert (code, judged["ok"]) == (1, False)
    assert any(part.name in json.dumps(found, ensure_ascii=False) for found in judged["findings"])


def test_export_needs_the_right_and_a_known_code(instance, archived, tmp_path):
    code, said = asked("--as", CLERK, "export", archived[1], "--to", str(tmp_path), instance=instance)
    assert (code, [found["code"] for found in said["findings"]]) == (1, ["permission.denied"])
    code, said = asked("--as", ARCHIVIST, "export", "J043-9", "--to", str(tmp_path), instance=instance)
    assert (code, [found["code"] for found in said["findings"]]) == (1, ["archive.unknown"])


def test_the_audit_log_is_sealed_exported_and_verified_offline(instance, tmp_path):
    code, head = asked("audit", "seal", instance=instance)
    assert (code, set(head)) == (0, {"size", "root", "at", "signature"})
    assert asked("audit", "export", "--to", str(tmp_path), instance=instance)[0] == 0
    code, said = asked("audit", "verify", str(tmp_path))
    assert (code, said["ok"]) == (0, True)
    entries = tmp_path / "entries.jsonl"
    lines = entries.read_bytes().splitlines(keepends=True)
    for forged in (
        [lines[0].replace(b'"command"', b'"screen"'), *lines[1:]],
        lines[:-1],
        [*lines[:3], *lines[4:]],
        [lines[1], lines[0], *lines[2:]],
    ):
        entries.write_bytes(b"".join(forged))
        code, said = asked("audit", "verify", str(tmp_path))
        assert (code, said["ok"], bool(said["problems"])) == (1, False, True)


def test_beside_a_server_one_reads_a_snapshot_and_does_not_write(ini):
    assert run("-c", str(ini), "init")[0] == 0
    folder = ini.parent / "var"
    server = open_services(
        {"records.instance": str(folder), "zodb.uri": f"file://{folder}/Data.fs", "fulltext.engine": "memory"}
    )
    try:
        beside = [sys.executable, "-m", "records.scripts", "-c", str(ini)]
        reading = subprocess.run([*beside, "search", "x"], capture_output=True, text=True)
        writing = subprocess.run([*beside, "audit", "seal"], capture_output=True, text=True)
    finally:
        server.close()
    assert (reading.returncode, reading.stdout.strip(), "快照" in reading.stderr) == (0, "共 0 条", True)
    assert (writing.returncode, writing.stdout) == (2, "")
    assert writing.stderr.startswith("数据库正在被服务使用")


def test_no_warning_stands_before_the_answer():
    done = subprocess.run(
        [sys.executable, "-m", "records.scripts", "id", "11010519491231002X"], capture_output=True, text=True
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "✓ 11010519491231002X\n", "")


def test_work_once_ends_when_nothing_is_owed(ini):
    run("-c", str(ini), "init")
    assert run("-c", str(ini), "work", "--once")[0] == 0
    assert run("-c", str(ini), "evolve")[0] == 0


def test_one_case_walks_the_whole_way():
    code, said, _ = run("demo", "--case")
    assert code == 0
    for words in ("建档", "复用", "档号 J043-ZY·SP·2026-D10-ZCG-0001", "归档信息包完好", "“欧阳䶮” 共 1 条"):
        assert words in said


def test_the_clock_of_an_instance_is_its_own(archived):
    assert isinstance(archived[0].services.clock, FrozenClock)
