"""Eight windows on the same materials: none twice, none lost, no conflict, and every verdict comes out the same again."""

from __future__ import annotations

from datetime import date

import pytest

from records.scripts.story import citizen
from tests.office import CLERK, build_office

from .sharing import prepare

pytestmark = pytest.mark.torture
NAMES = ("欧阳䶮", "司马𠮷", "诸葛亮", "上官婉儿")
NOTHING = {"doubles": 0, "lost": 0, "differ": 0, "conflicts": 0, "errors": 0}


@pytest.mark.parametrize("seed", [1, 2])
def test_eight_writers_on_sixty_materials_leave_none_twice_and_none_lost(tmp_path, seed):
    office = build_office(tmp_path, **{"zodb.uri": f"file://{tmp_path}/Data.fs"})
    try:
        today = office.clock.today()
        numbers = [(citizen(at, date(1970, 1, 1 + at), today), name) for at, name in enumerate(NAMES, 1)]
        sharing = prepare(office.services, CLERK, numbers)
        sharing.run(writers=8, times=25, seed=seed)
        assert sharing.failed == []
        assert sharing.report() == NOTHING
        assert sharing.done == 200
        assert len(sharing.taken) > 10
    finally:
        office.close()
