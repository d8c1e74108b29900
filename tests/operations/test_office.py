from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.clock import FrozenClock
from records.db import open_database
from records.domain.findings import Finding, Severity
from records.domain.permissions import Permission
from records.domain.vocabulary import Role
from records.operations import office
from records.operations.acts import plain
from records.operations.identities import identity_of
from records.rules.permissions import matrix
from records.vault import Vault, password_matches

AT = datetime(2026, 11, 21, 1, tzinfo=UTC)
TODAY = date(2026, 11, 21)
SEPARATION = "GB/T 22239 集中管控（三员分立）"


def read(text: str):
    return office.read_office(text, name="本单位.toml")


def changed(*pairs: tuple[str, str]) -> str:
    text = office.example()
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def refused(*pairs: tuple[str, str]) -> list[tuple[str, str, dict]]:
    described, findings = read(changed(*pairs))
    assert described is None
    return [(found.code, found.subject, dict(found.params)) for found in findings]


@pytest.fixture
def database():
    database = open_database("demo://")
    yield database
    database.close()


@pytest.fixture
def vault():
    return Vault(bytes(range(64)))


@pytest.fixture(scope="module")
def example():
    described, findings = read(office.example())
    assert findings == ()
    return described


def test_the_example_describes_eight_fonds_and_everybody_the_demo_needs(example):
    held = Counter((letter[0], letter[1]) for person in example["people"] for letter in person["letters"])
    assert held == {
        ("clerk", "*"): 3, ("clerk", "health-commission"): 1, ("clerk", "social-insurance"): 1,
        ("reviewer", "health-commission"): 2, ("reviewer", "market-regulation"): 2, ("reviewer", "civil-affairs"): 1,
        ("reviewer", "education"): 1, ("reviewer", "disabled-persons-federation"): 1,
        ("reviewer", "social-insurance"): 1, ("reviewer", "transport"): 1, ("reviewer", "real-estate-registration"): 1,
        ("editor", "*"): 1, ("editor", "market-regulation"): 1, ("publisher", "*"): 1,
        ("archivist", "health-commission"): 1, ("archivist", "market-regulation"): 1, ("archivist", "*"): 1,
        ("auditor", "*"): 1, ("administrator", "*"): 1, ("appraiser", "*"): 8,
    }  # fmt: skip
    assert {key: fonds["number"] for key, fonds in example["fonds"].items()} == {
        "health-commission": "J061", "market-regulation": "J043", "civil-affairs": "J027", "education": "J031",
        "disabled-persons-federation": "Q009", "social-insurance": "J052", "transport": "J038",
        "real-estate-registration": "J066",
    }  # fmt: skip
    assert {unit["code"] for unit in example["units"].values()} == {
        "ZGB", "WJW", "SCJ", "MZJ", "JYJ", "CL", "SBZX", "JTJ", "BDC",
    }  # fmt: skip
    assert example["hours"]["morning"] == ("09:00", "12:00")
    assert example["title"] == "政务办件与档案系统"
    assert all("示例" in row["approval"] for row in example["retention"].values())
    assert all(unit["credit_code"][2:8] == "990726" for unit in example["units"].values())


def test_a_file_that_is_not_toml_says_where():
    described, findings = read('name = \nregion = "990726"')
    assert described is None
    assert [(found.code, found.subject) for found in findings] == [("office.syntax", "本单位.toml")]
    assert "line 1" in findings[0].params["message"]


def test_all_ill_formed_fields_are_told_at_once():
    assert refused(
        ('region = "990726"', 'region = "云溪"'),
        ('title = "政务办件与档案系统"', 'titel = "政务办件与档案系统"'),
        ('phone = "0000-1000002"', 'phone = "一二三"'),
        ('number = "J061"', 'number = "J61"'),
        ("approved_on = 2024-09-02", 'approved_on = "去年"'),
        ('morning = ["09:00", "12:00"]', 'morning = ["12:00", "09:00"]'),
        ('userid = "ouyang"', 'userid = "欧阳"'),
        ("since = 2024-01-01", "sinse = 2024-01-01"),
    ) == [
        ("office.unknown-field", "titel", {"field": "titel"}),
        ("office.missing", "title", {"field": "title"}),
        ("office.form", "region", {"value": "云溪"}),
        ("office.form", "hours.morning", {"value": "['12:00', '09:00']"}),
        ("office.form", "units.health-commission.phone", {"value": "一二三"}),
        ("office.form", "fonds.health-commission.number", {"value": "J61"}),
        ("office.type", "retention.health-commission.approved_on", {"expected": "date"}),
        ("office.form", "people.0.userid", {"value": "欧阳"}),
        ("office.unknown-field", "people.0.letters.0.sinse", {"field": "sinse"}),
        ("office.missing", "people.0.letters.0.since", {"field": "since"}),
    ]


