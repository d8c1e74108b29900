import re
from pathlib import Path

import pytest
from pyramid.config import Configurator
from pyramid.events import BeforeRender
from pyramid.session import SignedCookieSessionFactory
from webtest import TestApp

import records
from records.views.templating import TEMPLATES, Look, templates

SOURCE = Path(records.__file__).parent
GUIDE = SOURCE.parent.parent / "docs" / "look.md"
CSS = (SOURCE / "static" / "records.css").read_text("utf-8")
EXAMPLES = re.findall(r"```html\n(.*?)```", GUIDE.read_text("utf-8"), re.S)

PAGE = """<html metal:use-macro="layout['{kind}']"><metal:t fill-slot="title">进度查询</metal:t>
<metal:c fill-slot="content"><h1>进度查询</h1>{body}</metal:c></html>"""


@pytest.fixture
def site(tmp_path):
    def make(text, values=None, **settings):
        (tmp_path / "page.pt").write_text(text, encoding="utf-8")
        config = Configurator(settings=settings)
        config.set_session_factory(SignedCookieSessionFactory("k" * 32))
        config.include("records.i18n")
        config.include("records.views.templating")
        config.add_subscriber(lambda event: event.update(office_name="青川县政务服务中心"), BeforeRender)
        config.add_view(lambda request: values or {}, renderer=str(tmp_path / "page.pt"))
        return TestApp(config.make_wsgi_app())

    return make


def test_a_page_is_a_complete_document_with_its_office_and_language(site):
    answer = site(PAGE.format(kind="page", body="")).get("/")
    assert answer.text.lstrip().startswith("<!DOCTYPE html>")
    assert answer.html.title.text == "进度查询 - 青川县政务服务中心"
    assert answer.html.html.attrs == {"lang": "zh-Hans", "class": ["public"]}
    assert answer.html.find("a", class_="skip").text == "跳到正文"
    assert len(answer.html.find_all("h1")) == 1


def test_errors_are_summed_up_and_named_in_the_title(site):
    values = {"errors": [{"href": "#name", "text": "姓名：请填写"}, {"href": "#born", "text": "日期不对"}]}
    answer = site(PAGE.format(kind="desk", body=""), values).get("/")
    assert answer.html.title.text == "错误：进度查询 - 青川县政务服务中心"
    box = answer.html.find(id="errors")
    assert box.h2.text.strip() == "请改正以下 2 处"
    assert [(a["href"], a.text) for a in box.find_all("a")] == [
        ("#name", "姓名：请填写"),
        ("#born", "日期不对"),
    ]
    assert box["autofocus"] == "autofocus"


def test_the_reader_chooses_size_contrast_and_language(site):
    app = site(PAGE.format(kind="page", body="${look}"))
    assert str(Look("", "", "zh-Hans")) in app.get("/").html.text
    assert app.get("/?da=1").html.html["data-size"] == "large"
    app.set_cookie("size", "huge")
    app.set_cookie("contrast", "high")
    app.set_cookie("lang", "en")
    answer = app.get("/")
    assert {**answer.html.html.attrs, "class": None} == {
        "lang": "en",
        "data-size": "huge",
        "data-contrast": "high",
        "class": None,
    }
    assert answer.html.find("a", class_="skip").text == "Skip to the content"
    assert [b.text for b in answer.html.find_all("button", attrs={"aria-pressed": "true"})] == [
        "Very large text",
        "High contrast",
        "English",
    ]
    app.set_cookie("size", 'x" onload="')
    assert "onload" not in app.get("/").text.split("<body>")[0]


def test_the_views_own_values_win_and_are_escaped(site):
    answer = site(
        PAGE.format(kind="page", body="${who}"), {"office_name": "<b>大厅</b>", "who": "<script>"}
    ).get("/")
    assert answer.html.find("a", class_="office").text == "<b>大厅</b>"
    assert "&lt;script&gt;" in answer.text


def test_a_form_written_by_hand_carries_both_hidden_values(site):
    app = site(
        PAGE.format(kind="page", body="""<form method="post"><metal:u use-macro="parts['tokens']"/></form>""")
    )
    first, second = (
        {i["name"]: i["value"] for i in app.get("/").html.find("form", method="post").find_all("input")}
        for _ in "12"
    )
    assert first.keys() == {"csrf_token", "__once__"}
    assert first["csrf_token"] == second["csrf_token"]
    assert first["__once__"] != second["__once__"]


def test_static_files_carry_their_digest_and_may_be_kept(site):
    app = site(PAGE.format(kind="page", body=""))
    href = app.get("/").html.find("link", rel="stylesheet")["href"]
    assert re.fullmatch(r"/static/records\.css\?v=[0-9a-f]{8}", href)
    assert "max-age=31536000" in app.get(href).headers["Cache-Control"]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda text: re.findall(r"\['(\w+)'\]", text)[0])
def test_every_example_of_the_guide_renders(site, example):
    answer = site(example if example.startswith("<html") else PAGE.format(kind="desk", body=example)).get("/")
    assert answer.html.main.h1
    used = set(re.findall(r"icons\.svg[^#]*#([\w-]+)", answer.text))
    assert used <= set(
        re.findall(r'<symbol id="([\w-]+)"', (SOURCE / "static" / "icons.svg").read_text("utf-8"))
    )


