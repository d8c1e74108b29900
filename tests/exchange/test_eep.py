"""EEP both ways: the contents come back byte for byte, in little memory; what is hostile or wrong ends the reading."""

from __future__ import annotations

import io
import random
import tracemalloc
from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from records.domain.findings import Refused, Severity
from records.exchange import packages
from records.exchange.eep import NAMESPACE, stream_eep
from records.exchange.eep_reading import read_eep
from records.store import ContentStore

from .test_packages import CODE, PAPERS, facts_of

AT = datetime(2026, 12, 1, 2, tzinfo=UTC)


@pytest.fixture
def store(tmp_path):
    return ContentStore(tmp_path / "store", reserve_bytes=0)


def written(store, papers=PAPERS) -> bytes:
    for content in papers.values():
        store.put_bytes(content)
    record = {"fonds": "J210", "year": 2026, "retention": "D30", "creating_unit": "延津县行政审批局"}
    manifest = packages.keep(packages.plan(facts_of(papers, record=record)), store)
    return b"".join(stream_eep(manifest, store, at=AT))


def read(content: bytes, folder):
    folder.mkdir(exist_ok=True)
    return read_eep(io.BytesIO(content), folder)


def codes(result) -> list[str]:
    assert isinstance(result, Refused), result
    return [found.code for found in result.findings]


def test_an_eep_has_the_elements_of_the_standard_and_brings_the_contents_back(store, tmp_path):
    content = written(store)
    tree = ElementTree.fromstring(content)
    assert tree.tag == f"{{{NAMESPACE}}}电子文件封装包"
    package = read(content, tmp_path / "in")
    assert (package.facts["档号"], package.facts["全宗号"], package.findings) == (CODE, "J210", ())
    assert {each.facts["文档标识符"]: each.file.read_bytes() for each in package.documents} == PAPERS
    assert [(step["业务行为"], step["机构人员名称"]) for step in package.steps] == [("受理", "诸葛晓月")]
    assert written(store) == content


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=400), cut=st.integers(1, 200))
def test_any_bytes_come_back_however_their_lines_are_broken(store, tmp_path_factory, content, cut):
    written_as = written(store, {"01申请/01-01-甲.bin": content})
    start = written_as.index(b">", written_as.index("<编码数据 ".encode())) + 1
    end = written_as.index("</编码数据>".encode())
    body = written_as[start:end]
    broken = b"\r\n  ".join(body[at : at + cut] for at in range(0, len(body), cut))
    package = read(written_as[:start] + broken + written_as[end:], tmp_path_factory.mktemp("in"))
    assert [each.file.read_bytes() for each in package.documents] == [content]


def test_memory_does_not_grow_with_the_content(store, tmp_path):
    peaks = []
    for size in (2 << 20, 24 << 20):
        content = random.Random(size).randbytes(size)
        store.put_bytes(content)
        manifest = packages.keep(packages.plan(facts_of({"01申请/01-01-大.bin": content})), store)
        place = tmp_path / f"{size}.eep"
        del content
        tracemalloc.start()
        with place.open("wb") as file:
            for chunk in stream_eep(manifest, store, at=AT):
                file.write(chunk)
        with place.open("rb") as file:
            into = tmp_path / f"in{size}"
            into.mkdir()
            read_eep(file, into)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert (into / "0").stat().st_size == size
    assert max(peaks) < 4 << 20, peaks


HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
BOMB = f'{HEAD}<!DOCTYPE a [<!ENTITY a "哈哈哈哈"><!ENTITY b "&a;&a;&a;&a;">]><电子文件封装包>&b;</电子文件封装包>'
OUTSIDE = f'{HEAD}<!DOCTYPE a SYSTEM "http://example.org/a.dtd"><电子文件封装包/>'
FILE = f'{HEAD}<!DOCTYPE a [<!ENTITY f SYSTEM "file:///etc/passwd">]><电子文件封装包>&f;</电子文件封装包>'
DEEP = HEAD + "<电子文件封装包>" + "<文档>" * 5000


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (BOMB, "xml.forbidden"), (OUTSIDE, "xml.forbidden"), (FILE, "xml.forbidden"), (DEEP, "xml.too-deep"),
        ("<a/>", "eep.not-an-eep"), ("不是 XML", "xml.broken"), ("", "xml.broken"),
        (f"{HEAD}<电子文件封装包><题名>{'长' * 1_200_000}</题名></电子文件封装包>", "xml.broken"),
    ],
)  # fmt: skip
def test_what_is_hostile_or_no_eep_is_refused(tmp_path, text, code):
    assert codes(read(text.encode(), tmp_path / "in")) == [code]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-16-le"])
@pytest.mark.parametrize("text", [BOMB, OUTSIDE, FILE])
def test_another_encoding_hides_no_document_type(tmp_path, text, encoding):
    content = text.replace("UTF-8", "UTF-16").encode(encoding)
    marks = {"utf-16-be": b"\xfe\xff", "utf-16-le": b"\xff\xfe"}
    assert codes(read(marks.get(encoding, b"") + content, tmp_path / "in")) == ["xml.forbidden"]


def test_a_content_that_never_ends_fills_no_memory_and_is_refused(tmp_path):
    """The reading stops where the file stops; what was written of the content lies in a folder that goes."""
    head = f"{HEAD}<电子文件封装包><文件数据><文档><文档数据><编码><编码数据>".encode()
    stream = io.BytesIO(head + b"QUJD" * (6 << 20))
    (tmp_path / "in").mkdir()
    tracemalloc.start()
    assert codes(read_eep(stream, tmp_path / "in")) == ["xml.broken"]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 << 20, peak


def test_what_is_wrong_is_named(store, tmp_path):
    good = written(store).decode()

    def judged(text: str, name: str) -> list[str]:
        return codes(read(text.encode(), tmp_path / name))

    assert judged(good.replace("<计算机文件大小>20<", "<计算机文件大小>21<"), "a") == ["eep.size-differs"]
    first = good.index("编码数据ID=") + good[good.index("编码数据ID=") :].index(">") + 1
    other = "B" if good[first + 4] != "B" else "C"
    assert judged(good[: first + 4] + other + good[first + 5 :], "b") == ["eep.digest-differs"]
    assert judged(good[: first + 4] + "*" + good[first + 5 :], "c") == ["eep.bad-base64"]
    assert "eep.bad-base64" in judged(good[: first + 4] + "====" + good[first + 8 :], "d")
    assert judged(good.replace("<计算机文件名>05-01-", "<计算机文件名>../"), "e") == ["eep.unsafe-name"]
    assert judged(good.replace("立档单位名称", "别的名称"), "f") == ["eep.missing"]


def test_unknown_elements_are_reported_and_not_read(store, tmp_path):
    text = written(store).decode().replace("<聚合层次>", "<私有扩展><题名>假</题名></私有扩展><聚合层次>")
    package = read(text.encode(), tmp_path / "in")
    assert [(found.code, found.severity, found.subject.rpartition("/")[2]) for found in package.findings] == [
        ("eep.unknown-element", Severity.WARNS, "私有扩展")
    ]
    assert package.facts["题名"] != "假"
