"""How the tests of the commands type."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from records.scripts.command import main
from records.scripts.instance import Instance


@pytest.fixture
def typed(office):
    """Type a command as a person; return the exit code and what was printed as JSON."""

    def run(userid: str, *arguments: str) -> tuple[int, dict]:
        instance = Instance(Path("none.ini"), opened=office.services, owned=False)
        done = CliRunner().invoke(main, ["--json", "--as", userid, *arguments], obj=instance)
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done.exit_code, json.loads(done.stdout)

    return run
