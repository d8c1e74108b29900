"""The process that is killed: it accepts one case after the other by the command until it is no more."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from records.clock import FrozenClock
from records.exchange.typeface import shipped_typeface
from records.operations.services import open_services
from records.scripts.command import main
from records.scripts.instance import Instance
from tests.office import CLERK, MONDAY

shipped_typeface()


def settings(folder: str) -> dict[str, object]:
    return {
        "records.instance": f"{folder}/instance",
        "zodb.uri": f"file://{folder}/Data.fs",
        "fulltext.engine": "memory",
        "records.clock": FrozenClock(MONDAY),
        "store.reserve": "0",
        "records.background": "false",
    }


def accept_all(folder: str, cases: list[str], pipe) -> None:
    services = open_services(settings(folder))
    pipe.send("ready")
    for case in cases:
        instance = Instance(Path("none.ini"), opened=services, owned=False)
        CliRunner().invoke(
            main, ["--as", CLERK, "dossiers", "accept", case], obj=instance, catch_exceptions=False
        )
