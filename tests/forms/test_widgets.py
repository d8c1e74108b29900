import datetime
import re

import colander
import deform
import pytest
from bs4 import BeautifulSoup
from deform.widget import (
    CheckboxChoiceWidget,
    HiddenWidget,
    OptGroup,
    PasswordWidget,
    RadioChoiceWidget,
    SelectWidget,
    TextAreaWidget,
    TextInputWidget,
)
from pyramid import testing
from pyramid.config import Configurator
from webtest import TestApp

from records.forms.widgets import Upload, UploadWidget, errors_of


class Address(colander.Schema):
    town = colander.SchemaNode(colander.String(), title="乡镇")


class Person(colander.Schema):
    name = colander.SchemaNode(colander.String(), title="姓名", description="与身份证一致。")
    number = colander.SchemaNode(
        colander.String(),
        title="证件号码",
        validator=colander.Length(18),
        widget=TextInputWidget(css_class="id", attributes={"inputmode": "text"}),
    )
    born = colander.SchemaNode(colander.Date(), title="出生日期", missing=None)
    kind = colander.SchemaNode(
        colander.String(),
        title="申请人类型",
        widget=RadioChoiceWidget(values=[("p", "自然人"), ("o", "法人")]),
    )
    ways = colander.SchemaNode(
        colander.Set(),
        title="送达方式",
        missing=(),
        widget=CheckboxChoiceWidget(values=[("counter", "窗口领取"), ("post", "邮寄送达")]),
    )
    hall = colander.SchemaNode(
        colander.String(),
        title="大厅",
        widget=SelectWidget(values=[("", "请选择"), OptGroup("城区", ("a", "乔庄")), ("b", "青溪")]),
    )
    note = colander.SchemaNode(colander.String(), title="备注", missing="", widget=TextAreaWidget())
    seen = colander.SchemaNode(colander.Boolean(), title="已核验原件", missing=False)
    secret = colander.SchemaNode(colander.String(), title="口令", missing="", widget=PasswordWidget())
    scan = colander.SchemaNode(Upload(), title="扫描件", missing=None, widget=UploadWidget(accept=".pdf"))
    step = colander.SchemaNode(colander.String(), missing="", widget=HiddenWidget())
    address = Address(title="住址")


VALUES = {
    "name": "欧阳䶮𠮷",
    "number": "51082219900101123X",
    "born": datetime.date(1990, 1, 1),
    "kind": "p",
    "ways": {"post"},
    "hall": "a",
    "note": "<b>加急</b>",
    "seen": True,
    "secret": "",
    "scan": None,
    "step": "2",
    "address": {"town": "青溪镇"},
}


@pytest.fixture(autouse=True)
def set_up():
    with testing.testConfig() as config:
        config.include("records.i18n")
        config.include("records.forms.widgets")
        yield config


def form(**kw):
    return deform.Form(
        Person(),
        formid="person",
        buttons=(deform.Button("save", "保存", attributes={"data-key": "alt+s"}), "取消"),
        **kw,
    )


def page(html):
    return BeautifulSoup(html, "html.parser")


def test_what_is_shown_is_what_comes_back():
    def view(request):
        drawn = form()
        if request.method == "POST":
            request.registry.got = drawn.validate(request.POST.items())
        return request.response.__class__(f"<html>{drawn.render(VALUES, csrf_token='t')}</html>")

    config = Configurator()
    config.include("records.forms.widgets")
    config.add_view(view)
    app = TestApp(config.make_wsgi_app())
    app.get("/").forms["person"].submit("save")
    assert app.app.registry.got == VALUES


def test_every_box_has_its_label_and_every_group_its_legend():
    drawn = page(form().render(VALUES))
    boxes = [box for box in drawn.find_all(["input", "select", "textarea"]) if box.get("type") != "hidden"]
    assert len(boxes) == 13
    for box in boxes:
        assert drawn.find("label", attrs={"for": box["id"]}).text.strip(), box
    assert [legend.contents[0].strip() for legend in drawn.find_all("legend")] == [
        "申请人类型",
        "送达方式",
        "住址",
    ]
    assert drawn.find(id=drawn.find("input", type="date")["aria-describedby"]).text.strip() == "年-月-日"
    marked = [mark.parent.contents[0] for mark in drawn.find_all(class_="optional")]
    assert marked == ["出生日期", "送达方式", "备注", "口令", "扫描件"]
    assert {mark.text for mark in drawn.find_all(class_="optional")} == {"选填"}
    assert "*" not in drawn.text


def test_all_errors_come_at_once_in_chinese_beside_the_box_and_in_the_summary():
    drawn = form()
    with pytest.raises(deform.ValidationFailure):
        drawn.validate(
            [
                ("name", ""),
                ("number", "123"),
                ("__start__", "born:mapping"),
                ("date", "x"),
                ("__end__", "born:mapping"),
            ]
        )
    oid = {child.name: child.oid for child in drawn}
    town = drawn["address"]["town"].oid
    assert errors_of(drawn) == [
        {"href": f"#{oid['name']}", "text": "姓名：请填写"},
        {"href": f"#{oid['number']}", "text": "证件号码：至少要 18 个字"},
        {"href": f"#{oid['born']}", "text": "出生日期：日期不对，请按 2026-11-21 的格式填写"},
        {"href": f"#{oid['kind']}-0", "text": "申请人类型：请填写"},
        {"href": f"#{oid['hall']}", "text": "大厅：请填写"},
        {"href": f"#{town}", "text": "乡镇：请填写"},
    ]
    shown = page(drawn.render())
    for error in errors_of(drawn):
        assert shown.find(id=error["href"][1:]), error
    name = shown.find(id=oid["name"])
    assert name["aria-invalid"] == "true"
    assert [shown.find(id=each).text for each in name["aria-describedby"].split()] == [
        "与身份证一致。",
        "请填写",
    ]
    assert shown.find(id=oid["number"])["value"] == "123"
    assert shown.find(id=oid["note"]).get("aria-invalid") is None
    assert shown.find("fieldset", id=oid["kind"])["aria-describedby"] == f"error-{oid['kind']}"


