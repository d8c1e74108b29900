"""Notices: what they say, that they read back, that they are the same bytes, and that nobody's name has a hole."""

import io
import itertools
import re
import subprocess
import sys
import threading
import zlib
from dataclasses import replace
from datetime import date
from xml.etree import ElementTree

import pdfplumber
import pypdfium2
import pytest
from fontTools import ttLib
from hypothesis import given
from hypothesis import strategies as st

from records.domain.vocabulary import NoticeKind
from records.exchange import layout, notices, wording
from records.exchange.typeface import Typeface, missing_glyphs, shipped_typeface

COMMON = {
    "number": "延政服受〔2026〕17号",
    "organ": "延津县行政审批和政务信息管理局",
    "issued_on": "2026-11-21",
    "applicant": "欧阳䶮（延津县㼆祥食品店）",
    "masked_id": "410726********1234",
    "item_name": "食品经营许可（新办）",
    "item_code": "11410726MB1234567X4000131011000",
    "dossier_number": "YJ20261121000017",
    "query_code": "604218",
    "handler": "诸葛晓月",
    "telephone": "０３７３－７６９００００",
    "supervision": "0373-12345",
    "address": "延津县建设路政务服务中心一楼3号窗口",
    "url": "https://zwfw.example/p/YJ20261121000017",
    "tree_head": "树头 40213 9f2c4ab1d0e37c5581b2a4f7de0c9a6f",
}
MATERIALS = [
    {"name": f"第{n}项材料", "form": "原件", "copies": 1, "source": "复用" if n % 3 else "提交", "note": ""}
    for n in range(1, 8)
]
REMEDIES = {
    "review_body": "延津县人民政府",
    "review_period": "60日",
    "court": "延津县人民法院",
    "suit_period": "6个月",
}
LAW = "《中华人民共和国行政许可法》第三十二条"
FACTS = {
    NoticeKind.RECEIPT: {
        "received_at": "2026年11月21日 9时32分",
        "materials": MATERIALS,
        "tell_limit": "5个工作日",
        "deemed": True,
        "intake_basis": LAW,
    },
    NoticeKind.ACCEPTANCE: {
        "accepted_on": date(2026, 11, 21),
        "promised_due": "2026-11-30",
        "statutory_due": "2026-12-18",
        "counting": "自受理次日起按工作日计算",
        "waived": [{"name": "营业执照", "source": "办件YJ20250302000004", "note": "有效期内"}],
        "materials": MATERIALS,
        "basis": LAW,
    },
    NoticeKind.SUPPLEMENT: {
        "received_on": "2026-11-20",
        "gaps": [
            {"name": "租赁合同", "kind": "已过期", "action": "提交仍在有效期内的合同", "basis": "指南第3项"},
            {
                "name": "健康证明",
                "kind": "缺少",
                "action": "提交全部从业人员的健康证明",
                "basis": "指南第5项",
            },
        ],
        "deadline": "2026-12-15",
    },
    NoticeKind.DECLINE: {
        "reason": "所申请事项不属于本机关职权范围",
        "law": LAW,
        "competent": "新乡市市场监督管理局",
        **REMEDIES,
    },
    NoticeKind.GRANT: {"decision": "食品经营许可", "law": LAW, "valid_until": "2031-11-20"},
    NoticeKind.REFUSAL: {"decision": "食品经营许可", "reasons": ["场所距离不足", "没有消毒设备"], **REMEDIES},
    NoticeKind.DELIVERY: {
        "documents": [{"name": "准予决定书", "number": "延政服许〔2026〕9号", "copies": 1}],
        "recipient": "欧阳䶮",
        "method": "窗口领取",
    },
    NoticeKind.CUSTODY: {
        "received_at": "2026年11月21日 9时32分",
        "brought_by": "司马立新",
        "originals": [
            {"code": "YJ202611210001Y1", "name": "房屋产权证", "copies": "1", "note": "办结时退还"}
        ],
    },
    NoticeKind.RETURN: {
        "returned_at": "2026年11月30日 10时05分",
        "recipient": "司马立新",
        "authority": "授权委托书（2026年11月20日）",
        "receipts": "延政服存〔2026〕1号",
        "originals": [{"code": "YJ202611210001Y1", "name": "房屋产权证", "copies": "1", "note": ""}],
    },
    NoticeKind.REFERRAL: {
        "organ_above": "新乡市市场监督管理局",
        "law": "《中华人民共和国行政许可法》第三十五条",
        "opinion": "材料齐全，符合法定形式",
        "sent_on": "2026-11-23",
        "statutory_due": "2026-12-18",
        "materials": MATERIALS,
    },
}


