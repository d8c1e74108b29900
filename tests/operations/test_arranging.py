"""Order, codes, volumes, boxes: what may still change before registration, and what stays for ever afterwards."""

from __future__ import annotations

import random

import pytest

from records.domain.arrangement import search_key
from records.domain.catalogues import Carrier
from records.domain.vocabulary import ItemState, Retention
from records.indexes import questions, shelf_questions
from records.operations import archiving, arranging, boxes, catalogues, fonds_files, numbering, volumes
from records.operations.acts import leave_trace
from records.resources.boxes import Box
from tests.office import ARCHIVIST, build_office

from .cases import HEALTH_ARCHIVIST, deliver, ok, on, only, refused
from .shelves import FONDS, NUMBER, coded, filed, to_box, to_item, to_volume, waiting


@pytest.fixture(scope="module")
def whole_office(tmp_path_factory):
    office = build_office(tmp_path_factory.mktemp("shelves"), publish=False)
    yield office
    office.close()


@pytest.fixture
def office(whole_office):
    """One office for all: each test files in a class of its own (another year)."""
    return whole_office


@pytest.fixture
def year(office):
    """A year in which no other test files anything."""
    office.numbers["year"] = str(int(office.numbers.get("year", "1999")) + 1)
    return int(office.numbers["year"])


def order(office, year: int) -> list[str]:
    with office.site() as site:
        return [item.title for item in arranging.in_order(site, FONDS) if item.year == year]


def code_of(office, item: str) -> str:
    with office.site() as site:
        return site.archives[item].code


def test_waiting_items_are_coded_in_the_order_they_were_put_in(office, year):
    items = {name: waiting(office, name, year=year) for name in ("甲", "乙", "丙", "丁")}
    assert order(office, year) == ["甲", "乙", "丙", "丁"]
    ok(office.do(ARCHIVIST, to_item(items["丁"], arranging.rearrange, position=1)))
    ok(office.do(ARCHIVIST, to_item(items["甲"], arranging.rearrange, position=99)))
    assert order(office, year) == ["丁", "乙", "丙", "甲"]
    with office.site() as site:
        mine = [item for item in arranging.in_order(site, FONDS) if item.year == year]
        head = f"拟J043-ZY·SP·{year}-D10-ZCG-"
        assert [code for _, code in numbering.provisional_codes(site, mine)] == [
            f"{head}{at:04d}" for at in (1, 2, 3, 4)
        ]
        names = [item.id for item in mine]
    assert [coded(office, each)[-4:] for each in names] == ["0001", "0002", "0003", "0004"]
    assert refused(office.do(ARCHIVIST, to_item(items["丁"], arranging.rearrange, position=2))) == [
        ("arrange.coded", "")
    ]


def test_any_row_of_moves_ends_where_a_list_of_names_would(office, year):
    names = ["甲", "乙", "丙", "丁", "戊"]
    items = {name: waiting(office, name, year=year) for name in names}
    drawn = random.Random(2026)
    for _ in range(40):
        name, position = drawn.choice(names), drawn.randint(1, 5)
        names.remove(name)
        names.insert(position - 1, name)
        ok(office.do(ARCHIVIST, to_item(items[name], arranging.rearrange, position=position)))
    assert order(office, year) == names


def test_a_place_between_two_items_never_runs_out(office, year):
    names = ["甲", "乙", "丙"]
    items = {name: waiting(office, name, year=year) for name in names}
    for _ in range(20):
        names.insert(1, names.pop())
        ok(office.do(ARCHIVIST, to_item(items[names[1]], arranging.rearrange, position=2)))
    assert order(office, year) == names


