from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import pytest

from records.clock import FrozenClock
from records.operations import indexing, office
from records.operations.digest import semantic_digest
from records.operations.services import open_services
from records.scripts import demo
from records.vault import Vault

FOUNDED = datetime(2024, 10, 1, 1, tzinfo=UTC)


def fill(folder):
    """Found and fill a site; every telling has the same key and the same day of founding."""
    clock = FrozenClock(FOUNDED)
    services = open_services(
        {
            "records.instance": str(folder),
            "zodb.uri": "demo://",
            "fulltext.engine": "memory",
            "records.vault": Vault(bytes(range(64))),
            "records.clock": clock,
            "store.reserve": "0",
        }
    )
    described, _ = office.read_office(office.example(), name="yunxi.toml")
    office.found(services, described)
    demo.populate(services)
    clock.set(datetime(2026, 11, 21, 1, tzinfo=UTC))
    return services


@pytest.fixture(scope="session")
def filled(tmp_path_factory):
    services = fill(tmp_path_factory.mktemp("demo"))
    yield services
    services.close()


def test_there_are_twenty_applicants_and_forty_cases_in_every_state(filled):
    with filled.database.read() as root:
        site = root["site"]
        states = Counter(dossier.state for dossier in site.dossiers.values())
        assert len(list(site.applicants.values())) == 20
        assert sum(states.values()) == 40
        assert set(states) == {
            "draft", "received", "supplement", "accepted", "decided", "delivered", "archived", "declined", "withdrawn",
        }  # fmt: skip


def test_the_notices_and_the_codes_are_gapless_in_their_series(filled):
    with filled.database.read() as root:
        site = root["site"]
        notices = [notice.code for notice in site.notices.values()]
        codes = [item.code for item in site.archives.values()]
    series: dict[str, list[int]] = {}
    for code in notices:
        prefix, _, number = code.removesuffix("号").partition("〕")
        series.setdefault(prefix, []).append(int(number))
    for code in codes:
        prefix, _, number = code.rpartition("-")
        series.setdefault(prefix, []).append(int(number))
    assert {prefix: sorted(numbers) for prefix, numbers in series.items()} == {
        prefix: list(range(1, len(numbers) + 1)) for prefix, numbers in series.items()
    }


def test_the_demo_is_whole(filled):
    assert (indexing.verify(filled), indexing.verify_store(filled)) == ((), ())


def test_nobody_real_can_match(filled):
    with filled.database.read() as root:
        for applicant in root["site"].applicants.values():
            number = filled.vault.unseal(applicant.number_sealed, purpose="applicant-number")
            assert demo.REGION in number[:8]


def test_a_replay_says_the_same(filled, tmp_path):
    again = fill(tmp_path)
    try:
        digests = []
        for services in (filled, again):
            with services.database.read() as root:
                digests.append(semantic_digest(root["site"]))
        assert digests[0] == digests[1]
    finally:
        again.close()
