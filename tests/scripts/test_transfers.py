"""Transfers at a prompt: what is due, opened, and listed without naming a state."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from records.exchange import samples
from records.exchange.sheets import write_sheets
from records.exchange.transfer_papers import ANSWER_HEADS, ANSWER_SHEET
from tests.office import ADMIN, ARCHIVIST, PASSWORD, build_office
from tests.operations.test_disposition import FONDS, plant, work_off

CODE = "J043-ZY·SP·2026-D30-ZCG-0001"


@pytest.fixture
def office(tmp_path):
    """An office with one item that the archives take after ten years."""
    office = build_office(tmp_path)
    plant(office)
    office.clock.set(datetime(2036, 12, 1, 1, tzinfo=UTC))
    yield office
    office.close()


def test_what_is_due_is_opened_and_listed(office, typed):
    code, told = typed(ARCHIVIST, "transfers", "due", "J043")
    assert (code, [item["code"] for item in told["items"]]) == (0, [CODE])
    code, opened = typed(ARCHIVIST, "transfers", "open", "--fonds", FONDS, "--codes", CODE)
    assert (code, opened["code"], opened["total"]) == (0, "云市监移〔2036〕1号", 1)
    code, told = typed(ARCHIVIST, "transfers", "list")
    assert (code, [each["id"] for each in told["transfers"]]) == (0, [opened["id"]])
    assert typed(ARCHIVIST, "transfers", "list", "--state", "received")[1]["transfers"] == []


def test_a_transfer_is_played_through_at_the_prompt(office, typed, tmp_path, monkeypatch):
    monkeypatch.setenv("RECORDS_PASSWORD", PASSWORD)

    def done(userid: str, noun: str, verb: str, *more: str) -> dict:
        code, told = typed(userid, noun, verb, *more)
        assert code == 0, told
        work_off(office)
        return told

    opened = done(ARCHIVIST, "transfers", "open", "--fonds", FONDS)["id"]
    said = ("--result", "controlled", "--disclosure", "withheld", "--secrecy", "none", "--reason", "个人信息")
    basis = ("--basis", "档案法 第二十八条")
    done(ARCHIVIST, "openings", "review", "--fonds", FONDS, "--codes", CODE, *said, *basis)
    done(ARCHIVIST, "transfers", "check", opened)
    for userid in (ARCHIVIST, "nangong"):
        done(userid, "transfers", "sign", opened)
    done(ARCHIVIST, "transfers", "hand-over", opened, "--channel", "移动硬盘 ZT-2036-0001")
    receipt, answers = tmp_path / "回执.pdf", tmp_path / "接收结果清单.xlsx"
    receipt.write_bytes(samples.text_pdf("接收回执", ("接收回执",)))
    with answers.open("wb") as file:
        write_sheets(file, {ANSWER_SHEET: ANSWER_HEADS}, [(ANSWER_SHEET, (CODE, "M-1", "接收", "", ""))])
    told = ("--number", "云档接〔2036〕1号", "--on", "2036-12-01", "--receiver", "段干木")
    done(ARCHIVIST, "transfers", "enter-receipt", opened, *told, "--file", str(receipt))
    done(ARCHIVIST, "transfers", "enter-answers", opened, "--file", str(answers))
    received = typed(ARCHIVIST, "transfers", "list", "--state", "received")[1]["transfers"]
    assert [each["id"] for each in received] == [opened]
    with office.site() as site:
        (item,) = site.archives.values()
        assert (item.state, item.archives_number) == ("transferred", "M-1")
    assert typed(ADMIN, "verify") == (0, {"ok": True})
