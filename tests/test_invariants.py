"""The table of what always holds names tests that exist, and the rules that only the source can show."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "records"

#: Who may end a transaction (I17): the corridors, the worker, migrations and commands; operations for their second, short one.
MAY_COMMIT = ("db.py", "storage.py", "jobs/", "migrations/", "scripts/", "operations/")


def test_every_rule_is_named_once_with_tests_that_exist():
    text = (ROOT / "docs" / "invariants.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (I\d+) \|", text, re.MULTILINE)
    assert rows == [f"I{number}" for number in range(1, 18)]
    for file, name in re.findall(r"`([\w/]+\.py)(?:::(\w+))?`", text.split("|---|", 1)[1]):
        path = ROOT / "tests" / file
        assert path.exists(), file
        if name:
            assert f"def {name}(" in path.read_text(encoding="utf-8"), f"{file}::{name}"


def test_only_the_named_rooms_commit():
    found = set()
    for path in SOURCE.rglob("*.py"):
        room = path.relative_to(SOURCE).as_posix()
        if room.startswith(MAY_COMMIT):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            owner = ast.unparse(node.func.value)
            if (node.func.attr == "commit" and not owner.endswith("_shelf")) or (
                node.func.attr in ("run", "write") and owner.endswith("database")
            ):
                found.add((room, ast.unparse(node.func)))
    assert found == set()


def test_every_room_says_what_it_is_for():
    silent = [
        path.relative_to(SOURCE).as_posix()
        for path in SOURCE.rglob("*.py")
        if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert silent == []
