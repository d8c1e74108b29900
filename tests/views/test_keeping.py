"""The page of keeping, its register of media through screen, API and command, and who may see it: never a content."""

from __future__ import annotations

from pathlib import Path

import pytest

from records.operations import copying
from records.operations.keeping_lists import KEPT, items_behind
from records.scripts.instance import Instance
from tests.office import ADMIN, ARCHIVIST, CLERK, build_office
from tests.operations.packed import code_of, placed
from tests.scripts.test_command import asked

from .pages import words


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    office = build_office(tmp_path_factory.mktemp("kept"), publish=False)
    placed(office)
    while copying.follow(office.services):
        pass
    yield office
    office.close()


def test_the_page_tells_the_state_and_takes_media_in_and_out(office):
    browser = office.browser(ARCHIVIST)
    page = browser.get("/archives/keeping")
    formats = page.html.select("[aria-labelledby=formats] tbody tr")
    assert [row.th.get_text() for row in formats] == ["PDF/A-2u", "纯文本"]
    form = page.forms[next(key for key in page.forms if page.forms[key].action.endswith("/media/register"))]
    form["medium_kind"], form["title"], form["place"] = "hard-disk", "归档件副本䶮", "异地库房3柜"
    page = form.submit().follow()
    assert "没有离线副本" not in words(page)
    with office.site() as site:
        medium, code = next(
            (each.id, each.code) for each in site.media.values() if each.title == "归档件副本䶮"
        )

    def sheet(page, name: str):
        return page.forms[
            next(key for key in page.forms if page.forms[key].action.endswith(f"/{medium}/{name}"))
        ]

    check = sheet(page, "check")
    assert "没有写明问题" in words(check.submit(status=409))
    check["note"] = "有坏道"
    page = check.submit().follow()
    assert f"{code} 检查不合格" in words(page)
    retire = sheet(page, "retire")
    retire["why"] = "更换"
    page = retire.submit().follow()
    assert f"{code} 检查不合格" not in words(page)
    with pytest.raises(StopIteration):
        sheet(page, "check")
    with office.site() as site:
        assert [entry[2:] for entry in site.media[medium].checks] == [("bad", "有坏道")]


def test_each_figure_leads_to_its_items_as_far_as_one_may_see_them(office):
    browser = office.browser(ARCHIVIST)
    page = browser.get("/archives/keeping")
    ways = [link["href"] for link in page.html.select("ul.facts a, [aria-labelledby=formats] td.number a")]
    assert len(ways) == 6
    seen = {}
    for way in ways:
        rows = browser.get(way).html.select("[aria-labelledby=items] tbody tr")
        seen[way.partition("?")[2]] = [row.td.get_text() for row in rows]
        assert office.browser("auditor").get(way).html.select("[aria-labelledby=items] tbody tr") == []
        office.browser(CLERK).get(way, status=403)
    assert {way: codes for way, codes in seen.items() if codes} == {
        "list=kept": [code_of(1)], "list=today": [code_of(1)], "list=format&format=fmt%2F478": [code_of(1)],
        "list=format&format=x-fmt%2F111": [code_of(1)],
    }  # fmt: skip
    with office.site() as site:
        item = next(iter(site.keeping.kept))
    assert browser.get("/archives/keeping-items").html.select_one("td a")["href"] == f"/archives/{item}"
    browser.get("/archives/keeping-items", {"list": "people"}, status=400)
    told = browser.get("/api/v1/keeping/items", {"list": "kept"}).json
    assert ([each["id"] for each in told["items"]], told["left_out"], told["after"]) == ([item], 0, None)
    told = office.browser("auditor").get("/api/v1/keeping/items", {"list": "kept"}).json
    assert (told["items"], told["left_out"]) == ([], 1)
    office.services.database.run(lambda root: root["site"].keeping.lost.update({item: ("package/data/x",)}))
    lost = browser.get("/archives/keeping").html.select_one("[aria-labelledby=lost] td.code a")
    assert (lost["href"], lost.get_text()) == (f"/archives/{item}", code_of(1))
    office.services.database.run(lambda root: root["site"].keeping.lost.clear())


