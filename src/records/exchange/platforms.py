"""Platforms (电子证照库、数据共享平台): other organs' stores that the office asks, behind one interface.

A platform answers a question with a licence, a definite no, or a fault; it never raises for what the other side does. The
settings stand in a file of their own outside the repository, because they hold secrets.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import re
import socket
import ssl
import stat
import threading
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from records.domain.fetching import PlatformKind, Question, Reply
from records.domain.findings import Finding

from .platform_answers import read_answer

TIMEOUT = 5.0
LIMIT = 20 << 20
CHUNK = 1 << 16
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_KEY = re.compile(r"[a-z][a-z0-9-]{0,30}")
_REQUIRED = {"kind": str, "name": str, "url": str, "client": str, "secret": str}
_OPTIONAL = {"timeout": (int, float), "limit": int, "types": list, "ca": str, "certificate": str, "key": str}


class PlatformSettingsError(Exception):
    """The file of the platforms cannot be used; the message says what to do."""


class Platform(Protocol):
    """One store of another organ (平台): its key in the settings, its name on the screen, and what it answers."""

    key: str
    name: str
    kind: PlatformKind

    def serves(self, licence_type: str) -> bool:
        """Say whether licences of this type are asked for here."""

    def look_up(self, question: Question) -> Reply:
        """Ask once; a licence is of the holder and type that were asked for and whole, or it is a fault."""


class Platforms:
    """The platforms of an instance in the order of their file; a type is asked for at the first that serves it."""

    def __init__(self, listed: Sequence[Platform] = ()) -> None:
        self._listed = tuple(listed)

    def __iter__(self) -> Iterator[Platform]:
        return iter(self._listed)

    def __bool__(self) -> bool:
        return bool(self._listed)

    def serving(self, licence_type: str) -> Platform | None:
        """Return the platform to ask for licences of a type, None when there is none."""
        return next((each for each in self._listed if each.serves(licence_type)), None)


@dataclass(frozen=True, slots=True)
class HttpPlatform:
    """A platform asked over HTTP: one POST a question, signed, never redirected, bounded in time and size.

    ``timeout`` (seconds) bounds the whole call and not only its silences; ``limit`` is in bytes. The body alone names the
    holder, so that no address and no log of a gateway does.
    """

    key: str
    name: str
    kind: PlatformKind
    url: str
    client: str
    secret: str = field(repr=False)
    timeout: float = TIMEOUT
    limit: int = LIMIT
    types: frozenset[str] = frozenset()
    context: ssl.SSLContext | None = field(default=None, repr=False)

    def serves(self, licence_type: str) -> bool:
        """Say whether licences of this type are asked for here; without a list all are."""
        return bool(licence_type) and (not self.types or licence_type in self.types)

    def look_up(self, question: Question) -> Reply:
        """Ask once over HTTP; whatever goes wrong on the way is a ``platform.*`` finding."""
        body = json.dumps(asked(question), ensure_ascii=False).encode()
        connection, late = self._connection(), threading.Event()
        clock = threading.Timer(self.timeout, _cut, (connection, late))
        clock.daemon = True
        clock.start()
        try:
            raw = self._call(connection, question.request, body)
        except (OSError, http.client.HTTPException, ValueError) as error:
            # What the other side wrote is not repeated: it might hold what it was asked.
            raw = self._fault(_code_of(error))
        finally:
            clock.cancel()
            connection.close()
        if late.is_set():
            return self._fault("platform.timeout")
        return raw if isinstance(raw, Finding) else read_answer(raw, question)

    def _connection(self) -> http.client.HTTPConnection:
        address = urlsplit(self.url)
        if address.scheme == "https":
            return http.client.HTTPSConnection(
                address.hostname, address.port, timeout=self.timeout, context=self.context
            )
        return http.client.HTTPConnection(address.hostname, address.port, timeout=self.timeout)

    def _call(self, connection: http.client.HTTPConnection, request: str, body: bytes) -> bytes | Finding:
        connection.request("POST", urlsplit(self.url).path or "/", body, self._headers(request, body))
        response = connection.getresponse()
        if 300 <= response.status < 400:
            return self._fault("platform.redirected")
        if response.status != 200:
            return self._fault("platform.status", status=response.status)
        if response.length is not None and response.length > self.limit:
            return self._fault("platform.too-large", limit=self.limit)
        parts, size = [], 0
        while chunk := response.read(CHUNK):
            size += len(chunk)
            if size > self.limit:
                return self._fault("platform.too-large", limit=self.limit)
            parts.append(chunk)
        if response.length:
            return self._fault("platform.half")
        return b"".join(parts)

    def _headers(self, request: str, body: bytes) -> Mapping[str, str]:
        return {
            "Content-Type": "application/json; charset=utf-8",
            "Accept": "application/json",
            "X-Client": self.client,
            "X-Request": request,
            "X-Signature": signature(self.secret, request, body),
        }

    def _fault(self, code: str, **params: str | int) -> Finding:
        return Finding(code, subject=self.key, params=params)


def asked(question: Question) -> Mapping[str, object]:
    """Return a question as it is sent."""
    return {
        "request": question.request,
        "holder": {"kind": question.holder_kind, "number": question.holder_number},
        "type": question.licence_type,
        "purpose": question.purpose,
        "unit": question.unit,
    }


def signature(secret: str, request: str, body: bytes) -> str:
    """Return what proves who asks: HMAC-SHA256 over the call's name and its body, hexadecimal; the secret is never sent."""
    return hmac.digest(secret.encode(), request.encode() + b"\n" + body, hashlib.sha256).hex()