def test_the_guide_shows_every_part():
    made = set(re.findall(r'define-macro="(\w+)"', (TEMPLATES / "parts.pt").read_text("utf-8")))
    assert made - set(re.findall(r"parts\['(\w+)'\]", "".join(EXAMPLES))) == {"errors"}


def test_a_table_without_rows_says_what_to_do(site):
    example = next(text for text in EXAMPLES if "parts['table']" in text).replace(
        "rows [('20261121-0045', 5)]", "rows ()"
    )
    answer = site(PAGE.format(kind="desk", body=example)).get("/")
    assert answer.html.main.table is None
    assert answer.html.find("div", class_="empty").text.split() == [
        "今天还没有办件。",
        "收件后会出现在这里。",
        "新建办件",
    ]


def test_no_template_holds_style_script_or_another_host():
    for path in TEMPLATES.rglob("*.pt"):
        text = path.read_text("utf-8")
        assert re.findall(r"\sstyle=|<style|\son\w+=|https?://|<script(?! src=\"\$\{static)", text) == [], (
            path
        )


def test_a_broken_expression_fails_when_the_application_starts(tmp_path, monkeypatch):
    (tmp_path / "bad.pt").write_text("<p>${1 +}</p>", encoding="utf-8")
    monkeypatch.setattr("records.views.templating.TEMPLATES", tmp_path)
    fresh = templates.__wrapped__(reload=False)
    with pytest.raises(Exception, match=r"bad\.pt"):
        fresh.compile()


def test_the_stylesheets_and_the_script_stay_small():
    assert len(CSS.encode()) < 24_000
    more = {name: (SOURCE / "static" / f"{name}.css").read_text("utf-8") for name in ("desk", "kiosk")}
    assert {
        name: len(text.encode()) < most
        for (name, text), most in zip(more.items(), (12_000, 4_000), strict=True)
    } == {
        "desk": True,
        "kiosk": True,
    }
    assert "http" not in "".join(more.values())
    assert len((SOURCE / "static" / "records.js").read_text("utf-8").splitlines()) < 300
    assert "http" not in CSS


@pytest.mark.parametrize(("kind", "names"), [("page", ["records"]), ("desk", ["records", "desk"])])
def test_a_public_page_loads_one_stylesheet_and_one_of_the_staff_two(site, kind, names):
    links = site(PAGE.format(kind=kind, body="")).get("/").html.find_all("link", rel="stylesheet")
    assert [re.search(r"(\w+)\.css", link["href"])[1] for link in links] == names


def test_no_stylesheet_has_a_rule_for_what_no_page_has():
    made = "".join(path.read_text("utf-8") for path in TEMPLATES.rglob("*.pt"))
    made += "".join(path.read_text("utf-8") for path in (SOURCE / "static").glob("*.js"))
    made += "".join(
        path.read_text("utf-8") for room in ("views", "forms") for path in (SOURCE / room).glob("*.py")
    )
    for path in (SOURCE / "static").glob("*.css"):
        rules = re.sub(r"/\*.*?\*/|\{[^{}]*\}", "{", path.read_text("utf-8"), flags=re.S)
        named = set(re.findall(r"\.([a-z][\w-]*)", rules))
        assert [name for name in sorted(named) if not re.search(rf"(?<![\w-]){name}(?![\w-])", made)] == [], (
            path.name
        )


def _tokens(block):
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", block))


def _light(colour):
    digits = colour[1:] if len(colour) == 7 else "".join(c * 2 for c in colour[1:])
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    return sum(
        w * (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4)
        for w, c in zip((0.2126, 0.7152, 0.0722), parts, strict=True)
    )


def _contrast(one, other):
    high, low = sorted((_light(one), _light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("selector", [":root", '[data-contrast="high"]'])
def test_words_stand_out_from_every_ground_they_may_lie_on(selector):
    tokens = _tokens(CSS.split(selector + " {")[1].split("}")[0])
    pairs = [
        (ink, ground)
        for ink in ("ink", "soft", "act", "act-deep")
        for ground in ("paper", "ground", "act-wash")
    ]
    pairs += [
        ("wrong", "paper"),
        ("wrong", "ground"),
        ("wrong", "wrong-wash"),
        ("wrong", "act-wash"),
        ("done", "paper"),
        ("done", "done-wash"),
        ("done", "act-wash"),
        ("on-act", "act"),
    ]
    assert [(a, b) for a, b in pairs if _contrast(tokens[a], tokens[b]) < 4.5] == []
    assert _contrast(tokens["edge"], tokens["paper"]) >= 3


def test_what_stands_below_every_page_leads_back_to_this_one(site):
    app = site(PAGE.format(kind="page", body=""))
    for path, lang in (("/?q=%22%3E&a=1", "zh-Hans"), ("/?q=2", "zh-Hans"), ("/?q=2&lang=en", "en")):
        foot = app.get(path).html.footer
        assert foot.find("input", attrs={"name": "back"})["value"] == path
        assert foot.find("button", attrs={"aria-pressed": "true", "name": "lang"})["lang"] == lang
    assert "Need a person?" in foot.text


def test_the_error_summary_is_drawn_by_the_layout_alone():
    folder = SOURCE / "templates"
    pages = {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in folder.rglob("*.pt")}
    desks = {name for name, text in pages.items() if "layout['desk']" in text}
    assert sorted(name for name in desks if "parts['errors']" in pages[name]) == []