def test_a_password_in_the_file_is_an_unknown_field():
    assert refused(('userid = "admin"', 'userid = "admin"\npassword = "123456"')) == [
        ("office.unknown-field", "people.17.password", {"field": "password"})
    ]


def test_doubles_name_both_places():
    assert refused(
        ('code = "A02"', 'code = "A01"'),
        ('number = "J043"', 'number = "J061"'),
        ('userid = "sima"', 'userid = "ouyang"'),
        ('letter = "云民授〔2024〕1号"', 'letter = "云教授〔2024〕1号"'),
    ) == [
        (
            "office.double",
            "fonds.market-regulation.number",
            {"value": "J061", "first": "fonds.health-commission.number"},
        ),
        ("office.double", "windows.1.code", {"value": "A01", "first": "windows.0.code"}),
        ("office.double", "people.1.userid", {"value": "ouyang", "first": "people.0.userid"}),
        (
            "office.double",
            "people.8.letters.0.letter",
            {"value": "云教授〔2024〕1号", "first": "people.7.letters.0.letter"},
        ),
        ("office.window-unknown", "people.1.window", {"window": "A02"}),
    ]


def test_unknown_units_roles_windows_and_backward_dates_are_told_at_once():
    assert refused(
        ("[fonds.education]", "[fonds.edukation]"),
        ('credit_code = "11990726009900013G"', 'credit_code = "11990726009900013H"'),
        ('window = "A03"', 'window = "Z99"'),
        ('role = "publisher"', 'role = "boss"'),
        ("until = 2028-12-31", "until = 2020-12-31"),
        ('unit = "civil-affairs"\nstaff', 'unit = "civil"\nstaff'),
    ) == [
        ("office.credit-code", "units.health-commission.credit_code", {"value": "11990726009900013H"}),
        ("office.unit-unknown", "fonds.edukation", {"unit": "edukation"}),
        ("office.no-retention", "retention.edukation", {"unit": "edukation"}),
        ("office.unit-unknown", "disposition.education", {"unit": "education"}),
        ("office.no-signers", "disposition.edukation", {"unit": "edukation"}),
        ("office.unit-unknown", "transfer.education", {"unit": "education"}),
        ("office.window-unknown", "people.2.window", {"window": "Z99"}),
        ("office.dates", "people.4.letters.0.until", {"letter": "云卫健授〔2024〕3号"}),
        ("office.unit-unknown", "people.7.unit", {"unit": "civil"}),
        ("office.role-unknown", "people.12.letters.0.role", {"role": "boss"}),
    ]


def with_second_letter(role: str, since: str, until: str = "") -> str:
    end = f", until = {until}" if until else ""
    first = '{role = "auditor", unit = "*", letter = "云政管授〔2024〕6号", since = 2024-01-01, until = 2025-12-31}'
    second = f'{{role = "{role}", unit = "*", letter = "云政管授〔2025〕9号", since = {since}{end}}}'
    return changed(
        (
            '[{role = "auditor", unit = "*", letter = "云政管授〔2024〕6号", since = 2024-01-01}]',
            f"[{first}, {second}]",
        )
    )


def test_nobody_holds_two_of_the_three_on_the_same_day():
    described, findings = read(with_second_letter("archivist", "2025-12-31"))
    assert described is None
    assert findings == (
        Finding(
            "office.separation",
            subject="people.16.letters",
            params={"name": "慕容谨", "roles": "档案员、安全审计员"},
            basis=SEPARATION,
        ),
    )


def test_one_of_the_three_may_follow_another():
    described, findings = read(with_second_letter("archivist", "2026-01-01"))
    assert findings == ()
    assert [letter[0] for letter in described["people"][16]["letters"]] == ["auditor", "archivist"]


@given(st.sampled_from(sorted(Role)), st.dates(date(2023, 1, 1), date(2027, 12, 31)), st.integers(0, 400))
def test_separation_holds_for_every_role_and_period(role, since, days):
    until = date.fromordinal(since.toordinal() + days)
    described, _ = read(with_second_letter(role.value, since.isoformat(), until.isoformat()))
    overlap = since <= date(2025, 12, 31) and until >= date(2024, 1, 1)
    forbidden = role in (Role.ADMINISTRATOR, Role.ARCHIVIST) and overlap
    assert (described is None) == forbidden


def test_an_office_without_an_auditor_cannot_begin():
    assert refused(('role = "auditor"', 'role = "clerk"')) == [
        ("office.nobody", "people", {"role": "auditor", "label": "安全审计员"})
    ]


