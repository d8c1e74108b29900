import pytest

from records.domain.package_checks import Phase
from records.domain.verification import CHECKS
from records.domain.vocabulary import ApplicantKind, ItemKind, Outcome, Retention
from records.exchange.descriptions import BASICS
from records.rules import checks, elements


@pytest.mark.parametrize("phase", Phase)
def test_the_table_and_the_program_know_the_same_checks_in_each_phase(phase):
    assert [row.id for row in checks(phase)] == [f"{phase.prefix}-{item}" for item in CHECKS]
    assert all(int(row.item.split("-")[0]) == row.dimension for row in checks(phase))
    assert all(row.source and row.weight > 0 for row in checks(phase))


def test_value_lists_are_those_of_the_vocabulary():
    values = {element.key: element.values for element in elements()}
    assert values["retention"] == {period.value for period in Retention}
    assert values["item_kind"] == {kind.value for kind in ItemKind}
    assert values["outcome"] == {outcome.value for outcome in Outcome}
    assert len(values) == len(elements())
    words = {element.key: element.words for element in elements()}
    assert words["item_kind"] == {kind.label: kind.value for kind in ItemKind}
    assert words["applicant_kind"] == {kind.label: kind.value for kind in ApplicantKind}


def test_an_element_that_a_package_says_stands_in_its_description():
    places = {f"{group}.{key}" for group, _, fields in BASICS for key, _, _ in fields}
    assert {element.place for element in elements() if element.place} <= places
