"""Use of archives through the screen, for programs and at a prompt: from the request to the closed door, and the stamped copy."""

from __future__ import annotations

import hashlib
import io
import json
from datetime import timedelta
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image
from webtest import Upload

from records.domain.findings import Refused
from records.domain.uses import Purpose
from records.domain.vocabulary import ItemState
from records.exchange.watermarks import marked
from records.operations import holds, indexing, lending, use_papers, uses
from records.operations.notices import ready_typeface
from records.scripts.instance import Instance
from records.views.use_reading import words_on
from tests.office import ADMIN, ARCHIVIST, CITIZEN, CLERK, REVIEWER, build_office
from tests.operations.packed import FONDS, code_of, placed
from tests.scripts.test_command import asked

from .pages import choose, errors, form, words

HEALTH_ARCHIVIST, HEALTH_CLERK = "huangfu", "liuyan"


@pytest.fixture
def office(tmp_path):
    office = build_office(tmp_path, publish=False)
    for number in range(1, 5):
        placed(office, number)
    yield office
    office.close()


def codes(result) -> list[str]:
    assert isinstance(result, Refused), result
    return [found.code for found in result.findings]


def wanted(office, *, number: int = 1, by: str = CLERK, **more) -> str:
    said = {
        "reader": "司马𠮷", "number": CITIZEN, "phone": "13800000001", "purpose": Purpose.RIGHTS, "reading": True,
        "copying": True, "certifying": True, "items": code_of(number), **more,
    }  # fmt: skip
    return office.do(by, lambda act: uses.request(act, **said))


def acts(page) -> list[str]:
    return [each.get_text(strip=True) for each in page.html.select("main .acts .act")]


def on(use: str, operation, **values):
    return lambda act: operation(act, act.site.uses[use], **values)


def granted(office, **more) -> str:
    use = wanted(office, **more)
    assert office.do(REVIEWER, on(use, uses.approve)) == use
    return use


def test_from_the_request_to_the_closed_door(office):
    """A clerk writes a request down, a reviewer approves, the archivist opens it; when the time is over nothing is shown."""
    clerk, archivist = office.browser(HEALTH_CLERK), office.browser(ARCHIVIST)
    page = clerk.get("/uses", {"code": code_of(1)})
    one = form(page, "/uses/request")
    assert one["items"].value == code_of(1)
    refused = one.submit(status=409)
    assert [text.split("。")[0] for text in errors(refused)] == [
        "利用目的：没有选择利用目的",
        "阅览：没有勾选利用方式",
    ]
    one = form(refused, "/uses/request")
    for name, value in (("reader", "司马𠮷"), ("number", CITIZEN), ("phone", "13800000001"), ("sought", "")):
        one[name] = value
    radios = [f for fields in one.fields.values() for f in fields if type(f).__name__ == "Radio"]
    next(
        radio
        for radio in radios
        if ("rights", False, None) in radio.options or "rights" in str(radio.options)
    ).value = "rights"
    one["reading"] = True
    page = one.submit(status=303).follow()
    assert "待审批" in words(page)
    assert CITIZEN not in page.text
    assert "食品经营许可1" not in words(page)
    address = page.request.path
    assert clerk.get(f"{address}/read", status=403).html.select("main img") == []
    own = form(archivist.get(f"{address}/approve"), "/approve").submit(status=409)
    assert "档案利用 待决定 1" in words(office.browser(REVIEWER).get("/desk"))
    assert [text[:24] for text in errors(own)] == ["立档单位同意文号：档案尚未开放，没有立档单位同意"]
    assert acts(archivist.get(address)) == ["查到，补列档号", "批准利用", "不批准利用", "查看利用者完整号码"]
    form(office.browser(REVIEWER).get(f"{address}/approve"), "/approve").submit(status=303)
    opening = form(archivist.get(f"{address}/open_reading"), "/open_reading")
    assert opening["hours"].value == "24"
    opening["hours"] = "2"
    assert acts(archivist.get(address)) == ["开通电子阅览", "登记利用效果", "办结利用", "查看利用者完整号码"]
    opening.submit(status=303)
    assert "结束电子阅览" in acts(archivist.get(address))
    reading = clerk.get(f"{address}/read")
    pictures = [image["src"] for image in reading.html.select("main img")]
    assert len(pictures) == 1
    shown = clerk.get(pictures[0])
    assert (shown.content_type, shown.headers["Cache-Control"]) == ("image/png", "no-store")
    with Image.open(io.BytesIO(shown.body)) as picture:
        blues = [count for count, (red, _green, blue) in picture.getcolors(1 << 20) if blue > red + 20]
    assert sum(blues) > 10_000
    office.clock.advance(hours=2)
    clerk, archivist = office.browser(HEALTH_CLERK), office.browser(ARCHIVIST)
    assert "已于2026-11-23 11:00到期" in clerk.get(pictures[0], status=403).json["title"]
    closed = clerk.get(f"{address}/read", status=403)
    assert closed.html.select("main img") == []
    assert "已于2026-11-23 11:00到期" in words(closed)
    assert archivist.get(pictures[0], status=403)
    form(archivist.get(address), "/close").submit(status=303)
    assert "已办结" in words(clerk.get(address))
    log = "".join(
        path.read_text() for path in (office.services.instance / "access").rglob("*") if path.is_file()
    )
    assert json.dumps("uses.page") in log


