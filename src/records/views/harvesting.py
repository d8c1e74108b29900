"""OAI-PMH 2.0 over the open catalogue (开放目录收割): what is listed, since when, in which sets, and each answer of the protocol.

A resumption token holds all that is needed to go on, sealed with the office's key; nothing of a harvest is kept here.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import threading
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

from records.clock import CIVIL, Clock, civil_date
from records.exchange import open_data
from records.exchange.open_data import Published, Token
from records.i18n import _, translate
from records.indexes import feed
from records.operations.guides import content
from records.operations.notices import LOCAL
from records.operations.services import Services
from records.resources.guides import Guide, GuideVersion
from records.resources.site import Site

PAGE = 100
"""Records of one answer."""
#: Arguments that each verb of OAI-PMH takes: those it needs, and those it may have.
VERBS: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    "Identify": (frozenset(), frozenset()),
    "ListMetadataFormats": (frozenset(), frozenset({"identifier"})),
    "ListSets": (frozenset(), frozenset({"resumptionToken"})),
    "ListIdentifiers": (
        frozenset({"metadataPrefix"}),
        frozenset({"from", "until", "set", "resumptionToken"}),
    ),
    "ListRecords": (frozenset({"metadataPrefix"}), frozenset({"from", "until", "set", "resumptionToken"})),
    "GetRecord": (frozenset({"identifier", "metadataPrefix"}), frozenset()),
}
PREFIXES = frozenset({"oai_dc", "records_guide"})
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_SECOND = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")


@dataclass(frozen=True, slots=True)
class Listed:
    """A guide of the open catalogue: where to read it again, what became of it when, and in which sets it stands."""

    key: str
    version: int
    changed: datetime
    change: str
    sets: tuple[tuple[str, str], ...]

    @property
    def place(self) -> tuple[str, str]:
        """Its place in every list: by datestamp, then by key."""
        return open_data.stamp(self.changed), self.key


class Catalogue:
    """What is open to everybody, reckoned anew when the change feed or the civil day has moved on."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._state: tuple[int, date] | None = None
        self._listed: tuple[Listed, ...] = ()

    def listed(self, site: Site, clock: Clock) -> tuple[Listed, ...]:
        """Return all guides that hold or once held, by datestamp."""
        state = (feed.latest(site), clock.today())
        with self._mutex:
            if state != self._state:
                known = {each.key: each for each in self._listed}
                seq, day = self._state or (0, state[1])
                moved = {change.id for change in feed.changes(site, after=seq) if change.kind == "guide"}
                if day != state[1]:
                    moved |= {
                        guide.key
                        for guide in site.guides.values()
                        if any(day < turning <= state[1] for turning in guide.turning_days())
                    }
                fresh = [
                    _listed(guide, clock) for key in moved if (guide := site.guides.get(key)) is not None
                ]
                kept = [each for key, each in known.items() if key not in moved]
                self._listed = tuple(sorted([*kept, *filter(None, fresh)], key=lambda each: each.place))
                self._state = state
            return self._listed


def _listed(guide: Guide, clock: Clock) -> Listed | None:
    """Return what became of a guide last: nothing for one that never held."""
    now, today = clock.now(), clock.today()
    editions = [each for each in guide.published() if each.effective_on <= today and _was_seen(each)]
    if not editions:
        return None
    present = guide.in_force(today)
    newest = present or editions[-1]
    if present is not None:
        change = "published" if len(editions) == 1 else "changed"
        ended = (since(each.withdrawn_on, each.withdrawn_at) for each in editions if each.span.cancelled)
        changed = max((since(newest.effective_on, newest.published_at), *ended))
    else:
        changed, change = since(newest.withdrawn_on, newest.withdrawn_at), "withdrawn"
    # Five thousand guides are listed at once: only these few of their fields are read.
    plain = json.loads(newest.body)
    handling = plain.get("handling", {})
    topics = dict.fromkeys((*handling.get("topics_person", ()), *handling.get("topics_corporate", ())))
    sets = [(f"unit:{plain['unit']}", plain["unit_name"])]
    sets += [(f"theme:{hashlib.sha256(topic.encode()).hexdigest()[:8]}", topic) for topic in topics]
    return Listed(guide.key, newest.version, min(changed, now).replace(microsecond=0), change, tuple(sets))


def _was_seen(edition: GuideVersion) -> bool:
    """Tell whether an edition was ever open to anybody; one that was taken back on its first day was."""
    return not edition.span.cancelled or civil_date(edition.withdrawn_at) >= edition.effective_on


def since(day: date, done: datetime | None) -> datetime:
    """Return when something took effect: at the beginning of its civil day, or when it was done on that day."""
    begins = datetime.combine(day, time(), CIVIL).astimezone(UTC)
    return max(begins, done.astimezone(UTC)) if done is not None else begins


