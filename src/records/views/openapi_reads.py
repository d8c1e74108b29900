"""What the OpenAPI description says of the lists and figures that a program may read."""

from __future__ import annotations

import re
from typing import NamedTuple

from records.domain.permissions import Permission

from .openapi_parts import query, reading, within


class Read(NamedTuple):
    """One reading: its path, its name, what may stand in the query, what it answers, who may, and whether everybody may."""

    path: str
    name: str
    asks: tuple[str, ...]
    summary: str = ""
    permission: Permission | None = None
    public: bool = False


READS = (
    Read("/applicants/{id}/held", "applicants.held", ("purpose",), "What is held about an applicant, and each use of it; of a child only for a purpose", Permission.APPLICANT_VIEW),
    Read("/dossiers/{id}/archives", "dossiers.archives", ("purpose", "q", "item"), "Archived items one may read for a case, for a purpose; with item its papers", Permission.DOSSIER_FILL),
    Read("/archives/{id}/checks", "archives.checks", (), "The reports of the four checks of an item: at its archiving, and the last one in keeping", Permission.ARCHIVE_VIEW),
    Read("/lint", "lint", ("name", "text"), "", None),
    Read("/things/{key}", "things", (), "A package of items: the next question and what is certain so far", None, public=True),
    Read("/one_things", "one_things", (), "Packages of items in use and withdrawn, with their text and who published it", Permission.GUIDE_VIEW),
    Read("/overrides", "overrides", (), "What was taken again although held: one's own first, then by window, clerk and reason", Permission.DESK_VIEW),
    Read("/fetches", "fetches", ("state",), "What one's units still have to fetch from other organs, by due day; or what is settled", Permission.DESK_VIEW),
    Read("/library-imports", "library-imports", (), "Imported papers that nobody has compared with their picture yet", Permission.MATERIAL_VERIFY),
    Read("/validity", "validity", (), "Cases of one's units not yet decided with a material that holds no longer, by due day", Permission.DESK_VIEW),
    Read("/custody", "custody", ("state", "code", "keeper"), "Paper originals of one's units: in one state, of one keeper, or behind a code that was scanned", Permission.DESK_VIEW),
    Read("/uses/{id}", "uses.show", (), "One request for use, to whom its page is shown", Permission.USE_REQUEST),
    Read("/keeping", "keeping", (), "How the archives are kept: copies, reading again, formats at risk, media, alarms", Permission.KEEPING_VIEW),
    Read("/keeping/items", "keeping.items", ("list", "format", "after"), "The items behind a figure of keeping (kept, today, waiting, format), a page at a time", Permission.KEEPING_VIEW),
    Read("/due", "due", ("fonds", "year", "after"), "What fell due in a fonds with a year, by code, a page at a time", Permission.DISPOSITION_VIEW),
    Read("/transfer-due", "transfers.due", ("fonds", "after"), "What of a fonds is to be handed over to the archives", Permission.DISPOSITION_VIEW),
    Read("/transfers", "transfers.list", (), "The transfers of one's fonds: on their way, then received", Permission.DISPOSITION_VIEW),
    Read("/opening-due", "openings.due", ("fonds", "after"), "What of a fonds is due for opening", Permission.DISPOSITION_VIEW),
    Read("/holds", "holds.list", (), "The legal holds of one's fonds", Permission.DISPOSITION_VIEW),
    Read("/platforms", "platforms", (), "How each platform has answered of late", Permission.JOB_VIEW),
    Read("/burden", "burden", ("month", "unit"), "The burden ledger of a month by unit and guide and by window", Permission.BURDEN_VIEW),
    Read("/burden/cases", "burden.cases", ("month", "unit", "guide", "figure", "window"), "The cases behind one figure of the burden ledger", Permission.BURDEN_VIEW),
    Read("/batches", "batches", ("fonds",), "Batches of a fonds, the newest first", Permission.DESK_VIEW),
    Read("/batch-plan", "batch-plan", ("fonds", "month"), "A month before it is archived: what is ready, every exception with its reasons, the numbers to come", Permission.DESK_VIEW),
    Read("/unanswered", "unanswered", (), "Words that found nothing in the public search", Permission.UNANSWERED_VIEW),
    Read("/standards", "standards", (), "Standard materials with their names and how often guides ask for them", Permission.STANDARD_VIEW),
    Read("/merge-plan", "standards.plan", ("code", "into"), "What merging one standard material into another would change", Permission.STANDARD_VIEW),
    Read("/public/guides", "guides.search", ("q", "after"), "", None, public=True),
    Read("/catalogue", "catalogue", ("fonds", "year", "after"), "The catalogue of a fonds and year in the order of the codes", Permission.DESK_VIEW),
    Read("/boxes", "boxes", ("fonds", "code", "after"), "Boxes of a fonds with their places; with a code, what it leads to", Permission.DESK_VIEW),
    Read("/volumes", "volumes", ("fonds", "after"), "Volumes of a fonds by year and code", Permission.DESK_VIEW),
    Read("/fonds-file", "fonds-file", ("fonds",), "The fonds file: tables, registers, figures by year, and its papers", Permission.DESK_VIEW),
    Read("/uses", "uses", ("state",), "One's own requests for use, or with a state those one decides or lends on", Permission.DESK_VIEW),
    Read("/uses/{id}/pages", "uses.pages", (), "The papers of a request while its electronic loan runs", Permission.USE_REQUEST),
    Read("/uses/{id}/page", "uses.page", ("item", "paper", "page"), "One page as a picture with its watermark", Permission.USE_REQUEST),
    Read("/use_papers/{id}/pdf", "use_papers.pdf", (), "A paper that was made out, the same bytes each time", Permission.USE_LEND),
    Read("/use-register", "use-register", ("fonds", "year"), "The register of use of a fonds and year", Permission.USE_LEND),
    Read("/use-statistics", "use-statistics", ("fonds", "year"), "Uses by month, purpose and way", Permission.USE_LEND),
    Read("/seals", "seals", (), "Images of seals that may be used", Permission.USE_APPROVE),
)  # fmt: skip


def reads() -> dict[str, dict]:
    """Return the paths of all readings."""
    return {each.path: {"get": _described(each)} for each in READS}


def _described(each: Read) -> dict[str, object]:
    parameters = [*map(within, re.findall(r"{(\w+)}", each.path)), *map(query, each.asks)]
    found = reading(each.name, parameters, each.summary, each.permission)
    return found | ({"security": []} if each.public else {})
