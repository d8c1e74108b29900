"""Disputes (异议): what a one-time notice may say of a paper that lies on a line, and that it is wrong from then on."""

from __future__ import annotations

from collections.abc import Sequence

from records.domain.dossiers import Gap
from records.domain.findings import Finding
from records.domain.reuse import decide_again, decide_dispute
from records.domain.vocabulary import MaterialSource
from records.resources.dossiers import Dossier

from .acts import Act, leave_trace
from .checklists import as_held, checklist_of, guide_of, need_of


def dispute(act: Act, dossier: Dossier, *, line: str, why: str) -> None:
    """Mark the paper on a line as wrong: it fills no line by itself until it is taken again or a right one comes."""
    for wrong in dict.fromkeys(entry[1] for entry in dossier.entries if entry[0] == line):
        material = act.site.materials[wrong]
        material.disputed = True
        leave_trace(act, "material.dispute", material, unit=dossier.unit, why=why)


def disputable(act: Act, dossier: Dossier, gaps: Sequence[Gap]) -> tuple[Finding, ...]:
    """Check that what a one-time notice says can be true: of a reused material (复用材料的异议), of what lies there already."""
    lines = {line.id: line for line in guide_of(act.site, dossier).lines}
    reused = {
        entry[0]: act.site.materials[entry[1]]
        for entry in dossier.entries
        if entry[3] == MaterialSource.REUSED
    }
    states = checklist_of(act.site, dossier, today=act.today)
    again = tuple(
        found
        for gap in gaps
        for state in (states.line(gap.line),)
        if state is not None and state.complete and gap.line not in reused
        for found in decide_again(state.line, gap.kind, online=gap.line in dossier.online)
    )
    return again + tuple(
        found
        for gap in gaps
        if gap.line in reused
        for found in decide_dispute(
            as_held(reused[gap.line]),
            need_of(act.site, dossier, lines[gap.line], today=act.today),
            gap.kind,
            today=act.today,
        )
    )
