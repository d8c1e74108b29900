from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from records.indexes import keys
from records.resources.site import Site

KEY = keys.compose("applicant-number", "110105194912310021")


def test_a_key_belongs_to_whoever_took_it_first_until_that_one_gives_it_back():
    site = Site()
    assert keys.owner(site, KEY) is None
    assert [keys.claim(site, KEY, who) for who in ("a1", "a2", "a1")] == [None, "a1", "a1"]
    keys.release(site, KEY, "a2")
    assert (keys.owner(site, KEY), len(site.keys)) == ("a1", 1)
    keys.release(site, KEY, "a1")
    keys.release(site, KEY, "a1")
    assert (keys.owner(site, KEY), keys.claim(site, KEY, "a2")) == (None, None)


@given(
    st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])), min_size=1),
    st.data(),
)
def test_no_two_lists_of_parts_give_one_key(parts, data):
    at = data.draw(st.integers(0, len(parts) - 1))
    cut = data.draw(st.integers(0, len(parts[at])))
    split = [*parts[:at], parts[at][:cut], parts[at][cut:], *parts[at + 1 :]]
    assert keys.compose(*parts) != keys.compose(*split)
    assert keys.stored(keys.compose(*parts)) != keys.stored(keys.compose(*split))
