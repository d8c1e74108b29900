"""The descriptions inside an archive package (归档信息包): what the item is, which files, what happened, what was checked.

Plain XML with Chinese element names, laid out after the metadata groups of the archives standards for service cases
(designed after them, not certified), so that an archivist can read a package with any text editor. Elements that
must be there say 无 when there is nothing to say; others are left out when empty. Equal facts give equal bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from operator import itemgetter
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape

NOTHING = "无"
PREFIXES = {
    "http://www.loc.gov/premis/v3": "premis",
    "http://www.w3.org/2001/XMLSchema-instance": "xsi",
    "http://relaxng.org/ns/structure/1.0": "rng",
}
"""Name spaces that a description may use, each with its usual prefix."""
ATTRIBUTE = {'"': "&quot;", "\r": "&#13;", "\n": "&#10;", "\t": "&#09;"}
UNPRINTABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
Facts = Mapping[str, Any]
Field = tuple[str, str, bool]

BASICS: tuple[tuple[str, str, tuple[Field, ...]], ...] = (
    (
        "item",
        "事项",
        (
            ("catalogue_code", "基本编码", True),
            ("task_code", "实施编码", False),
            ("handling_code", "业务办理项编码", False),
            ("name", "事项名称", True),
            ("type", "事项类型", True),
            ("version", "事项版本", True),
            ("organ", "实施主体", True),
            ("organ_code", "实施主体代码", False),
            ("level", "行使层级", False),
            ("region", "区划代码", False),
        ),
    ),
    (
        "case",
        "办件",
        (
            ("number", "办件编号", True),
            ("applied_at", "申请时间", True),
            ("received_at", "收件时间", True),
            ("accepted_at", "受理时间", True),
            ("promised_due", "承诺办结日", False),
            ("statutory_due", "法定办结日", False),
            ("closed_at", "实际办结时间", True),
            ("kind", "办件类型", True),
            ("channel", "办理方式", False),
            ("window", "受理窗口", False),
            ("receiver", "受理人员", True),
            ("decider", "审批人", True),
            ("chief", "首席代表", False),
            ("outcome", "办理结果", True),
            ("stops", "特别程序", False),
            ("extensions", "延期次数", False),
        ),
    ),
    (
        "applicant",
        "申请人",
        (
            ("kind", "申请人类型", True),
            ("name", "名称", True),
            ("id_kind", "证件类型", True),
            ("id_number", "证件号码", True),
            ("contact", "联系人", False),
            ("agent", "代理人", False),
            ("agency", "代理权限", False),
        ),
    ),
    (
        "result",
        "结果",
        (
            ("kind", "结果类型", False),
            ("name", "结果名称", False),
            ("number", "结果编号", False),
            ("licence_id", "电子证照标识", False),
            ("valid_from", "生效日", False),
            ("valid_until", "有效期至", False),
        ),
    ),
    (
        "record",
        "归档",
        (
            ("code", "档号", True),
            ("fonds", "全宗号", True),
            ("creating_unit", "立档单位", True),
            ("category", "门类代码", True),
            ("year", "年度", True),
            ("retention", "保管期限", True),
            ("retention_from", "保管起算日", True),
            ("security", "密级", True),
            ("opening", "开放状态", True),
            ("archived_at", "归档时间", True),
            ("archived_by", "归档人", True),
            ("count", "件数", True),
            ("pages", "页数", True),
            ("relations", "关联归档件", False),
            ("algorithms", "包摘要算法", True),
            ("checked", "检测结果", True),
        ),
    ),
)
DOCUMENT: tuple[Field, ...] = (
    ("title", "题名", True),
    ("stage", "阶段", True),
    ("class", "材料类别", True),
    ("guide_line", "指南材料标识", True),
    ("source", "来源", True),
    ("source_case", "来源办件", False),
    ("form", "原件形式", True),
    ("path", "文件名", True),
    ("format", "格式", True),
    ("size", "字节数", True),
    ("algorithm", "摘要算法", True),
    ("digest", "摘要", True),
    ("sm3", "摘要SM3", True),
    ("pages", "页数", False),
    ("signature", "签名状态", False),
    ("scan", "扫描参数", False),
)
EVENT: tuple[Field, ...] = (
    ("state", "业务状态", True),
    ("action", "业务行为", True),
    ("at", "行为时间", True),
    ("actor", "机构人员", True),
    ("role", "职责", False),
    ("window", "窗口", False),
    ("basis", "行为依据", False),
    ("description", "行为描述", False),
)
CHECK: tuple[Field, ...] = (
    ("id", "编号", True),
    ("name", "检测项目", True),
    ("result", "结果", True),
    ("evidence", "依据数据", True),
    ("dimension", "性质", False),
    ("rule", "依据", False),
    ("input", "输入摘要", False),
    ("blocking", "一票否决", False),
    ("weight", "权重", False),
    ("findings", "问题", False),
    ("faults", "问题数据", False),
    ("looked", "人工检测", False),
    ("note", "备注", False),
)
REPORT = (("checked_at", "检测时间"), ("phase", "检测环节"), ("result", "检测结果"), ("tool", "检测程序"))
README = """归档信息包说明

