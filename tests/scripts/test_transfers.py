"""Transfers at a prompt: what is due, opened, and listed without naming a state."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.office import ARCHIVIST, build_office
from tests.operations.test_disposition import FONDS, plant

CODE = "J043-ZY·SP·2026-D30-ZCG-0001"


@pytest.fixture
def office(tmp_path):
    """An office with one item that the archives take after ten years."""
    office = build_office(tmp_path)
    plant(office)
    office.clock.set(datetime(2036, 12, 1, 1, tzinfo=UTC))
    yield office
    office.close()


def test_what_is_due_is_opened_and_listed(office, typed):
    code, told = typed(ARCHIVIST, "transfers", "due", "J043")
    assert (code, [item["code"] for item in told["items"]]) == (0, [CODE])
    code, opened = typed(ARCHIVIST, "transfers", "open", "--fonds", FONDS, "--codes", CODE)
    assert (code, opened["code"], opened["total"]) == (0, "云市监移〔2036〕1号", 1)
    code, told = typed(ARCHIVIST, "transfers", "list")
    assert (code, [each["id"] for each in told["transfers"]]) == (0, [opened["id"]])
    assert typed(ARCHIVIST, "transfers", "list", "--state", "received")[1]["transfers"] == []
