from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import version

import pytest
from BTrees.OOBTree import OOBTree
from pyramid.config import Configurator
from webtest import TestApp

from records import migrations
from records.clock import FrozenClock
from records.db import open_database
from records.migrations import NeedsEvolve, UnknownStep, check, evolve, finished, mark_all, pending

NOW = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)
CLOCK = FrozenClock(NOW)
FIRST, SECOND, THIRD = "20260901_full_width", "20261001_sorted", "20261101_counted"


def narrow_names(root, report):
    """Rename an attribute in an old database: full width digits become narrow."""
    for key in list(root["names"]):
        root["names"][key] = root["names"][key].replace("１", "1")
    report(f"{len(root['names'])} names")


def sort_names(root, report):
    root["sorted"] = tuple(sorted(root["names"].values()))


def count_names(root, report):
    root["count"] = len(root["sorted"])


STEPS = ((FIRST, narrow_names), (SECOND, sort_names), (THIRD, count_names))


@pytest.fixture
def old(tmp_path):
    database = open_database(f"file://{tmp_path}/Data.fs")
    database.run(lambda root: root.__setitem__("names", OOBTree({1: "䶮１号", 2: "𠮷１号"})))
    yield database
    database.close()


def shape(database) -> dict:
    with database.read() as root:
        return {key: root[key] for key in ("sorted", "count") if key in root} | {
            "names": list(root["names"].values()),
            "pending": pending(root, STEPS),
        }


def test_an_old_database_is_brought_to_todays_shape_step_by_step(old):
    said = []
    assert evolve(old, clock=CLOCK, steps=STEPS, report=said.append) == (FIRST, SECOND, THIRD)
    assert said == [FIRST, "2 names", SECOND, THIRD]
    assert shape(old) == {
        "names": ["䶮1号", "𠮷1号"],
        "sorted": ("䶮1号", "𠮷1号"),
        "count": 2,
        "pending": (),
    }
    with old.read() as root:
        assert finished(root) == tuple((name, NOW, version("juanzong")) for name in (FIRST, SECOND, THIRD))
        assert check(root, STEPS) is None
    assert evolve(old, clock=CLOCK, steps=STEPS) == ()


def test_a_dry_run_only_names_the_steps(old):
    before = shape(old)
    assert evolve(old, clock=CLOCK, dry_run=True, steps=STEPS) == (FIRST, SECOND, THIRD)
    assert shape(old) == before


def test_evolving_until_a_step_leaves_the_later_ones(old):
    assert evolve(old, until=SECOND, clock=CLOCK, steps=STEPS) == (FIRST, SECOND)
    assert shape(old)["pending"] == (THIRD,)
    with pytest.raises(UnknownStep, match="no step 'tomorrow'"):
        evolve(old, until="tomorrow", clock=CLOCK, steps=STEPS)


def test_a_step_that_breaks_changes_nothing_and_is_run_again(old):
    def breaking(root, report):
        root["sorted"] = "half"
        raise ZeroDivisionError

    steps = (STEPS[0], (SECOND, breaking), STEPS[2])
    with pytest.raises(ZeroDivisionError):
        evolve(old, clock=CLOCK, steps=steps)
    assert shape(old) == {"names": ["䶮1号", "𠮷1号"], "pending": (SECOND, THIRD)}
    assert evolve(old, clock=CLOCK, steps=STEPS) == (SECOND, THIRD)


KILLED = """
import os, signal, sys
from records.db import open_database
from records.migrations import evolve
from tests.migrations.test_evolve import CLOCK, FIRST, SECOND, THIRD, STEPS

def killing(root, report):
    root["sorted"] = "half"
    os.kill(os.getpid(), signal.SIGKILL)

evolve(open_database(sys.argv[1]), clock=CLOCK, steps=(STEPS[0], (SECOND, killing), STEPS[2]))
"""


def test_a_kill_between_steps_is_made_good_by_the_next_run(old, request):
    uri = old.uri
    old.close()
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", KILLED, uri],
        env={**os.environ, "PYTHONPATH": str(request.config.rootpath)},
        cwd="/",
    )
    assert done.returncode == -signal.SIGKILL
    again = open_database(uri)
    try:
        assert shape(again) == {"names": ["䶮1号", "𠮷1号"], "pending": (SECOND, THIRD)}
        assert evolve(again, clock=CLOCK, steps=STEPS) == (SECOND, THIRD)
        assert shape(again)["count"] == 2
    finally:
        again.close()


def test_a_fresh_database_needs_no_step(old):
    old.run(lambda root: mark_all(root, NOW, STEPS))
    assert shape(old)["pending"] == ()
    assert evolve(old, clock=CLOCK, steps=STEPS) == ()


def test_the_gate_names_the_command_to_run(old):
    with old.read() as root, pytest.raises(NeedsEvolve, match="records evolve") as refused:
        check(root, STEPS)
    assert refused.value.names == (FIRST, SECOND, THIRD)


def test_the_gate_refuses_a_database_of_a_newer_program(old):
    old.run(lambda root: mark_all(root, NOW, STEPS))
    with old.read() as root, pytest.raises(UnknownStep, match=THIRD):
        check(root, STEPS[:2])


def test_an_application_is_not_made_on_an_old_database(old, monkeypatch):
    config = Configurator(settings={"records.database": old})
    config.include("records.db")
    config.include("records.migrations")
    monkeypatch.setattr(migrations, "STEPS", STEPS)
    with pytest.raises(NeedsEvolve):
        config.make_wsgi_app()
    evolve(old, clock=CLOCK)
    assert TestApp(config.make_wsgi_app()).get("/", status=404)


def test_step_names_are_dated_unique_and_in_order():
    names = [name for name, _ in migrations.STEPS]
    assert names == sorted(set(names))
    assert all(name[:8].isdigit() and name[8] == "_" for name in names)
