"""Catalogues (编目): the lines of items, boxes, volumes and whole fonds, gathered for printing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from records.clock import civil_date
from records.domain.arrangement import ArchivalCode, parse_code
from records.domain.catalogues import Carrier, CatalogueEntry, FondsPart, extent, numbers_of
from records.domain.findings import Finding, Refused
from records.domain.permissions import Permission
from records.domain.retention import ANY_FONDS
from records.domain.vocabulary import ItemState, Retention
from records.exchange import catalogues as printed
from records.exchange.catalogues import Form
from records.exchange.labels import Spine
from records.indexes import questions, shelf_questions
from records.resources.archives import ArchivedItem
from records.resources.boxes import Box
from records.resources.site import Site
from records.resources.volumes import Volume
from records.rules import code_patterns, retention_rows

from .archived_papers import papers_in
from .boxes import shelf_of
from .checklists import guide_of
from .discretion import shown
from .identities import identity_of
from .numbering import fonds_key, unit_code_of
from .services import Services

SECURITY = "内部"
"""What every item of a service centre is marked (密级): nothing that is secret may come in."""


def entry_of(services: Services, site: Site, item: ArchivedItem) -> CatalogueEntry:
    """Return the line of an item in a catalogue; of a destroyed one what its tombstone still says."""
    dossier = site.dossiers.get(item.dossier)
    found = parse_code(item.code, code_patterns()) if item.code else None
    fonds = site.office["fonds"][item.fonds]
    dated = dossier is not None and (dossier.decided_at or dossier.delivered_at)
    return CatalogueEntry(
        code=item.code or item.provisional_code,
        number=found.number if isinstance(found, ArchivalCode) else 0,
        document_number=shown(dossier.result_number) if dossier is not None else "",
        responsible=guide_of(site, dossier).unit_name if dossier is not None else fonds["name"],
        title=item.title,
        dated=civil_date(dated) if dated else None,
        security=SECURITY,
        pages=pages_of(services, item),
        remark="；".join(_remarks(item)),
        fonds=fonds["number"],
        year=item.year,
        retention=item.retention,
        unit=unit_code_of(site, item),
    )


def _remarks(item: ArchivedItem) -> Iterator[str]:
    if item.state in (ItemState.DESTROYED, ItemState.TRANSFERRED):
        yield ItemState(item.state).label
    if item.archives_number:
        yield f"馆编件号{item.archives_number}"
    if item.carrier in (Carrier.BOTH, Carrier.PAPER):
        yield "双套" if item.carrier == Carrier.BOTH else "仅纸质"


def pages_of(services: Services, item: ArchivedItem) -> int:
    """Return how many pages an item has; those registered before pages were counted say it in their package."""
    if item.page_count or not item.manifest or item.state == ItemState.DESTROYED:
        return item.page_count
    return sum(paper.pages for paper in papers_in(services, item))


def entries_of(services: Services, site: Site, items: Iterable[str]) -> tuple[CatalogueEntry, ...]:
    """Return the lines of items by their ids, in the order given."""
    return tuple(entry_of(services, site, site.archives[each]) for each in items)


def year_catalogue(services: Services, site: Site, fonds: str, year: int) -> tuple[Form, ...]:
    """Return the catalogue of a fonds and year (归档文件目录): for each class its cover and its list, in the order of the codes."""
    described = site.office["fonds"][fonds]
    lines = (
        (item.category, entry_of(services, site, item))
        for _, item in shelf_questions.catalogued(site, fonds, year)
    )
    forms: list[Form] = []
    for (category, retention, unit), group in groupby(
        lines, key=lambda line: (line[0], line[1].retention, line[1].unit)
    ):
        cover = printed.catalogue_cover(
            number=described["number"], name=described["name"], year=year, retention=retention, unit=unit
        )
        name = " ".join(filter(None, (category, retention, unit)))
        forms.append(Form(f"{cover.title} {name}", cover.pairs))
        forms.append(printed.catalogue(f"归档文件目录 {name}", (entry for _, entry in group)))
    return tuple(forms) or (printed.catalogue("归档文件目录", ()),)


def box_forms(services: Services, site: Site, box: Box) -> tuple[Form, ...]:
    """Return what lies on and in a box: its cover, the catalogue of its items, the reference note (盒封面、目录、备考表)."""
    entries = entries_of(services, site, box.items)
    note = box.note or f"盒内{len(entries)}件，{extent(entries).pages}页。"
    return (
        printed.box_cover(
            name=site.office["fonds"][box.fonds]["name"], year=box.year, retention=box.retention,
            unit=box.unit_code, entries=entries, code=box.code,
        ),
        printed.catalogue("归档文件目录", entries),
        printed.box_note(
            note=note, arranged_by=box.arranged_by, arranged_on=box.arranged_on, checked_by=box.checked_by,
            checked_on=box.checked_on,
        ),
    )  # fmt: skip


def volume_forms(services: Services, site: Site, volume: Volume) -> tuple[Form, ...]:
    """Return what is bound into a volume: cover, list of its items, reference note (案卷封面、卷内目录、卷内备考表)."""
    entries = entries_of(services, site, volume.items)
    whole = extent(entries)
    number = f"{volume.volume_number:03d}" if volume.volume_number else ""
    note = volume.note or f"本卷共{whole.count}件，{whole.pages}页。"
    return (
        printed.volume_cover(
            name=site.office["fonds"][volume.fonds]["name"], category=volume.category, title=volume.title,
            retention=volume.retention, entries=entries, number=number, code=volume.code,
        ),
        printed.inside_list(entries),
        printed.volume_note(
            note=note, arranged_by=volume.arranged_by, checked_by=volume.checked_by, arranged_on=volume.arranged_on,
        ),
    )  # fmt: skip


def box_list(services: Services, site: Site, fonds: str) -> Form:
    """Return the list of all boxes of a fonds with what is in them and where they stand (档案盒清单)."""
    rows = []
    for _, box in shelf_questions.boxes_of(site, fonds):
        entries = entries_of(services, site, box.items)
        rows.append(
            (
                box.code, box.year, printed.label_of(box.retention), box.unit_code, numbers_of(entries), len(entries),
                extent(entries).pages, box.thickness, shelf_of(box).text,
            )
        )  # fmt: skip
    return Form("档案盒清单", columns=printed.BOXES, rows=tuple(rows))


def spine_of(services: Services, site: Site, box: Box) -> Spine:
    """Return what stands on the spine of a box (盒脊)."""
    entries = entries_of(services, site, box.items)
    fonds = site.office["fonds"][box.fonds]
    pairs = (
        ("全宗名称", fonds["name"]), ("年度", str(box.year)), ("保管期限", printed.label_of(box.retention)),
        ("机构", box.unit_code), ("起止件号", numbers_of(entries)), ("盒号", f"{box.box_number:03d}"),
    )  # fmt: skip
    return Spine(box.thickness, pairs, box.code)


def fonds_forms(site: Site, fonds: str) -> tuple[Form, ...]:
    """Return the fonds file (全宗卷): introduction, periods with their approval, registers, figures by year, list of its papers.

    The figures come from the counters: no item is read for them. The registers read what was destroyed or transferred.
    """
    described = site.office["fonds"][fonds]
    return (
        Form("全宗介绍", (("全宗号", described["number"]), ("全宗名称", described["name"]), ("形成单位", described["name"]))),
        _period_table(described["number"]),
        _register(site, fonds, ItemState.DESTROYED, "销毁登记"),
        _register(site, fonds, ItemState.TRANSFERRED, "移交登记"),
        Form("历年统计", columns=printed.STATISTICS, rows=tuple(_figures(site, described["number"]))),
        Form(
            "全宗卷文件目录",
            columns=printed.FONDS_PAPERS,
            rows=tuple(
                (
                    at, FondsPart(paper.part).label, paper.document_number, paper.title,
                    f"{paper.dated:%Y%m%d}" if paper.dated else "", paper.note,
                )
                for at, paper in enumerate(shelf_questions.fonds_papers_of(site, fonds), 1)
            ),
        ),
    )  # fmt: skip


def _period_table(number: str) -> Form:
    rows = tuple(
        (
            row.title, row.retention.label, row.basis, row.approval, "已批准" if row.approved else "示例",
            row.since.isoformat(),
        )
        for row in retention_rows()
        if row.fonds in (number, ANY_FONDS)
    )  # fmt: skip
    return Form("归档范围和保管期限表", columns=printed.TABLES, rows=rows)


def _register(site: Site, fonds: str, state: ItemState, title: str) -> Form:
    rows = []
    for at, (_, item) in enumerate(questions.items_of(site, fonds, state.value), 1):
        last = item.management[-1] if item.management else ("", None, "", "", "")
        done = f"{civil_date(last[1]):%Y%m%d}" if last[1] else ""
        kept = printed.label_of(item.retention)
        rows.append((at, item.code, item.title, str(item.year), kept, last[3], done))
    return Form(title, columns=printed.REGISTER, rows=tuple(rows))


def _figures(site: Site, number: str) -> Iterator[tuple[str, str, str, str, int, int]]:
    """Yield by year, period, class and organ how many items and volumes were ever coded."""
    counted: dict[tuple[str, str, str, str], list[int]] = {}
    for prefix, count in shelf_questions.counted_series(site, number):
        head, retention, *rest = prefix.removeprefix(f"{number}-").split("-")
        category, _, year = head.rpartition("·")
        found = parse_code(f"{prefix}-{count:04d}", code_patterns())
        in_volume = isinstance(found, ArchivalCode) and found.series.volume > 0
        unit = found.series.unit if isinstance(found, ArchivalCode) else "-".join(rest)
        sums = counted.setdefault((year, retention, category, unit), [0, 0])
        sums[0] += count
        sums[1] += in_volume
    for (year, retention, category, unit), (items, volumes) in sorted(counted.items()):
        yield year, Retention(retention).label, category, unit, items, volumes


def write_catalogue(services: Services, fonds: str, year: int, path: Path, *, reader: str) -> int | Refused:
    """Write the catalogue of a fonds and year as XLSX or PDF, as the name of the file ends; return how many items it lists.

    The reading is on the access log first. Findings: ``box.fonds-unknown``, ``permission.denied``, ``catalogue.ending``.
    """
    with services.database.read() as root:
        site = root["site"]
        key, person = fonds_key(site, fonds), site.people.get(reader)
        found = []
        if path.suffix.lower() not in (".xlsx", ".pdf"):
            found.append(Finding("catalogue.ending", subject="to", params={"ending": path.suffix or "—"}))
        if not key:
            found.append(Finding("box.fonds-unknown", subject="fonds", params={"fonds": fonds}))
        elif person is None or not services.matrix.permits(
            identity_of(person, services.clock.today()), Permission.ARCHIVE_VIEW, unit=key
        ):
            found.append(Finding("permission.denied", params={"permission": Permission.ARCHIVE_VIEW.value}))
        if found:
            return Refused(tuple(found))
        forms = year_catalogue(services, site, key, year)
        name = site.office["fonds"][key]["name"]
    services.access.note(
        services.clock.now(), {"by": reader, "read": "catalogue", "on": key, "purpose": f"export {year}"}
    )
    with path.open("wb") as file:
        write_forms(
            services,
            file,
            forms,
            title=f"{name}{year}年归档文件目录",
            organ=name,
            pdf=path.suffix.lower() == ".pdf",
        )
    return sum(len(form.rows) for form in forms)


def write_forms(
    services: Services, file, forms: Iterable[Form], *, title: str, organ: str, pdf: bool
) -> None:
    """Write forms into an open file, as PDF or as a workbook."""
    if pdf:
        from .notices import ready_typeface  # the PDF libraries are only needed to print

        made_on = services.clock.today()
        file.write(printed.render(title, forms, organ=organ, made_on=made_on, typeface=ready_typeface()))
    else:
        printed.write_workbook(file, forms)
