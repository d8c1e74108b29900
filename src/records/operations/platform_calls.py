"""One call of a platform (平台查询): prepared on a snapshot, noted in the access log, made without any lock.

Whoever holds a personal number here holds it in memory only; addresses, logs and errors never do.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from records.domain.fetching import FetchState, Health, Licence, Question, Reply
from records.domain.findings import Finding, Refused
from records.exchange.platform_answers import sheet
from records.exchange.platforms import Platform
from records.extraction.types import EXTENSIONS, sniff
from records.resources.fetches import Fetch
from records.resources.site import Site
from records.store import StoreFull

from .discretion import masked
from .materials import Upload
from .services import Services

NO_PLATFORM = Finding("platform.not-configured")


@dataclass(frozen=True, slots=True)
class Call:
    """A question with the platform it goes to, and in whose name it is asked."""

    platform: Platform
    question: Question
    asked_by: str
    holder: str


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of a fetch this time: a reply, or why nobody asked (a state, or the instant before which to wait)."""

    reply: Reply | FetchState | datetime
    upload: Upload | None = None
    request: str = ""
    asked: bool = False


def prepare(
    services: Services, site: Site, fetch: Fetch, *, met: FetchState | None
) -> Call | FetchState | datetime | Finding:
    """Make the call of a fetch, or say why there is none: not needed any more, the platform rests, none is configured."""
    if met is not None:
        return met
    platform = services.platforms.serving(fetch.licence_type)
    if platform is None:
        return NO_PLATFORM
    rests = health_of(site, platform.key).rests_until
    if rests is not None and rests > services.clock.now():
        return rests
    holder, dossier = site.applicants[fetch.holder], site.dossiers[fetch.dossier]
    question = Question(
        request=f"{fetch.id}-{fetch.tries + 1}",
        holder_kind=holder.number_kind,
        holder_number=services.vault.unseal(holder.number_sealed, purpose="applicant-number"),
        licence_type=fetch.licence_type,
        purpose=dossier.code,
        unit=site.office["units"][fetch.unit]["credit_code"],
    )
    return Call(platform, question, fetch.asked_by, holder.id)


def hear(services: Services, call: Call) -> Heard:
    """Ask, after the access log has it with its purpose, and put what came into the content store.

    A log that cannot be written stops the call (:class:`records.operations.access.AccessLogUnwritable`).
    """
    question = call.question
    services.access.note(
        services.clock.now(),
        {
            "by": call.asked_by,
            "window": "",
            "from": "",
            "read": f"platform.{call.platform.key}",
            "on": call.holder,
            "purpose": question.purpose,
            "request": question.request,
        },
    )
    reply = call.platform.look_up(question)
    if not isinstance(reply, Licence):
        return Heard(reply, request=question.request, asked=True)
    upload = _stored(services, call, reply)
    if isinstance(upload, Finding):
        return Heard(upload, request=question.request, asked=True)
    # What is in the store need not go through the transaction once more.
    kept = replace(reply, file=b"", facts=())
    return Heard(kept, upload, question.request, asked=True)


def _stored(services: Services, call: Call, licence: Licence) -> Upload | Finding:
    """Put the file of a licence, or the sheet of a record, into the store; a limited worker looks at it first."""
    content = licence.file or sheet(
        licence,
        platform=call.platform.name,
        purpose=call.question.purpose,
        at=services.clock.now(),
        masked=masked,
    )
    extension = "txt" if not licence.file else "pdf"
    media_type = next(
        (
            found
            for name in dict.fromkeys((f".{extension}", *EXTENSIONS))
            if not isinstance(found := sniff(content[:4096], f"licence{name}"), Refused)
        ),
        None,
    )
    if media_type is None:
        return Finding("platform.file-type", subject=call.platform.key)
    try:
        stored = services.store.put_bytes(content)
    except StoreFull:
        return Finding("platform.disk-full", subject=call.platform.key)
    inspection = services.extractor.inspect(services.store.path(stored.digest), media_type)
    if not inspection.ok:
        return Finding("platform.file-broken", subject=call.platform.key)
    extension = next(name for name, of in EXTENSIONS.items() if of is media_type)
    return Upload(
        digest=stored.digest,
        sm3=stored.sm3,
        size=stored.size,
        media_type=str(media_type),
        title=f"{licence.title}{extension}",
        page_count=inspection.pages,
    )


def health_of(site: Site, platform: str) -> Health:
    """Return how a platform has answered of late; one that was never asked has nothing to say."""
    known = {key: Health(*said) for key, *said in site.fetches.health}
    return known.get(platform, Health())


def note_health(site: Site, platform: str, reply: Reply, at: datetime) -> None:
    """Write down how a call went."""
    _keep(site, platform, health_of(site, platform).after(reply, at))


def forget_silences(site: Site, platform: str) -> None:
    """Let a platform be called again at once."""
    _keep(site, platform, replace(health_of(site, platform), silences=0))


def _keep(site: Site, platform: str, health: Health) -> None:
    others = tuple(each for each in site.fetches.health if each[0] != platform)
    mine = (platform, health.answered_at, health.failed_at, health.fault, health.silences, health.params)
    site.fetches.health = (*others, mine)
