"""A month in one go: the exceptions first, numbers as foretold, stopped without a half-archived case."""

from __future__ import annotations

import json

import pytest

from records.domain.findings import Refused
from records.domain.vocabulary import DeliveryMethod
from records.jobs import handlers_of
from records.operations import archiving, batches, decisions
from tests.office import ANOTHER, ARCHIVIST, CLERK, build_office

from .cases import FOOD, SHOPKEEPER, decide, deliver, ok, on, only, refused
from .test_archiving import damage, digest_on, repair

FONDS = "market-regulation"


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    office = build_office(tmp_path_factory.mktemp("batches"))
    yield office
    office.close()


@pytest.fixture(scope="module")
def people(office):
    return office.applicant(), office.applicant(ANOTHER, "司马𠮷")


@pytest.fixture
def month(office, people):
    """Move to a month of its own and return it with four closed cases: three ready ones, and one whose notice is owed."""
    office.clock.advance(days=31)
    made = []
    for person, guide in ((people[0], SHOPKEEPER), (people[1], FOOD), (people[1], SHOPKEEPER)):
        case = office.case(person, guide, again="另一家店")
        deliver(office, case)
        made.append(case)
    owed = office.case(people[0], SHOPKEEPER, again="又一家店")
    decide(office, owed)

    ok(only(office, CLERK, on(owed, decisions.deliver, method=DeliveryMethod.COUNTER, recipient="本人")))
    return f"{office.clock.today():%Y-%m}", made, owed


def plan(office, month):
    with office.site() as site:
        found = batches.plan_month(office.services, site, FONDS, month)
        numbers = [(each.series, each.count, each.first, each.last) for each in found.numbers]
        return (
            found.ready,
            {each.dossier.id: [f.code for f in each.findings] for each in found.exceptions},
            numbers,
        )


def begin(office, month, userid=ARCHIVIST):
    return office.do(userid, lambda act: batches.begin(act, fonds=FONDS, month=month))


def states(office, cases):
    with office.site() as site:
        return [site.dossiers[case].state for case in cases]


def shown(office, batch):
    with office.site() as site:
        record = site.batches[batch]
        told = {case: [f["code"] for f in json.loads(found)] for case, _, found in record.exceptions}
        return record.state, dict(record.counts), told, [site.archives[item].code for item in record.items]


def test_only_what_hinders_is_listed_and_the_rest_gets_the_numbers_foretold(office, month):
    name, made, owed = month
    ready, exceptions, numbers = plan(office, name)
    assert (set(ready), exceptions) == (set(made), {owed: ["archive.notice-owed"]})
    batch = ok(begin(office, name))
    assert refused(begin(office, name)) == [("batch.running", "")]
    batches.work_on(office.services, batch)
    state, counts, told, codes = shown(office, batch)
    assert (state, counts, told) == (
        "done", {"archived": 3, "returned": 0, "waiting": 1}, {owed: ["archive.notice-owed"]},
    )  # fmt: skip
    assert states(office, [*made, owed]) == ["archived"] * 3 + ["delivered"]
    foretold = {first for _, _, first, _ in numbers} | {last for _, _, _, last in numbers}
    assert foretold <= set(codes)
    assert len(set(codes)) == 3
    with office.site() as site:
        left = {job.verb for job in site.jobs.waiting()} & {"freeze-package", batches.VERB}
        assert left == set()
        assert all(
            [step for step, *_ in site.archives[item].steps][-1] == "store"
            for item in site.batches[batch].items
        )


def test_what_fails_its_checks_is_returned_with_reasons_and_leaves_no_gap(office, month):
    name, made, owed = month
    digest = digest_on(office, made[0], "premises")
    content = damage(office, digest)
    batch = ok(begin(office, name))
    batches.work_on(office.services, batch)
    _, counts, told, codes = shown(office, batch)
    assert counts == {"archived": 2, "returned": 1, "waiting": 1}
    assert (told[owed], set(told[made[0]])) == (["archive.notice-owed"], {"batch.returned"})
    repair(office, digest, content)
    again = ok(begin(office, name))
    batches.work_on(office.services, again)
    _, counts, _, more = shown(office, again)
    assert counts["archived"] == 1
    serials = sorted(int(code[-4:]) for code in (*codes, *more) if "-D30-" in code)
    assert serials == list(range(serials[0], serials[0] + len(serials)))


