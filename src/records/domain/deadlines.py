"""The clocks of one dossier (办件时限): told in time, accepted, decided, delivered, each by the rule of its own law.

A clock is a pure function of what happened, the rule row, the calendar and today; nothing is stored that could
disagree with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from .clocks import Calendar, Due, Stop, due, working_days_between
from .findings import Finding, Refused, Severity
from .periods import Period
from .vocabulary import Term

STOPPING = "行政许可法 第四十五条"
EVERYWHERE = "全国"


class Act(StrEnum):
    """What a legal period is for."""

    INTAKE = "intake"
    DECISION = "decision"
    DELIVERY = "delivery"
    REPLY = "reply"


class Deeming(StrEnum):
    """What the law says when nobody told the applicant in time."""

    NONE = "none"
    ACCEPTED_FROM_RECEIPT = "accepted-from-receipt"


class Approver(Term):
    """Who may extend a legal period."""

    NOBODY = "", "不得延长"
    ORGAN_HEAD = "organ-head", "本行政机关负责人"
    GOVERNMENT_HEAD = "government-head", "本级人民政府负责人"


class SpecialProcedure(Term):
    """The closed list of procedures whose time is not counted (不计时环节), 行政许可法 第四十五条."""

    HEARING = "hearing", "听证"
    TENDER = "tender", "招标"
    AUCTION = "auction", "拍卖"
    INSPECTION = "inspection", "检验"
    TEST = "test", "检测"
    QUARANTINE = "quarantine", "检疫"
    APPRAISAL = "appraisal", "鉴定"
    EXPERT_REVIEW = "expert-review", "专家评审"


class Light(StrEnum):
    """How a running period stands (电子监察灯色): far, near or past its end."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"


@dataclass(frozen=True, slots=True)
class LimitRow:
    """One legal period: which rule, for which act, by which clause, and where and when it is in force."""

    key: str
    act: Act
    law: str
    clause: str
    period: Period
    deeming: Deeming
    extension: int
    approver: Approver
    stops: bool
    region: str
    since: date
    until: date | None = None

    def in_force(self, on: date, region: str) -> bool:
        """Tell whether the row binds an office of that region (a name such as 河南省安阳市) on a civil day."""
        return (
            self.since <= on
            and (self.until is None or on <= self.until)
            and (self.region == EVERYWHERE or region.startswith(self.region))
        )


@dataclass(frozen=True, slots=True)
class ItemLimits:
    """What the guide of the item prints: the promised period, and a statutory one where a special law sets it."""

    promised: Period | None = None
    statutory: Period | None = None


class ClockEventKind(StrEnum):
    """What moves a clock."""

    RECEIVED = "received"
    TOLD = "told"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    STOPPED = "stopped"
    RESUMED = "resumed"
    EXTENDED = "extended"
    PROMISE_EXTENDED = "promise-extended"
    DECIDED = "decided"
    DELIVERED = "delivered"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class ClockEvent:
    """One event on a civil day: a stop names its procedure, an extension who approved it or by how much."""

    kind: ClockEventKind
    day: date
    procedure: str = ""
    approver: str = ""
    amount: int = 0


@dataclass(frozen=True, slots=True)
class ClockFace:
    """What the clocks of a dossier show today; ``None`` where no such period runs or ran."""

    intake_due: date | None
    accepted: date | None
    deemed: bool
    statutory_due: date | None
    promised_due: date | None
    deliver_due: date | None
    stopped: bool
    light: Light
    provisional: bool
    explanations: Mapping[str, Due] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


def rule_for(rows: Iterable[LimitRow], *, on: date, region: str = "") -> Mapping[Act, LimitRow] | Refused:
    """Return what one rule says on the day of receipt, by act; a local row wins over a national one.

    A rule without rows (no law sets a period) binds nothing; a rule whose rows are all out of force is refused.
    """
    known = tuple(rows)
    binding = sorted(
        (row for row in known if row.in_force(on, region)), key=lambda row: row.region != EVERYWHERE
    )
    if known and not binding:
        return Refused((Finding("limit.not-in-force", params={"rule": known[0].key, "day": on.isoformat()}),))
    return {row.act: row for row in binding}


def clock_of(
    events: Sequence[ClockEvent],
    rule: Mapping[Act, LimitRow],
    limits: ItemLimits,
    calendar: Calendar,
    today: date,
) -> ClockFace:
    """Read all the clocks of a dossier; events stand in the order in which they happened.

    Nobody told in time: accepted from the day of receipt, where the rule says so (视为受理). Only the eight
    procedures stop a clock, and only under a rule that knows them; an extension must be approved by the right
    person, before the period ends, once. What does not hold is a finding and moves nothing.
    """
    findings: list[Finding] = []
    decision = rule.get(Act.DECISION)
    intake = _intake(events, rule.get(Act.INTAKE), calendar)
    accepted, deemed = _accepted(events, rule.get(Act.INTAKE), intake, today)
    stops, stopped = _stops(events, decision, today, findings)
    known = {"intake": intake} if intake else {}
    if accepted:
        if decision or limits.statutory:
            known["statutory"] = _statutory(accepted, events, decision, limits, calendar, stops, findings)
        if limits.promised:
            extra = sum(event.amount for event in events if event.kind is ClockEventKind.PROMISE_EXTENDED)
            known["promised"] = due(
                accepted, limits.promised.n + extra, limits.promised.unit, calendar, stops=stops
            )
    decided = _last(events, ClockEventKind.DECIDED)
    if decided and Act.DELIVERY in rule:
        period = rule[Act.DELIVERY].period
        known["deliver"] = due(decided, period.n, period.unit, calendar)
    for face in known.values():
        findings.extend(found for found in face.findings if found not in findings)
    return ClockFace(
        **{f"{name}_due": known[name].due if name in known else None for name in _FACES},
        accepted=accepted,
        deemed=deemed,
        stopped=stopped,
        light=_light(events, known, stopped=stopped, calendar=calendar, today=today),
        provisional=any(face.provisional for face in known.values()),
        explanations=known,
        findings=tuple(findings),
    )


