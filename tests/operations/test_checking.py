"""Checking packages again: the stored one, the exported one in a folder, every file of it damaged in every way."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import stat
import sys
from itertools import count, pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner

from records.domain.identifiers import citizen_check
from records.domain.package_checks import Phase, Status
from records.domain.packages import MediumFacts
from records.exchange import check_reports
from records.exchange.packages import Manifest
from records.exchange.scanner import SETTING, Scanner, scanner_of
from records.operations import archiving, checking, copying, extracts
from records.scripts.command import main
from records.scripts.instance import Instance
from tests.office import ARCHIVIST, CLERK, build_office

from .cases import SHOPKEEPER, archive, findings, ok

EICAR = r"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
SCANNER = """#!{python}
import sys
if "--version" in sys.argv:
    print("ClamAV 1.0.9/27400/{dated}")
    raise SystemExit({broken})
found = 0
for path in sys.argv[1:]:
    if b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE" in open(path, "rb").read():
        print(f"{{path}}: Win.Test.EICAR_HDB-1 FOUND")
        found = 1
raise SystemExit(found)
"""


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """One office with one archived case for the whole file; nothing here changes what another test looks at."""
    office = build_office(tmp_path_factory.mktemp("office"))
    yield office
    office.close()


@pytest.fixture(scope="module")
def item(office) -> str:
    return archive(office, office.case(office.applicant(), SHOPKEEPER))


def dated(folder: Path, office) -> Path:
    """Date all files as the office's clock stands: the machine's own clock is another."""
    now = office.clock.now().timestamp()
    for path in folder.rglob("*"):
        os.utime(path, (now, now), follow_symlinks=False)
    return folder


NUMBERS = count(10)


@pytest.fixture
def person(office) -> str:
    """Somebody with no case yet, whichever tests were before."""
    head = f"419999198502030{next(NUMBERS):02d}"
    return office.applicant(number=head + citizen_check(head), name="令狐𠮷")


@pytest.fixture(scope="module")
def exported(office, item, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("export") / "bag"
    with office.site() as site:
        code = site.archives[item].code
    assert archiving.export(office.services, code, folder, reader=ARCHIVIST) == folder
    return dated(folder, office)


@pytest.fixture(scope="module")
def trial(office):
    """Try each paper once for all tests: what is damaged has another digest."""
    known = {}

    def attempt(digest, place, kind):
        if (digest, kind) not in known:
            known[digest, kind] = office.services.extractor.attempt(place, kind)
        return known[digest, kind]

    return attempt


@pytest.fixture
def bag(exported, tmp_path) -> Path:
    return Path(shutil.copytree(exported, tmp_path / "bag"))


@pytest.fixture
def check(office, trial):
    def check(folder, *, dates_stand=False, **how):
        if not dates_stand:
            dated(folder, office)
        return checking.check_folder(folder, clock=office.clock, try_out=trial, with_sm3=False, **how)

    return check


def failed(report) -> set[str]:
    return {result.id.partition("-")[2] for result in report.results if result.status is Status.FAIL}


def result_of(report, item):
    return next(result for result in report.results if result.id.endswith(f"-{item}"))


def files_of(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def stored_report(office, item):
    with office.site() as site:
        return checking.report_of(site, site.archives[item])


def test_every_item_of_the_table_was_carried_out_at_archiving(office, item):
    report = stored_report(office, item)
    assert (report.passed, report.phase, report.at[:10]) == (True, Phase.ARCHIVING, "2026-11-23")
    assert report.tool.startswith("juanzong ")
    idle = {
        each.id: each.evidence["reason"] for each in report.results if each.status is Status.NOT_APPLICABLE
    }
    assert idle == {
        "GD-2-8": "no-annex", "GD-4-1": "no-scanner", "GD-4-2": "no-scanner", "GD-4-4": "no-medium",
        "GD-4-5": "no-medium", "GD-4-6": "no-medium",
    }  # fmt: skip
    assert {each.status for each in report.results} == {Status.PASS, Status.NOT_APPLICABLE}


def test_the_report_lies_in_the_package_as_it_was(office, item, exported):
    content = (exported / "data/检测报告.xml").read_bytes()
    assert check_reports.read_xml(content) == stored_report(office, item)


def test_the_stored_package_passes_again_with_its_log_and_register(office, item):
    report = checking.examine(office.services, item)
    assert report.passed
    assert {each.id: each.evidence["reason"] for each in report.results if each.status is Status.NOT_APPLICABLE} == {
        "CQ-2-8": "no-annex", "CQ-4-1": "no-scanner", "CQ-4-2": "no-scanner", "CQ-4-4": "no-medium",
        "CQ-4-5": "no-medium", "CQ-4-6": "no-medium",
    }  # fmt: skip
    assert result_of(report, "1-14").evidence["where"] == "登记簿"
    assert result_of(report, "1-9").evidence["sm3"] == 7
    assert result_of(report, "4-7").evidence["entries"] >= 2


def test_the_exported_package_passes_anywhere(check, exported, office, item):
    with office.site() as site:
        digest = site.archives[item].package_digest
    report = check(exported, expected_digest=digest)
    assert report.passed
    assert {each.id: each.evidence["reason"] for each in report.results if each.status is Status.NOT_APPLICABLE} == {
        "CQ-1-9": "no-origin", "CQ-2-8": "no-annex", "CQ-3-2": "no-database", "CQ-4-1": "no-scanner",
        "CQ-4-2": "no-scanner", "CQ-4-4": "no-medium", "CQ-4-5": "no-medium", "CQ-4-6": "no-medium", "CQ-4-7": "no-database",
    }  # fmt: skip
    wrong = check(exported, expected_digest="0" * 64)
    assert failed(wrong) == {"1-14"}


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-7])


def rename(path: Path) -> None:
    path.rename(path.with_name(f"改{path.name}"))


def add(path: Path) -> None:
    path.with_name(f"{path.stem}-副本{path.suffix}").write_bytes(b"x")


def redate(path: Path) -> None:
    os.utime(path, (1_500_000_000, 1_500_000_000))


#: What is done to a file, and the check that must find it in a paper or description, and in a list of the bag.
WAYS = {
    "flip": (flip, "1-1", "3-7"),
    "truncate": (truncate, "1-1", "3-7"),
    "rename": (rename, "1-1", "3-7"),
    "remove": (Path.unlink, "1-1", "3-7"),
    "add": (add, "4-3", "4-3"),
    "redate": (redate, "1-10", None),
}


@pytest.mark.parametrize("way", WAYS)
def test_every_file_of_a_package_damaged_in_this_way_is_noticed(way, check, bag, office):
    damage, in_data, in_list = WAYS[way]
    dated(bag, office)
    for name in files_of(bag):
        wanted = in_data if name.startswith("data/") else in_list
        if wanted is None or re.search("元数据/(?!01)", name):
            continue
        before, content = files_of(bag), (bag / name).read_bytes()
        damage(bag / name)
        report = check(bag, dates_stand=way == "redate")
        assert wanted in failed(report), name
        assert not report.passed, name
        if way == "redate":
            assert [each.subject for each in result_of(report, wanted).findings] == [
                name.removeprefix("data/")
            ]
        for added in {*files_of(bag)} - {*before}:
            (bag / added).unlink()
        (bag / name).write_bytes(content)
        dated(bag, office)
    assert check(bag).passed


def test_two_papers_that_change_places_are_noticed(check, bag):
    papers = [name for name in files_of(bag) if name.startswith("data/0")]
    for one, other in pairwise(papers):
        content = (bag / one).read_bytes(), (bag / other).read_bytes()
        (bag / one).write_bytes(content[1])
        (bag / other).write_bytes(content[0])
        report = check(bag)
        assert {"1-1", "1-11"} <= failed(report)
        (bag / one).write_bytes(content[0])
        (bag / other).write_bytes(content[1])
    assert check(bag).passed


def rewritten(bag: Path, **changes: str) -> None:
    """Change what the package says of itself and make all its lists fit again, as somebody would who knows how."""
    place = bag / "data/基本信息.xml"
    text = place.read_text(encoding="utf-8")
    for element, value in changes.items():
        head, _, rest = text.partition(f"<{element}>")
        text = f"{head}<{element}>{value}{rest[rest.index('</') :]}"
    place.write_text(text, encoding="utf-8")
    reseal(bag)


def reseal(bag: Path) -> None:
    size = sum((bag / name).stat().st_size for name in files_of(bag) if name.startswith("data/"))
    count = sum(name.startswith("data/") for name in files_of(bag))
    info = (bag / "bag-info.txt").read_text(encoding="utf-8").splitlines()
    lines = [f"Payload-Oxum: {size}.{count}" if line.startswith("Payload-Oxum") else line for line in info]
    (bag / "bag-info.txt").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    for algorithm in ("sha256", "sm3"):
        digests = {
            name: hashlib.new(algorithm, (bag / name).read_bytes()).hexdigest()
            for name in files_of(bag)
            if name.startswith("data/")
        }
        text = "".join(f"{digest}  {name}\n" for name, digest in digests.items())
        (bag / f"manifest-{algorithm}.txt").write_text(text, encoding="utf-8")
    tags = ("bag-info.txt", "bagit.txt", "manifest-sha256.txt", "manifest-sm3.txt")
    text = "".join(f"{hashlib.sha256((bag / name).read_bytes()).hexdigest()}  {name}\n" for name in tags)
    (bag / "tagmanifest-sha256.txt").write_text(text, encoding="utf-8")


#: What somebody writes into the description while making every digest fit, and the checks that notice it by the words alone.
FORGED = [
    ({"申请人类型": "个体户"}, {"1-4"}),
    ({"名称": "欧阳\u200b䶮"}, {"1-6"}),
    ({"年度": "2025"}, {"1-5", "1-7"}),
    ({"件数": "8"}, {"2-11"}),
    ({"页数": "0"}, {"1-5"}),
    ({"实际办结时间": "2031-01-01T09:00:00+08:00"}, {"1-5"}),
    ({"保管期限": "永远"}, {"1-4", "1-7"}),
    ({"事项名称": "长" * 301}, {"1-2"}),
    ({"归档人": "无"}, {"2-4"}),
    ({"归档时间": "昨天"}, {"1-3"}),
]


@pytest.mark.parametrize(("changes", "expected"), FORGED, ids=[next(iter(changes)) for changes, _ in FORGED])
def test_a_description_that_is_forged_with_all_its_digests_is_noticed(
    changes, expected, check, bag, office, item
):
    rewritten(bag, **changes)
    assert failed(check(bag)) == expected
    with office.site() as site:
        digest = site.archives[item].package_digest
    assert "1-14" in failed(check(bag, expected_digest=digest))


def test_a_description_with_a_document_type_is_not_parsed(check, bag):
    place = bag / "data/过程信息.xml"
    place.write_text('<!DOCTYPE x [<!ENTITY a "aaaa">]><过程信息>&a;</过程信息>', encoding="utf-8")
    assert {"1-1", "2-5", "3-1"} <= failed(check(bag))


def test_a_link_in_the_place_of_a_paper_is_not_followed(check, bag):
    name = next(name for name in files_of(bag) if name.startswith("data/01"))
    (bag / name).unlink()
    (bag / name).symlink_to("/etc/passwd")
    report = check(bag)
    assert {"1-1", "1-11", "2-7", "3-7"} <= failed(report)


def scanner(folder: Path, *, dated="Sat Nov 21 08:00:00 2026", broken=0) -> str:
    place = folder / "scan"
    place.write_text(SCANNER.format(python=sys.executable, dated=dated, broken=broken), encoding="utf-8")
    place.chmod(place.stat().st_mode | stat.S_IXUSR)
    return str(place)


def test_a_scanner_finds_the_test_virus_and_says_how_old_it_is(office, item, tmp_path, bag, check):
    command = scanner_of({SETTING: scanner(tmp_path)})
    good = check(bag, scanner=command)
    assert good.passed
    assert result_of(good, "4-1").evidence == {
        "scanner": "scan", "version": "ClamAV 1.0.9/27400/Sat Nov 21 08:00:00 2026", "dated": "2026-11-21", "faults": 0,
    }  # fmt: skip
    assert result_of(good, "4-2").status is Status.PASS
    name = next(name for name in files_of(bag) if name.startswith("data/08"))
    (bag / name).write_text(EICAR, encoding="utf-8")
    found = result_of(check(bag, scanner=command), "4-2")
    assert [(each.code, each.subject) for each in found.findings] == [
        ("check.infected", name.removeprefix("data/"))
    ]


@pytest.mark.parametrize(
    ("how", "expected"),
    [({"dated": "Thu Oct  1 08:00:00 2026"}, {"4-1"}), ({"broken": 2}, {"4-1", "4-2"})],
)
def test_a_scanner_that_is_old_or_broken_does_not_pass(how, expected, tmp_path, bag, check):
    report = check(bag, scanner=Scanner((scanner(tmp_path, **how),)))
    assert failed(report) == expected


def test_an_instance_with_a_scanner_uses_it(office, item, tmp_path):
    office.services.settings["antivirus.command"] = scanner(tmp_path)
    try:
        report = checking.examine(office.services, item)
    finally:
        del office.services.settings["antivirus.command"]
    assert {result_of(report, each).status for each in ("4-1", "4-2")} == {Status.PASS}


def test_a_disc_is_judged_by_whoever_looked_at_it(check, exported):
    report = check(exported, medium=MediumFacts("GP-0001", "optical"), phase=Phase.TRANSFER)
    assert report.passed
    assert [each.id for each in report.waiting] == ["YJ-4-4", "YJ-4-5", "YJ-4-6"]


def waiting_for_a_person(office, item) -> None:
    """Let the last checking have left one question to a person, as when a reader gave up."""

    def within(root):
        fresh = root["site"].archives[item]
        report = json.loads(fresh.report)
        for each in report["results"]:
            if each["id"] == "GD-3-4":
                each |= {"status": "manual", "evidence": {"files": 6, "untried": 1, "faults": 0}}
        fresh.report = json.dumps(report, ensure_ascii=False)

    office.services.database.run(within)


def test_a_person_looks_and_says_what_was_seen(office, person):
    own = archive(office, office.case(person, SHOPKEEPER))

    def look(**said):
        return office.do(ARCHIVIST, lambda act: checking.look(act, act.site.archives[own], **said))

    assert findings(look(check="GD-3-4", good=True)) == [
        ("check.no-look-needed", "check", {"check": "GD-3-4"}, "")
    ]
    waiting_for_a_person(office, own)
    assert [each.id for each in stored_report(office, own).waiting] == ["GD-3-4"]
    assert findings(look(check="GD-3-4")) == [("check.no-note", "note", {}, "")]
    assert findings(look(check="GD-9-1", good=True)) == [("check.unknown", "check", {"check": "GD-9-1"}, "")]
    ok(look(check="GD-3-4", good=True, note="逐页看过"))
    report = stored_report(office, own)
    seen = result_of(report, "3-4").looked
    assert (report.waiting, seen.good, seen.note, seen.at[:10]) == ((), True, "逐页看过", "2026-11-23")
    ok(look(check="GD-3-4", note="第二页缺角"))
    report = stored_report(office, own)
    assert (report.passed, failed(report)) == (False, {"3-4"})
    with office.site() as site:
        assert [(event, reference) for event, _, _, reference, _ in site.archives[own].management] == [
            ("check.look", "3-4"), ("check.look", "3-4"),
        ]  # fmt: skip


def test_a_stored_package_is_checked_again_and_a_damage_is_on_record(office, person):
    own = archive(office, office.case(person, SHOPKEEPER))
    ok(office.do(ARCHIVIST, lambda act: checking.recheck(act, act.site.archives[own])))
    with office.site() as site:
        fresh = site.archives[own]
        assert checking.last_report(site, fresh).passed
        assert [(event, by, result) for event, _, by, result, _ in fresh.management] == [
            ("package.check", ARCHIVIST, "pass")
        ]
        with office.services.store.open(fresh.manifest) as stream:
            manifest = Manifest.from_json(json.loads(stream.read()))
    part = next(part for part in manifest.parts if part.path.startswith("data/01"))
    place = office.services.store.path(part.digest)
    content = place.read_bytes()
    place.chmod(0o600)
    try:
        place.write_bytes(content[:-1] + b"\0")
        ok(office.do(ARCHIVIST, lambda act: checking.recheck(act, act.site.archives[own])))
    finally:
        place.write_bytes(content)
    with office.site() as site:
        fresh = site.archives[own]
        report = checking.last_report(site, fresh)
        assert {"1-1", "1-11", "1-14"} <= failed(report)
        assert (report.passed, fresh.management[-1][3]) == (False, "fail")
        assert checking.report_of(site, fresh).passed
    assert checking.examine(office.services, own).passed


def test_what_was_tried_when_it_came_in_counts_for_the_archiving(office, person):
    case = office.case(person, SHOPKEEPER)
    office.hand_in(case, "application", "申请书", issued_on=office.clock.today())
    with office.site() as site:
        digest = next(entry[2] for entry in site.dossiers[case].entries)
    extracts.extract_text(office.services, digest)
    with office.site() as site:
        tried = site.holdings[digest].tried
    assert tried[:4] == (True, 1, False, ())
    assert tried[4].startswith("pypdfium2 ")
    assert tried[4].endswith("（2026-11-23）")


def test_an_entry_of_the_log_that_is_taken_away_is_noticed(office, item):
    with office.site() as site:
        trail = site.archives[item].trail

    def without(root):
        root["site"].archives[item].trail = trail[1:]

    def back(root):
        root["site"].archives[item].trail = trail

    office.services.database.run(without)
    try:
        report = checking.examine(office.services, item)
    finally:
        office.services.database.run(back)
    assert failed(report) == {"4-7"}


@pytest.mark.parametrize("phase", [Phase.TRANSFER, Phase.KEEPING])
def test_writing_the_second_copy_is_no_change_of_the_item(office, item, phase):
    copying.follow(office.services)
    with office.site() as site:
        events = [json.loads(site.audit[seq].line)["event"] for seq in site.archives[item].trail]
    assert "keeping.copied" in events
    assert failed(checking.examine(office.services, item, phase=phase)) == set()


def run(office, *words: str, by: str = ARCHIVIST):
    instance = Instance(Path("none.ini"), userid=by, opened=office.services, owned=False)
    instance.settings = {"none": ""}
    return CliRunner().invoke(main, list(words), obj=instance)


def test_the_command_repeats_the_checks_of_a_code_and_of_a_folder(office, item, bag, tmp_path):
    with office.site() as site:
        code = site.archives[item].code
    said = run(office, "--json", "--as", ARCHIVIST, "check", code)
    assert (said.exit_code, json.loads(said.output)["code"]) == (0, code)
    assert json.loads(said.output)["counts"] == {"pass": 34, "fail": 0, "not-applicable": 6, "manual": 0}
    assert run(office, "--as", CLERK, "check", "J043-ZY·SP·2026-D30-ZCG-0999").exit_code == 1
    flip(bag / next(name for name in files_of(bag) if name.startswith("data/05")))
    report = tmp_path / "report.xml"
    said = run(office, "check", "--package", str(bag), "--xml", str(report))
    assert said.exit_code == 1
    assert "✗ CQ-1-1 固化信息有效性检测" in said.output
    assert "与摘要不符" in said.output
    assert not check_reports.read_xml(report.read_bytes()).passed


def test_a_folder_named_from_where_one_stands_is_read_as_well(office, bag, monkeypatch):
    monkeypatch.chdir(bag.parent)
    said = json.loads(run(office, "check", "--package", bag.name, "--json").output)
    found = {each["id"]: each["status"] for each in said["results"]}
    assert (found["CQ-2-7"], found["CQ-3-4"]) == ("pass", "pass")
