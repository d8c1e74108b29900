"""The demo office (示例): twenty applicants and forty cases in every state over two years, made by real acts.

Nothing is written behind the operations; the same seed on the same site gives the same semantic digest. Numbers lie in
region codes that no one was ever given, so that no real person or organisation can match.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import click

from records.clock import CIVIL, FrozenClock
from records.domain import checklists, identifiers
from records.domain.access import Identity
from records.domain.dossiers import Gap
from records.domain.findings import Refused
from records.domain.vocabulary import DeclineReason, DeliveryMethod, GapKind, Grade, Outcome
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
from records.operations.identities import identity_of
from records.operations.services import Services
from records.resources.site import Site
from records.rules import catalogue

from .instance import FINDINGS, GOOD, Instance

SEED = 20261121
REGION = "419999"
LAST_DAY = date(2026, 11, 20)

SURNAMES = "王李张刘陈杨赵黄周吴"
PEOPLE = (
    "欧阳䶮",
    "司马朝阳",
    "诸葛慧",
    "王秀兰",
    "李建国",
    "张𠮷",
    "刘春梅",
    "陈思远",
    "杨柳",
    "赵铁柱",
    "黄河清",
    "周晓雯",
)
SHOPS = (
    "云溪县老街坊面馆", "云溪县听涛宾馆有限公司", "云溪县晨光美发店", "云溪县碧水游泳馆有限公司",
    "云溪县山里人餐饮有限公司", "云溪县好味道食品店", "云溪县南门口早餐店", "云溪县鑫源商务酒店有限公司",
)  # fmt: skip

#: How far each of the forty cases goes; a case is (applicant, guide, last step).
ENDS = (
    "archived", "archived", "archived", "delivered", "decided", "accepted", "received", "supplement", "declined",
    "withdrawn", "archived", "draft", "refused", "delivered", "archived", "accepted", "supplied", "archived",
    "delivered", "archived",
)  # fmt: skip


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
    """Publish the three guides, create the applicants and play the forty cases up to :data:`LAST_DAY`."""
    real, clock = services.clock, FrozenClock(datetime(2024, 11, 1, 1, tzinfo=UTC))
    services.clock = clock
    story = Story(services, clock, random.Random(SEED))
    try:
        publish(story)
        people = _applicants(story)
        _cases(story, people)
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
            who(story, "reviewer", unit),
            lambda act, key=key: guides.approve_guide(act, act.site.guides[key], version=1),
        )
        story.act(
            who(story, "publisher", "*"),
            lambda act, key=key: guides.publish_guide(
                act, act.site.guides[key], version=1, effective_on=act.today
            ),
        )


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
            serial, date(1960 + 3 * serial, 1 + serial % 12, 1 + 2 * serial), story.clock.today()
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


def _cases(story: Story, people: list[str]) -> None:
    first = story.clock.today()
    step = (LAST_DAY - timedelta(days=20) - first) / 40
    plan = (
        [(person, "sole-trader-registration") for person in people[: len(PEOPLE)]]
        + [(person, "food-business") for person in people]
        + [(person, "public-venue-hygiene") for person in people[:8]]
    )
    for number, (person, guide) in enumerate(plan[:40]):
        story.at(first + step * number, 9)
        _case(story, person, guide, ENDS[number % len(ENDS)], number)


def _case(story: Story, applicant: str, guide: str, end: str, number: int) -> None:
    unit = _unit_of(story, guide)
    clerk = who(story, "clerk", unit)
    reviewer = who(story, "reviewer", unit)
    immediate = guide == "sole-trader-registration"
    dossier = story.act(clerk, lambda act: dossiers.open_dossier(act, applicant=applicant, guide=guide))
    if end == "draft":
        return
    if end == "declined":
        story.act(clerk, lambda act: dossiers.decline(
            act, _get(act, dossier), reason=DeclineReason.NOT_COMPETENT, explanation="经营场所不在本县行政区域内。",
            law="行政许可法 第三十二条第一款第二项", organ="经营场所所在地的同级主管部门",
        ))  # fmt: skip
        return
    if end == "supplement":
        _tell(story, clerk, dossier)
        return
    if end == "supplied":
        _tell(story, clerk, dossier)
        story.later(2)
    fill_lines(story, clerk, dossier, number)
    if end == "supplied":
        story.act(clerk, lambda act: dossiers.supplement(act, _get(act, dossier)))
    if end == "withdrawn":
        story.act(clerk, lambda act: dossiers.withdraw(act, _get(act, dossier), why="申请人书面申请撤回"))
        return
    if end == "received":
        story.act(clerk, lambda act: dossiers.receive(act, _get(act, dossier)))
        return
    if not immediate:
        story.act(clerk, lambda act: dossiers.accept(act, _get(act, dossier)))
        story.later(2)
    if end == "accepted":
        return
    decide(story, reviewer, dossier, guide, number, refused=end == "refused")
    if end in ("decided", "refused", "supplied"):
        return
    story.later(1)
    story.act(
        clerk,
        lambda act: dossiers.deliver(
            act, _get(act, dossier), method=DeliveryMethod.COUNTER, recipient="本人"
        ),
    )
    if end == "archived":
        story.later(3)
        archivist = who(story, "archivist", unit)
        story.act(archivist, lambda act: archiving.archive(act, _get(act, dossier)))


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
            act, _get(act, dossier), outcome=Outcome.REFUSED, reasons="现场核查发现操作间未与就餐区分隔，不符合布局要求。",
        ))  # fmt: skip
        return
    result = story.file("办理结果", (f"编号 {number:04d}", "准予", story.clock.today().isoformat()))
    code = (
        credit(9000 + number, sole_trader=True) if guide == "sole-trader-registration" else f"YX{number:08d}"
    )
    until = None if guide == "sole-trader-registration" else replace_year(story.clock.today(), 4)
    story.act(reviewer, lambda act: dossiers.decide(
        act, _get(act, dossier), outcome=Outcome.GRANTED, result_number=code, result=result, result_valid_until=until,
    ))  # fmt: skip


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
