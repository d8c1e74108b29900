from __future__ import annotations

from datetime import date
from io import BytesIO

import pypdfium2
import pytest

from records.domain.findings import Refused
from records.operations import dossiers, notices
from records.scripts.demo import citizen
from tests.office import CLERK, Office

BORN = date(1980, 2, 3)
LINES = ("application", "kitchen-plan", "food-safety-rules")


def ready(office: Office, serial: int = 1, name: str = "欧阳静") -> str:
    case = office.case(office.applicant(citizen(serial, BORN, office.clock.today()), name))
    for line in LINES:
        office.hand_in(case, line, line, issued_on=office.clock.today())
    return case


def accept(office: Office, case: str):
    return office.do(CLERK, lambda act: dossiers.accept(act, act.site.dossiers[case]))


def text_of(office: Office, digest: str) -> str:
    with office.services.store.open(digest) as stream:
        document = pypdfium2.PdfDocument(BytesIO(stream.read()))
    try:
        return "".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()


def test_numbers_are_gapless_whatever_is_refused_between_them(office):
    for serial in range(1, 5):
        case = ready(office, serial)
        assert accept(office, case) == case
        assert isinstance(accept(office, case), Refused)
        empty = office.case(office.applicant(citizen(90 + serial, BORN, office.clock.today()), "司马"))
        assert isinstance(accept(office, empty), Refused)
    with office.site() as site:
        codes = sorted(notice.code for notice in site.notices.values())
    assert codes == [f"云市监受〔2026〕{number}号" for number in range(1, 5)]


def test_an_act_that_breaks_gives_no_number(office):
    case = ready(office)

    def broken(act):
        dossiers.accept(act, act.site.dossiers[case])
        raise LookupError("after the number was given")

    with pytest.raises(LookupError):
        office.do(CLERK, broken)
    with office.site() as site:
        assert (list(site.notices.values()), site.dossiers[case].state) == ([], "draft")
    accept(office, case)
    with office.site() as site:
        assert [notice.code for notice in site.notices.values()] == ["云市监受〔2026〕1号"]


def test_each_series_and_each_year_counts_from_one(office):
    accept(office, ready(office, 1))
    other = office.case(office.applicant(citizen(7, BORN, office.clock.today()), "王"))
    office.do(CLERK, lambda act: dossiers.receive(act, act.site.dossiers[other]))
    office.clock.advance(days=60)
    accept(office, ready(office, 2))
    with office.site() as site:
        assert sorted(notice.code for notice in site.notices.values()) == [
            "云市监受〔2026〕1号",
            "云市监受〔2027〕1号",
            "云市监收〔2026〕1号",
        ]


def test_a_paper_says_its_number_and_is_frozen_by_its_digest(office):
    case = ready(office, name="欧阳䶮")
    accept(office, case)
    with office.site() as site:
        [notice] = site.notices.values()
        shown = text_of(office, notice.digest)
        assert (notice.size > 0, notice.missing) == (True, ())
    assert all(words in shown for words in ("云市监受〔2026〕1号", "欧阳䶮", "食品经营许可"))
    before = (notice.digest, notice.facts)
    notices.render_notice(office.services, notice.id)
    office.clock.advance(days=400)
    notices.render_notice(office.services, notice.id)
    with office.site() as site:
        [after] = site.notices.values()
        assert (after.digest, after.facts) == before


def test_what_the_font_lacks_is_an_alarm_and_not_a_blank(office):
    accept(office, ready(office, name="张𠮷龘"))
    with office.site() as site:
        [notice] = site.notices.values()
        assert notice.missing == ("𠮷",)
