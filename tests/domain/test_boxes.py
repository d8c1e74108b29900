"""Boxes, volumes and catalogues as rules: what may lie where, how much fits, what is printed."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from records.domain import boxes, volumes
from records.domain.boxes import Boxed, Shelf, capacity, thinnest
from records.domain.catalogues import CatalogueEntry, extent, numbers_of, page_places, stamp, stamp_text
from records.domain.code_patterns import VolumeRule
from records.domain.volumes import Member, VolumeState

KLASS = ("market-regulation", "ZY·SP", 2026, "D10", "ZCG")
OTHER = ("market-regulation", "ZY·SP", 2026, "D30", "ZCG")


def boxed(number: int, **more: object) -> Boxed:
    values = {"klass": KLASS, "state": "archived", "carrier": "both", "pages": 10, "box": ""}
    return Boxed(id=f"i{number}", code=f"c{number}", title=f"件{number}", **{**values, **more})


def entry(number: int, pages: int, day: date | None = None) -> CatalogueEntry:
    return CatalogueEntry(
        f"J043-ZY·SP·2026-D10-ZCG-{number:04d}", number, "云溪许〔2026〕1号", "云溪县市场监督管理局", "欧阳䶮食品经营许可",
        day, "内部", pages, fonds="J043", year=2026, retention="D10", unit="ZCG",
    )  # fmt: skip


def found(findings) -> list[tuple[str, str]]:
    return [(each.code, str(each.params.get("code", ""))) for each in findings]


def test_everything_that_speaks_against_laying_items_in_is_told_at_once():
    coming = [
        boxed(1), boxed(2, klass=OTHER), boxed(3, carrier="electronic"), boxed(4, box="X-H001"), boxed(5, state="destroyed"),
        boxed(6, box="H001"), boxed(7, pages=400),
    ]  # fmt: skip
    refused = boxes.guard_fill(KLASS, [boxed(6)], coming, box="H001", thickness=20, unknown=["J"])
    assert found(refused) == [
        ("box.item-unknown", "J"), ("box.other-class", "c2"), ("box.no-paper", "c3"), ("box.elsewhere", "c4"),
        ("box.not-archived", "c5"), ("box.too-full", ""),
    ]  # fmt: skip
    assert refused[-1].params == {"pages": 460, "thickness": 20, "capacity": 170}
    assert boxes.guard_fill(KLASS, [], [boxed(1, pages=400)], box="H001", thickness=20, measured=True) == ()
    assert found(boxes.guard_fill(KLASS, [], [], box="H001", thickness=20)) == [("box.nothing", "")]


@given(st.integers(0, 500))
def test_the_thinnest_box_takes_the_pages_and_no_thinner_one_does(pages):
    size = thinnest(pages)
    assert size is None or (
        pages <= capacity(size) and all(pages > capacity(each) for each in (20, 30, 40, 50) if each < size)
    )
    assert (size is None) == (pages > capacity(50))


def test_a_place_is_whole_or_none():
    assert boxes.guard_shelf(Shelf("一号库房", "03", "02", "04")) == ()
    assert Shelf("一号库房", "03", "02", "04").text == "一号库房 03列 02架 04层"
    assert found(boxes.guard_shelf(Shelf("一号库房", "03"))) == [("box.place-incomplete", "")]
    opened = boxes.guard_open(thickness=25, known=False, fonds="J999", shelf=Shelf())
    assert found(opened) == [("box.fonds-unknown", ""), ("box.thickness", "")]


def test_a_closed_volume_takes_nothing_and_a_coded_item_never_moves():
    members = [
        Member("a", "甲", KLASS, "pending"), Member("b", "乙", OTHER, "returned"), Member("c", "丙", KLASS, "archived"),
        Member("d", "丁", KLASS, "pending", by_volume=False),
    ]  # fmt: skip
    refused = volumes.guard_put(VolumeState.CLOSED, KLASS, members)
    assert [(each.code, each.params.get("title", "")) for each in refused] == [
        ("volume.closed", ""), ("volume.other-class", "乙"), ("volume.coded", "丙"), ("volume.by-item", "丁"),
    ]  # fmt: skip
    assert volumes.guard_put(VolumeState.OPEN, KLASS, members[:1]) == ()


def test_two_people_close_a_volume_in_which_nothing_waits():
    def guard(**values: object) -> list[str]:
        asked = {"numbered": 2, "waiting": 0, "checker": "皇甫𠮷", "arranger": "马超", **values}
        return [each.code for each in volumes.guard_close(VolumeState.OPEN, **asked)]

    assert guard() == []
    assert guard(numbered=0, waiting=1, checker="") == ["volume.empty", "volume.waiting", "volume.no-checker"]
    assert guard(checker="马超") == ["volume.same-person"]


@given(st.sampled_from(list(VolumeRule)), st.text(max_size=5), st.text(max_size=5))
def test_items_of_one_person_one_matter_or_one_year_share_a_volume(rule, applicant, matter):
    keys = {
        volumes.volume_key(rule, applicant=who, matter=what, klass=KLASS)
        for who in ("甲" + applicant, "乙" + applicant)
        for what in ("一" + matter, "二" + matter)
    }
    assert len(keys) == {VolumeRule.PERSON: 2, VolumeRule.PROJECT: 2, VolumeRule.YEAR: 1}[rule]
    assert volumes.volume_key(rule, applicant="甲", matter="一", klass=OTHER) not in keys


@given(st.lists(st.integers(0, 40), max_size=12))
def test_the_pages_of_a_volume_are_counted_through(pages):
    entries = [entry(at, count) for at, count in enumerate(pages, 1)]
    spans = [place.split("-") for place in page_places(entries) if place]
    covered = [page for span in spans for page in range(int(span[0]), int(span[-1]) + 1)]
    assert covered == list(range(1, sum(pages) + 1))
    assert extent(entries).pages == sum(pages)


def test_the_extent_says_the_days_from_and_to():
    whole = extent([entry(1, 3, date(2026, 3, 2)), entry(2, 4), entry(3, 5, date(2026, 11, 23))])
    assert (whole.count, whole.pages, whole.span) == (3, 12, "20260302-20261123")
    assert (extent([]).span, extent([entry(1, 1, date(2026, 1, 5))]).span) == ("", "20260105")
    assert (numbers_of([entry(7, 1), entry(3, 1)]), numbers_of([entry(3, 1)]), numbers_of([])) == (
        "0003-0007",
        "0003",
        "",
    )


def test_the_stamp_has_two_rows_of_three_fields():
    assert stamp(entry(12, 34)) == (
        (("全宗号", "J043"), ("年度", "2026"), ("件号", "0012")),
        (("机构（问题）", "ZCG"), ("保管期限", "定期10年"), ("页数", "34")),
    )
    assert (
        stamp_text(entry(12, 34))
        == "全宗号 J043 | 年度 2026 | 件号 0012 | 机构（问题） ZCG | 保管期限 定期10年 | 页数 34"
    )
