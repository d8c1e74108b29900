"""The four ways into one office: screen, API, command line, and the operations themselves.

Each does a verb of the shared table for a person and answers with the id of what came of it, or with every refusal.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path

from click.testing import CliRunner
from webtest import TestApp, Upload

from records.domain.findings import Refused
from records.domain.vocabulary import GapKind
from records.exchange.guides import shipped_guides
from records.forms.verbs import verb
from records.operations import importing
from records.operations.identities import identity_of
from records.operations.people import issue_token
from records.operations.searching import search
from records.scripts.command import main
from records.scripts.instance import Instance
from records.views import messages
from records.views.uploads import take
from tests.office import OFFERED, Office
from tests.views.pages import form as form_to

PRESSED = {"receive", "accept", "supplement", "archive"}


@dataclass(frozen=True)
class No:
    """A refusal as a person meets it: the codes behind it, and its sentences."""

    codes: tuple[str, ...]
    texts: tuple[str, ...]


@dataclass(frozen=True)
class File:
    """A file in somebody's hand."""

    name: str
    data: bytes


class Plain:
    """The operations called by hand, without any way in between."""

    name = "plain"

    def __init__(self, office: Office) -> None:
        self.office = office

    def do(
        self,
        who: str,
        noun: str,
        name: str,
        record: str = "",
        /,
        *,
        file: File | None = None,
        **values: object,
    ):
        one = verb(noun, name)
        answers = one.ask(values)
        if one.file:
            answers[one.file] = self.keep(file, one.file) if file else None
        subject = (lambda act: (getattr(act.site, noun)[record],)) if one.subject else lambda act: ()
        result = self.office.do(who, lambda act: one.run(act, *subject(act), **answers), channel=self.name)
        return no(result) if isinstance(result, Refused) else result

    def keep(self, file: File, field: str):
        path = Path(self.office.services.instance) / file.name
        path.write_bytes(file.data)
        with path.open("rb") as stream:
            arrived = take(self.office.services, stream, file.name, field)
        path.unlink()
        assert arrived.upload is not None, arrived.findings
        return arrived.upload

    def import_guide(self, who: str, name: str, text: str) -> str:
        return self.office.do(
            who, lambda act: importing.import_guide(act, source=text, name=name), channel=self.name
        )

    def hits(self, who: str, index: str, words: str) -> tuple[int, list[str]]:
        with self.office.site() as site:
            readers = identity_of(site.people[who], self.office.clock.today()).principals
        found = search(self.office.services, index, words, readers=readers)
        return found.total, [hit.id for hit in found.hits]


class Command(Plain):
    """The command line, in the process of the test; guides come in here for screen and API too."""

    name = "command"

    def call(self, who: str, *arguments: str) -> tuple[int, dict]:
        instance = Instance(Path("none.ini"), opened=self.office.services, owned=False)
        done = CliRunner().invoke(
            main, ["--as", who, "--json", *arguments], obj=instance, catch_exceptions=False
        )
        return done.exit_code, json.loads(done.stdout) if done.stdout else {"said": done.stderr}

    def do(
        self,
        who: str,
        noun: str,
        name: str,
        record: str = "",
        /,
        *,
        file: File | None = None,
        **values: object,
    ):
        arguments = [noun, name.replace("_", "-"), *([record] if record else [])]
        for key, value in values.items():
            flag = "--" + key.replace("_", "-")
            if isinstance(value, bool):
                arguments += [flag] if value else []
            else:
                text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
                arguments += [flag, text]
        if file is not None:
            path = Path(self.office.services.instance) / file.name
            path.write_bytes(file.data)
            arguments += ["--file", str(path)]
        code, said = self.call(who, *arguments)
        if code:
            assert code == 1, said
            return told(said["findings"])
        return said.get("id", said.get("key", said.get("value")))

    def import_guide(self, who: str, name: str, text: str) -> str:
        path = Path(self.office.services.instance) / name
        path.write_text(text, encoding="utf-8")
        code, said = self.call(who, "import", str(path))
        assert code == 0, said
        return said["key"]

    def hits(self, who: str, index: str, words: str) -> tuple[int, list[str]]:
        code, said = self.call(who, "search", words, "--in", index)
        assert code == 0
        return said["total"], [hit["id"] for hit in said["hits"]]