def test_a_waiting_item_moves_to_another_class_and_keeps_at_least_its_period(office, year):
    item = waiting(office, "甲", year=year, retention_basis="表")
    assert refused(office.do(ARCHIVIST, to_item(item, arranging.reclass, retention=Retention.D5))) == [
        ("arrange.no-reason", "reason"), ("arrange.shorter", "retention"),
    ]  # fmt: skip
    assert refused(office.do(ARCHIVIST, to_item(item, arranging.reclass, category="行政", reason="误"))) == [
        ("arrange.not-a-class", "category")
    ]
    assert refused(office.do(ARCHIVIST, to_item(item, arranging.reclass, reason="误"))) == [
        ("arrange.same-class", "category")
    ]
    deed = to_item(item, arranging.reclass, retention=Retention.D30, unit_code="BGS", reason="经办人写错")
    ok(office.do(ARCHIVIST, deed))
    assert coded(office, item) == f"J043-ZY·SP·{year}-D30-BGS-0001"
    with office.site() as site:
        kept = site.archives[item]
        assert kept.retention_basis == "表；整理时由定期10年改为定期30年：经办人写错"
        assert str(kept.expires_on) == "2056-12-31"
    assert refused(office.do(ARCHIVIST, deed)) == [("arrange.coded", ""), ("arrange.same-class", "category")]


def test_a_number_stays_occupied_whatever_becomes_of_its_item(office, year):
    items = [filed(office, name, year=year) for name in ("甲", "乙", "丙")]

    def gone(item: str, state: ItemState):
        def deed(act):
            record = act.site.archives[item]
            record.state = state.value
            leave_trace(act, f"archive.{state}", record, unit=record.unit)

        return deed

    office.do(ARCHIVIST, gone(items[0][0], ItemState.DESTROYED))
    office.do(ARCHIVIST, gone(items[2][0], ItemState.TRANSFERRED))
    returned = waiting(office, "丁", year=year, state="returned")
    item, code = filed(office, "戊", year=year)
    assert [each[-4:] for _, each in items] + [code[-4:]] == ["0001", "0002", "0003", "0004"]
    with office.site() as site:
        found = [questions.item_with_code(site, search_key(each)).id for _, each in (*items, (item, code))]
        assert found == [each for each, _ in items] + [item]
        assert [each.code for _, each in shelf_questions.catalogued(site, FONDS, year)] == [
            *(each for _, each in items),
            code,
        ]
    assert code_of(office, returned) == ""
    assert coded(office, returned)[-4:] == "0005"


def test_a_code_that_somebody_else_took_meanwhile_is_not_given_twice(office, year):
    first, second = waiting(office, "甲", year=year), waiting(office, "乙", year=year)
    with office.site() as site:
        read = numbering.next_code(site, site.archives[second])
    coded(office, first)
    late = office.do(ARCHIVIST, lambda act: numbering.take(act, act.site.archives[second], read, pages=1))
    assert (late, code_of(office, second)) == (False, "")


def by_person(office, year: int, who: str, applicant: str) -> str:
    return waiting(office, who, year=year, category="KJ·SB", applicant=applicant, unit_code="BGS")


def test_a_volume_takes_what_its_rule_puts_together_and_closes_with_two_names(office, year):
    same = {"category": "KU"}
    books = [waiting(office, f"账簿{at}", year=year, **same) for at in (1, 2)]
    codes = [coded(office, each, pages=pages) for each, pages in zip(books, (12, 5), strict=True)]
    assert codes == [f"J043-KU·{year}-D10-001-0001", f"J043-KU·{year}-D10-001-0002"]
    with office.site() as site:
        [volume] = [each for _, each in shelf_questions.volumes_of(site, FONDS) if each.year == year]
        assert (volume.code, volume.items, volume.title) == (
            f"J043-KU·{year}-D10-001", tuple(books), f"云溪县市场监督管理局{year}年账簿1案卷",
        )  # fmt: skip
        cover, inside, note = catalogues.volume_forms(office.services, site, volume)
        assert dict(cover.pairs) == {
            "全宗名称": "云溪县市场监督管理局", "类目": "KU", "案卷题名": volume.title, "起止日期": "", "保管期限": "定期10年",
            "件数": "2", "页数": "17", "归档号": "001", "档号": volume.code,
        }  # fmt: skip
        assert [row[5] for row in inside.rows] == ["1-12", "13-17"]
        assert note.pairs[0] == ("本卷情况说明", "本卷共2件，17页。")
        key = volume.id
    assert refused(office.do(ARCHIVIST, to_volume(key, volumes.close, checked_by="马超"))) == [
        ("volume.same-person", "checked_by")
    ]
    ok(office.do(ARCHIVIST, to_volume(key, volumes.close, checked_by="皇甫嵩")))
    later = waiting(office, "账簿3", year=year, **same)
    assert refused(office.do(ARCHIVIST, to_volume(key, volumes.put, items=[later]))) == [
        ("volume.closed", "volume")
    ]
    assert coded(office, later) == f"J043-KU·{year}-D10-002-0001"


