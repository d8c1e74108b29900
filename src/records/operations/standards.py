"""Standard materials of the office (标准材料): added, changed, named otherwise, retired, merged; each with its trace.

Nothing of the shipped table is lost: the office's records lie over it. A merge moves nothing: guides and library keep the
code they were written with and are read as the other from then on.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date

from records.domain.findings import Finding, Refused
from records.domain.materials import Sensitivity
from records.domain.permissions import Permission
from records.domain.standards import Own, Standards, check_merge, check_names, fold
from records.domain.vocabulary import Grade, ReuseClass
from records.indexes import questions
from records.resources.site import Site
from records.resources.standards import Standard
from records.rules import catalogue

from .acts import Act, leave_trace
from .editions import content

CODE = re.compile("[a-z][a-z0-9]*(-[a-z0-9]+)*")
LICENCE_TYPE = re.compile("[0-9A-HJ-NPQRTUWXY]{18}[0-9]{3}|[0-9]{4,12}|")
LONGEST_CODE = 40
OVERLAID = ("name", "licence_type", "validity_days", "reuse", "sensitivity", "issuer", "note")


@dataclass(frozen=True, slots=True)
class Use:
    """One line, or the result, of a guide edition in force that names a material."""

    guide: str
    title: str
    version: int
    line: str
    name: str


@dataclass(frozen=True, slots=True)
class MergePlan:
    """What a merge changes (合并预览): the lines that will be read otherwise, held materials, names that come along."""

    loser: str
    winner: str
    uses: tuple[Use, ...]
    materials: int
    names: tuple[str, ...]
    findings: tuple[Finding, ...]


def standards(site: Site) -> Standards:
    """Return the catalogue of the office: the shipped table with its own records over it; made once for each change."""
    folder = getattr(site, "standards", None)
    if folder is None or not folder.edition:
        return catalogue.shipped()
    made: tuple[int, Standards] | None = getattr(folder, "_v_made", None)
    if made is None or made[0] != folder.edition:
        made = (folder.edition, Standards(catalogue.materials(), map(_own, folder.values())))
        folder._v_made = made
    return made[1]


def standard_of(site: Site, name: str) -> str | None:
    """Return the code of the standard material with this name or alias (按名称归标准); never by likeness."""
    return standards(site).standard_of(name)


def where_used(site: Site, code: str, *, today: date) -> tuple[Use, ...]:
    """Return every line and result of guides in force that is read as this material (使用情况)."""
    together = frozenset(standards(site).together(code))
    uses = []
    for key in sorted(
        key for key, named in questions.guides_naming(site, today) if together.intersection(named)
    ):
        version = site.guides[key].in_force(today)
        body = content(version)
        parts = [(line.material, line.id, line.name) for line in body.lines]
        uses += [
            Use(key, body.title, version.version, line, name)
            for material, line, name in (*parts, (body.result.material, "", body.result.name))
            if material in together
        ]
    return tuple(uses)


def used_by(site: Site, *, today: date) -> Counter[str]:
    """Return for every material in how many guides in force it is asked for or given; no guide is read."""
    known = standards(site)
    counts: Counter[str] = Counter()
    for _guide, named in questions.guides_naming(site, today):
        counts.update({known.resolve(material) for material in named})
    return counts


def plan_merge(site: Site, *, code: str, into: str, today: date) -> MergePlan:
    """Tell what a merge would change before anything is changed; ``findings`` say why it must not be.

    Counting the held materials walks through the keys of every library: for looking, not for the act.
    """
    known = standards(site)
    found = check_merge(known, loser=code, winner=into)
    if code not in known:
        return MergePlan(code, into, (), 0, (), found)
    material = known.as_put_down(code)
    return MergePlan(
        loser=code,
        winner=known.resolve(into),
        uses=where_used(site, code, today=today),
        materials=questions.count_of_standard(site, known.together(code)),
        names=(material.name, *material.aliases),
        findings=found,
    )


def add_standard(
    act: Act,
    *,
    code: str,
    name: str,
    aliases: tuple[str, ...],
    licence_type: str,
    validity_days: int | None,
    reuse: ReuseClass,
    sensitivity: Sensitivity,
    identity: tuple[str, ...],
    grades: tuple[str, ...],
    issuer: str,
    note: str,
) -> Standard | Refused:
    """Add a standard material (新增标准材料) that the shipped table lacks."""
    known = standards(act.site)
    found = [*_odd_code(known, code), *_odd_values(licence_type, validity_days)]
    found += check_names(known, [("name", name), *(("aliases", alias) for alias in aliases)], code="")
    if not grades:
        found.append(Finding("standard.no-grades", subject="grades"))
    if found:
        return Refused(tuple(found))
    record = _record(act, code)
    record.name, record.aliases = name, aliases
    record.licence_type, record.validity_days = licence_type, validity_days
    record.reuse, record.sensitivity = reuse.value, sensitivity.value
    record.identity = tuple(sorted(identity))
    record.grades = tuple(sorted(map(str, grades)))
    record.issuer, record.note = issuer, note
    return _changed(act, record, "add")


def change_standard(
    act: Act,
    *,
    code: str,
    name: str,
    licence_type: str,
    validity_days: int | None,
    reuse: ReuseClass,
    sensitivity: Sensitivity,
    issuer: str,
    note: str,
) -> Standard | Refused:
    """Change what is said of a material (修改标准材料); its earlier name goes on naming it."""
    known = standards(act.site)
    found = [*_not_standing(known, code), *_odd_values(licence_type, validity_days)]
    found += check_names(known, [("name", name)], code=code)
    if found:
        return Refused(tuple(found))
    before = known[code]
    values = (name, licence_type, validity_days, reuse, sensitivity, issuer, note)
    given = dict(zip(OVERLAID, values, strict=True))
    if all(getattr(before, field) == value for field, value in given.items()):
        return Refused((Finding("standard.unchanged", subject="code", params={"name": before.name}),))
    record = _record(act, code)
    if fold(name) != fold(before.name):
        record.aliases = tuple(dict.fromkeys((*record.aliases, before.name)))
    for field, value in given.items():
        setattr(record, field, str(value) if isinstance(value, ReuseClass | Sensitivity) else value)
    return _changed(act, record, "change")


def add_alias(act: Act, *, code: str, alias: str) -> Standard | Refused:
    """Let one more name mean a material (添加别名); a name that means another one is refused."""
    known = standards(act.site)
    found = [*_not_standing(known, code), *check_names(known, [("alias", alias)], code=code)]
    if not found and known.standard_of(alias) == code:
        params = {"name": alias, "standard": known[code].name}
        found.append(Finding("standard.alias-known", subject="alias", params=params))
    if found:
        return Refused(tuple(found))
    record = _record(act, code)
    record.aliases = (*record.aliases, alias)
    return _changed(act, record, "add-alias", details={"alias": alias})


def retire_standard(act: Act, *, code: str, reason: str) -> Standard | Refused:
    """Take a material out of use for new guides (停用标准材料); cases and guides in force go on reading it."""
    known = standards(act.site)
    found = list(_not_standing(known, code))
    if not found and known.is_retired(code):
        found.append(Finding("standard.retired-already", subject="code", params={"name": known[code].name}))
    uses = where_used(act.site, code, today=act.today) if not found else ()
    if uses:
        titles = "、".join(dict.fromkeys(use.title for use in uses))
        params = {"name": known[code].name, "count": len({use.guide for use in uses}), "guides": titles}
        found.append(Finding("standard.in-use", subject="code", params=params))
    if found:
        return Refused(tuple(found))
    record = _record(act, code)
    record.retired, record.reason = True, reason
    return _changed(act, record, "retire", why=reason)


def merge_standards(act: Act, *, code: str, into: str, reason: str) -> Standard | Refused:
    """Merge a material into another (合并标准材料): from now on its code and all its names mean the other, for ever."""
    known = standards(act.site)
    found = check_merge(known, loser=code, winner=into)
    if found:
        return Refused(found)
    winner, uses, material = known.resolve(into), where_used(act.site, code, today=act.today), known[code]
    record = _record(act, code)
    record.merged_into, record.reason = winner, reason
    details = {
        "into": winner,
        "names": (material.name, *material.aliases),
        "lines": tuple(f"{use.guide}:{use.version}:{use.line}" for use in uses),
    }
    return _changed(act, record, "merge", why=reason, details=details)


def _own(record: Standard) -> Own:
    values = {field: getattr(record, field) for field in OVERLAID}
    if record.identity is not None:
        values["identity"] = frozenset(record.identity)
        values["grades"] = frozenset(map(Grade, record.grades))
    if record.reuse is not None:
        values["reuse"], values["sensitivity"] = ReuseClass(record.reuse), Sensitivity(record.sensitivity)
    return Own(record.code, values, record.aliases, record.retired, record.merged_into)


def _record(act: Act, code: str) -> Standard:
    """Return the office's record of a material, a new one where it had put nothing down yet."""
    act.site.place_standards()
    record = act.site.standards.get(code)
    if record is None:
        record = Standard()
        record.code = record.id = code
        record.number = act.site.counter("number:standard").next()
        record.created_at = act.at
        act.site.standards.place(code, record)
    return record


