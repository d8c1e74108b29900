import io
import os
import signal
import threading
import zlib
from pathlib import Path

import pytest
from fpdf import FPDF
from PIL import Image

from records.domain.findings import Finding, Severity
from records.extraction.types import Extract, Inspection, MediaType, TextStatus
from records.extraction.worker import Broke, Child, Extractor, unshare_available


def pdf(objects: dict[int, bytes], root: int = 1) -> bytes:
    """Return a PDF of numbered objects with a right cross-reference table."""
    out = bytearray(b"%PDF-1.7\n")
    places = {}
    for number, body in objects.items():
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start, size = len(out), max(objects) + 1
    out += b"xref\n0 %d\n0000000000 65535 f \n" % size
    out += b"".join(b"%010d 00000 n \n" % places.get(number, 0) for number in range(1, size))
    return bytes(out + b"trailer\n<</Size %d/Root %d 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (size, root, start))


def stream(content: bytes, extra: bytes = b"", filters: int = 1) -> bytes:
    """Return a stream object, compressed so many times over."""
    for _ in range(filters):
        content = zlib.compress(content, 9)
    names = b"/Filter[%s]" % (b"/FlateDecode" * filters) if filters else b""
    return b"<</Length %d%s%s>>stream\n%s\nendstream" % (len(content), names, extra, content)


def page(
    content: bytes, resources: bytes = b"", more: dict[int, bytes] | None = None, box: bytes = b"0 0 595 842"
) -> bytes:
    """Return a PDF of one page with a content stream object, as object 4, and a Helvetica as F1."""
    return pdf({
        1: b"<</Type/Catalog/Pages 2 0 R>>",
        2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        3: b"<</Type/Page/Parent 2 0 R/MediaBox[%s]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>%s>>>>" % (box, resources),
        4: content,
        5: b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        **(more or {}),
    })  # fmt: skip


def good(text: str = "Hello 2024") -> bytes:
    return page(stream(b"BT /F1 20 Tf 50 700 Td (%s) Tj ET" % text.encode()))


def form(content: bytes, number: int) -> dict[int, bytes]:
    own = b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X %d 0 R>>>>" % number
    return {number: stream(content, own)}


def zeros(size: int, level: int = 1) -> bytes:
    """Return `size` zero bytes compressed, without ever holding them."""
    squeeze = zlib.compressobj(level)
    piece = bytes(1 << 20)
    return b"".join([*(squeeze.compress(piece) for _ in range(size >> 20)), squeeze.flush()])


def nested_flate() -> bytes:
    """A gigabyte inside a few kilobytes."""
    inner = zlib.compress(zeros(1 << 30), 9)
    return page(b"<</Length %d/Filter[/FlateDecode/FlateDecode]>>stream\n%s\nendstream" % (len(inner), inner))


def self_reference() -> bytes:
    return page(stream(b"/X Do"), b"/XObject<</X 6 0 R>>", form(b"/X Do " * 20, 6))


def many_operators() -> bytes:
    return page(stream(b"BT /F1 9 Tf " + b"(a) Tj 1 0 Td " * 2_000_000 + b"ET"))


def nested_forms() -> bytes:
    more = {}
    for number in range(6, 36):
        own = b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X %d 0 R>>>>" % (number + 1)
        more[number] = stream(b"/X Do /X Do", own)
    more[36] = stream(b"0 0 m", b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]")
    return page(stream(b"/X Do"), b"/XObject<</X 6 0 R>>", more)


def page_loop() -> bytes:
    return pdf({1: b"<</Type/Catalog/Pages 2 0 R>>", 2: b"<</Type/Pages/Kids[2 0 R]/Count 1000000000>>"})


def nested_arrays() -> bytes:
    return page(stream(b"[" * 200_000 + b"]" * 200_000))


def huge_box() -> bytes:
    return page(stream(b"0 0 m"), box=b"0 0 2000000 2000000")


BOMBS = {
    maker.__name__: maker
    for maker in (
        nested_flate,
        self_reference,
        many_operators,
        nested_forms,
        page_loop,
        nested_arrays,
        huge_box,
    )
}


def locked(**passwords):
    paper = FPDF()
    paper.set_encryption(owner_password="owner", **passwords)
    paper.add_page()
    paper.set_font("helvetica")
    paper.cell(text="locked")
    return bytes(paper.output())


def lined():
    paper = FPDF()
    paper.add_page()
    paper.set_font("helvetica")
    with paper.table() as table:
        for cells in (("No", "Name"), ("1", "ID card"), ("2", "Permit")):
            table.row(cells)
    return bytes(paper.output())


def picture(kind, size=(300, 200)):
    stream = io.BytesIO()
    Image.new("RGB", size, "white").save(stream, kind)
    return stream.getvalue()


def size_of(png):
    return Image.open(io.BytesIO(png)).size


def test_text_pages_and_preview_of_a_good_paper(extractor, write):
    path = write("好.pdf", good())
    assert extractor.inspect(path, MediaType.PDF) == Inspection(ok=True, pages=1)
    found = extractor.extract(path, MediaType.PDF)
    assert (found.pages, found.page_count, found.text_status, found.findings) == (
        ("Hello 2024",),
        1,
        "text",
        (),
    )
    assert found.tool.startswith("pypdfium2 ")
    assert size_of(extractor.render(path, MediaType.PDF, width=200)) == (200, 284)
    assert extractor.render(path, MediaType.PDF, 2) is None


def test_tables_come_as_rows_of_cells(extractor, write):
    path = write("表.pdf", lined())
    assert extractor.tables(path) == ((("No", "Name"), ("1", "ID card"), ("2", "Permit")),)
    assert extractor.tables(path, 9) == ()


@pytest.mark.parametrize(
    ("content", "code", "encrypted"),
    [
        (good()[:200], "file.broken", False),
        (b"%PDF-1.7\n" + os.urandom(3000), "file.broken", False),
        (b"%PDF-1.7", "file.broken", False),
        (page_loop(), "file.broken", False),
        (locked(user_password="user"), "file.encrypted", True),
    ],
    ids=["cut", "noise", "bare", "loop", "password"],
)
def test_a_file_of_no_use_is_refused_with_the_reason(extractor, write, content, code, encrypted):
    path = write("x.pdf", content)
    finding = Finding(code, Severity.BLOCKS, "x.pdf")
    assert extractor.inspect(path, MediaType.PDF) == Inspection(
        ok=False, encrypted=encrypted, findings=(finding,)
    )
    assert extractor.extract(path, MediaType.PDF) == Extract(
        (), 0, TextStatus.UNAVAILABLE, findings=(finding,)
    )
    assert extractor.render(path, MediaType.PDF) is None


def test_the_reason_of_one_file_is_not_told_of_the_next(extractor, write):
    told = [
        extractor.inspect(write("x.pdf", content), MediaType.PDF).encrypted
        for content in (locked(user_password="user"), page_loop(), locked(user_password="user"))
    ]
    assert told == [True, False, True]


def test_a_paper_that_only_forbids_printing_is_read_with_a_warning(extractor, write):
    path = write("限.pdf", locked())
    warning = Finding("file.restricted", Severity.WARNS, "限.pdf")
    assert extractor.inspect(path, MediaType.PDF) == Inspection(
        ok=True, pages=1, encrypted=True, findings=(warning,)
    )
    assert extractor.extract(path, MediaType.PDF).pages == ("locked",)


def test_an_empty_paper_has_no_text_layer(extractor, write):
    path = write("空.pdf", page(stream(b"")))
    found = extractor.extract(path, MediaType.PDF)
    assert (found.pages, found.text_status, found.findings) == (("",), "no-text-layer", ())


def test_a_text_layer_that_lost_its_characters_is_not_text(extractor, write):
    code = b"/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <00> <FF> endcodespacerange " \
        b"1 beginbfrange <41> <5A> <E000> endbfrange endcmap end"  # fmt: skip
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 7 0 R>>"
    content = page(stream(b"BT /F1 20 Tf 50 700 Td (ABCDEFGH) Tj ET"), more={5: font, 7: stream(code)})
    found = extractor.extract(write("乱.pdf", content), MediaType.PDF)
    finding = Finding("file.unreadable-text", Severity.WARNS, "乱.pdf", {"reason": "garbage"})
    assert (found.pages, found.page_count, found.text_status, found.findings) == (
        (),
        1,
        "unavailable",
        (finding,),
    )


@pytest.mark.parametrize(("kind", "media_type"), [("JPEG", MediaType.JPEG), ("PNG", MediaType.PNG)])
def test_a_picture_is_one_page_without_text(extractor, write, kind, media_type):
    path = write("照片", picture(kind))
    assert extractor.inspect(path, media_type) == Inspection(ok=True, pages=1)
    found = extractor.extract(path, media_type)
    assert (found.pages, found.page_count, found.text_status) == (("",), 1, "no-text-layer")
    assert size_of(extractor.render(path, media_type, width=150)) == (150, 100)
    broken = write("半张", picture(kind)[:150])
    assert extractor.inspect(broken, media_type).findings == (
        Finding("file.broken", Severity.BLOCKS, "半张"),
    )


def test_a_picture_bomb_is_refused(extractor, write):
    stream = io.BytesIO()
    Image.new("1", (30_000, 30_000)).save(stream, "PNG")
    path = write("弹.png", stream.getvalue())
    assert extractor.inspect(path, MediaType.PNG).ok is False
    assert extractor.render(path, MediaType.PNG) is None


def test_plain_text_is_read_in_either_encoding(extractor, write):
    for encoding in ("utf-8", "utf-8-sig", "gb18030"):
        path = write("说明.txt", "龚䶮的说明，𠮷田".encode(encoding))
        assert extractor.extract(path, MediaType.TEXT) == Extract(
            ("龚䶮的说明，𠮷田",), 1, TextStatus.TEXT, "text"
        )
    assert extractor.render(path, MediaType.TEXT) is None


@pytest.mark.torture
@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_costs_a_child_and_the_next_file_is_read(extractor, write, bomb):
    path = write("弹.pdf", BOMBS[bomb]())
    found = extractor.extract(path, MediaType.PDF)
    assert found.text_status in (TextStatus.UNAVAILABLE, TextStatus.NO_TEXT_LAYER)
    assert "".join(found.pages) == ""
    assert extractor.extract(write("好.pdf", good()), MediaType.PDF).pages == ("Hello 2024",)


def test_a_killed_child_is_said_and_replaced(write):
    extractor = Extractor(wall=2.0, cpu=1)
    path = write("圈.pdf", self_reference())
    finding = Finding("file.unreadable-text", Severity.WARNS, "圈.pdf", {"reason": "time"})
    assert extractor.extract(path, MediaType.PDF) == Extract(
        (), 0, TextStatus.UNAVAILABLE, findings=(finding,)
    )
    assert extractor.extract(write("好.pdf", good()), MediaType.PDF).text_status == "text"
    extractor.close()


def test_a_child_is_replaced_after_its_share_and_ends_with_the_extractor(write):
    extractor = Extractor(files=2)
    path, seen = write("好.pdf", good()), []
    for _ in range(4):
        with extractor._child() as child:
            seen.append(child.pid)
            child.ask({"verb": "inspect", "path": str(path), "media_type": "application/pdf", "cpu": 5}, 5.0)
    assert [seen[0] == seen[1], seen[1] == seen[2], seen[2] == seen[3]] == [True, False, True]
    extractor.inspect(path, MediaType.PDF)
    extractor.close()
    assert not [pid for pid in set(seen) if Path(f"/proc/{pid}").exists()]


def test_many_threads_share_two_children(write):
    extractor = Extractor(workers=2)
    paths = [write(f"{number}.pdf", good(f"Paper {number}")) for number in range(12)]
    found = {}

    def read(path):
        found[path] = extractor.extract(path, MediaType.PDF).pages

    threads = [threading.Thread(target=read, args=(path,)) for path in paths]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    extractor.close()
    assert found == {path: (f"Paper {number}",) for number, path in enumerate(paths)}


def test_a_child_has_no_network_and_its_limits():
    child = Child(512 << 20)
    limits = Path(f"/proc/{child.pid}/limits").read_text()
    rows = {line[:26].strip(): line[26:].split()[0] for line in limits.splitlines()[1:]}
    assert (rows["Max address space"], rows["Max file size"], rows["Max open files"]) == (
        str(512 << 20),
        "0",
        "64",
    )
    if unshare_available():
        assert Path(f"/proc/{child.pid}/ns/net").readlink() != Path("/proc/self/ns/net").readlink()
    os.kill(child.pid, signal.SIGKILL)
    with pytest.raises(Broke, match="crash"):
        child.ask({"verb": "inspect"}, 1.0)
    child.end()
