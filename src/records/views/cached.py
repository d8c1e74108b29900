"""Public pages from memory (公众页缓存): the home page and the guides in every form as finished bytes, with an ETag.

A layer around the whole application, before a request or a database connection exists. It keeps only what anybody may
read, apart by language, type size and contrast, and lets everything else through. One thread per process looks into the
change feed every half second and empties the memory when a guide changed or the civil day did, because the pages name
days reckoned from today. When that thread falls silent the layer steps aside.
"""

from __future__ import annotations

import hashlib
import logging
import threading
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import parse_qsl

from pyramid.config import Configurator
from pyramid.events import ApplicationCreated
from pyramid.response import Response
from webob.cookies import RequestCookies

from records.domain.vocabulary import ApplicantKind
from records.i18n import LANGUAGES
from records.indexes import feed
from records.operations.services import Services

from .templating import SIZES

log = logging.getLogger(__name__)

EVERY = 0.5
"""Seconds between two looks into the feed."""
SILENCE = 10.0
"""Seconds without a look after which nothing is answered from memory."""
MOST = 4096
MOST_BYTES = 64 << 20
"""Pages kept at once, and the bytes of all together; beyond either the memory begins anew."""
LOOKS: Mapping[str, Collection[str]] = {"size": SIZES, "contrast": ("high",), "lang": LANGUAGES}
"""Cookies by which pages differ, and the values that mean something."""
QUERY: Mapping[str, Collection[str]] = {"lang": LANGUAGES, "da": ("1",)}
STAFF = ("records", "__Host-records")
"""Cookies of a log-in: their pages name the person and are drawn afresh."""

#: Forms of a guide that are the same bytes for every reader, and those that differ by look and language.
SAME_FOR_ALL = frozenset(
    ("guide.json", "guide.jsonld", "flow.svg", "qr.svg", "leaflet.pdf", "card.pdf", "poster.pdf")
)
BY_LOOK = frozenset(("short", "poster", "plain.txt"))
CHANNELS = SAME_FOR_ALL | BY_LOOK
AUDIENCES = frozenset(("all", *ApplicantKind))
KIOSK = frozenset(("bring", "where", "who", "how", "help"))

Key = tuple[str, ...]
Answering = Callable[[dict, object], Response]


@dataclass(frozen=True, slots=True)
class Page:
    """One finished page: its bytes, its headers, its ETag."""

    body: bytes
    headers: tuple[tuple[str, str], ...]
    etag: str


class PublicPages:
    """The memory of finished pages of one process."""

    def __init__(self, services: Services, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._services = services
        self._clock = clock
        self._mutex = threading.Lock()
        self._pages: dict[Key, Page] = {}
        self._bytes = 0
        self._age = 0
        self._mark: int | None = None
        self._day: date | None = None
        self._looked = float("-inf")

    def poll(self) -> bool:
        """Look into the feed once; true when the memory was emptied."""
        day = self._services.clock.today()
        with self._services.database.read() as root:
            site = root["site"]
            latest = feed.latest(site)
            after = self._mark
            stale = after is None or day != self._day
            stale = stale or any(
                change.kind in ("guide", "onething") for change in feed.changes(site, after=after)
            )
        with self._mutex:
            if stale:
                self._forget()
                self._age += 1
            self._mark, self._day, self._looked = latest, day, self._clock()
        return stale

    def wrap(self, answering: Answering) -> Answering:
        """Return an execution policy that answers from memory first."""

        def answered(environ: dict, router: object) -> Response:
            key = self._key(environ)
            if key is None:
                return answering(environ, router)
            with self._mutex:
                page, age = self._pages.get(key), self._age
            if page is None:
                response = answering(environ, router)
                page = self._keep(key, response, age)
                if page is None:
                    return response
            return _send(page, environ)

        return answered

    def _key(self, environ: dict) -> Key | None:
        """Return under what a page is kept, None for what is not public, not a page, or not sure to be fresh."""
        path = environ.get("PATH_INFO", "")
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD") or not is_public(path):
            return None
        if self._clock() - self._looked > SILENCE:
            return None
        query = parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True)
        if any(value not in QUERY.get(name, ()) for name, value in query):
            return None
        try:
            # Read as the pages read them: a stricter reader would keep one look under another's key.
            cookies = dict(RequestCookies(environ))
        except ValueError:
            return None
        if any(name in cookies for name in STAFF) or "HTTP_AUTHORIZATION" in environ:
            return None
        chosen = ((cookies.get(name, ""), known) for name, known in LOOKS.items())
        looks = (value if value in known else "" for value, known in chosen)
        # Addresses in a page begin with the mount point and never name the host.
        return (
            environ.get("SCRIPT_NAME", ""),
            path,
            *(() if same_for_all(path) else looks),
            *(f"{name}={value}" for name, value in sorted(set(query))),
        )

    def _keep(self, key: Key, response: Response, age: int) -> Page | None:
        if response.status_int != 200 or "Set-Cookie" in response.headers:
            return None
        body = response.body
        response.headers["Cache-Control"] = "no-cache"
        if same_for_all(key[1]):
            response.headers.pop("Vary", None)
        else:
            response.headers["Vary"] = "Cookie"
        headers = tuple(
            (name, value) for name, value in response.headerlist if name not in ("Content-Length", "ETag")
        )
        page = Page(body, headers, f'"{hashlib.sha256(body).hexdigest()[:32]}"')
        with self._mutex:
            # What was drawn before the last change may be old.
            if age == self._age:
                if len(self._pages) >= MOST or self._bytes + len(body) > MOST_BYTES:
                    self._forget()
                if key not in self._pages:
                    self._bytes += len(body)
                self._pages[key] = page
        return page

    def _forget(self) -> None:
        self._pages.clear()
        self._bytes = 0