def test_a_stamped_copy_is_numbered_sealed_and_the_same_each_time(office):
    """A reviewer keeps the seal's image, an archivist uses it; the copy says 本件与原件核对无异 and can be verified by anybody."""
    square = io.BytesIO()
    Image.new("RGB", (90, 90), (200, 30, 30)).save(square, "PNG")
    reviewer, archivist = office.browser(REVIEWER), office.browser(ARCHIVIST)
    one = form(reviewer.get("/seals"), "/seals/place")
    choose(one, "unit", FONDS)
    assert "县市场监管局" in words(reviewer.get("/seals"))
    one["title"] = "云溪县市场监督管理局档案利用专用章"
    one["image"] = Upload("章.png", square.getvalue(), "image/png")
    page = one.submit(status=303).follow()
    seal = page.request.path.rpartition("/")[2]
    again = form(reviewer.get("/seals"), "/seals/place")
    choose(again, "unit", FONDS)
    again["title"] = "云溪县市场监督管理局档案利用专用章"
    again["image"] = Upload("章.png", square.getvalue(), "image/png")
    assert errors(again.submit(status=409)) == [
        "印章名称：这个单位已经有在用的印章图样：云溪县市场监督管理局档案利用专用章。请先停用原来的图样，或者改写名称。"
    ]
    use = granted(office, number=2)
    one = form(archivist.get(f"/uses/{use}/stamp_copy"), "/stamp_copy")
    one["pages"] = "１"
    radios = [f for fields in one.fields.values() for f in fields if type(f).__name__ == "Radio"]
    radios[0].value = seal
    page = one.submit(status=303).follow()
    link = page.html.select_one("a[href$='/pdf']")["href"]
    first, second = archivist.get(link).body, archivist.get(link).body
    assert first == second
    with office.site() as site:
        paper = site.use_papers[site.uses[use].papers[0]]
        number, verify, digest, pages = paper.code, paper.verify_code, paper.digest, paper.pages
    assert (hashlib.sha256(first).hexdigest(), pages) == (digest, (1,))
    text = pypdfium2.PdfDocument(first)[0].get_textpage().get_text_bounded()
    for part in ("本件与原件核对无异", code_of(2), number, "第1页，共1页", "2026年11月23日", verify):
        assert part in text
    assert "（盖章处）" not in text

    path = office.services.store.path(digest)
    path.chmod(0o600)
    path.write_bytes(b"%PDF-1.7 altered")
    assert archivist.get(link).body == first
    other = io.BytesIO()
    Image.new("RGB", (90, 90), (30, 30, 200)).save(other, "PNG")
    cut_anew = office.services.store.put_bytes(other.getvalue()).digest
    office.services.database.run(lambda root: setattr(root["site"].seals[seal], "digest", cut_anew))
    assert "原文件已丢失" in archivist.get(link, status=409).json["title"]
    assert [found.code for found in indexing.verify_store(office.services)] == ["store.damaged"]
    path.write_bytes(first)
    assert archivist.get(link).body == first
    assert indexing.verify_store(office.services) == ()
    verified = office.browser().get("/verify", {"n": number, "c": verify})
    assert digest in words(verified)
    assert f"档号 {code_of(2)} 复制页码 1 SHA-256" in words(verified)
    assert "司马" not in verified.text
    typed = number.replace("〔", "[").replace("〕", "]")
    assert digest in words(office.browser().get("/verify", {"n": typed, "c": f" {verify.upper()} "}))
    office.browser().get("/verify", {"n": number, "c": verify[:-1] + "?"}, status=404)
    page = reviewer.get(f"/seals/{seal}")
    assert number in words(page)
    sample = reviewer.get(page.html.select_one("main img")["src"])
    assert (sample.content_type, sample.headers["Cache-Control"]) == ("image/png", "no-store")
    with Image.open(io.BytesIO(sample.body)) as picture:
        assert picture.width <= 320
        assert len({colour for _, colour in picture.getcolors(1 << 20)}) > 1
    office.browser(CLERK).get(f"/seals/{seal}/image", status=403)
    office.browser(CLERK).get(link, status=403)
    assert codes(office.do(REVIEWER, on(use, use_papers.stamp_copy, seal=seal)))[-1:] == ["use.seal-own"]
    assert office.do(ARCHIVIST, on(use, use_papers.stamp_copy, paper=2)) == use
    with office.site() as site:
        void = site.use_papers[site.uses[use].papers[1]]
        assert (void.state, void.why, void.digest) == ("void", "use.pages", "")
        assert int(void.code.split("〕")[1][:-1]) == int(number.split("〕")[1][:-1]) + 1
    retiring = form(reviewer.get(f"/seals/{seal}/retire"), "/retire")
    retiring["why"] = "换章"
    assert "停用" in words(retiring.submit(status=303).follow())
    assert codes(office.do(ARCHIVIST, on(use, use_papers.stamp_copy, seal=seal))) == ["use.seal-retired"]


