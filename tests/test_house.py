from __future__ import annotations

import configparser
import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import click
import pytest

from records.scripts.command import main as command

ROOT = Path(__file__).resolve().parent.parent
MANUAL = (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md")))
#: Names that would tie the tree to one machine or one place to install from, and marks of unfinished work; split here
#: so that this file does not find itself.
PLACES = re.compile("|".join((
    "/wo" "rk/", "/op" "t/pypi", "/ro" "ot/", "/hom" "e/", "pypi" r"\.org", "npmjs" r"\.", "index-" "url", "trusted-" "host",
    r"\bTO" r"DO\b", r"\bFIX" r"ME\b",
)))  # fmt: skip


def tracked() -> list[Path]:
    """Return the files of the tree that belong to it: what git does not ignore, or in an export everything."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True
    )
    if listed.returncode == 0:
        return [
            ROOT / name for name in listed.stdout.decode().split("\0") if name and (ROOT / name).is_file()
        ]
    built = {".venv", "var", "build", "dist", "__pycache__", ".pytest_cache", ".ruff_cache", ".mypy_cache"}
    return [path for path in ROOT.rglob("*") if path.is_file() and not built & set(path.parts)]


def targets() -> set[str]:
    return set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))


def setup() -> configparser.ConfigParser:
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg")
    return parser


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pinned(file: str) -> dict[str, str]:
    lines = (ROOT / file).read_text().splitlines()
    pairs = (line.split("==") for line in lines if line and not line.startswith("#"))
    return {canonical(name): version for name, version in pairs}


def required(listed: str) -> dict[str, str]:
    found = (re.match(r"([\w.-]+)(.*)", line.strip()) for line in listed.splitlines() if line.strip())
    return {canonical(match[1]): match[2] for match in found}


def test_help_lists_every_target_and_nothing_else():
    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert set(re.findall(r"make ([a-z]+)", shown)) == targets()
    phony = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)[1]
    assert set(phony.split()) == targets()


@pytest.mark.parametrize("page", MANUAL, ids=lambda page: page.name)
def test_every_target_the_manual_names_exists(page):
    assert set(re.findall(r"(?:`|^)make ([a-z]+)", page.read_text(), flags=re.MULTILINE)) <= targets()


@pytest.mark.parametrize("page", MANUAL, ids=lambda page: page.name)
def test_every_command_the_manual_names_exists(page):
    text = page.read_text().replace("\n", " ")
    for words in re.findall(r"(?:`|\.venv/bin/)records ((?:-c \S+ )?[a-z][a-z -]*)", text):
        names = [word for word in re.sub(r"-c \S+ ", "", words).split() if not word.startswith("-")]
        group = command
        assert names[0] in group.commands, words
        group = group.commands[names[0]]
        if isinstance(group, click.Group):
            assert names[1] in group.commands, words


@pytest.mark.parametrize("page", MANUAL, ids=lambda page: page.name)
def test_every_file_the_manual_names_exists(page):
    text = page.read_text()
    linked = re.findall(r"\]\((?!https?:)([^)#]+)", text)
    assert [name for name in linked if not (page.parent / name).exists()] == []
    named = re.findall(r"`((?:src|tests|bench|docs|changes|bin)/[\w./-]*)`", text)
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_every_requirement_is_pinned_and_the_pins_fit():
    options = setup()
    wanted = required(options["options"]["install_requires"]) | required(
        options["options.extras_require"]["test"]
    )
    pins = pinned("constraints.txt")
    assert sorted(set(wanted) - set(pins)) == []
    exact = {name: bound[2:] for name, bound in wanted.items() if bound.startswith("==")}
    assert {name: pins[name] for name in exact} == exact


def test_what_only_the_measurements_need_is_pinned_apart():
    shared = pinned("constraints.txt").keys() & pinned("bench/requirements.txt").keys()
    assert shared == set()


def test_nothing_names_a_machine_a_place_to_install_from_or_unfinished_work():
    found = []
    for path in tracked():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{path.relative_to(ROOT)}: {hit}" for hit in PLACES.findall(text)]
    assert found == []


def test_bootstrap_is_posix_shell_and_refuses_what_it_does_not_know():
    script = str(ROOT / "bin/bootstrap")
    subprocess.run(["dash", "-n", script], check=True)
    subprocess.run(["bash", "-n", str(ROOT / ".ci/run")], check=True)
    refused = subprocess.run(["dash", script, "--all"], capture_output=True, text=True)
    assert (refused.returncode, refused.stdout, refused.stderr) == (2, "", "usage: bin/bootstrap [--test]\n")


@pytest.fixture
def tree(tmp_path):
    """Return a copy of what bootstrap reads."""
    (tmp_path / "bin").mkdir()
    for name in ("bin/bootstrap", "constraints.txt", "setup.cfg", "pyproject.toml"):
        shutil.copy2(ROOT / name, tmp_path / name)
    return tmp_path


def bootstrap(tree: Path, *arguments: str, path: str = os.environ["PATH"]) -> subprocess.CompletedProcess:
    environment = {"PATH": path, "PIP_NO_INDEX": "1", "RECORDS_APT": "0", "LC_ALL": "C.UTF-8"}
    return subprocess.run(
        ["/bin/sh", str(tree / "bin/bootstrap"), *arguments], env=environment, capture_output=True, text=True
    )


def stamp(tree: Path, kind: str) -> None:
    """Leave the mark of a finished installation, computed here a second time."""
    names = ("constraints.txt", "setup.cfg", "pyproject.toml")
    whole = f"{tree}\n" + "".join((tree / name).read_text() for name in names)
    digest = subprocess.run(["sha256sum"], input=whole, capture_output=True, text=True).stdout.split()[0]
    (tree / ".venv/bin").mkdir(parents=True, exist_ok=True)
    python = tree / ".venv/bin/python"
    if not python.exists():
        python.symlink_to("/bin/false")
    (tree / f".venv/.built-{kind}").write_text(digest + "\n")


@pytest.mark.parametrize(("built", "asked"), [("run", ()), ("test", ()), ("test", ("--test",))])
def test_a_second_start_is_quick_silent_and_needs_no_network(tree, built, asked):
    stamp(tree, built)
    began = time.monotonic()
    done = bootstrap(tree, *asked)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert time.monotonic() - began < 1


def test_a_changed_pin_or_another_kind_is_built_again(tree):
    stamp(tree, "run")
    assert bootstrap(tree).returncode == 0
    with (tree / "constraints.txt").open("a") as pins:
        pins.write("# newer\n")
    tools = only(tree, "id", "sha256sum", "cut", "cat", "dirname", "ls")
    assert bootstrap(tree, path=tools).returncode == 2


def only(tree: Path, *names: str) -> str:
    """Return a PATH on which nothing but these programs lies."""
    folder = tree / "tools"
    folder.mkdir(exist_ok=True)
    for name in names:
        (folder / name).symlink_to(shutil.which(name))
    return str(folder)


def test_without_python_one_line_says_what_to_install(tree):
    done = bootstrap(tree, path=only(tree, "sha256sum", "cut", "cat", "dirname", "id"))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "Python 3.11 or 3.12 is needed: apt-get install -y python3 python3-venv\n"


def test_a_python_without_venv_is_one_line(tree):
    tools = only(tree, "sha256sum", "cut", "cat", "dirname", "id")
    python = Path(tools) / "python3"
    python.write_text('#!/bin/sh\ncase "$2" in *ensurepip*) exit 1;; esac\nexit 0\n')
    python.chmod(0o755)
    done = bootstrap(tree, path=tools)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", "apt-get install -y python3-venv\n")


def test_a_missing_browser_stops_the_tests_with_one_line(tree):
    stamp(tree, "test")
    done = bootstrap(
        tree,
        "--test",
        path=only(tree, "id", "sha256sum", "cut", "cat", "dirname", "ls", "strace", "openssl", "soffice"),
    )
    assert (done.returncode, done.stdout, done.stderr) == (2, "", "apt-get install -y chromium\n")


def test_a_wheelhouse_that_is_not_there_is_told(tree):
    environment = {**os.environ, "WHEELHOUSE": "nowhere", "RECORDS_APT": "0"}
    stamp(tree, "run")
    (tree / ".venv/.built-run").write_text("old\n")
    (tree / ".venv/bin/python").unlink()
    (tree / ".venv/bin/python").symlink_to("/bin/true")
    done = subprocess.run(
        ["/bin/sh", str(tree / "bin/bootstrap")], env=environment, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (2, "WHEELHOUSE=nowhere: no such folder\n")


@pytest.mark.parametrize("name", ["development.ini", "production.ini"])
def test_settings_are_plain_and_bounded(name):
    parser = configparser.ConfigParser(defaults={"here": "/srv/records"})
    parser.read(ROOT / name, encoding="ascii")
    settings, server = parser["app:main"], parser["server:main"]
    assert settings["zodb.uri"] == "file:///srv/records/var/Data.fs"
    assert settings["records.instance"] == "/srv/records/var"
    assert int(settings["upload.limit"]) < int(server["max_request_body_size"])
    assert (server["host"], server["port"], server["threads"], server["ident"]) == (
        "127.0.0.1",
        "6543",
        "8",
        "",
    )
    live = name == "production.ini"
    assert settings["session.secure"] == str(live).lower()
    assert settings["pyramid.reload_templates"] == str(not live).lower()
    assert settings.get("records.office", "") == ("" if live else "demo")


def test_every_fragment_has_a_kind_that_towncrier_knows():
    known = {
        kind["directory"]
        for kind in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["towncrier"]["type"]
    }
    fragments = [path.name for path in (ROOT / "changes").iterdir() if path.name != "README.md"]
    assert [name for name in fragments if name.split(".")[-2:-1][0] not in known] == []


def test_a_command_and_the_pages_load_no_library_that_only_a_job_needs():
    """Each is a tenth of a second or more of every start; whoever needs one imports it where it is used."""
    program = (
        "import sys, pkgutil, importlib, records.scripts.command, records.views as views\n"
        "for each in pkgutil.iter_modules(views.__path__): importlib.import_module('records.views.' + each.name)\n"
        "print(*sorted({'cv2', 'fido', 'fontTools', 'fpdf', 'numpy', 'openpyxl', 'pdfplumber'} & sys.modules.keys()))"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "\n"
