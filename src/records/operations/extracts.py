"""Text of holdings (文本提取): read by a limited worker process, masked before it is kept; its pages are tried as well."""

from __future__ import annotations

from records.domain import masking
from records.extraction.types import MediaType
from records.indexes import feed, questions
from records.resources.site import Site

from .discretion import mobiles_as
from .evidence import trial_of
from .services import Services

LONGEST = 400_000


def extract_text(services: Services, digest: str) -> None:
    """Read a holding's text outside any lock, mask personal numbers in it, then keep it; twice changes nothing."""
    with services.database.read() as root:
        holding = root["site"].holdings.get(digest)
        if holding is None or holding.text_status != "owed":
            return
        media_type = holding.media_type
    extract = services.extractor.extract(services.store.path(digest), MediaType(media_type))
    trial = trial_of(services, digest, media_type)
    pages, left = [], LONGEST
    for page in extract.pages:
        if left <= 0:
            break
        masked = mobiles_as(masking.mask_text(page[:left], services.vault.token), services.vault.token)
        pages.append(masked)
        left -= len(masked)

    def record(root) -> None:
        site: Site = root["site"]
        holding = site.holdings[digest]
        holding.text_status, holding.text_tool = str(extract.text_status), extract.tool
        holding.text_pages = tuple(pages)
        holding.page_count = extract.page_count or holding.page_count
        holding.tried = trial
        site.jobs.strike(holding.owed)
        for dossier in list(questions.dossiers_showing(site, digest)):
            feed.touch(site, dossier)
            if dossier.archived_item:
                feed.touch(site, site.archives[dossier.archived_item])

    services.database.run(record, note="extract")
