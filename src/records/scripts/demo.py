"""The demo office (示例): twenty applicants and forty cases in every state over two years, made by real acts.

Nothing is written behind the operations; the same seed on the same day gives the same semantic digest. The two years
end today, so that what is open is fresh and only a few cases are overdue. Numbers lie in region codes that no one was
ever given, so that no real person or organisation can match.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import click

from records.clock import CIVIL, FrozenClock
from records.domain import checklists, identifiers
from records.domain.access import Identity
from records.domain.dossiers import Gap
from records.domain.findings import Refused
from records.domain.vocabulary import DeclineReason, DeliveryMethod, GapKind, Grade, ItemKind, Outcome
from records.exchange import samples
from records.exchange.guides import shipped_guides
from records.extraction.types import MediaType
from records.operations import (
    applicants,
    archiving,
    dossiers,
    guides,
    importing,
    indexing,
    materials,
    papers_owed,
    sealing,
)
from records.operations.acts import Act
from records.operations.checklists import checklist_of
from records.operations.digest import semantic_digest
from records.operations.gate import findings_of
from records.operations.identities import identity_of
from records.operations.services import Services
from records.resources.site import Site
from records.rules import catalogue

from .instance import FINDINGS, GOOD, Instance
from .plans import PEOPLE, PLANS, REASONS, SHOPS, SOLE, Plan

SEED = 20261121
REGION = "419999"
#: How many days before today the demo begins; its applicants are entered in the first three weeks.
LENGTH = 750


class Stuck(Exception):
    """An act of the demo was refused: the demo and the rules do not fit."""


@dataclass(slots=True)
class Story:
    """The demo's hand: a clock it moves, people it lets act, files it hands in."""

    services: Services
    clock: FrozenClock
    chance: random.Random

    def act(self, userid: str, do: Callable[[Act], object]) -> object:
        """Let a person do one act now, then its papers; a refusal ends the demo."""
        owed: list[tuple[str, str]] = []

        def within(root):
            site = root["site"]
            person = identity_of(site.people[userid], self.clock.today())
            act = self.services.act(site, person, channel="demo")
            result = do(act)
            if isinstance(result, Refused):
                return result
            owed[:] = act.owed
            return getattr(result, "id", None)

        result = self.services.database.run(within, note="demo")
        if isinstance(result, Refused):
            raise Stuck(
                f"{userid}: {[(found.code, found.subject, dict(found.params)) for found in result.findings]}"
            )
        papers_owed.do_at_once(self.services, tuple(owed))
        return result

    def at(self, day: date, hour: int) -> None:
        """Move the clock to an hour of a day at +08:00."""
        self.clock.set(datetime.combine(day, time(hour, self.chance.randrange(60)), CIVIL).astimezone(UTC))

    def later(self, days: int, hour: int = 10) -> None:
        """Move the clock to a later day."""
        self.at(self.clock.today() + timedelta(days=days), hour)

    def reach(self, day: date) -> None:
        """Move the clock to a day, a little later than the act before when that was on the same day."""
        self.clock.set(
            max(_morning(day), self.clock.now()) + timedelta(minutes=1 + self.chance.randrange(20))
        )

    def file(self, title: str, lines: tuple[str, ...]) -> materials.Upload:
        """Store a sample paper: by turns a PDF with text, a scanned PDF, a scan as JPEG."""
        turn = self.chance.randrange(3)
        seed = self.chance.randrange(10**6)
        match turn:
            case 0:
                data, name, kind = samples.text_pdf(title, lines), f"{title}.pdf", MediaType.PDF
            case 1:
                data, name, kind = (
                    samples.scan_pdf(title, lines, seed=seed),
                    f"{title}（扫描）.pdf",
                    MediaType.PDF,
                )
            case _:
                data, name, kind = samples.scan_jpeg(title, lines, seed=seed), f"{title}.jpg", MediaType.JPEG
        stored = self.services.store.put_bytes(data)
        return materials.Upload(stored.digest, stored.sm3, stored.size, kind.value, name, page_count=1)


def citizen(serial: int, birth: date, today: date) -> str:
    """Return a citizen number of the unassigned region that passes its check digit."""
    body = f"{REGION}{birth:%Y%m%d}{serial:03d}"
    return next(
        body + check
        for check in "0123456789X"
        if not isinstance(identifiers.citizen_number(body + check, today=today), Refused)
    )


def credit(serial: int, *, sole_trader: bool) -> str:
    """Return a credit code of the unassigned region that passes both check characters."""
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    stem = f"{'92' if sole_trader else '91'}{REGION}MA{serial:06d}"
    for inner in alphabet:
        for check in alphabet:
            code = identifiers.credit_code(stem + inner + check)
            if not isinstance(code, Refused) and not code.findings:
                return code.code
    raise Stuck(stem)


def populate(services: Services) -> None:
    """Publish the shipped guides, enter the applicants and play the forty cases in the two years that end today."""
    real = services.clock
    today = real.today()
    services.clock = FrozenClock(_morning(today - timedelta(days=LENGTH)))
    story = Story(services, services.clock, random.Random(SEED))
    try:
        publish(story)
        _cases(story, _applicants(story), today)
        indexing.catch_up(services)
        sealing.seal(services)
    finally:
        services.clock = real


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(9), CIVIL).astimezone(UTC)


