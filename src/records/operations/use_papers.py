"""Papers of use (利用文书): numbered with the act, made after it, and kept as they were made.

The bytes lie in the content store under the digest that is on the register; what is printed later is these bytes, whatever
became of the seal, the title or the layout since. They go when the item goes, of which the paper then tells only the number.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING
from urllib.parse import quote

from records.clock import civil_date
from records.domain import uses as rules
from records.domain.findings import Finding, Refused
from records.domain.permissions import Permission
from records.domain.use_figures import pages_of
from records.domain.uses import Deed, PaperKind, Purpose, UseState
from records.domain.vocabulary import ItemState
from records.extraction.types import MediaType
from records.indexes import keys
from records.indexes import use_questions as asked
from records.resources.archives import ArchivedItem
from records.resources.site import Site
from records.resources.uses import Seal, UsePaper, UseRequest

from .acts import Act, leave_trace, owe, register
from .archived_papers import papers_in
from .discretion import discreet
from .lending import note_event
from .notices import LOCAL, ready_typeface
from .seals import wrong_seal
from .services import WORKER, Services
from .uses import item_of, numbered, sought_of, trace, ways_of

if TYPE_CHECKING:
    from records.exchange.use_papers import UsePaperFacts

VERB = "make-use-paper"
LEND = Permission.USE_LEND
SEALED_FOR = "use-paper"
WIDE, SEAL_WIDE = 1600, 700

#: The word of each series after the unit's own sign.
WORDS = {PaperKind.COPY: "档复", PaperKind.CERTIFICATE: "档证", PaperKind.NOT_FOUND: "查告"}


@discreet
def stamp_copy(
    act: Act, use: UseRequest, *, code: str = "", paper: int = 1, pages: str = "", copies: int = 1, seal: str = ""
) -> UseRequest | Refused:  # fmt: skip
    """Make out a stamped copy (出具复制件) of pages of a paper of an item: ``1-3，5``, or all of them.

    It gets the next number of its series; where the paper turns out not to have these pages the number is void. Findings:
    those of ``guard_paper`` and ``guard_seal``, ``use.no-such-paper``.
    """
    item = item_of(act.site, use, code)
    wanted = pages_of(pages, max(item.page_count, 1)) if item is not None else ()
    found = list(_guard(act, use, Deed.COPY, item, pages=len(wanted)))
    if item is not None and not 1 <= paper <= max(item.document_count, 1):
        found.append(Finding("use.no-such-paper", subject="paper", params={"count": item.document_count}))
    found += wrong_seal(act, seal.strip(), use.fonds)
    if found or item is None:
        return Refused(tuple(found))
    made = _make(act, use, PaperKind.COPY, item, seal=seal.strip())
    made.paper, made.pages, made.copies = paper, wanted if pages.strip() else (), copies
    return _issue(act, use, made, Deed.COPY, item)


@discreet
def certify(
    act: Act, use: UseRequest, *, code: str = "", body: str = "", seal: str = ""
) -> UseRequest | Refused:
    """Certify from the archives (出具档案证明) what an item says; the text is kept sealed.

    Findings: those of ``guard_paper`` and ``guard_seal``.
    """
    item = item_of(act.site, use, code)
    found = (
        *_guard(act, use, Deed.CERTIFY, item, body=body.strip()),
        *wrong_seal(act, seal.strip(), use.fonds),
    )
    if found or item is None:
        return Refused(found)
    made = _make(act, use, PaperKind.CERTIFICATE, item, seal=seal.strip(), body=body.strip())
    return _issue(act, use, made, Deed.CERTIFY, item)


@discreet
def tell_not_found(act: Act, use: UseRequest, *, searched: str = "", seal: str = "") -> UseRequest | Refused:
    """Tell a reader in writing that nothing was found and what was searched (查档结果告知书); the request ends with it.

    Findings: those of ``guard_tell`` and ``guard_seal``.
    """
    codes = [act.site.archives[item].code for item in use.items]
    found = (
        *rules.guard_tell(UseState(use.state), items=codes, searched=searched.strip()),
        *wrong_seal(act, seal.strip(), use.fonds),
    )
    if found:
        return Refused(found)
    made = _make(act, use, PaperKind.NOT_FOUND, None, seal=seal.strip(), body=searched.strip())
    use.closed_by, use.closed_at = act.by.userid, act.at
    return _issue(act, use, made, Deed.TELL, None)


def make_paper(services: Services, paper_id: str) -> None:
    """Make a paper that is owed, store it, and record its digest in a second short transaction; doing it twice changes nothing."""
    from records.exchange.typeface import missing_glyphs

    with services.database.read() as root:
        site = root["site"]
        paper = site.use_papers[paper_id]
        if paper.state != "owed":
            return
        printed = _printed(services, site, paper)
        missing = (
            () if isinstance(printed, Refused) else missing_glyphs(_facts(services, site, paper).texts(), ready_typeface())
        )  # fmt: skip
    stored = None if isinstance(printed, Refused) else services.store.put_bytes(printed[0])

    def record(root) -> None:
        site = root["site"]
        paper = site.use_papers[paper_id]
        if paper.state != "owed":
            return
        act = services.act(site, WORKER, channel="job")
        if stored is None:
            paper.state, paper.why = "void", printed.findings[0].code
        else:
            paper.state, paper.pages, paper.missing = "made", printed[1], missing
            paper.digest, paper.size, paper.stored = stored.digest, stored.size, True
        leave_trace(act, f"usepaper.{paper.state}", paper, unit=paper.unit, why=paper.why)
        site.jobs.strike(paper.owed)

    services.database.run(record, note="use paper")


def bytes_of(services: Services, site: Site, paper: UsePaper) -> bytes | Refused:
    """Return a paper as it was made; refused when it is void, still owed, destroyed with its item, or lost.

    An item that was transferred since takes nothing away from what was made out before. Findings: ``use.item-destroyed``,
    ``use.paper-void``, ``use.paper-owed``, ``use.paper-differs``.
    """
    item = site.archives[paper.item] if paper.item else None
    if item is not None and item.state == ItemState.DESTROYED:
        return Refused(rules.guard_items((sought_of(site, item),)))
    if paper.state != "made":
        code = "use.paper-void" if paper.state == "void" else "use.paper-owed"
        return Refused((Finding(code, params={"code": paper.code}),))
    if services.store.verify(paper.digest):
        with services.store.open(paper.digest) as stream:
            return stream.read()
    printed = _printed(services, site, paper)  # one of before its bytes were kept, or lost in the store
    if isinstance(printed, Refused) or hashlib.sha256(printed[0]).hexdigest() != paper.digest:
        return Refused((Finding("use.paper-differs", params={"code": paper.code}),))
    return printed[0]


def bury_papers(act: Act, item: ArchivedItem) -> set[str]:
    """Let what was made out of an item go with it (随原件销毁); return the digests of the bytes.

    Number, day, pages and digest stay on the register, what a paper said does not.
    """
    found = set()
    for use in asked.uses_of(act.site, item.id):
        for paper in map(act.site.use_papers.__getitem__, use.papers):
            if paper.item != item.id or paper.state == rules.DESTROYED:
                continue
            found |= {paper.digest} - {""}
            act.site.jobs.strike(paper.owed)
            paper.state = paper.state if paper.state == "void" else rules.DESTROYED
            paper.facts_sealed, paper.missing, paper.stored = b"", (), False
            leave_trace(act, "usepaper.destroy", paper, unit=paper.unit, why=item.destruction_list)
    return found


def _guard(
    act: Act, use: UseRequest, deed: Deed, item: ArchivedItem | None, *, pages: int = 0, body: str = ""
) -> tuple[Finding, ...]:
    sought = sought_of(act.site, item) if item is not None else None
    return rules.guard_paper(deed, UseState(use.state), ways_of(use), sought, pages=pages, body=body)


def _make(
    act: Act, use: UseRequest, kind: PaperKind, item: ArchivedItem | None, *, seal: str, body: str = ""
) -> UsePaper:
    made = UsePaper()
    made.paper_kind, made.use, made.unit, made.seal = kind.value, use.id, use.unit, seal
    made.item, made.made_by = item.id if item is not None else "", act.by.userid
    made.facts_sealed = _sealed(act, use, body)
    made.code = numbered(act, use.unit, WORDS[kind])
    register(act, made)
    made.verify_code = act.vault.identifier("verify-use", made.number)
    site_url = act.site.office.get("url") or LOCAL
    made.url = f"{site_url}/verify?n={quote(made.code)}&c={made.verify_code}"
    keys.claim(act.site, keys.compose("use-code", made.code), made.id)
    return made


def _issue(act: Act, use: UseRequest, made: UsePaper, deed: Deed, item: ArchivedItem | None) -> UseRequest:
    use.papers = (*use.papers, made.id)
    use.state = rules.after(deed, UseState(use.state)).value
    if item is not None:
        note_event(act, item, "use.copied" if deed is Deed.COPY else "use.certified", made.code)
    leave_trace(act, f"usepaper.{made.paper_kind}", made, unit=made.unit, permission=LEND, why=use.code)
    trace(act, use, f"use.{deed.value}", LEND, why=made.code)
    owe(act, VERB, made.id, on=made)
    return use


def _printed(services: Services, site: Site, paper: UsePaper) -> tuple[bytes, tuple[int, ...]] | Refused:
    """Print a paper: its bytes, and the pages that were copied; a finding where they cannot be drawn."""
    from records.exchange import use_papers as press  # the PDF libraries are a third of what a start imports

    face, kind = ready_typeface(), PaperKind(paper.paper_kind)
    facts = _facts(services, site, paper)
    if kind is PaperKind.CERTIFICATE:
        return press.certificate(facts, typeface=face), ()
    if kind is PaperKind.NOT_FOUND:
        return press.not_found(facts, typeface=face), ()
    source = next((each for each in papers_in(services, site.archives[paper.item]) if each.number == paper.paper), None)  # fmt: skip
    if source is None or source.media is None:
        return Refused((Finding("use.pages", subject="pages"),))
    pages = facts.pages or tuple(range(1, max(source.pages, 1) + 1))
    if len(pages) > rules.MOST_PAGES:
        return Refused((Finding("use.pages-many", subject="pages", params={"most": rules.MOST_PAGES}),))
    path, pictures = services.store.path(source.digest), []
    for page in pages:
        picture = services.extractor.render(path, source.media, page, width=WIDE)
        if picture is None:
            return Refused((Finding("use.pages", subject="pages"),))
        pictures.append(picture)
    return press.stamped_copy(
        _facts(services, site, paper, pages, source.title), pictures, typeface=face
    ), pages


def _sealed(act: Act, use: UseRequest, body: str) -> bytes:
    """Freeze what a paper says beside its item, so that it is the same whenever it is printed."""
    unit, purpose = act.site.office["units"][use.unit], Purpose(use.purpose)
    said = {
        "organ": unit["name"],
        "contact": f"联系电话：{unit['phone']}" if unit.get("phone") else "",
        "handler": act.by.name,
        "reader": use.reader,
        "purpose": use.purpose_note if purpose is Purpose.OTHER else purpose.label,
        "sought": use.sought,
        "body": body,
    }
    return act.vault.seal(json.dumps(said, ensure_ascii=False), purpose=SEALED_FOR)


def _facts(
    services: Services, site: Site, paper: UsePaper, pages: tuple[int, ...] = (), title: str = ""
) -> UsePaperFacts:
    """Return what a paper says: as it was frozen with its number, and as the frozen item says."""
    from records.exchange.use_papers import UsePaperFacts

    said = json.loads(services.vault.unseal(paper.facts_sealed, purpose=SEALED_FOR))
    item, sought = site.archives.get(paper.item) if paper.item else None, said.pop("sought")
    return UsePaperFacts(
        **said,
        title=PaperKind(paper.paper_kind).label,
        number=paper.code,
        made_on=civil_date(paper.created_at),
        request=site.uses[paper.use].code,
        item_code=item.code if item is not None else "",
        item_title=item.title if item is not None else sought,
        paper_title=title,
        pages=pages or paper.pages,
        copies=paper.copies,
        url=paper.url,
        verify_code=paper.verify_code,
        seal=_seal_picture(services, site.seals[paper.seal]) if paper.seal else b"",
    )


def _seal_picture(services: Services, seal: Seal) -> bytes:
    picture = services.extractor.render(
        services.store.path(seal.digest), MediaType(seal.media_type), 1, width=SEAL_WIDE
    )
    if picture is None:
        raise ValueError(f"the image of seal {seal.id} cannot be drawn")
    return picture
