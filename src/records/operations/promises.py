"""Written promises (告知承诺): a line that the guide lets be promised is done without its paper."""

from __future__ import annotations

from records.domain.findings import Finding, Refused
from records.domain.permissions import Permission
from records.domain.reuse import ReuseOutcome
from records.domain.vocabulary import DossierState
from records.resources.dossiers import Dossier

from .acts import Act, leave_trace
from .checklists import OPEN, checklist_of


def promise_line(act: Act, dossier: Dossier, *, line: str) -> Dossier | Refused:
    """Record that the applicant promised in writing what a line would prove (告知承诺); the signed letter has its own line.

    Findings: ``dossier.closed-for-materials``, ``promise.not-allowed`` (the guide names no clause for it, or the line is done).
    """
    found = []
    if DossierState(dossier.state) not in OPEN:
        state = DossierState(dossier.state).label
        found.append(Finding("dossier.closed-for-materials", params={"state": state}))
    state = checklist_of(act.site, dossier, today=act.today).line(line)
    verdict = state.judged if state is not None and not state.complete else None
    if verdict is None or verdict.outcome is not ReuseOutcome.MAY_PROMISE:
        found.append(Finding("promise.not-allowed", subject=line))
    if found:
        return Refused(tuple(found))
    dossier.promises = (*dossier.promises, (line, act.at, act.by.userid))
    leave_trace(
        act,
        "dossier.promise",
        dossier,
        unit=dossier.unit,
        permission=Permission.DOSSIER_FILL,
        details={"line": line, "clause": verdict.clause},
    )
    return dossier
