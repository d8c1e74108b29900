"""Notices (文书): numbered and frozen with the act, rendered after it, issued when the bytes are stored.

The act's transaction gives the number and keeps the facts as canonical JSON; after the write lock is released the same
request renders the PDF, stores it, and records its digest in a second short transaction. After a crash the worker does it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import quote

from records.domain import ledger
from records.domain.permissions import Permission
from records.domain.vocabulary import NoticeKind
from records.indexes import keys
from records.resources.dossiers import Dossier
from records.resources.notices import Notice

from .acts import Act, enter, leave_trace, owe, plain, register
from .services import WORKER, Services

if TYPE_CHECKING:
    from records.exchange.notices import NoticeSheet
    from records.exchange.typeface import Typeface


def issue(act: Act, dossier: Dossier, kind: NoticeKind, facts: Mapping[str, object]) -> Notice:
    """Give the next number of the unit's yearly series to a paper and freeze what it says (I7).

    The number reads 机关代字〔year〕n号, without gaps in its series; the paper is rendered after the act.
    """
    unit = act.site.office["units"][dossier.unit]
    year = act.today.year
    number = act.site.counter(f"notice:{dossier.unit}:{kind}:{year}").next()
    notice = Notice()
    notice.notice_kind = kind.value
    notice.code = f"{unit['notice_prefix']}{PREFIX[kind]}〔{year}〕{number}号"
    notice.dossier = dossier.id
    notice.unit = dossier.unit
    register(act, notice)
    notice.verify_code = act.vault.identifier("verify", notice.number)
    url = f"{(act.site.office.get('url') or LOCAL)}/verify?n={quote(notice.code)}&c={notice.verify_code}"
    notice.facts = ledger.canonical(
        plain(
            {
                **facts,
                "number": notice.code,
                "issued_on": act.today,
                "url": url,
                "verify_code": notice.verify_code,
            }
        )
    ).decode()
    keys.claim(act.site, keys.compose("notice-code", notice.code), notice.id)
    dossier.notices = (*dossier.notices, notice.id)
    leave_trace(act, f"notice.{kind}", notice, unit=dossier.unit, permission=Permission.NOTICE_VIEW)
    owe(act, "render-notice", notice.id, on=notice)
    return notice


#: Where a site answers whose office has not said its public address.
LOCAL = "http://127.0.0.1:6543"

#: The word of each series after the unit's own sign (机关代字).
PREFIX = {
    NoticeKind.RECEIPT: "收",
    NoticeKind.ACCEPTANCE: "受",
    NoticeKind.SUPPLEMENT: "补",
    NoticeKind.DECLINE: "不受",
    NoticeKind.GRANT: "准",
    NoticeKind.REFUSAL: "不准",
    NoticeKind.DELIVERY: "送",
    NoticeKind.CUSTODY: "存",
    NoticeKind.RETURN: "退",
    NoticeKind.REFERRAL: "报",
}


def sheet_of(notice: Notice) -> NoticeSheet:
    """Return what the frozen facts of a notice say, laid out for paper."""
    from records.exchange.wording import compose  # the PDF libraries are a third of what a start imports

    return compose(NoticeKind(notice.notice_kind), json.loads(notice.facts))


def ready_typeface() -> Typeface:
    """Return the typeface of our papers; the first call of a process loads it and the PDF libraries (half a second)."""
    from records.exchange.typeface import shipped_typeface

    return shipped_typeface()


def render_notice(services: Services, notice_id: str) -> None:
    """Render a notice that is owed, store the PDF, then record its digest; doing it twice changes nothing."""
    from records.exchange.notices import render
    from records.exchange.typeface import missing_glyphs

    with services.database.read() as root:
        notice = root["site"].notices[notice_id]
        if notice.digest:
            return
        sheet = sheet_of(notice)
    face = ready_typeface()
    stored = services.store.put_bytes(render(sheet, typeface=face))
    missing = missing_glyphs(sheet.texts(), face)

    def record(root) -> None:
        site = root["site"]
        notice = site.notices[notice_id]
        if notice.digest:
            return
        act = services.act(site, WORKER, channel="job")
        notice.digest, notice.sm3, notice.size = stored.digest, stored.sm3, stored.size
        notice.missing = missing
        notice.issued_at = act.at
        enter(act, "notice.issued", f"notice:{notice.id}", after=stored.digest)
        site.jobs.strike(notice.owed)

    services.database.run(record, note="notice")
