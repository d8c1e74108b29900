from dataclasses import dataclass, field

import pytest

from records.domain.conditions import Condition, Option, Question
from records.domain.guide_elements import Handling, Level
from records.domain.guide_parts import Codes, Fee, Guide, Limits, Line, Result, Special, Version
from records.domain.plain import LATER, as_plain, defaults, from_plain

#: The fields that every stored version holds since the first edition: a field of these classes that came later must be left
#: out while it is empty, or the digests of old versions change.
FIRST = {
    Guide: """key title plain_title unit unit_name fonds item_type item_kind acceptance codes audience scope basis conditions
        quantity_limit lines steps limits fee result places contacts complaints rights remedies archiving elder version exempt
        prohibitions situations special site_check questions""",
    Codes: "basic implementation handling",
    Question: "key text kind",
    Line: """id position material name kind form originals copies necessity source issuer acceptance basis grades condition
        fill_notes blank sample validity validity_days deferral waived inspect_original handbook""",
    Limits: "intake_rule statutory promised deliver extension",
    Special: "kind note",
    Fee: "name standard basis reduction",
    Result: "name kind material validity valid_years sample",
    Version: "number effective notes",
}  # fmt: skip


@pytest.mark.parametrize("kind", FIRST, ids=lambda kind: kind.__name__)
def test_fields_that_came_later_are_left_out_of_what_is_stored(kind):
    asked = [name for name in FIRST[kind].split() if name not in defaults(kind)]
    assert list(as_plain(kind(**dict.fromkeys(asked, "")))) == FIRST[kind].split()


def test_a_field_that_was_filled_in_is_stored():
    assert as_plain(Handling(level=Level.COUNTY, visits=0)) == {"level": "4", "visits": 0}
    assert from_plain(Handling, {"level": "4", "visits": 0}) == Handling(level=Level.COUNTY, visits=0)


@dataclass(frozen=True, slots=True)
class Sample:
    name: str
    parts: tuple[str, ...] = ()
    note: str | Option | None = field(default=None, metadata=LATER)


@pytest.mark.parametrize(
    "value", [Sample("䶮"), Sample("", ("a", "𠮷"), "x"), Sample("", (), Option("k", "某"))]
)
def test_values_come_back(value):
    assert from_plain(Sample, as_plain(value)) == value


@pytest.mark.parametrize(
    ("hint", "plain"),
    [
        (Sample, "a"),
        (Sample, {}),
        (Sample, {"name": "a", "colour": "b"}),
        (Sample, {"name": 1}),
        (Sample, {"name": "a", "parts": "abc"}),
        (Sample, {"name": "a", "note": {"key": "k"}}),
        (Sample, {"name": "a", "note": 1}),
        (Condition, {"all": [], "any": []}),
        (Condition, None),
        (int, True),
    ],
)
def test_what_never_was_ours_is_refused(hint, plain):
    with pytest.raises(ValueError, match=r"not|missing|unknown"):
        from_plain(hint, plain)