def _cut(connection: http.client.HTTPConnection, late: threading.Event) -> None:
    """End a call whose time is over, however slowly the other side drips."""
    late.set()
    with suppress(OSError, AttributeError):
        connection.sock.shutdown(socket.SHUT_RDWR)


def _code_of(error: Exception) -> str:
    match error:
        case TimeoutError():
            return "platform.timeout"
        case ssl.SSLCertVerificationError():
            return "platform.certificate"
        case http.client.IncompleteRead():
            return "platform.half"
        case _:
            return "platform.unreachable"


def open_platforms(file: str) -> Platforms:
    """Read the file of the platforms (TOML, one table each, mode 0600); an empty name means that there are none.

    Raises :class:`PlatformSettingsError` with one sentence for the first thing that is wrong.
    """
    if not file:
        return Platforms()
    path = Path(file)
    try:
        mode, text = path.stat().st_mode, path.read_text(encoding="utf-8")
        tables = tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        # A decoder's words quote the file, and the file holds secrets.
        told = error.strerror if isinstance(error, OSError) else "not TOML in UTF-8"
        raise PlatformSettingsError(f"the file of the platforms {path} cannot be read: {told}") from None
    if stat.S_IMODE(mode) & 0o077:
        raise PlatformSettingsError(
            f"others may read the file of the platforms {path}: run chmod 600 {path} and have its secrets renewed"
        )
    return Platforms([_platform(key, table, path) for key, table in tables.items()])


def _platform(key: str, table: object, path: Path) -> HttpPlatform:
    def wrong(what: str) -> PlatformSettingsError:
        return PlatformSettingsError(f"{path}: [{key}] {what}")

    if not _KEY.fullmatch(key) or not isinstance(table, dict):
        raise wrong("is no table with a short name in small letters")
    for name in table:
        if name not in _REQUIRED and name not in _OPTIONAL:
            raise wrong(f"{name} is not known")
    for name, kind in (_REQUIRED | _OPTIONAL).items():
        if name in _REQUIRED and not table.get(name):
            raise wrong(f"{name} is missing")
        if name in table and (not isinstance(table[name], kind) or isinstance(table[name], bool)):
            raise wrong(f"{name} is of the wrong kind")
    if table["kind"] not in set(PlatformKind):
        raise wrong(f"kind is one of {', '.join(PlatformKind)}")
    address = urlsplit(table["url"])
    if address.scheme not in ("http", "https") or not address.hostname or address.query or address.username:
        raise wrong("url is http or https with a host, and holds neither a question mark nor a name")
    if address.scheme == "http" and address.hostname not in LOOPBACK:
        raise wrong("url must be https: without it only a program on this machine may be asked")
    timeout, limit = table.get("timeout", TIMEOUT), table.get("limit", LIMIT)
    if not 0 < timeout <= 60 or not 0 < limit <= 256 << 20:
        raise wrong("timeout is up to 60 seconds, limit up to 268435456 bytes")
    return HttpPlatform(
        key=key,
        name=table["name"],
        kind=PlatformKind(table["kind"]),
        url=table["url"],
        client=table["client"],
        secret=table["secret"],
        timeout=float(timeout),
        limit=limit,
        types=frozenset(map(str, table.get("types", ()))),
        context=_context(table, wrong) if address.scheme == "https" else None,
    )


def _context(table: Mapping[str, str], wrong: Callable[[str], Exception]) -> ssl.SSLContext:
    """Return how the other side is proved: by the machine's authorities or ``ca``; and we to it by ``certificate``."""
    try:
        context = ssl.create_default_context(cafile=table.get("ca") or None)
        if table.get("certificate"):
            context.load_cert_chain(table["certificate"], table.get("key") or None)
    except (OSError, ssl.SSLError):
        raise wrong("ca, certificate or key cannot be read") from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
