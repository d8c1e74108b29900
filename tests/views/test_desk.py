from __future__ import annotations

from records.operations import dossiers
from records.views.desk import LISTS
from tests.office import ANOTHER, CLERK, REVIEWER


def accepted(office, applicant: str) -> str:
    case = office.case(applicant)
    for line in ("application", "kitchen-plan", "food-safety-rules"):
        office.hand_in(case, line, line, document_number=f"{applicant}{line}", issued_on=office.clock.today())
    assert office.do(CLERK, lambda act: dossiers.accept(act, act.site.dossiers[case])) == case
    return case


def lists(page) -> dict[str, str]:
    return {
        row.select_one("a")["href"]: row.select_one("strong").text for row in page.html.select(".facts li")
    }


def test_each_person_sees_the_lists_of_their_own_work(office):
    office.case(office.applicant())
    assert lists(office.browser(CLERK).get("/desk")) == {
        "#list-intake": "1",
        "#list-accept": "0",
        "#list-supplement": "0",
        "#list-deliver": "0",
    }
    assert lists(office.browser(REVIEWER).get("/desk")) == {"#list-decide": "0", "#list-receive": "0"}
    assert lists(office.browser("shangguan").get("/desk")) == {"#list-decide": "0", "#list-receive": "0"}
    assert lists(office.browser("admin").get("/desk")) == {}


def test_another_units_cases_are_not_listed(office):
    accepted(office, office.applicant())
    assert "欧阳䶮" in office.browser(REVIEWER).get("/desk").text
    assert "欧阳䶮" not in office.browser("shangguan").get("/desk").text


def test_the_due_day_has_a_word_and_not_only_a_colour(office):
    accepted(office, office.applicant())
    seen = []
    for days in (0, 6, 1, 1):
        office.clock.advance(days=days)
        page = office.browser(REVIEWER).get("/desk")
        badge = page.html.select_one("td.date .badge")
        assert badge.get_text(strip=True)
        assert badge.select_one("svg.icon")
        seen.append(badge["class"][1])
    assert seen == ["plain", "wait", "wrong", "wrong"]


def test_a_long_list_is_paged_by_cursor_without_loss_or_repetition(office, monkeypatch):
    monkeypatch.setattr("records.views.desk.LONG_PAGE", 2)
    people = [office.applicant(), office.applicant(ANOTHER, "司马相如")]
    codes = set()
    for person in people:
        for number in range(2):
            case = office.case(person, again=f"另一处经营场所{number}")
            with office.site() as site:
                codes.add(site.dossiers[case].code)
        office.case(person, "public-venue-hygiene")
    browser, seen, page = office.browser(CLERK), [], "/desk?list=intake"
    while page:
        answer = browser.get(page)
        seen += [cell.text for cell in answer.html.select("td.code a")]
        link = answer.html.select_one("main p > a[href*=after]")
        page = link["href"] if link else ""
    assert len(seen) == len(set(seen)) == 6
    assert codes < set(seen)


def test_a_made_up_cursor_does_no_harm(office):
    office.case(office.applicant())
    browser = office.browser(CLERK)
    for cursor in ("x", "..", "9999-12-31.zzzz", "％", "a.b.c"):
        assert browser.get("/desk", params={"list": "accept", "after": cursor}).status_int == 200
    assert browser.get("/desk", params={"list": "nothing"}).status_int == 200


def test_the_number_box_posts_and_takes_the_first_key(office):
    page = office.browser(CLERK).get("/desk")
    box = page.html.select_one("#number")
    assert (box.find_parent("form")["method"], box["autofocus"], box["name"]) == (
        "post",
        "autofocus",
        "number",
    )
    assert page.html.select_one("main #number") is not None
    assert office.browser("admin").get("/desk").html.select_one("#number") is None


def test_looking_at_the_desk_is_on_the_access_log(office):
    office.browser(CLERK).get("/desk")
    log = (office.services.instance / "access" / f"{office.clock.today()}.jsonl").read_text()
    assert '"read":"desk"' in log
    assert '"by":"ouyang"' in log


def test_recent_cases_stand_beside_the_lists(office):
    case = office.case(office.applicant())
    page = office.browser(CLERK).get("/desk")
    assert [link["href"] for link in page.html.select(".queue a")] == [f"/dossiers/{case}"]


def test_looking_writes_nothing(office):
    browser = office.browser(CLERK)
    before = office.services.database.snapshot_at
    browser.get("/desk")
    browser.get("/desk?list=accept")
    assert office.services.database.snapshot_at == before


def test_every_list_has_a_permission_and_a_title():
    assert len({waiting.key for waiting in LISTS}) == len(LISTS)
    assert all(waiting.states for waiting in LISTS)


def test_an_empty_desk_says_so(office):
    page = office.browser(CLERK).get("/desk")
    assert len(page.html.select(".empty")) == 4
    assert not page.html.select("main table")


def test_what_is_to_be_taken_in_and_what_is_to_be_accepted_are_two_lists(office):
    case = office.case(office.applicant())
    page = office.browser(CLERK).get("/desk")
    titles = [fact.select_one("span").text for fact in page.html.select(".facts li")]
    assert titles[:2] == ["待收件", "已收件，待受理"]
    office.do(CLERK, lambda act: dossiers.receive(act, act.site.dossiers[case]))
    assert lists(office.browser(CLERK).get("/desk"))["#list-intake"] == "0"
    assert lists(office.browser(CLERK).get("/desk"))["#list-accept"] == "1"
