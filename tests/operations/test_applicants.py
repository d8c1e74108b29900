from __future__ import annotations

import json

import pytest

from records.domain.findings import Refused
from records.operations import applicants
from records.scripts.demo import credit
from tests.office import CITIZEN, CLERK


def create(office, **asked):
    return office.do(CLERK, lambda act: applicants.create_applicant(act, **asked))


def codes(refused) -> list[tuple[str, str]]:
    assert isinstance(refused, Refused), refused
    return [(found.code, found.subject) for found in refused.findings]


def events(office) -> list[str]:
    with office.site() as site:
        return [json.loads(entry.line)["event"] for entry in site.audit.values()]


@pytest.mark.parametrize(
    "typed", [CITIZEN, f" {CITIZEN} ", "４１９９９９１９７００１０１１２２８", "419999 19700101 1228"]
)
def test_a_number_is_one_number_however_it_is_typed(office, typed):
    person = create(office, number=CITIZEN, name="欧阳䶮")
    assert office.do(CLERK, lambda act: applicants.find_applicant(act, number=typed)) == person
    assert codes(create(office, number=typed, name="欧阳䶮")) == [("applicant.exists", "number")]


def test_a_number_of_fifteen_digits_finds_whoever_has_the_long_one(office):
    person = create(office, number=CITIZEN, name="欧阳䶮")
    assert office.do(CLERK, lambda act: applicants.find_applicant(act, number="419999700101122")) == person


def test_all_that_is_wrong_is_told_at_once(office):
    create(office, number=CITIZEN, name="欧阳䶮")
    assert codes(create(office, number=CITIZEN, name=" ")) == [
        ("applicant.no-name", "name"),
        ("applicant.exists", "number"),
    ]
    assert codes(create(office, number="档号", name="x")) == [("applicant.not-a-number", "number")]


def test_an_organisation_names_its_representative(office):
    number = credit(1, sole_trader=False)
    assert codes(create(office, number=number, name="云溪县听涛宾馆有限公司")) == [
        ("applicant.no-representative", "representative")
    ]
    made = create(office, number=number.lower(), name="云溪县听涛宾馆有限公司", representative="诸葛慧")
    with office.site() as site:
        kept = site.applicants[made]
        assert (kept.applicant_kind, kept.number_kind, kept.representative) == (
            "organisation",
            "credit",
            "诸葛慧",
        )


def test_the_number_lies_sealed_and_only_its_mask_is_readable(office):
    person = create(office, number=CITIZEN, name="欧阳䶮", phone="13800000001")
    with office.site() as site:
        kept = site.applicants[person]
        plain = repr(kept.as_record())
        assert (CITIZEN in plain, "13800000001" in plain) == (False, False)
        assert kept.number_masked == "4****************8"
        vault = office.services.vault
        assert vault.unseal(kept.number_sealed, purpose="applicant-number") == CITIZEN


def test_a_reveal_needs_a_purpose_and_is_on_record(office):
    person = create(office, number=CITIZEN, name="欧阳䶮")
    before = events(office)

    def reveal(purpose: str):
        return office.do(
            "dongfang",
            lambda act: applicants.reveal_number(act, act.site.applicants[person], purpose=purpose),
        )

    assert codes(reveal(" ")) == [("reveal.no-purpose", "purpose")]
    assert reveal("核对身份") == CITIZEN
    assert events(office) == [*before, "applicant.reveal"]
