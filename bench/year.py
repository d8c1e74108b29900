"""A year of the demo office: so many cases by the operations of real work, and what the burden ledger says of them.

    bench/year.py [HOW MANY] [SEED]

Who comes and for what is drawn from a population of fixed size, some of whom come often: the draw never looks at what is
held. An applicant brings what the checklist of that day asks for, the office fetches its own lines before it decides, one
case in twenty meets a window that tries to take a paper that is held (and must be refused), one applicant in a hundred
hands one in again of his own will. Files are digests without bytes, and notices count as printed: the bytes are those of the
records.
"""

from __future__ import annotations

import hashlib
import heapq
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate, count
from pathlib import Path
from random import Random

import office
from records.clock import FrozenClock
from records.domain import burden
from records.domain.burden import Figure
from records.domain.checklists import LineStatus
from records.domain.conditions import QuestionKind
from records.domain.findings import Refused
from records.domain.guide_parts import Guide
from records.domain.vocabulary import ApplicantKind, DeliveryMethod, Grade, ItemKind, Outcome, Override
from records.migrations import mark_all
from records.operations import applicants, decisions, dossiers, materials
from records.operations import burden as ledger
from records.operations import office as offices
from records.operations.checklists import checklist_of, guide_of
from records.operations.guides import content
from records.operations.identities import identity_of
from records.operations.services import Services
from records.rules import catalogue
from records.scripts import demo, story

DOSSIERS, SEED = 5_000, 7
START = datetime(2026, 1, 5, 1, tzinfo=UTC)
DAYS = 360
PEOPLE_A_CASE = 0.4
"""How large the population is, for each case of the year."""
DEMANDS, VOLUNTEERS = 0.05, 0.01
FAMILY, GIVEN = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许", "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚"


