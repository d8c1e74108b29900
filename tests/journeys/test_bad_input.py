from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from threading import Barrier, Thread

import pytest

from records.jobs import work_once
from records.operations.digest import semantic_digest
from tests.office import CITIZEN, CLERK, Office, build_office, guide_bodies, publish_edition

from .channels import CHANNELS, Api, File, No, Screen, gap, outcome
from .story import paper

LIMIT = 200_000
EDITOR, PUBLISHER = "bailu", "zhoutingting"


@dataclass(frozen=True)
class Cast:
    """An office with one applicant, a fresh case, and a guide that is in force only tomorrow."""

    office: Office
    applicant: str
    case: str
    held: str


@pytest.fixture(scope="module")
def cast(tmp_path_factory):
    office = build_office(tmp_path_factory.mktemp("bad"), **{"upload.limit": str(LIMIT)})
    applicant = office.applicant()
    office.hand_in(
        office.case(applicant, "sole-trader-registration"), "identity", "居民身份证",
        document_number=CITIZEN, issuer="云溪县公安局", issued_on=office.clock.today(),
    )  # fmt: skip
    _publish_for_tomorrow(office)
    yield Cast(office, applicant, office.case(applicant, "food-business"), "identity")
    office.close()


def _publish_for_tomorrow(office: Office) -> None:
    body = next(body for body in guide_bodies() if body.key == "food-business")
    later = type(body).from_dict({**body.as_dict(), "key": "food-later", "title": "小餐饮登记"})
    publish_edition(office, later, effective_on=office.clock.today() + timedelta(days=1))


@pytest.fixture(params=CHANNELS)
def channel(request, cast):
    return CHANNELS[request.param](cast.office)


def digest(office: Office) -> str:
    with office.site() as site:
        return semantic_digest(site)


def kept(office: Office) -> int:
    with office.site() as site:
        return len(site.holdings)


def create(channel, cast, number: str, name: str = "司马相如"):
    return channel.do(CLERK, "applicants", "create", number=number, name=name)


def open_case(channel, cast, guide: str):
    return channel.do(CLERK, "dossiers", "open", applicant=cast.applicant, guide=guide)


def submit(channel, cast, file: File, line: str = "application", **more):
    return channel.do(CLERK, "dossiers", "submit", cast.case, file=file, line=line, **more)


BROKEN = File(
    "申请书.pdf", b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\ntrailer\n<< /Root 9 0 R"
)

ROWS = {
    "a wrong check digit": (lambda channel, cast: create(channel, cast, "419999198502030019"), ("id.check-digit",)),
    "a citizen number of 17 digits": (lambda channel, cast: create(channel, cast, "41999919850203001"), ("id.length",)),
    "an applicant with a file already": (lambda channel, cast: create(channel, cast, CITIZEN), ("applicant.exists",)),
    "an unknown guide": (lambda channel, cast: open_case(channel, cast, "nothing"), ("guide.unknown",)),
    "a guide not in force": (lambda channel, cast: open_case(channel, cast, "food-later"), ("guide.not-in-force",)),
    "a second open case": (lambda channel, cast: open_case(channel, cast, "food-business"), ("dossier.open-already",)),
    "a wrong file type": (
        lambda channel, cast: submit(channel, cast, File("申请书.exe", b"MZ\x90\0" + bytes(60))),
        ("file.type-refused",),
    ),
    "a file that is not what its name says": (
        lambda channel, cast: submit(channel, cast, File("申请书.jpg", paper("申请书").data)),
        ("file.type-mismatch",),
    ),
    "an empty file": (lambda channel, cast: submit(channel, cast, File("申请书.pdf", b"")), ("file.empty",)),
    "a file that is too large": (
        lambda channel, cast: submit(channel, cast, File("申请书.pdf", b"%PDF-1.7\n" + bytes(LIMIT))),
        ("file.too-large",),
    ),
    "a broken PDF": (lambda channel, cast: submit(channel, cast, BROKEN), ("file.broken",)),
    "a line the guide does not list": (
        lambda channel, cast: submit(channel, cast, paper("其他材料"), "others"),
        ("material.outside-guide",),
    ),
    "a material that is held": (
        lambda channel, cast: submit(channel, cast, paper("身份证新扫描件"), cast.held, document_number=CITIZEN, issuer="云溪县公安局", issued_on="2026-11-23"),
        ("material.already-held",),
    ),
    "a demand for what is held": (
        lambda channel, cast: channel.do(
            CLERK, "dossiers", "request_supplement", cast.case,
            gaps=[gap(line, "请提交") for line in ("application", "kitchen-plan", "food-safety-rules", "identity")],
            until="2026-12-20",
        ),
        ("material.already-held",),
    ),
    "a transition that is not allowed": (
        lambda channel, cast: channel.do(CLERK, "dossiers", "deliver", cast.case, method="counter", recipient="本人"),
        ("dossier.wrong-state",),
    ),
    "an acceptance with lines missing": (
        lambda channel, cast: channel.do(CLERK, "dossiers", "accept", cast.case),
        ("checklist.missing",) * 3,
    ),
}  # fmt: skip


