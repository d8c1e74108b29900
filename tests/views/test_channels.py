"""One record, every channel: what each form of a guide tells is compared with the record, field by field."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date

import pytest
from bs4 import BeautifulSoup
from lxml import etree

from records.domain.facts import facts
from records.domain.guide_elements import Eligibility
from records.domain.guide_parts import Guide
from records.resources.guides import Guide as Record
from records.resources.guides import GuideVersion
from records.views.cached import BY_LOOK, SAME_FOR_ALL, is_public, same_for_all
from records.views.channels import INTERNAL, INTERNAL_LINE, SUBSETS, handles
from records.views.kiosk import PARTS
from records.views.leaflet_office import HANDLING
from tests.office import CLERK, build_office, guide_bodies

from .guide_office import body_of, full_guide, hang_out, scripted_guide

FULL, SCRIPTED = full_guide(), scripted_guide()
GUIDES = {body.key: body for body in (*guide_bodies(), FULL)}
FORMS = ("short", "poster", "plain.txt", "guide.json", "flow.svg", "qr.svg")

#: In which section of the page the fields of the record stand; lines stand in rows of their own.
WHERE = {
    "title": "h1", "plain_title": ".lead", "unit_name": ".kicker", "audience": ".facts", "zones": ".badges",
}  # fmt: skip
SECTIONS = {
    "where": ("places", "supplements", "delegation", "elder"),
    "who": ("scope", "conditions", "batches", "checks", "exempt", "prohibitions", "quantity_limit"),
    "papers": ("lines", "situations"),
    "special": ("special",),
    "steps": ("steps", "site_check"),
    "time": ("limits",),
    "fee": ("fee", "further_fees"),
    "basis": ("basis", "standards"),
    "result": ("result",),
    "mistakes": ("mistakes",),
    "answers": ("questions",),
    "ask": ("contacts", "complaints"),
    "rights": ("rights", "remedies"),
    "item": ("codes", "handling", "item_type", "item_kind", "acceptance"),
    "edition": ("version",),
}
SECTION_OF = {name: section for section, names in SECTIONS.items() for name in names}
LABELS = {
    "level": "行使层级", "power": "权力来源", "in_hall": "进驻大厅", "appointment": "预约办理", "express": "物流快递",
    "terminal": "自助终端办理", "online_payment": "网上支付", "visits": "到窗口",
}  # fmt: skip


@pytest.fixture(scope="module")
def hall(tmp_path_factory):
    """An office in which all guides hang out, the full one and the hostile one among them."""
    office = build_office(tmp_path_factory.mktemp("hall"), publish=False)
    hang_out(office, *guide_bodies(), FULL, SCRIPTED)
    yield office
    office.close()


def run_on(text: str) -> str:
    return "".join(text.split())


def markup(body: bytes) -> BeautifulSoup:
    return BeautifulSoup(body, "html.parser")


def printed(body: Guide, path: str, value: str) -> tuple[str, str]:
    """Return the pattern by which a fact is found on paper, and one that must not be there."""
    field = path.rpartition(".")[2]
    line = body.lines[int(path.split(".")[1])] if path.startswith("lines.") else None
    if line is not None and field in ("originals", "copies"):
        word = {"originals": "原件", "copies": "复印件"}[field]
        if line.waived:
            return "由窗口调取", ""
        if getattr(line, field):
            return f"{word}{value}份", ""
        return (
            "不要复印件" if line.originals else re.escape(line.form.label) if not line.copies else ""
        ), f"{word}[0-9]"
    if line is not None and field == "waived":
        return ("免提交", "") if line.waived else ("", "免提交")
    if line is not None and field == "inspect_original":
        return ("查验原件", "") if line.inspect_original else ("", "查验原件")
    if path.startswith("handling.") and field in LABELS:
        return f"{LABELS[field]}：?{re.escape(run_on(value))}", ""
    if field == "reducible":
        return f"可否减免：?{value}", ""
    return re.escape(run_on(value).rstrip("。")), ""


def told(text: str, body: Guide, path: str, value: str) -> bool:
    wanted, unwanted = printed(body, path, value)
    return bool(re.search(wanted, text)) and not (unwanted and re.search(unwanted, text))


def missing_on(page: BeautifulSoup, body: Guide) -> list[str]:
    """Return the facts that a full page does not tell where they belong."""
    texts = {
        section["aria-labelledby"]: run_on(section.get_text()) for section in page.select("main section")
    }
    rows = [run_on(page.select_one(f"#line-{line.id}").get_text()) for line in body.lines]
    missing = []
    for path, value in facts(body).items():
        first, *rest = path.split(".")
        if first == "lines":
            text = rows[int(rest[0])]
        elif first in WHERE:
            text = run_on(page.select_one(WHERE[first]).get_text())
        else:
            text = texts[SECTION_OF[first]]
        if not told(text, body, path, value):
            missing.append(path)
    return missing


def missing_in(text: str, body: Guide, subset: str = "") -> list[str]:
    """Return the facts that a text does not tell; with the name of a subset only those it has promised."""
    text = run_on(text)
    return [
        path
        for path, value in facts(body).items()
        if (not subset or SUBSETS[subset].carries(path))
        and not path.endswith((".waived", ".inspect_original"))
        and not re.search(printed(body, path, value)[0], text)
    ]


@pytest.mark.parametrize("key", GUIDES)
@pytest.mark.parametrize("look", ["", "?da=1"], ids=["normal", "elder"])
def test_the_page_tells_every_fact_of_the_record_where_it_belongs(hall, key, look):
    page = hall.browser().get(f"/guides/{key}{look}")
    assert page.html.html.get("data-size") == ("large" if look else None)
    assert missing_on(page.html, GUIDES[key]) == []
    assert len(page.body) < 50_000
    assert len(page.html.select("link[rel=stylesheet]")) == 1
    assert not [each for each in page.html.select("dd, td") if not each.get_text(strip=True)]


@pytest.mark.parametrize("key", GUIDES)
def test_the_plain_text_tells_every_fact_of_the_record(hall, key):
    answer = hall.browser().get(f"/guides/{key}/plain.txt")
    assert (answer.content_type, answer.charset) == ("text/plain", "utf-8")
    assert missing_in(answer.text, GUIDES[key]) == []


@pytest.mark.parametrize("key", GUIDES)
def test_the_json_is_the_public_half_of_the_record(hall, key):
    body = GUIDES[key]
    answer = hall.browser().get(f"/guides/{key}/guide.json").json
    whole = body.as_dict()
    again = {**answer["guide"], **{name: whole[name] for name in INTERNAL}}
    again["lines"] = [
        {**line, **{name: old[name] for name in INTERNAL_LINE if name in old}}
        for line, old in zip(answer["guide"]["lines"], whole["lines"], strict=True)
    ]
    assert Guide.from_dict(again) == body
    assert answer["printed"] == facts(body)
    with hall.site() as site:
        assert answer["digest"] == site.guides[key].versions[0].digest
    assert (answer["version"], answer["effective_on"]) == (1, "2026-11-02")


@pytest.mark.parametrize("key", GUIDES)
@pytest.mark.parametrize("form", ["short", "poster"])
def test_a_shorter_form_tells_the_facts_it_promises(hall, key, form):
    page = hall.browser().get(f"/guides/{key}/{form}")
    assert missing_in(page.html.select_one("main").get_text(), GUIDES[key], form) == []


@pytest.mark.parametrize("key", GUIDES)
def test_the_screen_in_the_hall_tells_the_facts_it_promises(hall, key):
    browser = hall.browser()
    pages = [browser.get(f"/kiosk/guides/{key}{part}") for part in ("", *(f"/{name}" for name in PARTS))]
    text = "".join(page.html.select_one("main").get_text() for page in pages)
    assert missing_in(text, GUIDES[key], "kiosk") == []


@pytest.mark.parametrize("key", [body.key for body in guide_bodies()])
def test_no_channel_doubles_a_stop_counts_nought_papers_or_leaves_an_item_blank(hall, key):
    browser = hall.browser()
    pages = [browser.get(f"/guides/{key}{form}").html for form in ("", "/short", "/poster")]
    pages += [
        browser.get(f"/kiosk/guides/{key}{part}").html for part in ("", *(f"/{name}" for name in PARTS))
    ]
    texts = [
        browser.get(f"/guides/{key}/plain.txt").text,
        *(page.select_one("main").get_text() for page in pages),
    ]
    for text in texts:
        assert re.findall(r".{0,9}(?:[。；，、][。；，、]|[（(][)）]|(?<!\d)0份).{0,9}", run_on(text)) == []
    blank = [
        each for page in pages for each in page.select("main li, dd, td, dt") if not each.get_text(strip=True)
    ]
    assert blank == []


def test_what_a_shorter_form_promises_exists_and_has_a_reason():
    known = facts(FULL) | facts(body_of("food-business"))
    for name, subset in SUBSETS.items():
        assert subset.why
        idle = [pattern for pattern in subset.facts if not any(re.fullmatch(pattern, path) for path in known)]
        assert (name, idle) == (name, [])


def test_every_text_of_the_full_guide_is_its_own_so_that_a_dropped_field_shows():
    texts = [value for value in facts(FULL).values() if "〔" in value]
    assert len(texts) > 200
    handling = {name for name, _label in HANDLING}
    assert {path.split(".")[1] for path in facts(FULL) if path.startswith("handling.")} == handling


def test_the_comparison_notices_a_missing_field(hall):
    page = hall.browser().get("/guides/full").html
    for path, row in (
        ("result.renewal", "#result ~ dl"), ("mistakes.0.cure", "#mistakes ~ dl dd"), ("lines.0.basis", "#line-application td:last-child"),
        ("supplements.0.steps.0.post", "#where ~ ol li"),
    ):  # fmt: skip
        fewer = markup(str(page).encode())
        lost = fewer.select_one(row)
        assert lost is not None, row
        lost.decompose()
        assert path in missing_on(fewer, FULL)


@pytest.mark.parametrize("form", ["", *FORMS])
def test_nothing_of_the_handbook_leaves_the_office(hall, form):
    browser = hall.browser()
    for key, body in GUIDES.items():
        text = browser.get(f"/guides/{key}/{form}".rstrip("/")).text
        kept = [str(line.handbook) for line in body.lines if line.handbook]
        assert [note for note in kept if note in text] == []
        assert "handbook" not in text
        assert "审查要点" not in text
    for part in ("", *PARTS):
        assert "handbook" not in browser.get(f"/kiosk/guides/full/{part}".rstrip("/")).text


@pytest.mark.parametrize("form", ["", "/short", "/poster"])
@pytest.mark.parametrize("at", ["/guides/scripted", "/guides/scripted/versions/1"])
def test_a_script_in_a_guide_is_shown_as_text_on_every_page(hall, at, form):
    page = hall.browser().get(f"{at}{form}")
    assert "<script>alert" not in page.text
    assert "<script>alert('title')</script>&amp;" in page.html.select_one("main").get_text()
    assert {each.get("src", "").partition("?")[0] for each in page.html.select("script")} == {
        "/static/records.js"
    }


def test_a_script_in_a_guide_is_shown_as_text_elsewhere(hall):
    browser = hall.browser()
    for part in ("", *(f"/{name}" for name in PARTS), "/check"):
        assert "<script>alert" not in browser.get(f"/kiosk/guides/scripted{part}").text
    drawn = etree.fromstring(browser.get("/guides/scripted/flow.svg").body)
    assert not [each for each in drawn.iter() if each.tag.endswith("script")]
    assert "<script>alert('title')</script>&amp;" in drawn.findtext("{*}title")
    for form, kind in (("plain.txt", "text/plain"), ("guide.json", "application/json")):
        answer = browser.get(f"/guides/scripted/{form}")
        assert answer.content_type == kind
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert json.loads(answer.text)["guide"]["title"] == "<script>alert('title')</script>&amp;"


@pytest.mark.parametrize("form", FORMS)
def test_every_form_stands_under_every_edition_and_a_draft_under_none(hall, form):
    key = f"changed-{FORMS.index(form)}"
    body = body_of("food-business")
    hang_out(hall, replace(body, key=key, title="旧名称"), replace(body, key=key, title="新名称"))
    browser = hall.browser()
    old, new = (browser.get(f"/guides/{key}/versions/{number}/{form}") for number in (1, 2))
    assert old.body != new.body
    if form not in ("qr.svg", "guide.json"):
        assert browser.get(f"/guides/{key}/{form}").body != old.body
    if form != "qr.svg":
        assert "旧名称" in old.text
        assert "新名称" in browser.get(f"/guides/{key}/{form}").text
    for missing in (
        f"versions/9/{form}",
        f"versions/0/{form}",
        f"versions/x/{form}",
        f"versions/1/{form}/1",
        "versions/1/edition",
    ):
        browser.get(f"/guides/{key}/{missing}", status=404)

    def draft(root):
        record = Record()
        record.key = record.id = "unseen"
        version = GuideVersion()
        version.version = 1
        version.write(json.dumps(body.as_dict()), "0" * 64, yields="")
        record.versions = (version,)
        root["site"].guides.place("unseen", record)

    with hall.site() as site:
        known = "unseen" in site.guides
    if not known:
        hall.services.database.run(draft, note="test")
    for path in (
        f"/guides/unseen/{form}",
        f"/guides/unseen/versions/1/{form}",
        "/guides/unseen",
        "/kiosk/guides/unseen",
    ):
        browser.get(path, status=404)


def test_the_flow_chart_says_in_words_what_it_draws(hall):
    for key, body in GUIDES.items():
        drawn = etree.fromstring(hall.browser().get(f"/guides/{key}/flow.svg").body)
        told = drawn.findtext("{*}desc")
        for step in body.steps:
            assert step.name in told
            assert step.post in told
        assert body.result.name in told


def test_a_window_has_the_codes_of_what_it_handles_and_the_sheet_is_for_the_staff(hall):
    page = hall.browser(CLERK).get("/desk/guides/qr")
    sheets = {
        sheet.select_one("h2 .code").get_text(): [each.get_text() for each in sheet.select("strong")]
        for sheet in page.html.select(".window-sheet")
    }
    assert "食品经营许可（新办）" in sheets["A07"]
    assert "食品经营许可（新办）" not in sheets.get("A03", [])
    assert hall.browser().get("/desk/guides/qr", expect_errors=True).status_int in (303, 403)
    body = body_of("food-business")
    assert handles({"code": "A07", "unit": "*"}, body)
    assert not handles({"code": "A0", "unit": "*"}, body)
    assert handles({"code": "C01", "unit": "market-regulation"}, body)


@pytest.mark.parametrize(
    ("today", "said"),
    [
        (date(2027, 2, 27), "现在不受理。2027年3月1日开始，还有2天。"),
        (date(2027, 3, 31), "现在可以办，3月31日（周三）截止。"),
        (date(2027, 4, 1), "现在不受理。下一次时间还没公布，来之前请先咨询。"),
    ],
)
def test_where_applications_come_in_batches_the_page_says_whether_now_is_the_time(tmp_path, today, said):
    office = build_office(tmp_path, publish=False)
    hang_out(office, FULL)
    office.clock.advance(days=(today - office.clock.today()).days)
    for path in ("/guides/full", "/guides/full/short", "/guides/full/poster", "/kiosk/guides/full"):
        assert said in office.browser().get(path).text
    assert said in office.browser().get("/guides/full/plain.txt").text
    office.close()


@pytest.fixture
def cached(tmp_path):
    office = build_office(tmp_path, publish=False, **{"public.pages": "true"})
    hang_out(office, FULL)
    yield office, office.app.registry.public_pages
    office.close()


@pytest.mark.parametrize("at", ["/guides/full", "/guides/full/versions/1"])
@pytest.mark.parametrize("form", ["", *(f"/{form}" for form in FORMS)])
def test_every_form_is_kept_with_an_etag_and_the_right_vary(cached, at, form):
    office, pages = cached
    pages.poll()
    path = at + form
    first = office.browser().get(path)
    other = office.browser()
    other.set_cookie("size", "huge")
    other.set_cookie("lang", "en")
    second = other.get(path)
    if form.lstrip("/") in SAME_FOR_ALL:
        assert "Vary" not in first.headers
        assert first.headers["ETag"] == second.headers["ETag"]
    else:
        assert first.headers["Vary"] == "Cookie"
        assert first.headers["ETag"] != second.headers["ETag"]
    assert first.headers["Cache-Control"] == "no-cache"
    same = office.browser().get(path, headers={"If-None-Match": first.headers["ETag"]}, status=304)
    assert (same.body, same.headers.get("Vary")) == (b"", first.headers.get("Vary"))


@pytest.mark.parametrize(
    "path",
    [
        "/guides/full",
        "/guides/full/short",
        "/guides/full/plain.txt",
        "/guides/full/guide.json",
        "/kiosk/guides/full",
    ],
)
def test_a_publication_is_seen_in_every_form_after_the_next_look(cached, path):
    office, pages = cached
    pages.poll()
    old = office.browser().get(path)
    hang_out(office, replace(FULL, plain_title="改过的一句话"))
    assert office.browser().get(path).body == old.body
    pages._mark = None
    pages.poll()
    assert "改过的一句话" in office.browser().get(path).text


def test_which_paths_are_kept():
    public = [f"/guides/x{at}/{form}" for at in ("", "/versions/3") for form in (*BY_LOOK, *SAME_FOR_ALL)]
    public += ["/kiosk", "/kiosk/for/all", "/kiosk/for/person", "/kiosk/guides/x", "/kiosk/guides/x/bring"]
    assert [path for path in public if not is_public(path)] == []
    private = [
        "/kiosk/progress",
        "/kiosk/still-there",
        "/kiosk/search",
        "/kiosk/guides/x/check",
        "/kiosk/for/x",
    ]
    private += [
        "/guides/x/edition",
        "/guides/x/versions/x/short",
        "/guides/x/versions/1/edition",
        "/guides//short",
    ]
    assert [path for path in private if is_public(path)] == []
    assert same_for_all("/guides/x/guide.json")
    assert not same_for_all("/guides/guide.json/short")


def test_large_answers_do_not_fill_the_memory(cached, monkeypatch):
    office, pages = cached
    pages.poll()
    monkeypatch.setattr("records.views.cached.MOST_BYTES", 60_000)
    for number in range(1, 6):
        office.browser().get(f"/guides/full?{'lang=en' if number % 2 else 'da=1'}")
        office.browser().get("/guides/full/guide.json")
    assert sum(len(page.body) for page in pages._pages.values()) == pages._bytes <= 60_000


def test_the_screen_asks_one_question_a_page_and_ends_with_what_this_person_brings(hall):
    browser = hall.browser()
    page = browser.get("/kiosk/guides/full/check")
    assert page.html.h1.get_text() == FULL.checks[0].text
    yes, no = (each["href"] for each in page.html.select("main .tiles a"))
    assert Eligibility.ELSEWHERE.label == browser.get(no).html.h1.get_text()
    page = browser.get(yes)
    steps = 0
    while page.html.select("main .tiles a"):
        page = browser.get(page.html.select("main .tiles a")[0]["href"])
        steps += 1
        assert steps < 10
    assert page.html.h1.get_text() in [each.label for each in Eligibility]
    assert page.html.select("main .bag li")
    assert (
        browser.get("/kiosk/guides/full/check?nobody=1&resident=perhaps").html.h1.get_text()
        == FULL.checks[0].text
    )


def test_the_screen_goes_home_without_a_script_and_keeps_nothing(hall):
    browser = hall.browser()
    page = browser.get("/kiosk/guides/full/how?da=1")
    assert page.html.html["data-size"] == "huge"
    refresh = page.html.select_one("noscript meta")["content"]
    assert refresh.startswith("40;url=/kiosk/still-there?back=%2Fkiosk%2Fguides%2Ffull%2Fhow%3Fda%3D1")
    asked = browser.get(refresh.partition("url=")[2])
    assert asked.html.select_one("noscript meta")["content"] == "20;url=/kiosk"
    assert asked.html.select_one("main a.act")["href"] == "/kiosk/guides/full/how?da=1"
    for outside in ("https://evil.example", "//evil.example", "/desk", "/kiosk\\evil"):
        page = browser.get("/kiosk/still-there", {"back": outside})
        assert page.html.select_one("main a.act")["href"] == "/kiosk"
    home = browser.get("/kiosk")
    assert home.html.body.get("data-home") is None
    assert not home.html.select("noscript meta")
    assert "Set-Cookie" not in home.headers


def test_how_a_case_stands_is_shown_on_the_screen_and_in_no_address(hall):
    browser = hall.browser()
    form = browser.get("/kiosk/progress").forms[0]
    assert form.method.lower() == "post"
    form["number"], form["code"] = "SCJ202611230009", "000000"
    wrong = form.submit(status=404)
    assert wrong.headers["Cache-Control"] == "no-store"
    assert wrong.html.select("#errors a")
    # The screen comes back to the question, never to an answer.
    assert "back=%2Fkiosk%2Fprogress" in wrong.html.select_one("noscript meta")["content"]


def test_the_screen_finds_by_words_and_leaves_numbers_out_of_its_address(hall):
    found = hall.browser().get("/kiosk/search", {"q": "开饭馆 13800000001"}, status=303)
    assert "13800000001" not in found.location
    assert found.location.startswith("http://localhost/kiosk/search?")
    for path in (
        "/kiosk/nothing",
        "/kiosk/guides",
        "/kiosk/guides/none",
        "/kiosk/for/nobody",
        "/kiosk/guides/full/none",
    ):
        hall.browser().get(path, status=404)
