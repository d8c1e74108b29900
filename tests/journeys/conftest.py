from __future__ import annotations

import pytest

from .channels import Plain
from .story import open_office, tell


@pytest.fixture(scope="session")
def plain(tmp_path_factory):
    """The story told by the operations themselves: what every other telling must come to."""
    folder = tmp_path_factory.mktemp("plain")
    office = open_office(folder)
    try:
        return tell(Plain(office), office, folder)
    finally:
        office.close()