def test_an_item_leaves_its_volume_only_before_it_is_coded_and_numbers_of_volumes_are_never_given_again(
    office, year
):
    first, second, third = (by_person(office, year, name, name) for name in ("甲", "乙", "丙"))
    for each in (first, second):
        office.do(ARCHIVIST, to_item(each, volumes.lay_in))
    with office.site() as site:
        homes = [site.archives[each].volume for each in (first, second)]
        pending = [site.archives[each] for each in (first, second, third)]
        assert [code for _, code in numbering.provisional_codes(site, pending)] == [
            f"拟J043-KJ·SB·{year}-D10-BGS-001-0001", f"拟J043-KJ·SB·{year}-D10-BGS-002-0001", "",
        ]  # fmt: skip
    ok(office.do(ARCHIVIST, to_volume(homes[0], volumes.put, items=[second])))
    assert coded(office, first) == f"J043-KJ·SB·{year}-D10-BGS-001-0001"
    assert coded(office, second) == f"J043-KJ·SB·{year}-D10-BGS-001-0002"
    assert refused(office.do(ARCHIVIST, to_volume(homes[0], volumes.take_out, items=[first]))) == [
        ("volume.coded", "items")
    ]
    assert coded(office, third) == f"J043-KJ·SB·{year}-D10-BGS-002-0001"
    assert refused(office.do(ARCHIVIST, to_volume(homes[0], volumes.put, items=[third, "nobody"]))) == [
        ("record.unknown", "items"), ("volume.coded", "items"),
    ]  # fmt: skip


def open_box(year: int, **more: object):
    asked = {"fonds": FONDS, "category": "ZY·SP", "year": year, "retention": Retention.D10, **more}
    return lambda act: boxes.open_box(act, **asked)


def shown_box(office, box: str) -> Box:
    with office.site() as site:
        found = site.boxes[box]
        found.code  # noqa: B018 - a ghost shows nothing
        return found


def test_a_box_belongs_to_a_class_of_which_codes_are_made_however_it_is_typed(office, year):
    box = ok(office.do(ARCHIVIST, open_box(year, category=" zy．ｓｐ", retention=Retention.D50)))
    assert shown_box(office, box).code == f"J043-ZY·SP·{year}-D50-ZCG-H001"
    assert refused(office.do(ARCHIVIST, open_box(year, category="猫"))) == [
        ("arrange.not-a-class", "category")
    ]


