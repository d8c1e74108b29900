"""A small existing archive for tests of its import: rows of a directory, a workbook of them, and scans that bear the codes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping

import openpyxl

from records.exchange import samples
from records.jobs import work_once
from records.operations import archive_imports
from records.resources.imports import ArchiveImport
from tests.office import ARCHIVIST, Office

FONDS = "market-regulation"
HEAD = ("档号", "题名", "年度", "保管期限", "责任者", "文号", "日期", "页数", "文件", "存放位置")


def code_of(number: int, year: int = 2015) -> str:
    """Return the code of an older item, kept for ten years."""
    return f"J043-ZY·SP·{year}-D10-ZCG-{number:04d}"


def row(number: int, year: int = 2015, **told: str) -> dict[str, str]:
    """Return a row that is right; ``told`` are cells by heading that say something else."""
    return {
        "档号": code_of(number, year), "题名": f"䶮溪镇𠮷祥饭店{number}号卫生许可", "年度": str(year), "保管期限": "10年",
        "责任者": "云溪县卫生防疫站", "文号": f"云卫〔{year}〕{number}号", "日期": f"{year}年3月2日", "页数": "1",
        "存放位置": "三号库2架", **told,
    }  # fmt: skip


def directory(rows: Iterable[Mapping[str, str]], head: Iterable[str] = HEAD) -> bytes:
    """Return the workbook of a directory."""
    book, file, columns = openpyxl.Workbook(), io.BytesIO(), tuple(head)
    book.active.append(columns)
    for each in rows:
        book.active.append([each.get(name, "") for name in columns])
    book.save(file)
    return file.getvalue()


def bundle(names: Iterable[str]) -> bytes:
    """Return a ZIP of small scans by name."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in dict.fromkeys(names):
            archive.writestr(name, samples.text_pdf(name, (name,)))
    return file.getvalue()


def scans(rows: Iterable[Mapping[str, str]]) -> bytes:
    """Return a ZIP with a scan for each row, named by its code."""
    return bundle(f"扫描件/{each['档号']}.pdf" for each in rows)


def work(office: Office) -> None:
    """Do everything that is owed, and bring the index forward."""
    while work_once(office.services):
        pass


def record_of(office: Office, key: str) -> ArchiveImport:
    """Return an import as it is now."""
    with office.site() as site:
        record = archive_imports.import_of(site, key)
        record._p_activate()
        return record


def brought(office: Office, rows: list[dict[str, str]], **more: str) -> str:
    """Hand a directory in, look it over and enter it; return the id of the import."""
    listed = office.services.store.put_bytes(directory(rows))
    files = office.services.store.put_bytes(scans(rows))
    key = office.do(
        ARCHIVIST,
        lambda act: archive_imports.bring(
            act, name="目录.xlsx", file=listed.digest, bundle=files.digest, size=1, fonds=FONDS, **more
        ),
    )
    archive_imports.work_on(office.services, key)
    office.do(
        ARCHIVIST,
        lambda act: archive_imports.apply(act, archive_imports.import_of(act.site, key), owes=False),
    )
    archive_imports.work_on(office.services, key)
    return key