@dataclass(slots=True)
class Resident:
    """Somebody of the population, and how many of each paper he has had made so far."""

    serial: int
    kind: ApplicantKind
    file: str = ""
    papers: Counter = field(default_factory=Counter)

    @property
    def number(self) -> str:
        if self.kind is ApplicantKind.ORGANISATION:
            return story.credit(100_000 + self.serial, sole_trader=False)
        born = date.fromordinal(date(1950, 1, 1).toordinal() + self.serial // 900)
        return story.citizen(self.serial % 900, born, START.date())

    @property
    def name(self) -> str:
        """Several share a name, as people do."""
        name = FAMILY[self.serial % len(FAMILY)] + GIVEN[self.serial * 7 % len(GIVEN)]
        return name if self.kind is ApplicantKind.PERSON else f"云溪县{name}商贸有限公司"


@dataclass(slots=True)
class Year:
    """The year as it goes by: its clock, its chance, what was refused and how much was done."""

    opened: Services
    clock: FrozenClock
    chance: Random
    offers: list[tuple[Guide, dict[str, str]]]
    bags: dict[ApplicantKind, list[int]] = field(default_factory=dict)
    refused: Counter = field(default_factory=Counter)
    done: Counter = field(default_factory=Counter)

    def item(self, kind: ApplicantKind) -> tuple[Guide, dict[str, str]]:
        """Return for what somebody comes: each item as often as the others, in any order, as months are alike."""
        fitting = [at for at, (body, _) in enumerate(self.offers) if kind in body.audience]
        bag = self.bags.setdefault(kind, [])
        if not bag:
            bag += self.chance.sample(fitting, len(fitting))
        return self.offers[bag.pop()]

    def act(self, userid: str, do) -> object:
        """Let a person act in one transaction; a refusal is given back and changes nothing."""

        def within(root):
            site = root["site"]
            act = self.opened.act(site, identity_of(site.people[userid], self.clock.today()), channel="demo")
            result = do(act)
            for verb, subject in act.owed:
                if verb == "render-notice":
                    notice = site.notices[subject]
                    notice.digest, notice.issued_at = hashlib.sha256(subject.encode()).hexdigest(), act.at
            return result

        self.done["transactions"] += 1
        return self.opened.database.run(within, note="year")


def found(opened: Services, clock: FrozenClock) -> None:
    """Found the demo office with its guides."""
    described, _ = offices.read_office(offices.example(), name="office")
    offices.found(opened, described, mark=mark_all)
    demo.publish(demo.Story(opened, clock, Random(1)))


def begin(opened: Services, clock: FrozenClock, seed: int = SEED) -> Year:
    """Begin the year today with every guide that is in force, and who handles it."""
    told = demo.Story(opened, clock, Random(seed))
    with opened.database.read() as root:
        guides = [content(record.in_force(clock.today())) for record in root["site"].guides.values()
                  if record.in_force(clock.today())]  # fmt: skip
    posts = [
        (body, {role: demo.who(told, role, body.unit) for role in ("clerk", "reviewer")}) for body in guides
    ]
    return Year(opened, clock, Random(seed), posts)


def play(year: Year, many: int) -> None:
    """Let so many cases come over the working days of the year, each to its delivery."""
    population = [
        Resident(serial, ApplicantKind.ORGANISATION if serial % 3 == 0 else ApplicantKind.PERSON)
        for serial in range(1, max(8, int(many * PEOPLE_A_CASE)))
    ]
    often = list(accumulate(year.chance.gammavariate(0.8, 1.0) + 0.05 for _ in population))
    begun, order, waiting = year.clock.today(), count(), []
    for at in range(many):
        resident = year.chance.choices(population, cum_weights=often)[0]
        day = begun + timedelta(days=1 + at * DAYS // many)
        heapq.heappush(waiting, (_working(year, day), next(order), _case(year, resident)))
    while waiting:
        day, _, case = heapq.heappop(waiting)
        year.clock.set(max(story.morning(day), year.clock.now()) + timedelta(seconds=20))
        pause = next(case, None)
        if pause is not None:
            later = _working(year, day + timedelta(days=pause))
            heapq.heappush(waiting, (later, next(order), case))


def _working(year: Year, day: date) -> date:
    with year.opened.database.read() as root:
        calendar = year.opened.calendar(root["site"])
    while not calendar.judge(day).counts:
        day += timedelta(days=1)
    return day


def _case(year: Year, resident: Resident) -> Iterator[int]:
    """Act one case from its opening to its delivery; each pause is yielded as days."""
    chance = year.chance
    body, posts = year.item(resident.kind)
    situation = _answers(body, chance)
    opened = year.act(posts["clerk"], lambda act: _open(act, resident, body.key, situation))
    if isinstance(opened, Refused):
        _count(year, opened)
        return
    number = opened.id
    if chance.random() < DEMANDS:
        _demand_held(year, posts["clerk"], resident, number)
    _must(
        year.act(
            posts["clerk"], lambda act: _intake(year, act, resident, number, by_office=chance.random() < 0.7)
        )
    )
    if body.item_kind is ItemKind.PROMISED:
        yield chance.choice((1, 1, 2, 3, 5))
    _must(year.act(posts["clerk"], lambda act: _fetch(year, act, resident, number)))
    _must(year.act(posts["reviewer"], lambda act: _decide(year, act, body, number)))
    yield 1
    _must(year.act(posts["clerk"], lambda act: decisions.deliver(
        act, act.site.dossiers[number], method=DeliveryMethod.COUNTER, recipient="本人",
    )))  # fmt: skip
    year.done["cases"] += 1


def _answers(body: Guide, chance: Random) -> dict[str, object]:
    found = {}
    for question in body.situations:
        match question.kind:
            case QuestionKind.YES_NO:
                found[question.key] = chance.random() < 0.3
            case QuestionKind.ONE:
                found[question.key] = chance.choice(question.options).key
            case QuestionKind.SEVERAL:
                found[question.key] = tuple(
                    each.key for each in question.options if chance.random() < 0.4
                ) or (question.options[0].key,)
    return found


def _open(act, resident: Resident, guide: str, situation: dict[str, object]):
    if not resident.file:
        made = applicants.create_applicant(
            act, number=resident.number, name=resident.name, phone=f"13{resident.serial:09d}",
            representative="" if resident.kind is ApplicantKind.PERSON else "欧阳䶮",
        )  # fmt: skip
        if isinstance(made, Refused):
            return made
        resident.file = made.id
    return dossiers.open_dossier(act, applicant=resident.file, guide=guide, situation=situation)


def _intake(year: Year, act, resident: Resident, number: str, *, by_office: bool):
    """Take in all that the checklist asks for, then accept what is not decided on the spot."""
    dossier = act.site.dossiers[number]
    result = _fill(year, act, resident, dossier, by_office=by_office)
    if isinstance(result, Refused) or dossier.item_kind != ItemKind.PROMISED:
        return result
    return dossiers.accept(act, dossier)


def _fetch(year: Year, act, resident: Resident, number: str):
    return _fill(year, act, resident, act.site.dossiers[number], by_office=True)


def _fill(year: Year, act, resident: Resident, dossier, *, by_office: bool):
    for state in checklist_of(act.site, dossier, today=act.today).lines:
        if not state.needed or state.complete or (state.by_office and not by_office):
            continue
        if state.status is LineStatus.TO_CONFIRM:
            result = materials.use_material(act, dossier, line=state.line.id, material=state.material)
        else:
            result = _hand_in(act, resident, dossier, state.line)
            year.done["hand-ins"] += 1
        if isinstance(result, Refused):
            return result
    held = [entry for entry in dossier.entries if entry[3] == "reused"]
    if held and year.chance.random() < VOLUNTEERS:
        line = guide_of(act.site, dossier).line(held[0][0])
        return _hand_in(act, resident, dossier, line, override=Override.VOLUNTEERED)
    return dossier


def _hand_in(act, resident: Resident, dossier, line, *, override: Override | None = None):
    """Hand in a new paper of its kind: what a resident has had made bears a number of its own."""
    resident.papers[line.material] += 1
    serial = f"{resident.serial:05d}{resident.papers[line.material]:02d}"
    digest = hashlib.sha256(f"{resident.serial}:{line.material}:{serial}".encode()).hexdigest()
    asked = catalogue.materials()[line.material].identity
    return materials.submit_material(
        act,
        dossier,
        line=line.id,
        upload=materials.Upload(digest, digest, 20_000, "application/pdf", f"{line.name}.pdf", page_count=1),
        description=materials.Description(
            document_number=f"云溪{line.material}{serial}" if "number" in asked else "",
            issuer=(line.issuer or "云溪县") if "issuer" in asked else "",
            issued_on=act.today - timedelta(days=3) if "issued_on" in asked else None,
            original_seen=Grade.D not in line.grades,
        ),
        override=override,
    )


def _demand_held(year: Year, clerk: str, resident: Resident, number: str) -> None:
    """Try to take by hand what the library filled in: the gate has to refuse it."""
    with year.opened.database.read() as root:
        dossier = root["site"].dossiers[number]
        held = [entry[0] for entry in dossier.entries if entry[3] == "reused"]
        lines = {line.id: line for line in guide_of(root["site"], dossier).lines}
    if not held:
        return
    year.done["demands of held papers"] += 1
    result = year.act(clerk, lambda act: _hand_in(act, resident, act.site.dossiers[number], lines[held[0]]))
    if not isinstance(result, Refused):
        raise SystemExit(f"a held paper was taken: {number} {held[0]}")
    _count(year, result)


def _decide(year: Year, act, body: Guide, number: str):
    dossier = act.site.dossiers[number]
    if year.chance.random() < 0.03:
        return decisions.decide(
            act, dossier, outcome=Outcome.REFUSED, reasons="现场核查不符合条件。行政许可法第三十八条。"
        )
    digest = hashlib.sha256(f"result:{number}".encode()).hexdigest()
    serial = act.site.counter("bench").next()
    sole = body.key == demo.SOLE
    years = body.result.valid_years
    return decisions.decide(
        act,
        dossier,
        outcome=Outcome.GRANTED,
        result_number=demo.credit(serial, sole_trader=True) if sole else f"YX{serial:08d}",
        result=materials.Upload(digest, digest, 20_000, "application/pdf", "办理结果.pdf", page_count=1),
        result_valid_until=demo.replace_year(act.today, years) if years else None,
    )


def _count(year: Year, refused: Refused) -> None:
    year.refused.update(found.code for found in refused.findings)


def _must(result: object) -> None:
    if isinstance(result, Refused):
        raise SystemExit(
            f"refused: {[(found.code, found.subject, dict(found.params)) for found in result.findings]}"
        )


def report(year: Year) -> dict[str, object]:
    """Return the figures of the year from the ledger, and what the audit log alone says of them."""
    with year.opened.database.read() as root:
        site = root["site"]
        units = list(site.office["units"])
        shown = ledger.figures(site, first="0000-00", last="9999-99", units=units)
        again = ledger.recompute(site)
    months = sorted({month for month, *_ in shown})
    tallies = {
        month: burden.total(tally for place, tally in shown.items() if place[0] == month) for month in months
    }
    whole = burden.total(tallies.values())
    quarters = [
        burden.spared(burden.total(tallies[month] for month in months[at : at + 3]))
        for at in range(0, len(months), 3)
    ]
    return {
        "spared": {month: burden.percent(burden.spared(tally)) for month, tally in tallies.items()},
        "spared_by_quarter": [burden.percent(share) for share in quarters],
        "repeated": {month: burden.percent(burden.repeated(tally)) for month, tally in tallies.items()},
        "figures": {figure.value: value for figure, value in zip(Figure, whole, strict=True)},
        "asked_while_held_by_the_log": len(again.asked_while_held),
        "ledger_equals_log": again.sums() == shown,
        "refused": dict(year.refused),
        "done": dict(year.done),
    }


def main(many: int, seed: int) -> None:
    with office.folder() as instance:
        clock = FrozenClock(START)
        opened = office.open_office(instance, **{"records.clock": clock})
        found(opened, clock)
        year = begin(opened, clock, seed)
        data = Path(instance) / "Data.fs"
        empty, begun = data.stat().st_size, time.perf_counter()
        play(year, many)
        played = time.perf_counter()
        folds = sum(1 for _ in iter(lambda: ledger.fold(opened, least=1), 0))
        folded = time.perf_counter()
        figures = report(year)
        value = {
            "bench": "year", "n": many, "seed": seed, **figures,
            "seconds": round(played - begun, 1),
            "fold_seconds": round(folded - played, 2), "folds": folds,
            "recompute_seconds": round(time.perf_counter() - folded, 2),
            "bytes_a_case": (data.stat().st_size - empty) // many,
        }  # fmt: skip
        opened.close()
    print(json.dumps(value, ensure_ascii=False))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else DOSSIERS, int(sys.argv[2]) if len(sys.argv) > 2 else SEED)
