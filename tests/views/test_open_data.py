"""The catalogue for programs: harvested by a client that others wrote, from a running server."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from xml.etree import ElementTree as ET

import pytest
from lxml import etree
from sickle import Sickle
from sickle.oaiexceptions import (
    BadArgument,
    BadResumptionToken,
    CannotDisseminateFormat,
    IdDoesNotExist,
    NoRecordsMatch,
)

from records.domain.facts import facts
from records.exchange import open_data
from records.operations import guides
from records.views import harvesting
from tests.office import OFFERED, PUBLISHER, build_office, guide_bodies, publish_edition
from tests.serving import served

OAI = "{http://www.openarchives.org/OAI/2.0/}"
ATOM = "{http://www.w3.org/2005/Atom}"
GUIDE = "{tag:juanzong,2026:guide}"


@pytest.fixture
def hall(tmp_path):
    """An office with three guides, served on loopback."""
    office = build_office(tmp_path)
    with served(office.app) as port:
        base = f"http://127.0.0.1:{port}"
        client = Sickle(f"{base}/oai")
        yield SimpleNamespace(
            office=office, base=base, client=client, posting=Sickle(f"{base}/oai", http_method="POST")
        )
    office.close()


def body_of(key):
    return next(body for body in guide_bodies() if body.key == key)


def withdraw(office, key):
    office.do(PUBLISHER, lambda act: guides.withdraw_guide(act, act.site.guides[key], why="事项取消"))


def keys(records):
    return sorted(record.header.identifier.rpartition(":")[2] for record in records)


def test_a_client_harvests_every_guide_with_every_public_fact(hall):
    records = {
        record.header.identifier.rpartition(":")[2]: record
        for record in hall.client.ListRecords(metadataPrefix="records_guide")
    }
    assert records.keys() == OFFERED
    for key, record in records.items():
        told = record.xml.find(f".//{GUIDE}guide")
        assert {each.get("path"): each.text for each in told} == facts(body_of(key))


def test_dublin_core_names_title_unit_and_address(hall):
    record = hall.client.GetRecord(identifier="oai:127.0.0.1:food-business", metadataPrefix="oai_dc")
    body = body_of("food-business")
    assert record.metadata["title"] == [body.title]
    assert record.metadata["creator"] == [body.unit_name]
    assert body.codes.implementation in record.metadata["identifier"]


def test_the_repository_says_who_it_is_and_which_formats_it_has(hall):
    told = hall.client.Identify()
    assert (told.protocolVersion, told.deletedRecord, told.granularity) == (
        "2.0",
        "persistent",
        "YYYY-MM-DDThh:mm:ssZ",
    )
    assert [each.metadataPrefix for each in hall.client.ListMetadataFormats()] == ["oai_dc", "records_guide"]


def test_sets_are_units_and_themes(hall):
    specs = [each.setSpec for each in hall.client.ListSets()]
    body = body_of("food-business")
    assert f"unit:{body.unit}" in specs
    found = keys(hall.client.ListRecords(metadataPrefix="oai_dc", set=f"unit:{body.unit}"))
    assert found == sorted(key for key in OFFERED if body_of(key).unit == body.unit)


def test_a_withdrawn_guide_stays_as_a_deleted_record_and_is_harvested_later(hall):
    before = hall.office.clock.now()
    hall.office.clock.advance(hours=1)
    withdraw(hall.office, "food-business")
    changed = list(
        hall.client.ListRecords(
            metadataPrefix="oai_dc", **{"from": open_data.stamp(before + timedelta(minutes=1))}
        )
    )
    assert [(record.header.deleted, record.header.identifier) for record in changed] == [
        (True, "oai:127.0.0.1:food-business")
    ]
    assert changed[0].xml.find(f"{OAI}metadata") is None
    assert len(list(hall.client.ListIdentifiers(metadataPrefix="oai_dc", ignore_deleted=True))) == 2
    with pytest.raises(NoRecordsMatch):
        hall.client.ListRecords(metadataPrefix="oai_dc", **{"from": "2030-01-01"})


def test_a_long_list_is_resumed_page_by_page(hall, monkeypatch):
    monkeypatch.setattr(harvesting, "PAGE", 1)
    records = hall.client.ListRecords(metadataPrefix="oai_dc")
    tokens = []
    found = []
    for record in records:
        found.append(record)
        tokens.append(records.resumption_token and records.resumption_token.token)
    assert keys(found) == sorted(OFFERED)
    assert [bool(token) for token in tokens] == [True, True, False]


def test_posted_requests_are_answered_alike_and_write_nothing(hall):
    with hall.office.services.database.read() as root:
        before = root["writes"].value
    assert keys(hall.posting.ListRecords(metadataPrefix="oai_dc")) == sorted(OFFERED)
    with hall.office.services.database.read() as root:
        assert root["writes"].value == before


@pytest.mark.parametrize(
    ("verb", "asked", "error"),
    [
        ("ListRecords", {"metadataPrefix": "marc21"}, CannotDisseminateFormat),
        ("ListRecords", {}, BadArgument),
        ("ListRecords", {"metadataPrefix": "oai_dc", "from": "2026-02-30"}, BadArgument),
        (
            "ListRecords",
            {"metadataPrefix": "oai_dc", "from": "2026-01-02", "until": "2026-01-01"},
            BadArgument,
        ),
        (
            "ListRecords",
            {"metadataPrefix": "oai_dc", "from": "2026-01-01", "until": "2026-01-02T00:00:00Z"},
            BadArgument,
        ),
        ("ListRecords", {"metadataPrefix": "oai_dc", "set": "unit:nobody"}, NoRecordsMatch),
        ("ListRecords", {"resumptionToken": "bmljZQ.0000"}, BadResumptionToken),
        ("ListRecords", {"resumptionToken": "bmljZQ", "metadataPrefix": "oai_dc"}, BadArgument),
        ("GetRecord", {"identifier": "oai:127.0.0.1:none", "metadataPrefix": "oai_dc"}, IdDoesNotExist),
        ("ListSets", {"extra": "1"}, BadArgument),
    ],
)
def test_a_wrong_request_is_answered_with_its_error(hall, verb, asked, error):
    with pytest.raises(error):
        getattr(hall.client, verb)(**asked)


def test_a_wrong_or_repeated_verb_is_told_without_its_arguments(tmp_path):
    office = build_office(tmp_path, publish=False)
    browser = office.browser()
    for query in ("", "verb=Destroy", "verb=Identify&verb=Identify"):
        root = ET.fromstring(browser.get(f"/oai?{query}").body)
        assert [each.get("code") for each in root.iter(f"{OAI}error")] == ["badVerb"], query
        assert root.find(f"{OAI}request").attrib == {}
    office.close()


@pytest.fixture
def office(tmp_path):
    office = build_office(tmp_path)
    yield office
    office.close()


def test_our_own_format_fits_its_schema(office):
    browser = office.browser()
    schema = etree.XMLSchema(etree.fromstring(browser.get("/guides/guide.xsd").body))
    answer = etree.fromstring(browser.get("/oai?verb=ListRecords&metadataPrefix=records_guide").body)
    told = answer.findall(f".//{GUIDE}guide")
    assert len(told) == 3
    assert all(schema.validate(each) for each in told)


def test_a_guide_is_a_government_service(office):
    answer = office.browser().get("/guides/food-business/guide.jsonld")
    told = json.loads(answer.body)
    body = body_of("food-business")
    assert answer.content_type == "application/ld+json"
    assert (told["@type"], told["name"], told["provider"]["name"]) == (
        "GovernmentService",
        body.title,
        body.unit_name,
    )
    assert [each["name"] for each in told["potentialAction"]["object"]] == [line.name for line in body.lines]
    listed = json.loads(office.browser().get("/guides/catalogue.jsonld").body)
    assert {each["url"].rpartition("/")[2] for each in listed["itemListElement"]} == OFFERED


def test_the_feed_tells_what_was_new_changed_and_withdrawn(office):
    office.clock.advance(hours=1)
    body = body_of("food-business")
    publish_edition(office, replace(body, plain_title=f"{body.plain_title}本次修订了受理窗口。"))
    office.clock.advance(hours=1)
    withdraw(office, "public-venue-hygiene")
    root = ET.fromstring(office.browser().get("/guides/changes.atom").body)
    told = [
        (each.find(f"{ATOM}category").get("term"), each.find(f"{ATOM}link").get("href").rpartition("/")[2])
        for each in root.iter(f"{ATOM}entry")
    ]
    assert told == [
        ("withdrawn", "public-venue-hygiene"),
        ("changed", "food-business"),
        ("published", "sole-trader-registration"),
    ]


def test_the_sitemap_lists_what_holds_and_is_split_when_it_is_long(office, monkeypatch):
    browser = office.browser()
    assert b"Sitemap: http://127.0.0.1:6543/sitemap.xml" in browser.get("/robots.txt").body
    withdraw(office, "food-business")
    listed = browser.get("/sitemap.xml").text
    assert "sole-trader-registration" in listed
    assert "food-business" not in listed
    monkeypatch.setattr(open_data, "MOST_ADDRESSES", 3)
    assert "/sitemap.xml/2" in browser.get("/sitemap.xml").text
    assert (
        browser.get("/sitemap.xml/1").text.count("<url>") + browser.get("/sitemap.xml/2").text.count("<url>")
        == 4
    )
    browser.get("/sitemap.xml/3", status=404)


def test_nothing_internal_leaves_through_any_open_address(office):
    with office.site() as site:
        people = [person.name for person in site.people.values()]
        userids = [person.userid for person in site.people.values() if person.userid != "admin"]
    internal = [
        text
        for body in guide_bodies()
        if body.key in OFFERED
        for line in body.lines
        for text in (*line.instructions.look_at, *line.instructions.returns)
        if len(text) > 6
    ]
    assert internal
    browser = office.browser()
    for path in (
        "/oai?verb=ListRecords&metadataPrefix=records_guide", "/oai?verb=ListRecords&metadataPrefix=oai_dc", "/oai?verb=Identify",
        "/guides/catalogue.jsonld", "/guides/changes.atom", "/sitemap.xml", "/robots.txt",
        *(f"/guides/{key}/guide.jsonld" for key in sorted(OFFERED)),
    ):  # fmt: skip
        text = browser.get(path).text
        assert [each for each in (*people, *userids, *internal) if each in text] == [], path


def test_a_draft_is_told_nowhere(tmp_path):
    office = build_office(tmp_path, publish=False)
    body = body_of("road-freight")
    office.do("bailu", lambda act: guides.save_draft(act, body))
    browser = office.browser()
    for path in (
        "/oai?verb=ListRecords&metadataPrefix=oai_dc",
        "/guides/catalogue.jsonld",
        "/guides/changes.atom",
        "/sitemap.xml",
    ):
        assert body.title not in browser.get(path).text
        assert body.key not in browser.get(path).text
    office.close()


def test_an_unchanged_catalogue_is_answered_by_its_mark(office):
    browser = office.browser()
    first = browser.get("/guides/catalogue.jsonld")
    assert (
        browser.get("/guides/catalogue.jsonld", headers={"If-None-Match": first.headers["ETag"]}).status_int
        == 304
    )


def test_who_asks_too_often_is_told_to_wait(office):
    office.app.registry.oai_by_address.most = 2
    browser = office.browser()
    assert [browser.get("/oai?verb=Identify", status="*").status_int for _ in range(3)] == [200, 200, 503]