@pytest.fixture(scope="module")
def typeface():
    return shipped_typeface()


def sheet_of(kind, **more):
    return wording.compose(kind, {**COMMON, **FACTS[kind], **more})


def pdfium_text(pdf):
    document = pypdfium2.PdfDocument(pdf)
    try:
        return "".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()


def plumber_text(pdf):
    with pdfplumber.open(io.BytesIO(pdf)) as document:
        return "".join(character["text"] for page in document.pages for character in page.chars)


def squeezed(text):
    return re.sub(r"\s+", "", text)


@pytest.mark.parametrize("kind", list(NoticeKind))
def test_every_text_of_a_notice_reads_back_exactly_through_both_readers(kind, typeface):
    notice = sheet_of(kind)
    pdf = notices.render(notice, typeface=typeface)
    by_pdfium, by_plumber = squeezed(pdfium_text(pdf)), squeezed(plumber_text(pdf))
    assert by_pdfium == by_plumber
    wanted = [text for text in notice.texts() if text not in ("", "（盖章处）")]
    assert [text for text in wanted if squeezed(text) not in by_plumber] == []
    assert "（盖章处）" in by_plumber


def test_every_character_of_the_typeface_reads_back(typeface):
    names = "".join(sorted(character for character in typeface._known if "\u3400" <= character <= "\ufa2d"))[
        ::9
    ]
    notice = replace(sheet_of(NoticeKind.GRANT), before=(names,))
    pdf = notices.render(notice, typeface=typeface)
    assert len(names) > 3000
    assert squeezed(pdfium_text(pdf)) == squeezed(plumber_text(pdf))
    heading = squeezed(f"{notice.title}{notice.number}")
    read = re.sub(r"第\d+页共\d+页", "", squeezed(plumber_text(pdf))).replace(heading, "")
    assert names in read


def test_equal_notices_are_equal_bytes_and_another_day_is_not(typeface):
    notice = sheet_of(NoticeKind.ACCEPTANCE)
    first = notices.render(notice, typeface=typeface)
    notices.render(sheet_of(NoticeKind.REFUSAL), typeface=typeface)
    fresh = Typeface(typeface.path)
    assert notices.render(notice, typeface=typeface) == first
    assert notices.render(notice, typeface=fresh) == first
    assert notices.render(replace(notice, issued_on=date(2026, 11, 22)), typeface=typeface) != first