def test_only_the_own_requests_and_the_own_fonds_are_seen(office):
    use = granted(office, number=3)
    for userid in (HEALTH_ARCHIVIST, "shangguan"):
        browser = office.browser(userid)
        browser.get(f"/uses/{use}", status=403)
        browser.get(f"/uses/{use}/read", status=403)
        browser.get(f"/api/v1/uses/{use}", status=403)
        assert "司马" not in browser.get("/uses").text
        assert browser.get("/api/v1/uses", {"state": "approved"}).json == {"uses": []}
    office.browser(HEALTH_ARCHIVIST).get("/uses/register", {"fonds": FONDS}, status=403)
    office.browser(ADMIN).get("/uses", status=403)
    assert office.browser(CLERK).get(f"/api/v1/uses/{use}").json["reader"] == "司马𠮷"
    assert codes(office.do(HEALTH_ARCHIVIST, lambda act: uses.request(act, purpose=Purpose.WORK, reading=True, items=code_of(3)))) == ["permission.denied"]  # fmt: skip
    assert codes(office.do(REVIEWER, on(use, uses.withdraw))) == ["use.wrong-state", "use.not-yours"]  # fmt: skip


def test_paper_goes_out_once_is_called_back_and_a_hold_keeps_it(office):
    with office.site() as site:
        item = next(each.id for each in site.archives.values() if each.code == code_of(4))
    office.services.database.run(lambda root: setattr(root["site"].archives[item], "carrier", "both"))
    use, other = granted(office, number=4), granted(office, number=4, by=ARCHIVIST, reader="")
    until = office.clock.today() + timedelta(days=2)
    lends = "借出纸质档案"
    assert lends in acts(office.browser(ARCHIVIST).get(f"/uses/{use}"))
    assert office.do(ARCHIVIST, on(use, lending.lend_paper, until=until)) == use
    assert lends not in acts(office.browser(ARCHIVIST).get(f"/uses/{use}"))
    assert codes(office.do(ARCHIVIST, on(other, lending.lend_paper, until=until))) == ["use.lent"]
    assert codes(office.do(ARCHIVIST, on(use, uses.close))) == ["use.paper-out"]
    office.clock.advance(days=5)
    page = office.browser(ARCHIVIST).get("/uses")
    assert "逾期 3 天" in words(page)
    assert "档案利用 逾期待催还 1" in words(office.browser(ARCHIVIST).get("/desk"))
    reminding = form(office.browser(ARCHIVIST).get(f"/uses/{use}/remind"), "/remind")
    assert [text.partition("：")[2].split("。")[0] for text in errors(reminding.submit(status=409))] == [
        "没有写明怎样催还"
    ]
    reminding["how"] = "电话催还，答复明日送回"
    page = reminding.submit(status=303).follow()
    assert f"{code_of(4)} 电话催还，答复明日送回" in words(page)
    told = office.browser(ARCHIVIST).get(f"/api/v1/uses/{use}").json["reminders"]
    assert [(row["by"], row["how"], row["items"]) for row in told] == [
        (ARCHIVIST, "电话催还，答复明日送回", [item])
    ]
    assert codes(office.do(ARCHIVIST, on(other, lending.remind, how="电话"))) == ["use.not-overdue"]
    assert office.do(ARCHIVIST, on(use, lending.take_back, note="缺第2页")) == use
    assert not office.browser(ARCHIVIST).get(f"/uses/{use}").html.select("main .acts a[href$='/remind']")
    assert codes(office.do(ARCHIVIST, on(use, lending.take_back))) == ["use.not-lent"]
    assert "逾期" not in words(office.browser(ARCHIVIST).get("/uses"))
    office.do(
        ARCHIVIST,
        lambda act: holds.place(
            act, fonds=FONDS, reference="云法〔2026〕1号", reason="诉讼", codes=code_of(4)
        ),
    )
    until += timedelta(days=30)
    assert codes(office.do(ARCHIVIST, on(other, lending.lend_paper, until=until))) == ["use.item-held"]
    with office.site() as site:
        events = [event for event, *_ in site.archives[item].management[-2:]]
        assert events == ["use.lent", "use.returned"]


