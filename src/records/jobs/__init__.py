"""Work in the background: what is owed is done, and the index follows the feed, in one thread of the server or alone."""

from __future__ import annotations

import logging
import threading
import time

from pyramid.config import Configurator

from records.operations import (
    archive_imports,
    batches,
    fetching,
    guide_imports,
    indexing,
    keeping,
    library_imports,
    papers_owed,
    tending,
    validity,
)
from records.operations.services import Services

from .worker import Handlers, may_start, run_once, start_worker

log = logging.getLogger(__name__)

PAUSE = 0.5
TEND_EVERY = 60.0


def queue_of(root: object):
    """Return the queue of the site in a database."""
    return root["site"].jobs


def handlers_of() -> Handlers:
    """Return who does which owed work."""
    handlers = Handlers()
    for verb, (work, _) in papers_owed.VERBS.items():
        handlers.add(verb, lambda services, job, work=work: work(services, job.subject))
    handlers.add(guide_imports.VERB, lambda services, job: guide_imports.work_on(services, job.subject))
    handlers.add(archive_imports.VERB, lambda services, job: archive_imports.work_on(services, job.subject))
    handlers.add(library_imports.VERB, lambda services, job: library_imports.work_on(services, job.subject))
    handlers.add(fetching.VERB, fetching.work_on)
    handlers.add(validity.VERB, validity.work_on)
    handlers.add(keeping.VERB, lambda services, job: keeping.work_on(services))
    handlers.add(batches.VERB, batches.do)
    return handlers


def work_once(services: Services, *, name: str = "worker") -> bool:
    """Do the next owed job and bring the index forward; false when there was nothing to do."""
    busy = run_once(services.database, queue_of, handlers_of(), services, services.clock, name)
    return bool(indexing.index_once(services)) or busy


class Follower(threading.Thread):
    """The one indexer of this machine, and what the calendar does by itself, as a thread of the server."""

    def __init__(self, services: Services) -> None:
        super().__init__(name="follower", daemon=True)
        self._services = services
        self._stopping = threading.Event()

    def stop(self) -> None:
        """Stop after the present group."""
        self._stopping.set()
        self.join(30)

    def run(self) -> None:
        """Follow feed and calendar until stopped; what goes wrong is logged and tried again."""
        tended = -TEND_EVERY
        while not self._stopping.is_set():
            written = 0
            try:
                written = indexing.index_once(self._services)
                if time.monotonic() - tended >= TEND_EVERY:
                    tended = time.monotonic()
                    tending.tend(self._services)
            except Exception:
                log.exception("the index could not be brought forward; it will be tried again")
            if not written:
                self._stopping.wait(PAUSE)


def includeme(config: Configurator) -> None:
    """Start worker and indexer in a server; a program that only looks, and a test, starts neither."""
    config.include(".worker")
    for verb, (work, _) in papers_owed.VERBS.items():
        config.add_job(verb, lambda services, job, work=work: work(services, job.subject))
    config.add_job(guide_imports.VERB, lambda services, job: guide_imports.work_on(services, job.subject))
    config.add_job(archive_imports.VERB, lambda services, job: archive_imports.work_on(services, job.subject))
    config.add_job(library_imports.VERB, lambda services, job: library_imports.work_on(services, job.subject))
    config.add_job(fetching.VERB, fetching.work_on)
    config.add_job(validity.VERB, validity.work_on)
    config.add_job(keeping.VERB, lambda services, job: keeping.work_on(services))
    config.add_job(batches.VERB, batches.do)
    script = {"__script__": config.registry.settings.get("records.script", "")}
    if config.registry.settings.get("records.background", "true") == "true" and may_start(script):
        config.action(None, lambda: _start(config.registry, script), order=9000)


def _start(registry, script: dict[str, str]) -> None:
    start_worker(registry, script, get_queue=queue_of, office=registry.services)
    registry.follower = Follower(registry.services)
    registry.follower.start()