def is_public(path: str) -> bool:
    """Tell whether a path is one of the pages anybody may read and nobody changes by reading."""
    match path.split("/"):
        case ["", ""] | ["", "guides"] | ["", "kiosk"]:
            return True
        case ["", "guides", key]:
            return bool(key)
        case ["", "guides", key, channel]:
            return bool(key) and channel in CHANNELS
        case ["", "guides", key, "versions", number]:
            return bool(key) and number.isdecimal()
        case ["", "guides", key, "versions", number, channel]:
            return bool(key) and number.isdecimal() and channel in CHANNELS
        case ["", "kiosk", "guides", key]:
            return bool(key)
        case ["", "kiosk", "guides", key, part]:
            return bool(key) and part in KIOSK
        case ["", "kiosk", "for", audience]:
            return audience in AUDIENCES
        case _:
            return False


def same_for_all(path: str) -> bool:
    """Tell whether a public path has the same bytes for every reader: no cookie and no language changes them."""
    return path.startswith("/guides/") and path.rpartition("/")[2] in SAME_FOR_ALL


def _send(page: Page, environ: dict) -> Response:
    known = [tag.strip().removeprefix("W/") for tag in environ.get("HTTP_IF_NONE_MATCH", "").split(",")]
    fresh = page.etag in known or "*" in known
    headers = [pair for pair in page.headers if not (fresh and pair[0] == "Content-Type")]
    response = Response(status=304 if fresh else 200, headerlist=[*headers, ("ETag", page.etag)])
    if not fresh:
        response.body = page.body
    return response


class PollingThread(threading.Thread):
    """Looks into the feed until the server ends."""

    def __init__(self, pages: PublicPages) -> None:
        super().__init__(name="public pages", daemon=True)
        self._pages = pages
        self._stopping = threading.Event()

    def stop(self) -> None:
        """Stop after the present look."""
        self._stopping.set()
        self.join(5)

    def run(self) -> None:
        """Poll; what goes wrong is logged, and the layer steps aside until a look succeeds again."""
        while not self._stopping.is_set():
            try:
                self._pages.poll()
            except Exception:
                log.exception("the change feed could not be read; public pages are drawn afresh")
            self._stopping.wait(EVERY)


#: What starts the application to serve it; an empty name is a foreign WSGI server.
SERVERS = frozenset({"", "serve", "pserve"})


def includeme(config: Configurator) -> None:
    """Put the layer around the application: ``public.pages`` is auto (servers only), true (without the thread) or false."""
    settings = config.registry.settings
    wish = settings.get("public.pages", "auto")
    serves = settings.get("records.script", "") in SERVERS
    config.registry.public_pages = None
    if wish == "false" or (wish == "auto" and not serves):
        return
    pages = config.registry.public_pages = PublicPages(config.registry.services)

    def surround(event: ApplicationCreated) -> None:
        event.app.execution_policy = pages.wrap(event.app.execution_policy)
        if wish == "auto":
            config.registry.public_pages_thread = PollingThread(pages)
            config.registry.public_pages_thread.start()

    config.add_subscriber(surround, ApplicationCreated)
