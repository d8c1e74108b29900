"""The demo office (示例): twenty applicants and forty cases in every state over two years, made by real acts.

Nothing is written behind the operations; the same seed on the same day gives the same semantic digest. The two years
end today, so that what is open is fresh and only a few cases are overdue.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable, Iterator
from datetime import date, timedelta

import click

from records.clock import FrozenClock
from records.domain import checklists
from records.domain.custody import CustodyState, stays_with_case, wants_original
from records.domain.dossiers import Gap
from records.domain.vocabulary import (
    DeclineReason,
    DeliveryMethod,
    GapKind,
    Grade,
    ItemKind,
    MaterialSource,
    Outcome,
)
from records.exchange.guides import shipped_guides
from records.indexes import questions
from records.migrations import EVOLVED, mark_all
from records.operations import (
    applicants,
    archiving,
    custody,
    decisions,
    deposits,
    dossiers,
    guides,
    importing,
    indexing,
    materials,
    office,
    sealing,
)
from records.operations.acts import Act
from records.operations.checklists import checklist_of, guide_of
from records.operations.digest import semantic_digest
from records.operations.gate import findings_of
from records.operations.services import Services
from records.rules import catalogue

from .instance import FINDINGS, GOOD, UNFINISHED, Instance
from .plans import PEOPLE, PLANS, REASONS, SHOPS, SOLE, Plan
from .story import Story, citizen, credit, morning, who

SEED = 20261121
#: How many days before today the demo begins; its applicants are entered in the first three weeks.
LENGTH = 750


def populate(services: Services) -> None:
    """Publish the shipped guides, enter the applicants and play the forty cases in the two years that end today."""
    real = services.clock
    today = real.today()
    services.clock = FrozenClock(morning(today - timedelta(days=LENGTH)))
    story = Story(services, services.clock, random.Random(SEED))
    try:
        publish(story)
        _cases(story, _applicants(story), today)
        indexing.catch_up(services)
        sealing.seal(services)
    finally:
        services.clock = real


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
    take_originals(story, clerk, dossier)
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
        _lend_first(story, clerk, reviewer, dossier)
        return
    yield 1
    give_back(story, clerk, dossier)
    story.act(
        clerk,
        lambda act: decisions.deliver(
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


def take_originals(story: Story, clerk: str, dossier: str) -> None:
    """Take in the paper originals that the guide wants handed in and that are to go back; forms stay with the file."""
    with story.services.database.read() as root:
        site = root["site"]
        record = site.dossiers[dossier]
        brought = {entry[0] for entry in record.entries if entry[3] == MaterialSource.SUBMITTED}
        lines = [
            line.id
            for line in guide_of(site, record).lines
            if line.id in brought and wants_original(line) and not stays_with_case(line)
        ]
    for line in lines:
        story.act(clerk, lambda act, line=line: deposits.receive_original(
            act, _get(act, dossier), line=line, place="1号柜原件盒",
        ))  # fmt: skip


def _held(story: Story, dossier: str) -> list[str]:
    with story.services.database.read() as root:
        here = questions.originals_of(root["site"], dossier)
        return [original.id for original in here if original.state == CustodyState.HELD]


def _lend_first(story: Story, clerk: str, reviewer: str, dossier: str) -> None:
    """Let the reviewer look at the first original of a case for three days."""
    until = story.clock.today() + timedelta(days=3)
    for original in _held(story, dossier)[:1]:
        story.act(clerk, lambda act, original=original: custody.lend(
            act, act.site.custody[original], borrower=act.site.people[reviewer].name, until=until, why="审查核对",
        ))  # fmt: skip


def give_back(story: Story, clerk: str, dossier: str) -> None:
    """Give all originals of a case back to its applicant, signed for on the receipt."""
    for original in _held(story, dossier)[:1]:
        story.act(clerk, lambda act, original=original: custody.give_back(
            act, act.site.custody[original], recipient=act.site.applicants[_get(act, dossier).applicant].name,
            signed=True, together=True,
        ))  # fmt: skip


def decide(story: Story, reviewer: str, dossier: str, guide: str, number: int, *, refused: bool) -> None:
    """Decide a case: grant it with a numbered result, or refuse it with reasons."""
    if refused:
        story.act(reviewer, lambda act: decisions.decide(
            act, _get(act, dossier), outcome=Outcome.REFUSED, reasons=REASONS[guide],
        ))  # fmt: skip
        return
    result = story.file("办理结果", (f"编号 {number:04d}", "准予", story.clock.today().isoformat()))
    code = credit(9000 + number, sole_trader=True) if guide == SOLE else f"YX{number:08d}"
    years = _result_years(story, guide)
    until = replace_year(story.clock.today(), years) if years else None
    story.act(reviewer, lambda act: decisions.decide(
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


def found(services: Services, *, hand_out: Callable[[dict[str, str]], object]) -> bool:
    """Found the example office on an empty database, fill it and hand out the log-ins; False when there is a site.

    A demo that was cut off before its log-ins were handed out is cleared away and told from the beginning: nobody
    could have logged in to it, so nothing of anybody is lost.
    """
    described, findings = office.read_office(office.example(), name="yunxi.toml")
    if described is None:
        raise click.ClickException("; ".join(found.code for found in findings))
    unfinished = services.instance / UNFINISHED
    if unfinished.exists():
        _clear(services)
    with services.database.read() as root:
        if "site" in root:
            return False
    unfinished.touch(mode=0o600)
    passwords = office.found(services, described, mark=mark_all)
    if passwords is None:
        unfinished.unlink()
        return False
    populate(services)
    hand_out(passwords)
    unfinished.unlink()
    return True


def _clear(services: Services) -> None:
    """Take away what a demo that was cut off left behind: its site, its sealed heads and its indexes."""

    def within(root) -> None:
        for name in ("site", EVOLVED):
            if name in root:
                del root[name]

    services.database.run(within, note="clear the unfinished demo")
    (services.instance / "heads.jsonl").unlink(missing_ok=True)
    for engine in services.engines.values():
        engine.rebuild(iter(()), 0)


def fill(instance: Instance) -> int:
    """Fill an empty instance with the demo office; return the exit code."""
    log_ins: dict[str, str] = {}
    if not found(instance.services(), hand_out=log_ins.update):
        click.echo("数据库里已经有站点，未作改动。/ there is a site already.", err=True)
        return FINDINGS
    with instance.services().database.read() as root:
        digest = semantic_digest(root["site"])
    instance.print({"digest": digest, "log_ins": log_ins}, f"示例数据已写入，语义摘要 {digest}")
    return GOOD
