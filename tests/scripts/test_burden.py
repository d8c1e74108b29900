"""The burden ledger at a prompt: a month, and its comparison with the audit log."""

from __future__ import annotations

import pytest

from records.domain import burden
from records.domain.burden import Figure
from records.operations import burden as ledger
from tests.office import CLERK, build_office
from tests.operations.test_burden import VENUE, accept, bring


@pytest.fixture
def office(tmp_path):
    """A running office of its own."""
    office = build_office(tmp_path)
    yield office
    office.close()


def test_a_month_is_printed_and_verified_and_a_changed_row_is_found(office, typed):
    dossier = office.case(office.applicant(), VENUE)
    bring(office, dossier)
    accept(office, dossier)
    ledger.fold(office.services, least=1)
    code, told = typed(CLERK, "burden", "--month", "2026-11", "--verify")
    assert (code, told["findings"], told["sum"]["needed"], told["rows"][0]["guide"]) == (0, [], 6, VENUE)

    def embellish(root):
        sums = root["site"].burden.sums
        key = next(iter(sums))
        sums[key] = burden.add(sums[key], (0, 0, 3, *[0] * (len(Figure) - 3)))

    office.services.database.run(embellish)
    code, told = typed("admin", "burden", "--verify")
    assert (code, [found["code"] for found in told["findings"]]) == (1, ["burden.differs"])


def test_a_wrong_month_and_somebody_without_a_letter_are_refused(office, typed):
    assert [typed(CLERK, "burden", "--month", "2026-13")[1]["findings"][0]["code"]] == ["burden.month"]
    code, told = typed("bailu", "burden")
    assert (code, told["findings"][0]["code"]) == (1, "permission.denied")
