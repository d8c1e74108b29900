import json

import pytest
from click.testing import CliRunner

from records.exchange.guides import shipped_guides
from records.scripts.command import main

TEXTS = dict(shipped_guides())


def asked(*arguments):
    done = CliRunner().invoke(main, list(arguments))
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, json.loads(done.stdout)


@pytest.fixture
def folder(tmp_path):
    for name in ("food-business.yaml", "sole-trader-registration.yaml"):
        (tmp_path / name).write_text(TEXTS[name], encoding="utf-8")
    return tmp_path


def test_a_name_is_told_why_and_what_to_do():
    code, said = asked("lint", "--name", "其他有關材料", "--json")
    assert (code, said) == (
        1,
        {
            "ok": False,
            "findings": [
                {
                    "code": "guide.catch-all",
                    "field": "name",
                    "severity": "blocks",
                    "reason": "“其他有关材料”是兜底条款，谁都可以借此多要材料。",
                    "cure": "请把要交的每一种材料分别写成一行，或者在后面的括号里写明名称，"
                    "例如“相关资格证书（护士执业证书）”；写不明白的删去。",
                }
            ],
        },
    )
    assert asked("--json", "lint", "--name", "其他应收款明细表") == (0, {"ok": True, "findings": []})
    assert asked("--json", "lint", "--name", "")[0] == 1


def test_a_text_is_judged_as_a_sentence():
    assert asked("lint", "--json", "--text", "不需要提交其他材料。") == (0, {"ok": True, "findings": []})
    code, said = asked("lint", "--json", "--text", "视情况提供。")
    assert (code, [found["code"] for found in said["findings"]]) == (1, ["guide.discretion"])


def test_several_files_are_told_apart_and_held_against_each_other(folder):
    food, trader = folder / "food-business.yaml", folder / "sole-trader-registration.yaml"
    code, said = asked("lint", "--json", str(food), str(trader))
    assert (code, said["ok"]) == (0, True)
    assert {found["file"] for found in said["findings"]} == {str(food), str(trader)}
    text = TEXTS[trader.name]
    start = text.index("申请材料:")
    first = text.index("    标准材料: ", start)
    line = text[first : text.index("\n", first)]
    trader.write_text(text.replace(line, "    标准材料: food-licence", 1), encoding="utf-8")
    code, said = asked("lint", "--json", str(food), str(trader))
    circular = [
        (found["file"], found["code"]) for found in said["findings"] if found["code"] == "guide.circle"
    ]
    assert (code, sorted(circular)) == (1, [(str(food), "guide.circle"), (str(trader), "guide.circle")])
    yielded = [found["file"] for found in said["findings"] if found["code"] == "guide.line-yielded"]
    assert yielded == [str(trader)]


def test_nothing_to_look_at_is_a_usage_error():
    assert CliRunner().invoke(main, ["lint"]).exit_code == 2
