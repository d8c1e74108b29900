"""People, tokens and the audit log at a prompt."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from records.exchange import verify_audit
from records.operations import people, sealing
from tests.office import ADMIN, CLERK, PASSWORD, build_office


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    office = build_office(tmp_path_factory.mktemp("people"))
    office.case(office.applicant())
    sealing.seal(office.services)
    yield office
    office.close()


def issue(office, who: str = CLERK) -> str:
    until = office.clock.today() + timedelta(days=3)
    return office.do(
        who,
        lambda act: people.issue_token(
            act, act.site.people[who], label="叫号机", scopes=["search:desk"], until=until
        ),
    )


def test_a_token_is_shown_and_taken_back_by_the_administrator(office, typed):
    secret = issue(office).partition(".")[2]
    code, said = typed(ADMIN, "people", "show", CLERK)
    token = said["tokens"][-1]
    assert (code, token["label"], token["scopes"], token["last_used"]) == (0, "叫号机", ["search:desk"], None)
    assert token["since"].startswith(office.clock.today().isoformat())
    assert secret not in json.dumps(said)
    code, said = typed(ADMIN, "people", "withdraw-token", CLERK, "--token", token["token"])
    assert (code, said["tokens"]) == (0, [])
    code, said = typed(ADMIN, "people", "withdraw-token", CLERK, "--token", token["token"])
    assert (code, [found["code"] for found in said["findings"]]) == (1, ["token.unknown"])


def test_a_reset_prints_a_one_time_password_and_ends_the_tokens(office, typed):
    issue(office, "sima")
    code, said = typed(ADMIN, "people", "reset-password", "sima")
    with office.site() as site:
        person = site.people["sima"]
        vault = office.services.vault
        assert (code, person.must_change, person.tokens) == (0, True, ())
        assert vault.password_matches(person.password_hash, said["value"])
        assert not vault.password_matches(person.password_hash, PASSWORD)


def test_an_account_is_switched_off_and_on(office, typed):
    assert typed(ADMIN, "people", "switch-off", "liuyan")[1]["disabled"] is True
    assert typed(ADMIN, "people", "switch-on", "liuyan")[1]["disabled"] is False
    assert typed(ADMIN, "people", "end-sessions", "liuyan")[0] == 0


@pytest.mark.parametrize("command", [["show"], ["reset-password"], ["switch-off"], ["withdraw-token", "--token", "0" * 12]])  # fmt: skip
def test_who_does_not_manage_people_may_do_none_of_it(typed, command):
    code, said = typed("auditor", "people", *command, CLERK)
    assert (code, [found["code"] for found in said["findings"]]) == (1, ["permission.denied"])
    code, said = typed(ADMIN, "people", *command, "nobody")
    assert (code, [found["code"] for found in said["findings"]]) == (1, ["record.unknown"])


def test_the_auditor_exports_details_and_others_only_the_entries(office, typed, tmp_path):
    code, said = typed("auditor", "audit", "export", "--to", str(tmp_path / "mine"))
    assert (code, said["details"]) == (0, True)
    path = tmp_path / "mine" / "details.jsonl"
    assert path.stat().st_mode & 0o777 == 0o600
    code, report = typed("auditor", "audit", "verify", str(tmp_path / "mine"))
    assert (code, report["ok"], report["counts"]["details"]) == (0, True, report["counts"]["entries"])
    lines = path.read_bytes().splitlines(keepends=True)
    detail = json.loads(lines[4])
    path.write_text(
        "".join([*map(bytes.decode, lines[:4]), json.dumps({**detail, "details": {"x": 1}})]),
        encoding="utf-8",
    )
    code, report = typed("auditor", "audit", "verify", str(tmp_path / "mine"))
    assert (code, [found["code"] for found in report["findings"]]) == (
        1,
        ["audit.details-differ", "audit.details-absent"],
    )
    for number, userid in enumerate((ADMIN, CLERK)):
        folder = tmp_path / str(number)
        assert typed(userid, "audit", "export", "--to", str(folder))[1]["details"] is False
        assert not (folder / "details.jsonl").exists()
        assert typed(userid, "audit", "verify", str(folder))[0] == 0
    log = b"".join(path.read_bytes() for path in office.services.access.folder.glob("*.jsonl"))
    assert log.count(b'"read":"audit.export"') == 1


def test_an_entry_is_proven_to_the_auditor_and_checked_by_the_program_alone(office, typed, tmp_path, capsys):
    proof, key = tmp_path / "proof.json", tmp_path / "public.pem"
    key.write_bytes(office.services.vault.public_pem())
    code, said = typed("auditor", "audit", "prove", "7", "--to", str(proof))
    assert (code, json.loads(said["entry"])["seq"], json.loads(proof.read_text())) == (0, 7, said)
    assert verify_audit.main(["--proof", str(proof), str(key)]) == 0
    proof.write_text(json.dumps({**said, "entry": said["entry"].replace('"seq":7', '"seq":8')}))
    assert verify_audit.main(["--proof", str(proof), str(key), "--json"]) == 1
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["ok"] is False
    assert verify_audit.main(["--proof", str(tmp_path / "none"), str(key)]) == 2
    assert [found["code"] for found in typed(ADMIN, "audit", "prove", "7")[1]["findings"]] == [
        "permission.denied"
    ]
    assert [found["code"] for found in typed("auditor", "audit", "prove", "99999")[1]["findings"]] == [
        "audit.no-entry"
    ]
