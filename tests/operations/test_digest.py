"""The semantic digest: the same business gives the same number, whatever way and machinery brought it about."""

from __future__ import annotations

import pytest

from records.domain.vocabulary import DeliveryMethod
from records.jobs import work_once
from records.operations import decisions, indexing, people, sealing
from records.operations.digest import semantic_digest, semantic_records
from records.vault import Vault
from tests.office import CLERK, build_office

from .cases import SHOPKEEPER, decide, on

SECRET = bytes(range(64))


def play(folder, *, channel: str, secret: bytes = SECRET, recipient: str = "欧阳䶮"):
    """Play one small case on an office of its own."""
    office = build_office(folder, **{"records.vault": Vault(secret)})
    case = office.case(office.applicant(), SHOPKEEPER)
    decide(office, case)
    office.do(
        CLERK,
        on(case, decisions.deliver, method=DeliveryMethod.COUNTER, recipient=recipient),
        channel=channel,
    )
    return office


def digest_of(office) -> str:
    with office.site() as site:
        return semantic_digest(site)


@pytest.fixture
def one(tmp_path):
    office = play(tmp_path / "one", channel="screen")
    yield office
    office.close()


def test_the_same_business_has_the_same_digest_through_any_channel(one, tmp_path):
    two = play(tmp_path / "two", channel="api")
    try:
        assert digest_of(two) == digest_of(one)
    finally:
        two.close()


@pytest.mark.parametrize("change", [{"recipient": "司马𠮷"}, {"secret": bytes(range(1, 65))}])
def test_another_word_or_other_ids_give_another_digest(one, tmp_path, change):
    two = play(tmp_path / "two", channel="screen", **change)
    try:
        assert digest_of(two) != digest_of(one)
    finally:
        two.close()


def test_machinery_does_not_show(one):
    """Sealing, indexing, log-ins and jobs leave the digest alone; text that was read is no record either."""
    before = digest_of(one)
    sealing.seal(one.services)
    indexing.catch_up(one.services)
    one.do(CLERK, lambda act: people.end_sessions(act, act.site.people[CLERK]))
    while work_once(one.services):
        pass
    assert digest_of(one) == before


def test_every_record_is_covered(one):
    with one.site() as site:
        kinds = {key.partition(":")[0] for key in semantic_records(site)}
        assert kinds == {
            "office",
            "holdings",
            "applicant",
            "material",
            "guide",
            "dossier",
            "notice",
            "person",
        }
        before = semantic_digest(site)
        for kind in ("applicant", "material", "guide", "dossier", "notice", "person"):
            record = next(iter(site.folder(kind).values()))
            field = {"material": "title", "dossier": "agent", "notice": "facts", "guide": "title"}.get(
                kind, "name"
            )
            kept = getattr(record, field)
            setattr(record, field, f"{kept}。")
            assert semantic_digest(site) != before, kind
            setattr(record, field, kept)
        assert semantic_digest(site) == before