@pytest.mark.parametrize("row", ROWS)
def test_bad_input_is_refused_in_words_and_changes_nothing(row, channel, cast):
    attempt, codes = ROWS[row]
    before = digest(cast.office)
    refused = attempt(channel, cast)
    assert isinstance(refused, No)
    assert refused.codes == codes
    assert all(any("\u4e00" <= sign <= "\u9fff" for sign in text) and "。" in text for text in refused.texts)
    assert digest(cast.office) == before


LINES = ("application", "kitchen-plan", "food-safety-rules")
OTHER_CLERK = "sima"


@pytest.fixture
def office(tmp_path):
    office = build_office(tmp_path)
    yield office
    office.close()


@pytest.fixture(params=CHANNELS)
def way(request, office):
    return CHANNELS[request.param](office)


def ready(office: Office, *, name: str = "欧阳䶮") -> str:
    """Return a case whose lines are all there."""
    case = office.case(office.applicant(name=name))
    for line in LINES:
        office.hand_in(case, line, line, issued_on=office.clock.today())
    return case


def notices(office: Office, case: str) -> list[tuple[str, bool]]:
    with office.site() as site:
        return [
            (site.notices[notice].code, bool(site.notices[notice].digest))
            for notice in site.dossiers[case].notices
        ]


ACCEPTANCE = "云市监受〔2026〕1号"


def test_a_double_click_has_one_effect_and_one_answer_on_the_screen(office):
    screen, case = Screen(office), ready(office)
    form = screen.form(CLERK, "dossiers", "accept", case)
    first = form.submit(status=303)
    before = digest(office)
    second = form.submit(status=303)
    assert (second.location, second.headers["Idempotent-Replay"]) == (first.location, "true")
    assert (digest(office), notices(office, case)) == (before, [(ACCEPTANCE, True)])


def test_a_double_click_has_one_effect_and_one_answer_through_the_api(office):
    api, case = Api(office), ready(office)
    first = api.send(CLERK, "dossiers", "accept", case, once="k1")
    before = digest(office)
    second = api.send(CLERK, "dossiers", "accept", case, once="k1")
    assert (first.status_int, second.status_int, second.body) == (200, 200, first.body)
    assert (digest(office), notices(office, case)) == (before, [(ACCEPTANCE, True)])


def test_a_double_click_on_an_upload_keeps_one_copy(office):
    api, case = Api(office), office.case(office.applicant())
    answers = [
        api.send(
            CLERK,
            "dossiers",
            "submit",
            case,
            file=paper("申请书"),
            line="application",
            original_seen=True,
            once="k2",
        )
        for _ in range(2)
    ]
    assert [answer.status_int for answer in answers] == [200, 200]
    assert answers[0].json == answers[1].json
    with office.site() as site:
        assert (len(site.holdings), len(list(site.materials.values()))) == (1, 1)


def test_a_page_that_was_open_in_two_tabs_is_accepted_once(office):
    screen, case = Screen(office), ready(office)
    tabs = [screen.form(CLERK, "dossiers", "accept", case) for _ in range(2)]
    assert outcome(tabs[0].submit(status="*")) == case
    before = digest(office)
    assert outcome(tabs[1].submit(status="*")).codes == ("dossier.wrong-state",)
    assert (digest(office), notices(office, case)) == (before, [(ACCEPTANCE, True)])


def test_the_back_button_after_an_upload_sends_the_old_form_and_doubles_nothing(office):
    screen, case = Screen(office), office.case(office.applicant())
    form = screen.form(CLERK, "dossiers", "submit", case, line="application", file=paper("申请书"))
    first = form.submit(status=303)
    before = digest(office)
    assert form.submit(status=303).location == first.location
    form["upload"] = screen.form(
        CLERK, "dossiers", "submit", case, line="kitchen-plan", file=paper("另一份")
    )["upload"].value
    assert "已经用别的内容提交过" in form.submit(status=422).html.select_one("main").get_text()
    assert digest(office) == before


def test_a_command_given_twice_is_refused_the_second_time(office):
    command, case = CHANNELS["command"](office), ready(office)
    assert command.do(CLERK, "dossiers", "accept", case) == case
    before = digest(office)
    assert command.do(CLERK, "dossiers", "accept", case).codes == ("dossier.wrong-state",)
    assert digest(office) == before


