import re
import runpy
from pathlib import Path

import pytest
from chameleon import PageTemplate, PageTemplateFile
from pyramid import testing
from pyramid.i18n import get_localizer
from pyramid.request import Request
from webob.multidict import MultiDict

from records.i18n import _, localizer, negotiate, translate
from records.views.templating import page_globals, templates

TOOL = runpy.run_path(str(Path(__file__).parent.parent / "bin" / "messages"))
CATALOGUES = sorted(TOOL["CHINESE"].glob("*.po"))
PLACES = re.compile(r"\$\{\w+\}")


def entries(path):
    return [message for message in TOOL["read"](path) if message.id]


def test_every_sentence_of_the_program_is_in_the_catalogue_and_no_other():
    assert {message.id for message in entries(TOOL["CHINESE"] / "records.po")} == TOOL["sentences"]()
    assert {message.id for message in entries(TOOL["LOCALE"] / "records.pot")} == TOOL["sentences"]()


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.name)
def test_the_chinese_is_complete(path):
    assert [message.id for message in entries(path) if not message.string or message.fuzzy] == []


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.name)
def test_a_translation_keeps_its_places(path):
    # A translator may leave a technical list out, never invent a place.
    extra = [
        message.id
        for message in entries(path)
        if set(PLACES.findall(message.string)) - set(PLACES.findall(message.id))
    ]
    assert extra == []
    if path.name == "records.po":
        assert [
            m.id
            for m in entries(path)
            if m.string and set(PLACES.findall(m.id)) != set(PLACES.findall(m.string))
        ] == []


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.name)
def test_the_program_reads_what_is_written(path):
    assert path.with_suffix(".mo").read_bytes() == TOOL["compiled"](TOOL["read"](path))


def test_sentences_are_found_in_pages_as_chameleon_will_ask_for_them(tmp_path):
    page = tmp_path / "page.pt"
    page.write_text(
        """<p i18n:translate="">Due in
          <b i18n:name="days">${days}</b> &amp; not later</p>
        <a title="Print &amp; go" i18n:attributes="title" i18n:translate="">Open</a>
        <p tal:content="_('Held')">x</p><p i18n:translate=""><span i18n:name="who" i18n:translate="">Clerk</span> did</p>""",
        encoding="utf-8",
    )
    asked = []

    def listen(msgid, **kw):
        asked.append(str(msgid))
        return kw.get("default") or msgid

    PageTemplateFile(str(page)).render(translate=listen, days=3, _=_)
    found = TOOL["page_sentences"](page)
    assert sorted(found) == sorted(
        ["Due in ${days} &amp; not later", "Print &amp; go", "Open", "Held", "${who} did", "Clerk"]
    )
    assert set(asked) == set(found)


def test_an_unnamed_element_inside_a_sentence_is_refused(tmp_path):
    page = tmp_path / "page.pt"
    page.write_text('<p i18n:translate="">Open <i>now</i></p>', encoding="utf-8")
    with pytest.raises(ValueError, match="<i> inside a sentence"):
        TOOL["page_sentences"](page)


def test_what_the_layouts_ask_for_is_in_the_catalogue():
    asked = set()

    def listen(msgid, **kw):
        asked.add(str(msgid))
        return kw.get("default") or msgid

    with testing.testConfig() as config:
        config.include("records.i18n")
        config.include("records.views.templating")
        request = testing.DummyRequest(
            path_qs="/", GET=MultiDict(), static_path=lambda name: name, script_name="", locale_name="zh_Hans"
        )
        names = page_globals(request) | {
            "errors": [{"href": "#a", "text": "x"}],
            "user_name": "李梅",
            "navigation": [("x", "/", True)],
            "request": request,
        }
        pages = templates(reload=False)

        def foot():
            return pages["foot.pt"].render(translate=listen, here="/", **names)

        for kind in ("page", "desk", "paper"):
            text = f"""<html metal:use-macro="layout['{kind}']"/>"""
            PageTemplate(text).render(
                layout=pages["layout.pt"], parts=pages["parts.pt"], translate=listen, foot=foot, **names
            )
    assert asked - {""} <= TOOL["sentences"]()
    assert len(asked) > 20


@pytest.mark.parametrize(
    ("asked", "cookie", "answer"),
    [
        (None, None, "zh_Hans"),
        ("en", None, "en"),
        (None, "en", "en"),
        ("zh_Hans", "en", "zh_Hans"),
        ("fr", "xx", "zh_Hans"),
        ("../etc", None, "zh_Hans"),
    ],
)
def test_the_address_wins_over_the_cookie_and_chinese_over_the_unknown(asked, cookie, answer):
    request = testing.DummyRequest(
        params={"lang": asked} if asked else {}, cookies={"lang": cookie} if cookie else {}, method="GET"
    )
    assert negotiate(request) == answer


def test_choosing_a_language_reads_no_body():
    request = Request.blank("/?lang=en", POST={"lang": "zh_Hans"})
    before = request.body_file_raw.tell()
    assert negotiate(request) == "en"
    assert request.body_file_raw.tell() == before
    assert negotiate(Request.blank("/", POST={"lang": "en"})) == "zh_Hans"


def test_work_without_a_request_speaks_chinese():
    sentence = _("Please put these right (${count})", mapping={"count": 2})
    assert translate(sentence) == "请改正以下 2 处"
    assert localizer("en").translate(sentence) == "Please put these right (2)"


def test_our_chinese_wins_over_the_libraries_own():
    with testing.testConfig(request=testing.DummyRequest()) as config:
        config.include("records.i18n")
        assert get_localizer(testing.DummyRequest()).translate("Required", domain="colander") == "请填写"
