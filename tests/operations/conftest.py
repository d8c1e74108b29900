from __future__ import annotations

import pytest

from tests.office import build_office


@pytest.fixture
def office(tmp_path):
    """A running office of its own: real acts, real papers, a clock that stands still."""
    office = build_office(tmp_path)
    yield office
    office.close()