class Api(Command):
    """JSON and multipart over HTTP with a bearer token."""

    name = "api"

    def __init__(self, office: Office) -> None:
        super().__init__(office)
        self.app = TestApp(office.app)
        self._tokens: dict[str, str] = {}

    def headers(self, who: str, **more: str) -> dict[str, str]:
        if who not in self._tokens:
            until = self.office.clock.today() + timedelta(days=300)
            self._tokens[who] = self.office.do(
                who,
                lambda act: issue_token(act, act.site.people[who], label="测试", scopes=["*"], until=until),
            )
        return {"Authorization": f"Bearer {self._tokens[who]}", **more}

    def do(
        self, who: str, noun: str, name: str, record: str = "", /, *,
        file: File | None = None, once: str = "", **values: object,
    ):  # fmt: skip
        answer = self.send(who, noun, name, record, file=file, once=once, **values)
        if answer.status_int >= 400:
            assert answer.content_type == "application/problem+json", answer.text
            return told(answer.json["findings"])
        return answer.json.get("id", answer.json.get("key", answer.json.get("value")))

    def send(
        self, who: str, noun: str, name: str, record: str = "", /, *,
        file: File | None = None, once: str = "", **values: object,
    ):  # fmt: skip
        path = "/".join(part for part in ("/api/v1", noun, record, name) if part)
        headers = self.headers(who, **({"Idempotency-Key": once} if once else {}))
        if noun == "guides" or not verb(noun, name).file:
            return self.app.post_json(path, values, headers=headers, status="*")
        fields = {
            key: ("true" if value else "false") if isinstance(value, bool) else str(value)
            for key, value in values.items()
        }
        files = [(verb(noun, name).file, file.name, file.data)] if file else []
        return self.app.post(path, fields, headers=headers, upload_files=files, status="*")

    def hits(self, who: str, index: str, words: str) -> tuple[int, list[str]]:
        answer = self.app.get("/api/v1/search", {"in": index, "q": words}, headers=self.headers(who))
        return answer.json["total"], [hit["id"] for hit in answer.json["hits"]]


class Screen(Command):
    """A browser that fills in the pages' own forms; where a page offers none, an old or made-up one is sent."""

    name = "screen"

    def __init__(self, office: Office) -> None:
        super().__init__(office)
        self._browsers: dict[str, TestApp] = {}
        self._seen = None

    def browser(self, who: str) -> TestApp:
        if self._seen != self.office.clock.now():
            # Whoever comes back on another day has to log in again.
            self._seen, self._browsers = self.office.clock.now(), {}
        if who not in self._browsers:
            self._browsers[who] = self.office.browser(who)
        return self._browsers[who]

    def do(
        self,
        who: str,
        noun: str,
        name: str,
        record: str = "",
        /,
        *,
        file: File | None = None,
        **values: object,
    ):
        if noun == "guides":
            return super().do(who, noun, name, record, **values)
        return outcome(self.send(self.form(who, noun, name, record, file=file, **values)), record)

    @staticmethod
    def send(form):
        return form.submit(status="*")

    def form(
        self,
        who: str,
        noun: str,
        name: str,
        record: str = "",
        /,
        *,
        file: File | None = None,
        **values: object,
    ):
        """Return the form of a verb, filled in and not yet sent."""
        form = self._blank(self.browser(who), noun, name, record, values)
        if "take_original" in form.fields and "take_original" not in values:
            form["take_original"].checked = False  # the page proposes it, the story decides
        for key, value in values.items():
            fill(form, key, value)
        if file is not None:
            fill(form, verb(noun, name).file, Upload(file.name, file.data))
        return form

    def _blank(self, browser: TestApp, noun: str, name: str, record: str, values: dict):
        """Return the form of a verb; what it takes from ``values`` on the way is gone from there."""
        path = f"/{noun}/{record}"
        if noun == "applicants" and not record:
            return _applicant_form(browser, name, values)
        if name == "open":
            return _opening_form(browser, values)
        if name in ("submit", "use"):
            return _or_made_up(browser, browser.get(path), f"{path}/{name}", line=values["line"])
        if name in PRESSED:
            return _or_made_up(browser, browser.get(path), f"{path}/{name}")
        form = form_to(browser.get(f"{path}/{name}"), f"/{name}")
        if name == "request_supplement":
            _tick_gaps(form, values.pop("gaps"))
        return form

    def hits(self, who: str, index: str, words: str) -> tuple[int, list[str]]:
        page = self.browser(who).get("/desk/search", {"in": index, "q": words})
        current = page.html.select_one("main [aria-current]")
        found = [link["href"].rsplit("/", 1)[-1] for link in page.html.select(f"main a[href^='/{index}/']")]
        return int("".join(sign for sign in current.text if sign.isdecimal())), found


CHANNELS = {"screen": Screen, "api": Api, "command": Command}


