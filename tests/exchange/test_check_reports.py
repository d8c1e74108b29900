"""The report of the checks outside the database: as XML in the package, read back, and on paper."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from xml.etree import ElementTree

import pypdfium2
import pytest

from records.domain.package_checks import Status
from records.domain.verification import Look, Report, looked_at, run_checks
from records.exchange import check_reports
from records.exchange.check_reports import Printed, as_pdf, as_xml, read_xml
from records.exchange.typeface import shipped_typeface
from records.rules import checks
from tests.domain.test_verification import CODE, FIRST, GOOD, first, medium

AT = "2026-11-21T09:00:00+08:00"


def say(found):
    return f"{found.subject} {found.code}"


def report_of(facts) -> Report:
    return run_checks(facts, checks(), at=AT, tool="juanzong 1.0")


@pytest.mark.parametrize(
    "facts", [GOOD, first(encrypted=True), first(readable=None, undrawn=None), replace(GOOD, scanner=None)]
)
def test_a_report_in_the_package_reads_back(facts):
    report = report_of(facts)
    written = as_xml(report, code=CODE, say=say)
    assert read_xml(written) == report
    assert as_xml(report, code=CODE, say=say) == written


def test_what_a_person_saw_stands_in_the_report():
    report = looked_at(report_of(medium(grade="")), [Look("4-6", "司马青", AT, good=True, note="抽检合格")])
    read = read_xml(as_xml(report, code=CODE, say=say))
    assert read == report
    assert next(each for each in read.results if each.looked).looked.by == "司马青"


def test_the_xml_says_in_words_what_failed():
    tree = ElementTree.fromstring(as_xml(report_of(first(encrypted=True)), code=CODE, say=say))
    assert [tree.findtext(name) for name in ("档号", "检测时间", "检测环节", "检测结果", "检测程序")] == [
        CODE, AT, "归档", "不通过", "juanzong 1.0",
    ]  # fmt: skip
    (failed,) = [each for each in tree.iter("检测") if each.findtext("结果") == "fail"]
    assert {name: failed.findtext(name) for name in ("编号", "性质", "问题", "一票否决", "权重")} == {
        "编号": "GD-3-8", "性质": "可用性", "问题": f"{FIRST} check.encrypted", "一票否决": "是", "权重": "1",
    }  # fmt: skip


def test_a_report_of_an_older_edition_reads():
    old = """<检测报告 版本="1"><档号>0726-ZY·2026-D30-0001</档号><检测时间>2026-03-12T09:00:00+08:00</检测时间>
    <检测环节>归档</检测环节><检测结果>通过</检测结果>
    <检测><顺序号>1</顺序号><编号>GD-1-1</编号><检测项目>固化信息有效性检测</检测项目><结果>pass</结果><依据数据>{"faults": 0, "files": 9}</依据数据></检测>
    </检测报告>"""
    report = read_xml(old.encode())
    (only,) = report.results
    assert (report.passed, report.at, report.tool) == (True, "2026-03-12T09:00:00+08:00", "")
    assert (only.status, only.evidence, only.dimension, only.input) == (
        Status.PASS, {"faults": 0, "files": 9}, 1, "",
    )  # fmt: skip


def test_the_printed_report_has_what_failed_first_and_says_how_it_ended():
    report = report_of(first(undrawn=(2,)))
    head = Printed(CODE, "关于䶮饮店的办件", "延津县卫生健康委员会", "a" * 64)
    made = [
        as_pdf(
            report, head, typeface=shipped_typeface(), printed_at=datetime(2026, 11, 21, tzinfo=UTC), say=say,
            evidence=lambda result: str(dict(result.evidence)),
        )
        for _ in range(2)
    ]  # fmt: skip
    assert made[0] == made[1]
    document = pypdfium2.PdfDocument(made[0])
    text = "".join(page.get_textpage().get_text_range() for page in document).replace("\r\n", "")
    assert text.index("检测结论：不通过") < text.index("GD-1-1")
    usable = text[text.index("可用性") :]
    assert usable.index("GD-3-4") < usable.index("GD-3-1")
    assert f"{CODE}" in text
    assert next(each.status for each in check_reports.ordered(report.results)) is Status.FAIL


def test_a_report_tells_the_time_of_the_clock_on_the_wall():
    told = [check_reports.civil_time(at) for at in ("2026-11-21T16:39:56+00:00", "2026-11-21", "")]
    assert told == ["2026-11-22 00:39", "2026-11-21", ""]
