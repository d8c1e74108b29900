"""Where is my case, and is this notice ours (进度查询、文书核验): answered to whoever holds the printed code.

An unknown number and a wrong code get the same answer after the same work. Wrong codes are counted in memory, by number
and by address; there is no puzzle to solve.
"""

from __future__ import annotations

import hashlib
import hmac
import threading
import unicodedata
from collections import deque
from datetime import datetime, timedelta

from pyramid.config import Configurator
from pyramid.request import Request
from pyramid.security import NO_PERMISSION_REQUIRED

from records.clock import civil_date
from records.domain.clocks import WEEKDAYS
from records.domain.findings import Finding
from records.domain.referrals import last_of
from records.domain.uses import DESTROYED, PaperKind
from records.domain.vocabulary import DossierState, GapKind, NoticeKind, Outcome
from records.i18n import _
from records.indexes import questions, use_questions
from records.operations import subjects
from records.operations.checklists import guide_of
from records.operations.use_register import STATES
from records.resources.dossiers import Dossier
from records.resources.site import Site
from records.resources.uses import UsePaper

from . import rights
from .doors import navigation
from .layout import day, instant, shown

#: What happened, to somebody who does not work here; what is not here is the office's own business.
HAPPENED = {
    "receive": _("We received your papers."),
    "accept": _("Your application was accepted. The time limit began."),
    "deem_accepted": _("Your application counts as accepted since the day of receipt."),
    "request_supplement": _("We told you at once everything that is missing."),
    "supplement": _("We received what was missing."),
    "decline": _("Your application was not accepted. The notice gives the reason and what you can do."),
    "refer": _("Your papers went up to the organ that decides. You hand in nothing again."),
    "answer_referral": _("The organ above has answered."),
    "decide": _("A decision was made."),
    "deliver": _("The result was handed over."),
    "withdraw": _("You withdrew your application."),
}

#: What comes next in each state, and who does it.
NEXT = {
    DossierState.DRAFT: _("Hand in your papers at the counter."),
    DossierState.RECEIVED: _("The counter looks through your papers and accepts the application, or tells you at once everything that is missing."),
    DossierState.SUPPLEMENT: _("Please bring what is listed below. The time until then does not count."),
    DossierState.ACCEPTED: _("The department examines your application and decides."),
    DossierState.DECLINED: _("Nothing more happens unless you apply again or object; the notice says how."),
    DossierState.DECIDED: _("The result is ready. Fetch it at the counter, or wait for it if you chose another way."),
    DossierState.DELIVERED: _("Your case is done. You need do nothing more."),
    DossierState.ARCHIVED: _("Your case is done. You need do nothing more."),
    DossierState.WITHDRAWN: _("Your case is closed. You may apply again at any time."),
}  # fmt: skip

FINISHED = frozenset({DossierState.DELIVERED, DossierState.ARCHIVED})
"""To a citizen the case is done with the delivery; filing is the office's own business."""
NOBODY = "0" * 64
BRACKETS = str.maketrans("[]()【】〖〗", "〔〕〔〕〔〕〔〕")
"""Brackets that are typed for those of a printed number."""


class Throttle:
    """How often somebody may be wrong (限次): so many times within a span, per key, in the memory of this process."""

    def __init__(self, most: int, within: timedelta, *, keys: int = 20_000) -> None:
        self.most, self.within, self._keys = most, within, keys
        self._mutex = threading.Lock()
        self._wrong: dict[str, deque[datetime]] = {}

    def stopped(self, key: str, now: datetime) -> bool:
        """Tell whether this key has been wrong too often."""
        with self._mutex:
            return len(self._recent(key, now)) >= self.most

    def wrong(self, key: str, now: datetime) -> None:
        """Count one wrong answer."""
        with self._mutex:
            times = self._recent(key, now)
            times.append(now)
            self._wrong.pop(key, None)
            self._wrong[key] = times
            while len(self._wrong) > self._keys:
                del self._wrong[next(iter(self._wrong))]

    def _recent(self, key: str, now: datetime) -> deque[datetime]:
        times = self._wrong.get(key, deque())
        while times and times[0] <= now - self.within:
            times.popleft()
        return times


def normal_code(text: str) -> str:
    """Return a number as it is printed on the receipt, however it was typed: full width, small letters, blanks."""
    return "".join(unicodedata.normalize("NFKC", text).upper().split())[:60]


def normal_number(text: str) -> str:
    """Return the number of a paper as it is printed: whatever brackets a keyboard has stand for 〔〕."""
    return normal_code(text).translate(BRACKETS)


def same(given: str, kept: str) -> bool:
    """Compare a code without telling by time how much of it fits."""
    digests = (hashlib.sha256(text.encode()).digest() for text in (given, kept or NOBODY))
    return hmac.compare_digest(*digests) and bool(kept)


def progress_page(context: Site, request: Request) -> dict[str, object]:
    """Ask for the two numbers on the receipt."""
    return {"navigation": navigation(request), "number": normal_code(request.GET.get("n", "")), "case": None}


