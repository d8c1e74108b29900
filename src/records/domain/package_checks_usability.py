"""The checks of usability (可用性): descriptions and papers can be read now, with what is installed here."""

from __future__ import annotations

from .package_checks import Verdict, fault, idle, judged, there, waits
from .packages import PackageFacts

ENVIRONMENT = ("system", "python", "database", "digests")
"""What must be known of the machine on which packages are made and read (软硬件环境)."""


def metadata_readable(facts: PackageFacts) -> Verdict:
    """3-1 信息包中元数据可读性: every metadata file can be read."""
    return judged(
        (fault("metadata-unreadable", path) for path, readable in facts.metadata_files.items() if not readable),
        files=len(facts.metadata_files),
    )  # fmt: skip


def database_answers(facts: PackageFacts) -> Verdict:
    """3-2 目标数据库中元数据可访问性: the record can be read in the database, and its code leads to it."""
    record = facts.record
    if record is None:
        return idle("no-database")
    found = []
    if not record.resolves:
        found.append(fault("record-unreachable", record.id, code=facts.metadata.get("code", "")))
    return judged(found, record=record.id, elements=len(facts.metadata))


def formats_allowed(facts: PackageFacts) -> Verdict:
    """3-3 内容数据格式: every paper has a format that is fit to be kept."""
    return judged(
        (
            fault("format", document.path, format=document.actual.format)
            for document in there(facts)
            if document.actual and document.actual.format.lower() not in facts.allowed_formats
        ),
        files=len(facts.documents),
        allowed=len(facts.allowed_formats),
    )


def content_drawn(facts: PackageFacts) -> Verdict:
    """3-4 内容数据可读性: the first and the last page of every paper can be drawn; what was not tried waits for a person."""
    tried = [document for document in there(facts) if document.undrawn is not None]
    found = [
        fault("page-undrawn", document.path, page=page)
        for document in tried
        for page in document.undrawn or ()
    ]
    untried = len(facts.documents) - len(tried)
    readers = " ".join(sorted({document.reader for document in tried if document.reader}))
    verdict = judged(found, files=len(tried), untried=untried, readers=readers)
    return waits(verdict, when=any(document.undrawn is None for document in there(facts)))


_SAME_FORMAT = {"jpeg": "jpg", "tiff": "tif", "htm": "html", "mpeg": "mpg"}


def magic_matches(facts: PackageFacts) -> Verdict:
    """3-5 内容数据格式一致性: the first bytes of a file are those of its extension."""
    found = []
    for document in there(facts):
        extension = document.path.rpartition(".")[2].lower()
        if _SAME_FORMAT.get(extension, extension) != _SAME_FORMAT.get(document.magic, document.magic):
            found.append(fault("format-differs", document.path, extension=extension, magic=document.magic))
    return judged(found, files=len(facts.documents))


def environment_fit(facts: PackageFacts) -> Verdict:
    """3-6 软硬件环境合规性: the machine is described, and has a reader for each format of the package."""
    unknown = (
        fault("environment", key, environment=key) for key in ENVIRONMENT if not facts.environment.get(key)
    )
    formats = sorted({document.recorded.format.lower() for document in facts.documents})
    unread = (fault("no-reader", each) for each in formats if not facts.readers.get(each))
    named = " ".join(f"{key}={facts.environment[key]}" for key in sorted(facts.environment))
    return judged([*unknown, *unread], formats=len(formats), environment=named)


def unpacks(facts: PackageFacts) -> Verdict:
    """3-7 信息包可用性: every part of the package can be taken out of it."""
    return judged(
        (fault("not-unpacked", path, reasons=reason) for path, reason in facts.unpacked.items() if reason),
        parts=len(facts.unpacked),
    )


def not_encrypted(facts: PackageFacts) -> Verdict:
    """3-8 信息包内容格式合规: no paper is locked by a password or encrypted."""
    return judged(
        (fault("encrypted", document.path) for document in facts.documents if document.encrypted),
        files=len(facts.documents),
    )
