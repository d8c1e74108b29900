"""A transfer played through by different people on the screen, from the due list to the copy that may go; opening reviews."""

from __future__ import annotations

import hashlib
import io
from datetime import UTC, date, datetime

import openpyxl
import pytest
from webtest import Upload

from records.domain.opening import Disclosure, Openness, Secrecy
from records.exchange.sheets import write_sheets
from records.exchange.transfer_papers import ANSWER_HEADS, ANSWER_SHEET
from records.extraction.types import MediaType
from records.jobs import work_once
from records.operations import holds, opening
from tests.office import ANOTHER, ARCHIVIST, PASSWORD, build_office
from tests.operations import cases

from .pages import errors, pdf, words

FONDS, HEAD = "market-regulation", "nangong"
SERIES = "J043-ZY·SP·2026-D30-ZCG"
FIRST, SECOND = f"{SERIES}-0001", f"{SERIES}-0002"
DUE_YEAR = datetime(2036, 12, 1, 1, tzinfo=UTC)
REASON, BASIS = "含有个人信息", "档案法 第二十八条"


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """An office with two archived cases, ten years on."""
    office = build_office(tmp_path_factory.mktemp("transfers"))
    for name, number in (("慕容𠮷䶮", "419999197001011228"), ("司马光", ANOTHER)):
        case = office.case(office.applicant(number, name), cases.SHOPKEEPER)
        cases.archive(office, case, result_valid_until=date(2031, 12, 31))
        with office.site() as site:
            office.numbers[site.archives[site.dossiers[case].archived_item].code] = site.dossiers[
                case
            ].archived_item
    assert set(office.numbers) == {FIRST, SECOND}
    office.clock.set(DUE_YEAR)
    yield office
    office.close()


def work(office) -> None:
    while work_once(office.services):
        pass
    with office.site() as site:
        assert [(job.verb, job.error) for job in site.jobs.dead()] == []


def done(office, operation, userid=ARCHIVIST, **values):
    return cases.ok(office.do(userid, lambda act: operation(act, **values)))


def within(office, transfer, operation, userid=ARCHIVIST, **values):
    return office.do(userid, lambda act: operation(act, act.site.transfers[transfer], **values))


def item_of(office, code: str) -> dict[str, object]:
    with office.site() as site:
        return site.archives[office.numbers[code]].as_record()


def reviewed(office, codes: str, **more) -> None:
    said = {"result": Openness.CONTROLLED, "disclosure": Disclosure.WITHHELD, "secrecy": Secrecy.NONE,
            "reason": REASON, "basis": BASIS}  # fmt: skip
    done(office, opening.review, fonds=FONDS, codes=codes, **(said | more))
    work(office)


def workbook(*rows: tuple[str, ...]) -> Upload:
    file = io.BytesIO()
    write_sheets(file, {ANSWER_SHEET: ANSWER_HEADS}, [(ANSWER_SHEET, row) for row in rows])
    return Upload("接收结果清单.xlsx", file.getvalue(), "application/octet-stream")


def press(page, name: str, status: int = 303):
    one = next(form for form in page.forms.values() if form.action.endswith(f"/{name}"))
    answer = one.submit(status=status)
    return answer.follow() if status == 303 else answer


def fill(page, link: str, status: int = 303, **values):
    """Follow a link to its form, fill it in and send it."""
    return send(page.click(link, index=0), status, **values)


def send(page, status: int = 303, **values):
    form = page.forms[_forms(page)[0]]
    for name, value in values.items():
        form[name] = value
    answer = form.submit(status=status)
    return answer.follow() if status == 303 else answer


def _forms(page) -> list[str]:
    return [
        key
        for key, form in page.forms.items()
        if isinstance(key, str)
        and "__once__" in form.fields
        and form.action != "/logout"
        and "do" in form.fields
    ]


