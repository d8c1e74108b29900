"""An EEP that came from elsewhere (外来电子文件封装包): read once, front to back, its contents straight to the disk.

Elements that DA/T 48 does not have are reported and not read; a document type or an entity ends the reading where it
stands. Nothing of a content is ever held in memory.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from records.domain.findings import Finding, Refused, Severity

from . import safe_xml
from .descriptions import NOTHING
from .verify_package import unsafe

LONGEST_TEXT = 1 << 20
MOST_DOCUMENTS = 100_000
MOST_UNKNOWN = 50
DIGEST = re.compile(r"SHA-256\s+([0-9a-f]{64})")

KNOWN = frozenset(
    [
        "电子文件封装包",
        "封装包格式描述",
        "版本",
        "被签名对象",
        "封装包类型",
        "封装包类型描述",
        "封装包创建时间",
        "封装包创建单位",
        "封装内容",
        "修改封装内容",
        "文件实体块",
        "文件实体",
        "聚合层次",
        "来源",
        "档案馆名称",
        "档案馆代码",
        "全宗名称",
        "立档单位名称",
        "电子文件号",
        "档号",
        "全宗号",
        "目录号",
        "年度",
        "保管期限",
        "机构或问题",
        "类别号",
        "室编案卷号",
        "馆编案卷号",
        "室编件号",
        "馆编件号",
        "文档序号",
        "页号",
        "内容描述",
        "题名",
        "并列题名",
        "副题名",
        "说明题名文字",
        "主题词",
        "关键词",
        "人名",
        "摘要",
        "分类号",
        "文件编号",
        "责任者",
        "日期",
        "文种",
        "紧急程度",
        "主送",
        "抄送",
        "密级",
        "保密期限",
        "形式特征",
        "文件组合类型",
        "件数",
        "页数",
        "语种",
        "稿本",
        "存储位置",
        "当前位置",
        "脱机载体编号",
        "脱机载体存址",
        "缩微号",
        "权限管理",
        "知识产权说明",
        "授权",
        "授权对象",
        "授权行为",
        "控制标识",
        "信息系统描述",
        "附注",
        "文件数据",
        "文档",
        "文档标识符",
        "文档主从声明",
        "文档数据",
        "编码",
        "电子属性",
        "格式信息",
        "计算机文件名",
        "计算机文件大小",
        "文档创建程序",
        "数字化属性",
        "数字化对象形态",
        "扫描分辨率",
        "扫描色彩模式",
        "图像压缩方案",
        "编码描述",
        "反编码关键字",
        "编码数据",
        "文件实体关系",
        "文件标识符",
        "被关联文件标识符",
        "关系类型",
        "关系",
        "关系描述",
        "业务实体块",
        "业务实体",
        "业务标识符",
        "机构人员标识符",
        "业务状态",
        "业务行为",
        "行为时间",
        "行为依据",
        "行为描述",
        "机构人员实体块",
        "机构人员实体",
        "机构人员类型",
        "机构人员名称",
        "组织机构代码",
        "个人职位",
        "机构人员实体关系",
        "电子签名块",
        "电子签名",
        "签名标识符",
        "签名规则",
        "签名时间",
        "签名人",
        "签名结果",
        "证书块",
        "证书",
        "证书引证",
        "签名算法标识",
        "签名",
        "锁定签名",
    ]
)


@dataclass(frozen=True, slots=True)
class EepDocument:
    """One document of an EEP: what is said of it, and the file that its content was written to, with digest and size."""

    facts: Mapping[str, str]
    file: Path
    digest: str
    size: int


@dataclass(frozen=True, slots=True)
class EepPackage:
    """What an EEP holds: facts of the item under the names of the standard, documents, steps, and what was not known."""

    facts: Mapping[str, str]
    documents: tuple[EepDocument, ...]
    steps: tuple[Mapping[str, str], ...]
    findings: tuple[Finding, ...] = ()


@dataclass(slots=True)
class _Reading:
    """One reading: the path of elements from the root, their texts, and the content that is being written."""

    folder: Path
    path: list[str] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    length: int = 0
    facts: dict[str, str] = field(default_factory=dict)
    document: dict[str, str] = field(default_factory=dict)
    documents: list[EepDocument] = field(default_factory=list)
    step: dict[str, str] = field(default_factory=dict)
    steps: list[dict[str, str]] = field(default_factory=list)
    people: dict[str, str] = field(default_factory=dict)
    unknown: dict[str, None] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    content: BinaryIO | None = None
    hash: object = None
    size: int = 0
    rest: str = ""

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        self.path.append(name)
        self.text, self.length = [], 0
        if name not in KNOWN and len(self.unknown) < MOST_UNKNOWN:
            self.unknown["/".join(self.path)] = None
        if len(self.path) == 1 and name != "电子文件封装包":
            raise safe_xml.BadXML("eep.not-an-eep")
        match name:
            case "文档":
                self.document = {}
            case "业务实体" | "机构人员实体":
                self.step = {}
            case "编码数据":
                if self.content is not None or len(self.documents) >= MOST_DOCUMENTS:
                    raise safe_xml.BadXML("xml.broken")
                self.content = (self.folder / f"{len(self.documents)}").open("xb")
                self.hash, self.size, self.rest = hashlib.sha256(), 0, ""

    def data(self, text: str) -> None:
        if self.content is not None:
            self.write(text)
        elif (length := self.length + len(text)) <= LONGEST_TEXT:
            self.text.append(text)
            self.length = length
        else:
            raise safe_xml.BadXML("xml.broken")

    def write(self, text: str, *, last: bool = False) -> None:
        """Decode what has come of a content, as far as whole groups of four reach."""
        held = self.rest + "".join(text.split())
        cut = len(held) if last else len(held) // 4 * 4
        if not last and held[:cut].find("=") >= 0:
            cut = held.find("=") // 4 * 4
        try:
            chunk = base64.b64decode(held[:cut], validate=True)
        except (binascii.Error, ValueError):
            raise safe_xml.BadXML("eep.bad-base64") from None
        self.rest = held[cut:]
        if len(self.rest) > 8:
            raise safe_xml.BadXML("eep.bad-base64")
        self.content.write(chunk)
        self.hash.update(chunk)
        self.size += len(chunk)

    def end(self, name: str) -> None:
        name = name.rpartition(":")[2]
        if name == "编码数据":
            self.write("", last=True)
            self.content.close()
            self.finish()
            self.content = None
        else:
            text = "".join(self.text).strip()
            self.keep(name, "" if text == NOTHING else text)
        self.path.pop()
        self.text, self.length = [], 0

    def finish(self) -> None:
        """Enter a document whose content is complete, and compare it with what was said of it."""
        name = self.document.get("计算机文件名", "")
        size, said = self.document.get("计算机文件大小", ""), DIGEST.search(self.document.get("编码描述", ""))
        digest = self.hash.hexdigest()
        if size.isdecimal() and int(size) != self.size:
            self.found("eep.size-differs", name, recorded=size, found=self.size)
        if said and said[1] != digest:
            self.found("eep.digest-differs", name, recorded=said[1], found=digest)
        if not name or unsafe(name) or "/" in name:
            self.found("eep.unsafe-name", name)
        self.documents.append(EepDocument(dict(self.document), Path(self.content.name), digest, self.size))

    def keep(self, name: str, text: str) -> None:
        if any(each not in KNOWN for each in self.path):
            return
        if not text:
            if name == "业务实体":
                self.steps.append(self.step)
            elif name == "机构人员实体":
                self.people[self.step.get("机构人员标识符", "")] = self.step.get("机构人员名称", "")
            return
        if "文档" in self.path:
            self.document.setdefault(name, text)
        elif "业务实体" in self.path or "机构人员实体" in self.path:
            self.step.setdefault(name, text)
        elif name in KNOWN:
            self.facts.setdefault(name, text)

    def found(self, code: str, subject: str, **params: str | int) -> None:
        self.findings.append(Finding(code, subject=subject[:200], params=params))


def read_eep(stream: BinaryIO, folder: Path) -> EepPackage | Refused:
    """Read an EEP, its contents into files of an empty folder; refused with everything that speaks against it.

    Findings: ``xml.broken``, ``xml.forbidden``, ``xml.too-deep``, ``eep.not-an-eep``, ``eep.bad-base64``,
    ``eep.size-differs``, ``eep.digest-differs``, ``eep.unsafe-name``, ``eep.no-documents``, ``eep.missing``;
    ``eep.unknown-element`` only warns.
    """
    reading = _Reading(folder)
    parser = safe_xml.guarded(reading.start, reading.end, reading.data)
    try:
        safe_xml.feed(parser, safe_xml.pieces(stream))
    except safe_xml.BadXML as bad:
        return Refused((*reading.findings, Finding(bad.code, subject="eep")))
    finally:
        if reading.content is not None:
            reading.content.close()
    missing = [name for name in ("题名", "立档单位名称", "年度", "保管期限") if not reading.facts.get(name)]
    reading.findings += [Finding("eep.missing", subject=name) for name in missing]
    if not reading.documents:
        reading.found("eep.no-documents", "eep")
    if reading.findings:
        return Refused(tuple(reading.findings))
    unknown = tuple(Finding("eep.unknown-element", Severity.WARNS, subject=path) for path in reading.unknown)
    steps = tuple(
        {**step, "机构人员名称": reading.people.get(step.get("机构人员标识符", ""), "")}
        for step in reading.steps
    )
    return EepPackage(reading.facts, tuple(reading.documents), steps, unknown)