def publish(story: Story) -> None:
    """Bring the shipped guides to the public: written, approved and reviewed by three people."""
    for name, text in shipped_guides():
        key = name.removesuffix(".yaml")
        story.act(
            who(story, "editor", "*"),
            lambda act, text=text, name=name: importing.import_guide(act, source=text, name=name),
        )
        unit = _unit_of(story, key)
        story.act(
            who(story, "editor", "*"),
            lambda act, key=key: guides.submit_guide(act, act.site.guides[key], version=1),
        )
        story.act(
            who(story, "reviewer", unit),
            lambda act, key=key: guides.approve_guide(act, act.site.guides[key], version=1),
        )
        story.act(
            who(story, "publisher", "*"),
            lambda act, key=key: guides.publish_guide(
                act, act.site.guides[key], version=1, effective_on=_first_day(act, key)
            ),
        )


def _first_day(act: Act, guide: str) -> date:
    """Return the first day from which a guide may hold: all laws that it cites are in force."""
    body = guides.content(act.site.guides[guide].versions[0])
    found = findings_of(act.site, body, today=act.today, effective_on=act.today)
    days = (str(each.params["effective"]) for each in found if each.code == "guide.law-not-in-force")
    return max((act.today, *map(date.fromisoformat, days)))


def _unit_of(story: Story, guide: str) -> str:
    with story.services.database.read() as root:
        return root["site"].guides[guide].unit


def who(story: Story, role: str, unit: str, *, other_than: str = "") -> str:
    """Return a person who holds a role for a unit today; the same one each time."""
    with story.services.database.read() as root:
        fitting = [
            person.userid
            for person in root["site"].people.values()
            for grant in identity_of(person, story.clock.today()).grants
            if grant.role == role
            and (unit in ("*", grant.unit) or grant.unit == "*")
            and person.userid != other_than
        ]
    if not fitting:
        raise Stuck(f"nobody is {role} for {unit}")
    return sorted(fitting)[0]


def _applicants(story: Story) -> list[str]:
    made = []
    for serial, name in enumerate(PEOPLE, start=1):
        story.later(1)
        number = citizen(
            serial, date(1936 + 5 * serial, 1 + serial % 12, 1 + 2 * serial), story.clock.today()
        )
        made.append(
            story.act(
                who(story, "clerk", "*"),
                lambda act, number=number, name=name, serial=serial: applicants.create_applicant(
                    act, number=number, name=name, phone=f"1380000{serial:04d}"
                ),
            )
        )
    for serial, name in enumerate(SHOPS, start=1):
        story.later(1)
        number = credit(serial, sole_trader=not name.endswith("有限公司"))
        made.append(
            story.act(
                who(story, "clerk", "*"),
                lambda act, number=number, name=name, serial=serial: applicants.create_applicant(
                    act,
                    number=number,
                    name=name,
                    phone=f"1390000{serial:04d}",
                    representative=PEOPLE[serial % len(PEOPLE)],
                ),
            )
        )
    return made


def _cases(story: Story, people: list[str], today: date) -> None:
    """Play the cases side by side in the order of their days; what would come today or later has not happened yet."""
    with story.services.database.read() as root:
        calendar = story.services.calendar(root["site"])
    waiting = []
    for number, plan in enumerate(PLANS):
        letter, at = plan.who[0], int(plan.who[1:])
        applicant = people[at if letter == "p" else len(PEOPLE) + at]
        opened = today - timedelta(days=plan.ago)
        while not calendar.judge(opened).counts:
            opened -= timedelta(days=1)
        waiting.append((opened, number, _case(story, applicant, plan, number)))
    heapq.heapify(waiting)
    while waiting:
        day, number, case = heapq.heappop(waiting)
        story.reach(day)
        pause = next(case, None)
        if pause is None:
            continue
        day += timedelta(days=pause)
        while not calendar.judge(day).counts:
            day += timedelta(days=1)
        if day < today:
            heapq.heappush(waiting, (day, number, case))


