import pytest

from records.domain.wording import Wording
from records.rules.wording import wording


def test_every_kind_of_finding_has_its_code_and_severity():
    assert {kind: (verdict.code, verdict.severity.value) for kind, verdict in wording().verdicts.items()} == {
        "head": ("guide.catch-all", "blocks"),
        "list-end": ("guide.open-list", "blocks"),
        "discretion": ("guide.discretion", "blocks"),
        "vague-number": ("guide.vague-number", "blocks"),
        "original": ("guide.original-or-copy", "blocks"),
        "alternatives": ("guide.alternatives", "warns"),
        "template": ("guide.template-text", "blocks"),
        "vague-time": ("guide.vague-time", "blocks"),
    }


def test_the_table_is_read_once():
    assert wording() is wording()


def test_a_table_that_lacks_a_kind_is_refused():
    with pytest.raises(KeyError):
        Wording({"fold": ()}, {})