def test_a_rule_about_the_whole_form_stands_in_the_summary():
    def never(node, value):
        raise colander.Invalid(node, "开始日期晚于结束日期")

    drawn = deform.Form(colander.SchemaNode(colander.Mapping(), validator=never), formid="whole")
    with pytest.raises(deform.ValidationFailure):
        drawn.validate([])
    assert errors_of(drawn) == [{"href": "#whole", "text": "开始日期晚于结束日期"}]
    assert page(drawn.render()).find(class_="wrong-text").text == "开始日期晚于结束日期"


@pytest.mark.parametrize("how", ["given", "bound", "request"])
def test_a_form_carries_the_token_and_a_key(set_up, how):
    request = testing.DummyRequest()
    given, bound = {}, {}
    if how == "given":
        given = {"csrf_token": "T", "once": "K"}
    elif how == "bound":
        bound = {"csrf_token": "T", "once": "K"}
    else:
        request.session["_csrft_"] = "T"
        bound = {"request": request}
    drawn = deform.Form(Person().bind(**bound))
    values = [
        {
            i["name"]: i["value"]
            for i in page(drawn.render(**given)).find_all("input", attrs={"name": ["csrf_token", "__once__"]})
        }
        for _ in "12"
    ]
    assert [value["csrf_token"] for value in values] == ["T", "T"]
    if how == "request":
        assert len(values[0]["__once__"]) >= 22
        assert values[0]["__once__"] != values[1]["__once__"]
    else:
        assert [value["__once__"] for value in values] == ["K", "K"]


def test_a_search_form_carries_neither():
    html = form(method="GET").render()
    assert "__once__" not in html
    assert "csrf_token" not in html


def test_nothing_in_a_form_is_script_or_style():
    html = form().render(VALUES) + form().render(VALUES, readonly=True)
    assert re.findall(r"<script|<style|\sstyle=|\son\w+=", html) == []
    assert "&lt;b&gt;加急&lt;/b&gt;" in html
    assert "<b>加急" not in html


def test_reading_shows_values_and_says_what_is_not_filled_in():
    shown = page(form().render({**VALUES, "note": ""}, readonly=True))
    rows = {
        row.dt.text: " ".join(row.dd.text.split())
        for row in shown.find_all("div")
        if row.find("dt", recursive=False)
    }
    assert rows == {
        "姓名": "欧阳䶮𠮷",
        "证件号码": "51082219900101123X",
        "出生日期": "1990-01-01",
        "申请人类型": "自然人",
        "送达方式": "邮寄送达",
        "大厅": "乔庄",
        "备注": "未填写",
        "已核验原件": "是",
        "口令": "不显示",
        "扫描件": "未填写",
        "住址": "乡镇青溪镇",
        "乡镇": "青溪镇",
    }
    assert shown.find("input") is None


def test_focus_goes_where_the_schema_asks_and_never_over_a_summary():
    schema = colander.Schema()
    schema.add(colander.SchemaNode(colander.String(), name="a"))
    schema.add(colander.SchemaNode(colander.String(), name="b", autofocus=True))
    drawn = deform.Form(schema)
    assert [box["name"] for box in page(drawn.render()).find_all(attrs={"autofocus": True})] == ["b"]
    with pytest.raises(deform.ValidationFailure):
        drawn.validate([])
    assert page(drawn.render()).find_all(attrs={"autofocus": True}) == []


def test_an_upload_is_handed_on_untouched():
    drawn = deform.Form(Person())["scan"]
    token = object()
    assert drawn.schema.deserialize(drawn.deserialize(token)) is token
    assert [drawn.deserialize(empty) for empty in ("", b"", colander.null)] == [colander.null] * 3


class Decision(colander.Schema):
    reasons = colander.SchemaNode(colander.String(), title="理由", missing="", when="不予时")
    law = colander.SchemaNode(colander.String(), title="依据", missing="", when="")
    note = colander.SchemaNode(colander.String(), title="备注", missing="")


def test_what_is_needed_only_sometimes_says_when_and_is_not_called_optional():
    drawn = page(deform.Form(Decision(), formid="d").render({}))
    labels = [" ".join(label.get_text(" ", strip=True).split()) for label in drawn.find_all("label")]
    assert labels == ["理由 按情况必填： 不予时", "依据", "备注 选填"]


def test_a_file_that_came_with_a_refused_form_need_not_be_chosen_again():
    kept = {"name": "营业执照.pdf", "field": "scan__kept", "reference": "abc.def"}
    widget = UploadWidget(accept=".pdf", kept=kept)
    schema = colander.Schema()
    schema.add(colander.SchemaNode(Upload(), name="scan", title="扫描件", missing=None, widget=widget))
    drawn = page(deform.Form(schema, formid="k").render({}))
    assert drawn.find("input", attrs={"name": "scan__kept"})["value"] == "abc.def"
    assert "已上传，无需重选： 营业执照.pdf" in drawn.get_text(" ", strip=True)
