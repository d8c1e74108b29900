"""A small year of real acts: the ledger, its page and the audit log say the same, and no held paper was asked for."""

from __future__ import annotations

import importlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from records.domain import burden
from records.domain.burden import Figure
from records.operations import burden as ledger
from tests.office import build_office

BENCH = Path(__file__).resolve().parents[2] / "bench"
CASES = 60


@pytest.fixture
def played(tmp_path, monkeypatch):
    """Play sixty cases over a year in the office for tests."""
    monkeypatch.syspath_prepend(BENCH)
    year = importlib.import_module("year")
    office = build_office(tmp_path, at=datetime(2026, 1, 5, 1, tzinfo=UTC))
    one = year.begin(office.services, office.clock, seed=11)
    year.play(one, CASES)
    yield office, one, year.report(one)
    office.close()


def test_ledger_page_and_log_agree_over_a_year_and_nothing_held_was_asked_for(played):
    office, year, told = played
    assert told["asked_while_held_by_the_log"] == 0
    assert told["figures"]["held"] == 0
    assert told["ledger_equals_log"]
    assert told["figures"]["cases"] == year.done["cases"] > CASES // 2
    assert told["figures"]["reused"] > 0
    ledger.fold(office.services, least=1)
    with office.site() as site:
        units = list(site.office["units"])
        kept = ledger.figures(site, first="0000-00", last="9999-99", units=units)
        log = ledger.recompute(site)
        decided = [each for each in site.dossiers.values() if each.decided_at is not None]
    assert kept == log.sums()
    # The same once more from the cases themselves, without the ledger.
    assert len(decided) == told["figures"]["cases"]
    filled = [{entry[0]: entry[3] for entry in dossier.entries} for dossier in decided]
    assert told["figures"]["needed"] == sum(map(len, filled))
    for name, how in (("reused", "reused"), ("fetched", "fetched")):
        assert told["figures"][name] == sum(list(each.values()).count(how) for each in filled)
    assert _on_the_page(office, kept) == {
        month: burden.total(tally for place, tally in kept.items() if place[0] == month)
        for month in {place[0] for place in kept}
    }


def _on_the_page(office, kept) -> dict[str, tuple[int, ...]]:
    """Read the table of months from the page of the last month, where every figure stands."""
    page = office.browser("admin").get("/desk/burden", {"month": max(place[0] for place in kept)})
    rows = page.html.select_one("#months").find_parent(class_="table").select("tbody tr")
    found = {
        row.select_one("th").get_text(strip=True): tuple(
            int(cell.find(string=True).strip() if not cell.a else cell.a.find(string=True))
            for cell in row.select("td")[:-1]
        )
        for row in rows
    }
    assert len(rows) == 12
    assert all(len(each) == len(Figure) for each in found.values())
    return {month: tally for month, tally in found.items() if any(tally)}
