"""The gate (I2) lies in the operation: whoever comes in by whichever door with what is held, or demands it, is refused alike."""

from __future__ import annotations

import ast
import json
import zipfile
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import colander
import pytest
from click.testing import CliRunner
from webtest import TestApp, Upload

import records
from records.domain.findings import Refused
from records.domain.reuse import SHARING
from records.exchange import samples
from records.forms.verbs import VERBS, verb
from records.operations import dossiers, pulling
from records.operations.people import issue_token
from records.scripts.instance import Instance
from records.scripts.verbs import command_of
from tests.office import ANOTHER, CLERK
from tests.views.pages import form
from tests.views.public_office import archived

from .cases import REPORT, VENUE, entries, last_transaction, ok, on, override, paper, refused
from .test_pulling import paper_of

LINE, TITLE, OFFICE_FILES = "hygiene-report", "公共场所卫生检测或者评价报告", Path(records.__file__).parent

#: Who brings a file or names a line and yet neither brings nor demands a material of the guide, and why.
ASIDE = {
    ("applicants", "propose_join"): "proof about a person, on no line",
    ("applicants", "authorise"): "proof about a person, on no line",
    ("applicants", "freeze"): "proof about a person, on no line",
    ("applicants", "thaw"): "proof about a person, on no line",
    ("applicants", "note_request"): "proof about a person, on no line",
    ("dossiers", "decide"): "what the office issues",
    ("dossiers", "verify_original"): "what lies on the line or is held is looked at",
    ("dossiers", "use"): "what is held is used",
    ("dossiers", "promise"): "nothing is brought",
    ("dossiers", "confirm_override"): "nothing is brought",
    ("dossiers", "remove"): "nothing is brought",
    ("dossiers", "confirm_same"): "what lies on the line is told to be what is held",
    ("dossiers", "tell_apart"): "what lies on the line is told to be another",
    ("dossiers", "part"): "what lies on the line is told to be another",
    ("dossiers", "receive_original"): "the paper of what lies on the line, judged by the custody rules",
    ("dossiers", "answer_referral"): "what a higher organ issued",
    ("dossiers", "pull"): "asked below with its own findings: the paper lies in the archives of the office",
    ("custody", "explain_loss"): "what the keeper of a lost paper writes, on no line",
    ("custody", "give_back"): "the office gives",
}

#: Where a material is made; a new place needs its own door in this test.
MADE_IN = {
    ("fetched", "_new"): "the office asked a platform",
    ("importing_library", "_kept"): "the archives of the office: what is held already stays as it is",
    ("materials", "_new_material"): "submit",
    ("materials", "add_result"): "what the office issued",
    ("proofs", "keep"): "proof about a person, on no line",
    ("pulling", "_filed"): "pull",
    ("validity", "_as_corrected"): "nothing is stored: a key is asked for",
}


def doors() -> list[tuple[str, str, str]]:
    """Return every verb that brings a material or demands one, through each channel, from the table that makes them."""
    found = []
    for each in VERBS:
        fields = {child.name: child for child in each.form()}
        lists = any(isinstance(child.typ, colander.Sequence) for child in fields.values())
        names_line = "line" in fields or any(
            part.name == "line"
            for child in fields.values()
            for item in child.children
            for part in item.children
        )
        of_a_case = each.noun in ("applicants", "dossiers", "materials", "custody")
        if of_a_case and (each.file or lists or names_line) and (each.noun, each.name) not in ASIDE:
            found += [(each.noun, each.name, channel) for channel in ("screen", "api", "command")]
    return found


def test_the_doors_are_those_that_take_a_paper_and_that_demand_one():
    assert {(noun, name) for noun, name, _ in doors()} == {
        ("dossiers", "submit"),
        ("dossiers", "request_supplement"),
    }
    known = {(each.noun, each.name) for each in VERBS}
    assert set(ASIDE) <= known