def test_a_transfer_from_the_due_list_to_the_receipt_by_different_people(office):
    archivist, head = office.browser(ARCHIVIST), office.browser(HEAD)
    page = archivist.get("/archives/transfers", {"fonds": FONDS})
    assert [FIRST in words(page), SECOND in words(page), "云溪县档案馆" in words(page)] == [True, True, True]
    opened = page.click("拟定移交")
    assert opened.forms[_forms(opened)[0]]["fonds"].options == [(FONDS, True, "J043 云溪县市场监督管理局")]
    page = fill(page, "拟定移交", fonds=FONDS)
    transfer = page.request.path.rsplit("/", 1)[1]
    refused = press(page, "check", status=409)
    assert sum("还没有开放审核" in error for error in errors(refused)) == 2

    asked_page = page.click("审核开放这些归档件")
    form = asked_page.forms["review"]
    assert form["transfer"].value == transfer
    form["exceptions"], form["reason"], form["basis"] = SECOND, REASON, BASIS
    for name, value in (("result", "controlled"), ("disclosure", "withheld"), ("secrecy", "none")):
        tick(form, name, value)
    back = form.submit(status=303).follow()
    assert back.request.path == f"/transfers/{transfer}"
    work(office)
    assert [bool(item_of(office, code)["opinion"]) for code in (FIRST, SECOND)] == [True, False]
    reviewed(office, SECOND, result=Openness.POSTPONED, until=date(2060, 1, 1))
    event = item_of(office, SECOND)["management"][-1]
    assert (event[0], event[4]) == (
        "opening.review",
        f"延期开放；至2060-01-01；不予公开；未定密；{REASON}；{BASIS}",
    )

    page = press(archivist.get(f"/transfers/{transfer}"), "check")
    assert "正在检测" in words(page)
    work(office)
    page = archivist.get(f"/transfers/{transfer}")
    assert words(page).count("通过") == 2
    assert "待签字： 填表人 马超、审核人（单位负责人） 南宫远" in words(page)
    wrong = fill(page, "签字", status=409, password="不对")
    assert "密码" in words(wrong)
    page = fill(page, "签字", password=PASSWORD)
    assert "签字" not in [link.get_text(strip=True) for link in page.html.select(".acts a")]
    again = fill(archivist.get(f"/transfers/{transfer}"), "退回修改", status=409)
    assert "没有写明理由" in words(again)
    again = send(archivist.get(f"/transfers/{transfer}/sign"), status=409, password=PASSWORD)
    assert "已经签过字" in words(again)
    page = fill(head.get(f"/transfers/{transfer}"), "签字", password=PASSWORD)
    assert "待交付" in words(page)

    page = fill(archivist.get(f"/transfers/{transfer}"), "交付", channel="移动硬盘 ZT-2036-0001")
    work(office)
    page = archivist.get(f"/transfers/{transfer}")
    assert "待接收" in words(page)
    folder = office.services.instance / "transfers" / transfer
    assert sorted(path.name for path in folder.iterdir()) == [
        "接收结果清单（空白）.xlsx", "移交数据", "移交文据.pdf", "移交目录.xlsx",
    ]  # fmt: skip
    whole = dict(
        line.split("  ", 1)[::-1]
        for line in (folder / "移交数据/校验清单-SHA256.txt").read_text().splitlines()
    )
    assert {
        name: hashlib.sha256((folder / "移交数据" / name).read_bytes()).hexdigest() for name in whole
    } == whole
    deed = office.services.extractor.extract(folder / "移交文据.pdf", MediaType.PDF)
    text = "".join("".join(page_text.split()) for page_text in deed.pages)
    for word in (
        "移交单位存",
        "接收单位存",
        "马超",
        "南宫远",
        "ZT-2036-0001",
        "2036年12月1日",
        "延期开放1件",
        "不予公开2件",
    ):
        assert word in text, word
    directory = openpyxl.load_workbook(folder / "移交目录.xlsx")
    assert [row[1].value for row in directory["移交目录"].iter_rows(min_row=2)] == [FIRST, SECOND]
    assert directory["开放审核意见"]["G2"].value == REASON

    assert "还没有登记接收回执" in words(
        fill(page, "登记接收结果", status=409, numbers=workbook((FIRST, "M1", "接收")))
    )
    asked = page.click("登记接收回执")
    assert asked.forms[_forms(asked)[0]]["number"].value == ""
    page = fill(
        page,
        "登记接收回执",
        number="云档接〔2036〕1号",
        date="2036-12-01",
        receiver="段干木",
        paper=pdf("接收回执"),
    )
    fill(
        page,
        "登记接收结果",
        numbers=workbook(
            (FIRST.replace("·", "."), "M-2036-1", "接收", "", ""), (SECOND, "", "退回", "坏", "")
        ),
    )
    work(office)
    page = archivist.get(f"/transfers/{transfer}")
    assert "第3行" in words(page)
    assert item_of(office, FIRST)["state"] == "archived"

    done(
        office, holds.place, HEAD, fonds=FONDS, reference="云纪暂〔2036〕3号", reason="信访复查", codes=SECOND
    )
    work(office)
    right = (
        (FIRST.replace("·", "."), "M-2036-1", "接收", "", ""),
        (SECOND, "", "退回", "TH-06", "第2页模糊"),
    )
    held = fill(page, "登记接收结果", status=409, numbers=workbook(*right))
    assert "云纪暂〔2036〕3号" in words(held)
    with office.site() as site:
        hold = next(iter(site.holds))
    cases.ok(office.do(ARCHIVIST, lambda act: holds.lift(act, act.site.holds[hold], why="已复查")))
    work(office)
    fill(page, "登记接收结果", numbers=workbook(*right))
    work(office)
    page = archivist.get(f"/transfers/{transfer}")
    assert ["已接收" in words(page), "M-2036-1" in words(page), "TH-06" in words(page)] == [True, True, True]
    assert not folder.exists()
    went, stayed = item_of(office, FIRST), item_of(office, SECOND)
    assert (went["state"], went["code"], went["archives_number"], went["copy_until"]) == (
        "transferred", FIRST, "M-2036-1", date(2041, 12, 1),
    )  # fmt: skip
    assert (stayed["state"], stayed["archives_number"], stayed["transfer"]) == ("archived", "", "")
    assert stayed["management"][-1][0] == "transfer.refuse"
    page = archivist.get("/archives/transfers", {"fonds": FONDS})
    due = [row.get_text() for row in page.html.select("[aria-labelledby=due] tbody tr")]
    assert [FIRST in "".join(due), SECOND in "".join(due)] == [False, True]
    archivist.get(f"/archives/{office.numbers[FIRST]}", status=200)


def tick(form, name: str, value: str) -> None:
    """Tick one of the radios under a legend of a deform form."""
    group = next(
        fields
        for fields in form.fields.values()
        if type(fields[0]).__name__ == "Radio"
        and value in [option for option, _checked, _text in fields[0].options]
    )
    group[0].value = value
