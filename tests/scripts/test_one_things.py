"""Packages of items at a prompt: everything wrong with file, line, field and cure, else published."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from records.operations import one_things
from records.scripts.command import main
from records.scripts.instance import Instance
from tests.office import EDITOR, PUBLISHER, build_office


@pytest.fixture
def asked(tmp_path):
    office = build_office(tmp_path)

    def run(*arguments, by=PUBLISHER):
        instance = Instance(tmp_path / "none.ini", userid=by, opened=office.services, owned=False)
        done = CliRunner().invoke(main, ["--json", "import-one-things", *map(str, arguments)], obj=instance)
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done.exit_code, json.loads(done.stdout)

    yield run, office
    office.close()


def test_a_file_with_faults_is_told_whole_and_nothing_is_stored(asked, tmp_path):
    run, office = asked
    path = tmp_path / "饭馆.yaml"
    text = one_things.shipped()["open-restaurant"]
    path.write_text(text.replace("指南: food-business", "指南: gone"), encoding="utf-8")
    line = text[: text.index("food-business")].count("\n") + 1
    code, said = run(path)
    assert code == 1
    assert [(each["file"], each["field"], each["reason"], each["cure"]) for each in said["findings"]] == [
        ("饭馆.yaml", f"{line} 事项[2].指南", "没有标识为“gone”的指南。", "请改正标识或者先编制指南。")
    ]
    path.write_bytes("名称: 餐".encode("gbk"))
    assert [each["code"] for each in run(path)[1]["findings"]] == ["guide.yaml-encoding"]
    with office.site() as site:
        assert list(site.one_things.values()) == []


def test_a_good_file_is_looked_over_or_published_by_the_centre(asked, tmp_path):
    run, office = asked
    path = tmp_path / "饭馆.yaml"
    path.write_text(
        one_things.shipped()["open-restaurant"].replace("开餐饮店", "开小饭馆"), encoding="utf-8-sig"
    )
    assert run(path, "--check") == (0, {"ok": True, "findings": []})
    assert [each["code"] for each in run(path, by=EDITOR)[1]["findings"]] == ["permission.denied"]
    assert run(path) == (0, {"key": "open-restaurant", "title": "开小饭馆一件事", "version": 1})
    assert [each["code"] for each in run(path)[1]["findings"]] == ["onething.unchanged"]
    with office.site() as site:
        assert one_things.known(site)["open-restaurant"].title == "开小饭馆一件事"
