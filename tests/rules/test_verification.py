from records.domain.verification import CHECKS
from records.domain.vocabulary import ItemKind, Outcome, Retention
from records.rules import checks, elements


def test_the_table_and_the_program_know_the_same_checks():
    assert [row.id for row in checks()] == list(CHECKS)
    assert all(int(row.id.split("-")[1]) == row.dimension for row in checks())
    assert all(row.source for row in checks())


def test_value_lists_are_those_of_the_vocabulary():
    values = {element.key: element.values for element in elements()}
    assert values["retention"] == {period.value for period in Retention}
    assert values["item_kind"] == {kind.value for kind in ItemKind}
    assert values["outcome"] == {outcome.value for outcome in Outcome}
    assert len(values) == len(elements())
