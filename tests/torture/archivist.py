"""An archivist's process that the torture tests kill: ``python -m tests.torture.archivist INSTANCE`` forks one a line."""

from __future__ import annotations

import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

from records.clock import FrozenClock
from records.domain.findings import Refused
from records.domain.vocabulary import DossierState
from records.indexes import questions
from records.operations import archiving, papers_owed
from records.operations.identities import identity_of
from records.operations.services import Services, open_services
from tests.office import ARCHIVIST

AT = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
UNIT = "market-regulation"


def open_instance(folder: Path) -> Services:
    return open_services(
        {
            "records.instance": str(folder / "instance"),
            "zodb.uri": f"file://{folder}/Data.fs",
            "fulltext.engine": "memory",
            "records.clock": FrozenClock(AT),
            "store.reserve": "0",
        }
    )


def archive_all(folder: Path) -> None:
    """Archive whatever stands as done, one after another; say when an act is committed and when its package is frozen."""
    services = open_instance(folder)
    with services.database.read() as root:
        done = questions.dossiers_in(root["site"], UNIT, DossierState.DELIVERED.value)
        cases = [dossier.id for _, dossier in done]
    for case in cases:
        owed = []

        def within(root, case=case, owed=owed):
            site = root["site"]
            act = services.act(site, identity_of(site.people[ARCHIVIST], AT.date()), channel="command")
            result = archiving.archive(act, site.dossiers[case])
            owed[:] = act.owed
            return result

        if isinstance(services.database.run(within), Refused):
            continue  # an earlier archivist was killed over this one; its package is still owed
        say(f"ARRANGED {case}")
        papers_owed.do_at_once(services, tuple(owed))
        say(f"ARCHIVED {case}")
    say("NOTHING LEFT")
    signal.pause()


def say(line: str) -> None:
    os.write(1, f"{line}\n".encode())


def main(folder: str) -> None:
    """Start a fresh archivist for each line on the input, so that a kill costs no start of Python."""
    for _ in sys.stdin:
        child = os.fork()
        if not child:
            say(f"PID {os.getpid()}")
            archive_all(Path(folder))
        os.waitpid(child, 0)
        say("GONE")


if __name__ == "__main__":
    main(sys.argv[1])
