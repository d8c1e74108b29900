from __future__ import annotations

import pytest

from .channels import CHANNELS
from .story import open_office, tell


@pytest.fixture(params=["file", "postgresql"])
def uri(request, tmp_path) -> str:
    return (
        request.getfixturevalue("postgres_uri")
        if request.param == "postgresql"
        else f"file://{tmp_path}/Data.fs"
    )


@pytest.mark.parametrize("channel", CHANNELS)
def test_every_way_in_comes_to_the_same_records(channel, uri, plain, tmp_path):
    office = open_office(tmp_path, uri)
    try:
        end = tell(CHANNELS[channel](office), office, tmp_path)
    finally:
        office.close()
    assert end.records == plain.records
    assert end == plain


def test_the_story_left_what_it_was_about(plain):
    kinds = sorted(name.split(":")[0] for name in plain.records if ":" in name)
    assert {kind: kinds.count(kind) for kind in sorted(set(kinds))} == {
        "applicant": 2, "archive": 2, "dossier": 2, "guide": 3, "material": 9, "notice": 7, "original": 2, "person": 31,
    }  # fmt: skip
    assert plain.code == "J043-ZY·SP·2026-D10-ZCG-0001"