本文件夹是一个归档信息包，档号 {code}，由{organisation}于{made_on}形成。
它可以离开形成它的系统单独阅读和检查。

内容
  data/基本信息.xml      事项、办件、申请人、结果和归档信息
  data/文件目录.xml      每份文件的顺序号、题名、阶段、来源、文件名、格式、字节数和摘要
  data/过程信息.xml      办理过程：什么人、什么时间、做了什么、依据什么
  data/检测报告.xml      归档前的检测项目和结果
  data/元数据说明.txt    各描述文件中元素的含义
  data/元数据/顺序号.xml 每份文件各自的元数据，元素带有 DA/T 46 的编号
  data/premis.xml        文件、事件、责任者和权利，按 PREMIS 3 的元素写成，供长期保存系统读取
  data/模式/归档信息包.rng  各描述文件的结构（RELAX NG），可用任何 RELAX NG 工具检查
  data/校验程序/verify_package.py   检查本信息包的程序，只需要 Python 3，不需要其他软件
  data/01申请 等文件夹   文件本身，按办理阶段和顺序排列
  bagit.txt、bag-info.txt、manifest-*.txt、tagmanifest-sha256.txt
                         按 BagIt 1.0（RFC 8493）写成的说明和摘要清单

检查方法
  python3 -I data/校验程序/verify_package.py .
  要确认整个信息包与登记的一致，在后面加上 --digest 和登记簿中的包摘要。
  manifest-sha256.txt 中的摘要也可以用 sha256sum -c 核对。

包摘要是冻结清单（档号、bag-info.txt 的各行、全部文件的路径、摘要和字节数）的 SHA-256，记在系统的登记簿中，
不写在信息包里面。