def test_threads_share_a_typeface_without_mixing_their_characters(typeface):
    names = ["王䶮", "令狐曌", "上官龘", "夏侯㼆"]
    sheets = [replace(sheet_of(NoticeKind.GRANT), applicant=name, address=name) for name in names]
    alone = [notices.render(sheet, typeface=Typeface(typeface.path)) for sheet in sheets]
    together = [[] for _ in sheets]

    def print_often(number):
        for _ in range(5):
            together[number].append(notices.render(sheets[number], typeface=typeface))

    threads = [threading.Thread(target=print_often, args=(number,)) for number in range(len(sheets))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert together == [[pdf] * 5 for pdf in alone]


def test_no_character_of_an_earlier_notice_is_embedded_in_the_next(typeface):
    plain = replace(sheet_of(NoticeKind.GRANT), applicant="王一", address="")
    notices.render(replace(plain, before=("龘曌㼆䶮爨鬱麤",)), typeface=typeface)
    pdf = notices.render(plain, typeface=typeface)
    start = pdf.index(b"/Length1")
    content = pdf[pdf.index(b"stream\n", start) + 7 :]
    with ttLib.TTFont(io.BytesIO(zlib.decompressobj().decompress(content))) as font:
        outlines = font["maxp"].numGlyphs
    assert outlines == len(set(squeezed(pdfium_text(pdf)))) + len({".notdef", "space", "wide space"})


def test_fido_identifies_a_notice_as_pdf_a_2u(typeface, tmp_path):
    place = tmp_path / "notice.pdf"
    place.write_bytes(notices.render(sheet_of(NoticeKind.RECEIPT), typeface=typeface))
    command = [sys.executable, "-m", "fido.fido", "-q", "-matchprintf", "%(info.puid)s\\n", str(place)]
    found = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert found.stdout.split() == ["fmt/478"]


def test_metadata_hold_the_day_of_the_notice_and_no_time_of_printing(typeface):
    pdf = notices.render(sheet_of(NoticeKind.RECEIPT), typeface=typeface)
    packet = re.search(rb"<x:xmpmeta.*?</x:xmpmeta>", pdf, re.DOTALL)[0]
    assert ElementTree.fromstring(packet) is not None
    assert re.findall(rb"\d{4}-\d\d-\d\dT[^\"<]*", packet) == [b"2026-11-20T16:00:00+00:00"]
    assert "收件凭证 延政服受〔2026〕17号".encode() in packet
    assert b"<pdfaid:part>2</pdfaid:part>" in packet
    assert b"<pdfaid:conformance>U</pdfaid:conformance>" in packet
    assert b"/CreationDate" not in pdf


def test_a_missing_character_rings_the_alarm_and_is_printed_with_its_code_point(typeface):
    notice = replace(sheet_of(NoticeKind.GRANT), applicant="王𠮷𪚥")
    assert missing_glyphs(notice.texts(), typeface) == ("𠮷", "𪚥")
    assert missing_glyphs(sheet_of(NoticeKind.GRANT).texts(), typeface) == ()
    pdf = notices.render(notice, typeface=typeface)
    assert "王U+20BB7U+2A6A5" in squeezed(plumber_text(pdf))
    assert "王U+20BB7U+2A6A5" in squeezed(pdfium_text(pdf))
    with pdfplumber.open(io.BytesIO(pdf)) as document:
        page = document.pages[0]
        labels = [word for word in page.chars if word["text"] == "U"]
        boxes = [
            box
            for box in page.rects
            for label in labels
            if box["x0"] < label["x0"] < box["x1"] and 8 < box["height"] < 14
        ]
    assert len(boxes) >= 2


def test_a_long_list_flows_over_pages_with_its_head_repeated(typeface):
    materials = [{**MATERIALS[0], "name": f"第{n}份材料"} for n in range(1, 121)]
    pdf = notices.render(sheet_of(NoticeKind.RECEIPT, materials=materials), typeface=typeface)
    with pdfplumber.open(io.BytesIO(pdf)) as document:
        tables = [page.extract_tables() for page in document.pages]
        texts = [squeezed(page.extract_text()) for page in document.pages]
    rows = [row for page in tables for table in page for row in table if row and len(row) == 6]
    heads = [row for row in rows if row[0] == "序号"]
    assert [row[1] for row in rows if row[0] != "序号" and row[0].isdigit()] == [m["name"] for m in materials]
    assert len(heads) == sum(1 for page in tables for table in page if table and len(table[0]) == 6) > 2
    assert [f"第{n}页共{len(texts)}页" in text for n, text in enumerate(texts, 1)] == [True] * len(texts)


def test_a_row_taller_than_a_page_loses_nothing(typeface):
    long = "".join(f"第{n}点须补正；" for n in range(1, 700))
    gaps = [{"name": "申请书", "kind": "内容有误", "action": long, "basis": "指南第1项"}]
    pdf = notices.render(sheet_of(NoticeKind.SUPPLEMENT, gaps=gaps), typeface=typeface)
    with pdfplumber.open(io.BytesIO(pdf)) as document:
        letters = [character for page in document.pages for character in page.chars]
    read = "".join(letter["text"] for letter in letters if round(letter["size"], 1) == notices.SMALL)
    for head in ("序号材料名称问题需要怎样补正依据", "指南第1项"):
        read = read.replace(head, "")
    assert [n for n in range(1, 700) if f"第{n}点" not in read] == []


def test_a_receipt_of_an_ordinary_case_is_one_page_seal_and_all(typeface):
    materials = [
        {
            "name": name,
            "form": "原件已核验",
            "copies": 1,
            "source": "申请人提交",
            "note": "有效期至2027-01-01",
        }
        for name in (
            "食品经营许可申请书",
            "营业执照",
            "经营设备、工具清单和操作流程平面图",
            "规章制度",
            "身份证",
        )
    ]
    for count in range(1, 6):
        pdf = notices.render(sheet_of(NoticeKind.RECEIPT, materials=materials[:count]), typeface=typeface)
        with pdfplumber.open(io.BytesIO(pdf)) as document:
            assert len(document.pages) == 1, count
            assert "盖章处" in document.pages[0].extract_text()


def test_the_qr_code_is_vectors_and_says_the_address(typeface):
    pdf = notices.render(sheet_of(NoticeKind.RECEIPT), typeface=typeface)
    assert b"/Subtype /Image" not in pdf
    without = notices.render(sheet_of(NoticeKind.RECEIPT, url=""), typeface=typeface)
    with pdfplumber.open(io.BytesIO(pdf)) as document, pdfplumber.open(io.BytesIO(without)) as plain:
        assert len(document.pages[-1].rects) - len(plain.pages[-1].rects) > 200


def test_the_receipt_says_that_receiving_is_not_accepting():
    notice = sheet_of(NoticeKind.RECEIPT)
    assert notice.before == (
        "你（单位）提交的下列材料共7项已经收到。收件不等于受理。",
        f"依照{LAW}，自收到材料之日的次日起5个工作日内，我们将告知是否受理，需要补正的一次性告知全部内容。",
        "逾期没有告知的，自收到申请材料之日起即为受理。",
    )
    assert notice.tables[0].rows[0] == ("1", "第1项材料", "原件", "1", "复用", "")
    assert sheet_of(NoticeKind.RECEIPT, deemed=False, tell_limit="").before == notice.before[:1]


def test_the_acceptance_lists_what_need_not_be_handed_in():
    notice = sheet_of(NoticeKind.ACCEPTANCE)
    assert notice.details == (
        ("受理日期", "2026年11月21日"),
        ("承诺办结日", "2026年11月30日"),
        ("法定办结日", "2026年12月18日"),
    )
    assert notice.tables[0].rows == (("1", "营业执照", "办件YJ20250302000004", "有效期内"),)
    assert "本次办理免提交1份：下列材料本中心已经存有并核验有效，不再提交。" in notice.before
    assert "自2026年11月21日起视为受理。" in sheet_of(NoticeKind.ACCEPTANCE, deemed=True).before[0]


def test_the_one_time_notice_counts_and_closes_its_list():
    notice = sheet_of(NoticeKind.SUPPLEMENT)
    assert notice.tables[0].rows[1] == ("2", "健康证明", "缺少", "提交全部从业人员的健康证明", "指南第5项")
    assert notice.after == (
        "以上共2项，已一次告知全部。除新补充的材料外，我们不会再提出其他补正要求。",
        "请在2026年12月15日前（含当日）到窗口补正。",
    )


def test_declining_and_refusing_name_reasons_the_right_organ_and_the_remedies():
    remedy = (
        "如不服{0}，可以自收到{0}之日起60日内向延津县人民政府申请行政复议；"
        "也可以自收到{0}之日起6个月内依法向延津县人民法院提起行政诉讼。"
    )
    declined, refused = sheet_of(NoticeKind.DECLINE), sheet_of(NoticeKind.REFUSAL)
    assert declined.before[1] == "该事项请向新乡市市场监督管理局提出申请。"
    assert declined.remedies == (remedy.format("本通知"),)
    assert refused.before[1:] == ("（1）场所距离不足。", "（2）没有消毒设备。", "决定不予食品经营许可。")
    assert refused.remedies == (remedy.format("本决定"),)
    assert sheet_of(NoticeKind.DECLINE, review_body="", court="").remedies == ()


def test_lines_never_begin_with_a_stop_nor_end_with_a_bracket(typeface):
    sheet = layout.Sheet(typeface, title="", author="", subject="", made_at=notices.datetime(2026, 1, 1))

    @given(st.text(alphabet="一二三，。、（）《》：；aB1 ", min_size=1, max_size=120), st.floats(20, 60))
    def check(text, width):
        lines = sheet.break_lines(text, width=width, size=12)
        assert "".join(lines) == text
        for above, below in itertools.pairwise(lines):
            ordinary = [sign for sign in above if sign not in layout.NOT_AT_START | layout.NOT_AT_END]
            if len(ordinary) >= 2 and not re.search(
                r"[，。、）》：；]{3}|[（《]{3}|[（《][，。、）》：；]", text
            ):
                assert below[0] not in layout.NOT_AT_START
                assert above[-1] not in layout.NOT_AT_END

    check()


def test_codes_are_not_torn_apart(typeface):
    sheet = layout.Sheet(typeface, title="", author="", subject="", made_at=notices.datetime(2026, 1, 1))
    lines = sheet.break_lines("办件编号为YJ20261121000017的申请", width=50, size=12)
    assert [line for line in lines if "YJ20261121000017" in line] != []
