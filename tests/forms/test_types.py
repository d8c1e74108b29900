"""What a field takes of what was typed."""

from __future__ import annotations

import colander
import pytest

from records.domain.uses import Way
from records.forms.types import listed, text, word


@pytest.mark.parametrize(
    ("field", "told"), [(word(Way), "Choose one."), (listed(), "Choose one."), (text(), "Required")]
)
def test_what_is_chosen_is_not_asked_to_be_typed(field, told):
    with pytest.raises(colander.Invalid) as refused:
        field.deserialize(colander.null)
    assert str(refused.value.msg) == told


def test_the_lines_of_an_area_end_as_a_browser_ends_them():
    assert text().deserialize("J043-1\r\nJ043-𠮷\r\n") == "J043-1\nJ043-𠮷"


@pytest.mark.parametrize("typed", ["一\r二", "一\x0b二", "一\u202e二"])
def test_what_nobody_can_see_is_refused(typed):
    with pytest.raises(colander.Invalid):
        text().deserialize(typed)
