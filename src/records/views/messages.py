"""What a finding says (提示语): the sentences for every code, in Chinese and English, from ``messages.csv``.

A sentence says what is the matter and what was kept; the cure beside it says what to do next.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from records.domain.findings import Finding
from records.i18n import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyramid.request import Request


@dataclass(frozen=True, slots=True)
class Wording:
    """One code in one language: what is the matter, and what to do about it (may be empty)."""

    reason: str
    cure: str


#: Names of fields that a finding gives as its ``part``, in the words of the form.
PARTS = {
    "number": ("the number on the paper", "材料上的编号"),
    "issuer": ("the issuer", "出具机关"),
    "issued_on": ("the day of issue", "出具日期"),
}


#: Why a birth date cannot be true.
WHY = {
    "no-such-day": ("there is no such day", "没有这一天"),
    "future": ("it lies in the future", "在今天以后"),
    "too-old": ("more than 130 years ago", "距今超过130年"),
}

#: What a file looks like whose content is not what its name says.
LOOKS = {
    "application/pdf": ("a PDF", "PDF"),
    "image/jpeg": ("a JPEG picture", "JPEG图片"),
    "image/png": ("a PNG picture", "PNG图片"),
    "text/plain": ("plain text", "纯文本"),
    "application/ofd": ("an OFD", "OFD"),
    "program": ("a program", "可执行程序"),
    "archive": ("an archive or a Word or Excel file", "压缩包或者Word、Excel文档"),
    "office": ("an old Word or Excel file", "旧版Word、Excel文档"),
    "picture": ("a picture of another kind", "其他格式的图片"),
    "unknown": ("nothing we know", "无法识别的内容"),
}


#: What of a file or machine differs, in words.
ATTRIBUTES = {
    "name": ("the name", "文件名"),
    "size": ("the size", "字节数"),
    "format": ("the format", "格式"),
    "pages": ("the number of pages", "页数"),
    "system": ("the system", "操作系统"),
    "python": ("the version of Python", "Python版本"),
    "database": ("the database", "数据库"),
    "digests": ("the library of digests", "摘要算法库"),
}

#: Entries of the audit log about an item, in words.
EVENTS = {
    "archive.arrange": ("arranged", "整理归档"),
    "archive.register": ("registered", "登记编目"),
    "archive.import": ("imported", "导入"),
    "archive.step.register": ("registered", "登记编目"),
    "archive.step.store": ("stored", "存储"),
}

#: Why an imported item cannot be taken out again, in words.
IN_USE = {
    "state": ("it was returned, transferred or destroyed", "已经退回、移交或者销毁"),
    "hold": ("it is under a legal hold", "正在暂缓处置"),
    "box": ("it lies in a box or a volume", "已经装盒或者组卷"),
    "relation": ("another item belongs to it", "有关联的归档件"),
    "list": ("it stands on a list of appraisal", "列在鉴定处置单上"),
    "use": ("somebody asked to use it", "已经有利用登记"),
    "management": ("something was done with it since", "入库以后办理过其他管理事项"),
}


@cache
def table() -> Mapping[tuple[str, str], Wording]:
    """Return every wording by code and language (``zh_Hans``, ``en``)."""
    found = {}
    with files("records.views").joinpath("messages.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream, strict=True):
            found[row["code"], "en"] = Wording(row["english"], row["english_cure"])
            found[row["code"], "zh_Hans"] = Wording(row["chinese"], row["chinese_cure"])
    return found


#: Parameters that are codes, with their words.
WORDS = (
    ("part", PARTS),
    ("content", LOOKS),
    ("reason", WHY),
    ("why", IN_USE),
    ("attribute", ATTRIBUTES),
    ("environment", ATTRIBUTES),
    ("event", EVENTS),
    ("before", EVENTS),
)


class _Params(dict):
    """The parameters of a sentence; one that a finding does not bring is left as a dash."""

    def __missing__(self, key: str) -> str:
        return "—"


def reason_in(language: str, found: Finding) -> str:
    """Return what is the matter; a code without a wording shows itself."""
    return _filled(language, found, "reason") or found.code


def cure_in(language: str, found: Finding) -> str:
    """Return what to do about it, an empty text where nothing has to be done."""
    return _filled(language, found, "cure")


def sentence_in(language: str, found: Finding) -> str:
    """Return reason and cure as one text in a language."""
    space = "" if language == DEFAULT else " "
    return space.join(part for part in (reason_in(language, found), cure_in(language, found)) if part)


def sentence(request: Request, found: Finding) -> str:
    """Return reason and cure in the language of the request."""
    return sentence_in(request.localizer.locale_name, found)


def explain(request: Request, code: str, params: Mapping[str, object]) -> str:
    """Return the sentence of a code that is no finding, such as why a line stands as it does."""
    return sentence(request, Finding(code, params=params))


def _filled(language: str, found: Finding, part: str) -> str:
    wording = table().get((found.code, language))
    text = getattr(wording, part) if wording else ""
    if not text:
        return ""
    params = _Params({"subject": found.subject, **found.params})
    for name, words in WORDS:
        if params.get(name) in words:
            params[name] = words[params[name]][language == DEFAULT]
    if "reasons" in params:
        codes = str(params["reasons"]).split("、")
        params["reasons"] = "；".join(reason_in(language, Finding(code)) for code in codes)
    return text.format_map(params)
