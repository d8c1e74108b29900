"""What was not found: counted beside the database, shown from two askers on, closed by an editor where it stands."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from records.operations import unanswered
from tests.office import CITIZEN, CLERK

from .pages import form, words

EDITOR = "bailu"


def look_for(office, text: str, address: str = "10.0.0.1"):
    return office.browser().get(
        "/search", {"q": text}, extra_environ={"REMOTE_ADDR": address}, expect_errors=True
    )


def phrases(office) -> list[tuple[str, int, int]]:
    return [(each.phrase, each.times, each.askers) for each in unanswered.report(office.services)]


def test_a_phrase_is_shown_from_two_askers_on_and_nothing_is_written_to_the_database(office):
    before = office.services.database.zodb.lastTransaction()
    for _ in range(3):
        look_for(office, "養鴿 证")
    assert phrases(office) == []
    look_for(office, "养鸽证", "10.0.0.2")
    look_for(office, "养鸽证", "10.0.0.1")
    look_for(office, "食品", "10.0.0.2")
    look_for(office, "食品", "10.0.0.1")
    assert phrases(office) == [("养鸽证", 2, 2)]
    assert office.services.database.zodb.lastTransaction() == before
    files = list((office.services.instance / "unanswered").iterdir())
    assert [path.name for path in files] == ["2026-11-23.jsonl"]
    assert b"10.0.0" not in files[0].read_bytes()


def test_an_editor_closes_the_gap_where_it_stands(office):
    for address in ("10.0.0.1", "10.0.0.2"):
        look_for(office, "撸串摊", address)
    editor = office.browser(EDITOR)
    page = editor.get("/desk/guides/unanswered")
    assert "撸串摊" in words(page)
    adding = form(editor.get(page.html.select_one("td a[href*=phrase]")["href"]), "/synonyms/add")
    assert adding["phrase"].value == "撸串摊"
    adding["means"], adding["reason"] = "食品经营许可", "地方说法"
    assert "已生效" in adding.submit(status=303).follow().text
    found = look_for(office, "撸串摊")
    assert found.html.select_one("main ul.tasks a")["href"] == "/guides/food-business"
    assert "按“食品经营许可”查找" in words(found).replace(" ", "")
    listed = editor.get("/api/v1/unanswered").json["unanswered"]
    assert [each["phrase"] for each in listed] == ["撸串摊"]
    assert office.browser(CLERK).get("/desk/guides/unanswered", expect_errors=True).status_int == 403


def test_old_files_are_forgotten_and_a_full_disk_stops_no_search(office):
    look_for(office, "养鸽证")
    office.clock.advance(days=91)
    assert unanswered.forget(office.services) == 1
    folder = office.services.instance / "unanswered"
    folder.rmdir()
    folder.write_text("no folder")
    assert look_for(office, "养鸽证").status_int == 200


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("養鴿 證！", "养鸽 证"),
        (f"张三 {CITIZEN}", "张三"),
        ("13800000001", ""),
        ("138 0000 0001 办证", "办证"),
        ("a", ""),
        ("ＫＴＶ２", "ktv"),
        ("x" * 99, "x" * 24),
    ],
)
def test_what_is_counted_holds_no_number(typed, kept):
    assert unanswered.phrase_of(typed) == kept


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=80))
def test_no_digit_is_ever_kept(text):
    kept = unanswered.phrase_of(text)
    assert not any(sign.isdecimal() for sign in kept)
    assert len(kept) <= unanswered.LONGEST
