"""Cases whose material holds no longer (材料失效): which they are, and that it is on record with them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from records.domain.validity import RUNNING
from records.domain.vocabulary import DossierState
from records.indexes import questions
from records.resources.dossiers import Dossier
from records.resources.materials import Material
from records.resources.site import Site

from .acts import Act, leave_trace
from .checklists import falls_of


def running_on(site: Site, material: Material) -> list[Dossier]:
    """Return the cases not yet decided with one of a material's files on a line, each once."""
    digests = {digest for digest, *_ in material.renditions}
    found = {each.id: each for digest in digests for each in questions.dossiers_showing(site, digest)}
    return [
        each
        for each in found.values()
        if DossierState(each.state) in RUNNING and any(entry[1] == material.id for entry in each.entries)
    ]


def fallen_now(site: Site, dossier: Dossier, *, today: date) -> tuple[tuple[str, str, str], ...]:
    """Return the lines of a case whose material holds no longer, as the case keeps them."""
    return tuple(
        (line, str(found.params["id"]), found.code)
        for line, found in sorted(falls_of(site, dossier, today=today).items())
    )


def note_falls(act: Act, dossier: Dossier) -> bool:
    """Write down with a case what holds no longer or holds again; false when nothing has changed."""
    now, before = fallen_now(act.site, dossier, today=act.today), dossier.fallen
    if now == before:
        return False
    dossier.fallen = now
    for event, added in (
        ("material_fell", set(now) - set(before)),
        ("material_back", set(before) - set(now)),
    ):
        titles = "、".join(act.site.materials[material].title for _, material, _ in sorted(added))
        if titles and (event == "material_fell" or not set(now) - set(before)):
            dossier.events = (*dossier.events, (event, act.at, act.by.userid, titles))
    details = {"fallen": [list(each) for each in now]}
    leave_trace(act, "dossier.validity", dossier, unit=dossier.unit, details=details)
    return True


def cases_fallen(site: Site, unit: str, limit: int | None = None) -> Iterator[Dossier]:
    """Yield a unit's running cases with a material that holds no longer, by due day."""
    return questions.dossiers_fallen(site, unit, limit=limit)