This folder is an archive package. It explains and checks itself: run the program named above with Python 3.
"""


def describe(facts: Facts) -> tuple[tuple[str, bytes], ...]:
    """Return the description files of a package as (path below ``data``, bytes); shapes as in ``packages.plan``."""
    documents = facts["documents"]
    code = facts["code"]
    record = {
        "pages": sum(int(document.get("pages") or 0) for document in documents) or "",
        "algorithms": "SHA-256",
        "checked": facts.get("report", {}).get("result"),
        **facts["record"],
    }
    groups = {**facts, "record": {**record, "code": code, "count": len(documents)}}
    basics = ElementTree.Element("基本信息", 版本="1")
    for key, name, fields in BASICS:
        _write(ElementTree.SubElement(basics, name), groups.get(key, {}), fields)
    listed = [{**document, "algorithm": "SHA-256"} for document in documents]
    report = facts.get("report", {})
    return (
        ("基本信息.xml", as_bytes(basics)),
        ("文件目录.xml", as_bytes(_list("文件目录", "文件", code, (), listed, DOCUMENT))),
        ("过程信息.xml", as_bytes(_list("过程信息", "业务实体", code, (), facts.get("events", ()), EVENT))),
        ("检测报告.xml", report_file(code, report)),
        ("元数据说明.txt", _meanings().encode()),
        (
            "说明.txt",
            README.format(**{name: facts[name] for name in ("code", "organisation", "made_on")}).encode(),
        ),
    )


def report_file(code: str, report: Facts) -> bytes:
    """Return the report of the checks (检测报告) as XML; ``report`` as in ``packages.plan``, with ``tool``."""
    heads = [(label, report.get(key)) for key, label in REPORT]
    return as_bytes(_list("检测报告", "检测", code, heads, report.get("checks", ()), CHECK))


def _list(
    root: str,
    name: str,
    code: str,
    heads: Iterable[tuple[str, Any]],
    rows: Iterable[Facts],
    fields: tuple[Field, ...],
) -> ElementTree.Element:
    """Return a list of numbered entries under the archival code."""
    tree = ElementTree.Element(root, 版本="1")
    for label, value in (("档号", code), *heads):
        ElementTree.SubElement(tree, label).text = as_text(value) or NOTHING
    for number, row in enumerate(rows, 1):
        entry = ElementTree.SubElement(tree, name)
        ElementTree.SubElement(entry, "顺序号").text = str(number)
        _write(entry, row, fields)
    return tree


def _write(parent: ElementTree.Element, values: Facts, fields: tuple[Field, ...]) -> None:
    for key, element, mandatory in fields:
        text = as_text(values.get(key))
        if text or mandatory:
            ElementTree.SubElement(parent, element).text = text or NOTHING


def as_text(value: object) -> str:
    """Return a value as the text of an element: no sign that XML forbids, nothing around it."""
    return "" if value is None else UNPRINTABLE.sub("\ufffd", str(value)).strip()


def as_bytes(tree: ElementTree.Element) -> bytes:
    """Return a description as indented XML in UTF-8; equal trees give equal bytes.

    An element has children or a text, never both. Written here because an item has some twenty descriptions, and the
    library's own way, which must be ready for every tree, takes nearly twice as long.
    """
    lines: list[str] = []
    spaces: dict[str, str] = {}
    _lay_out(tree, "\n", lines, spaces)
    declared = "".join(
        f' xmlns:{prefix}="{uri}"' for uri, prefix in sorted(spaces.items(), key=itemgetter(1))
    )
    at = next(place for place, sign in enumerate(lines[0]) if sign in " >")
    lines[0] = f"{lines[0][:at]}{declared}{lines[0][at:]}"
    return "".join(("<?xml version='1.0' encoding='utf-8'?>", *lines, "\n")).encode()


def _lay_out(element: ElementTree.Element, indent: str, lines: list[str], spaces: dict[str, str]) -> None:
    tag, text = element.tag, element.text
    if tag[0] == "{":
        tag = _named(tag, spaces)
    start = f"{indent}<{tag}"
    for key, value in element.items():
        name = _named(key, spaces) if key[0] == "{" else key
        start += f' {name}="{value if value.isalnum() else escape(value, ATTRIBUTE)}"'
    if len(element):
        lines.append(f"{start}>")
        for child in element:
            _lay_out(child, f"{indent}  ", lines, spaces)
        lines.append(f"{indent}</{tag}>")
    elif text:
        if "&" in text or "<" in text or ">" in text:
            text = escape(text)
        lines.append(f"{start}>{text}</{tag}>")
    else:
        lines.append(f"{start} />")


def _named(name: str, spaces: dict[str, str]) -> str:
    """Return a name with its name space as it is written, and note the name space."""
    uri, _, local = name[1:].partition("}")
    spaces[uri] = PREFIXES[uri]
    return f"{PREFIXES[uri]}:{local}"


@cache
def _meanings() -> str:
    """Return the list of elements, generated from the same tables that write them."""
    lines = [
        "元数据说明",
        "",
        "带*的元素必有；没有内容时写“无”。日期写作 YYYY-MM-DD，时间写作 ISO 8601。",
        "",
    ]
    groups = [(f"基本信息.xml / {name}", fields) for _, name, fields in BASICS]
    groups += [
        ("文件目录.xml / 文件", DOCUMENT),
        ("过程信息.xml / 业务实体", EVENT),
        ("检测报告.xml / 检测", CHECK),
    ]
    for heading, fields in groups:
        lines.append(heading)
        lines += [f"  {element}{'*' if mandatory else ''}" for _, element, mandatory in fields]
        lines.append("")
    return "\n".join(lines)
