from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.domain.findings import Severity
from records.domain.package_checks import Status, Verdict
from records.domain.packages import Attributes, DocumentFacts, PackageFacts, StepFacts
from records.domain.verification import CHECKS, CheckResult, CheckRow, run_checks
from records.domain.vocabulary import Stage
from records.rules import checks, elements

TABLE = checks()
CODE = "0726-ZY·SP·2026-D30-WJW-0001"
METADATA_FILES = ("基本信息.xml", "文件目录.xml", "过程信息.xml")


def paper(number, stage, title, scope, suffix="pdf"):
    name = f"{stage.value}-{number:02d}-{title}.{suffix}"
    attributes = Attributes(name, 1000 + number, suffix, f"{number:064x}")
    return DocumentFacts(
        number, f"{stage.value}{stage.label}/{name}", title, stage, scope, attributes, attributes, suffix
    )


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
STEPS = ("receive", "accept", "decide", "deliver")
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
    infected=0,
)


def metadata(**changes):
    return replace(GOOD, metadata={**METADATA, **changes})


def first(**changes):
    return replace(GOOD, documents=(replace(DOCUMENTS[0], **changes), *DOCUMENTS[1:]))


def renamed(path, title="食品经营许可申请书"):
    """The whole package agrees on another path for the first paper."""
    old = DOCUMENTS[0]
    name = path.rpartition("/")[2]
    suffix = name.rpartition(".")[2]
    attributes = replace(old.recorded, name=name, format=suffix)
    moved = replace(old, path=path, title=title, recorded=attributes, actual=attributes, magic=suffix)
    paths = {path if known == old.path else known: digest for known, digest in DIGESTS.items()}
    return replace(GOOD, documents=(moved, *DOCUMENTS[1:]), manifest=paths, present=paths)


FIRST = DOCUMENTS[0].path
EXTRA = {**DIGESTS, "01申请/Thumbs.db": "f" * 64}
#: One damaged description a check, and the codes of what is found; no other check may fail.
DAMAGES = {
    "GD-1-1": (replace(GOOD, manifest={**DIGESTS, FIRST: "0" * 64}), ["check.digest"]),
    "GD-1-2": (metadata(title="长" * 301), ["check.element-length"]),
    "GD-1-3": (metadata(received="2026年3月2日"), ["check.element-type"]),
    "GD-1-4": (metadata(openness="公开"), ["check.element-value"]),
    "GD-1-5": (metadata(decided="2026-03-01", pages="0"), ["check.days-disordered", "check.no-pages"]),
    "GD-1-6": (metadata(applicant="张\ue000三\ufffd"), ["check.special-character"]),
    "GD-1-7": (metadata(fonds="0727"), ["check.code-part"]),
    "GD-1-8": (replace(GOOD, taken_codes=frozenset({CODE})), ["check.code-taken"]),
    "GD-1-10": (first(recorded=replace(DOCUMENTS[0].recorded, size=7)), ["check.attribute"]),
    "GD-1-11": (first(recorded=replace(DOCUMENTS[0].recorded, sha256="0" * 64)), ["check.link-other-file"]),
    "GD-1-13": (renamed("02受理/01-01-食品经营许可申请书.pdf"), ["check.layout-folder"]),
    "GD-2-3": (replace(GOOD, metadata={k: v for k, v in METADATA.items() if k != "document_number"}), ["check.element-absent"]),
    "GD-2-4": (metadata(archived_by=" "), ["check.element-empty"]),
    "GD-2-5": (replace(GOOD, steps=(*GOOD.steps[1:], StepFacts("note", "", ""))), ["check.step-absent", "check.step-bare"]),
    "GD-2-6": (first(number=4), ["check.number-gap"]),
    "GD-2-7": (first(readable=False), ["check.content-unreadable"]),
    "GD-2-9": (first(scope="diary"), ["check.scope-absent", "check.scope-outside"]),
    "GD-2-11": (replace(GOOD, recorded_count=4), ["check.file-count"]),
    "GD-3-1": (replace(GOOD, metadata_files={**GOOD.metadata_files, "基本信息.xml": False}), ["check.metadata-unreadable"]),
    "GD-3-3": (renamed("01申请/01-01-食品经营许可申请书.exe"), ["check.format"]),
    "GD-3-5": (first(magic="exe"), ["check.format-differs"]),
    "GD-3-8": (first(encrypted=True), ["check.encrypted"]),
    "GD-4-2": (replace(GOOD, infected=1), ["check.infected"]),
    "GD-4-3": (replace(GOOD, present=EXTRA, manifest=EXTRA), ["check.extra-file"]),
}  # fmt: skip


def failures(report):
    return {
        result.id: [found.code for found in result.findings]
        for result in report.results
        if result.status == "fail"
    }


def test_a_good_package_passes_every_check_with_evidence():
    report = run_checks(GOOD, TABLE)
    assert report.passed
    assert [(result.id, result.status) for result in report.results] == [
        (row.id, Status.PASS) for row in TABLE
    ]
    assert all(result.evidence["faults"] == 0 for result in report.results)


