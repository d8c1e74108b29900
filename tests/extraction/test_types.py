import pytest

from records.domain.findings import Finding, Refused
from records.extraction.types import MediaType, sniff

PNG = b"\x89PNG\r\n\x1a\n\x00\x00"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF"


@pytest.mark.parametrize(
    ("head", "name", "kind"),
    [
        (b"%PDF-1.4\n%\xe2\xe3", "身份证.PDF", MediaType.PDF),
        (b"\xef\xbb\xbf\r\n%PDF-1.7", "a.pdf", MediaType.PDF),
        (JPEG, "扫描件.jpeg", MediaType.JPEG),
        (JPEG, "扫描件.JPG", MediaType.JPEG),
        (PNG, "x.png", MediaType.PNG),
        ("龚䶮，𠮷田".encode(), "说明.txt", MediaType.TEXT),
        ("龚䶮，说明".encode("gb18030"), "说明.txt", MediaType.TEXT),
        ("说明".encode()[:-1], "说明.txt", MediaType.TEXT),
    ],
)
def test_the_content_decides_and_the_name_agrees(head, name, kind):
    assert sniff(head, name) is kind


@pytest.mark.parametrize(
    ("head", "name", "finding"),
    [
        (b"", "a.pdf", Finding("file.empty", subject="a.pdf")),
        (b"MZ\x90\x00", "a.pdf", Finding("file.type-refused", subject="a.pdf", params={"extension": ".pdf"})),
        (
            b"PK\x03\x04",
            "a.docx",
            Finding("file.type-refused", subject="a.docx", params={"extension": ".docx"}),
        ),
        (
            b"<svg onload=x>",
            "a.svg",
            Finding("file.type-refused", subject="a.svg", params={"extension": ".svg"}),
        ),
        (b"%PDF-1.4", "无扩展名", Finding("file.type-refused", subject="无扩展名", params={"extension": ""})),
        (
            JPEG,
            "a.pdf",
            Finding(
                "file.type-mismatch", subject="a.pdf", params={"extension": ".pdf", "content": "image/jpeg"}
            ),
        ),
        (
            b"<html>",
            "a.pdf",
            Finding(
                "file.type-mismatch", subject="a.pdf", params={"extension": ".pdf", "content": "text/plain"}
            ),
        ),
    ],
)
def test_other_files_are_refused_with_the_reason(head, name, finding):
    assert sniff(head, name) == Refused((finding,))
