"""What an edition means for what is under way (影响报告): open cases, held materials, other centres, packages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from records.domain.centres import centres_of, check_supplements
from records.domain.changes import Change, asks, changes
from records.domain.findings import Finding
from records.domain.guide_parts import Guide as GuideBody
from records.domain.one_things import check_one_thing
from records.domain.standards import Standards
from records.domain.vocabulary import DossierState, Grade, ReuseClass
from records.indexes import questions
from records.resources.dossiers import Dossier
from records.resources.guides import Guide
from records.resources.site import Site

from .dossiers import LIVE
from .editions import content
from .one_things import guides_of, known
from .standards import standards

MOST = 50
"""Cases that are listed by their ids; the others are only counted."""


@dataclass(frozen=True, slots=True)
class OpenCases:
    """The open cases that keep an older edition (未结办件): how many in each state, and the first that one may see."""

    states: Mapping[str, int]
    ids: tuple[str, ...]

    @property
    def total(self) -> int:
        """How many there are in all."""
        return sum(self.states.values())


@dataclass(frozen=True, slots=True)
class MaterialImpact:
    """A standard material whose held copies serve otherwise (材料影响): the grades that were and that are accepted.

    An empty set of grades means that the edition does not ask for the material.
    """

    material: str
    name: str
    before: frozenset[Grade]
    after: frozenset[Grade]


@dataclass(frozen=True, slots=True)
class PackageImpact:
    """A package (一件事) that contains the guide, and what would be wrong with it."""

    key: str
    title: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Impact:
    """Everything an edition touches; ``abolished`` when the item itself ends and its cases end by law with a notice.

    ``asked`` are the changes to what applicants have to bring, ``limits`` those to the time limits, against the edition
    in force. ``local_conflicts`` are findings on the supplements of centres below the county.
    """

    open_cases: OpenCases
    asked: tuple[Change, ...]
    limits: tuple[Change, ...]
    became_reusable: tuple[MaterialImpact, ...]
    became_useless: tuple[MaterialImpact, ...]
    local_conflicts: tuple[Finding, ...]
    one_things: tuple[PackageImpact, ...]
    abolished: bool = False


def impact(
    site: Site,
    record: Guide,
    version: int,
    *,
    today: date,
    may: Callable[[Dossier], bool] | None = None,
) -> Impact:
    """Return what would happen to work under way when a version of a guide took the place of the one in force.

    Version 0 is the abolition of the item. Cases are counted for whoever may see the report; their ids are only given
    where ``may`` says yes. Cases keep their edition whatever happens (I5): nothing is changed here.
    """
    edition = record.version(version) if version else None
    if version and edition is None:
        raise LookupError(f"{record.key} has no version {version}")
    new = content(edition) if edition is not None else None
    present = record.in_force(today)
    old = content(present) if present is not None and present is not edition else None
    reusable, useless = _materials(old, new, standards(site))
    changed = changes(old, new) if old is not None and new is not None else ()
    return Impact(
        open_cases=_open_cases(site, record, version, may),
        asked=tuple(each for each in changed if asks(each)),
        limits=tuple(each for each in changed if each.path.startswith("limits.") and not each.internal),
        became_reusable=reusable,
        became_useless=useless,
        local_conflicts=_conflicts(site, new) if new is not None else (),
        one_things=tuple(_packages(site, record.key, new, today)),
        abolished=new is None,
    )


def _open_cases(site: Site, record: Guide, version: int, may: Callable[[Dossier], bool] | None) -> OpenCases:
    states: Counter[str] = Counter()
    ids: list[str] = []
    for dossier in _live(site, record):
        if dossier.guide_version != version:
            states[dossier.state] += 1
            if len(ids) < MOST and may is not None and may(dossier):
                ids.append(dossier.id)
    return OpenCases(
        {state.value: states[state.value] for state in DossierState if states[state.value]}, tuple(ids)
    )


def _live(site: Site, record: Guide) -> Iterator[Dossier]:
    """Yield the open cases of a guide, by state and due day."""
    units = dict.fromkeys(content(version).unit for version in record.published())
    for state in DossierState:
        for unit in units if state in LIVE else ():
            for _, dossier in questions.dossiers_in(site, unit, state.value):
                if dossier.guide == record.key:
                    yield dossier


def _materials(
    old: GuideBody | None, new: GuideBody | None, known: Standards
) -> tuple[tuple[MaterialImpact, ...], tuple[MaterialImpact, ...]]:
    """Return the materials of which more held copies would serve, and those of which fewer would."""
    before, after = _accepted(old), _accepted(new)
    reusable, useless = [], []
    for code in dict.fromkeys((*before, *after)):
        standard = known.get(code)
        if standard is None or standard.reuse is ReuseClass.ONCE:
            continue
        was, now = before.get(code, frozenset()), after.get(code, frozenset())
        touched = MaterialImpact(code, standard.name, was, now)
        if now - was and old is not None:
            reusable.append(touched)
        if was - now:
            useless.append(touched)
    return tuple(reusable), tuple(useless)


def _accepted(guide: GuideBody | None) -> dict[str, frozenset[Grade]]:
    found: dict[str, frozenset[Grade]] = {}
    for line in guide.lines if guide is not None else ():
        if line.material:
            found[line.material] = found.get(line.material, frozenset()) | line.grades
    return found


def _conflicts(site: Site, guide: GuideBody) -> tuple[Finding, ...]:
    return check_supplements(guide, centres=centres_of(site.office.get("centres", ())))


def _packages(site: Site, key: str, new: GuideBody | None, today: date) -> Iterator[PackageImpact]:
    for one_thing in known(site).values():
        parts = [part.guide for part in one_thing.parts]
        if key not in parts:
            continue
        guides = dict(guides_of(site, one_thing, today=today))
        guides.pop(key, None)
        if new is not None:
            guides[key] = new
        yield PackageImpact(one_thing.key, one_thing.title, check_one_thing(one_thing, guides))
