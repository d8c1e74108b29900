"""When a material (申请材料) counts as already held, and why nobody may ask for it again.

A verdict carries every question that was asked and its answer, so that a clerk can read why a paper is reused or
has to be brought; the words belong to the views. Basis: 国务院令第716号 第七条, 行政许可法 第三十五条.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from .findings import Finding
from .guide_parts import Line
from .vocabulary import GapKind, Grade, MaterialSource, MaterialStatus, Override, ReuseClass, Term

SHARING = "国务院令第716号 第七条"
FORWARDING = "行政许可法 第三十五条"
ONCE_TOLD = "行政许可法 第三十二条第一款第四项"

#: What a guide says of a line (有效期要求) that also takes a paper whose validity has ended.
ANY_DATE = "不要求在有效期内"

Identity = tuple[str, str, str, str, str, str]


class Sensitivity(Term):
    """How carefully a material is shown (敏感程度)."""

    NORMAL = "normal", "一般"
    SENSITIVE = "sensitive", "敏感个人信息"


class Via(Term):
    """Whose material it is when it is not the applicant's own, and why it serves all the same (关联材料)."""

    OPERATED = "operated", "经营者本人的营业执照"
    OPERATOR = "operator", "经营者本人的居民身份证"


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

    ``purposes`` are the items it may serve, empty for every item; ``dossiers`` are the cases in whose course it
    was collected; ``situation`` tells apart materials of one kind (which house, which year); ``via`` says through
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
    dossiers: frozenset[str] = frozenset()
    via: Via | None = None


@dataclass(frozen=True, slots=True)
class Need:
    """What a line of a guide needs, and for which case: the other half of the question "do we have it?".

    ``chain`` are the dossiers of the same course (earlier steps, the case that was forwarded); ``needed_on`` is the
    day on which the material must be valid; ``purpose`` is the key of the item.
    """

    line: Line
    standard: StandardMaterial
    needed_on: date
    purpose: str = ""
    situation: str = ""
    chain: frozenset[str] = frozenset()


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


class ReuseOutcome(StrEnum):
    """What follows for a held material."""

    MUST_REUSE = "must-reuse"
    OFFER = "offer"
    CONFIRM = "confirm"
    MUST_SUBMIT = "must-submit"
    NOT_ALLOWED = "not-allowed"


USABLE = frozenset({ReuseOutcome.MUST_REUSE, ReuseOutcome.OFFER, ReuseOutcome.CONFIRM})
_RANK = {outcome: rank for rank, outcome in enumerate(ReuseOutcome)}