def test_the_items_behind_a_figure_come_page_by_page(office):
    with office.site() as site:
        item = next(iter(site.keeping.kept))
        keeping = site.keeping
        for day in ("2026-01-01", "2026-02-01", "2026-03-01"):
            keeping.order[f"{day}\0{item}".encode()] = None
        found, after = items_behind(site, KEPT, today=office.clock.today(), limit=3)
        assert (len(found), after) == (3, f"2026-03-01\0{item}")
        rest, end = items_behind(site, KEPT, today=office.clock.today(), after=after, limit=3)
        assert ([each.id for each in rest], end) == ([item], "")


def test_who_keeps_sees_no_content_and_others_see_nothing(office):
    for userid in (ADMIN, "auditor"):
        page = office.browser(userid).get("/archives/keeping")
        assert code_of(1) not in page.text
        assert "欧阳" not in words(page).replace(ARCHIVIST, "")
    office.browser(CLERK).get("/archives/keeping", status=403)
    assert (
        office.browser("auditor").get("/archives/keeping").html.select("form[action$='/media/register']")
        == []
    )
    assert office.browser().get("/archives/keeping", status=303)


def test_a_prompt_tells_the_same_and_ends_with_one_when_something_is_lost(office, tmp_path):
    instance = Instance(Path("none.ini"), opened=office.services, owned=False)
    status, said = asked("--as", ADMIN, "fixity", "--all", instance=instance)
    assert (status, said["ok"], said["items"], said["waiting"], said["lost"]) == (0, True, 1, 0, {})
    status, said = asked("--as", CLERK, "fixity", instance=instance)
    assert (status, [each["code"] for each in said["findings"]]) == (1, ["permission.denied"])
    disk = tmp_path / "离线盘"
    status, said = asked("--as", ARCHIVIST, "copy-archives", "--to", str(disk), instance=instance)
    assert (status, said["ok"]) == (0, True)
    fresh = build_office(tmp_path / "fresh", publish=False)
    try:
        other = Instance(Path("none.ini"), opened=fresh.services, owned=False)
        status, said = asked("--as", ARCHIVIST, "rebuild-archives", "--from", str(disk), instance=other)
        assert (status, said["ok"], said["findings"]) == (0, True, [])
        status, said = asked("--as", ARCHIVIST, "fixity", "--check", instance=other)
        assert (status, said["items"]) == (0, 1)
    finally:
        fresh.close()
    with office.site() as site:
        item = next(iter(site.keeping.kept))
    office.services.database.run(lambda root: root["site"].keeping.lost.update({item: ("package/data/x",)}))
    status, said = asked("--as", ADMIN, "fixity", instance=instance)
    assert (status, said["ok"], said["lost"]) == (1, False, {code_of(1): ["package/data/x"]})
    office.services.database.run(lambda root: root["site"].keeping.lost.clear())


def test_a_medium_is_entered_at_a_prompt_and_told_to_programs(office):
    instance = Instance(Path("none.ini"), opened=office.services, owned=False)
    status, said = asked("--as", ARCHIVIST, "media", "register", "--medium-kind", "gold", "--title", "副本", "--place", "库房", "--made-on", "2027-01-01", instance=instance)  # fmt: skip
    assert (status, [each["code"] for each in said["findings"]]) == (
        1,
        ["medium.kind-unknown", "medium.made-later"],
    )
    status, said = asked("--as", ARCHIVIST, "media", "register", "--medium-kind", "tape", "--title", "副本", "--place", "库房", instance=instance)  # fmt: skip
    assert (status, said["check_by"]) == (0, "2028-11-23")
    browser = office.browser(ARCHIVIST)
    told = browser.get("/api/v1/keeping").json
    assert "tape" in [each["kind"] for each in told["media"]]
    assert told["ok"] is True