_FACES = ("intake", "statutory", "promised", "deliver")
_INTAKE_ENDS = frozenset(
    {ClockEventKind.TOLD, ClockEventKind.ACCEPTED, ClockEventKind.DECLINED, ClockEventKind.WITHDRAWN}
)
_ENDS = frozenset({ClockEventKind.DELIVERED, ClockEventKind.DECLINED, ClockEventKind.WITHDRAWN})


def _last(events: Sequence[ClockEvent], kind: ClockEventKind) -> date | None:
    return next((event.day for event in reversed(events) if event.kind is kind), None)


def _intake(events: Sequence[ClockEvent], row: LimitRow | None, calendar: Calendar) -> Due | None:
    """Return the period for telling: a fresh one for what was handed in after a notice."""
    received = _last(events, ClockEventKind.RECEIVED)
    if row is None or received is None:
        return None
    return due(received, row.period.n, row.period.unit, calendar)


def _accepted(
    events: Sequence[ClockEvent], row: LimitRow | None, intake: Due | None, today: date
) -> tuple[date | None, bool]:
    """Return the day of acceptance and whether it is deemed: from the receipt, when nobody was told in time."""
    accepted = _last(events, ClockEventKind.ACCEPTED)
    if row is None or intake is None or row.deeming is not Deeming.ACCEPTED_FROM_RECEIPT:
        return accepted, False
    positions = [number for number, event in enumerate(events) if event.kind is ClockEventKind.RECEIVED]
    received = events[positions[-1]].day
    answers = [event.day for event in events[positions[-1] :] if event.kind in _INTAKE_ENDS]
    if min(answers, default=today) > intake.due:
        return received, True
    return accepted, False


def _stops(
    events: Sequence[ClockEvent], row: LimitRow | None, today: date, findings: list[Finding]
) -> tuple[tuple[Stop, ...], bool]:
    """Return the times that do not count, and whether one is still open; an open one lasts until today."""
    stops: list[Stop] = []
    since: ClockEvent | None = None
    for event in events:
        if event.kind is ClockEventKind.STOPPED and since is None:
            if event.procedure not in set(SpecialProcedure):
                findings.append(_warning("clock.procedure-not-listed", STOPPING, procedure=event.procedure))
            elif row is None or not row.stops:
                findings.append(_warning("clock.stop-without-basis", STOPPING, procedure=event.procedure))
            else:
                since = event
        elif event.kind is ClockEventKind.RESUMED and since is not None:
            stops.append(Stop(since.day, event.day, SpecialProcedure(since.procedure).label))
            since = None
    if since is not None:
        stops.append(Stop(since.day, today, SpecialProcedure(since.procedure).label))
    return tuple(stops), since is not None


def _statutory(
    accepted: date,
    events: Sequence[ClockEvent],
    row: LimitRow | None,
    limits: ItemLimits,
    calendar: Calendar,
    stops: Sequence[Stop],
    findings: list[Finding],
) -> Due:
    """Return the statutory period, a special law's before the general one, with an extension that holds."""
    period = limits.statutory or (row.period if row else None)
    if period is None:
        raise ValueError("neither the rule nor the guide sets a statutory period")
    face = due(accepted, period.n, period.unit, calendar, stops=stops)
    extended = False
    for event in events:
        if event.kind is not ClockEventKind.EXTENDED:
            continue
        wrong = _extension_fault(event, row, face, extended=extended)
        if wrong or row is None:
            findings.append(_warning(wrong, row.clause if row else "", day=event.day.isoformat()))
            continue
        extended = True
        face = due(accepted, period.n + row.extension, period.unit, calendar, stops=stops)
    return face


def _extension_fault(event: ClockEvent, row: LimitRow | None, face: Due, *, extended: bool) -> str:
    if row is None or not row.extension:
        return "clock.extension-not-allowed"
    if extended:
        return "clock.extension-twice"
    if event.day > face.due:
        return "clock.extension-late"
    return "" if event.approver == row.approver else "clock.extension-approver"


def _light(
    events: Sequence[ClockEvent], known: Mapping[str, Due], *, stopped: bool, calendar: Calendar, today: date
) -> Light:
    """Judge the periods that run now: red past the end, yellow in the last third or the last working day."""
    kinds = {event.kind for event in events}
    if stopped or kinds & _ENDS:
        return Light.GREEN
    if ClockEventKind.DECIDED in kinds:
        running = {"deliver"}
    elif "statutory" in known or "promised" in known:
        running = {"promised", "statutory"}
    else:
        answered = bool(events) and events[-1].kind is ClockEventKind.TOLD
        running = set() if answered else {"intake"}
    faces = [known[name] for name in known if name in running]
    if any(today > face.due for face in faces):
        return Light.RED
    return Light.YELLOW if any(_near(face, calendar, today) for face in faces) else Light.GREEN


def _near(face: Due, calendar: Calendar, today: date) -> bool:
    total = sum(day.counts for day in face.days)
    return working_days_between(today, face.due, calendar) <= max(1, total // 3)


def _warning(code: str, basis: str, **params: str | int) -> Finding:
    return Finding(code, Severity.WARNS, params=params, basis=basis)
