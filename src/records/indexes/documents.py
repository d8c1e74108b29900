"""What full text knows of a record (检索投影): its words, its facets, and who may read it.

A document's key holds the day, the kind and the number of its record in one unsigned number, so that a hit is the record
without another look-up, and the newest comes first. What changes a reader's rights without changing the record (roles,
dates) is not in the document: the reader brings it along as principals.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date, datetime
from typing import NamedTuple
from weakref import WeakKeyDictionary

from records.clock import civil_date
from records.domain.facts import is_internal
from records.domain.permissions import Permission
from records.domain.vocabulary import DossierState, ItemState, NoticeKind
from records.resources.applicants import Applicant
from records.resources.archives import ArchivedItem
from records.resources.base import Record
from records.resources.dossiers import Dossier
from records.resources.guides import Guide, GuideVersion
from records.resources.site import Site
from records.rules.permissions import matrix
from records.vault import Vault

from . import feed
from .fulltext import Document
from .words import is_han

KINDS = ("", "guide", "applicant", "material", "dossier", "notice", "archive", "person")

#: In which index the records of a kind are found.
INDEX_OF = {"guide": "guides", "dossier": "dossiers", "archive": "archives"}

PUBLIC = "public"


def key_of(record: Record) -> int:
    """Return the record's place in the order of hits: day, kind, number in 20, 4 and 36 bits."""
    return order_key(record.kind, record.number, record.created_at)


def order_key(kind: str, number: int, at: datetime | date) -> int:
    """Return the key of a record of a kind with its number and its day."""
    day = civil_date(at) if isinstance(at, datetime) else at
    return day.toordinal() << 40 | KINDS.index(kind) << 36 | number


def record_at(site: Site, vault: Vault, key: int) -> Record | None:
    """Return the record a hit's key stands for, or None when it is gone."""
    kind, number = KINDS[key >> 36 & 0xF], key & (1 << 36) - 1
    if kind == "guide":
        return _guide_numbered(site, number)
    return site.folder(kind).get(vault.identifier(kind, number))


def project(site: Site, record: Record, *, today: date) -> Document | None:
    """Return the document of a record, or None for what is not searched."""
    match record:
        case Guide():
            return _guide(record, today)
        case Dossier():
            return _dossier(site, record)
        case ArchivedItem():
            return _archive(site, record)
        case _:
            return None


def stream(site: Site, index: str, *, today: date) -> Iterator[Document]:
    """Yield the documents of one index for all records of the feed, in its order."""
    for change in feed.changes(site):
        if INDEX_OF.get(change.kind) == index:
            record = feed.subject(site, change)
            document = project(site, record, today=today) if record is not None else None
            if document is not None:
                yield document


_numbered: WeakKeyDictionary[object, dict[int, str]] = WeakKeyDictionary()


def _guide_numbered(site: Site, number: int) -> Guide | None:
    """Return the guide with a number; which guide has which number is read once a process and never changes."""
    storage = site._p_jar.db() if site._p_jar is not None else site
    names = _numbered.get(storage, {})
    guide = site.guides.get(names.get(number, ""))
    if guide is None or guide.number != number:
        names = _numbered[storage] = {guide.number: guide.key for guide in site.guides.values()}
        guide = site.guides.get(names.get(number, ""))
    return guide


def _guide(guide: Guide, today: date) -> Document | None:
    version = guide.in_force(today)
    if version is None:
        return None
    told = guide_words(version)
    return Document(
        key=key_of(guide),
        title=told.title,
        text=told.text,
        facets={"unit": guide.unit, **told.facets},
        readers=frozenset({PUBLIC}),
        seq=guide.seq,
    )


class GuideWords(NamedTuple):
    """What one version of a guide is found by."""

    title: str
    text: str
    facets: Mapping[str, str | tuple[str, ...]]


_told: OrderedDict[str, GuideWords] = OrderedDict()
KEPT = 1024
"""Versions whose words a process remembers."""


def guide_words(version: GuideVersion) -> GuideWords:
    """Return what a version tells the public; under its digest it never changes, so what was read last is remembered."""
    words = _told.get(version.digest)
    if words is None:
        words = _told[version.digest] = _words_of(json.loads(version.body))
        while len(_told) > KEPT:
            # Another thread may have been as quick.
            with suppress(KeyError):
                _told.popitem(last=False)
    return words


def _words_of(body: dict) -> GuideWords:
    handling = body.get("handling") or {}
    themes = (*handling.get("topics_person", ()), *handling.get("topics_corporate", ()))
    return GuideWords(
        body["title"],
        # A blank, so that no phrase runs from one field into the next.
        " ".join(_texts(body, "")),
        {
            "kind": body.get("item_kind", ""),
            "audience": tuple(body.get("audience", ())),
            "theme": tuple(dict.fromkeys(themes)),
            "zone": tuple(body.get("zones", ())),
        },
    )


def _dossier(site: Site, dossier: Dossier) -> Document:
    applicant: Applicant = site.applicants[dossier.applicant]
    return Document(
        key=key_of(dossier),
        title=f"{applicant.name} {site.guides[dossier.guide].title} {dossier.code}",
        text="\n".join(_dossier_texts(site, dossier, applicant)),
        facets={"unit": dossier.unit, "state": dossier.state, "guide": dossier.guide},
        readers=matrix().readers(Permission.DOSSIER_VIEW, unit=dossier.unit, state=dossier.state),
        seq=dossier.seq,
    )


def _archive(site: Site, item: ArchivedItem) -> Document:
    dossier: Dossier | None = site.dossiers.get(item.dossier)
    applicant: Applicant | None = site.applicants.get(item.applicant)
    of_case = _dossier_texts(site, dossier, applicant) if dossier and applicant else (item.applicant_name,)
    if item.state == ItemState.DESTROYED:
        of_case = (ItemState.DESTROYED.label, item.destruction_list)
    return Document(
        key=key_of(item),
        title=f"{item.title} {item.code}",
        text="\n".join((item.code, item.dossier_code, *of_case)),
        facets={
            "fonds": item.fonds,
            "year": str(item.year),
            "retention": item.retention,
            "state": item.state,
        },
        readers=matrix().readers(Permission.ARCHIVE_VIEW, unit=item.unit, state=item.state),
        seq=item.seq,
    )


def _dossier_texts(site: Site, dossier: Dossier, applicant: Applicant) -> Iterator[str]:
    yield dossier.code
    yield applicant.name
    yield applicant.number_token
    yield DossierState(dossier.state).label
    yield dossier.reasons
    yield dossier.result_number
    yield from dossier.declined
    for notice_id in dossier.notices:
        notice = site.notices[notice_id]
        yield f"{NoticeKind(notice.notice_kind).label} {notice.code}"
    for entry in dossier.entries:
        material = site.materials[entry[1]]
        yield f"{material.title} {material.document_number} {material.issuer}"
        yield from _pages(site, entry[2])
    if dossier.result_digest:
        yield from _pages(site, dossier.result_digest)


def _pages(site: Site, digest: str) -> Iterator[str]:
    holding = site.holdings.get(digest)
    if holding is not None:
        yield from holding.text_pages


def _texts(value: object, path: str) -> Iterator[str]:
    """Yield what the public reads of a part; a condition names its question by the key that is nobody's to read."""
    if is_internal(path) or path.endswith(".condition"):
        return
    match value:
        case str():
            if any(is_han(sign) for sign in value):
                yield value
        case dict():
            for name, part in value.items():
                yield from _texts(part, f"{path}.{name}" if path else name)
        case list():
            for at, part in enumerate(value):
                yield from _texts(part, f"{path}.{at}")