def test_a_stopped_batch_leaves_each_case_closed_or_archived(office, month, monkeypatch):
    name, made, _ = month
    monkeypatch.setattr(batches, "GROUP", 1)
    ended = batches._end_group

    def end_then_stop(services, subject, items):
        left = ended(services, subject, items)
        office.do(ARCHIVIST, lambda act: batches.stop(act, act.site.batches[subject]))
        return left

    monkeypatch.setattr(batches, "_end_group", end_then_stop)
    batch = ok(begin(office, name))
    batches.work_on(office.services, batch)
    assert sorted(states(office, made)) == ["archived", "delivered", "delivered"]
    state, counts, _, _ = shown(office, batch)
    assert (state, counts["archived"]) == ("stopped", 1)
    assert refused(office.do(ARCHIVIST, lambda act: batches.stop(act, act.site.batches[batch]))) == [
        ("batch.over", "")
    ]


def test_a_batch_that_dies_in_a_group_is_ended_by_the_worker(office, month, monkeypatch):
    name, made, _ = month

    def die(*_):
        raise RuntimeError("the power is gone")

    with monkeypatch.context() as dying:
        dying.setattr(batches, "_end_group", die)
        batch = ok(begin(office, name))
        with pytest.raises(RuntimeError):
            batches.work_on(office.services, batch)
    assert states(office, made) == ["delivered"] * 3
    with office.site() as site:
        owed = [(job.verb, job.subject) for job in site.jobs.waiting()]
    for subject in [subject for verb, subject in owed if verb == "freeze-package"]:
        archiving.freeze_package(office.services, subject)
    assert (batches.VERB, batch) in owed
    assert batches.VERB in handlers_of()
    batches.work_on(office.services, batch)
    assert states(office, made) == ["archived"] * 3
    state, counts, _, codes = shown(office, batch)
    assert (state, counts["archived"], len(codes)) == ("done", 3, 3)


def test_a_batch_that_dies_and_is_run_again_at_once_takes_up_what_it_had_begun(office, month, monkeypatch):
    name, made, owed = month
    ended, groups = batches._end_group, []

    def die_in_the_second(services, subject, items):
        groups.append(items)
        if len(groups) == 2:
            raise RuntimeError("the power is gone")
        return ended(services, subject, items)

    with monkeypatch.context() as dying:
        dying.setattr(batches, "GROUP", 1)
        dying.setattr(batches, "_end_group", die_in_the_second)
        batch = ok(begin(office, name))
        with pytest.raises(RuntimeError):
            batches.work_on(office.services, batch)
    assert sorted(states(office, made)) == ["archived", "delivered", "delivered"]
    batches.work_on(office.services, batch)
    state, counts, told, codes = shown(office, batch)
    assert (state, counts) == ("done", {"archived": 3, "returned": 0, "waiting": 1})
    assert list(told) == [owed]
    serials = [int(code[-4:]) for code in codes if "-D30-" in code]
    assert len(set(codes)) == 3
    assert states(office, made) == ["archived"] * 3
    with office.site() as site:
        assert site.batches[batch].begun == ()
        listed = [item.code for item in batches.in_code_order(site, reversed(site.batches[batch].items))]
    assert [int(code[-4:]) for code in listed if "-D30-" in code] == sorted(serials)


def test_codes_are_listed_by_number_and_not_by_sign():
    series = "J043-ZY·SP·2026-D30-ZCG"
    codes = [f"{series}-9999", f"{series}-10000", "旧档", f"{series}-0002", "J043-ZY·SP·2025-D30-ZCG-0003"]
    ordered = ["J043-ZY·SP·2025-D30-ZCG-0003", f"{series}-0002", f"{series}-9999", f"{series}-10000", "旧档"]
    assert sorted(codes, key=batches.by_number) == ordered


def test_what_was_handed_over_is_received_with_the_month(office, month):
    name, made, _ = month
    item = ok(office.do(CLERK, on(made[0], archiving.prepare)))
    assert made[0] in plan(office, name)[0]
    batches.work_on(office.services, ok(begin(office, name)))
    with office.site() as site:
        record = site.archives[item]
        assert (record.state, record.handed_by, record.received_by) == ("archived", CLERK, ARCHIVIST)


def test_a_month_needs_the_right_of_the_fonds_and_a_month_that_has_come(office):
    assert isinstance(begin(office, "2026-11", CLERK), Refused)
    assert refused(begin(office, "2026-11", CLERK)) == [("permission.denied", "")]
    assert refused(begin(office, "2026-13")) == [("batch.month", "month")]
    assert refused(begin(office, "2099-01")) == [("batch.month-ahead", "month")]
    nowhere = office.do(ARCHIVIST, lambda act: batches.begin(act, fonds="moon", month="2026-11"))
    assert refused(nowhere) == [("batch.fonds", "fonds")]