def _case(story: Story, applicant: str, plan: Plan, number: int) -> Iterator[int]:
    """Act one case to its last step; each pause is yielded as days."""
    unit = _unit_of(story, plan.guide)
    clerk, reviewer, end = who(story, "clerk", unit), who(story, "reviewer", unit), plan.end
    dossier = story.act(clerk, lambda act: dossiers.open_dossier(
        act, applicant=applicant, guide=plan.guide, situation=plan.situation,
    ))  # fmt: skip
    if end == "draft":
        return
    if end == "declined":
        story.act(clerk, lambda act: dossiers.decline(
            act, _get(act, dossier), reason=DeclineReason.NOT_COMPETENT, explanation="申请的是危险货物运输，不由县级办理。",
            law="道路运输条例 第二十四条第一款第二项", organ="市交通运输局",
        ))  # fmt: skip
        return
    if end in ("supplement", "supplied"):
        _tell(story, clerk, dossier)
        if end == "supplement":
            return
        yield 2
    fill_lines(story, clerk, dossier, number)
    if end == "supplied":
        story.act(clerk, lambda act: dossiers.supplement(act, _get(act, dossier)))
    if end == "withdrawn":
        story.act(clerk, lambda act: dossiers.withdraw(act, _get(act, dossier), why="申请人书面申请撤回"))
        return
    if end == "received":
        story.act(clerk, lambda act: dossiers.receive(act, _get(act, dossier)))
        return
    if _kind_of(story, dossier) is ItemKind.PROMISED:
        story.act(clerk, lambda act: dossiers.accept(act, _get(act, dossier)))
        if end == "accepted":
            return
        yield 2
    decide(story, reviewer, dossier, plan.guide, number, refused=end == "refused")
    if end in ("decided", "supplied"):
        return
    yield 1
    story.act(
        clerk,
        lambda act: dossiers.deliver(
            act, _get(act, dossier), method=DeliveryMethod.COUNTER, recipient="本人"
        ),
    )
    if end != "delivered":
        yield 3
        archivist = who(story, "archivist", unit)
        story.act(archivist, lambda act: archiving.archive(act, _get(act, dossier)))


def _kind_of(story: Story, dossier: str) -> ItemKind:
    with story.services.database.read() as root:
        return ItemKind(root["site"].dossiers[dossier].item_kind)


def _get(act: Act, dossier: str):
    return act.site.dossiers[dossier]


def _lines(story: Story, dossier: str) -> list[checklists.LineState]:
    with story.services.database.read() as root:
        site = root["site"]
        listed = checklist_of(site, site.dossiers[dossier], today=story.clock.today())
        return [state for state in listed.lines if state.needed and not state.complete]


def _tell(story: Story, clerk: str, dossier: str) -> None:
    gaps = [
        Gap(state.line.id, GapKind.MISSING, state.line.acceptance or f"请提交{state.line.name}")
        for state in _lines(story, dossier)
        if not state.by_office
    ]
    until = story.clock.today() + timedelta(days=15)
    story.act(clerk, lambda act: dossiers.request_supplement(act, _get(act, dossier), gaps=gaps, until=until))


def fill_lines(story: Story, clerk: str, dossier: str, number: int) -> None:
    """Hand in a sample paper for every line that is still open."""
    for state in _lines(story, dossier):
        line, today = state.line, story.clock.today()
        upload = story.file(
            line.name, (f"编号 {number:03d}-{line.id}", f"{today.isoformat()}", line.acceptance)
        )
        asked = catalogue.materials()[line.material].identity
        described = materials.Description(
            document_number=f"云溪{today.year}{number:04d}{line.position}" if "number" in asked else "",
            issuer=line.issuer if "issuer" in asked else "",
            issued_on=today - timedelta(days=3) if "issued_on" in asked else None,
            original_seen=Grade.D not in line.grades,
        )
        story.act(
            clerk,
            lambda act, line=line, upload=upload, described=described: materials.submit_material(
                act, _get(act, dossier), line=line.id, upload=upload, description=described
            ),
        )


def decide(story: Story, reviewer: str, dossier: str, guide: str, number: int, *, refused: bool) -> None:
    """Decide a case: grant it with a numbered result, or refuse it with reasons."""
    if refused:
        story.act(reviewer, lambda act: dossiers.decide(
            act, _get(act, dossier), outcome=Outcome.REFUSED, reasons=REASONS[guide],
        ))  # fmt: skip
        return
    result = story.file("办理结果", (f"编号 {number:04d}", "准予", story.clock.today().isoformat()))
    code = credit(9000 + number, sole_trader=True) if guide == SOLE else f"YX{number:08d}"
    years = _result_years(story, guide)
    until = replace_year(story.clock.today(), years) if years else None
    story.act(reviewer, lambda act: dossiers.decide(
        act, _get(act, dossier), outcome=Outcome.GRANTED, result_number=code, result=result, result_valid_until=until,
    ))  # fmt: skip


def _result_years(story: Story, guide: str) -> int | None:
    with story.services.database.read() as root:
        version = root["site"].guides[guide].in_force(story.clock.today())
        return guides.content(version).result.valid_years


def replace_year(day: date, years: int) -> date:
    """Return the day so many years later; 29 February becomes the 28th."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def fill(instance: Instance) -> int:
    """Fill an empty instance with the demo office; return the exit code."""
    from .serving import found_demo

    passwords = found_demo(instance.services())
    if passwords is None:
        click.echo("数据库里已经有站点，未作改动。/ there is a site already.", err=True)
        return FINDINGS
    with instance.services().database.read() as root:
        digest = semantic_digest(root["site"])
    instance.print({"digest": digest, "log_ins": passwords}, f"示例数据已写入，语义摘要 {digest}")
    return GOOD


def identity(site: Site, userid: str, today: date) -> Identity:
    """Return a person of the demo as who acts today."""
    return identity_of(site.people[userid], today)