def test_a_fonds_without_an_approved_table_is_only_warned_of():
    text = changed(
        ('[retention.education]\napproval = "云档批〔2024〕4号（示例）"\napproved_on = 2024-09-02\n', "")
    )
    described, findings = read(text)
    assert described is not None
    assert [(found.code, found.severity, found.subject) for found in findings] == [
        ("office.no-retention", Severity.WARNS, "retention.education")
    ]


def test_a_founded_site_stands_with_its_people_and_its_traces(database, vault, example):
    with database.write() as root:
        office.found_site(root, example, at=AT, vault=vault)
    with database.read() as root:
        site = root["site"]
        assert site.office == {key: value for key, value in example.items() if key != "people"}
        assert sorted(site.people) == sorted(person["userid"] for person in example["people"])
        assert [site.people["liuyan"].as_record()[key] for key in ("id", "name", "unit", "window")] == [
            "liuyan",
            "刘䶮",
            "health-commission",
            "A03",
        ]
        assert [person.number for person in sorted(site.people.values(), key=lambda one: one.number)] == list(
            range(1, 32)
        )
        assert len(site.audit) == 32
        assert site.feed.last == 31
        assert b'"site.found"' in site.audit[1].line
        assert {person.password_hash for person in site.people.values()} == {""}


def test_people_may_do_what_their_letters_say(database, vault, example):
    with database.write() as root:
        site = office.found_site(root, example, at=AT, vault=vault)
        may = {
            userid: identity_of(site.people[userid], TODAY)
            for userid in ("ouyang", "hewentao", "sunguoqiang")
        }
        later = identity_of(site.people["hewentao"], date(2029, 1, 1))
    table = matrix()
    accept, decide = Permission.DOSSIER_ACCEPT, Permission.DOSSIER_DECIDE
    assert table.permits(may["ouyang"], accept, unit="education")
    assert table.permits(may["hewentao"], decide, unit="health-commission")
    assert not table.permits(may["hewentao"], decide, unit="market-regulation")
    assert not table.permits(later, decide, unit="health-commission")
    assert not table.permits(may["sunguoqiang"], Permission.GUIDE_DRAFT, unit="health-commission")


def test_a_second_site_is_never_founded_over_the_first(database, vault, example):
    with database.write() as root:
        office.found_site(root, example, at=AT, vault=vault)
        with pytest.raises(ValueError, match="site already"):
            office.found_site(root, example, at=AT, vault=vault)


def test_given_passwords_open_once_and_must_be_changed(database, vault, example):
    few = {**example, "people": example["people"][:2]}
    with database.write() as root:
        site = office.found_site(root, few, at=AT, vault=vault, passwords=lambda userid: f"{userid}-一次")
        ouyang = site.people["ouyang"]
        assert password_matches(ouyang.password_hash, "ouyang-一次")
        assert not password_matches(ouyang.password_hash, "sima-一次")
        assert ouyang.must_change


def test_founding_marks_what_a_new_database_does_not_need(database, vault, example):
    marked = []
    with database.write() as root:
        office.found_site(
            root, example, at=AT, vault=vault, mark=lambda root, at: marked.append(("site" in root, at))
        )
    assert marked == [(True, AT)]


def test_one_time_passwords_are_long_and_all_different():
    made = {office.one_time_password() for _ in range(200)}
    assert len(made) == 200
    assert {len(password) for password in made} == {19}


def test_an_instance_is_founded_once_with_a_password_for_each(tmp_path, example):
    from records.operations.services import open_services

    services = open_services(
        {
            "zodb.uri": "demo://",
            "records.instance": str(tmp_path),
            "records.clock": FrozenClock(AT),
            "fulltext.engine": "memory",
        }
    )
    try:
        few = {**example, "people": example["people"][:2]}
        passwords = office.found(services, few)
        assert sorted(passwords) == ["ouyang", "sima"]
        assert office.found(services, few) is None
        with services.database.read() as root:
            person = root["site"].people["sima"]
            assert password_matches(person.password_hash, passwords["sima"])
            assert person.created_at == AT
    finally:
        services.close()


def test_an_exported_office_reads_back_the_same_without_secrets(database, vault):
    text = changed(
        ("calendar = []", 'calendar = [{date = 2026-05-06, works = false, why = "县庆 \\"五月六\\""}]')
    )
    described, _ = read(text)
    with database.write() as root:
        site = office.found_site(root, described, at=AT, vault=vault)
        site.people["ouyang"].password_hash = "$argon2id$secret"
        written = office.export_office(site)
    assert read(written) == (described, ())
    assert "argon2" not in written


def test_the_office_is_plain_enough_for_the_audit_log(example):
    assert plain(example)["retention"]["education"] == {
        "approval": "云档批〔2024〕4号（示例）",
        "approved_on": "2024-09-02",
    }
