"""Reuse (复用): lines that fill from what is held, in one pool for a whole matter, and what each verdict was judged from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from records.clock import civil_date
from records.domain import judgements
from records.domain.checklists import LineStatus
from records.domain.consents import standing
from records.domain.materials import Via
from records.domain.reuse import LineVerdict, Need, decide_reuse
from records.domain.vocabulary import DossierState, MaterialSource
from records.indexes import questions
from records.resources.dossiers import Dossier
from records.resources.materials import Material
from records.resources.site import Site

from . import subjects
from .acts import Act, leave_trace
from .checklists import OPEN, as_held, checklist_of, course_of, guide_of, need_of
from .standards import standards


@dataclass(frozen=True, slots=True)
class Rederived:
    """A verdict that was kept, judged once more (重新判断): the reason of that day and the reason now found."""

    dossier: str
    line: str
    material: str
    day: date
    kept: str
    found: str

    @property
    def equal(self) -> bool:
        """Whether the same inputs still give the same verdict."""
        return self.kept == self.found


def reuse(act: Act, dossier: Dossier, line: str, material: Material, via: Via | None) -> None:
    """Put a held material on its line with the bytes it has today; the link it came through is written beside it."""
    listed = guide_of(act.site, dossier).line(line)
    need = need_of(act.site, dossier, listed, today=act.today)
    held = as_held(material, via, standard=listed.material)
    keep(act, dossier, need, LineVerdict(held, decide_reuse(held, need, today=act.today)))
    note = via.label if via else ""
    dossier.entries = tuple(entry for entry in dossier.entries if entry[0] != line)
    enter_line(act, dossier, line, material, material.files, MaterialSource.REUSED, note)


def fill_from_library(act: Act, dossier: Dossier) -> int:
    """Fill every line whose material is held and valid; return how many lines were filled now.

    What may no longer be used leaves its line first.
    """
    if DossierState(dossier.state) in OPEN:
        empty_lapsed(act, dossier)
    held = [
        state
        for state in checklist_of(act.site, dossier, today=act.today).lines
        if state.status is LineStatus.HELD
    ]
    for state in held:
        reuse(act, dossier, state.line.id, act.site.materials[state.material], state.via)
    return len(held)


def fill_course(act: Act, dossier: Dossier) -> int:
    """Fill at once the other open cases of the same matter from the pool (一件事共用材料); return how many lines."""
    filled = 0
    for other in list(course_of(act.site, dossier)):
        if other.id == dossier.id or DossierState(other.state) not in OPEN:
            continue
        lines = fill_from_library(act, other)
        if lines:
            leave_trace(act, "dossier.pool", other, unit=other.unit, details={"from": dossier.id})
        filled += lines
    return filled


def empty_lapsed(act: Act, dossier: Dossier, *, material: str = "", why: str = "") -> tuple[str, ...]:
    """Take reused materials off their lines that may no longer be used (失效退出); return the lines.

    One ended, was frozen, or the applicant took the consent back: the reason stands in the trace and is kept with the
    line, the paper is handed in instead and the case goes on. With ``material`` only that one is looked at.
    """
    emptied = []
    for line, entry in _reused(dossier).items():
        if material and entry[1] != material:
            continue
        lapsed = _lapsed(act, dossier, line, entry[1])
        if lapsed is None:
            continue
        need, choice = lapsed
        keep(act, dossier, need, choice)
        dossier.entries = tuple(kept for kept in dossier.entries if kept[0] != line)
        emptied.append(line)
        reason = choice.verdict.reason if choice.verdict else ""
        details = {"line": line, "material": entry[1], "reason": reason}
        leave_trace(act, "dossier.unfill", dossier, unit=dossier.unit, why=why, details=details)
    return tuple(emptied)


def keep(act: Act, dossier: Dossier, need: Need, choice: LineVerdict) -> None:
    """Keep with the case what a line was judged from, where anything of its kind was held (留存判断依据)."""
    if choice.best is None or choice.verdict is None:
        return
    kept = judgements.keep(choice.best, need, choice.verdict)
    dossier.judged = (*dossier.judged, (need.line.id, choice.best.id, act.at, kept))


def rederive(site: Site, dossier: Dossier) -> Iterator[Rederived]:
    """Judge every kept verdict of a case once more, from what was kept and what the records say of that day (复核)."""
    lines = {line.id: line for line in guide_of(site, dossier).lines}
    for line, material, at, kept in dossier.judged:
        record, day = site.materials[material], civil_date(at)
        listed = lines[line]
        agreed = standing(record.consents, at=at)
        held = replace(
            as_held(record, standard=listed.material),
            issued_on=record.issued_as_of(at),
            purposes=agreed.purposes,
            consented=agreed.consented,
            withdrawn=agreed.withdrawn,
        )
        need = need_of(site, dossier, listed, today=day)
        again = judgements.judge_again(kept, held, need, today=day)
        yield Rederived(dossier.id, line, material, day, judgements.read(kept).reason, again.reason)


def enter_line(
    act: Act,
    dossier: Dossier,
    line: str,
    material: Material,
    digests: Sequence[str],
    how: MaterialSource,
    note: str,
) -> None:
    """Write a material's files on a line, each with how it came, when and by whom."""
    dossier.entries = (
        *dossier.entries,
        *((line, material.id, digest, how.value, act.at, act.by.userid, note) for digest in digests),
    )


def open_users(site: Site, material: Material) -> Iterator[Dossier]:
    """Yield the open cases in which a material was reused, the applicant's own and those of what is linked with it."""
    for subject in subjects.linked(site, material.applicant):
        for dossier in questions.dossiers_of(site, subject):
            reused = {entry[1] for entry in _reused(dossier).values()}
            if DossierState(dossier.state) in OPEN and material.id in reused:
                yield dossier


def _reused(dossier: Dossier) -> dict[str, tuple]:
    return {entry[0]: entry for entry in dossier.entries if entry[3] == MaterialSource.REUSED}


def _lapsed(act: Act, dossier: Dossier, line: str, material: str) -> tuple[Need, LineVerdict] | None:
    """Return on what grounds a reused material must leave its line; None when it may stay."""
    listed = guide_of(act.site, dossier).line(line)
    record = act.site.materials[material]
    if standards(act.site).resolve(record.standard) != listed.material:
        return None
    need = need_of(act.site, dossier, listed, today=act.today)
    held = as_held(record, standard=listed.material)
    verdict = decide_reuse(held, need, today=act.today)
    return None if verdict.usable else (need, LineVerdict(held, verdict))
