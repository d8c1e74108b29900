import re
from collections import Counter
from datetime import date

from records.domain.deadlines import Act, Approver, Deeming
from records.domain.vocabulary import Limit
from records.rules import holidays, intake_rules, national_calendar, notices


def test_twelve_years_are_announced_and_no_other():
    calendar = national_calendar()
    assert [year for year in range(2010, 2031) if calendar.announced(year)] == list(range(2015, 2027))


def test_every_day_has_a_notice_of_its_year_or_the_year_before():
    for day, notice in notices().items():
        year = int(re.fullmatch(r"国(?:办)?发明电〔(20\d\d)〕\d+号", notice)[1])
        assert year in (day.year - 1, day.year), (day, notice)
    assert notices().keys() == holidays().keys()


def test_working_days_of_the_table_are_weekends_and_the_first_day_after_a_long_holiday():
    weekdays = [day for day, (works, _) in holidays().items() if works and day.weekday() < 5]
    assert weekdays == [date(2020, 2, 3)]


def test_the_changed_years_carry_their_second_notice():
    changed = Counter(notice for notice in notices().values())
    assert {changed[number] for number in ("国发明电〔2015〕1号", "国办发明电〔2020〕1号")} == {4}
    assert changed["国办发明电〔2019〕3号"] == 6


def test_the_legal_periods_are_those_of_the_law():
    found = {
        key: [
            (row.act, row.period.n, row.period.unit, row.extension, row.approver, row.stops) for row in rows
        ]
        for key, rows in intake_rules().items()
    }
    work = Limit.WORKING_DAYS
    intake, delivery = (
        (Act.INTAKE, 5, work, 0, Approver.NOBODY, False),
        (Act.DELIVERY, 10, work, 0, Approver.NOBODY, False),
    )
    at_once = (Act.INTAKE, 0, Limit.AT_ONCE, 0, Approver.NOBODY, False)
    assert found == {
        "none": [],
        "licence": [intake, (Act.DECISION, 20, work, 10, Approver.ORGAN_HEAD, True), delivery],
        "licence-joint": [intake, (Act.DECISION, 45, work, 15, Approver.GOVERNMENT_HEAD, True), delivery],
        "licence-review": [intake, (Act.DECISION, 20, work, 0, Approver.NOBODY, True)],
        "registration": [at_once, (Act.DECISION, 3, work, 3, Approver.ORGAN_HEAD, False)],
        "real-estate": [at_once],
        "private-school": [intake, (Act.DECISION, 3, Limit.MONTHS, 0, Approver.NOBODY, True)],
        "teacher": [(Act.DECISION, 30, work, 0, Approver.NOBODY, True)],
        "social-insurance": [(Act.DECISION, 10, work, 0, Approver.NOBODY, False)],
    }


def test_only_licences_and_real_estate_are_deemed_accepted():
    deemed = {key for key, rows in intake_rules().items() for row in rows if row.deeming is not Deeming.NONE}
    assert deemed == {"licence", "licence-joint", "licence-review", "private-school", "real-estate"}
    assert all(row.law and row.clause for rows in intake_rules().values() for row in rows)