def test_a_character_the_font_lacks_is_told_and_never_left_blank(office, way):
    case = ready(office, name="张𠮷龘䶮")
    assert way.do(CLERK, "dossiers", "accept", case) == case
    with office.site() as site:
        notice = site.notices[site.dossiers[case].notices[0]]
        assert (notice.missing, "张𠮷龘䶮" in notice.facts) == (("𠮷",), True)
    shown = Screen(office).browser(CLERK).get(f"/dossiers/{case}").html.select_one("#papers").find_next("ul")
    assert "𠮷" in shown.select_one(".wrong-text").text


def test_a_day_in_a_year_without_holidays_is_counted_provisionally_and_told(office, way):
    office.clock.set(datetime(2026, 12, 29, 1, 0, tzinfo=UTC))
    case = ready(office)
    assert way.do(CLERK, "dossiers", "accept", case) == case
    with office.site() as site:
        dossier = site.dossiers[case]
        assert (dossier.promised_due, dossier.due_provisional) == (date(2027, 1, 5), True)
        assert '"provisional":true' in site.notices[dossier.notices[0]].facts
    assert "2027-01-05（暂定）" in Screen(office).browser(CLERK).get(f"/dossiers/{case}").text


def test_a_full_disk_keeps_nothing_of_a_file_and_says_so(office, way):
    case = office.case(office.applicant())
    before = digest(office)
    office.services.store.reserve_bytes = 1 << 60
    refused = way.do(CLERK, "dossiers", "submit", case, file=paper("申请书"), line="application")
    assert refused.codes == ("file.disk-full",)
    assert "文件没有保存" in refused.texts[0]
    assert (digest(office), list(office.services.store.walk())) == (before, [])
    office.services.store.reserve_bytes = 0
    assert not isinstance(
        way.do(CLERK, "dossiers", "submit", case, file=paper("申请书"), line="application"), No
    )


def test_a_full_disk_does_not_undo_an_act_its_paper_waits(office, way):
    case = ready(office)
    office.services.store.reserve_bytes = 1 << 60
    assert way.do(CLERK, "dossiers", "accept", case) == case
    assert notices(office, case) == [(ACCEPTANCE, False)]
    office.services.store.reserve_bytes = 0
    office.clock.advance(hours=1)
    while work_once(office.services):
        pass
    assert notices(office, case) == [(ACCEPTANCE, True)]


@pytest.mark.parametrize("order", [(CLERK, OTHER_CLERK), (OTHER_CLERK, CLERK)])
@pytest.mark.parametrize("kind", ["screen", "api"])
def test_two_clerks_with_one_paper_end_with_one_copy_and_one_polite_answer(office, kind, order):
    case = office.case(office.applicant())
    ways = [CHANNELS[kind](office) for _ in order]
    sends = [_sending(way, who, case, paper("申请书")) for way, who in zip(ways, order, strict=True)]
    answers = _at_once(sends)
    good = [answer for answer in answers if not isinstance(answer, No)]
    polite = [answer for answer in answers if isinstance(answer, No)]
    assert (len(good), [answer.codes for answer in polite]) == (1, [("material.line-filled",)])
    assert "没有重复保存" in polite[0].texts[0]
    with office.site() as site:
        assert (len(site.holdings), len(list(site.materials.values())), len(site.dossiers[case].entries)) == (
            1,
            1,
            1,
        )


def test_two_clerks_who_accept_one_case_give_one_notice(office):
    case = ready(office)
    api = Api(office)
    for who in (CLERK, OTHER_CLERK):
        api.headers(who)
    answers = _at_once(
        [lambda who=who: api.do(who, "dossiers", "accept", case) for who in (CLERK, OTHER_CLERK)]
    )
    assert sorted(str(getattr(answer, "codes", answer)) for answer in answers) == sorted(
        [case, "('dossier.wrong-state',)"]
    )
    assert notices(office, case) == [(ACCEPTANCE, True)]


def _sending(way, who: str, case: str, file: File):
    """Return the last step of handing a paper in, with everything before it done."""
    if isinstance(way, Screen):
        form = way.form(who, "dossiers", "submit", case, line="application", file=file)
        return lambda: outcome(form.submit(status="*"))
    way.headers(who)
    return lambda: way.do(who, "dossiers", "submit", case, line="application", file=file)


def _at_once(calls) -> list:
    gate, answers = Barrier(len(calls)), [None] * len(calls)

    def run(at: int) -> None:
        gate.wait()
        answers[at] = calls[at]()

    threads = [Thread(target=run, args=(at,)) for at in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers
