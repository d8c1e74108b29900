"""The lines that are about the whole family: each is a line of a shipped guide, with its clause."""

from __future__ import annotations

from records.rules.families import family_lines
from tests.office import guide_bodies


def test_every_family_line_is_a_line_of_its_guide_with_a_clause():
    bodies = {body.key: {line.id for line in body.lines} for body in guide_bodies()}
    table = family_lines()
    assert {key for key, lines in table.items() if lines.keys() - bodies.get(key, set())} == set()
    assert all("条" in basis for lines in table.values() for basis in lines.values())
    assert table["subsistence-allowance"] == {"household": "《社会救助暂行办法》第五十八条第二款"}
