import pytest

from records.views.api import BASE

from .test_api import token


@pytest.fixture
def api(office):
    return office.browser()


def test_a_name_is_judged_while_it_is_typed(office, api):
    headers = token(office)
    good = api.get(f"{BASE}/lint", {"name": "相关资格证书（护士执业证书）"}, headers=headers)
    assert good.json == {"ok": True, "findings": []}
    bad = api.get(f"{BASE}/lint", {"name": "其他材料"}, headers=headers).json
    assert (bad["ok"], [(each["code"], each["severity"]) for each in bad["findings"]]) == (
        False,
        [("guide.catch-all", "blocks")],
    )
    text = api.get(f"{BASE}/lint", {"text": "不需要提交其他材料。"}, headers=headers)
    assert text.json == {"ok": True, "findings": []}


def test_without_a_name_or_text_it_says_so_and_strangers_are_refused(office, api):
    assert (
        api.get(f"{BASE}/lint", headers=token(office), status=400).json["findings"][0]["code"]
        == "guide.missing"
    )
    assert api.get(f"{BASE}/lint", {"name": "其他材料"}, expect_errors=True).status_int in (
        302,
        303,
        401,
        403,
    )
