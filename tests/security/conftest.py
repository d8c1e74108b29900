import pytest

from tests.office import build_office


@pytest.fixture
def office(tmp_path):
    """A whole office of its own, real commits in memory (about half a second)."""
    office = build_office(tmp_path)
    yield office
    office.close()
