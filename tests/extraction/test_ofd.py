"""OFD: recognised by its content, read page by page, its identifier found, and nothing hostile let in."""

from __future__ import annotations

import pytest

from records.domain.findings import Finding, Refused
from records.extraction.types import Extract, Inspection, MediaType, TextStatus, ending_of, sniff

from .ofds import content, ofd, packed, parts

LICENCE = "1.2.156.3005.2.11100000MB0307870M001.11419999MB0000001X.JY24199990000001.001.K"
BROKEN = Finding("file.broken", subject="a.ofd")


@pytest.fixture
def look(extractor, tmp_path):
    def inspect(body: bytes) -> Inspection:
        (tmp_path / "a.ofd").write_bytes(body)
        return extractor.inspect(tmp_path / "a.ofd", MediaType.OFD)

    return inspect


def test_its_content_tells_it_from_other_archives():
    body = ofd("营业执照")
    assert sniff(body[:4096], "执照.OFD") is MediaType.OFD
    assert ending_of(body[:4096]) == "ofd"
    named = {"extension": ".pdf", "content": "application/ofd"}
    assert sniff(body, "执照.pdf") == Refused(
        (Finding("file.type-mismatch", subject="执照.pdf", params=named),)
    )
    named = {"extension": ".ofd", "content": "application/pdf"}
    assert sniff(b"%PDF-1.7", "a.ofd") == Refused(
        (Finding("file.type-mismatch", subject="a.ofd", params=named),)
    )
    refused = Refused((Finding("file.type-refused", subject="a.docx", params={"extension": ".docx"}),))
    assert sniff(packed({"word/document.xml": "<w/>"}), "a.docx") == refused


def test_text_comes_line_by_line_with_what_the_template_prints(extractor, tmp_path):
    files = parts("云溪县䶮记餐饮店", "欧阳𠮷 & 司马", printed=("营业执照", "名称"))
    same = content(("一", "行")).replace('Boundary="10 20', 'Boundary="50 10')
    files["Doc_0/Pages/Page_1/Content.xml"] = same
    files["Doc_0/Document.xml"] = files["Doc_0/Document.xml"].replace(
        "</ofd:Pages>", '<ofd:Page ID="2" BaseLoc="/Doc_0/Pages/Page_1/Content.xml"/></ofd:Pages>'
    )
    (tmp_path / "a.ofd").write_bytes(packed(files))
    assert extractor.extract(tmp_path / "a.ofd", MediaType.OFD) == Extract(
        ("营业执照\n名称\n云溪县䶮记餐饮店\n欧阳𠮷 & 司马", "一行"), 2, TextStatus.TEXT, "zipfile"
    )
    assert extractor.render(tmp_path / "a.ofd", MediaType.OFD) is None


def test_a_page_without_text_says_so(extractor, tmp_path):
    (tmp_path / "a.ofd").write_bytes(ofd())
    assert extractor.extract(tmp_path / "a.ofd", MediaType.OFD).text_status is TextStatus.NO_TEXT_LAYER


@pytest.mark.parametrize(
    ("body", "licence"),
    [
        (ofd("营业执照", licence=LICENCE), LICENCE),
        (ofd("营业执照", f"电子证照标识：{LICENCE}"), LICENCE),
        (ofd("营业执照", f"{LICENCE}.9"), ""),
        (ofd("营业执照", "1.2.156.3005.2"), ""),
        (ofd("营业执照"), ""),
    ],
)
def test_the_identifier_is_read_from_the_data_or_from_the_page(look, body, licence):
    assert look(body) == Inspection(True, 1, licence=licence)


def hostile() -> dict[str, bytes]:
    whole = parts("营业执照")
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
    root = whole["OFD.xml"]
    document = whole["Doc_0/Document.xml"]
    return {
        "dtd": packed({**whole, "OFD.xml": bomb + root}),
        "dtd in utf-16": packed({**whole, "OFD.xml": f'<?xml version="1.0" encoding="utf-16"?>{bomb}{root}'.encode("utf-16")}),
        "bomb": packed({**whole, "Doc_0/Res/big.bin": bytes(40 << 20)}),
        "part leads out": packed({**whole, "../../etc/cron.d/x": "x"}),
        "page leads out": packed({**whole, "Doc_0/Document.xml": document.replace("Pages/Page_0", "../../../etc")}),
        "no page": packed({**whole, "Doc_0/Document.xml": document.replace("Pages/Page_0", "Pages/Page_7")}),
        "no document": packed({**whole, "OFD.xml": root.replace("Doc_0/Document.xml", "Doc_9/Document.xml")}),
        "no parts": packed({"word/document.xml": "<w/>"}),
        "not well formed": packed({**whole, "OFD.xml": root[:-9]}),
        "cut off": ofd("营业执照")[:300],
    }  # fmt: skip


@pytest.mark.parametrize("name", sorted(hostile()))
def test_nothing_hostile_comes_in(look, name):
    found = look(hostile()[name])
    assert (found.ok, found.findings, found.pages) == (False, (BROKEN,), 0)
