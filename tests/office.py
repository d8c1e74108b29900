"""A small real office for tests: the demo county's people and the shipped guides, everything made through operations.

Nothing is mocked: the database is a ``demo://`` one in memory, the clock stands still until it is moved. What is the same for
every office is made once a process: the founding, whose database is then the ground under each office's own changes, and the
application, which serves one office after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache, cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

from webtest import TestApp
from ZODB.DemoStorage import DemoStorage
from ZODB.interfaces import IStorage
from ZODB.MappingStorage import MappingStorage

import records
from records.clock import FrozenClock
from records.db import Database
from records.domain.checklists import to_fetch
from records.domain.findings import Refused
from records.domain.guide_parts import Guide
from records.exchange import samples
from records.exchange.guides import read_guide, shipped_guides
from records.lock import WriteLock
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


class Applications:
    """Applications that are built once, a third of a second each, and serve one office after the other.

    What an application knows of its office hangs on its registry: what the office runs on, and what it has in memory. The
    first is given anew to each, the second is as it was when the application was built.
    """

    RUNS_ON = frozenset({"services", "database", "clock"})
    IN_MEMORY = frozenset(
        {
            "feedback_by_address",
            "guide_tables",
            "oai_by_address",
            "open_catalogue",
            "progress_by_address",
            "progress_by_number",
            "signs",
            "static_paths",
        }
    )
    OF_ALL = frozenset({"admissions", "guide_channels", "handlers", "preparations"})
    #: Settings that are read of the services or with each request, never kept while an application is built.
    ASKED = frozenset(
        {
            "records.instance",
            "records.clock",
            "records.platforms",
            "records.vault",
            "zodb.uri",
            "fulltext.engine",
        }
    )

    def __init__(self) -> None:
        self._idle: dict[frozenset[tuple[str, object]], list[object]] = {}
        self._fresh: dict[object, dict[str, object]] = {}

    def lend(self, services: Services, settings: dict[str, object]) -> object:
        """Return an application that serves this office alone."""
        idle = self._idle.get(self._kind(settings))
        if not idle:
            return self._built(services, settings)
        app = idle.pop()
        registry = app.registry
        services.sentence = registry.services.sentence
        registry.services, registry.database, registry.clock = services, services.database, services.clock
        registry.settings.update(settings)
        registry.settings.update(
            {
                "records.services": services,
                "records.database": services.database,
                "records.clock": services.clock,
            }
        )
        for name, state in self._fresh[app].items():
            _put_back(getattr(registry, name), state)
        return app

    def take_back(self, app: object, settings: dict[str, object]) -> None:
        """Take an application back from an office that has closed."""
        if app in self._fresh:
            self._idle.setdefault(self._kind(settings), []).append(app)

    def _kind(self, settings: dict[str, object]) -> frozenset[tuple[str, object]]:
        return frozenset((name, value) for name, value in settings.items() if name not in self.ASKED)

    def _built(self, services: Services, settings: dict[str, object]) -> object:
        app = records.main({"__script__": "tests"}, **settings, **{"records.services": services})
        if app.registry.public_pages is not None or app.registry.worker is not None:
            return app  # threads and pages of this office: never lent again
        ours = {
            name
            for name, value in vars(app.registry).items()
            if not name.startswith("_")
            and (isinstance(value, dict | list | set) or type(value).__module__.startswith("records."))
        }
        assert ours == self.RUNS_ON | self.IN_MEMORY | self.OF_ALL, "say what a new thing on the registry is"
        self._fresh[app] = {name: _state(getattr(app.registry, name)) for name in self.IN_MEMORY}
        return app


def _state(memory: object) -> dict[str, object]:
    held = memory if isinstance(memory, dict) else vars(memory)
    return {name: deepcopy(value) for name, value in held.items() if name != "_mutex"}


def _put_back(memory: object, state: dict[str, object]) -> None:
    if isinstance(memory, dict):
        memory.clear()
        memory.update(deepcopy(state))
    else:
        vars(memory).update(deepcopy(state))


applications = Applications()


@dataclass
class Office:
    """A running office: its services, its clock, and its application, which is made when it is first asked for."""

    services: Services
    clock: FrozenClock
    settings: dict[str, object] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)

    @cached_property
    def app(self) -> object:
        """The application as a server would run it; no other office's until this one closes."""
        return applications.lend(self.services, self.settings)

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
        """Let go of files, processes and the application."""
        self.services.close()
        if "app" in self.__dict__:
            applications.take_back(self.__dict__.pop("app"), self.settings)


def build_office(
    tmp_path: Path, *, at: datetime = MONDAY, publish: bool = True, **settings: object
) -> Office:
    """Open an office where everybody has the same known password and the shipped guides are public unless told not to.

    One with a database or a key of its own is founded there and then.
    """
    clock = FrozenClock(at)
    instance = tmp_path / "instance"
    given = {
        "records.instance": str(instance),
        "zodb.uri": "demo://",
        "fulltext.engine": "memory",
        "records.clock": clock,
        "store.reserve": "0",
        "records.background": "false",
        **settings,
    }
    if {"zodb.uri", "records.vault"} & set(settings):
        office = Office(open_services(given), clock, given)
        found(office, publish=publish)
        return office
    ground, secret = founded(at, publish)
    key = instance / "keys" / "vault.key"
    for folder in (instance, key.parent):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    key.touch(mode=0o600)
    key.write_bytes(secret)
    database = in_memory(DemoStorage(base=ground, close_base_on_close=False))
    return Office(open_services({**given, "records.database": database}), clock, given)


@cache
def founded(at: datetime, publish: bool) -> tuple[MappingStorage, bytes]:
    """Return what an office just founded has stored, only ever read from now on, and the key of all that begin with it."""
    ground, clock = MappingStorage(), FrozenClock(at)
    with TemporaryDirectory() as folder:
        services = open_services(
            {
                "records.instance": folder,
                "records.database": in_memory(ground),
                "records.clock": clock,
                "fulltext.engine": "memory",
                "store.reserve": "0",
            }
        )
        found(Office(services, clock), publish=publish)
        return ground, (services.instance / "keys" / "vault.key").read_bytes()


def in_memory(storage: IStorage) -> Database:
    """Return a database that keeps everything in this storage, as ``demo://`` does in one of its own."""
    database = Database("demo://", storage, WriteLock(15.0), threads=8, cache_size=60_000)
    with database.lock.held():
        database.prepare()
    return database


def found(office: Office, *, publish: bool) -> None:
    """Found an office, give everybody the password, and publish the guides that it offers."""
    described, services = deepcopy(described_office()), office.services
    services.database.run(
        lambda root: (
            offices.found_site(root, described, at=office.clock.now(), vault=services.vault, mark=mark_all)
            and None
        )
    )
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


@cache
def described_office() -> dict[str, object]:
    """Return the example office as it is described, read once a process."""
    described, findings = offices.read_office(offices.example(), name="yunxi.toml")
    assert described is not None, findings
    return described


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