def test_a_box_is_filled_by_numbers_until_it_is_full_and_moved_with_trace(office, year):
    items = [filed(office, f"件{at}", year=year, pages=80)[0] for at in (1, 2, 3)]
    box = ok(office.do(ARCHIVIST, open_box(year, thickness=20)))
    assert shown_box(office, box).code == f"J043-ZY·SP·{year}-D10-ZCG-H001"
    assert refused(office.do(ARCHIVIST, to_box(box, boxes.fill, codes="1-3 9"))) == [
        ("box.item-unknown", "codes"), ("box.too-full", "codes"),
    ]  # fmt: skip
    ok(office.do(ARCHIVIST, to_box(box, boxes.fill, codes="0001-0002")))
    assert shown_box(office, box).items == tuple(items[:2])
    following = ok(office.do(ARCHIVIST, open_box(year, thickness=20)))
    assert refused(office.do(ARCHIVIST, to_box(following, boxes.fill, codes="2"))) == [
        ("box.elsewhere", "codes")
    ]
    ok(office.do(ARCHIVIST, to_box(following, boxes.pack)))
    assert shown_box(office, following).items == (items[2],)
    assert refused(office.do(ARCHIVIST, to_box(following, boxes.pack))) == [("box.nothing-left", "")]
    place = {"room": "一号库房", "row": "03", "stand": "02", "level": "04"}
    ok(office.do(ARCHIVIST, to_box(box, boxes.move, **place, reason="新库启用")))
    assert refused(office.do(ARCHIVIST, to_box(box, boxes.move, **place))) == [("box.same-place", "room")]
    ok(office.do(ARCHIVIST, to_box(box, boxes.take_out, codes="0001", reason="修复")))
    with office.site() as site:
        moved = site.boxes[box]
        assert [(before, after, why) for _, _, before, after, why in moved.moves] == [
            ("", "一号库房 03列 02架 04层", "新库启用")
        ]
        assert arranging.where(site, site.archives[items[1]]) == f"{moved.code} 一号库房 03列 02架 04层"
        assert [(event, reference, note) for event, _, _, reference, note in site.archives[items[0]].management] == [
            ("item.boxed", moved.code, ""), ("item.unboxed", moved.code, "修复"),
        ]  # fmt: skip
        cover, _, note = catalogues.box_forms(office.services, site, moved)
        assert cover.pairs == (
            ("全宗名称", "云溪县市场监督管理局"), ("年度", str(year)), ("保管期限", "定期10年"), ("机构（问题）", "ZCG"),
            ("起止件号", "0002"), ("盒号", moved.code),
        )  # fmt: skip
        assert [label for label, _ in note.pairs] == [
            "盒内文件情况说明",
            "整理人",
            "整理日期",
            "检查人",
            "检查日期",
        ]
    assert refused(office.do(ARCHIVIST, to_box(following, boxes.resize, thickness=25))) == [
        ("box.thickness", "thickness")
    ]
    ok(office.do(ARCHIVIST, to_box(following, boxes.resize, thickness=50)))


def test_a_scanned_code_leads_to_item_box_or_volume(office, year):
    item, code = filed(office, "甲", year=year)
    book, _ = filed(office, "账簿", year=year, category="KU")
    box = ok(office.do(ARCHIVIST, open_box(year)))
    with office.site() as site:
        volume = site.archives[book].volume
        typed = {
            code.replace("·", "．").lower(): item,
            code.replace("0001", "OOO1"): item,
            site.boxes[box].code.replace("·", "."): box,
            site.volumes[volume].code: volume,
        }
        assert [boxes.sought(site, each).id for each in typed] == list(typed.values())
        assert boxes.sought(site, "没有") is None


def test_what_is_kept_electronically_only_needs_no_box(office, year):
    item, _ = filed(office, "甲", year=year, carrier="electronic")
    box = ok(office.do(ARCHIVIST, open_box(year)))
    assert refused(office.do(ARCHIVIST, to_box(box, boxes.fill, codes="1"))) == [("box.no-paper", "codes")]
    assert refused(office.do(ARCHIVIST, to_item(item, arranging.keep_on, carrier=Carrier.BOTH))) == [
        ("arrange.no-place", "place")
    ]
    ok(office.do(ARCHIVIST, to_item(item, arranging.keep_on, carrier=Carrier.BOTH, place="二楼档案柜3")))
    ok(office.do(ARCHIVIST, to_box(box, boxes.fill, codes="1")))
    assert refused(office.do(ARCHIVIST, to_item(item, arranging.keep_on, carrier=Carrier.ELECTRONIC))) == [
        ("arrange.in-box", "carrier")
    ]


def test_the_archives_add_a_number_once_and_the_code_stays(office, year):
    (first, code), (second, _) = filed(office, "甲", year=year), filed(office, "乙", year=year)
    number = f"馆{year}-0001"
    ok(office.do(ARCHIVIST, to_item(first, arranging.give_archives_number, number=number)))
    assert refused(office.do(ARCHIVIST, to_item(second, arranging.give_archives_number, number=number))) == [
        ("arrange.number-taken", "number")
    ]
    assert refused(office.do(ARCHIVIST, to_item(first, arranging.give_archives_number, number="别的"))) == [
        ("arrange.numbered", "number")
    ]
    with office.site() as site:
        kept = site.archives[first]
        assert (kept.code, kept.archives_number) == (code, number)


