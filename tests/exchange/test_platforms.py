"""The contract of every platform, the stub on loopback with each way of failing, and the file of the settings."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.domain.fetching import Absent, Licence, LicenceStatus, PlatformKind, Question
from records.domain.findings import Finding
from records.exchange import platforms
from records.exchange.platform_answers import read_answer, sheet
from records.exchange.platforms import HttpPlatform, Platforms, PlatformSettingsError, open_platforms
from records.exchange.stub_platform import Behaviour, Book, BookError, StubPlatform, StubServer, example
from tests.office import ANOTHER, CITIZEN

CARD, LICENCE, REGISTER = "990001", "990002", "990003"
BOOK = Book.read(example())
ASKED = Question("q-1", "citizen", CITIZEN, CARD, "YX202611230001")


@contextmanager
def stub(book):
    server = StubServer(book)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def client(server: StubServer, **more: object) -> HttpPlatform:
    settings = {"timeout": 2.0, "limit": 1 << 20, "secret": BOOK.secret, "client": BOOK.client} | more
    return HttpPlatform("licences", "云溪市电子证照库", PlatformKind.LICENCES, server.url, **settings)


@pytest.fixture(params=["http", "in-process"])
def platform(request):
    """Return every implementation in turn, each as a function of a book."""
    with stub(BOOK) as server:

        def made(book: Book):
            server.book = book
            # A platform that keeps silent is not waited for longer than it takes to see that it does.
            patient = 0.2 if book.behaviour in SILENCES else 5.0
            return client(server, timeout=patient) if request.param == "http" else StubPlatform(book)

        yield made


SILENCES = {Behaviour.SLOW, Behaviour.SILENT, Behaviour.STALLED}
FAULTS = {
    Behaviour.SLOW: "platform.timeout",
    Behaviour.SILENT: "platform.timeout",
    Behaviour.STALLED: "platform.timeout",
    Behaviour.HALF: "platform.half",
    Behaviour.FAILING: "platform.status",
    Behaviour.REDIRECTING: "platform.redirected",
    Behaviour.GARBLED: "platform.not-json",
    Behaviour.INCOMPLETE: "platform.broken",
    Behaviour.OVERSIZE: "platform.too-large",
    Behaviour.ANOTHER_LICENCE: "platform.another-type",
    Behaviour.ANOTHER_PERSON: "platform.another-holder",
    Behaviour.ANOTHER_REQUEST: "platform.another-request",
    Behaviour.CHANGED_FILE: "platform.broken",
}


class TestEveryPlatform:
    """The contract kit (平台契约): what each implementation of the interface answers."""

    def test_a_valid_licence_comes_whole_and_without_its_holders_number(self, platform):
        reply = platform(BOOK).look_up(ASKED)
        assert isinstance(reply, Licence)
        assert (reply.title, reply.issuer, reply.issued_on, reply.valid_until, reply.status) == (
            "居民身份证", "云溪县公安局", date(2020, 1, 1), date(2040, 1, 1), LicenceStatus.VALID,
        )  # fmt: skip
        assert reply.file.startswith(b"%PDF-")
        assert (CITIZEN in repr(reply), CITIZEN in repr(ASKED)) == (False, False)

    def test_a_number_is_the_same_in_full_width_and_small_letters(self, platform):
        wide = CITIZEN.translate({ord(digit): ord(digit) + 0xFEE0 for digit in "0123456789"})
        assert isinstance(platform(BOOK).look_up(replace(ASKED, holder_number=wide)), Licence)

    def test_nobodys_licence_is_a_definite_no(self, platform):
        asked = replace(ASKED, holder_number=ANOTHER)
        assert platform(BOOK).look_up(asked) == Absent()
        assert platform(BOOK).look_up(replace(ASKED, licence_type="990009")) == Absent()

    def test_a_record_without_a_file_brings_its_fields(self, platform):
        reply = platform(BOOK).look_up(replace(ASKED, holder_number=ANOTHER, licence_type=REGISTER))
        assert (reply.file, reply.facts) == (b"", (("户别", "居民家庭户"), ("与户主关系", "户主")))

    @pytest.mark.parametrize(
        ("behaviour", "status"),
        [(Behaviour.REVOKED, LicenceStatus.REVOKED), (Behaviour.SUSPENDED, LicenceStatus.SUSPENDED)],
    )
    def test_what_its_issuer_took_away_is_told_as_such(self, platform, behaviour, status):
        assert platform(replace(BOOK, behaviour=behaviour)).look_up(ASKED).status is status

    @pytest.mark.parametrize("behaviour", FAULTS)
    def test_whatever_goes_wrong_is_a_fault_and_never_an_answer(self, platform, behaviour):
        reply = platform(replace(BOOK, behaviour=behaviour)).look_up(ASKED)
        assert isinstance(reply, Finding)
        assert reply.code == FAULTS[behaviour]
        assert CITIZEN not in json.dumps(reply.as_dict(), ensure_ascii=False)

    def test_every_behaviour_is_tried(self):
        assert set(Behaviour) == {*FAULTS, Behaviour.WELL, Behaviour.REVOKED, Behaviour.SUSPENDED}


def test_the_address_names_nobody_and_a_redirection_is_not_followed():
    with stub(replace(BOOK, behaviour=Behaviour.REDIRECTING)) as server:
        client(server).look_up(ASKED)
        assert server.asked == ["/lookup"]


def test_a_wrong_secret_is_turned_away():
    with stub(BOOK) as server:
        assert client(server, secret="wrong").look_up(ASKED) == Finding(
            "platform.status", subject="licences", params={"status": 401}
        )


def test_nobody_there_is_unreachable():
    with stub(BOOK) as server:
        gone = client(server)
    assert gone.look_up(ASKED).code == "platform.unreachable"


def test_what_is_not_proved_by_its_certificate_is_told_nothing(tmp_path):
    """A plain listener is no https; the handshake fails before a word is sent."""
    with stub(BOOK) as server:
        context = platforms._context({}, PlatformSettingsError)
        secure = replace(client(server), url=server.url.replace("http:", "https:"), context=context)
        assert secure.look_up(ASKED).code == "platform.unreachable"
        assert server.asked == []


def test_the_book_is_read_again_for_each_question(tmp_path):
    book = tmp_path / "book.yaml"
    book.write_text(example(), encoding="utf-8")
    with stub(book) as server:
        assert isinstance(client(server).look_up(ASKED), Licence)
        book.write_text(example().replace("behaves: well", "behaves: revoked"), encoding="utf-8")
        assert client(server).look_up(ASKED).status is LicenceStatus.REVOKED


@pytest.mark.parametrize(
    "text", ["", "licences: [{holder: '1'}]", "behaves: well\nmore: 1", "behaves: odd", "- 1"]
)
def test_a_book_that_makes_no_sense_is_refused(text):
    with pytest.raises(BookError):
        Book.read(text)


def whole() -> dict:
    return json.loads(BOOK.answer(platforms.asked(ASKED)))


@pytest.mark.parametrize(
    ("part", "value", "code"),
    [
        ("status", "08", "status"), ("status", ["01"], "status"), ("issued_on", "20200101", "issued_on"), ("issued_on", None, "issued_on"),
        ("valid_until", "2040-02-30", "valid_until"), ("number", "", "number"), ("number", 7, "number"), ("title", "x" * 201, "title"),
        ("title", "a\nb", "title"), ("title", "\ud800", "title"), ("facts", [["户别"]], "facts"), ("facts", [["户别", "x"]], "file"), ("file", None, "file"),
        ("file", {"sha256": "0" * 64}, "file"), ("file", {"sha256": "0" * 64, "content": "*"}, "content"),
    ],
)  # fmt: skip
def test_each_part_of_an_answer_must_be_as_agreed(part, value, code):
    answer = whole()
    answer["licence"][part] = value
    found = read_answer(json.dumps(answer).encode(), ASKED)
    assert (found.code, dict(found.params)) == ("platform.broken", {"field": code})


def test_a_no_that_brings_a_licence_is_no_answer():
    answer = whole() | {"found": False}
    assert read_answer(json.dumps(answer).encode(), ASKED).code == "platform.broken"
    assert read_answer(json.dumps(whole() | {"more": 1}).encode(), ASKED).code == "platform.broken"


@given(st.integers(0, 10**6), st.binary(min_size=1, max_size=6))
def test_a_cut_or_damaged_answer_is_never_taken_for_another_licence(place, noise):
    """Whatever bytes are cut or changed: a fault, or a licence with the very same file; never a raise, never a no."""
    raw = BOOK.answer(platforms.asked(ASKED))
    at = place % len(raw)
    told = read_answer(raw, ASKED)
    for damaged in (raw[:at], raw[:at] + noise + raw[at + len(noise) :]):
        reply = read_answer(damaged, ASKED)
        assert isinstance(reply, Finding) or (isinstance(reply, Licence) and reply.file == told.file)


def test_the_sheet_of_a_record_hides_numbers_and_is_the_same_each_time():
    from datetime import UTC, datetime

    reply = StubPlatform(BOOK).look_up(replace(ASKED, holder_number=ANOTHER, licence_type=REGISTER))
    facts = (*reply.facts, ("户主号码", CITIZEN))
    at = datetime(2026, 11, 23, 1, tzinfo=UTC)
    made = sheet(
        replace(reply, facts=facts), platform="平台", purpose="YX1", at=at, masked=lambda text: text[:4] + "*"
    )
    assert made.decode().splitlines()[0] == "数据共享核验单"
    assert (
        "户主号码：4199*" in made.decode(),
        CITIZEN in made.decode(),
        "2026-11-23 09:00:00" in made.decode(),
    ) == (
        True,
        False,
        True,
    )


GOOD = 'kind = "licences"\nname = "证照库"\nurl = "https://platform.example/lookup"\nclient = "yunxi"\nsecret = "k"\n'


def settings(tmp_path, text: str, mode: int = 0o600) -> str:
    path = tmp_path / "platforms.toml"
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return str(path)


def test_the_first_platform_that_serves_a_type_is_asked(tmp_path):
    text = f"[licences]\n{GOOD}types = ['{CARD}']\n[sharing]\n{GOOD}timeout = 2\nlimit = 1000\n"
    found = open_platforms(settings(tmp_path, text))
    assert [each.key for each in found] == ["licences", "sharing"]
    assert (found.serving(CARD).key, found.serving(REGISTER).key, found.serving("")) == (
        "licences",
        "sharing",
        None,
    )
    assert "secret='k'" not in repr(found.serving(CARD))
    assert (bool(Platforms()), bool(open_platforms(""))) == (False, False)


@pytest.mark.parametrize(
    ("text", "mode"),
    [
        (f"[licences]\n{GOOD}", 0o644), ("[licences\n", 0o600), (f"[Licences]\n{GOOD}", 0o600), (f"[licences]\n{GOOD}more = 1", 0o600),
        ("[licences]\nkind = 'licences'", 0o600), (f"[licences]\n{GOOD}timeout = 0", 0o600), (f"[licences]\n{GOOD}limit = true", 0o600),
        (f"[licences]\n{GOOD}ca = '/nowhere.pem'", 0o600), ("[licences]\n" + GOOD.replace("https", "http"), 0o600),
        ("[licences]\n" + GOOD.replace("lookup", "lookup?n=1"), 0o600), ("[licences]\n" + GOOD.replace('"licences"', '"odd"'), 0o600),
    ],
)  # fmt: skip
def test_settings_that_are_wrong_stop_the_start_and_name_no_secret(tmp_path, text, mode):
    with pytest.raises(PlatformSettingsError) as told:
        open_platforms(settings(tmp_path, text, mode))
    assert '"k"' not in str(told.value)
    assert "platforms.toml" in str(told.value)
