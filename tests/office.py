"""A small real office for tests: the demo county's people and the shipped guides, everything made through operations.

Nothing is mocked: the database is a ``demo://`` one in memory, the clock stands still until it is moved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache, cached_property
from pathlib import Path

from webtest import TestApp

import records
from records.clock import FrozenClock
from records.domain.checklists import to_fetch
from records.domain.findings import Refused
from records.domain.guide_parts import Guide
from records.exchange import samples
from records.exchange.guides import read_guide, shipped_guides
from records.migrations import mark_all
from records.operations import applicants, dossiers, guides, materials, papers_owed
from records.operations import office as offices
from records.operations.acts import Act
from records.operations.checklists import checklist_of
from records.operations.identities import identity_of
from records.operations.people import change_password
from records.operations.services import Services, open_services
from records.vault import password_hash

MONDAY = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
PASSWORD = "云溪的秋天很长很长"
HASHED = password_hash(PASSWORD)

CLERK, REVIEWER, ARCHIVIST, ADMIN = "ouyang", "zhuge", "machao", "admin"
HEALTH_REVIEWER = "shangguan"
EDITOR, PUBLISHER = "bailu", "zhoutingting"

#: The guides that an office for tests offers; the others are published by the demo.
OFFERED = {"food-business", "public-venue-hygiene", "sole-trader-registration"}

#: Numbers of a region that was never assigned, right to the last character.
CITIZEN = "419999197001011228"
ANOTHER = "419999198502030018"
SHOP = "91419999MA000004XY"
NAME = "欧阳䶮"


@dataclass
class Office:
    """A running office: its services, its clock, and its application, which is made when it is first asked for."""

    services: Services
    clock: FrozenClock
    settings: dict[str, object] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)

    @cached_property
    def app(self) -> object:
        """The application as a server would run it."""
        return records.main({"__script__": "tests"}, **self.settings, **{"records.services": self.services})

    def do(self, userid: str, deed: Callable[[Act], object], *, channel: str = "command") -> object:
        """Let a person do one act; return the record's id or the refusal, and do the papers at once."""
        owed = []

        def within(root):
            site = root["site"]
            person = identity_of(site.people[userid], self.clock.today())
            act = self.services.act(site, person, channel=channel)
            result = deed(act)
            owed[:] = act.owed
            return result if isinstance(result, Refused) else getattr(result, "id", result)

        result = self.services.database.run(within, note="test")
        if not isinstance(result, Refused):
            papers_owed.do_at_once(self.services, tuple(owed))
        return result

    @contextmanager
    def site(self) -> Iterator[object]:
        """Give the site as it is now, for looking only."""
        with self.services.database.read() as root:
            yield root["site"]

    def browser(self, userid: str = "") -> TestApp:
        """Return a browser, logged in as a person unless none is named."""
        browser = TestApp(self.app)
        if userid:
            page = browser.get("/login")
            form = page.forms[next(key for key in page.forms if page.forms[key].action.endswith("/login"))]
            form["userid"], form["password"] = userid, PASSWORD
            form.submit(status=303)
        return browser

    def applicant(self, number: str = CITIZEN, name: str = NAME) -> str:
        """Create an applicant and return the id."""
        made = self.do(
            CLERK, lambda act: applicants.create_applicant(act, number=number, name=name, phone="13800000001")
        )
        assert not isinstance(made, Refused), made
        return made

    def case(self, applicant: str, guide: str = "food-business", **more: object) -> str:
        """Open a case and return the id."""
        made = self.do(
            CLERK, lambda act: dossiers.open_dossier(act, applicant=applicant, guide=guide, **more)
        )
        assert not isinstance(made, Refused), made
        return made

    def upload(self, title: str, *lines: str) -> materials.Upload:
        """Put a small PDF into the store and return what an operation takes for it."""
        stored = self.services.store.put_bytes(samples.text_pdf(title, lines or (title,)))
        return materials.Upload(
            stored.digest, stored.sm3, stored.size, "application/pdf", f"{title}.pdf", page_count=1
        )

    def hand_in(self, dossier: str, line: str, title: str, **described: object) -> object:
        """Hand a paper in on a line, its original seen."""
        description = materials.Description(**{"original_seen": True, **described})
        return self.do(
            CLERK,
            lambda act: materials.submit_material(
                act, act.site.dossiers[dossier], line=line, upload=self.upload(title), description=description
            ),
        )

    def fetch(self, dossier: str) -> None:
        """File what the office fetches itself and has not yet."""
        with self.site() as site:
            owed = to_fetch(checklist_of(site, site.dossiers[dossier], today=self.clock.today()))
            lines = {
                state.line.id: {
                    "document_number": f"{dossier}-{state.line.id}",
                    "issuer": state.line.issuer or "发证机关",
                    "issued_on": self.clock.today(),
                }
                for state in owed
            }
        for line, described in lines.items():
            taken = self.hand_in(dossier, line, f"{dossier}{line}", **described)
            assert not isinstance(taken, Refused), taken

    def close(self) -> None:
        """Let go of files and processes."""
        self.services.close()


def build_office(
    tmp_path: Path, *, at: datetime = MONDAY, publish: bool = True, **settings: object
) -> Office:
    """Found the office, give everybody the same known password, and publish the shipped guides unless told not to."""
    clock = FrozenClock(at)
    given = {
        "records.instance": str(tmp_path / "instance"),
        "zodb.uri": "demo://",
        "fulltext.engine": "memory",
        "records.clock": clock,
        "store.reserve": "0",
        "records.background": "false",
        **settings,
    }
    services = open_services(given)
    described, findings = offices.read_office(offices.example(), name="yunxi.toml")
    assert described is not None, findings
    services.database.run(
        lambda root: (
            offices.found_site(root, described, at=clock.now(), vault=services.vault, mark=mark_all) and None
        )
    )
    office = Office(services, clock, given)
    for person in described["people"]:
        office.do(
            person["userid"],
            lambda act, userid=person["userid"]: change_password(
                act, act.site.people[userid], hashed=HASHED, proven=True
            ),
        )
    for body in guide_bodies() if publish else ():
        if body.key in OFFERED:
            publish_edition(office, body)
    return office


@cache
def guide_bodies() -> tuple[Guide, ...]:
    """Return the shipped guides as values, read once a process."""
    read = [read_guide(text, name) for name, text in shipped_guides()]
    assert all(guide is not None and not findings for guide, findings in read), read
    return tuple(guide for guide, _ in read)


def reviewer_of(unit: str) -> str:
    """Return who reviews for a department."""
    return HEALTH_REVIEWER if unit == "health-commission" else REVIEWER


def approve(office: Office, body: Guide) -> int:
    """Write an edition of a guide, submit it and let its department approve it; return its number."""
    _done(office.do(EDITOR, lambda act: guides.save_draft(act, body)))
    with office.site() as site:
        number = len(site.guides[body.key].versions)
    _done(office.do(EDITOR, lambda act: guides.submit_guide(act, act.site.guides[body.key], version=number)))
    _done(office.do(
        reviewer_of(body.unit),
        lambda act: guides.approve_guide(act, act.site.guides[body.key], version=number),
    ))  # fmt: skip
    return number


def publish_edition(office: Office, body: Guide, *, effective_on: date | None = None) -> int:
    """Bring an edition of a guide to the public, in force today unless told; return its number."""
    number = approve(office, body)
    _done(office.do(
        PUBLISHER,
        lambda act: guides.publish_guide(
            act, act.site.guides[body.key], version=number, effective_on=effective_on or act.today
        ),
    ))  # fmt: skip
    return number


def _done(result: object) -> None:
    assert not isinstance(result, Refused), result