def test_the_catalogue_and_the_fonds_file_have_their_columns_and_their_figures(office, year):
    filed(office, "甲", year=year, pages=3)
    filed(office, "乙", year=year, retention="Y", pages=4, carrier="electronic")
    filed(office, "账簿", year=year, category="KU")
    with office.site() as site:
        forms = catalogues.year_catalogue(office.services, site, FONDS, year)
        assert [form.title for form in forms] == [
            "归档文件目录封面 KU D10", "归档文件目录 KU D10", "归档文件目录封面 ZY·SP D10 ZCG", "归档文件目录 ZY·SP D10 ZCG",
            "归档文件目录封面 ZY·SP Y ZCG", "归档文件目录 ZY·SP Y ZCG",
        ]  # fmt: skip
        assert forms[3].heads == ("序号", "档号", "文号", "责任者", "题名", "日期", "密级", "页数", "备注")
        assert forms[3].rows == (
            (1, f"J043-ZY·SP·{year}-D10-ZCG-0001", "", "云溪县市场监督管理局", "甲", "", "内部", 3, "双套"),
        )
        assert forms[4].pairs == (
            ("全宗号", NUMBER), ("全宗名称", "云溪县市场监督管理局"), ("年度", str(year)), ("保管期限", "永久"),
            ("机构（问题）", "ZCG"),
        )  # fmt: skip
    file = {"fonds": FONDS, "part": catalogues.FondsPart.INTRODUCTION, "title": f"{year}年全宗介绍"}
    ok(
        office.do(
            ARCHIVIST, lambda act: fonds_files.file_paper(act, **file, document_number="云市监档〔2026〕1号")
        )
    )
    assert refused(office.do(HEALTH_ARCHIVIST, lambda act: fonds_files.file_paper(act, **file))) == [
        ("permission.denied", "")
    ]
    with office.site() as site:
        forms = {form.title: form for form in catalogues.fonds_forms(site, FONDS)}
        assert [row for row in forms["历年统计"].rows if row[0] == str(year)] == [
            (str(year), "定期10年", "KU", "", 1, 1), (str(year), "定期10年", "ZY·SP", "ZCG", 1, 0),
            (str(year), "永久", "ZY·SP", "ZCG", 1, 0),
        ]  # fmt: skip
        assert forms["全宗卷文件目录"].rows[-1][1:] == (
            "全宗介绍",
            "云市监档〔2026〕1号",
            f"{year}年全宗介绍",
            "20261123",
            "",
        )


def test_a_case_is_moved_to_a_category_by_volume_before_it_is_coded_and_its_package_says_so(tmp_path):
    office = build_office(tmp_path)
    case = office.case(office.applicant())
    deliver(office, case)
    item = ok(only(office, ARCHIVIST, on(case, archiving.archive)))
    for category, expected in (("KU", "J043-KU·2026-D10-001"), ("ZY·HY", "J043-ZY·HY·2026-D10-ZCG-001")):
        ok(office.do(ARCHIVIST, to_item(item, arranging.reclass, category=category, reason="门类写错")))
        with office.site() as site:
            [(_, code)] = numbering.provisional_codes(site, [site.archives[item]])
        assert code == f"拟{expected}-0001"
    with office.site() as site:
        volume = site.archives[item].volume
    ok(office.do(ARCHIVIST, to_volume(volume, volumes.take_out, items=[item])))
    archiving.freeze_package(office.services, item)
    with office.site() as site:
        kept = site.archives[item]
        volume = site.volumes[kept.volume]
        assert (kept.state, kept.code, volume.code, volume.rule) == (
            "archived",
            f"{expected}-0001",
            expected,
            "person",
        )
        assert volume.title == f"{kept.title}案卷"
        [entry] = catalogues.entries_of(office.services, site, volume.items)
        assert (entry.document_number, entry.pages == kept.page_count > 0, str(entry.dated)) == (
            "云溪许〔2026〕1号", True, "2026-11-23",
        )  # fmt: skip
    office.close()


def test_nobody_arranges_another_fonds(office, year):
    assert refused(office.do(HEALTH_ARCHIVIST, open_box(year))) == [("permission.denied", "")]
    assert refused(office.do(ARCHIVIST, open_box(year, fonds="nobody", thickness=25, room="一号库房"))) == [
        ("box.fonds-unknown", "fonds"), ("box.thickness", "thickness"), ("box.place-incomplete", "room"),
    ]  # fmt: skip
