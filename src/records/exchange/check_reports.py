"""The report of the four checks (四性检测报告) outside the database: as XML in the package and as a printed sheet.

The XML can be read back, with the reports of older editions too. Sentences are given by whoever has the words.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from records.clock import CIVIL
from records.domain.findings import Finding
from records.domain.package_checks import Phase, Status
from records.domain.verification import DIMENSIONS, CheckResult, Look, Report
from records.exchange import safe_xml
from records.exchange.descriptions import CHECK, NOTHING, report_file
from records.exchange.layout import Column, Sheet, Table

if TYPE_CHECKING:
    from .typeface import Typeface

PASSED, FAILED = "通过", "不通过"
WORDS = {Status.PASS: "通过", Status.FAIL: "不通过", Status.NOT_APPLICABLE: "不适用", Status.MANUAL: "人工检测"}  # fmt: skip
ORDER = (Status.FAIL, Status.MANUAL, Status.PASS, Status.NOT_APPLICABLE)
Say = Callable[[Finding], str]


def as_facts(report: Report, say: Say) -> dict[str, object]:
    """Return a report as the descriptions of a package are told it."""
    return {
        "checked_at": report.at,
        "phase": report.phase.label,
        "result": PASSED if report.passed else FAILED,
        "tool": report.tool,
        "checks": [_check(result, say) for result in report.results],
    }


def as_xml(report: Report, *, code: str, say: Say) -> bytes:
    """Return a report as XML, in the form in which it lies in the package; equal reports give equal bytes."""
    return report_file(code, as_facts(report, say))


def read_xml(content: bytes) -> Report:
    """Return the report that lies in a package (检测报告.xml), of this or an older edition; raises BadXML."""
    tree = safe_xml.read(content)
    phase = next((each for each in Phase if each.label == tree.findtext("检测环节")), Phase.ARCHIVING)
    labels = {label: key for key, label, _ in CHECK}
    results = []
    for entry in tree.iter("检测"):
        texts = {labels[each.tag]: each.text or "" for each in entry if each.tag in labels}
        results.append(_result({key: "" if text == NOTHING else text for key, text in texts.items()}))
    at, tool = (tree.findtext(name) or "" for name in ("检测时间", "检测程序"))
    passed = tree.findtext("检测结果") == PASSED
    return Report(tuple(results), passed, phase, *("" if text == NOTHING else text for text in (at, tool)))


def _check(result: CheckResult, say: Say) -> dict[str, object]:
    look = result.looked
    return {
        "id": result.id,
        "name": result.name,
        "result": result.status.value,
        "evidence": _json(dict(result.evidence)),
        "dimension": DIMENSIONS[result.dimension],
        "rule": result.rule,
        "input": result.input,
        "blocking": "是" if result.blocking else "否",
        "weight": str(result.weight),
        "findings": "；".join(map(say, result.findings)),
        "faults": _json([found.as_dict() for found in result.findings]) if result.findings else "",
        "looked": _json(look.as_dict()) if look else "",
    }


def _result(texts: Mapping[str, str]) -> CheckResult:
    status = Status(texts["result"])
    faults = json.loads(texts.get("faults") or "[]")
    if status is Status.FAIL and not faults:
        faults = [Finding("check.failed-then", subject=texts["id"]).as_dict()]
    number = int(texts["id"].split("-")[1])
    values: dict[str, Any] = {
        "id": texts["id"],
        "name": texts["name"],
        "dimension": DIMENSIONS[number],
        "status": status,
        "evidence": json.loads(texts["evidence"]),
        "findings": faults,
        "rule": texts.get("rule", ""),
        "input": texts.get("input", ""),
        "blocking": texts.get("blocking") != "否",
        "weight": int(texts.get("weight") or 1),
    }
    if texts.get("looked"):
        values["looked"] = json.loads(texts["looked"])
    return CheckResult.from_dict(values)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


@dataclass(frozen=True, slots=True)
class Printed:
    """What the head of a printed report says of the package: code, title, who answers for it, and its digest."""

    code: str
    title: str
    organisation: str
    digest: str


def as_pdf(
    report: Report,
    head: Printed,
    *,
    typeface: Typeface,
    printed_at: datetime,
    say: Say,
    evidence: Callable[[CheckResult], str],
) -> bytes:
    """Return a report as a printed sheet (四性检测报告, A4), what failed first; ``evidence`` words what was looked at."""
    sheet = Sheet(
        typeface,
        title=f"四性检测报告 {head.code}",
        author=head.organisation,
        subject=head.title,
        made_at=printed_at,
    )
    sheet.line("档案四性检测报告", size=20, align="centre", bold=True)
    sheet.y += 4
    counts = report.counts
    for label, text in (
        ("档号", head.code),
        ("题名", head.title),
        ("立档单位", head.organisation),
        ("信息包摘要", head.digest),
        ("检测环节", report.phase.label),
        ("检测时间", civil_time(report.at)),
        ("检测程序", report.tool),
        ("检测结论", f"{PASSED if report.passed else FAILED}，得分{report.score}"),
        ("检测项数", "，".join(f"{WORDS[status]}{counts[status.value]}项" for status in ORDER)),
    ):
        sheet.line(f"{label}：{text or NOTHING}", size=10.5)
    sheet.y += 3
    columns = (
        Column("结果", 12, centred=True),
        Column("编号", 13, centred=True),
        Column("检测项目", 26),
        Column("依据数据与问题", 70),
    )
    for number, name in DIMENSIONS.items():
        rows = [
            (_word(each), each.id, each.name, _seen(each, say, evidence))
            for each in ordered(report.results)
            if each.dimension == number
        ]
        if rows:
            sheet.table(Table(name, columns, tuple(rows)), size=9)
            sheet.y += 4
    sheet.line("本报告按 DA/T 70-2018 的检测项目名称设计，未经认证。", size=9)
    sheet.number_pages(f"四性检测报告 {head.code}")
    return bytes(sheet.paper.finish())


def civil_time(at: str) -> str:
    """Return an instant of a report as the clock on the wall showed it (北京时间), to the minute; other text as it is."""
    try:
        read = datetime.fromisoformat(at)
    except ValueError:
        return at
    return f"{read.astimezone(CIVIL):%Y-%m-%d %H:%M}" if read.tzinfo else at


def ordered(results: Iterable[CheckResult]) -> list[CheckResult]:
    """Return results with what failed first, then what waits for a person, then the rest, each in the table's order."""
    return sorted(results, key=lambda result: (ORDER.index(result.status), not result.waits))


def _word(result: CheckResult) -> str:
    if result.looked is not None and result.status is Status.MANUAL:
        return "人工合格"
    return "待人工检测" if result.waits else WORDS[result.status]


def _seen(result: CheckResult, say: Say, evidence: Callable[[CheckResult], str]) -> str:
    said = [evidence(result), *map(say, result.findings)]
    if result.looked is not None:
        said.append(_look(result.looked))
    if result.input:
        said.append(f"输入摘要 {result.input[:16]}")
    return "；".join(filter(None, said))


def _look(look: Look) -> str:
    return f"{look.by} {look.at} {'合格' if look.good else '不合格'} {look.note}".strip()
