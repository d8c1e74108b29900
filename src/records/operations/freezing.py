"""Freezing (归档): the package of one item planned, looked at and checked outside the lock, then registered under it.

Nothing of what is planned is kept before the checks have passed. Whoever settles it must find the case, the item and the
next number as they were read; otherwise nothing happens and the work is done again. Each of the ten steps is on the item
and in the audit log.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from records.clock import civil_date
from records.domain import arrangement, ledger, pipeline
from records.domain.findings import Refused
from records.domain.permissions import Permission
from records.domain.pipeline import Side, Step, StepResult
from records.domain.scope import LeftOut
from records.domain.verification import Report, Status
from records.domain.vocabulary import DossierState
from records.exchange import check_reports, packages
from records.extraction.types import Attempt, MediaType
from records.indexes import keys, questions
from records.resources.archives import ArchivedItem
from records.resources.dossiers import Dossier
from records.resources.site import Site
from records.rules.defects import CHANGED, defects, defects_of

from . import filing, numbering, volumes
from .acts import Act, enter, leave_trace
from .case_papers import Paper
from .continued import continued_facts, continues, papers_that_continue
from .identities import identity_of
from .numbering import NextCode
from .services import WORKER, Services

ATTEMPTS = 20


@dataclass(frozen=True, slots=True)
class Package:
    """A package that is ready to be registered or returned: its code, plan, report and papers, and what it was made from.

    ``seen`` are the places of case and item in the feed when they were read; ``listed`` the digest of the list of papers;
    ``received`` says that the archives have taken it.
    """

    wanted: NextCode | None
    planned: packages.Plan
    report: Report
    papers: tuple[Paper, ...]
    left_out: tuple[LeftOut, ...]
    seen: tuple[int, int]
    listed: str
    received: bool

    @property
    def registers(self) -> bool:
        """Tell whether the item is to be registered: somebody has received it, and it has a number."""
        return self.received and self.wanted is not None

    @property
    def failed(self) -> tuple[str, ...]:
        """Return the numbers of the checks that failed."""
        return tuple(result.id for result in self.report.results if result.status is Status.FAIL)

    @property
    def files(self) -> tuple[bytes, ...]:
        """Return what must be in the store before the package is registered."""
        return (*(content for _, content in self.planned.files), self.planned.manifest.canonical())


class _Once:
    """Something that is asked the same only once (只读一遍): each byte is read once, however many checks look at it."""

    def __init__(self, behind: Any, names: Iterable[str]) -> None:
        self._behind, self._names = behind, frozenset(names)
        self._answers: dict[tuple[object, ...], Any] = {}

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._behind, name)
        if name not in self._names:
            return found

        def ask(*about: object) -> Any:
            key = (name, *about)
            if key not in self._answers:
                self._answers[key] = found(*about)
            return self._answers[key]

        setattr(self, name, ask)
        return ask

    def learn(self, answer: Any, name: str, *about: object) -> None:
        """Take an answer that is known already."""
        self._answers[name, *about] = answer


def reading_once(services: Services) -> Services:
    """Return the services for the work on some packages: what they say of a file is asked once."""
    store = _Once(services.store, ("has", "head", "verify", "put_bytes"))
    return replace(services, store=store, extractor=_Once(services.extractor, ("inspect", "attempt")))


def _learn(services: Services, site: Site, dossier: Dossier) -> None:
    """Tell the reader of files what became of the notices that were tried ahead; their bytes have the same digest."""
    for notice in questions.notices_of(site, dossier):
        if notice.tried and isinstance(services.extractor, _Once):
            place = services.store.path(notice.digest)
            services.extractor.learn(Attempt(*notice.tried), "attempt", place, MediaType.PDF)


def pack(
    services: Services,
    site: Site,
    dossier: Dossier,
    item: ArchivedItem,
    *,
    wanted: NextCode | None,
    by: str,
) -> Package:
    """Plan the package of an item under the code it would have, look at every byte of it, and run the checks.

    Of each file is asked once what ``services`` (``reading_once``) say of it. ``wanted`` None means that it has no number yet; the provisional code stands in its place.
    """
    _learn(services, site, dossier)
    code = wanted.text if wanted is not None else item.provisional_code
    unit_code = wanted.series.unit if wanted is not None else numbering.unit_code_of(site, item)
    if continues(item):
        papers, left_out = papers_that_continue(site, item), ()
    else:
        papers, left_out = filing.kept_papers(services, site, dossier, item)
    facts = filing.facts_of(site, dossier, item, papers, code=code, day=services.clock.today(), by=by)
    if continues(item):
        facts = continued_facts(facts, item)
    described = {
        **facts,
        "unit_code": unit_code,
        "title": item.title,
        "applicant_kind": site.applicants[dossier.applicant].applicant_kind,
        "scope": filing.scope_wanted(site, dossier, item, papers),
    }
    draft = packages.plan({**facts, "report": {}})
    holder = keys.owner(site, keys.compose("archival-code", arrangement.search_key(code)))
    taken = frozenset({code} if holder not in (None, item.id) else ())
    checked = filing.package_facts(services, site, dossier, described, papers, draft, taken=taken, item=item)
    report = filing.check(checked, at=services.clock.now().isoformat(timespec="seconds"))
    written = check_reports.as_facts(report, lambda found: services.sentence("zh_Hans", found))
    return Package(
        wanted,
        packages.plan({**facts, "report": written}, draft=draft),
        report,
        papers,
        left_out,
        (dossier.seq, item.seq),
        listed(papers),
        bool(item.received_by),
    )


def listed(papers: Iterable[Paper]) -> str:
    """Return the digest of a list of papers (移交清单摘要): what was handed over must be what is received."""
    lines = "".join(f"{paper.scope} {paper.digest}\n" for paper in papers)
    return hashlib.sha256(lines.encode()).hexdigest()


def freeze_package(services: Services, item_id: str) -> None:
    """Plan, check and freeze the package of a pending item; doing it twice changes nothing.

    A package that nobody has received yet stops after the hand-over (交换) and waits for the archives.
    """
    volumes.prepare(services, item_id)
    for _ in range(ATTEMPTS):
        if _freeze(services, item_id):
            return
    raise RuntimeError(f"{item_id}: its series never stood still")


def _freeze(services: Services, item_id: str) -> bool:
    with services.database.read() as root:
        site = root["site"]
        item: ArchivedItem = site.archives[item_id]
        if not owes_work(site, item):
            return True
        dossier = site.dossiers[item.dossier]
        wanted = numbering.next_code(site, item) if has_place(site, item) else None
        by = site.people[item.received_by or item.handed_by or item.archived_by].name
        package = pack(reading_once(services), site, dossier, item, wanted=wanted, by=by)
    if (
        package.registers and package.report.passed
    ):  # what a failed package would have said of itself is never kept
        services.store.put_all(package.files)

    def within(root) -> bool:
        site = root["site"]
        fresh = site.archives[item_id]
        if not owes_work(site, fresh):
            return True
        act = services.act(site, _who(site, fresh, services), channel="job")
        if not settle(act, fresh, package):
            return False
        site.jobs.strike(fresh.owed)
        return True

    return bool(services.database.run(within, note="freeze"))


def owes_work(site: Site, item: ArchivedItem) -> bool:
    """Tell whether an item is to be packed now: pending, and not waiting for a person to receive it."""
    if item.state != "pending":
        return False
    if not pipeline.waits_for_receipt(item.steps):
        return True
    return bool(item.received_by) and has_place(site, item)


def has_place(site: Site, item: ArchivedItem) -> bool:
    """Tell whether an item can be numbered: of a category by volume (按卷) only when it lies in one."""
    return bool(item.volume) or not numbering.by_volume(site, item)


def settle(act: Act, item: ArchivedItem, package: Package) -> bool:
    """Register or return an item by its package (登记编目、退回), or hand it over when nobody has received it yet.

    False, and nothing is done, when case, item or number are no longer what they were.
    """
    dossier = act.site.dossiers[item.dossier]
    if (dossier.seq, item.seq) != package.seen:
        return False
    received = pipeline.waits_for_receipt(item.steps)
    changed = received and item.listed_papers != package.listed
    good = package.report.passed and not changed
    if package.registers and good:
        pages = sum(paper.pages for paper in package.papers)
        if not numbering.take(act, item, package.wanted, pages=pages):
            return False
    item.report = ledger.canonical(package.report.as_dict()).decode()
    if not received:
        _take_unit_steps(act, item, package)
    if not good:
        _return(act, item, package, step=Step.RECEIVE if received else Step.CHECK, changed=changed)
    elif package.registers:
        _register(act, item, dossier, package)
    else:
        item.listed_papers = package.listed
        _take(act, item, Step.EXCHANGE, f"移交清单摘要 {package.listed[:16]}")
        leave_trace(act, "archive.hand-over", item, unit=item.unit)
    return True


def _take(act: Act, item: ArchivedItem, step: Step, note: str, result: StepResult = StepResult.DONE) -> None:
    """Take one step: it stands on the item and in the audit log."""
    by = item.received_by if pipeline.side_of(step) is Side.ARCHIVES else item.handed_by
    moved = pipeline.advance(item.steps, step, at=act.at, by=by or act.by.userid, result=result, note=note)
    if isinstance(moved, Refused):
        raise ValueError(f"{item.id}: {[found.code for found in moved.findings]}")
    item.steps = moved
    enter(act, f"archive.step.{step.value}", f"archive:{item.id}", why=f"{result.label} {note}".strip())


def _take_unit_steps(act: Act, item: ArchivedItem, package: Package) -> None:
    """Take the steps of the unit up to the check: what was collected, arranged, counted, packed and fixed."""
    papers, files = package.papers, len(package.planned.files)
    out = "；".join(f"{each.title}（{each.reason}）" for each in package.left_out)
    _take(act, item, Step.COLLECT, f"文件{len(papers)}份" + (f"；不归档：{out}" if out else ""))
    _take(act, item, Step.ARRANGE, f"{item.category} {item.year} {item.retention}")
    _take(act, item, Step.COUNT, f"{len(papers)}份，{sum(paper.pages for paper in papers)}页")
    _take(act, item, Step.PACK, f"文件{len(papers)}个，描述文件{files}个")
    _take(act, item, Step.FIX, f"SHA-256、SM3各{len(package.planned.manifest.parts)}个")
    if package.report.passed:
        _take(act, item, Step.CHECK, _counted(package.report))


def _counted(report: Report) -> str:
    passed = sum(result.status is Status.PASS for result in report.results)
    return f"{len(report.results)}项检测，{passed}项通过，不通过0项"


def _return(act: Act, item: ArchivedItem, package: Package, *, step: Step, changed: bool) -> None:
    found = defects_of(package.failed)
    if changed:
        found = (*found, *(defect for defect in defects() if defect.code == CHANGED))
    item.defects = tuple((defect.code, "") for defect in found)
    note = "；".join(f"{defect.code} {defect.words}" for defect in found)
    _take(act, item, step, note, StepResult.RETURNED)
    item.state = "returned"
    leave_trace(act, "archive.return", item, unit=item.unit, why=note)


def _register(act: Act, item: ArchivedItem, dossier: Dossier, package: Package) -> None:
    manifest = package.planned.manifest
    if pipeline.next_step(item.steps) is Step.EXCHANGE:
        item.listed_papers = package.listed
        _take(act, item, Step.EXCHANGE, f"移交清单摘要 {package.listed[:16]}")
    _take(act, item, Step.RECEIVE, f"与移交清单一致；{_counted(package.report)}")
    _take(act, item, Step.REGISTER, item.code)
    _take(act, item, Step.STORE, f"信息包摘要 {manifest.digest}")
    item.manifest = item.package_digest = manifest.digest
    item.state, item.archived_at, item.archived_by = "archived", act.at, item.received_by or item.archived_by
    item.document_count, item.byte_count = len(package.papers), manifest.size
    keys.claim(act.site, keys.compose("archival-code", arrangement.search_key(item.code)), item.id)
    leave_trace(act, "archive.register", item, unit=item.unit, permission=Permission.DOSSIER_ARCHIVE)
    if continues(item):
        return
    dossier.state = DossierState.ARCHIVED.value
    dossier.events = (*dossier.events, ("archive", act.at, item.archived_by, ""))
    leave_trace(act, "dossier.archive", dossier, unit=dossier.unit, permission=Permission.DOSSIER_ARCHIVE)


def _who(site: Site, item: ArchivedItem, services: Services):
    person = site.people.get(item.received_by or item.handed_by or item.archived_by)
    return identity_of(person, services.clock.today()) if person is not None else WORKER


def closed_on(dossier: Dossier):
    """Return the civil day on which a case was closed (办结)."""
    return civil_date(dossier.delivered_at)
