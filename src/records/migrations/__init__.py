"""How an older database becomes today's (数据升级): named steps in one order, each remembered when it is done.

A step is a pair of a name (date and phrase) and ``step(root, report)``; it runs in one write transaction, must bear
being run again after a crash, and says what it did through ``report(sentence)``. A new attribute needs no step,
only its class default; changed meaning, structure or place does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache
from importlib.metadata import version

from BTrees.OOBTree import OOBTree
from pyramid.config import Configurator
from pyramid.events import ApplicationCreated

from records.clock import Clock, SystemClock
from records.db import Database

from .batches import place_batches
from .boxes import place_boxes
from .counters import drop_counters
from .custody import place_custody
from .dispositions import place_dispositions
from .fetches import place_fetches
from .guide_list import list_guides
from .keeping import place_keeping
from .one_things import place_one_things
from .overrides import list_overrides
from .public_words import place_public_words
from .shorthand import shorten
from .standards import place_standards
from .trails import note_trails
from .transfers import place_transfers
from .uses import place_uses

EVOLVED = "evolved"
Report = Callable[[str], None]
Step = tuple[str, Callable[[object, Report], None]]

STEPS: tuple[Step, ...] = (
    ("20261121_shorthand", shorten),
    ("20261122_guide_list", list_guides),
    ("20261123_public_words", place_public_words),
    ("20261123_standards", place_standards),
    ("20261124_guide_proofs", list_guides),
    ("20261125_fetches", place_fetches),
    ("20261126_counters", drop_counters),
    ("20261127_one_things", place_one_things),
    ("20261128_custody", place_custody),
    ("20261129_overrides", list_overrides),
    ("20261201_boxes", place_boxes),
    ("20261202_dispositions", place_dispositions),
    ("20261203_keeping", place_keeping),
    ("20261205_batches", place_batches),
    ("20261206_uses", place_uses),
    ("20261207_transfers", place_transfers),
    ("20261208_trails", note_trails),
)
"""Every step there has ever been, oldest first; a released one is never renamed, moved or removed."""


class NeedsEvolve(Exception):
    """The database is older than the program; the message names the command to run."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(
            f"数据库需要先升级：请停止服务并备份，然后运行 records evolve。 / The database needs {len(names)} "
            f"step(s) first ({', '.join(names)}): stop the server, take a backup, then run: records evolve"
        )
        self.names = tuple(names)


class UnknownStep(Exception):
    """A step was named that does not exist, or the database went through steps that this program does not know."""


def pending(root: object, steps: Sequence[Step] | None = None) -> tuple[str, ...]:
    """Return the names of the steps that this database still needs, in order."""
    finished = root.get(EVOLVED, ())
    return tuple(name for name, _ in _steps(steps) if name not in finished)


def check(root: object, steps: Sequence[Step] | None = None) -> None:
    """Let only an up-to-date database pass (升级检查).

    Raises NeedsEvolve for an older one, and UnknownStep for one that a newer program has already changed.
    """
    known = {name for name, _ in _steps(steps)}
    unknown = [name for name in root.get(EVOLVED, ()) if name not in known]
    if unknown:
        raise UnknownStep(
            f"this database was evolved by a newer program ({', '.join(unknown)}): install that version or a later one"
        )
    names = pending(root, steps)
    if names:
        raise NeedsEvolve(names)


def mark_all(root: object, at: datetime, steps: Sequence[Step] | None = None) -> None:
    """Mark all steps as done in a fresh database, which begins in today's shape."""
    for name, _ in _steps(steps):
        _mark(root, name, at)


def finished(root: object) -> tuple[tuple[str, datetime, str], ...]:
    """Return what was done when and by which version of the program, by name."""
    return tuple((name, at, software) for name, (at, software) in root.get(EVOLVED, OOBTree()).items())


def evolve(
    database: Database,
    *,
    until: str | None = None,
    dry_run: bool = False,
    clock: Clock | None = None,
    steps: Sequence[Step] | None = None,
    report: Report = lambda sentence: None,
) -> tuple[str, ...]:
    """Run the pending steps (升级), each in its own transaction together with its mark; return their names.

    ``until`` is the last step to run. ``dry_run`` only returns the names. After a kill the next run goes on with
    the step that was not finished.
    """
    if until is not None and until not in {name for name, _ in _steps(steps)}:
        raise UnknownStep(f"there is no step {until!r}")
    with database.read() as root:
        names = pending(root, steps)
    if until is not None:
        order = [name for name, _ in _steps(steps)]
        names = tuple(name for name in names if order.index(name) <= order.index(until))
    functions = dict(_steps(steps))
    for name in () if dry_run else names:
        report(name)
        with database.write(f"evolve {name}") as root:
            # Another process may have been faster.
            if name in pending(root, steps):
                functions[name](root, report)
                _mark(root, name, (clock or SystemClock()).now())
    return names


def includeme(config: Configurator) -> None:
    """Refuse to serve a database that has unfinished steps."""
    config.add_subscriber(_gate, ApplicationCreated)


def _gate(event: ApplicationCreated) -> None:
    with event.app.registry.database.read() as root:
        check(root)


def _mark(root: object, name: str, at: datetime) -> None:
    if EVOLVED not in root:
        root[EVOLVED] = OOBTree()
    root[EVOLVED][name] = (at, _this_version())


@cache
def _this_version() -> str:
    return version("juanzong")


def _steps(steps: Sequence[Step] | None) -> Sequence[Step]:
    return STEPS if steps is None else steps