@dataclass(frozen=True, slots=True)
class Check:
    """One question of the table and its answer."""

    name: str
    answer: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was decided about one held material: outcome, reason code, clause, and the questions in their order."""

    outcome: ReuseOutcome
    reason: str
    material: str
    clause: str
    checks: tuple[Check, ...]
    params: dict[str, str | int] = field(default_factory=dict)

    @property
    def usable(self) -> bool:
        """Whether the material fills the line, at most after a yes to "still true?"."""
        return self.outcome in USABLE


@dataclass(frozen=True, slots=True)
class LineVerdict:
    """The best that the library holds for a line, and what was thought of the rest, in the order of preference."""

    best: HeldMaterial | None
    verdict: Verdict | None
    considered: tuple[Verdict, ...] = ()

    @property
    def usable(self) -> bool:
        """Whether something is held that fills the line."""
        return self.verdict is not None and self.verdict.usable


def material_identity(
    subject: str, standard: str, situation: str, number: str, issuer: str, issued_on: date | None
) -> Identity:
    """Return the key under which the same material (同一材料) exists only once, however it was typed."""
    day = issued_on.isoformat() if issued_on else ""
    return (subject, standard, _fold(situation), _fold(number), _fold(issuer), day)


def bundle(digests: Sequence[str]) -> str:
    """Return one digest for the files of a paper in their order; that of a single file is its own."""
    return digests[0] if len(digests) == 1 else hashlib.sha256("".join(digests).encode()).hexdigest()


def likeness(offered: Offered, held: HeldMaterial) -> Likeness:
    """Compare what two papers of one kind say of themselves (同一材料、换发).

    The same number with a later day of issue is a renewal, and so is the same paper with another last day; a scan that
    states no days is the held paper.
    """
    if not offered.number or _fold(offered.number) != _fold(held.number):
        return Likeness.OTHER
    if offered.issued_on and offered.issued_on != held.issued_on:
        older = held.issued_on is not None and offered.issued_on < held.issued_on
        return Likeness.OTHER if older else Likeness.NEWER
    if _fold(offered.issuer) != _fold(held.issuer):
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


def expiry(held: HeldMaterial | Offered, *, need: Need) -> date | None:
    """Return the last day on which the material may be used here: its own, the line's rule or the catalogue's.

    A line that takes papers of any date (不要求在有效期内) sets no last day.
    """
    if need.line.validity.strip() == ANY_DATE:
        return None
    days = [days for days in (need.line.validity_days, need.standard.validity_days) if days is not None]
    ends = [held.valid_until] if held.valid_until else []
    if held.issued_on:
        ends += [held.issued_on + timedelta(days=days) for days in days]
    return min(ends, default=None)


def decide_reuse(held: HeldMaterial, need: Need, *, today: date, digest: str = "") -> Verdict:
    """Decide whether a held material serves a line (复用判断); every question is asked, the first no decides.

    ``digest`` is that of the bytes somebody offers. Questions: same-bytes, same-chain, status, in-time, grade, once,
    purpose, undisputed. A material of another kind is the caller's mistake and raises ``ValueError``.
    """
    line, standard = need.line, need.standard
    if not held.standard == line.material == standard.code:
        raise ValueError(f"{held.id} is {held.standard}, not {line.material}")
    on = max(today, need.needed_on)
    until = expiry(held, need=need)
    ruled = line.validity.strip() != ANY_DATE and (
        line.validity_days is not None or standard.validity_days is not None
    )
    same_chain = bool(held.dossiers & need.chain)
    undated = until is None and ruled
    answers = {
        "same-bytes": bool(digest) and digest == held.digest,
        "same-chain": same_chain,
        "status": held.status is MaterialStatus.VALID,
        "in-time": not undated
        and (until is None or until >= on)
        and (held.valid_from is None or held.valid_from <= on),
        "grade": held.grade in line.grades,
        "once": same_chain or standard.reuse is not ReuseClass.ONCE,
        "purpose": not held.purposes or need.purpose in held.purposes,
        "undisputed": not held.disputed,
    }
    params: dict[str, str | int] = {"id": held.id, "title": held.title}
    if not answers["in-time"]:
        params |= {"until": until.isoformat() if until else "", "needed_on": on.isoformat()}
    if not answers["grade"]:
        params |= {"grade": held.grade.value, "accepted": "、".join(sorted(line.grades))}
    if not answers["status"]:
        params["status"] = held.status.value
    outcome, reason = _barrier(answers, undated=undated) or _strength(held, need, answers)
    clause = FORWARDING if outcome is ReuseOutcome.MUST_REUSE and same_chain else SHARING
    checks = tuple(Check(name, answer) for name, answer in answers.items())
    return Verdict(outcome, reason, held.id, clause, checks, params)


def _barrier(answers: dict[str, bool], *, undated: bool) -> tuple[ReuseOutcome, str] | None:
    barriers = (
        ("status", ReuseOutcome.NOT_ALLOWED, "reuse.status"),
        ("in-time", ReuseOutcome.MUST_SUBMIT, "reuse.undated" if undated else "reuse.expired"),
        ("grade", ReuseOutcome.MUST_SUBMIT, "reuse.grade"),
        ("once", ReuseOutcome.MUST_SUBMIT, "reuse.once"),
        ("purpose", ReuseOutcome.NOT_ALLOWED, "reuse.purpose"),
        ("undisputed", ReuseOutcome.NOT_ALLOWED, "reuse.disputed"),
    )
    return next(((outcome, reason) for name, outcome, reason in barriers if not answers[name]), None)


def _strength(held: HeldMaterial, need: Need, answers: dict[str, bool]) -> tuple[ReuseOutcome, str]:
    if answers["same-chain"]:
        return ReuseOutcome.MUST_REUSE, "reuse.same-chain"
    if need.standard.reuse is ReuseClass.CONFIRM:
        return ReuseOutcome.CONFIRM, "reuse.confirm"
    if answers["same-bytes"]:
        return ReuseOutcome.MUST_REUSE, "reuse.same-bytes"
    if held.grade is Grade.A or need.line.waived:
        return ReuseOutcome.MUST_REUSE, "reuse.licence"
    return ReuseOutcome.OFFER, "reuse.held"


def choose(held: Iterable[HeldMaterial], need: Need, *, today: date, digest: str = "") -> LineVerdict:
    """Choose for a line the best of what is held (选用材料): strongest verdict, best grade, longest validity, newest."""

    def preference(pair: tuple[HeldMaterial, Verdict]) -> tuple[int, str, int, int, str]:
        material, verdict = pair
        until = expiry(material, need=need) or date.max
        issued = material.issued_on or date.min
        return (
            _RANK[verdict.outcome],
            material.grade.value,
            -until.toordinal(),
            -issued.toordinal(),
            material.id,
        )

    pairs = sorted(
        (
            (material, decide_reuse(material, need, today=today, digest=digest))
            for material in held
            if material.standard == need.line.material and _fold(material.situation) == _fold(need.situation)
        ),
        key=preference,
    )
    if not pairs:
        return LineVerdict(None, None)
    return LineVerdict(*pairs[0], tuple(verdict for _, verdict in pairs))


def decide_receipt(
    offered: Offered | None,
    held: Collection[HeldMaterial],
    need: Need,
    *,
    today: date,
    override: Override | None = None,
    note: str = "",
) -> tuple[Finding, ...]:
    """Decide whether a line may be asked for or filled by hand (收取判断); empty means yes.

    ``offered`` is nothing when the material is only demanded. What is held and valid is refused with
    ``material.already-held`` unless one of the closed list of reasons applies: ``material.override-not-expired``,
    ``material.override-no-original`` and ``material.override-no-note`` say why a reason does not. The very bytes of a
    material that can no longer be used are refused with ``material.same-as-unusable``.
    """
    digest = offered.digest if offered else ""
    choice = choose(held, need, today=today, digest=digest)
    if choice.best is None or choice.verdict is None:
        return ()
    if not choice.verdict.usable:
        return tuple(
            Finding(
                "material.same-as-unusable",
                subject=need.line.id,
                params={**verdict.params, "reason": verdict.reason},
            )
            for verdict in choice.considered
            if verdict.checks[0].answer and verdict.reason in ("reuse.expired", "reuse.status")
        )
    params: dict[str, str | int] = {
        "id": choice.best.id,
        "title": choice.best.title,
        "clause": choice.verdict.clause,
    }
    match override:
        case Override.VOLUNTEERED:
            return ()
        case Override.CHANGED if note.strip():
            return ()
        case Override.ORIGINAL if need.line.inspect_original:
            return ()
        case Override.CHANGED:
            code = "material.override-no-note"
        case Override.ORIGINAL:
            code = "material.override-no-original"
        case Override.EXPIRED:
            code = "material.override-not-expired"
        case None:
            code = "material.already-held"
    return (Finding(code, subject=need.line.id, params=params, basis=choice.verdict.clause),)


def decide_validity(offered: Offered | HeldMaterial, need: Need, *, today: date) -> tuple[Finding, ...]:
    """Refuse a paper whose validity ends before the day it is needed (``material.expired``); empty means it holds."""
    until, on = expiry(offered, need=need), max(today, need.needed_on)
    if until is None or until >= on:
        return ()
    params: dict[str, str | int] = {"material": need.line.name, "until": until.isoformat()}
    return (Finding("material.expired", subject=need.line.id, params=params),)


def decide_dispute(held: HeldMaterial, need: Need, kind: GapKind, *, today: date) -> tuple[Finding, ...]:
    """Decide whether a held material may be told to be wrong (一次性告知) for that reason; empty means yes.

    Expired must be true on the day (``supplement.not-expired``, ``supplement.no-end``); the form was seen when the paper was taken
    and is in question only where a law wants the original itself (``supplement.form-seen``). That the content does not
    match the application can always be said: the demand says in what.
    """
    until, on = expiry(held, need=need), max(today, need.needed_on)
    params: dict[str, str | int] = {"material": held.title, "until": until.isoformat() if until else ""}
    match kind:
        case GapKind.EXPIRED if until is None:
            code = "supplement.no-end"
        case GapKind.EXPIRED if until is not None and until >= on:
            code = "supplement.not-expired"
        case GapKind.FORM if not need.line.inspect_original:
            code = "supplement.form-seen"
        case _:
            return ()
    return (Finding(code, subject=need.line.id, params=params, basis=ONCE_TOLD),)


def _fold(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).upper().split())
