from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime

import pytest

from records.clock import FrozenClock, civil_date
from records.domain.vocabulary import DossierState
from records.exchange.guides import shipped_guides
from records.operations import indexing, office
from records.operations.digest import semantic_digest
from records.operations.reuse import rederive
from records.operations.services import open_services
from records.scripts import demo, plans, story
from records.vault import Vault

FOUNDED = datetime(2024, 10, 1, 1, tzinfo=UTC)
TODAY = datetime(2026, 11, 21, 1, tzinfo=UTC)


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
    clock.set(TODAY)
    demo.populate(services)
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
        names = {site.applicants[dossier.applicant].name for dossier in site.dossiers.values()}
        assert names <= set(plans.PEOPLE) | set(plans.SHOPS)
        assert len(plans.PEOPLE) + len(plans.SHOPS) == 20
        assert sum(states.values()) == 40
        assert set(states) == {
            "draft", "received", "supplement", "accepted", "decided", "delivered", "archived", "declined", "withdrawn",
        }  # fmt: skip


def test_every_shipped_guide_is_in_force_and_has_a_case(filled):
    shipped = {name.removesuffix(".yaml") for name, _ in shipped_guides()}
    with filled.database.read() as root:
        site = root["site"]
        assert {guide.key for guide in site.guides.values() if guide.in_force(TODAY.date())} == shipped
        assert {dossier.guide for dossier in site.dossiers.values()} == shipped


def test_paper_originals_are_held_lent_and_given_back_and_every_one_has_its_papers(filled):
    with filled.database.read() as root:
        site = root["site"]
        states = Counter(original.state for original in site.custody.values())
        assert set(states) == {"held", "lent", "returned"}
        for original in site.custody.values():
            kinds = [site.notices[each].notice_kind for each in (original.receipt, original.slip) if each]
            assert kinds == (["custody", "return"] if original.state == "returned" else ["custody"])


def test_what_is_open_is_fresh_but_for_three_that_are_overdue_on_purpose(filled):
    open_states = {"draft", "received", "supplement", "accepted", "decided", "delivered"}
    with filled.database.read() as root:
        ages = {
            dossier.code: (TODAY.date() - civil_date(dossier.created_at)).days
            for dossier in root["site"].dossiers.values()
            if dossier.state in open_states
        }
        overdue = [
            dossier.code
            for dossier in root["site"].dossiers.values()
            if dossier.state == "accepted" and dossier.promised_due < TODAY.date()
        ]
    assert sorted(age for age in ages.values() if age > 16) == [25, 29, 40]
    assert [ages[code] for code in overdue] == [25]


def test_nothing_happens_after_today_and_the_log_never_runs_backwards(filled):
    with filled.database.read() as root:
        lines = [json.loads(entry.line) for entry in root["site"].audit.values()]
    times = [line["at"] for line in lines if line["channel"] == "demo"]
    assert times == sorted(times)
    assert times[-1] <= TODAY.isoformat()


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
            assert story.REGION in number[:8]


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


def test_every_kept_verdict_of_the_closed_cases_of_the_demo_comes_out_the_same(filled):
    closed = {DossierState.DELIVERED, DossierState.ARCHIVED, DossierState.DECLINED, DossierState.WITHDRAWN}
    with filled.database.read() as root:
        site = root["site"]
        cases = [dossier for dossier in site.dossiers.values() if dossier.state in closed]
        verdicts = [verdict for dossier in cases for verdict in rederive(site, dossier)]
        reused = {(d.id, e[0], e[1]) for d in cases for e in d.entries if e[3] == "reused"}
        longest = max(len(text) for dossier in cases for *_, text in dossier.judged)
    assert len(verdicts) >= 10
    assert [verdict for verdict in verdicts if not verdict.equal] == []
    assert reused <= {(verdict.dossier, verdict.line, verdict.material) for verdict in verdicts}
    assert longest <= 32
