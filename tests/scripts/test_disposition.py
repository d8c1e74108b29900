"""Retention and disposition at a prompt: what is due, holds, lists, and who signs."""

from __future__ import annotations

import pytest

from records.operations import office as offices
from tests.office import ADMIN, ARCHIVIST, CLERK, PASSWORD, build_office
from tests.operations.test_disposition import FONDS, GROUP, HEADS, LATER, SUPERVISORS, plant, work_off


@pytest.fixture
def office(tmp_path):
    """An office with one item whose period is over."""
    office = build_office(tmp_path)
    plant(office)
    office.clock.set(LATER)
    yield office
    office.close()


def test_what_is_due_is_listed_held_and_appraised(office, typed):
    code, told = typed(ARCHIVIST, "due", "J043", "2056")
    assert (code, [item["code"] for item in told["items"]]) == (0, ["J043-ZY·SP·2026-D30-ZCG-0001"])
    assert typed(CLERK, "due", "J043", "2056")[1]["findings"][0]["code"] == "permission.denied"
    code, hold = typed(
        ARCHIVIST,
        "holds",
        "place",
        "--fonds",
        FONDS,
        "--reference",
        "审1",
        "--reason",
        "审计",
        "--words",
        "设立",
    )
    assert (code, hold["state"]) == (0, "placing")
    assert typed(ARCHIVIST, "holds", "list", "--state", "placing")[1]["holds"][0]["reference"] == "审1"
    code, listed = typed(ARCHIVIST, "dispositions", "open", "--fonds", FONDS, "--year", "2056")
    assert (code, listed["total"], listed["group"]) == (
        0, 1, [["leader", "nangong"], ["archives", "taishi"], ["business", "huyan"]],
    )  # fmt: skip
    assert [each["id"] for each in typed("auditor", "disposition", "list")[1]["dispositions"]] == [
        listed["id"]
    ]


def test_who_signs_is_taken_over_from_the_description_by_the_administrator(office, typed, tmp_path):
    file = tmp_path / "office.toml"
    text = offices.example().replace('office = ["chunyu"]', 'office = ["chunyu", "zongzheng"]')
    file.write_text(text, encoding="utf-8")
    assert (
        typed(ARCHIVIST, "disposition", "signers", str(file))[1]["findings"][0]["code"] == "permission.denied"
    )
    code, told = typed(ADMIN, "disposition", "signers", str(file))
    assert (code, FONDS in told["fonds"]) == (0, True)
    with office.site() as site:
        assert site.office["disposition"][FONDS]["office"] == ("chunyu", "zongzheng")
    file.write_text(text.replace('leader = ["nangong"]', 'leader = ["ouyang"]'), encoding="utf-8")
    code, told = typed(ADMIN, "disposition", "signers", str(file))
    assert (code, {found["code"] for found in told["findings"]}) == (1, {"office.no-appraiser"})


def test_a_destruction_is_played_through_at_the_prompt(office, typed, monkeypatch):
    monkeypatch.setenv("RECORDS_PASSWORD", PASSWORD)
    listed = typed(ARCHIVIST, "dispositions", "open", "--fonds", FONDS, "--year", "2056")[1]["id"]

    def done(userid: str, verb: str, *more: str) -> str:
        code, told = typed(userid, "dispositions", verb, listed, *more)
        assert code == 0, told
        return told["state"]

    done("taishi", "choose", "--items", "*", "--decision", "destroy", "--reason", "期满")
    assert [done(userid, "confirm") for userid in GROUP.values()] == ["drafted", "drafted", "appraised"]
    code, told = typed("nangong", "dispositions", "sign", listed, "--password", "不是这个")
    assert (code, [found["code"] for found in told["findings"]]) == (1, ["password.wrong"])
    assert [done(userid, "sign") for userid in HEADS] == ["appraised", "appraised", "appraised", "signed"]
    assert typed(ADMIN, "dispositions", "execute", listed, "--number", "1")[1]["findings"][0]["code"] == (
        "permission.denied"
    )
    assert done("dongfang", "execute", "--number", "云市监销〔2057〕1号") == "executing"
    work_off(office)
    told = typed("auditor", "dispositions", "list", "--state", "executed")[1]["dispositions"]
    assert [each["id"] for each in told] == [listed]
    for userid in SUPERVISORS:
        state = done(userid, "sign", "--checked", "--backups", "年底前轮换覆盖")
    assert (state, done(ARCHIVIST, "close")) == ("supervised", "closed")
    assert typed(ADMIN, "verify") == (0, {"ok": True})
