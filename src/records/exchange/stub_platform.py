"""A platform to try things out with (模拟平台): it runs on loopback, answers from a file one can read, and fails when told to.

The file is YAML: who holds which licence, and how the platform behaves; it is read again for each question, so that a
change holds at once. The real client asks it as it asks any platform.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from pathlib import Path
from typing import Any

from records.domain.fetching import PlatformKind, Question, Reply
from records.domain.findings import Finding
from records.domain.identifiers import normalise
from records.domain.vocabulary import Term

from . import samples
from .platform_answers import read_answer
from .platforms import asked, signature
from .yaml_files import MappingNode, Node, ScalarNode, SequenceNode, compose

LARGEST_QUESTION = 1 << 16
SLOW = 30.0
"""Seconds a slow platform takes, and a silent one at most."""
OVERSIZE = 64 << 20
"""Bytes of an answer that is too large for anybody's limit."""
CHUNK = 1 << 16
_PLAIN = ("identifier", "title", "number", "issuer", "issued_on", "status")


class Behaviour(Term):
    """How the platform behaves (表现); everything but the first is what can go wrong."""

    WELL = "well", "正常"
    SLOW = "slow", "很慢"
    SILENT = "silent", "不回应"
    HALF = "half", "只答一半"
    STALLED = "stalled", "答到一半停住"
    FAILING = "failing", "报错"
    REDIRECTING = "redirecting", "转到别处"
    GARBLED = "garbled", "答非所问"
    INCOMPLETE = "incomplete", "缺字段"
    OVERSIZE = "oversize", "应答过大"
    ANOTHER_LICENCE = "another-licence", "答成另一种证照"
    ANOTHER_PERSON = "another-person", "答成另一个人"
    ANOTHER_REQUEST = "another-request", "答成另一次请求"
    CHANGED_FILE = "changed-file", "文件被改动"
    REVOKED = "revoked", "答为撤销"
    SUSPENDED = "suspended", "答为暂扣"


_STATUS = {Behaviour.REVOKED: "03", Behaviour.SUSPENDED: "02"}


class BookError(Exception):
    """The file of a stub platform cannot be used; the message says what to mend."""


@dataclass(frozen=True, slots=True)
class Book:
    """What the stub platform knows: the licences of its file, and how it behaves."""

    licences: tuple[Mapping[str, Any], ...]
    behaviour: Behaviour = Behaviour.WELL
    client: str = "yunxi"
    secret: str = "only-for-trying-out"

    @classmethod
    def read(cls, source: Path | str) -> Book:
        """Read a book from a file or from text; raises :class:`BookError`."""
        faults: list[str] = []
        node = compose(source, lambda code, *_where, **_params: faults.append(code))
        if faults or node is None:
            raise BookError(f"the book of the stub platform cannot be read: {', '.join(faults)}")
        plain = _plain(node)
        if not isinstance(plain, dict) or set(plain) - {"licences", "behaves", "client", "secret"}:
            raise BookError("a book has licences, behaves, client and secret, and nothing else")
        try:
            behaviour = Behaviour(plain.get("behaves") or "well")
        except ValueError:
            raise BookError(f"behaves is one of {', '.join(Behaviour)}") from None
        licences = tuple(plain.get("licences") or ())
        for each in licences:
            lacking = {"holder", "type", *_PLAIN} - set(each) if isinstance(each, dict) else {"licences"}
            if lacking:
                raise BookError(f"a licence lacks {', '.join(sorted(lacking))}")
        return cls(licences, behaviour, plain.get("client") or cls.client, plain.get("secret") or cls.secret)

    def answer(self, question: Mapping[str, Any]) -> bytes:
        """Return the body with which the platform answers a question, wrong where it behaves so."""
        behaviour = self.behaviour
        if behaviour is Behaviour.GARBLED:
            return "<html>系统维护中</html>".encode()
        number, kind = normalise(question["holder"]["number"]), question["type"]
        held = next(
            (each for each in self.licences if normalise(each["holder"]) == number and each["type"] == kind),
            None,
        )
        request = "0" if behaviour is Behaviour.ANOTHER_REQUEST else question["request"]
        if held is None:
            return _body({"request": request, "found": False, "licence": None})
        licence = _licence(held, status=_STATUS.get(behaviour, held["status"]))
        if behaviour is Behaviour.ANOTHER_LICENCE:
            licence["type"] = "0000"
        elif behaviour is Behaviour.ANOTHER_PERSON:
            licence["holder"] = "419999196001010017"
        elif behaviour is Behaviour.INCOMPLETE:
            del licence["issuer"]
        elif behaviour is Behaviour.CHANGED_FILE:
            licence["file"] = {"sha256": "0" * 64, "content": base64.b64encode(b"%PDF-1.7").decode()}
        return _body({"request": request, "found": True, "licence": licence})


