"""An item as one file for other archives (电子文件封装包): EEP after DA/T 48-2009, contents inside as base64.

Written and never held: one piece of a content after the other goes out, so that a package of half a gigabyte costs no
more memory than a small one. Designed after the standard, not certified; signatures are left out, digests stand in the
description of each encoding.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from records.clock import CIVIL
from records.domain import arrangement
from records.domain.findings import Refused
from records.rules import code_patterns

from .descriptions import NOTHING, as_text
from .package_contents import Contents, contents_of
from .packages import Manifest, Store

NAMESPACE = "http://www.saac.gov.cn/standards/ERM/encapsulation"
DESCRIPTION = "本EEP根据中华人民共和国档案行业标准DA/T 48-2009《基于XML的电子文件封装规范》生成"
VERSION = "2009"
CHUNK = 3 << 16
"""Bytes encoded at a time; base64 of a multiple of three needs no filling."""
ORIGINAL = "原始型"


def read_contents(manifest: Manifest, store: Store) -> Contents:
    """Return what a frozen package says of itself; raises BadXML."""
    digests = {part.path: part.digest for part in manifest.parts}

    def read(path: str) -> bytes | None:
        digest = digests.get(f"data/{path}")
        if digest is None or not store.has(digest):
            return None
        with store.open(digest) as stream:
            return stream.read()

    return contents_of(read)


def stream_eep(manifest: Manifest, store: Store, *, at: datetime) -> Iterator[bytes]:
    """Yield a frozen package as an EEP (``.eep``), piece by piece; ask ``packages.check_store`` first.

    ``at`` is the time of the encapsulation; equal times give equal bytes. Raises BadXML when the package cannot be read.
    """
    contents = read_contents(manifest, store)
    parts = {part.path: part for part in manifest.parts}
    yield _head(contents, at)
    yield _entity(manifest, contents)
    for number, document in enumerate(contents.documents, 1):
        part = parts[f"data/{document['path']}"]
        yield _document_head(document, number, part.digest, part.sm3, part.size)
        with store.open(part.digest) as stream:
            while chunk := stream.read(CHUNK):
                yield base64.b64encode(chunk)
        yield "</编码数据></编码></文档数据></文档>\n".encode()
    yield "</文件数据></文件实体></文件实体块>\n".encode()
    yield _business(manifest, contents)
    yield "</封装内容></被签名对象></电子文件封装包>\n".encode()


def _head(contents: Contents, at: datetime) -> bytes:
    record = contents.groups["record"]
    lines = (
        '<?xml version="1.0" encoding="UTF-8"?>\n',
        f"<电子文件封装包 xmlns={quoteattr(NAMESPACE)}>",
        _leaf("封装包格式描述", DESCRIPTION),
        _leaf("版本", VERSION),
        f'<被签名对象 eep版本="{VERSION}">',
        _leaf("封装包类型", ORIGINAL),
        _leaf("封装包类型描述", "原始型：首次封装"),
        _leaf("封装包创建时间", at.astimezone(CIVIL).isoformat(timespec="seconds")),
        _leaf("封装包创建单位", record.get("creating_unit")),
        "<封装内容><文件实体块>",
    )
    return "".join(lines).encode()


def _entity(manifest: Manifest, contents: Contents) -> bytes:
    groups = contents.groups
    record, case, item = groups["record"], groups["case"], groups["item"]
    code = arrangement.parse_code(manifest.code, code_patterns())
    known = not isinstance(code, Refused)
    number = f"{code.number:04d}" if known else manifest.code.rpartition("-")[2]
    lines = (
        "<文件实体>",
        _leaf("聚合层次", "件"),
        _block(
            "来源",
            ("全宗名称", dict(manifest.bag_info).get("Source-Organization")),
            ("立档单位名称", record.get("creating_unit")),
        ),
        _leaf("电子文件号", case.get("number") or manifest.code),
        _block(
            "档号",
            ("档号", manifest.code),
            ("全宗号", record.get("fonds")),
            ("年度", record.get("year")),
            ("保管期限", record.get("retention")),
            ("机构或问题", code.series.unit if known else ""),
            ("类别号", record.get("category")),
            ("室编件号", number),
        ),
        _block(
            "内容描述",
            ("题名", contents.title),
            ("人名", groups["applicant"].get("name")),
            ("文件编号", groups["result"].get("number")),
            ("责任者", item.get("organ")),
            ("日期", case.get("closed_at", "")[:10]),
            ("密级", record.get("security")),
        ),
        _block(
            "形式特征",
            ("文件组合类型", "组合文件"),
            ("件数", record.get("count")),
            ("页数", record.get("pages")),
        ),
        _block("存储位置", ("当前位置", manifest.code)),
        _block("权限管理", ("控制标识", record.get("opening"))),
        _leaf("信息系统描述", dict(manifest.bag_info).get("Bag-Software-Agent")),
        _leaf("附注", f"包摘要 SHA-256 {manifest.digest}"),
        "<文件数据>\n",
    )
    return "".join(lines).encode()


def _document_head(document: Mapping[str, Any], number: int, digest: str, sm3: str, size: int) -> bytes:
    name = document["path"].rpartition("/")[2]
    lines = (
        "<文档>",
        _leaf("文档标识符", document["path"]),
        _leaf("文档序号", number),
        _leaf("文档主从声明", "主文档" if document.get("class") == "结果性" else "从文档"),
        _leaf("题名", document.get("title")),
        f'<文档数据 文档数据ID="文档{number}"><编码 编码ID="编码{number}">',
        _block(
            "电子属性",
            ("格式信息", document.get("format")),
            ("计算机文件名", name),
            ("计算机文件大小", size),
        ),
        _leaf("编码描述", f"原始字节经 base64 编码；SHA-256 {digest}；SM3 {sm3}"),
        _leaf("反编码关键字", f"base64-{document.get('format', 'bin')}"),
        f'<编码数据 编码数据ID="数据{number}">',
    )
    return "".join(lines).encode()


def _business(manifest: Manifest, contents: Contents) -> bytes:
    """Return the steps and who took them; each person stands once."""
    people: dict[str, str] = {}
    for step in contents.events:
        people.setdefault(step.get("actor", NOTHING), f"人员{len(people) + 1}")
    lines = ["<业务实体块>"]
    for number, step in enumerate(contents.events, 1):
        lines.append(
            _block(
                "业务实体",
                ("业务标识符", f"业务{number}"),
                ("机构人员标识符", people[step.get("actor", NOTHING)]),
                ("文件标识符", manifest.code),
                ("业务状态", step.get("state")),
                ("业务行为", step.get("action")),
                ("行为时间", step.get("at")),
                *((("行为依据", step["basis"]),) if step.get("basis") else ()),
                *((("行为描述", step["description"]),) if step.get("description") else ()),
            )
        )
    lines.append("</业务实体块><机构人员实体块>")
    lines += [
        _block("机构人员实体", ("机构人员标识符", key), ("机构人员类型", "内部人员"), ("机构人员名称", name))
        for name, key in people.items()
    ]
    lines.append("</机构人员实体块>")
    return "".join(lines).encode()


def _block(name: str, *leaves: tuple[str, object]) -> str:
    return f"<{name}>{''.join(_leaf(leaf, value) for leaf, value in leaves)}</{name}>"


def _leaf(name: str, value: object) -> str:
    return f"<{name}>{escape(as_text(value) or NOTHING)}</{name}>"
