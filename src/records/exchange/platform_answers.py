"""What a platform answers (平台应答): read strictly, or refused as a whole with the part that is wrong.

A licence must be of the very holder, type and call that were asked for. Its holder's number is compared and then dropped.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime

from records.clock import CIVIL
from records.domain.fetching import Absent, Licence, LicenceStatus, PlatformKind, Question, Reply
from records.domain.findings import Finding
from records.domain.identifiers import normalise

LONGEST = 200
MOST_FACTS = 60

_TOP = frozenset({"request", "found", "licence"})
_LICENCE = frozenset(
    {"identifier", "type", "title", "number", "holder", "issuer", "issued_on", "valid_from", "valid_until", "status", "file", "facts"}
)  # fmt: skip
_FILE = frozenset({"sha256", "content"})
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


class _Broken(Exception):
    """The answer is not as agreed at one part, whose value is not repeated."""


def read_answer(raw: bytes, question: Question) -> Reply:
    """Return what a platform said, as a licence, a definite no, or a fault (``platform.*``).

    The form is ``{"request", "found", "licence"}``; the licence has exactly the fields of the manual, days as ISO text, and
    either ``file`` (``sha256`` and base64 ``content``) or ``facts`` (pairs of texts). No value is repeated in a fault.
    """
    try:
        answer = json.loads(raw)
    except (ValueError, RecursionError):
        return Finding("platform.not-json")
    try:
        return _read(answer, question)
    except _Broken as broken:
        return Finding("platform.broken", params={"field": str(broken)})


def _read(answer: object, question: Question) -> Reply:
    answer = _fields(answer, _TOP, "answer")
    if answer["request"] != question.request:
        return Finding("platform.another-request")
    if answer["found"] is False and answer["licence"] is None:
        return Absent()
    if answer["found"] is not True:
        raise _Broken("found")
    said = _fields(answer["licence"], _LICENCE, "licence")
    if _text(said, "type") != question.licence_type:
        return Finding("platform.another-type")
    if normalise(_text(said, "holder")) != normalise(question.holder_number):
        return Finding("platform.another-holder")
    file, facts = _file(said["file"]), _facts(said["facts"])
    if bool(file) == bool(facts):
        raise _Broken("file")
    return Licence(
        identifier=_text(said, "identifier", empty=True),
        licence_type=question.licence_type,
        title=_text(said, "title"),
        document_number=_text(said, "number"),
        issuer=_text(said, "issuer"),
        issued_on=_day(said, "issued_on"),
        valid_from=_day(said, "valid_from", empty=True),
        valid_until=_day(said, "valid_until", empty=True),
        status=_status(said["status"]),
        file=file,
        facts=facts,
    )


def _fields(value: object, names: frozenset[str], part: str) -> Mapping[str, object]:
    if not isinstance(value, dict) or set(value) != names:
        raise _Broken(part)
    return value


def _text(said: Mapping[str, object], part: str, *, empty: bool = False) -> str:
    value = said[part]
    if not isinstance(value, str) or len(value) > LONGEST or _UNPRINTABLE.search(value):
        raise _Broken(part)
    if not value.strip() and not empty:
        raise _Broken(part)
    return value.strip()


def _day(said: Mapping[str, object], part: str, *, empty: bool = False) -> date | None:
    value = said[part]
    if value is None and empty:
        return None
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise _Broken(part)
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise _Broken(part) from None


def _status(value: object) -> LicenceStatus:
    try:
        return LicenceStatus(value)
    except ValueError:
        raise _Broken("status") from None


def _file(value: object) -> bytes:
    """Return the bytes of a file whose digest fits; what was cut or changed on the way is no licence."""
    if value is None:
        return b""
    file = _fields(value, _FILE, "file")
    try:
        content = base64.b64decode(file["content"], validate=True)
    except (TypeError, ValueError, binascii.Error):
        raise _Broken("content") from None
    if not content or hashlib.sha256(content).hexdigest() != file["sha256"]:
        raise _Broken("sha256")
    return content


def _facts(value: object) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, list) or len(value) > MOST_FACTS:
        raise _Broken("facts")
    pairs = []
    for pair in value:
        if not isinstance(pair, list) or len(pair) != 2:
            raise _Broken("facts")
        named = dict(zip(("facts", "value"), pair, strict=True))
        pairs.append((_text(named, "facts"), _text(named, "value", empty=True)))
    return tuple(pairs)


def sheet(
    licence: Licence, *, platform: str, purpose: str, at: datetime, masked: Callable[[str], str]
) -> bytes:
    """Return a data-sharing answer without a file as a readable text (数据共享核验单), the same bytes every time.

    ``masked`` hides personal numbers in its values: what is filed shows what was verified and of whom is on the case.
    """
    local = at.astimezone(CIVIL)
    rows = [
        (PlatformKind.SHARING.label, platform),
        ("名称", licence.title),
        ("编号", masked(licence.document_number)),
        ("出具机关", licence.issuer),
        ("出具日期", licence.issued_on.isoformat()),
        ("有效期至", licence.valid_until.isoformat() if licence.valid_until else "未载明"),
        ("状态", licence.status.label),
        *((label, masked(value)) for label, value in licence.facts),
        ("办件编号", purpose),
        ("查询时间", f"{local:%Y-%m-%d %H:%M:%S}"),
    ]
    return ("数据共享核验单\n" + "".join(f"{label}：{value}\n" for label, value in rows)).encode()