class StubPlatform:
    """The stub as a platform without a line (进程内模拟平台): the same book, the same strict reading of its answers."""

    def __init__(self, book: Book, *, key: str = "stub", name: str = "模拟电子证照库") -> None:
        self.key, self.name, self.kind = key, name, PlatformKind.LICENCES
        self.book = book

    def serves(self, licence_type: str) -> bool:
        """Say whether licences of this type are asked for here; the stub answers for all."""
        return bool(licence_type)

    def look_up(self, question: Question) -> Reply:
        """Answer from the book; what is a matter of the line becomes the fault that a client would see."""
        match self.book.behaviour:
            case Behaviour.SLOW | Behaviour.SILENT | Behaviour.STALLED:
                return Finding("platform.timeout", subject=self.key)
            case Behaviour.HALF:
                return Finding("platform.half", subject=self.key)
            case Behaviour.FAILING:
                return Finding("platform.status", subject=self.key, params={"status": 503})
            case Behaviour.REDIRECTING:
                return Finding("platform.redirected", subject=self.key)
            case Behaviour.OVERSIZE:
                return Finding("platform.too-large", subject=self.key)
        return read_answer(self.book.answer(asked(question)), question)


class StubServer(ThreadingHTTPServer):
    """The stub on loopback; ``book`` is a file, read again for each question, or a book that somebody changes."""

    daemon_threads = False

    def __init__(self, book: Book | Path, *, port: int = 0) -> None:
        self.book = book
        self.closing = threading.Event()
        self.asked: list[str] = []
        super().__init__(("127.0.0.1", port), _Handler)

    @property
    def url(self) -> str:
        """The address to which questions are posted."""
        return f"http://127.0.0.1:{self.server_port}/lookup"

    def now(self) -> Book:
        """Return the book as it stands."""
        return self.book if isinstance(self.book, Book) else Book.read(self.book)

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a caller that hung up; a question is never repeated in a trace."""

    def server_close(self) -> None:
        """Let go of the port and of whoever is still being kept waiting."""
        self.closing.set()
        super().server_close()


class _Handler(BaseHTTPRequestHandler):
    server: StubServer
    timeout = SLOW

    def do_POST(self) -> None:
        """Answer one question, or fail at it as the book says."""
        book = self.server.now()
        body = self.rfile.read(min(int(self.headers.get("Content-Length") or 0), LARGEST_QUESTION))
        request = self.headers.get("X-Request", "")
        self.server.asked.append(self.path)
        known = hmac.compare_digest(
            self.headers.get("X-Signature", ""), signature(book.secret, request, body)
        )
        if not known or self.headers.get("X-Client") != book.client:
            self._send(401, b"")
            return
        match book.behaviour:
            case Behaviour.SLOW:
                self.server.closing.wait(SLOW)
            case Behaviour.SILENT:
                self.server.closing.wait(SLOW)
                return
            case Behaviour.FAILING:
                self._send(503, b"")
                return
            case Behaviour.REDIRECTING:
                self._send(302, b"", ("Location", f"http://127.0.0.1:{self.server.server_port}/elsewhere"))
                return
            case Behaviour.OVERSIZE:
                self._flood()
                return
        answer = book.answer(json.loads(body))
        if book.behaviour in (Behaviour.HALF, Behaviour.STALLED):
            self._send(200, answer[: len(answer) // 2], size=len(answer))
            if book.behaviour is Behaviour.STALLED:
                self.server.closing.wait(SLOW)
            return
        self._send(200, answer)

    def _send(self, status: int, body: bytes, *headers: tuple[str, str], size: int | None = None) -> None:
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body) if size is None else size))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def _flood(self) -> None:
        """Send and send, without having said how much it will be."""
        self.send_response(200)
        self.end_headers()
        for _ in range(OVERSIZE // CHUNK):
            self.wfile.write(b" " * CHUNK)

    def log_message(self, *_said: object) -> None:
        """Write nothing down: a question names a person."""


def example() -> str:
    """Return the text of the book that comes along: licences of people who do not exist (示例)."""
    return files("records.exchange").joinpath("stub_platform.yaml").read_text(encoding="utf-8")


def _licence(held: Mapping[str, Any], *, status: str) -> dict[str, Any]:
    told = {name: held[name] for name in _PLAIN}
    days = {name: held.get(name) or None for name in ("valid_from", "valid_until")}
    facts = [[str(label), str(value)] for label, value in (held.get("facts") or {}).items()]
    lines = (f"编号 {held['number']}", held["issuer"], held["issued_on"])
    content = b"" if facts else samples.text_pdf(held["title"], lines)
    file = {"sha256": hashlib.sha256(content).hexdigest(), "content": base64.b64encode(content).decode()}
    return {
        **told, **days, "status": status, "type": held["type"], "holder": held["holder"],
        "file": None if facts else file, "facts": facts,
    }  # fmt: skip


def _body(answer: Mapping[str, Any]) -> bytes:
    return json.dumps(answer, ensure_ascii=False).encode()


def _plain(node: Node) -> Any:
    """Return a node as texts, lists and mappings; codes keep their noughts."""
    match node:
        case ScalarNode():
            return node.value
        case SequenceNode():
            return [_plain(each) for each in node.value]
        case MappingNode():
            return {_plain(key): _plain(value) for key, value in node.value}