def published(site: Site, one: Listed, *, mount: str = "") -> Published:
    """Return a listed guide with what is public of it."""
    guide = site.guides[one.key]
    version = guide.version(one.version)
    body = content(version)
    return Published(
        key=one.key,
        address=f"{(site.office.get('url') or LOCAL)}{mount}/guides/{one.key}",
        changed=one.changed,
        title=body.title,
        unit=body.unit,
        unit_name=body.unit_name,
        body=None if one.change == "withdrawn" else body,
        version=version.version,
        digest=version.digest,
        change=one.change,
    )


class Refusal(Exception):
    """An error of OAI-PMH: its code and a sentence."""


class Harvest:
    """One request of OAI-PMH 2.0, answered from the open catalogue."""

    def __init__(self, services: Services, known: Catalogue, site: Site, mount: str) -> None:
        self.services, self.site, self.mount = services, site, mount
        self.listed = known.listed(site, services.clock)
        self.home = (site.office.get("url") or LOCAL) + mount
        self.base = f"{self.home}/oai"
        self.host = urlsplit(self.home).hostname or "localhost"
        self.schema = f"{self.home}/guides/guide.xsd"

    def answer(self, pairs: list[tuple[str, str]]) -> bytes:
        """Return the answer, or every error that the protocol has a code for."""
        asked = dict(pairs)
        now = self.services.clock.now()
        wrong = _arguments(pairs, asked)
        if wrong:
            return open_data.errors(open_data.envelope(self.base, now, {}), wrong)
        root = open_data.envelope(self.base, now, asked)
        try:
            return _ANSWERS[asked["verb"]](self, root, asked)
        except Refusal as refusal:
            shown = {} if refusal.args[0] == "badArgument" else asked
            return open_data.errors(open_data.envelope(self.base, now, shown), [refusal.args])

    def identify(self, root: Element, asked: Mapping[str, str]) -> bytes:
        """Say who keeps the repository."""
        office = self.site.office
        first = self.listed[0] if self.listed else None
        return open_data.identify(
            root,
            name=office.get("name", ""),
            base=self.base,
            contact=office.get("email", "") or f"postmaster@{self.host}",
            earliest=open_data.stamp(first.changed) if first else open_data.stamp(self.services.clock.now()),
            host=self.host,
            sample=self._identifier(first.key if first else "guide"),
        )

    def list_metadata_formats(self, root: Element, asked: Mapping[str, str]) -> bytes:
        """List the formats, which every guide has."""
        if "identifier" in asked:
            self._found(asked["identifier"])
        return open_data.formats(root, self.schema)

    def list_sets(self, root: Element, asked: Mapping[str, str]) -> bytes:
        """List units and themes."""
        if "resumptionToken" in asked:
            raise Refusal("badResumptionToken", "The list of sets is never split.")
        named = {spec: name for one in self.listed for spec, name in one.sets}
        if not named:
            raise Refusal("noSetHierarchy", "There is no guide yet and so there are no sets.")
        units = {"unit": translate(_("By unit")), "theme": translate(_("By theme"))}
        heads = {
            kind: name for kind, name in units.items() if any(spec.startswith(f"{kind}:") for spec in named)
        }
        return open_data.sets(root, sorted((heads | named).items()))

    def get_record(self, root: Element, asked: Mapping[str, str]) -> bytes:
        """Tell one guide."""
        self._prefix(asked["metadataPrefix"])
        one = self._found(asked["identifier"])
        return self._told(root, "GetRecord", [one], None, asked["metadataPrefix"])

    def list_records(self, root: Element, asked: Mapping[str, str]) -> bytes:
        """Tell a page of records: those of a set, changed within two instants, from where the last page ended."""
        verb, before, after = asked["verb"], 0, ("", "")
        if "resumptionToken" in asked:
            asked, after, before = self._opened(asked["resumptionToken"], verb)
        self._prefix(asked["metadataPrefix"])
        since, until = _span(asked)
        wanted = asked.get("set", "")
        chosen = [
            one
            for one in self.listed
            if since <= one.place[0] <= until
            and (
                not wanted or any(spec == wanted or spec.startswith(f"{wanted}:") for spec, _name in one.sets)
            )
        ]
        start = bisect_left(chosen, True, key=lambda one: one.place > after)
        page = chosen[start : start + PAGE]
        if not page:
            raise Refusal("noRecordsMatch", "Nothing of this kind was changed then.")
        more = start + PAGE < len(chosen)
        token = None
        if more or before:
            text = self._sealed(asked, verb, page[-1], before + len(page)) if more else ""
            token = Token(text, before, before + len(chosen) - start)
        return self._told(root, verb, page, token, asked["metadataPrefix"])

    def _told(self, root: Element, verb: str, page: list[Listed], token: Token | None, prefix: str) -> bytes:
        records = [
            (
                self._identifier(one.key),
                [spec for spec, _name in one.sets],
                published(self.site, one, mount=self.mount) if verb != "ListIdentifiers" else _head(one),
            )
            for one in page
        ]
        return open_data.listed(root, verb, records, token, prefix=prefix, schema=self.schema)

    def _identifier(self, key: str) -> str:
        return f"oai:{self.host}:{key}"

    def _found(self, identifier: str) -> Listed:
        key = identifier.removeprefix(f"oai:{self.host}:")
        one = next((one for one in self.listed if one.key == key and key != identifier), None)
        if one is None:
            raise Refusal("idDoesNotExist", "There is no guide of this identifier.")
        return one

    def _prefix(self, prefix: str) -> None:
        if prefix not in PREFIXES:
            raise Refusal("cannotDisseminateFormat", f"Formats: {', '.join(sorted(PREFIXES))}.")

    def _sealed(self, asked: Mapping[str, str], verb: str, last: Listed, told: int) -> str:
        kept = {name: asked[name] for name in ("metadataPrefix", "from", "until", "set") if name in asked}
        plain = json.dumps([verb, kept, *last.place, told], separators=(",", ":")).encode()
        text = base64.urlsafe_b64encode(plain).decode().rstrip("=")
        return f"{text}.{self._seal(text)}"

    def _opened(self, token: str, verb: str) -> tuple[dict[str, str], tuple[str, str], int]:
        text, _dot, seal = token.partition(".")
        if not hmac.compare_digest(seal.encode(), self._seal(text).encode()):
            raise Refusal("badResumptionToken", "This token was not given out here.")
        named, kept, changed, key, told = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        if named != verb:
            raise Refusal("badResumptionToken", f"This token continues {named}.")
        return kept, (changed, key), told

    def _seal(self, text: str) -> str:
        return self.services.vault.salt("oai", text).hex()[:32]