def _changed(
    act: Act, record: Standard, event: str, *, why: str = "", details: dict | None = None
) -> Standard:
    act.site.standards.edition += 1
    leave_trace(
        act,
        f"standard.{event}",
        record,
        permission=Permission.STANDARD_EDIT,
        why=why,
        details={"code": record.code, **(details or {})},
    )
    return record


def _odd_code(known: Standards, code: str) -> tuple[Finding, ...]:
    if not CODE.fullmatch(code) or len(code) > LONGEST_CODE:
        return (Finding("standard.code-shape", subject="code", params={"code": code, "most": LONGEST_CODE}),)
    if code in known:
        return (
            Finding("standard.code-taken", subject="code", params={"code": code, "name": known[code].name}),
        )
    return ()


def _odd_values(licence_type: str, validity_days: int | None) -> tuple[Finding, ...]:
    found = []
    if not LICENCE_TYPE.fullmatch(licence_type):
        found.append(Finding("standard.licence-type", subject="licence_type", params={"code": licence_type}))
    if validity_days is not None and not 0 < validity_days <= 36_525:
        found.append(Finding("standard.validity", subject="validity_days"))
    return tuple(found)


def _not_standing(known: Standards, code: str) -> tuple[Finding, ...]:
    if code not in known:
        return (Finding("standard.unknown", subject="code", params={"code": code}),)
    if known.resolve(code) != code:
        params = {"name": known.as_put_down(code).name, "into": known[code].name}
        return (Finding("standard.merged-already", subject="code", params=params),)
    return ()