def test_nothing_found_is_told_in_writing_with_what_was_searched(office):
    use = wanted(office, items="", sought="1998年开业登记", fonds="J043")
    assert codes(office.do(REVIEWER, on(use, uses.approve))) == ["use.nothing-named"]
    assert codes(office.do(ARCHIVIST, on(use, use_papers.tell_not_found))) == ["use.no-searched"]
    assert (
        office.do(ARCHIVIST, on(use, use_papers.tell_not_found, searched="J043全宗1995—2000年\n词：开业登记"))
        == use
    )
    with office.site() as site:
        paper = site.use_papers[site.uses[use].papers[0]]
        body = use_papers.bytes_of(office.services, site, paper)
        assert site.uses[use].state == "not_found"
        assert "开业登记".encode() not in paper.facts_sealed
    text = "".join(pypdfium2.PdfDocument(body)[0].get_textpage().get_text_bounded().split())
    assert "没有找到相符的档案（已查：J043全宗1995—2000年；词：开业登记）" in text


def test_register_figures_and_papers_come_through_every_door(office, tmp_path):
    instance = Instance(Path("none.ini"), opened=office.services, owned=False)
    status, said = asked("--as", CLERK, "uses", "request", "--reader", "诸葛䶮", "--number", CITIZEN, "--purpose", "work", "--copying", "--items", code_of(1), instance=instance)  # fmt: skip
    assert (status, said["state"], said["number_masked"], said["ways"]) == (
        0,
        "requested",
        "4****************8",
        ["copying"],
    )
    use = said["id"]
    status, said = asked(
        "--as", ARCHIVIST, "uses", "approve", use, "--consent", "云市监函〔2026〕9号", instance=instance
    )
    assert (status, said["consent"]) == (0, "云市监函〔2026〕9号")
    archivist = office.browser(ARCHIVIST)
    status, said = asked("--as", ARCHIVIST, "uses", "stamp-copy", use, "--copies", "2", instance=instance)
    assert (status, said["papers"][0]["copies"]) == (0, 2)
    number = said["papers"][0]["code"]
    assert (
        asked("--as", ARCHIVIST, "uses", "paper", number, "--to", str(tmp_path / "a.pdf"), instance=instance)[
            0
        ]
        == 0
    )
    assert (tmp_path / "a.pdf").read_bytes() == archivist.get(
        f"/api/v1/use_papers/{said['papers'][0]['id']}/pdf"
    ).body
    status, said = asked(
        "--as", CLERK, "uses", "note-effect", use, "--effect", "据此补发许可证", instance=instance
    )
    assert (status, said["effects"][0]["effect"]) == (0, "据此补发许可证")
    status, said = asked(
        "--as",
        ARCHIVIST,
        "uses",
        "register",
        "J043",
        "2026",
        "--to",
        str(tmp_path / "r.xlsx"),
        instance=instance,
    )
    rows = archivist.get("/api/v1/use-register").json["利用登记"]
    assert (status, said["rows"]) == (0, len(rows))
    last = next(row for row in rows if row["利用者"] == "诸葛䶮")
    assert (last["利用目的"], last["方式"], last["份数"], last["利用效果"], last["证件号"]) == (
        "工作查考", "复制", 2, "据此补发许可证", "4****************8",
    )  # fmt: skip
    assert archivist.get("/uses/register.xlsx").body == (tmp_path / "r.xlsx").read_bytes()
    assert "据此补发许可证" in words(archivist.get("/uses/register"))
    figures = archivist.get("/api/v1/use-statistics").json
    assert figures["purposes"]["work"][10] == asked("--as", ARCHIVIST, "uses", "statistics", "J043", "2026", instance=instance)[1]["purposes"]["work"][10] >= 1  # fmt: skip
    assert archivist.get("/uses/statistics").html.select("svg")
    revealed = form(archivist.get(f"/uses/{use}/reveal"), "/reveal")
    revealed["purpose"] = "核对证件"
    assert CITIZEN in revealed.submit().text
    with office.site() as site:
        assert CITIZEN not in str(site.uses[use].as_record())


