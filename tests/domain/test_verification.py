"""The four checks: for every check a package damaged in exactly that way, and nothing that passes without evidence."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.domain import package_checks
from records.domain.findings import Severity
from records.domain.package_checks import Phase, Status, Verdict
from records.domain.packages import (
    Attributes,
    DocumentFacts,
    FormFacts,
    MediumFacts,
    PackageFacts,
    RecordFacts,
    ScannerFacts,
    SealFacts,
    SignatureFacts,
    StepFacts,
    TrailFacts,
)
from records.domain.verification import CHECKS, CheckResult, CheckRow, Look, Report, looked_at, run_checks
from records.domain.vocabulary import Stage
from records.rules import checks, elements
from records.views import check_words, messages

TABLE = checks()
CODE = "0726-ZY·SP·2026-D30-WJW-0001"
METADATA_FILES = ("基本信息.xml", "文件目录.xml", "过程信息.xml")


def paper(number, stage, title, scope, suffix="pdf"):
    name = f"{stage.value}-{number:02d}-{title}.{suffix}"
    attributes = Attributes(name, 1000 + number, suffix, f"{number:064x}", 2)
    return DocumentFacts(
        number, f"{stage.value}{stage.label}/{name}", title, stage, scope, attributes, attributes, suffix,
        source="申请人提交", origin=attributes.sha256, reader="pypdfium2 5.0",
    )  # fmt: skip


DOCUMENTS = (
    paper(1, Stage.APPLICATION, "食品经营许可申请书", "application"),
    paper(2, Stage.RECEIPT, "受理通知书", "acceptance", "ofd"),
    paper(3, Stage.DECISION, "准予决定书（A&B公司）", "decision"),
)
DIGESTS = {document.path: document.recorded.sha256 for document in DOCUMENTS} | {
    path: f"{number:064x}" for number, path in enumerate(METADATA_FILES, start=100)
}
METADATA = {
    "code": CODE, "fonds": "0726", "category": "ZY·SP", "year": "2026", "retention": "D30", "unit": "WJW",
    "creator": "延津县卫生健康委员会", "title": "关于䶮𠮷餐饮店食品经营许可的办件", "responsible": "延津县卫生健康委员会",
    "dossier": "11410726005472639F3410726001001202603020001", "item_name": "食品经营许可",
    "item_code": "11410726005472639F3410126001001", "guide_version": "3", "item_kind": "promised",
    "applicant_kind": "person", "applicant": "欧阳䶮", "outcome": "granted", "document_number": "", "received": "2026-03-02",
    "accepted": "2026-03-02", "decided": "2026-03-10", "closed": "2026-03-11", "archived": "2026-03-12",
    "archived_by": "司马青", "security": "国内", "openness": "待审", "pages": "12", "count": "3",
}  # fmt: skip
WRITTEN = {element.key: METADATA[element.key] for element in elements() if element.place}
STEPS = ("receive", "accept", "decide", "deliver")
PRINTS = [f"{number:064x}" for number in range(500, 503)]
TRAIL = (
    TrailFacts(7, "archive.arrange", "2026-03-12T01:00:00+00:00", "simaqing", whole=True, before="", after=PRINTS[0]),
    TrailFacts(8, "archive.step.check", "2026-03-12T01:00:01+00:00", "simaqing", whole=True, before="", after=""),
    TrailFacts(9, "archive.register", "2026-03-12T01:00:01+00:00", "simaqing", whole=True, before=PRINTS[0], after=PRINTS[1]),
)  # fmt: skip
GOOD = PackageFacts(
    metadata=METADATA,
    scheme=elements(),
    documents=DOCUMENTS,
    recorded_count=3,
    steps=tuple(StepFacts(action, "2026-03-02T09:00:00+08:00", "诸葛敏") for action in STEPS),
    required_steps=STEPS,
    scope={"application": True, "acceptance": True, "decision": True, "review": False},
    manifest=DIGESTS,
    present=DIGESTS,
    metadata_files=dict.fromkeys(METADATA_FILES, True),
    allowed_formats=frozenset({"pdf", "ofd"}),
    taken_codes=frozenset({"0726-ZY·SP·2026-D30-WJW-0002"}),
    written=WRITTEN,
    wanted_files=METADATA_FILES,
    explained=dict.fromkeys(("说明.txt", "文件目录.xml"), ()),
    unpacked=dict.fromkeys(DIGESTS, ""),
    environment=dict.fromkeys(("system", "python", "database", "digests"), "known"),
    readers={"pdf": "pypdfium2", "ofd": "zipfile"},
    today="2026-11-21",
    form=FormFacts("移交清单", 3, sum(each.recorded.size for each in DOCUMENTS)),
    seal=SealFacts("a" * 64, "a" * 64, "登记簿"),
    record=RecordFacts("item-1", True, frozenset(METADATA)),
    scanner=ScannerFacts("clamdscan", works=True, version="ClamAV 1.0.9", dated="2026-11-20"),
    infected=(),
    medium=MediumFacts("GP-0001", "optical", 2400, 1000, "good", "passed"),
    trail=TRAIL,
    required_trail=("archive.arrange", "archive.register"),
    fingerprint=PRINTS[1],
)


def metadata(**changes):
    """Return the package with other metadata, the same in the database and in the package."""
    written = {key: value for key, value in changes.items() if key in WRITTEN}
    return replace(GOOD, metadata={**METADATA, **changes}, written={**WRITTEN, **written})


def first(**changes):
    return replace(GOOD, documents=(replace(DOCUMENTS[0], **changes), *DOCUMENTS[1:]))


def annexes(*numbers):
    """Return the package with a paper in three files, of which only some are listed."""
    more = [
        paper(number, Stage.APPLICATION, f"平面图（文件{number - 3}，共3个）", "review") for number in numbers
    ]
    listed = (*DOCUMENTS, *(replace(each, number=place) for place, each in enumerate(more, 4)))
    digests = DIGESTS | {each.path: each.recorded.sha256 for each in more}
    size = sum(each.recorded.size for each in listed)
    return replace(
        GOOD, documents=listed, recorded_count=len(listed), manifest=digests, present=digests,
        form=FormFacts("移交清单", len(listed), size),
    )  # fmt: skip


def renamed(path, title="食品经营许可申请书"):
    """The whole package agrees on another path for the first paper."""
    old = DOCUMENTS[0]
    name = path.rpartition("/")[2]
    suffix = name.rpartition(".")[2]
    attributes = replace(old.recorded, name=name, format=suffix)
    moved = replace(old, path=path, title=title, recorded=attributes, actual=attributes, magic=suffix)
    paths = {path if known == old.path else known: digest for known, digest in DIGESTS.items()}
    return replace(GOOD, documents=(moved, *DOCUMENTS[1:]), manifest=paths, present=paths)


def medium(**changes):
    return replace(GOOD, medium=replace(GOOD.medium, **changes))


def step(place, **changes):
    steps = list(GOOD.steps)
    steps[place] = replace(steps[place], **changes)
    return replace(GOOD, steps=tuple(steps))


def entry(which, **changes):
    trail = list(TRAIL)
    trail[which] = replace(trail[which], **changes)
    return replace(GOOD, trail=tuple(trail))


FIRST = DOCUMENTS[0].path
LIST = "文件目录.xml"
EXTRA = {**DIGESTS, "01申请/Thumbs.db": "f" * 64}
ABSENT = {key: value for key, value in METADATA.items() if key != "document_number"}
GONE = {path: digest for path, digest in DIGESTS.items() if path != LIST}
BROKEN = replace(GOOD, scanner=ScannerFacts("clamdscan", works=False), infected=None)
SIGNED = {"signatures": (SignatureFacts("adbe.pkcs7.detached", False, "sha256"),)}

#: Packages damaged in one way each: its name, what it is, and every check that fails with the codes it finds.
#: No other check may fail, and each check of the table stands here first in one line at least.
DAMAGED = [
    ("a digest that is not the file's", replace(GOOD, manifest={**DIGESTS, FIRST: "0" * 64}), {"1-1": ["digest"]}),
    ("a file that no list gives a digest", replace(GOOD, manifest={path: digest for path, digest in DIGESTS.items() if path != FIRST}), {"1-1": ["digest-missing"]}),
    ("a paper changed after it was signed", first(**SIGNED), {"1-1": ["signature"]}),
    ("a title that is too long", metadata(title="长" * 301), {"1-2": ["element-length"]}),
    ("a day written in words", metadata(received="2026年3月2日"), {"1-3": ["element-type"] * 2}),
    ("a word that is in no list", metadata(openness="公开"), {"1-4": ["element-value"] * 2}),
    ("decided before it was received, without pages", metadata(decided="2026-03-01", pages="0"), {"1-5": ["days-disordered", "no-pages", "no-pages"]}),
    ("re-dated to a day that has not come", metadata(archived="2027-01-01"), {"1-5": ["day-to-come"] * 2}),
    ("another year, in the code too", metadata(year="2025", code=CODE.replace("2026", "2025")), {"1-5": ["year-not-closing"] * 2}),
    ("signs that nobody can see", metadata(applicant="张\ue000三\ufffd"), {"1-6": ["special-character"]}),
    ("a control character in a step", step(1, by="诸葛\x0b敏"), {"1-6": ["special-character"]}),
    ("a fonds that is not that of the code", metadata(fonds="0727"), {"1-7": ["code-part"] * 2}),
    ("a code of no form", metadata(code="0726-ZY-2026"), {"1-7": ["code-form"]}),
    ("a code that is taken", replace(GOOD, taken_codes=frozenset({CODE})), {"1-8": ["code-taken"]}),
    ("a paper other than the one taken in", first(origin="e" * 64), {"1-9": ["origin-differs"]}),
    ("a paper from nowhere", first(source=""), {"1-9": ["source-absent"]}),
    ("another SM3 digest", first(sm3="1" * 64, sm3_found="2" * 64), {"1-9": ["sm3-differs"]}),
    ("a size that is not recorded", first(recorded=replace(DOCUMENTS[0].recorded, size=7)), {"1-10": ["attribute"]}),
    ("a page that is missing", first(actual=replace(DOCUMENTS[0].actual, pages=1)), {"1-10": ["attribute"]}),
    ("a file re-dated", replace(GOOD, redated=(FIRST,)), {"1-10": ["redated"]}),
    ("a line of the list that leads to another file", first(recorded=replace(DOCUMENTS[0].recorded, sha256="0" * 64)), {"1-11": ["link-other-file"]}),
    ("a list without sizes", replace(GOOD, explained={**GOOD.explained, LIST: ("字节数",)}), {"1-12": ["explanation"]}),
    ("no note for readers", replace(GOOD, explained={}), {"1-12": ["explanation"]}),
    ("a paper in the folder of another stage", renamed("02受理/01-01-食品经营许可申请书.pdf"), {"1-13": ["layout-folder"]}),
    ("another package than the registered one", replace(GOOD, seal=replace(GOOD.seal, found="b" * 64)), {"1-14": ["package-differs"]}),
    ("one paper fewer than handed over", replace(GOOD, form=replace(GOOD.form, count=4)), {"2-1": ["form-count"]}),
    ("fewer bytes than handed over", replace(GOOD, form=replace(GOOD.form, size=9999)), {"2-2": ["form-bytes"]}),
    ("an element that the database lacks", replace(GOOD, metadata=ABSENT), {"2-3": ["element-absent"]}),
    ("a mandatory element left empty", metadata(archived_by=" "), {"2-4": ["element-empty"] * 2}),
    ("no receipt, and a step without time and person", replace(GOOD, steps=(*GOOD.steps[1:], StepFacts("note", "", ""))), {"2-5": ["step-absent", "step-bare"]}),
    ("a step that goes back in time", step(2, at="2026-03-01T09:00:00+08:00"), {"2-5": ["step-order"]}),
    ("a step dated in words", step(2, at="三月一日"), {"2-5": ["step-time"]}),
    ("a number left out", first(number=4), {"2-6": ["number-gap"]}),
    ("a paper that does not open", first(readable=False), {"2-7": ["content-unreadable"]}),
    ("an annex that was left out", annexes(4, 6), {"2-8": ["annex-absent"]}),
    ("a paper that does not belong into the file", first(scope="diary"), {"2-9": ["scope-absent", "scope-outside"]}),
    ("a description that is gone", replace(GOOD, present=GONE, manifest=GONE, metadata_files={path: True for path in METADATA_FILES if path != LIST}), {"2-10": ["description-absent"]}),
    ("a name that is another in the package", replace(GOOD, written={**WRITTEN, "applicant": "欧阳龙"}), {"2-10": ["metadata-differs"]}),
    ("a count that is wrong", replace(GOOD, recorded_count=4), {"2-11": ["file-count"]}),
    ("a description that cannot be parsed", replace(GOOD, metadata_files={**GOOD.metadata_files, "基本信息.xml": False}), {"3-1": ["metadata-unreadable"]}),
    ("a code that leads nowhere", replace(GOOD, record=replace(GOOD.record, resolves=False)), {"3-2": ["record-unreachable"]}),
    ("a format that is not kept", replace(GOOD, allowed_formats=frozenset({"pdf"})), {"3-3": ["format"]}),
    ("a last page that cannot be drawn", first(undrawn=(3,)), {"3-4": ["page-undrawn"]}),
    ("a program that is called a PDF", first(magic="exe"), {"3-5": ["format-differs"]}),
    ("a machine of which nothing is known", replace(GOOD, environment={}), {"3-6": ["environment"] * 4}),
    ("a format that nothing here reads", replace(GOOD, readers={"pdf": "pypdfium2"}), {"3-6": ["no-reader"]}),
    ("a part that cannot be taken out", replace(GOOD, unpacked={**GOOD.unpacked, FIRST: "package.unsafe-name"}), {"3-7": ["not-unpacked"]}),
    ("a paper with a password", first(encrypted=True), {"3-8": ["encrypted"]}),
    ("a scanner with old signatures", replace(GOOD, scanner=replace(GOOD.scanner, dated="2026-10-01")), {"4-1": ["scanner-old"]}),
    ("a scanner that does not answer", BROKEN, {"4-1": ["scanner-broken"], "4-2": ["not-scanned"]}),
    ("a virus", replace(GOOD, infected=(FIRST,)), {"4-2": ["infected"]}),
    ("a file that no list names", replace(GOOD, present=EXTRA, manifest=EXTRA), {"4-3": ["extra-file"]}),
    ("a medium that is read too slowly", medium(speed=200), {"4-4": ["medium-slow"]}),
    ("a medium that is scratched", medium(appearance="划痕"), {"4-5": ["medium-damaged"]}),
    ("a disc that failed its test", medium(grade="PIE 超限"), {"4-6": ["disc-unfit"]}),
    ("an archiving that is not in the log", replace(GOOD, trail=TRAIL[1:]), {"4-7": ["trail-absent"]}),
    ("an entry of the log that was changed", entry(1, whole=False), {"4-7": ["trail-changed"]}),
    ("an entry by nobody", entry(1, by=""), {"4-7": ["trail-nobody"]}),
    ("an entry taken out of the middle", replace(GOOD, trail=(TRAIL[0], replace(TRAIL[2], before=PRINTS[2]))), {"4-7": ["trail-order"]}),
    ("registered before it was arranged", entry(2, place=3), {"4-7": ["trail-order", "trail-order"]}),
    ("a record changed behind the log", replace(GOOD, fingerprint=PRINTS[2]), {"4-7": ["trail-end"]}),
    ("a paper whose file is gone", replace(
        GOOD, documents=(replace(DOCUMENTS[0], actual=None), *DOCUMENTS[1:]), present={path: digest for path, digest in DIGESTS.items() if path != FIRST},
    ), {"1-1": ["digest-no-file"], "1-11": ["link-broken"], "2-2": ["form-bytes"], "2-7": ["content-empty"], "2-11": ["file-count"]}),
]  # fmt: skip
CASES = [pytest.param(facts, found, id=name) for name, facts, found in DAMAGED]


def failures(report):
    return {
        result.id.partition("-")[2]: [found.code.removeprefix("check.") for found in result.findings]
        for result in report.results
        if result.status == "fail"
    }


def hollow(facts):
    return Verdict(Status.PASS, {"looked": 1})


def result_of(report, item):
    return next(result for result in report.results if result.id.endswith(f"-{item}"))


@pytest.mark.parametrize("phase", Phase)
def test_a_good_package_passes_every_check_with_evidence(phase):
    report = run_checks(GOOD, checks(phase), at="2026-11-21T09:00:00+08:00", tool="juanzong 1.0")
    assert (report.passed, report.phase, report.score, report.waiting) == (True, phase, 100, ())
    expected = [
        (row.id, Status.NOT_APPLICABLE if row.item == "2-8" else Status.PASS) for row in checks(phase)
    ]
    assert [(result.id, result.status) for result in report.results] == expected
    assert all(result.evidence and result.rule and len(result.input) == 64 for result in report.results)
    assert all(result.evidence["faults"] == 0 for result in report.results if result.status == "pass")


@pytest.mark.parametrize(("facts", "found"), CASES)
def test_a_damage_fails_exactly_the_checks_of_its_line(facts, found):
    report = run_checks(facts, TABLE)
    assert failures(report) == found
    blocking = {row.item for row in TABLE if row.blocking}
    assert report.passed == (not blocking & found.keys())


@pytest.mark.parametrize("item", list(CHECKS))
def test_a_check_with_an_empty_body_would_be_noticed(item):
    """For each check there is a damage that only it finds, so no check can be hollowed out unseen."""
    facts, found = next((facts, found) for _, facts, found in DAMAGED if list(found) == [item])
    emptied = run_checks(facts, TABLE, checks={**CHECKS, item: hollow})
    assert failures(emptied) == {}
    assert found


def test_every_fault_that_a_check_can_find_is_found_in_a_damaged_package():
    folder = Path(package_checks.__file__).parent
    named = {
        name
        for path in folder.glob("package_checks_*.py")
        for call in re.findall(r"fault\(([^)]*)", path.read_text(encoding="utf-8"))
        for name in re.findall(r'"([a-z0-9-]+)"', call.partition(", ")[0])
    }
    found = {code for _, _, failed in DAMAGED for codes in failed.values() for code in codes}
    assert named - found == {"file-twice", "layout-name"}
    assert all(
        (f"check.{name}", language) in messages.table() for name in named for language in ("zh_Hans", "en")
    )


def test_a_file_listed_twice_and_a_name_that_is_not_safe():
    twice = replace(GOOD, documents=(*DOCUMENTS[:2], replace(DOCUMENTS[2], path=DOCUMENTS[1].path)))
    assert result_of(run_checks(twice, TABLE), "1-8").findings[0].code == "check.file-twice"
    assert failures(run_checks(renamed("01申请/01-01-申请书:副本.pdf"), TABLE)) == {"1-13": ["layout-name"]}


def test_a_check_without_evidence_or_without_reasons_is_an_error():
    with pytest.raises(ValueError, match="GD-1-1 returned no evidence"):
        run_checks(GOOD, TABLE, checks={**CHECKS, "1-1": lambda facts: Verdict(Status.PASS, {})})
    with pytest.raises(ValueError, match="needs a reason"):
        run_checks(
            GOOD, TABLE, checks={**CHECKS, "1-1": lambda facts: Verdict(Status.NOT_APPLICABLE, {"files": 1})}
        )
    with pytest.raises(ValueError, match="needs findings"):
        CheckResult("GD-1-1", "固化信息有效性检测", 1, Status.FAIL, {"files": 1})
    with pytest.raises(KeyError):
        run_checks(GOOD, [CheckRow("GD-9-9", "无此项", 1, True, "")])


def test_a_check_that_does_not_stop_archiving_only_warns_and_costs_its_weight():
    rows = [replace(row, blocking=row.item != "1-6", weight=2 if row.item == "1-6" else 1) for row in TABLE]
    report = run_checks(metadata(applicant="\ufffd"), rows)
    assert report.passed
    failed = result_of(report, "1-6")
    assert (failed.status, [found.severity for found in failed.findings]) == (Status.FAIL, [Severity.WARNS])
    assert report.score == 95  # 38 of 40: one check does not apply, one of weight 2 failed


#: What is missing from a package and the checks that then do not apply, each with its reason; none passes silently.
BARE = [
    ({"scanner": None, "infected": None}, {"4-1": "no-scanner", "4-2": "no-scanner"}),
    ({"medium": None}, {"4-4": "no-medium", "4-5": "no-medium", "4-6": "no-medium"}),
    ({"medium": MediumFacts("YP-0001", "disk", 9000, 1000, "good")}, {"4-6": "no-disc"}),
    ({"trail": None}, {"4-7": "no-trail"}),
    ({"trail": None, "record": None, "metadata": WRITTEN}, {"3-2": "no-database", "4-7": "no-database"}),
    ({"seal": None}, {"1-14": "no-recorded-digest"}),
    ({"form": None}, {"2-1": "no-form", "2-2": "no-form"}),
    ({"scope": {}}, {"2-9": "no-scope"}),
    ({"steps": (), "required_steps": ()}, {"2-5": "no-steps"}),
    ({"documents": tuple(replace(each, origin="") for each in DOCUMENTS)}, {"1-9": "no-origin"}),
]  # fmt: skip


@pytest.mark.parametrize(("missing", "reasons"), BARE)
def test_what_does_not_apply_says_why(missing, reasons):
    report = run_checks(replace(GOOD, **missing), TABLE)
    idle = {
        result.id.partition("-")[2]: result.evidence["reason"]
        for result in report.results
        if result.status == "not-applicable"
    }
    assert idle == {"2-8": "no-annex", **reasons}
    assert failures(report) == {}
    assert set(reasons.values()) <= set(check_words.REASONS)


#: What nobody measured, and the checks that then wait for a person.
UNSEEN = [
    (first(readable=None, undrawn=None), ["2-7", "3-4"]),
    (medium(speed=0, appearance="", grade=""), ["4-4", "4-5", "4-6"]),
]


@pytest.mark.parametrize(("facts", "items"), UNSEEN)
def test_what_no_program_can_judge_waits_for_a_person(facts, items):
    report = run_checks(facts, TABLE)
    assert report.passed
    assert [result.id.partition("-")[2] for result in report.waiting] == items
    seen = Look(items[0], "司马青", "2026-11-21T10:00:00+08:00", good=True, note="逐页看过")
    looked = looked_at(report, [seen])
    assert [result.id.partition("-")[2] for result in looked.waiting] == items[1:]
    assert result_of(looked, items[0]).looked == seen
    assert result_of(looked, items[0]).status is Status.MANUAL
    bad = looked_at(report, [seen, replace(seen, good=False, note="第三页缺一角")])
    assert (bad.passed, failures(bad)) == (False, {items[0]: ["looked-bad"]})
    assert run_checks(facts, TABLE, looks=[seen]) == looked


def test_nobody_can_look_away_what_the_program_found():
    report = run_checks(first(readable=False), TABLE)
    assert looked_at(report, [Look("2-7", "司马青", "", good=True)]) == report


def test_rare_characters_and_company_names_are_not_special():
    assert run_checks(metadata(applicant="䶮𠮷" + chr(0x31350), title="A&B <公司>"), TABLE).passed


def test_the_input_digest_is_that_of_what_the_check_read():
    before, after = run_checks(GOOD, TABLE), run_checks(replace(GOOD, infected=(FIRST,)), TABLE)
    changed = [
        one.id for one, other in zip(before.results, after.results, strict=True) if one.input != other.input
    ]
    assert changed == ["GD-4-2"]
    again = run_checks(replace(GOOD, allowed_formats=frozenset(["ofd", "pdf"])), TABLE)
    assert [one.input for one in again.results] == [one.input for one in before.results]


@given(st.sets(st.sampled_from(sorted(set(METADATA) - {"code", "year", "unit"})), max_size=6))
def test_every_emptied_mandatory_element_is_named(keys):
    report = run_checks(metadata(**dict.fromkeys(keys, "")), TABLE)
    mandatory = {element.key for element in elements() if element.mandatory}
    filled = result_of(report, "2-4")
    assert {found.subject for found in filled.findings} == keys & mandatory


def test_a_report_is_plain_values_and_comes_back():
    report = run_checks(
        replace(GOOD, recorded_count=4), TABLE, at="2026-11-21T09:00:00+08:00", tool="juanzong 1.0"
    )
    plain = report.as_dict()
    assert Report.from_dict(json.loads(json.dumps(plain))) == report
    assert {key: plain[key] for key in ("passed", "phase", "at", "tool", "score")} == {
        "passed": False, "phase": "archiving", "at": "2026-11-21T09:00:00+08:00", "tool": "juanzong 1.0", "score": 96,
    }  # fmt: skip
    (line,) = [line for line in plain["results"] if line["status"] == "fail"]
    assert line == {
        "id": "GD-2-11", "name": "信息包内容数据完整性检测", "dimension": "完整性", "status": "fail",
        "evidence": {"recorded": 4, "actual": 3, "faults": 1},
        "findings": [{
            "code": "check.file-count", "severity": "blocks", "subject": "documents",
            "params": {"recorded": 4, "actual": 3}, "basis": "DA/T 70-2018",
        }],
        "rule": "DA/T 70-2018 归档环节", "input": result_of(report, "2-11").input, "blocking": True, "weight": 2,
    }  # fmt: skip


def test_a_report_of_an_older_program_still_reads():
    old = {
        "passed": False,
        "results": [
            {
                "id": "GD-4-2", "name": "病毒感染检测", "dimension": "安全性", "status": "not-applicable",
                "evidence": {"reason": "not-run"}, "findings": [],
            },
            {
                "id": "GD-1-1", "name": "固化信息有效性检测", "dimension": "真实性", "status": "fail", "evidence": {"files": 2, "faults": 1},
                "findings": [{"code": "check.digest", "severity": "blocks", "subject": "a.pdf", "params": {}, "basis": "DA/T 70-2018"}],
            },
        ],
    }  # fmt: skip
    report = Report.from_dict(old)
    assert (report.passed, report.phase, report.at, report.score) == (False, Phase.ARCHIVING, "", 0)
    assert failures(report) == {"1-1": ["digest"]}
    assert result_of(report, "4-2").evidence == {"reason": "not-run"}
