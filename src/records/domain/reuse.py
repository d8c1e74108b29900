"""When a held material serves a line (复用判断), and why nobody may ask for it again.

A verdict carries every question that was asked and its answer, so that a clerk can read why a paper is reused or
has to be brought; the words belong to the views. Basis: 国务院令第716号 第七条, 行政许可法 第三十五条.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple

from .consents import agrees
from .findings import Finding
from .guide_parts import Line
from .materials import HeldMaterial, Offered, Sensitivity, StandardMaterial, fold
from .vocabulary import GapKind, Grade, MaterialStatus, Override, ReuseClass

SHARING = "国务院令第716号 第七条"
FORWARDING = "行政许可法 第三十五条"
PURPOSE = "个人信息保护法 第六条"
ELECTRONIC = "国务院令第716号 第十一条"
WITHDRAWAL = "个人信息保护法 第十五条"
SENSITIVE = "个人信息保护法 第二十九条"
ONCE_TOLD = "行政许可法 第三十二条第一款第四项"


#: What a guide says of a line (有效期要求) that also takes a paper whose validity has ended.
ANY_DATE = "不要求在有效期内"


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


class ReuseOutcome(StrEnum):
    """What follows for a held material, or for a line for which nothing usable is held."""

    MUST_REUSE = "must-reuse"
    OFFER = "offer"
    CONFIRM = "confirm"
    FETCH = "fetch"
    MAY_PROMISE = "may-promise"
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


def expiry(held: HeldMaterial | Offered, *, need: Need) -> date | None:
    """Return the last day on which the material may be used here: its own, the line's rule or the catalogue's.

    A line that takes papers of any date (不要求在有效期内) sets no last day.
    """
    return _end(held, _terms(need, on=date.min))


class _Terms(NamedTuple):
    """What a need says of every material: days after issue, the day it counts, whether sensitive ones may serve."""

    any_date: bool
    shortest: int | None
    on: date
    sensitive: bool


def _terms(need: Need, *, on: date) -> _Terms:
    line, standard = need.line, need.standard
    days = [days for days in (line.validity_days, standard.validity_days) if days is not None]
    open_to = standard.sensitivity is not Sensitivity.SENSITIVE or bool(line.basis.strip())
    return _Terms(line.validity.strip() == ANY_DATE, min(days, default=None), on, open_to)


def _end(held: HeldMaterial | Offered, terms: _Terms) -> date | None:
    if terms.any_date:
        return None
    if terms.shortest is None or not held.issued_on:
        return held.valid_until
    ruled = held.issued_on + timedelta(days=terms.shortest)
    return ruled if held.valid_until is None else min(ruled, held.valid_until)


def decide_reuse(held: HeldMaterial, need: Need, *, today: date, digest: str = "") -> Verdict:
    """Decide whether a held material serves a line (复用判断); every question is asked, the first no decides.

    ``digest`` is that of the bytes somebody offers. Questions: same-bytes, same-chain, status, in-time, grade, once,
    purpose, consent (a no of the applicant always counts), sensitivity (single consent, unless the guide names the
    statutory basis), undisputed. A material of another kind is the caller's mistake and raises ``ValueError``.
    """
    if not held.standard == need.line.material == need.standard.code:
        raise ValueError(f"{held.id} is {held.standard}, not {need.line.material}")
    terms = _terms(need, on=max(today, need.needed_on))
    return _verdict(held, need, terms, _ask(held, need, terms, _end(held, terms), digest))


#: The questions in their order.
QUESTIONS = ("same-bytes", "same-chain", "status", "in-time", "grade", "once", "purpose", "consent", "sensitivity", "undisputed")  # fmt: skip


class _Asked(NamedTuple):
    """The answers to the questions, and what else decides how strong a yes is."""

    answers: tuple[bool, ...]
    undated: bool
    confirm: bool
    strong: bool


def _ask(held: HeldMaterial, need: Need, terms: _Terms, until: date | None, digest: str) -> _Asked:
    same_chain = not held.dossiers.isdisjoint(need.chain)
    undated = until is None and terms.shortest is not None and not terms.any_date
    reuse = need.standard.reuse
    answers = (
        bool(digest) and digest == held.digest,
        same_chain,
        held.status is MaterialStatus.VALID,
        not undated
        and (until is None or until >= terms.on)
        and (held.valid_from is None or held.valid_from <= terms.on),
        held.grade in need.line.grades,
        same_chain or reuse is not ReuseClass.ONCE,
        not held.purposes or need.purpose in held.purposes,
        agrees(held.consented, held.withdrawn, need.purpose),
        same_chain or terms.sensitive or need.purpose in held.consented,
        not held.disputed,
    )
    strong = held.grade is Grade.A or need.line.waived
    return _Asked(answers, undated, reuse is ReuseClass.CONFIRM, strong)


def _verdict(held: HeldMaterial, need: Need, terms: _Terms, asked: _Asked) -> Verdict:
    outcome, reason, clause, checks = _settle(asked)
    _, _, status, in_time, grade, *_ = asked.answers
    params: dict[str, str | int] = {"id": held.id, "title": held.title}
    if not in_time:
        until = _end(held, terms)
        params |= {"until": until.isoformat() if until else "", "needed_on": terms.on.isoformat()}
    if not grade:
        params |= {"grade": held.grade.value, "accepted": "、".join(sorted(need.line.grades))}
    if not status:
        params["status"] = held.status.value
    return Verdict(outcome, reason, held.id, clause, checks, params)


@lru_cache(maxsize=4096)
def _settle(asked: _Asked) -> tuple[ReuseOutcome, str, str, tuple[Check, ...]]:
    """Return outcome, reason, clause and the questions with their answers: a function of the answers alone."""
    answers = dict(zip(QUESTIONS, asked.answers, strict=True))
    outcome, reason = _barrier(answers, undated=asked.undated) or _strength(answers, asked)
    checks = tuple(Check(name, answer) for name, answer in answers.items())
    return outcome, reason, _CLAUSES.get(reason, SHARING), checks


_CLAUSES = {
    "reuse.same-chain": FORWARDING,
    "reuse.purpose": PURPOSE,
    "reuse.consent": WITHDRAWAL,
    "reuse.sensitive": SENSITIVE,
}


def _barrier(answers: dict[str, bool], *, undated: bool) -> tuple[ReuseOutcome, str] | None:
    barriers = (
        ("status", ReuseOutcome.NOT_ALLOWED, "reuse.status"),
        ("in-time", ReuseOutcome.MUST_SUBMIT, "reuse.undated" if undated else "reuse.expired"),
        ("grade", ReuseOutcome.MUST_SUBMIT, "reuse.grade"),
        ("once", ReuseOutcome.MUST_SUBMIT, "reuse.once"),
        ("purpose", ReuseOutcome.NOT_ALLOWED, "reuse.purpose"),
        ("consent", ReuseOutcome.NOT_ALLOWED, "reuse.consent"),
        ("sensitivity", ReuseOutcome.NOT_ALLOWED, "reuse.sensitive"),
        ("undisputed", ReuseOutcome.NOT_ALLOWED, "reuse.disputed"),
    )
    return next(((outcome, reason) for name, outcome, reason in barriers if not answers[name]), None)


def _strength(answers: dict[str, bool], asked: _Asked) -> tuple[ReuseOutcome, str]:
    if answers["same-chain"]:
        return ReuseOutcome.MUST_REUSE, "reuse.same-chain"
    if asked.confirm:
        return ReuseOutcome.CONFIRM, "reuse.confirm"
    if answers["same-bytes"]:
        return ReuseOutcome.MUST_REUSE, "reuse.same-bytes"
    if asked.strong:
        return ReuseOutcome.MUST_REUSE, "reuse.licence"
    return ReuseOutcome.OFFER, "reuse.held"


def choose(
    held: Iterable[HeldMaterial], need: Need, *, today: date, digest: str = "", all_considered: bool = True
) -> LineVerdict:
    """Choose for a line the best of what is held (选用材料): strongest verdict, best grade, longest validity, newest.

    Without ``all_considered`` nothing is said of the rest.
    """
    terms = _terms(need, on=max(today, need.needed_on))
    situation, ranked = fold(need.situation), []
    for each in held:
        if each.standard != need.line.material:
            continue
        if each.situation != need.situation and fold(each.situation) != situation:
            continue
        until = _end(each, terms)
        asked = _ask(each, need, terms, until, digest)
        outcome = _settle(asked)[0]
        rank = (
            _RANK[outcome],
            each.grade,
            -(until or date.max).toordinal(),
            -(each.issued_on or date.min).toordinal(),
            each.id,
        )
        ranked.append((rank, each, asked))
    if not ranked:
        return LineVerdict(None, None)
    if all_considered:
        ranked.sort(key=itemgetter(0))
        verdicts = tuple(_verdict(each, need, terms, asked) for _, each, asked in ranked)
        return LineVerdict(ranked[0][1], verdicts[0], verdicts)
    _, best, asked = min(ranked, key=itemgetter(0))
    return LineVerdict(best, _verdict(best, need, terms, asked))


def decide_line(choice: LineVerdict, need: Need) -> Verdict:
    """Say what follows for a line as a whole (逐项判断): what is held, or else fetch, promise or hand in.

    What the office fetches itself is never the applicant's burden; where the guide names a clause for it, a written
    promise (告知承诺) stands for the paper.
    """
    best = choice.verdict
    if best is not None and best.usable:
        return best
    checks = best.checks if best is not None else (Check("held", False),)
    params: dict[str, str | int] = {"line": need.line.name}
    if need.line.waived:
        return Verdict(ReuseOutcome.FETCH, "reuse.fetch", "", SHARING, checks, params)
    if need.line.promise.strip():
        clause = need.line.promise.strip()
        return Verdict(ReuseOutcome.MAY_PROMISE, "reuse.may-promise", "", clause, checks, params)
    if best is not None:
        return best
    return Verdict(ReuseOutcome.MUST_SUBMIT, "reuse.nothing-held", "", need.line.basis, checks, params)


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


def decide_again(line: Line, kind: GapKind, *, online: bool) -> tuple[Finding, ...]:
    """Refuse to demand as missing what was handed in (反向不重复): no paper after an upload, no upload after paper.

    ``supplement.paper-after-online`` and ``supplement.upload-after-paper``. That it is wrong in form, time or content may
    be said.
    """
    if kind is not GapKind.MISSING:
        return ()
    code = "supplement.paper-after-online" if online else "supplement.upload-after-paper"
    return (
        Finding(code, subject=line.id, params={"line": line.name}, basis=ELECTRONIC if online else ONCE_TOLD),
    )


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
