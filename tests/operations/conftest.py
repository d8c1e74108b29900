from __future__ import annotations

import pytest

from tests.office import build_office


@pytest.fixture
def office(tmp_path):
    office = build_office(tmp_path)
    yield office
    office.close()
