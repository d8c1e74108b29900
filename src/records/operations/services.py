"""What an instance runs on: database, content store, vault, clock, tables, engines; opened once per process."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from pyramid.config import Configurator

from records.clock import Clock, SystemClock
from records.db import Database, open_database
from records.domain.access import Identity, Matrix
from records.domain.clocks import Calendar
from records.domain.dossiers import Transition
from records.domain.findings import Finding
from records.exchange.platforms import Platforms, open_platforms
from records.extraction.looking import Looker
from records.extraction.worker import Extractor
from records.indexes.fulltext import Engine
from records.indexes.fulltext.memory_engine import MemoryEngine
from records.indexes.fulltext.whoosh_engine import WhooshEngine
from records.resources.site import Site
from records.rules import national_calendar
from records.rules.permissions import matrix
from records.rules.transitions import transitions
from records.store import ContentStore
from records.vault import Vault

from .access import AccessLog, TokenDays
from .acts import Act

#: Who acts when nobody sits at the desk.
WORKER = Identity(userid="system", name="系统", unit="")

#: Guides, dossiers and archives lie in separate indexes; anonymous code opens only the first (I13).
INDEXES = ("guides", "dossiers", "archives")


@dataclass(slots=True)
class Services:
    """Everything an operation or a page needs beside the site itself.

    ``sentence`` says a finding in a language, for files that the background writes; the views, which have the words, give it.
    """

    database: Database
    store: ContentStore
    vault: Vault
    clock: Clock
    matrix: Matrix
    table: tuple[Transition, ...]
    access: AccessLog
    tokens: TokenDays
    extractor: Extractor
    looker: Looker
    engines: Mapping[str, Engine]
    instance: Path
    sentence: Callable[[str, Finding], str] = lambda language, found: found.code
    settings: Mapping[str, str] = field(default_factory=dict)
    platforms: Platforms = field(default_factory=Platforms)
    swept_on: date | None = None

    def calendar(self, site: Site) -> Calendar:
        """Return the working-day calendar of this office: its own table over the national one."""
        return national_calendar(site.office.get("calendar", ()))

    def act(self, site: Site, by: Identity, *, channel: str, acting_for: str = "", why: str = "") -> Act:
        """Begin an act at this instant."""
        return Act(
            site=site,
            by=by,
            at=self.clock.now(),
            vault=self.vault,
            calendar=self.calendar(site),
            matrix=self.matrix,
            channel=channel,
            acting_for=acting_for,
            why=why,
            platforms=self.platforms,
        )

    def close(self) -> None:
        """Let go of files, processes and locks."""
        self.extractor.close()
        self.looker.close()
        for engine in self.engines.values():
            engine.close()
        self.database.close()


def open_services(settings: Mapping[str, object], *, read_only: bool = False) -> Services:
    """Open an instance from its settings (``records.instance``, ``zodb.uri``, ``fulltext.engine``).

    Tests inject ``records.database``, ``records.vault``, ``records.clock`` and ``records.platforms`` as ready objects.
    """
    instance = Path(str(settings["records.instance"]))
    instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    database = settings.get("records.database")
    if database is None:
        database = open_database(
            str(settings["zodb.uri"]), threads=int(str(settings.get("threads", 8))), read_only=read_only
        )
    return Services(
        database=database,
        store=ContentStore(
            instance / "store", reserve_bytes=int(str(settings.get("store.reserve", 512 << 20)))
        ),
        vault=settings.get("records.vault") or Vault.open(instance / "keys" / "vault.key"),
        clock=settings.get("records.clock") or SystemClock(),
        matrix=matrix(),
        table=transitions(),
        access=AccessLog(instance / "access"),
        tokens=TokenDays(instance / "tokens"),
        extractor=Extractor(),
        looker=Looker(),
        engines={name: _engine(settings, instance / "fulltext" / name) for name in INDEXES},
        instance=instance,
        settings={key: value for key, value in settings.items() if isinstance(value, str)},
        platforms=settings.get("records.platforms")
        or open_platforms(str(settings.get("platforms.file", "")).strip()),
    )


def _engine(settings: Mapping[str, object], folder: Path) -> Engine:
    match settings.get("fulltext.engine", "whoosh"):
        case "memory":
            return MemoryEngine()
        case "whoosh":
            return WhooshEngine(folder)
        case other:
            raise ValueError(f"fulltext.engine = {other!r}: whoosh or memory")


def includeme(config: Configurator) -> None:
    """Give the application the services of its settings, or those that were opened for it."""
    settings = config.registry.settings
    services = settings.get("records.services") or open_services(settings)
    config.registry.services = services
    config.add_request_method(lambda request: request.zodb_root["site"], "site", reify=True)
    config.set_root_factory(lambda request: request.site)
    settings["records.database"], settings["records.clock"] = services.database, services.clock