def test_a_destroyed_item_answers_with_its_tombstone_and_its_copies_are_gone(office):
    use = granted(office, number=1)
    assert office.do(ARCHIVIST, on(use, use_papers.stamp_copy)) == use

    def bury(root):
        item = root["site"].archives[root["site"].uses[use].items[0]]
        item.state, item.destruction_list, item.destroyed_on = (
            ItemState.DESTROYED.value,
            "云销〔2026〕1号",
            office.clock.today(),
        )

    office.services.database.run(bury)
    assert codes(office.do(ARCHIVIST, on(use, lending.open_reading))) == ["use.item-destroyed"]
    with office.site() as site:
        paper = site.use_papers[site.uses[use].papers[0]]
        assert codes(use_papers.bytes_of(office.services, site, paper)) == ["use.item-destroyed"]
    assert codes(wanted(office, number=1)) == ["use.item-destroyed"]
    assert "云销〔2026〕1号" in words(office.browser(CLERK).get(f"/uses/{use}"))


def test_pages_of_an_open_loan_are_for_its_own_people(office):
    use = granted(office, number=3)
    office.do(ARCHIVIST, on(use, lending.open_reading))
    with office.site() as site:
        address = f"/uses/{use}/page?item={site.uses[use].items[0]}&paper=1"
    assert office.browser(CLERK).get(address).content_type == "image/png"
    for userid in (HEALTH_CLERK, HEALTH_ARCHIVIST, ADMIN):
        browser = office.browser(userid)
        for path in (address, f"/api/v1{address}", f"/uses/{use}/read", f"/api/v1/uses/{use}/pages"):
            assert "archives" not in browser.get(path, status=403).text.partition("<main")[2]
    office.do(ARCHIVIST, on(use, uses.close))
    with office.site() as site:
        assert site.uses[use].readings[-1][3:] == (site.uses[use].closed_at, ARCHIVIST)


