"""An older database gets the lists by which guides are found without being read."""

from __future__ import annotations

import pytest

from records.indexes import questions
from records.migrations.guide_list import list_guides
from tests.office import build_office

FOOD = "food-business"


@pytest.fixture
def office(tmp_path):
    office = build_office(tmp_path)
    yield office
    office.close()


def test_guides_of_an_older_database_are_listed_by_what_they_give_and_name(office):
    def lists(root):
        site, today = root["site"], office.clock.today()
        return (
            [each.key for each in questions.guides_listed(site)],
            list(questions.proofs_of(site, "food-licence", today)),
            sorted(questions.guides_naming(site, today)),
        )

    with office.services.database.read() as root:
        now = lists(root)
    assert [each.key for each in now[1]] == [FOOD]

    def forget(root):
        site = root["site"]
        for guide in site.guides.values():
            for version in guide.versions:
                del version.needs, version.asks, version.yields
            guide.listed = ()
        site.worklists.clear()

    office.services.database.run(forget)
    with office.services.database.read() as root:
        assert lists(root) == ([], [], [])
    told = []
    for _again in range(2):
        office.services.database.run(lambda root: list_guides(root, told.append))
        with office.services.database.read() as root:
            assert lists(root) == now
    assert told == [f"{len(now[0])} guides listed"] * 2