def test_a_material_is_made_nowhere_else():
    """An import that fed the library past the gate would stand here."""
    made = set()
    for path in sorted(OFFICE_FILES.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for function in [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]:
            stored = {
                node.func.id
                for node in ast.walk(function)
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
            }
            if "Material" in stored and path.parent.name == "operations":
                made.add((path.stem, function.name))
    assert made == MADE_IN.keys()


@pytest.fixture
def held(office) -> tuple[str, str]:
    """Return an open case whose hygiene report is held and valid, and the report's id."""
    person = office.applicant()
    first = office.case(person, VENUE)
    report = ok(paper(office, first, LINE, "检测报告"))
    ok(office.do(CLERK, on(first, dossiers.withdraw, why="申请人书面撤回")))
    case = office.case(person, VENUE)
    assert entries(office, case)[LINE] == (report, "reused")
    return case, report


def typed(name: str) -> dict[str, object]:
    if name == "submit":
        return {"line": LINE, **{key: str(value) for key, value in REPORT.items()}}
    gaps = [
        {"line": line, "kind": "missing", "demand": "请提交"}
        for line in ("application", "plan", LINE, "hygiene-rules")
    ]
    return {"gaps": gaps, "until": "2026-12-01"}


def by_api(office, case, one, content, *, values=None):
    until = office.clock.today().replace(year=2027)
    made = office.do(
        CLERK, lambda act: issue_token(act, act.site.people[CLERK], label="测试", scopes=["*"], until=until)
    )
    before = last_transaction(office)
    headers = {"Authorization": f"Bearer {made}"}
    path = f"/api/v1/dossiers/{case}/{one.name}"
    with office.site() as site:
        headers["If-Match"] = f'"{site.dossiers[case].seq}"'
    values = values or typed(one.name)
    if one.file:
        files = [(one.file, "再交.pdf", content)]
        answer = TestApp(office.app).post(path, values, upload_files=files, headers=headers, status=409)
    else:
        answer = TestApp(office.app).post_json(path, values, headers=headers, status=409)
    return before, [
        (found["code"], found["params"].get("id"), found["basis"]) for found in answer.json["findings"]
    ]


def by_command(office, case, one, content, tmp_path, *, values=None):
    before = last_transaction(office)
    arguments = [case]
    for name, value in (values or typed(one.name)).items():
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        arguments += [f"--{name.replace('_', '-')}", text]
    if one.file:
        file = tmp_path / "再交.pdf"
        file.write_bytes(content)
        arguments += ["--file", str(file)]
    instance = Instance(tmp_path / "no.ini", userid=CLERK, as_json=True, opened=office.services)
    answer = CliRunner().invoke(command_of(one), arguments, obj=instance)
    assert answer.exit_code == 1, answer.output
    listed = json.loads(answer.stdout)["findings"]
    return before, [(found["code"], found["params"].get("id"), found["basis"]) for found in listed]


def by_screen(office, case, one, content):
    browser = office.browser(CLERK)
    page = browser.get(f"/dossiers/{case}")
    before = last_transaction(office)
    if one.file:
        filled = form(page, f"/{one.name}", line=LINE)
        for name, value in typed(one.name).items():
            filled[name] = value
        filled[one.file] = [Upload("再交.pdf", content, "application/pdf")]
        answer = filled.submit(status=409)
    else:
        filled = form(browser.get(f"/dossiers/{case}/{one.name}"), f"/{one.name}")
        values = [("csrf_token", filled["csrf_token"].value), ("__once__", filled["__once__"].value)]
        for gap in typed(one.name)["gaps"]:
            line = gap["line"]
            values += [("told", line), (f"kind-{line}", "missing"), (f"demand-{line}", "请提交")]
        answer = browser.post(f"/dossiers/{case}/{one.name}", [*values, ("until", "2026-12-01")], status=409)
    assert "这份材料我们已经有了，不用再交" in answer.text
    return before, [("material.already-held", None, None)]


@pytest.mark.parametrize(("noun", "name", "channel"), doors())
def test_no_door_takes_or_demands_what_is_held(office, held, tmp_path, noun, name, channel):
    case, report = held
    one, content = verb(noun, name), samples.text_pdf("再交一份", ("又一份检测报告",))
    match channel:
        case "api":
            before, found = by_api(office, case, one, content)
            assert ("material.already-held", report, SHARING) in found
        case "command":
            before, found = by_command(office, case, one, content, tmp_path)
            assert ("material.already-held", report, SHARING) in found
        case _:
            before, found = by_screen(office, case, one, content)
    assert last_transaction(office) == before
    assert entries(office, case)[LINE] == (report, "reused")
    with office.site() as site:
        assert len(site.materials[report].renditions) == 1


@pytest.mark.parametrize("channel", ["screen", "api", "command"])
def test_no_door_pulls_from_the_archives_what_is_held(office, tmp_path, channel):
    item = archived(office)
    with office.site() as site:
        case = office.case(site.archives[item].applicant, VENUE)
    values = {"line": LINE, "item": item, "paper": paper_of(office, item).digest, "purpose": "核对", **REPORT}
    assert not isinstance(office.do(CLERK, on(case, pulling.pull, **values)), Refused)
    with office.site() as site:
        (report,) = [row[10] for row in site.dossiers[case].pulls]
    one, values = verb("dossiers", "pull"), {name: str(value) for name, value in values.items()}
    expected = {("material.line-filled", None), ("pull.held", report)}
    match channel:
        case "api":
            before, found = by_api(office, case, one, b"", values=values)
            assert {(code, other) for code, other, _ in found} == expected
        case "command":
            before, found = by_command(office, case, one, b"", tmp_path, values=values)
            assert {(code, other) for code, other, _ in found} == expected
        case _:
            browser = office.browser(CLERK)
            page = browser.get(f"/dossiers/{case}/archives", {"item": item, "purpose": "核对"})
            filled = form(page, "/pull")
            before = last_transaction(office)
            typed_here = [
                (name, values.get(name, field[0].value)) for name, field in filled.fields.items() if name
            ]
            answer = browser.post(f"/dossiers/{case}/pull", typed_here, status=409)
            assert "材料库里已经有这份材料" in answer.text
    assert last_transaction(office) == before
    assert entries(office, case)[LINE] == (report, "reused")


def test_one_file_under_two_names_is_one_material(office):
    person = office.applicant()
    first, second = office.case(person, VENUE), office.case(person, VENUE, again="另一处")
    one = ok(paper(office, first, LINE, "检测报告"))
    renamed = replace(office.upload("检测报告"), title="手机拍的报告.pdf")
    again = office.do(CLERK, override(second, LINE, renamed, None, **REPORT))
    assert refused(again) == [("material.already-held", LINE)]
    with office.site() as site:
        assert (list(site.materials), len(site.holdings)) == ([one], 1)


def test_one_byte_different_or_packed_again_is_judged_by_what_the_paper_says(office, held):
    case, _report = held
    content = samples.text_pdf("检测报告", ("检测报告",)) + b"\n"
    stored = office.services.store.put_bytes(content)
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("检测报告.pdf", content)
    for digest in (stored.digest, office.services.store.put_bytes(packed.getvalue()).digest):
        assert digest != office.upload("检测报告").digest
    assert refused(paper(office, case, LINE, "检测报告 ")) == [("material.already-held", LINE)]
    browser = office.browser(CLERK)
    filled = form(browser.get(f"/dossiers/{case}"), "/submit", line=LINE)
    filled["upload"] = [Upload("检测报告.zip", packed.getvalue(), "application/zip")]
    before = last_transaction(office)
    filled.submit(status=415)
    assert last_transaction(office) == before


def test_a_namesake_holds_nothing_of_ours(office, held):
    _case, report = held
    other = office.case(office.applicant(ANOTHER), VENUE)
    assert entries(office, other) == {}
    theirs = ok(paper(office, other, LINE, "别人的检测报告"))
    assert theirs != report


def test_expired_at_midnight_leaves_its_line_in_the_morning(office):
    person = office.applicant()
    first = office.case(person, VENUE)
    ok(paper(office, first, LINE, "检测报告", valid_until=office.clock.today()))
    second = office.case(person, VENUE, again="另一处")
    assert LINE in entries(office, second)
    assert refused(paper(office, second, LINE, "又一份")) == [("material.already-held", LINE)]
    office.clock.set(office.clock.now().replace(hour=16, minute=0))
    newer = {
        "document_number": "云疾控检〔2026〕99号",
        "valid_until": office.clock.today().replace(year=2027),
    }
    taken = ok(paper(office, second, LINE, "换发的报告", **newer))
    assert entries(office, second)[LINE] == (taken, "submitted")