def progress(context: Site, request: Request) -> dict[str, object]:
    """Tell how a case stands to whoever knows its number and its code; reading is on the access log first."""
    # The form comes by POST so that the code stands in no address; nothing is written.
    request.tm.doom()
    number, code = normal_code(request.POST.get("number", "")), normal_code(request.POST.get("code", ""))
    page = {"navigation": navigation(request), "number": number, "case": None}
    by_number, by_address = request.registry.progress_by_number, request.registry.progress_by_address
    address = request.client_addr or ""
    dossier = questions.dossier_with_code(request.site, number) if number else None
    fits = same(code, dossier.inquiry_code if dossier is not None else "")
    if by_number.stopped(number, request.now) or by_address.stopped(address, request.now):
        return _refused(request, page, Finding("progress.too-often", subject="number"), 429)
    if not fits:
        by_number.wrong(number, request.now)
        by_address.wrong(address, request.now)
        return _refused(request, page, Finding("progress.no-match", subject="number"), 404)
    request.note_read("progress", f"dossier:{dossier.id}")
    return {**page, "case": _case(request, dossier)}


def _refused(request: Request, page: dict[str, object], found: Finding, status: int) -> dict[str, object]:
    request.response.status_int = status
    return {**page, "errors": shown(request, (found,))}


def _case(request: Request, dossier: Dossier) -> dict[str, object]:
    site, state = request.site, DossierState(dossier.state)
    guide = guide_of(site, dossier)
    lines = {line.id: line for line in guide.lines}
    running = state in (DossierState.RECEIVED, DossierState.ACCEPTED)
    due = dossier.promised_due if running else None
    return {
        "code": dossier.code,
        "title": guide.title,
        "name": subjects.public_name(site, site.applicants[dossier.applicant]),
        "state": _("Done") if state in FINISHED else state.label,
        "done": state in FINISHED,
        "next": _next(dossier, state),
        "due": f"{due.year}年{due.month}月{due.day}日（{WEEKDAYS[due.weekday()]}）" if due else "",
        "provisional": dossier.due_provisional,
        "outcome": Outcome(dossier.outcome).label if dossier.outcome else "",
        "missing": [
            {"name": lines[line].name, "kind": GapKind(kind).label, "demand": demand}
            for line, kind, demand in dossier.gaps
            if state is DossierState.SUPPLEMENT and line in lines
        ],
        "events": [
            {"at": instant(at), "iso": at.isoformat(), "what": HAPPENED[event]}
            for event, at, _by, _note in reversed(dossier.events)
            if event in HAPPENED
        ],
        "held": rights.for_receipt(request, dossier),
        "unit": guide.unit_name,
        "contact": guide.contacts[0].value if guide.contacts else "",
        "complaint": guide.complaints[0].value if guide.complaints else "",
        "place": guide.places[0] if guide.places else None,
    }


def _next(dossier: Dossier, state: DossierState) -> str:
    """Say what comes next and who does it; while a case lies with the organ above, that organ."""
    last = last_of(dossier.referrals)
    if state is DossierState.ACCEPTED and last is not None and last.waiting:
        sent = last.sent_on
        words = _("${organ} decides; we handed your papers up on ${day}. The time limit runs on.")
        return _(words, mapping={"organ": last.organ, "day": f"{sent.year}年{sent.month}月{sent.day}日"})
    return NEXT[state]


def verify(context: Site, request: Request) -> dict[str, object]:
    """Say whether a printed notice is ours: by whom, when, what kind, and the digest of the paper; nobody is named."""
    number = normal_number(request.GET.get("n", ""))
    code = normal_code(request.GET.get("c", "")).lower()
    page = {"navigation": navigation(request), "number": number, "code": code, "notice": None}
    if not number and not code:
        return page
    paper = use_questions.paper_with_code(request.site, number)
    if paper is not None and same(code, paper.verify_code):
        return {**page, "notice": _use_paper(request, paper)}
    notice = questions.notice_with_code(request.site, number)
    if not same(code, notice.verify_code if notice is not None else ""):
        request.response.status_int = 404
        return {**page, "errors": shown(request, (Finding("verify.no-match", subject="number"),))}
    unit = request.site.office["units"].get(notice.unit, {})
    return {
        **page,
        "notice": {
            "kind": NoticeKind(notice.notice_kind).label,
            "code": notice.code,
            "unit": unit.get("name", notice.unit),
            "issued": day(civil_date(notice.issued_at)) if notice.issued_at else "",
            "item": "",
            "pages": "",
            "digest": notice.digest,
            "sm3": notice.sm3,
        },
    }


def _use_paper(request: Request, paper: UsePaper) -> dict[str, str]:
    """Say whether a stamped copy or another paper of use is ours; a void number says so, nobody is named."""
    unit = request.site.office["units"].get(paper.unit, {})
    return {
        "kind": PaperKind(paper.paper_kind).label,
        "code": f"{paper.code}（{STATES[paper.state]}）"
        if paper.state in ("void", DESTROYED)
        else paper.code,
        "unit": unit.get("name", paper.unit),
        "issued": day(civil_date(paper.created_at)) if paper.state in ("made", DESTROYED) else "",
        "item": request.site.archives[paper.item].code if paper.item else "",
        "pages": "、".join(map(str, paper.pages)),
        "digest": paper.digest,
        "sm3": "",
    }


def includeme(config: Configurator) -> None:
    """Open the inquiry counter."""
    config.registry.progress_by_number = Throttle(5, timedelta(minutes=10))
    config.registry.progress_by_address = Throttle(20, timedelta(hours=1))
    anybody = {"context": Site, "permission": NO_PERMISSION_REQUIRED}
    config.add_view(
        progress_page, name="progress", request_method="GET", renderer="public/progress.pt", **anybody
    )
    config.add_view(
        progress, name="progress", request_method="POST", renderer="public/progress.pt", **anybody
    )
    config.add_view(verify, name="verify", request_method="GET", renderer="public/verify.pt", **anybody)