@pytest.mark.parametrize("check", [row.id for row in TABLE])
def test_one_damage_fails_exactly_its_check(check):
    facts, codes = DAMAGES[check]
    report = run_checks(facts, TABLE)
    assert failures(report) == {check: codes}
    assert not report.passed


def hollow(facts):
    return Verdict(Status.PASS, {"looked": 1})


@pytest.mark.parametrize("check", [row.id for row in TABLE])
def test_a_check_with_an_empty_body_would_be_noticed(check):
    facts, codes = DAMAGES[check]
    emptied = run_checks(facts, TABLE, checks={**CHECKS, check: hollow})
    assert failures(emptied) != {check: codes}
    assert emptied.passed


def test_a_check_without_evidence_or_without_reasons_is_an_error():
    with pytest.raises(ValueError, match="GD-1-1 returned no evidence"):
        run_checks(GOOD, TABLE, checks={**CHECKS, "GD-1-1": lambda facts: Verdict(Status.PASS, {})})
    with pytest.raises(ValueError, match="needs findings"):
        CheckResult("GD-1-1", "固化信息有效性检测", 1, Status.FAIL, {"files": 1})
    with pytest.raises(KeyError):
        run_checks(GOOD, [CheckRow("GD-9-9", "无此项", 1, True, "")])


def test_a_check_that_does_not_stop_archiving_only_warns():
    rows = [replace(row, blocking=row.id != "GD-1-6") for row in TABLE]
    report = run_checks(DAMAGES["GD-1-6"][0], rows)
    assert report.passed
    (failed,) = (result for result in report.results if result.status is Status.FAIL)
    assert [found.severity for found in failed.findings] == [Severity.WARNS]


def test_a_scanner_that_did_not_run_passes_nothing():
    report = run_checks(replace(GOOD, infected=None), TABLE)
    (scan,) = (result for result in report.results if result.id == "GD-4-2")
    assert scan.as_dict() == {
        "id": "GD-4-2", "name": "病毒感染检测", "dimension": "安全性", "status": "not-applicable",
        "evidence": {"reason": "not-run"}, "findings": [],
    }  # fmt: skip
    assert report.passed


def test_a_paper_that_nobody_opened_waits_for_a_person():
    report = run_checks(first(readable=None), TABLE)
    (content,) = (result for result in report.results if result.id == "GD-2-7")
    assert (content.status, content.evidence) == (Status.MANUAL, {"files": 3, "untried": 1, "faults": 0})


def test_a_missing_file_is_noticed_wherever_it_matters():
    gone = {path: digest for path, digest in DIGESTS.items() if path != FIRST}
    facts = replace(GOOD, documents=(replace(DOCUMENTS[0], actual=None), *DOCUMENTS[1:]), present=gone)
    assert failures(run_checks(facts, TABLE)) == {
        "GD-1-1": ["check.digest-no-file"], "GD-1-11": ["check.link-broken"], "GD-2-7": ["check.content-empty"],
        "GD-2-11": ["check.file-count"],
    }  # fmt: skip


def test_a_paper_without_a_digest_is_noticed():
    manifest = {path: digest for path, digest in DIGESTS.items() if path != FIRST}
    assert failures(run_checks(replace(GOOD, manifest=manifest), TABLE)) == {
        "GD-1-1": ["check.digest-missing"]
    }


def test_rare_characters_and_company_names_are_not_special():
    assert run_checks(metadata(applicant="䶮𠮷" + chr(0x31350), title="A&B <公司>"), TABLE).passed


def test_the_year_is_that_of_closing():
    code = CODE.replace("2026", "2025")
    report = run_checks(metadata(year="2025", code=code), TABLE)
    assert failures(report) == {"GD-1-5": ["check.year-not-closing"]}


@given(st.sets(st.sampled_from(sorted(set(METADATA) - {"code", "year", "unit"})), max_size=6))
def test_every_emptied_mandatory_element_is_named(keys):
    report = run_checks(metadata(**dict.fromkeys(keys, "")), TABLE)
    mandatory = {element.key for element in elements() if element.mandatory}
    (filled,) = (result for result in report.results if result.id == "GD-2-4")
    assert {found.subject for found in filled.findings} == keys & mandatory


def test_a_report_is_plain_values():
    report = run_checks(DAMAGES["GD-2-11"][0], TABLE).as_dict()
    assert report["passed"] is False
    assert [line for line in report["results"] if line["status"] == "fail"] == [
        {
            "id": "GD-2-11", "name": "信息包内容数据完整性检测", "dimension": "完整性", "status": "fail",
            "evidence": {"recorded": 4, "actual": 3, "faults": 1},
            "findings": [{
                "code": "check.file-count", "severity": "blocks", "subject": "documents",
                "params": {"recorded": 4, "actual": 3}, "basis": "DA/T 70-2018",
            }],
        }
    ]  # fmt: skip
