"""Fetching (调取): what the office asks another organ's platform, and what its answer means for a line of a case.

What sharing can supply may not be asked of the applicant (国务院令第716号 第七条). A platform that is down is no answer:
the office goes on owing the fetch (后台补调取) on a clock of its own. Only a licence that the platform calls valid may be used.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from .clocks import Calendar, due
from .findings import Finding
from .guide_parts import Line, LineSource
from .identifiers import licence_identifier
from .materials import HeldMaterial, StandardMaterial
from .periods import Period
from .reuse import SHARING, Need, decide_reuse
from .vocabulary import Grade, MaterialSource, MaterialStatus, Term

LONGEST_PAUSE = timedelta(hours=2)
RESTS_AFTER = 3
"""Silences in a row after which a platform is left alone for a while, so that others need not wait behind it."""
REST = timedelta(minutes=1)


class PlatformKind(Term):
    """Which kind of platform is asked (平台种类)."""

    LICENCES = "licences", "电子证照库"
    SHARING = "sharing", "数据共享平台"


class LicenceStatus(Term):
    """How an electronic licence stands at its issuer (证照状态); only a valid one may be used as a material."""

    VALID = "01", "有效"
    SUSPENDED = "02", "暂扣"
    REVOKED = "03", "撤销"
    DEREGISTERED = "04", "注销"
    LAPSED = "05", "失效"
    MOVED = "06", "办理转出"
    TAKEN_AWAY = "07", "吊销"
    OTHER = "99", "其他"


class FetchState(Term):
    """How a fetch stands (调取状态)."""

    OWED = "owed", "待补调取"
    FETCHED = "fetched", "已调取"
    ABSENT = "absent", "平台答复没有"
    UNUSABLE = "unusable", "证照不能使用"
    MET = "met", "已由其他途径取得"
    OVER = "over", "办件已结束"


#: A platform said something definite: the applicant may show the paper, and nobody must.
ANSWERED_NO = frozenset({FetchState.ABSENT, FetchState.UNUSABLE})


@dataclass(frozen=True, slots=True, repr=False)
class Question:
    """What a platform is asked: whose licence, of which type, for which case; ``request`` names the call.

    It holds a full personal number and is therefore never printed.
    """

    request: str
    holder_kind: str
    holder_number: str
    licence_type: str
    purpose: str
    unit: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Licence:
    """A licence or record as a platform gave it: of the holder that was asked about, whose number it no longer holds.

    ``facts`` are the fields of a data-sharing answer that comes without a file.
    """

    identifier: str
    licence_type: str
    title: str
    document_number: str
    issuer: str
    issued_on: date
    valid_from: date | None
    valid_until: date | None
    status: LicenceStatus
    file: bytes = b""
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Absent:
    """A definite no (查无此证): the platform knows of no licence of this type of this holder."""


#: What a call ends in; a finding (``platform.*``) is no answer and leaves the fetch owed.
Reply = Licence | Absent | Finding

#: Faults in which nothing at all was heard: what lets a platform rest.
SILENT = frozenset({"platform.unreachable", "platform.timeout"})


def type_to_ask(line: Line, standard: StandardMaterial) -> str:
    """Return the licence type code (证照类型代码) under which a line is looked up; empty when the applicant brings it.

    Asked is what the guide waives (免提交) and another organ issues; the line's own code goes before the catalogue's.
    """
    if not line.waived or line.source is not LineSource.ORGAN:
        return ""
    return line.licence_code or standard.licence_type


def fetch_due(owed_on: date, period: Period, calendar: Calendar, *, promised: date | None = None) -> date:
    """Return the day by which the office fetches (补调取期限): its own promise, never after the case's promised day."""
    mine = due(owed_on, period.n, period.unit, calendar).due
    return min(mine, promised) if promised is not None and promised >= owed_on else mine


def pause(tries: int) -> timedelta:
    """Return how long the office waits before it asks again: 2, 4, 8 … minutes, two hours at most, never giving up."""
    return min(timedelta(minutes=2 ** min(tries, 10)), LONGEST_PAUSE)


@dataclass(frozen=True, slots=True)
class Health:
    """How a platform has answered of late (连接状况)."""

    answered_at: datetime | None = None
    failed_at: datetime | None = None
    fault: str = ""
    silences: int = 0
    params: tuple[tuple[str, str | int], ...] = ()

    @property
    def rests_until(self) -> datetime | None:
        """The instant before which it is not called; None when it may be called."""
        return self.failed_at + REST if self.silences >= RESTS_AFTER and self.failed_at else None

    def after(self, reply: Reply, at: datetime) -> Health:
        """Return the health after one more call."""
        if not isinstance(reply, Finding):
            return Health(answered_at=at, failed_at=self.failed_at, fault="")
        silences = self.silences + 1 if reply.code in SILENT else 0
        return Health(self.answered_at, at, reply.code, silences, tuple(reply.params.items()))


def decide_licence(licence: Licence, need: Need, *, case: str, today: date) -> tuple[Finding, ...]:
    """Judge a licence that was found for a line of a case: everything that speaks against it, and what to look at.

    Blocks: ``fetch.status`` and the reason why no material of its kind would serve (``reuse.*``). Warns: ``licence.*``, an
    identifier that does not fit, as real ones are known to.
    """
    line, found = need.line, []
    if licence.status is not LicenceStatus.VALID:
        params = {"line": line.name, "status": licence.status.label}
        found.append(Finding("fetch.status", subject=line.id, params=params, basis=SHARING))
    verdict = decide_reuse(_held(licence, need, case), need, today=today)
    if not verdict.usable:
        found.append(Finding(verdict.reason, subject=line.id, params=verdict.params, basis=verdict.clause))
    return (*found, *(licence_identifier(licence.identifier) if licence.identifier else ()))


def _held(licence: Licence, need: Need, case: str) -> HeldMaterial:
    return HeldMaterial(
        id="",
        standard=need.standard.code,
        title=licence.title,
        number=licence.document_number,
        issuer=licence.issuer,
        issued_on=licence.issued_on,
        valid_from=licence.valid_from,
        valid_until=licence.valid_until,
        grade=Grade.A,
        status=MaterialStatus.VALID,
        source=MaterialSource.FETCHED,
        dossiers=frozenset({case}),
    )


def status_of_material(status: LicenceStatus, now: MaterialStatus, *, frozen_by: str) -> MaterialStatus:
    """Return how a material stands after its licence was looked up again.

    What the issuer no longer calls valid is frozen; what was frozen for that reason only (``frozen_by`` is the status
    that froze it) is freed when it is valid again. Whatever else took it out of use stays.
    """
    if status is not LicenceStatus.VALID:
        return MaterialStatus.FROZEN if now is MaterialStatus.VALID else now
    return MaterialStatus.VALID if now is MaterialStatus.FROZEN and frozen_by else now
