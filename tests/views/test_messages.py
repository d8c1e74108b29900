from __future__ import annotations

import ast
import csv
import re
from importlib.resources import files
from pathlib import Path
from string import Formatter

import records
from records.domain.findings import Finding
from records.views import messages

SOURCE = Path(records.__file__).parent
MAKERS = frozenset({"Finding", "report", "_citizen", "_credit", "_item", "_warning", "_code"})
CODE = re.compile(r"[a-z]+\.[a-z]+(-[a-z]+)*")


def codes() -> set[str]:
    """Return every code that the source hands to a finding as a literal, and those of the table of words."""
    found = set()
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                value = node.args[0].value
                if name in MAKERS and isinstance(value, str) and CODE.fullmatch(value):
                    found.add(value)
    with (SOURCE / "rules" / "wording.csv").open(encoding="utf-8") as stream:
        found |= {row["code"] for row in csv.DictReader(stream) if row["code"]}
    return found


def rows() -> list[dict[str, str]]:
    with files("records.views").joinpath("messages.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_every_code_in_the_source_has_a_sentence_in_both_languages():
    table = messages.table()
    assert {
        code for code in codes() if (code, "en") not in table or not table[code, "zh_Hans"].reason
    } == set()


def test_both_languages_name_the_same_things():
    def fields(text: str) -> set[str]:
        return {name for _, name, _, _ in Formatter().parse(text) if name}

    differing = [
        row["code"]
        for row in rows()
        if fields(row["english"] + row["english_cure"]) - {"subject"}
        != fields(row["chinese"] + row["chinese_cure"]) - {"subject"}
    ]
    assert differing == []


def test_no_code_stands_twice():
    listed = [row["code"] for row in rows()]
    assert sorted(set(listed)) == sorted(listed)


def test_a_finding_says_what_is_the_matter_and_what_to_do():
    found = Finding("material.already-held", params={"title": "营业执照", "id": "x"})
    assert messages.sentence_in("zh_Hans", found) == (
        "这份材料我们已经有了，不用再交：营业执照。请直接使用；确需重收的，请选择一项理由。"
    )
    assert messages.sentence_in("en", found) == (
        "We have “营业执照” already; it need not be handed in. "
        "Use the held one; for taking it again choose one of the reasons."
    )


def test_a_parameter_that_is_missing_leaves_a_dash_and_a_brace_in_a_value_stays():
    assert "—" in messages.reason_in("zh_Hans", Finding("guide.not-in-force"))
    assert "{x}" in messages.reason_in("zh_Hans", Finding("guide.not-in-force", params={"title": "{x}"}))


def test_a_code_without_words_shows_itself():
    assert messages.sentence_in("zh_Hans", Finding("no.such")) == "no.such"
