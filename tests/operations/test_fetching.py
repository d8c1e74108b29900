"""What the office fetches from other organs: at once, later, or in vain; the applicant is never asked for it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest

from records.domain.checklists import gaps
from records.domain.fetching import LicenceStatus, PlatformKind, Question, Reply
from records.domain.findings import Refused
from records.domain.vocabulary import Outcome
from records.exchange.platforms import Platforms
from records.exchange.stub_platform import Behaviour, Book, StubPlatform
from records.jobs import work_once
from records.operations import decisions, dossiers, fetching, materials
from records.operations.checklists import checklist_of
from records.operations.validity import stop_material
from records.queue import JobState
from tests.exchange.test_platforms import client, stub
from tests.office import ANOTHER, CITIZEN, CLERK, REVIEWER, build_office

from .cases import FOOD, VENUE, accept, body_of, entries, fill, library, ok, on, publish, refused, with_line

CARD = "990001"
HELD = {
    "holder": CITIZEN, "type": CARD, "identifier": "1.2.156.3005.2.990001.11419999000000001X.2024000101.001.N",
    "title": "居民身份证", "number": CITIZEN, "issuer": "云溪县公安局", "issued_on": "2020-01-01",
    "valid_until": "2040-01-01", "status": "01",
}  # fmt: skip


@dataclass
class Told:
    """A platform that answers as it is told to at the moment, and notes what it was asked."""

    book: Book
    key: str = "licences"
    name: str = "云溪市电子证照库"
    kind: PlatformKind = PlatformKind.LICENCES
    meanwhile: Callable[[], object] = lambda: None

    def __post_init__(self) -> None:
        self.asked: list[Question] = []

    def serves(self, licence_type: str) -> bool:
        return bool(licence_type)

    def look_up(self, question: Question) -> Reply:
        self.asked.append(question)
        self.meanwhile()
        return StubPlatform(self.book, key=self.key).look_up(question)

    def behave(self, behaviour: Behaviour) -> None:
        self.book = replace(self.book, behaviour=behaviour)


@pytest.fixture
def platform():
    return Told(Book((HELD,)))


@pytest.fixture
def office(tmp_path, platform):
    """An office whose food guide names the licence type of the identity card, with one platform set up."""
    office = build_office(tmp_path, **{"records.platforms": Platforms([platform])})
    publish(office, with_line(body_of(FOOD), "identity", licence_code=CARD))
    yield office
    office.close()


def work(office) -> None:
    while work_once(office.services):
        pass


def fetched(office, case: str) -> dict[str, object]:
    """Return the one fetch of a case as plain values."""
    with office.site() as site:
        (found,) = fetching.fetches_of(site, site.dossiers[case])
        return {**found.as_record(), "next_at": found.next_at}


def pick(record: dict[str, object], *names: str) -> tuple:
    return tuple(record[name] for name in names)


def retry(case: str):
    return lambda act: fetching.retry_fetch(act, next(fetching.fetches_of(act.site, act.site.dossiers[case])))


def events(office, kind: str) -> list[dict]:
    with office.site() as site:
        lines = [json.loads(entry.line) for _, entry in site.audit.items(1)]
    return [line for line in lines if line["event"].startswith(kind)]


def test_a_valid_answer_becomes_a_material_of_grade_a_with_its_provenance_and_fills_the_line(
    office, platform
):
    person = office.applicant()
    case = office.case(person)
    assert pick(fetched(office, case), "state", "owed_on", "due_on") == (
        "owed",
        date(2026, 11, 23),
        date(2026, 11, 26),
    )
    work(office)
    (material, how), record = entries(office, case)["identity"], fetched(office, case)
    assert (how, pick(record, "state", "tries", "material", "beside")) == (
        "fetched",
        ("fetched", 1, material, False),
    )
    with office.site() as site:
        held = site.materials[material]
        code = site.dossiers[case].code
        assert (held.applicant, held.grade, held.source, held.issuer, held.valid_until, held.licence_identifier) == (
            person, "A", "fetched", "云溪县公安局", date(2040, 1, 1), HELD["identifier"],
        )  # fmt: skip
        assert held.lookups == (("licences", f"{record['id']}-1", code, CLERK, office.clock.now(), "01"),)
        assert office.services.store.head(held.files[0]).startswith(b"%PDF-")
        state = checklist_of(site, site.dossiers[case], today=office.clock.today()).line("identity")
        assert (state.status, state.handed_in) == ("filled", False)
    (event,) = events(office, "material.fetch")
    assert (event["by"], event["for"], event["why"], event["channel"]) == ("system", CLERK, code, "job")


def test_the_call_is_on_the_access_log_with_its_purpose_and_the_number_is_nowhere(office, platform):
    person = office.applicant()
    case = office.case(person)
    work(office)
    folder = office.services.access.folder
    lines = [json.loads(line) for path in folder.glob("*.jsonl") for line in path.read_text().splitlines()]
    with office.site() as site:
        code = site.dossiers[case].code
        said = json.dumps(
            [entry.line.decode() + entry.details for _, entry in site.audit.items(1)], ensure_ascii=False
        )
        titles = [held.document_number for held in site.materials.values()]
    calls = [line for line in lines if line["read"] == "platform.licences"]
    assert [(line["by"], line["on"], line["purpose"]) for line in calls] == [(CLERK, person, code)]
    assert [question.purpose for question in platform.asked] == [code]
    assert (CITIZEN in said, CITIZEN in json.dumps(lines), [CITIZEN in title for title in titles]) == (
        False,
        False,
        [False],
    )


FAILING = [each for each in Behaviour if each not in (Behaviour.WELL, Behaviour.REVOKED, Behaviour.SUSPENDED)]


def test_whatever_fails_the_case_is_accepted_and_the_office_goes_on_owing(office, platform):
    person, cases = office.applicant(), []
    for behaviour in FAILING:
        platform.behave(behaviour)
        case = office.case(person, again=behaviour)
        work(office)
        record = fetched(office, case)
        assert (behaviour, *pick(record, "state", "tries")) == (behaviour, "owed", 1)
        assert record["fault"].startswith("platform.")
        assert record["next_at"] == office.clock.now() + timedelta(minutes=2)
        cases.append(case)
    with office.site() as site:
        for case in cases:
            made = checklist_of(site, site.dossiers[case], today=office.clock.today())
            assert "identity" not in {gap.line for gap in gaps(made)}
    accept(office, cases[0])
    platform.behave(Behaviour.WELL)
    office.clock.advance(minutes=2)
    work(office)
    assert {fetched(office, case)["state"] for case in cases} == {"fetched"}
    assert {entries(office, case)["identity"][1] for case in cases} == {"fetched"}


def test_the_pauses_grow_and_never_end_in_a_dead_letter(office, platform):
    platform.behave(Behaviour.FAILING)
    case = office.case(office.applicant())
    pauses = []
    for _ in range(12):
        work(office)
        wait = fetched(office, case)["next_at"] - office.clock.now()
        pauses.append(wait // timedelta(minutes=1))
        office.clock.advance(minutes=pauses[-1])
    assert pauses == [2, 4, 8, 16, 32, 64, 120, 120, 120, 120, 120, 120]
    with office.site() as site:
        assert list(site.jobs.dead()) == []
        assert [job.state for job in site.jobs.waiting() if job.verb == fetching.VERB] == [JobState.OWED]


def test_three_silences_let_the_platform_rest_so_that_others_need_not_wait_behind_it(office, platform):
    platform.behave(Behaviour.SILENT)
    person = office.applicant()
    for number in range(5):
        office.case(person, again=f"另一处{number}")
    work(office)
    assert len(platform.asked) == 3
    office.clock.advance(minutes=1)
    work(office)
    assert len(platform.asked) == 4
    assert ok(office.do("admin", lambda act: fetching.retry_platform(act, platform="licences"))) == 5
    platform.behave(Behaviour.WELL)
    work(office)
    assert len(platform.asked) == 9
    with office.site() as site:
        assert [each.state for each in site.fetches.values()] == ["fetched"] * 5
    assert refused(office.do("admin", lambda act: fetching.retry_platform(act, platform="x"))) == [
        ("fetch.platform-unknown", "")
    ]


def test_one_licence_for_five_cases_is_one_material(office, platform):
    person = office.applicant()
    for number in range(3):
        office.case(person, again=f"另一处{number}")
    work(office)
    assert library(office, person) == [("identity-card", "A", "valid", "fetched", 1)]


def test_the_call_is_made_without_the_write_lock(office, platform):
    """Whoever holds the lock while asking would wait for itself here."""
    platform.meanwhile = lambda: office.services.database.run(lambda root: None)
    case = office.case(office.applicant())
    work(office)
    assert fetched(office, case)["state"] == "fetched"


def test_an_unwritable_access_log_stops_the_call(office, platform):
    case = office.case(office.applicant())
    folder = office.services.access.folder
    folder.rename(folder.with_name("away"))
    try:
        work(office)
    finally:
        folder.with_name("away").rename(folder)
    assert (platform.asked, fetched(office, case)["state"]) == ([], "owed")


CARD_OF_PAPER = {"document_number": CITIZEN, "issuer": "云溪县公安局", "issued_on": date(2020, 1, 1)}


def test_the_paper_came_first_and_the_answer_after_it_they_are_one_material(office, platform):
    person = office.applicant()
    case = office.case(person)
    platform.meanwhile = lambda: ok(office.hand_in(case, "identity", "身份证扫描件", **CARD_OF_PAPER))
    work(office)
    record = fetched(office, case)
    assert pick(record, "state", "beside") == ("fetched", False)
    assert library(office, person) == [("identity-card", "A", "valid", "fetched", 2)]
    with office.site() as site:
        assert len([entry for entry in site.dossiers[case].entries if entry[0] == "identity"]) == 1


def test_another_paper_came_first_the_answer_lies_beside_it_and_says_so(office, platform):
    person = office.applicant()
    case = office.case(person)
    other = {**CARD_OF_PAPER, "issued_on": date(2010, 1, 1), "document_number": "K12345"}
    platform.meanwhile = lambda: ok(office.hand_in(case, "identity", "旧身份证", **other))
    work(office)
    assert pick(fetched(office, case), "state", "beside") == ("fetched", True)
    with office.site() as site:
        (entry,) = [entry for entry in site.dossiers[case].entries if entry[0] == "identity"]
        assert site.materials[entry[1]].document_number == "K12345"


def test_a_line_that_was_filled_before_the_call_is_not_asked_for(office, platform):
    case = office.case(office.applicant())
    ok(office.hand_in(case, "identity", "身份证", **CARD_OF_PAPER))
    work(office)
    assert (platform.asked, fetched(office, case)["state"]) == ([], "met")


def test_a_case_that_ended_is_not_asked_for_and_cannot_be_asked_again(office, platform):
    case = office.case(office.applicant())
    ok(office.do(CLERK, on(case, dossiers.withdraw, why="不办了")))
    work(office)
    assert (platform.asked, fetched(office, case)["state"]) == ([], "over")
    assert refused(office.do(CLERK, retry(case))) == [("fetch.case-over", "")]


def test_two_jobs_for_one_fetch_have_one_effect(office, platform):
    """The operator pressed twice, and a worker that was thought dead came back."""
    case = office.case(office.applicant())
    for _ in range(2):
        ok(office.do(CLERK, retry(case)))
    work(office)
    assert (len(platform.asked), fetched(office, case)["tries"]) == (1, 1)
    ok(office.do(CLERK, retry(case)))
    again = []

    def twice() -> None:
        if not again:
            again.append(True)
            with office.site() as site:
                (job,) = [job.lease() for job in site.jobs.running()]
            fetching.work_on(office.services, job)

    platform.meanwhile = twice
    work(office)
    assert (len(platform.asked), fetched(office, case)["tries"]) == (3, 2)
    assert len(entries(office, case)) == 1


def test_a_definite_no_is_recorded_burdens_nobody_and_can_be_asked_again(office, platform):
    platform.book = Book(())
    case = office.case(office.applicant())
    work(office)
    assert pick(fetched(office, case), "state", "fault", "tries") == ("absent", "", 1)
    with office.site() as site:
        made = checklist_of(site, site.dossiers[case], today=office.clock.today())
        assert "identity" not in {gap.line for gap in gaps(made)}
    accept(office, case)
    platform.book = Book((HELD,))
    ok(office.do(CLERK, retry(case)))
    work(office)
    assert (fetched(office, case)["state"], entries(office, case)["identity"][1]) == ("fetched", "fetched")


UNUSABLE = [
    ({"status": "02"}, "fetch.status"), ({"status": "99"}, "fetch.status"), ({"valid_until": "2026-11-22"}, "reuse.expired"),
    ({"valid_from": "2027-01-01"}, "reuse.expired"),
]  # fmt: skip


def test_a_licence_that_may_not_be_used_fills_nothing(office, platform):
    person = office.applicant()
    for change, fault in UNUSABLE:
        platform.book = Book(({**HELD, **change},))
        case = office.case(person, again=str(change))
        work(office)
        assert (change, *pick(fetched(office, case), "state", "fault")) == (change, "unusable", fault)
        assert (entries(office, case), library(office, person)) == ({}, [])


def test_an_identifier_that_does_not_fit_only_warns(office, platform):
    platform.book = Book(({**HELD, "identifier": HELD["identifier"][:-1] + "A"},))
    case = office.case(office.applicant())
    work(office)
    assert fetched(office, case)["state"] == "fetched"
    with office.site() as site:
        (said,) = [
            json.loads(entry.details) for _, entry in site.audit.items(1) if b'"fetch.settle"' in entry.line
        ]
    assert said["warned"] == ["licence.check-digit"]


def test_a_licence_taken_away_freezes_what_was_fetched_and_leaves_running_cases(office, platform):
    person = office.applicant()
    first, second = office.case(person), office.case(person, again="另一处")
    work(office)
    platform.behave(Behaviour.SUSPENDED)
    ok(office.do(CLERK, retry(first)))
    work(office)
    assert library(office, person) == [("identity-card", "A", "frozen", "fetched", 1)]
    assert [entries(office, case) for case in (first, second)] == [{}, {}]
    assert [fetched(office, case)["state"] for case in (first, second)] == ["unusable", "unusable"]
    assert [event["event"] for event in events(office, "material.fr")] == ["material.freeze"]
    platform.behave(Behaviour.WELL)
    for case in (first, second):
        ok(office.do(CLERK, retry(case)))
    work(office)
    assert library(office, person) == [("identity-card", "A", "valid", "fetched", 1)]
    assert [entries(office, case)["identity"][1] for case in (first, second)] == ["fetched", "fetched"]
    assert [event["event"] for event in events(office, "material.fr")] == ["material.freeze", "material.free"]


def test_what_was_fetched_is_looked_up_again_for_a_later_case_but_not_the_same_day(office, platform):
    person = office.applicant()
    office.case(person)
    work(office)
    office.case(person, again="当天")
    work(office)
    assert len(platform.asked) == 1
    office.clock.advance(days=2)
    platform.behave(Behaviour.REVOKED)
    later = office.case(person, again="后来")
    assert entries(office, later)["identity"][1] == "reused"
    work(office)
    assert (fetched(office, later)["state"], entries(office, later)) == ("unusable", {})


def test_the_office_is_due_no_later_than_the_case(office, platform):
    platform.behave(Behaviour.FAILING)
    case = office.case(office.applicant())
    office.clock.advance(days=1)
    accept(office, case)
    with office.site() as site:
        promised = site.dossiers[case].promised_due
    assert fetched(office, case)["due_on"] == min(date(2026, 11, 26), promised)


def test_a_business_is_asked_for_under_its_own_code_and_a_card_of_nobody_is_not_asked_for(office, platform):
    from tests.office import SHOP

    made = office.do(
        CLERK,
        lambda act: fetching.subjects.create_applicant(
            act, number=SHOP, name="云溪示例公司", representative="欧阳䶮"
        ),
    )
    case = office.case(made)
    work(office)
    assert platform.asked == []
    with office.site() as site:
        assert list(fetching.fetches_of(site, site.dossiers[case])) == []


def test_a_paper_taken_off_its_line_is_fetched_again_on_acceptance(office, platform):
    case = office.case(office.applicant())
    work(office)
    ok(office.do(CLERK, on(case, materials.remove_material, line="identity", why="拿错了")))
    platform.behave(Behaviour.FAILING)
    fill(office, case)
    ok(office.do(CLERK, on(case, dossiers.accept)))
    assert fetched(office, case)["state"] == "owed"


def test_nothing_is_granted_on_what_the_office_has_not_fetched(office, platform):
    platform.behave(Behaviour.FAILING)
    case = office.case(office.applicant())
    accept(office, case)
    answer = office.do(
        REVIEWER,
        on(
            case,
            decisions.decide,
            outcome=Outcome.GRANTED,
            result_number="云溪许〔2026〕1号",
            result=office.upload("许可"),
        ),
    )
    assert ("decide.not-fetched", "identity") in refused(answer)


def test_without_a_platform_nothing_is_owed(tmp_path):
    office = build_office(tmp_path)
    try:
        publish(office, with_line(body_of(FOOD), "identity", licence_code=CARD))
        case = office.case(office.applicant())
        with office.site() as site:
            assert list(site.fetches.values()) == []
            assert list(fetching.fetches_of(site, site.dossiers[case])) == []
        accept(office, case)
    finally:
        office.close()


def test_a_platform_that_is_no_longer_set_up_is_told_and_the_fetch_stays_owed(office, platform):
    case = office.case(office.applicant())
    office.services.platforms = Platforms()
    work(office)
    assert pick(fetched(office, case), "state", "fault", "tries") == ("owed", "platform.not-configured", 0)
    assert isinstance(office.do(CLERK, retry(case)), Refused)


def test_a_line_the_applicant_brings_and_one_without_a_type_are_not_asked_for(office, platform):
    office.case(office.applicant(ANOTHER, "司马相如"), VENUE)
    work(office)
    assert platform.asked == []


def test_over_a_real_line_that_stalls_in_the_middle_and_then_answers_no_log_names_the_holder(
    tmp_path, caplog
):
    caplog.set_level("DEBUG")
    book = Book((HELD,), Behaviour.STALLED)
    with stub(book) as server:
        hasty = Platforms([client(server, timeout=0.3)])
        office = build_office(tmp_path, **{"records.platforms": hasty})
        try:
            publish(office, with_line(body_of(FOOD), "identity", licence_code=CARD))
            case = office.case(office.applicant())
            work(office)
            assert pick(fetched(office, case), "state", "fault") == ("owed", "platform.timeout")
            accept(office, case)
            server.book = replace(book, behaviour=Behaviour.WELL)
            office.services.platforms = Platforms([client(server, timeout=10.0)])
            office.clock.advance(minutes=2)
            work(office)
            assert (fetched(office, case)["state"], entries(office, case)["identity"][1]) == (
                "fetched",
                "fetched",
            )
            assert set(server.asked) == {"/lookup"}
        finally:
            office.close()
    assert CITIZEN not in caplog.text


def test_what_was_taken_away_by_a_decision_is_not_given_back_by_a_platform_that_has_not_heard_of_it(
    office, platform
):
    case = office.case(office.applicant())
    work(office)
    material = entries(office, case)["identity"][0]
    values = {"status": LicenceStatus.TAKEN_AWAY, "evidence": "云公〔2026〕3号", "why": "证件作废"}
    platform.behave(Behaviour.REVOKED)
    ok(office.do(CLERK, retry(case)))
    work(office)
    ok(office.do(CLERK, lambda act: stop_material(act, act.site.materials[material], **values)))
    platform.behave(Behaviour.WELL)
    ok(office.do(CLERK, retry(case)))
    work(office)
    with office.site() as site:
        assert site.materials[material].status == "frozen"
    assert pick(fetched(office, case), "state", "fault") == ("unusable", "fetch.out-of-use")
