"""A first start that is killed while the demo is filled in: the next one tells it anew and hands out the log-ins."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

from click.testing import CliRunner

from records.operations import indexing
from records.scripts.command import main
from records.scripts.instance import FINDINGS, GOOD, UNFINISHED, Instance

INI = """[app:main]
use = egg:juanzong
zodb.uri = file://{here}/instance/Data.fs
records.instance = {here}/instance
records.office = demo
fulltext.engine = whoosh
store.reserve = 0
[loggers]
keys = root
[handlers]
keys =
[formatters]
keys =
[logger_root]
level = WARNING
handlers =
"""
FILLED = 400_000
"""Bytes of a database in which the demo is well under way and far from its end."""


def test_a_demo_that_was_cut_off_is_told_anew_and_hands_out_its_log_ins(tmp_path):
    ini, folder = tmp_path / "demo.ini", tmp_path / "instance"
    ini.write_text(INI.format(here=tmp_path), encoding="utf-8")
    with (tmp_path / "said").open("wb") as said:
        first = subprocess.Popen(
            [sys.executable, "-m", "records.scripts", "serve", str(ini)], stdout=said, stderr=said
        )
    database = folder / "Data.fs"
    while not (database.exists() and database.stat().st_size > FILLED):
        assert first.poll() is None
        time.sleep(0.02)
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    assert (folder / UNFINISHED).exists()
    assert not (folder / "log-ins.txt").exists()

    instance = Instance(ini)
    done = CliRunner().invoke(main, ["--json", "demo"], obj=instance, catch_exceptions=False)
    assert done.exit_code == GOOD
    log_ins = json.loads(done.stdout)["log_ins"]
    assert not (folder / UNFINISHED).exists()
    services = instance.services()
    try:
        with services.database.read() as root:
            site = root["site"]
            assert set(log_ins) == set(site.people)
            assert sum(1 for _dossier in site.dossiers.values()) == 40
        assert indexing.verify(services) == ()
        again = CliRunner().invoke(main, ["--json", "demo"], obj=instance, catch_exceptions=False)
        assert again.exit_code == FINDINGS
    finally:
        instance.close()
