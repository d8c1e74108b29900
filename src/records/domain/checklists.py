"""What one application needs (材料清单), what of it is there, and what nobody has to bring.

Pure: the same guide, answers, library and dossier always give the same list.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from .conditions import Answers
from .findings import Finding, Severity
from .guide_parts import Guide, Line
from .materials import HeldMaterial, StandardMaterial, Via
from .reuse import (
    ONCE_TOLD,
    SHARING,
    LineVerdict,
    Need,
    ReuseOutcome,
    Verdict,
    choose,
    decide_line,
    decide_reuse,
    expiry,
)
from .situations import needed, open_keys
from .vocabulary import ApplicantKind, GapKind, Grade, MaterialSource, Necessity, Term

NOT_HANDED_IN = frozenset({MaterialSource.REUSED, MaterialSource.RESULT, MaterialSource.FETCHED})
"""Ways in which a material came to its line without the applicant bringing it."""


class LineStatus(Term):
    """How a line of the checklist stands (齐备情况)."""

    FILLED = "filled", "已收取"
    HELD = "held", "中心已有，免提交"
    TO_CONFIRM = "to-confirm", "待确认仍属实"
    TO_VERIFY = "to-verify", "待核验原件"
    MISSING = "missing", "缺少"
    NOT_NEEDED = "not-needed", "不需要"


@dataclass(frozen=True, slots=True)
class Entry:
    """What already lies on the dossier for a line; ``gap`` says what a reviewer found wrong with it.

    ``grade`` is how far it is trusted now; it may rise when the original is seen.
    """

    line: str
    material: str
    source: MaterialSource
    gap: GapKind | None = None
    note: str = ""
    grade: Grade | None = None


@dataclass(frozen=True, slots=True)
class LineState:
    """One line of the checklist: how it stands, and the code that explains why.

    ``by_office`` marks a line that the office fetches itself; ``handed_in`` that the applicant had to bring it;
    ``until`` is the last day of the material on it, ``via`` the link through which it is held; ``judged`` says why.
    """

    line: Line
    needed: bool
    status: LineStatus
    explanation: str
    why_not: str = ""
    material: str = ""
    verdict: LineVerdict | None = None
    gap: GapKind | None = None
    note: str = ""
    by_office: bool = False
    handed_in: bool = False
    until: date | None = None
    via: Via | None = None
    judged: Verdict | None = None

    @property
    def complete(self) -> bool:
        """Whether the line asks for nothing more."""
        return self.status in (LineStatus.FILLED, LineStatus.HELD)


@dataclass(frozen=True, slots=True)
class Counts:
    """The figures over a checklist; ``waived`` is N in 免提交 N 份."""

    needed: int
    filled: int
    waived: int
    missing: int
    to_confirm: int
    to_verify: int


@dataclass(frozen=True, slots=True)
class LineGap:
    """A line that the applicant still has to see to, as the one-time notice must name it."""

    line: str
    name: str
    kind: GapKind
    note: str


@dataclass(frozen=True, slots=True)
class Checklist:
    """The list for one application: every line of the guide in its order, and the questions still open."""

    guide: str
    lines: tuple[LineState, ...]
    unanswered: tuple[str, ...] = ()
    wrong_audience: bool = False
    counts: Counts = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "counts", _count(self.lines))

    def line(self, key: str) -> LineState | None:
        """Return the state of the line with this id."""
        return next((state for state in self.lines if state.line.id == key), None)


def checklist(
    guide: Guide,
    *,
    applicant: ApplicantKind,
    answers: Answers,
    held: Iterable[HeldMaterial],
    entries: Iterable[Entry] = (),
    standards: Mapping[str, StandardMaterial],
    today: date,
    needed_on: date | None = None,
    situation: str = "",
    chain: Collection[str] = (),
    dropped: Collection[str] = (),
    promised: Collection[str] = (),
    firm: bool = False,
    for_members: Collection[str] = (),
) -> Checklist:
    """Make the checklist of an application (材料清单).

    ``answers`` answer the guide's questions, ``entries`` are what lies on the dossier, ``standards`` the catalogue
    by code, ``needed_on`` the day on which materials must be valid (today when not given), ``chain`` the dossiers
    of the same course, ``dropped`` the ids of lines that a later edition no longer asks for, ``promised`` of those for
    which a written promise was given. Until the case is accepted (``firm``) a reused material must go on being usable:
    one that ended, was frozen or taken back no longer fills its line. ``for_members`` are the lines that a family
    member's paper may fill.
    """
    library: dict[str, list[HeldMaterial]] = {}
    for material in held:
        library.setdefault(material.standard, []).append(material)
    course = frozenset(chain)
    there = {entry.line: entry for entry in entries}
    states = []
    for line in sorted(guide.lines, key=lambda line: line.position):
        why_not = _why_not(line, answers=answers, dropped=dropped)
        if why_not:
            states.append(LineState(line, False, LineStatus.NOT_NEEDED, why_not, why_not))
            continue
        need = Need(
            line=line,
            standard=standards[line.material],
            needed_on=needed_on or today,
            purpose=guide.key,
            situation=situation,
            chain=course,
        )
        mine, entry = library.get(line.material, ()), there.get(line.id)
        if line.id not in for_members:
            mine = [each for each in mine if each.via is not Via.MEMBER]
        choice = choose(mine, need, today=today, all_considered=False)
        judged = decide_line(choice, need)
        lies = next((each for each in mine if entry is not None and each.id == entry.material), None)
        if entry is not None and lies is not None and entry.source in NOT_HANDED_IN:
            own = decide_reuse(lies, need, today=today)
            if not firm and not own.usable and entry.source is MaterialSource.REUSED:
                entry = None
            else:
                judged = own
        state = _state(line, entry, choice, promised=line.id in promised)
        on_line = next((each for each in mine if each.id == state.material), None)
        until = expiry(on_line, need=need) if on_line is not None else None
        via = on_line.via if on_line is not None else None
        states.append(replace(state, until=until, via=via, judged=judged))
    waiting = open_keys((line for line in guide.lines if line.id not in dropped), answers)
    return Checklist(
        guide=guide.key,
        lines=tuple(states),
        unanswered=tuple(sorted(waiting)),
        wrong_audience=applicant not in guide.audience,
    )


def gaps(checklist: Checklist) -> tuple[LineGap, ...]:
    """Return everything the applicant still has to bring or mend; never what the office holds or fetches itself.

    An original that nobody has seen yet has to be brought too.
    """
    return tuple(
        LineGap(state.line.id, state.line.name, state.gap or GapKind.MISSING, state.note)
        for state in checklist.lines
        if state.needed and not state.by_office and state.status in (LineStatus.MISSING, LineStatus.TO_VERIFY)
    )


def expiring(checklist: Checklist, *, due: date) -> tuple[Finding, ...]:
    """Warn of every material that ends before the case is due (``checklist.expires-first``); it stops nobody."""
    return tuple(
        Finding(
            "checklist.expires-first",
            Severity.WARNS,
            state.line.id,
            {"line": state.line.name, "until": state.until.isoformat(), "due": due.isoformat()},
        )
        for state in checklist.lines
        if state.needed and state.until is not None and state.until < due and state.material
    )


def ready_to_accept(checklist: Checklist) -> tuple[Finding, ...]:
    """Check that the application can be accepted (受理); all that is missing is named at once.

    Blocks: ``checklist.wrong-audience``, ``checklist.unanswered``, ``checklist.missing``, ``checklist.flawed``,
    ``checklist.to-confirm``, ``checklist.to-verify``. Warns: ``checklist.deferred`` (容缺) and ``checklist.office-fetches``: a store that is down
    never counts against the applicant.
    """
    found = []
    if checklist.wrong_audience:
        found.append(Finding("checklist.wrong-audience", subject=checklist.guide))
    found += [
        Finding("checklist.unanswered", subject=key, params={"situation": key})
        for key in checklist.unanswered
    ]
    found += [_finding(state) for state in checklist.lines if state.needed and not state.complete]
    return tuple(found)


def ready_to_grant(checklist: Checklist) -> tuple[Finding, ...]:
    """Check that nothing is granted before the office has fetched what it fetches itself (后台补调取).

    Blocks: ``decide.not-fetched``, once a line. The case's own clock runs on, and the applicant is asked for nothing.
    """
    return tuple(
        Finding("decide.not-fetched", subject=state.line.id, params={"line": state.line.name}, basis=SHARING)
        for state in to_fetch(checklist)
    )


def to_fetch(checklist: Checklist) -> tuple[LineState, ...]:
    """Return the lines that the office still has to fetch itself (待补调取)."""
    return tuple(
        state
        for state in checklist.lines
        if state.needed and state.by_office and state.status is LineStatus.MISSING
    )


def _why_not(line: Line, *, answers: Answers, dropped: Collection[str]) -> str:
    if line.id in dropped:
        return "checklist.dropped"
    match needed(line, answers):
        case None:
            return "checklist.unanswered"
        case False:
            return "checklist.not-this-situation"
        case _:
            return ""


_EXPLAINED = {
    MaterialSource.REUSED: "checklist.reused",
    MaterialSource.RESULT: "checklist.reused",
    MaterialSource.FETCHED: "checklist.fetched",
}


def _state(line: Line, entry: Entry | None, verdict: LineVerdict, *, promised: bool) -> LineState:
    if entry is not None and entry.gap is None:
        if entry.grade is Grade.C and Grade.C not in line.grades:
            return LineState(
                line,
                True,
                LineStatus.TO_VERIFY,
                "checklist.to-verify",
                material=entry.material,
                verdict=verdict,
                gap=GapKind.FORM,
                handed_in=True,
            )
        return LineState(
            line,
            True,
            LineStatus.FILLED,
            _EXPLAINED.get(entry.source, "checklist.handed-in"),
            material=entry.material,
            verdict=verdict,
            handed_in=entry.source not in NOT_HANDED_IN and not line.waived,
        )
    if (
        verdict.verdict is not None
        and verdict.usable
        and not (entry and entry.material == verdict.verdict.material)
    ):
        confirm = verdict.verdict.outcome is ReuseOutcome.CONFIRM
        return LineState(
            line,
            True,
            LineStatus.TO_CONFIRM if confirm else LineStatus.HELD,
            verdict.verdict.reason,
            material=verdict.verdict.material,
            verdict=verdict,
        )
    if promised:
        return LineState(line, True, LineStatus.FILLED, "checklist.promised", verdict=verdict)
    flawed = entry is not None
    explanation = "checklist.flawed" if flawed else "checklist.missing"
    if line.waived:
        explanation = "checklist.office-fetches"
    elif not flawed and verdict.verdict is not None:
        explanation = verdict.verdict.reason
    elif not flawed and line.promise.strip():
        explanation = "reuse.may-promise"
    return LineState(
        line,
        True,
        LineStatus.MISSING,
        explanation,
        material=entry.material if entry else "",
        verdict=verdict,
        gap=entry.gap if entry else GapKind.MISSING,
        note=entry.note if entry else "",
        by_office=line.waived,
    )


def _finding(state: LineState) -> Finding:
    line = state.line
    params: dict[str, str | int] = {"line": line.name}
    if state.status is LineStatus.TO_CONFIRM:
        return Finding("checklist.to-confirm", subject=line.id, params={**params, "id": state.material})
    if state.status is LineStatus.TO_VERIFY:
        return Finding("checklist.to-verify", subject=line.id, params=params)
    if state.by_office:
        return Finding("checklist.office-fetches", Severity.WARNS, line.id, params, SHARING)
    if line.necessity is Necessity.DEFERRABLE and state.gap is GapKind.MISSING:
        until = line.deferral.label if line.deferral else ""
        return Finding("checklist.deferred", Severity.WARNS, line.id, {**params, "period": until})
    if state.gap is not GapKind.MISSING and state.gap is not None:
        return Finding(
            "checklist.flawed",
            subject=line.id,
            params={**params, "gap": state.gap.value, "note": state.note},
            basis=ONCE_TOLD,
        )
    return Finding("checklist.missing", subject=line.id, params=params, basis=ONCE_TOLD)


def _count(states: Iterable[LineState]) -> Counts:
    needed = [state for state in states if state.needed]
    done = [state for state in needed if state.complete]
    return Counts(
        needed=len(needed),
        filled=len(done),
        waived=sum(not state.handed_in for state in done),
        missing=sum(state.status is LineStatus.MISSING for state in needed),
        to_confirm=sum(state.status is LineStatus.TO_CONFIRM for state in needed),
        to_verify=sum(state.status is LineStatus.TO_VERIFY for state in needed),
    )