_ANSWERS = {
    "Identify": Harvest.identify,
    "ListMetadataFormats": Harvest.list_metadata_formats,
    "ListSets": Harvest.list_sets,
    "ListIdentifiers": Harvest.list_records,
    "ListRecords": Harvest.list_records,
    "GetRecord": Harvest.get_record,
}


def _head(one: Listed) -> Published:
    """Return what the head of a record needs, without reading the guide."""
    return Published(one.key, "", one.changed, "", "", "", None, change=one.change)


def _arguments(pairs: list[tuple[str, str]], asked: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return what is wrong with the arguments of a request."""
    verb = asked.get("verb", "")
    named = [name for name, _value in pairs]
    if verb not in VERBS or named.count("verb") != 1:
        return [("badVerb", f"Verbs: {', '.join(VERBS)}; one of them, once.")]
    needed, allowed = VERBS[verb]
    given = set(named) - {"verb"}
    wrong = [
        ("badArgument", f"{name[:40]} is given more than once.")
        for name in sorted(given)
        if named.count(name) > 1
    ]
    wrong += [
        ("badArgument", f"{name[:40]} does not belong to {verb}.")
        for name in sorted(given - needed - allowed)
    ]
    if "resumptionToken" in given:
        if given != {"resumptionToken"}:
            wrong.append(("badArgument", "A resumptionToken stands alone."))
    else:
        wrong += [("badArgument", f"{name} is missing.") for name in sorted(needed - given)]
    wrong += [
        ("badArgument", f"{name[:40]} is empty.") for name, value in pairs if not value and name in given
    ]
    return wrong


def _span(asked: Mapping[str, str]) -> tuple[str, str]:
    """Return from when until when, to the second; a day is told whole."""
    since, until = asked.get("from", ""), asked.get("until", "")
    for text in filter(None, (since, until)):
        try:
            datetime.fromisoformat(text)
        except ValueError:
            raise Refusal("badArgument", "Days are YYYY-MM-DD, instants YYYY-MM-DDThh:mm:ssZ.") from None
        if not (_DAY.fullmatch(text) or _SECOND.fullmatch(text)):
            raise Refusal("badArgument", "Days are YYYY-MM-DD, instants YYYY-MM-DDThh:mm:ssZ.")
    if since and until and len(since) != len(until):
        raise Refusal("badArgument", "from and until are of different granularity.")
    if since and until and since > until:
        raise Refusal("badArgument", "from is later than until.")
    if len(until) == len("2026-11-21"):
        until += "T23:59:59Z"
    return since, until or "9999"