def test_nothing_is_approved_that_was_named_after_one_looked(office):
    use = wanted(office)
    reviewer = office.browser(REVIEWER)
    one = form(reviewer.get(f"/uses/{use}/approve"), "/approve")
    assert one["items"].value == code_of(1)
    assert office.do(ARCHIVIST, on(use, uses.name_items, items=code_of(2))) == use
    refused = one.submit(status=409)
    assert [text.partition("：")[2].split("。")[0] for text in errors(refused)] == [
        "申请的档案与您看到的不一致，可能有人刚补列了档号"
    ]
    form(reviewer.get(f"/uses/{use}/approve"), "/approve").submit(status=303)
    with office.site() as site:
        assert site.uses[use].state == "approved"


def test_nobody_decides_on_a_request_that_a_colleague_wrote_down_in_ones_name(office):
    with office.site() as site:
        name = site.people[REVIEWER].name
    use = wanted(office, reader=name)
    assert codes(office.do(REVIEWER, on(use, uses.approve))) == ["use.own-request"]
    assert codes(office.do(REVIEWER, on(use, uses.refuse, why="不需要"))) == ["use.own-request"]
    assert "档案利用 待决定" not in words(office.browser(REVIEWER).get("/desk"))


def test_a_page_bears_the_name_of_whoever_is_logged_in(office):
    use = granted(office)
    office.do(ARCHIVIST, on(use, lending.open_reading))
    with office.site() as site:
        item, names = site.uses[use].items[0], [site.people[each].name for each in (CLERK, ARCHIVIST)]
        said = [words_on(site.uses[use], "2026-11-23", looks=name) for name in (*names, "司马𠮷")]
    assert [text.split()[0] for text in said] == [f"司马𠮷（{name}登录）" for name in names] + ["司马𠮷"]
    address = f"/uses/{use}/page?item={item}&paper=1"
    assert office.browser(CLERK).get(address).body != office.browser(ARCHIVIST).get(address).body
    browser = office.browser(CLERK)
    for wrong in ("paper=2", "paper=0", "paper=1&page=99", "paper=1&page=-1", "paper=../1"):
        browser.get(f"/uses/{use}/page?item={item}&{wrong}", status=404)
    with office.site() as site:
        others = [each for each in site.archives if each not in site.uses[use].items]
    for other in others:
        browser.get(f"/uses/{use}/page?item={other}&paper=1", status=404)
    office.do(ARCHIVIST, on(use, lending.end_reading))
    assert "已" in office.browser(CLERK).get(address, status=403).json["title"]


def test_a_watermark_reaches_every_part_of_a_page():
    white = io.BytesIO()
    Image.new("RGB", (800, 1130), (255, 255, 255)).save(white, "PNG")
    with Image.open(
        io.BytesIO(marked(white.getvalue(), "司马𠮷 工作查考 2026-11-23", typeface=ready_typeface()))
    ) as page:
        boxes = [
            page.crop((x, y, x + 400, y + 226)).getcolors(1 << 16)
            for x in (0, 400)
            for y in range(0, 1130, 226)
        ]
    assert all(len(colours) > 1 for colours in boxes)
