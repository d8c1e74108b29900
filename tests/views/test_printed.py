"""Guides on paper and as a table, for anybody: which edition, which code, kept how, and never the desk's half."""

from __future__ import annotations

import csv
import io
import logging
from dataclasses import replace
from datetime import timedelta

import pypdfium2
import pytest

from records.domain import ledger
from records.operations import guides
from records.views import printed
from tests.office import REVIEWER, guide_bodies, publish_edition

KEY = "food-business"


def words(response):
    document = pypdfium2.PdfDocument(response.body)
    text = "".join(page.get_textpage().get_text_range() for page in document)
    document.close()
    return "".join(text.split())


@pytest.mark.parametrize(
    ("kind", "query"), [("leaflet", ""), ("leaflet", "?da=1"), ("card", ""), ("poster", "")]
)
def test_anybody_prints_the_edition_in_force_and_a_second_request_costs_nothing(office, kind, query):
    browser = office.browser()
    first = browser.get(f"/guides/{KEY}/{kind}.pdf{query}")
    assert (first.content_type, first.body[:5]) == ("application/pdf", b"%PDF-")
    text = words(first)
    assert ("食品经营许可（新办）" in text, "第1版" in text, "云溪县政务服务中心" in text) == (
        True,
        True,
        True,
    )
    assert first.headers["Content-Disposition"].startswith("inline; filename*=UTF-8''")
    assert first.headers["Cache-Control"] == "no-cache"
    again = browser.get(
        f"/guides/{KEY}/{kind}.pdf{query}", headers={"If-None-Match": first.headers["ETag"]}, status=304
    )
    assert again.body == b""
    assert browser.get(f"/guides/{KEY}/{kind}.pdf{query}").body == first.body


def test_the_large_leaflet_is_another_paper(office):
    browser = office.browser()
    small, large = (browser.get(f"/guides/{KEY}/leaflet.pdf{query}") for query in ("", "?da=1"))
    assert small.headers["ETag"] != large.headers["ETag"]
    assert len(pypdfium2.PdfDocument(large.body)) > len(pypdfium2.PdfDocument(small.body))


def test_an_older_edition_keeps_its_papers_and_says_that_it_is_older(office):
    body = next(each for each in guide_bodies() if each.key == KEY)
    before = words(office.browser().get(f"/guides/{KEY}/versions/1/card.pdf"))
    second = replace(
        body,
        plain_title="开饭馆先办这个证；不收费，五个工作日办好。",
        version=replace(body.version, number=2),
    )
    _publish_again(office, second)
    browser = office.browser()
    assert "开饭馆先办这个证" in words(browser.get(f"/guides/{KEY}/card.pdf"))
    older = words(browser.get(f"/guides/{KEY}/versions/1/card.pdf"))
    assert ("此版已被新版替代" in older, "此版已被新版替代" in before, "第1版" in older) == (
        True,
        False,
        True,
    )


def _publish_again(office, body):
    office.do("bailu", lambda act: guides.save_draft(act, body))
    office.do("bailu", lambda act: guides.submit_guide(act, act.site.guides[KEY], version=2))
    office.do(REVIEWER, lambda act: guides.approve_guide(act, act.site.guides[KEY], version=2))
    office.do("zhoutingting", lambda act: guides.publish_guide(act, act.site.guides[KEY], version=2))
    with office.site() as site:
        assert site.guides[KEY].in_force(office.clock.today()).version == 2


def test_what_is_not_published_has_no_paper(office):
    browser = office.browser()
    for path in ("versions/2/leaflet.pdf", "versions/x/leaflet.pdf", "versions/1/other.pdf"):
        assert browser.get(f"/guides/{KEY}/{path}", expect_errors=True).status_int == 404
    assert browser.get("/guides/nothing/leaflet.pdf", expect_errors=True).status_int == 404


def test_a_character_that_cannot_be_printed_raises_the_alarm(caplog):
    body = guide_bodies()[0]
    edition = printed.Printed(1, None, "ab" * 32, "http://127.0.0.1:6543/guides/x", "𪚥县政务服务中心")
    with caplog.at_level(logging.WARNING):
        paper, _ = printed.drawn("card", False, _body(body), edition)
    assert ([record.levelname for record in caplog.records], "U+2A6A5" in caplog.text) == (["WARNING"], True)
    assert paper.startswith(b"%PDF-")


def _body(guide):
    return ledger.canonical(guide.as_dict()).decode()


def test_the_table_lists_every_guide_in_force(office):
    browser = office.browser()
    sent = browser.get("/guides/catalogue.csv")
    rows = list(csv.DictReader(io.StringIO(sent.body.decode("utf-8-sig"))))
    assert sorted(row["row_guid"] for row in rows) == [
        "food-business",
        "public-venue-hygiene",
        "sole-trader-registration",
    ]
    assert all(row["page_url"].endswith(f"/guides/{row['row_guid']}") for row in rows)
    book = browser.get("/guides/catalogue.xlsx")
    assert (book.body[:2], book.headers["Content-Disposition"][:10]) == (b"PK", "attachment")
    browser.get("/guides/catalogue.xlsx", headers={"If-None-Match": book.headers["ETag"]}, status=304)


def test_the_table_is_written_once_for_each_state_of_the_catalogue(office, monkeypatch):
    browser = office.browser()
    first = browser.get("/guides/catalogue.csv").body
    monkeypatch.setitem(
        printed.registers.WRITERS, "csv", lambda rows: repr([row.guide.plain_title for row in rows]).encode()
    )
    assert browser.get("/guides/catalogue.csv").body == first
    body = next(each for each in guide_bodies() if each.key == KEY)
    _publish_again(office, replace(body, plain_title="新的一句话。", version=replace(body.version, number=2)))
    assert "新的一句话。" in browser.get("/guides/catalogue.csv").text


def test_a_paper_says_from_when_a_new_edition_holds(office):
    body = next(each for each in guide_bodies() if each.key == KEY)
    publish_edition(
        office,
        replace(body, plain_title="下周起的说法。"),
        effective_on=office.clock.today() + timedelta(days=8),
    )
    browser = office.browser()
    for kind in ("leaflet", "card", "poster"):
        assert "自2026年12月1日起施行新版，变化请扫码看。" in words(browser.get(f"/guides/{KEY}/{kind}.pdf"))
    assert "起施行新版" not in words(browser.get(f"/guides/{KEY}/versions/2/card.pdf"))
