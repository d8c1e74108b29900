"""Materials (申请材料): what the catalogue calls one, what an applicant's library holds, and when two papers are the same."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from .findings import Finding
from .vocabulary import Grade, MaterialSource, MaterialStatus, ReuseClass, Term

Identity = tuple[str, str, str, str, str, str]


class Sensitivity(Term):
    """How carefully a material is shown (敏感程度)."""

    NORMAL = "normal", "一般"
    SENSITIVE = "sensitive", "敏感个人信息"


class Via(Term):
    """Whose material it is when it is not the applicant's own, and why it serves all the same (关联材料)."""

    OPERATED = "operated", "经营者本人的营业执照"
    OPERATOR = "operator", "经营者本人的居民身份证"
    JOINED = "joined", "同一主体另一号码名下的材料"
    MEMBER = "member", "共同生活的家庭成员的材料"


@dataclass(frozen=True, slots=True)
class StandardMaterial:
    """A row of the catalogue of standard materials (标准材料目录).

    ``identity`` names the parts that tell one copy from another (number, issuer, issued_on); ``aliases`` are
    curated and are the only way in which two names become one material.
    """

    code: str
    name: str
    aliases: tuple[str, ...]
    licence_type: str
    validity_days: int | None
    reuse: ReuseClass
    sensitivity: Sensitivity
    identity: frozenset[str]
    grades: frozenset[Grade]
    issuer: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class HeldMaterial:
    """A material that the applicant's library holds (申请人材料库), as far as reuse asks.

    ``purposes`` are the items it may serve, empty for every item; ``consented`` and ``withdrawn`` are the items for
    which the applicant agreed to its reuse or said no; ``dossiers`` are the cases in whose course it was collected; ``situation`` tells apart materials of one kind (which house, which year); ``via`` says through
    which link the material of another subject is held.
    """

    id: str
    standard: str
    title: str
    number: str
    issuer: str
    issued_on: date | None
    valid_from: date | None
    valid_until: date | None
    grade: Grade
    status: MaterialStatus
    source: MaterialSource
    verified_by: str = ""
    verified_on: date | None = None
    disputed: bool = False
    digest: str = ""
    situation: str = ""
    purposes: frozenset[str] = frozenset()
    consented: frozenset[str] = frozenset()
    withdrawn: frozenset[str] = frozenset()
    dossiers: frozenset[str] = frozenset()
    via: Via | None = None


@dataclass(frozen=True, slots=True)
class Offered:
    """A material that somebody wants to hand in (提交的材料)."""

    number: str = ""
    issuer: str = ""
    issued_on: date | None = None
    valid_until: date | None = None
    digest: str = ""


class Likeness(StrEnum):
    """How an offered paper relates to a held one of its kind: the same, one that takes its place, another."""

    SAME = "same"
    NEWER = "newer"
    OTHER = "other"


def material_identity(
    subject: str, standard: str, situation: str, number: str, issuer: str, issued_on: date | None
) -> Identity:
    """Return the key under which the same material (同一材料) exists only once, however it was typed."""
    day = issued_on.isoformat() if issued_on else ""
    return (subject, standard, fold(situation), fold(number), fold(issuer), day)


def bundle(digests: Sequence[str]) -> str:
    """Return one digest for the files of a paper in their order; that of a single file is its own."""
    return digests[0] if len(digests) == 1 else hashlib.sha256("".join(digests).encode()).hexdigest()


def likeness(offered: Offered, held: HeldMaterial) -> Likeness:
    """Compare what two papers of one kind say of themselves (同一材料、换发).

    The same number with a later day of issue is a renewal, and so is the same paper with another last day; a scan that
    states no days is the held paper.
    """
    if not offered.number or fold(offered.number) != fold(held.number):
        return Likeness.OTHER
    if offered.issued_on and offered.issued_on != held.issued_on:
        older = held.issued_on is not None and offered.issued_on < held.issued_on
        return Likeness.OTHER if older else Likeness.NEWER
    if fold(offered.issuer) != fold(held.issuer):
        return Likeness.OTHER
    if offered.valid_until and held.valid_until and offered.valid_until != held.valid_until:
        return Likeness.NEWER
    return Likeness.SAME


def lacking_identity(standard: StandardMaterial, offered: Offered) -> tuple[Finding, ...]:
    """Name the parts without which one copy cannot be told from another (``material.identity-missing``)."""
    return tuple(
        Finding(
            "material.identity-missing",
            subject=part,
            params={"material": standard.name, "part": part},
        )
        for part in ("number", "issuer", "issued_on")
        if part in standard.identity and not getattr(offered, part)
    )


def issued_later(offered: Offered, *, today: date) -> tuple[Finding, ...]:
    """Refuse a paper that claims to be of a day to come (``material.issued-later``)."""
    if offered.issued_on is None or offered.issued_on <= today:
        return ()
    return (
        Finding(
            "material.issued-later", subject="issued_on", params={"issued": offered.issued_on.isoformat()}
        ),
    )


def fold(text: str) -> str:
    """Return what is typed on a paper as it is compared: one width, capitals, no blanks."""
    return "".join(unicodedata.normalize("NFKC", text).upper().split())
