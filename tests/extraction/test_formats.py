"""Formats are told by content alone, in the limited worker; a claim is compared with what can be seen."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from records.exchange import samples
from records.extraction.types import Format
from records.extraction.worker import Extractor

ROOT = '<ofd:OFD xmlns:ofd="http://www.ofdspec.org/2016" DocType="OFD" Version="1.0"><ofd:DocBody><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>'
DOCUMENT = '<ofd:Document xmlns:ofd="http://www.ofdspec.org/2016"><ofd:Pages><ofd:Page ID="1" BaseLoc="Pages/Page_0/Content.xml"/></ofd:Pages></ofd:Document>'
PAGE = '<ofd:Page xmlns:ofd="http://www.ofdspec.org/2016"/>'
GOOD = {"OFD.xml": ROOT, "Doc_0/Document.xml": DOCUMENT, "Doc_0/Pages/Page_0/Content.xml": PAGE}


@pytest.fixture(scope="module")
def extractor():
    extractor = Extractor()
    yield extractor
    extractor.close()


def ofd(path: Path, parts: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w") as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return path


@pytest.mark.parametrize(
    ("parts", "faults"),
    [
        (GOOD, ()),
        ({**GOOD, "OFD.xml": ROOT.replace("ofdspec.org/2016", "example.org")}, ("ofd-namespace", "ofd-no-document")),
        ({**GOOD, "OFD.xml": "<!DOCTYPE a [<!ENTITY b 'c'>]>" + ROOT}, ("ofd-not-readable",)),
        ({**GOOD, "OFD.xml": "no xml"}, ("ofd-not-readable",)),
        ({"OFD.xml": ROOT}, ("ofd-document-missing",)),
        ({"OFD.xml": ROOT, "Doc_0/Document.xml": DOCUMENT}, ("ofd-page-missing",)),
    ],
)  # fmt: skip
def test_an_ofd_is_one_only_when_its_parts_are_there(extractor, tmp_path, parts, faults):
    found = extractor.identify(ofd(tmp_path / "a.bin", parts))
    assert (found.id, found.faults) == ("GB/T 33190", faults)


def test_the_content_decides_and_not_the_name(extractor, tmp_path):
    pdf = samples.text_pdf("题名", ("内容",))
    contents = {
        "a.txt": pdf,
        "b.pdf": "只有文字\n".encode(),
        "c.pdf": b"\x89PNG\r\n\x1a\n" + bytes(40),
        "d.pdf": bytes(range(256)),
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    found = {name: extractor.identify(tmp_path / name) for name in contents}
    assert {name: each.id for name, each in found.items() if name != "c.pdf"} == {
        "a.txt": "fmt/478", "b.pdf": "x-fmt/111", "d.pdf": "",
    }  # fmt: skip
    assert (found["a.txt"].claim, found["a.txt"].faults) == ("2u", ())


def test_a_claim_that_can_be_seen_to_be_untrue_is_told(extractor, tmp_path):
    pdf = samples.text_pdf("题名", ("内容",))
    (tmp_path / "a.pdf").write_bytes(pdf.replace(b"/OutputIntents", b"/OutputIntentz"))
    found = extractor.identify(tmp_path / "a.pdf")
    assert (found.claim, found.faults) == ("2u", ("pdfa-no-intent",))


def test_a_file_that_breaks_its_reader_has_no_format(extractor, tmp_path):
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7\n" + b"1 0 obj << /Type /Catalog " * 50)
    found = extractor.identify(tmp_path / "a.pdf")
    assert found == Format() or found.claim == ""
    with zipfile.ZipFile(tmp_path / "bomb.ofd", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("OFD.xml", bytes(40 << 20))
    assert extractor.identify(tmp_path / "bomb.ofd").id in ("", "GB/T 33190")