def _applicant_form(browser: TestApp, name: str, values: dict):
    form = form_to(browser.get("/desk"), "/applicants/find")
    form["number"] = values.pop("number")
    if name == "find":
        return form
    page = form.submit(status="*")
    if page.status_int == 303:
        return MadeUp(browser, "/applicants/create", {"number": form["number"].value})
    if page.html.select("#errors a"):
        values.clear()
        return form
    return form_to(page, "/applicants/create")


def _opening_form(browser: TestApp, values: dict):
    page = browser.get(f"/applicants/{values['applicant']}", {"guide": values["guide"]})
    ticked = [key for key, yes in values.pop("situation", {}).items() if yes]
    form = _or_made_up(browser, page, "/dossiers/open", guide=values["guide"])
    for box in form.fields.get("situation", []):
        box.checked = box._value in ticked
    return form


def _tick_gaps(form, gaps: list[dict[str, str]]) -> None:
    for box in form.fields.get("told", []):
        box.checked = box._value in {each["line"] for each in gaps}
    for each in gaps:
        form[f"kind-{each['line']}"] = each["kind"]
        form[f"demand-{each['line']}"] = each["demand"]


def _or_made_up(browser: TestApp, page, path: str, **fields: str):
    """Return the page's form, or one that is sent although the page does not offer it."""
    try:
        return form_to(page, path, **fields)
    except AssertionError:
        return MadeUp(browser, path, fields)


class MadeUp:
    """A form of another page, another day or another hand, with a good token."""

    def __init__(self, browser: TestApp, path: str, fields: Mapping[str, str]) -> None:
        self._browser, self._path = browser, path
        token = browser.get("/desk").html.select_one("input[name=csrf_token]")["value"]
        self._values: dict[str, object] = {"csrf_token": token, **fields}
        self.fields: dict[str, list] = {}

    def __setitem__(self, name: str, value: object) -> None:
        self._values[name] = value

    def submit(self, **more: object):
        files = [
            (key, value.filename, value.content)
            for key, value in self._values.items()
            if isinstance(value, Upload)
        ]
        values = {key: value for key, value in self._values.items() if not isinstance(value, Upload)}
        return self._browser.post(self._path, values, upload_files=files, **more)


def fill(form, name: str, value: object) -> None:
    """Fill in a field by its own name, also where deform has wrapped it into one of its own."""
    if isinstance(form, MadeUp):
        form[name] = "true" if value is True else value
        return
    within = ""
    for wire, field in form.field_order:
        if wire == "__start__":
            within = field.value.partition(":")[0]
        elif wire == "__end__":
            within = ""
        elif name in (wire, within):
            if isinstance(value, bool):
                field.checked = value
            else:
                several = isinstance(value, Upload) and "multiple" in field.attrs
                field.value = [value] if several else value
            return
    raise AssertionError(f"no field {name}")


def outcome(page, record: str = ""):
    """Return what a page answered to a form: the id of the record it leads to, or the refusal."""
    if page.status_int == 303:
        return page.location.split("?")[0].rstrip("/").rsplit("/", 1)[-1]
    texts = tuple(link.get_text(" ", strip=True) for link in page.html.select("#errors a"))
    assert texts, page.text
    return No(tuple(sorted(code_of(text) for text in texts)), texts)


def no(refused: Refused) -> No:
    return No(
        tuple(sorted(found.code for found in refused.findings)),
        tuple(messages.sentence_in("zh_Hans", found) for found in refused.findings),
    )


def told(findings: list[dict]) -> No:
    return No(
        tuple(sorted(found["code"] for found in findings)), tuple(found["message"] for found in findings)
    )


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str, int], ...]:
    found = []
    for (code, language), wording in messages.table().items():
        if language == "zh_Hans":
            parts = re.split(r"\{\w+\}", wording.reason + wording.cure)
            found.append(
                (re.compile(".*".join(map(re.escape, parts)), re.DOTALL), code, sum(map(len, parts)))
            )
    return tuple(sorted(found, key=lambda each: -each[2]))


def code_of(text: str) -> str:
    """Return the code whose sentence a page shows: the same refusal has the same words on every way in."""
    return next((code for pattern, code, _ in _patterns() if pattern.search(text)), text)


def gap(line: str, demand: str) -> dict[str, str]:
    return {"line": line, "kind": GapKind.MISSING.value, "demand": demand}


def shipped() -> dict[str, str]:
    """Return the guides that the story needs by their file names."""
    return {name: text for name, text in shipped_guides() if name.removesuffix(".yaml") in OFFERED}
