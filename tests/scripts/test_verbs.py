"""The verbs at a prompt: a whole case typed by those who may, and each verb refused to those who may not."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from records.exchange import samples
from records.forms.verbs import VERBS
from records.scripts.command import main
from tests.extraction.ofds import ofd, packed
from tests.office import ADMIN, ANOTHER, ARCHIVIST, CITIZEN, CLERK, REVIEWER, build_office
from tests.operations.cases import accept

LICENCE = "1.2.156.3005.2.11100000MB0307870M001.11419999MB0000001X.JY24199990000001.001.K"


@pytest.fixture
def office(tmp_path):
    office = build_office(tmp_path)
    yield office
    office.close()


def codes(answer: tuple[int, dict]) -> tuple[int, list[str]]:
    return answer[0], [found["code"] for found in answer[1]["findings"]]


def paper(tmp_path: Path, title: str) -> str:
    path = tmp_path / f"{title}.pdf"
    path.write_bytes(samples.text_pdf(title, (title,)))
    return str(path)


def test_a_case_is_typed_from_the_counter_to_the_archive(office, typed, tmp_path):
    code, person = typed(CLERK, "applicants", "create", "--number", f" {CITIZEN}", "--name", "欧阳䶮")
    assert (code, person["name"], CITIZEN in json.dumps(person)) == (0, "欧阳䶮", False)
    assert typed(CLERK, "applicants", "find", "--number", CITIZEN) == (0, person)
    who = ("--applicant", person["id"], "--guide", "sole-trader-registration")
    code, case = typed(CLERK, "dossiers", "open", *who, "--situation", '{"family": true}')
    assert (code, case["state"]) == (0, "draft")
    assert codes(typed(CLERK, "dossiers", "open", *who)) == (1, ["dossier.open-already"])
    for line, more in (
        ("application", ()),
        ("premises", ("--issued-on", "2026-11-20")),
        ("family-members", ()),
        ("identity", ("--document-number", CITIZEN, "--issuer", "云溪县公安局", "--issued-on", "2020-05-01")),
    ):
        arguments = ("dossiers", "submit", case["id"], "--line", line, "--original-seen", *more)
        code, material = typed(CLERK, *arguments, "--file", paper(tmp_path, line))
        assert (code, material["applicant"]) == (0, person["id"])
    again = ("dossiers", "submit", case["id"], "--line", "premises", "--issued-on", "2026-11-20")
    assert codes(typed(CLERK, *again, "--file", paper(tmp_path, "premises"))) == (1, ["material.line-filled"])
    decide = ("dossiers", "decide", case["id"], "--outcome", "granted")
    assert codes(typed(REVIEWER, *decide)) == (1, ["decide.no-result-number", "decide.no-result-file"])
    code, case = typed(
        REVIEWER, *decide, "--result-number", "92419999MA00900141", "--file", paper(tmp_path, "执照")
    )
    assert (code, case["state"]) == (0, "decided")
    code, case = typed(
        CLERK, "dossiers", "deliver", case["id"], "--method", "counter", "--recipient", "欧阳䶮"
    )
    assert (code, case["state"]) == (0, "delivered")
    assert typed(ARCHIVIST, "dossiers", "archive", case["id"])[0] == 0
    code, found = typed(ARCHIVIST, "search", "欧阳䶮", "--in", "archives")
    with office.site() as site:
        item = site.archives[site.dossiers[case["id"]].archived_item]
        assert (item.state, item.code) == ("archived", "J043-ZY·SP·2026-D30-ZCG-0001")
    assert (code, [hit["id"] for hit in found["hits"]]) == (0, [item.id])


def test_everything_missing_is_told_once_by_a_typed_list(office, typed):
    case = office.case(office.applicant())
    lines = ("application", "kitchen-plan", "food-safety-rules")
    gaps = json.dumps([{"line": line, "kind": "missing", "demand": "请提交"} for line in lines])
    code, said = typed(CLERK, "dossiers", "request-supplement", case, "--gaps", gaps, "--until", "2026-12-08")
    assert (code, said["state"]) == (0, "supplement")
    again = ("dossiers", "request-supplement", case, "--gaps", gaps, "--until", "2026-12-08")
    assert codes(typed(CLERK, *again)) == (1, ["dossier.wrong-state"])


SUBJECTS = [verb for verb in VERBS if verb.subject and verb.noun == "dossiers"]
ANSWERS = {
    "line": "application", "why": "撤回", "material": "none", "until": "2026-12-08", "reason": "false",
    "item": "none", "paper": "none", "purpose": "核对", "number": CITIZEN, "relation": "spouse", "member": "none",
    "outcome": "refused", "method": "counter", "gaps": '[{"line": "application", "kind": "missing"}]',
}  # fmt: skip


@pytest.mark.parametrize("userid", [ADMIN, "auditor", "liuyan"])
def test_no_verb_of_a_case_is_done_by_who_has_no_right(office, typed, tmp_path, userid):
    """An administrator, an auditor, and a clerk of another unit: every verb answers the same and changes nothing."""
    case = office.case(office.applicant(ANOTHER, "司马𠮷"))
    with office.site() as site:
        before = site.audit.last
    for verb in SUBJECTS:
        arguments = ["dossiers", verb.name.replace("_", "-"), case]
        for node in verb.form():
            if node.required:
                arguments += ["--" + node.name.replace("_", "-"), ANSWERS[node.name]]
        if verb.file_required:
            arguments += ["--file", paper(tmp_path, "申请书")]
        exit_code, found = typed(userid, *arguments)
        said = [each["code"] for each in found["findings"]]
        assert (verb.name, exit_code, said) == (verb.name, 1, ["permission.denied"])
    with office.site() as site:
        assert site.audit.last == before


def test_a_letter_that_has_ended_stops_at_once(office, typed):
    """The right is read from the letters of the day, not from a log-in."""
    case = office.case(office.applicant())

    def end(root) -> None:
        person = root["site"].people[CLERK]
        role, unit, letter, since, _ = person.letters[0]
        person.letters = ((role, unit, letter, since, office.clock.today() - timedelta(days=1)),)

    assert typed(CLERK, "dossiers", "receive", case)[0] == 0
    office.services.database.run(end)
    assert codes(typed(CLERK, "dossiers", "withdraw", case, "--why", "撤回")) == (1, ["permission.denied"])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["clock", "2026-02-12"], "AMOUNT"),
        (["clock", "2026-02-12", "5", "--so"], "--so"),
        (["lint", "没有这个文件.yaml"], "没有这个文件.yaml"),
        (["verify-package", "没有这个目录"], "没有这个目录"),
        (["--lang", "fr", "id", "1"], "fr"),
        (["归档"], "归档"),
    ],
)
def test_what_could_not_run_ends_with_two_and_names_the_cause(arguments, words):
    done = CliRunner().invoke(main, arguments)
    assert (done.exit_code, done.stdout, words in done.stderr) == (2, "", True)


def test_a_finding_is_said_in_either_language():
    chinese, english = (
        CliRunner().invoke(main, ["--lang", language, "id", "110105194912310021"]).stderr
        for language in ("zh_Hans", "en")
    )
    assert (chinese.startswith("✗ "), english.startswith("✗ "), chinese.isascii()) == (True, True, False)
    assert english[2:].isascii()


def test_the_installed_command_prints_its_answer_and_nothing_else():
    program = Path(sys.executable).with_name("records")
    done = subprocess.run([program, "--json", "clock", "2026-02-12", "5"], capture_output=True, text=True)
    assert (done.returncode, done.stderr, json.loads(done.stdout)["due"]) == (0, "", "2026-02-26")


def test_two_numbers_are_joined_and_separated_at_the_prompt(office, typed, tmp_path):
    person, abroad = office.applicant(), office.applicant("E12345678", "欧阳䶮")
    propose = ("applicants", "propose-join", person, "--number", "E12345678", "--why", "出入境证明")
    assert codes(typed(CLERK, *propose)) == (1, ["proof.missing"])
    code, said = typed(CLERK, *propose, "--original-seen", "--file", paper(tmp_path, "证明"))
    assert (code, [each["applicant"] for each in said["proposed"]]) == (0, [abroad])
    confirm = ("applicants", "confirm-join", person, "--other", abroad)
    assert codes(typed(CLERK, *confirm)) == (1, ["join.same-person"])
    code, said = typed(REVIEWER, *confirm)
    assert (code, [each["role"] for each in said["links"]]) == (0, ["same"])
    code, said = typed(CLERK, "applicants", "separate", abroad, "--other", person, "--why", "另有其人")
    assert (code, len(said["links"])) == (0, 1)
    confirm = ("applicants", "confirm-separation", person, "--other", abroad)
    assert codes(typed(CLERK, *confirm)) == (1, ["separate.same-person"])
    code, said = typed(REVIEWER, *confirm)
    assert (code, said["links"]) == (0, [])


def test_a_case_goes_up_at_the_prompt_and_its_answer_comes_back(office, typed, tmp_path):
    case = office.case(office.applicant())
    accept(office, case)
    office.fetch(case)
    refer = ("dossiers", "refer", case, "--organ", "云州市市场监督管理局", "--law", "行政许可法 第三十五条")
    assert codes(typed(REVIEWER, *refer)) == (1, ["refer.no-opinion"])
    code, said = typed(REVIEWER, *refer, "--opinion", "报请决定")
    assert (code, said["events"][-1]["event"], len(said["notices"])) == (0, "refer", 2)
    answer = (
        "dossiers",
        "answer-referral",
        case,
        "--outcome",
        "granted",
        "--result-number",
        "JY24199990000777",
    )
    assert codes(typed(REVIEWER, *answer)) == (1, ["referral.no-file"])
    code, said = typed(REVIEWER, *answer, "--file", paper(tmp_path, "许可证"))
    assert (code, said["result_number"], bool(said["result_material"])) == (0, "JY24199990000777", True)


def test_an_e_licence_as_ofd_is_handed_in_at_the_prompt_and_what_is_none_is_refused(office, typed, tmp_path):
    case = office.case(office.applicant())
    (tmp_path / "图.ofd").write_bytes(ofd("布局图", licence=LICENCE))
    (tmp_path / "文档.ofd").write_bytes(packed({"word/document.xml": "<w/>"}))
    submit = ("dossiers", "submit", case, "--line", "kitchen-plan", "--issued-on", "2026-11-20", "--file")
    assert codes(typed(CLERK, *submit, str(tmp_path / "文档.ofd"))) == (1, ["file.broken"])
    code, said = typed(CLERK, *submit, str(tmp_path / "图.ofd"))
    assert (code, said["licence_identifier"], said["grade"]) == (0, LICENCE, "D")


def test_all_cases_of_a_package_are_opened_at_the_prompt(office, typed):
    opens = ("one_things", "open", "--key", "open-restaurant", "--applicant", office.applicant())
    code, said = typed(CLERK, *opens, "--situation", '{"agent": true}')
    assert (code, [case["guide"] for case in said["matter"]["cases"]]) == (
        0,
        ["sole-trader-registration", "food-business"],
    )
    assert codes(typed(CLERK, *opens)) == (1, ["onething.open-already"])
