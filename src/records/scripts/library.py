"""``records import-library``: a licence register or an older archive with its files, into the applicants' libraries."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from records.domain.findings import Finding, Refused
from records.exchange.library_rows import error_file
from records.extraction.types import Unreadable
from records.operations import library_imports
from records.operations.arrivals import take
from records.operations.guide_imports import read_findings, told
from records.operations.importing_library import Files, Taken, files_below, import_library
from records.operations.services import Services
from records.resources.imports import LibraryImport, library_imports_of
from records.views import messages

from .instance import FINDINGS, Instance, result_or_refuse

WORDS = {
    "owed": "等待处理", "checking": "正在检查", "checked": "检查完毕，未入库", "applying": "正在入库", "applied": "已入库", "stopped": "已停止",
}  # fmt: skip


@click.command("import-library")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--files",
    "folder",
    type=click.Path(exists=True, path_type=Path),
    required=True,
    help="登记簿里写的文件所在的文件夹或者ZIP / the folder or ZIP with the files that the register names",
)
@click.option("--dry-run", is_flag=True, help="只检查，不入库 / look it over, keep nothing")
@click.option(
    "--background", is_flag=True, help="交给后台检查（文件用ZIP） / let the background look it over"
)
@click.option(
    "--errors",
    type=click.Path(dir_okay=False, path_type=Path),
    help="把退回的行写成一个工作簿 / write the refused rows as a workbook",
)
@click.pass_obj
def import_register(
    instance: Instance, file: Path, folder: Path, dry_run: bool, background: bool, errors: Path | None
) -> None:
    """导入证照登记簿或历史档案（XLSX 和文件夹或ZIP）：等级C，核验以后才是B；有问题的行退回，其余入库。"""
    services = instance.founded()
    with services.database.read() as root:
        by = instance.identity(root["site"])
    if background:
        _hand_over(instance, services, file, folder)
        return
    report = import_library(
        services, file, _files(instance, services, folder), by=by, channel="command", dry_run=dry_run
    )
    report = result_or_refuse(instance, report)
    words = told(report.findings, lambda found: messages.sentence_in(instance.language, found))
    if errors is not None and words:
        errors.write_bytes(error_file(report.table, words))
    lines = [f"{sheet} 第{row}行：{'；'.join(texts)}" for (sheet, row), texts in words.items()]
    counts = report.counts()
    head = f"{'试导入' if dry_run else '导入'}：新增 {counts['new']}，已有 {counts['unchanged']}，退回 {counts['refused']}"
    findings = [each.as_dict() for each in report.findings]
    instance.print({"dry_run": dry_run, **counts, "findings": findings}, "\n".join((head, *lines)))
    if not report.good:
        sys.exit(FINDINGS)


def _files(instance: Instance, services: Services, folder: Path) -> Files:
    def take_in(path: Path) -> Taken:
        with path.open("rb") as stream:
            arrived = take(services, stream, path.name, "files")
        return arrived.upload if arrived.upload is not None else arrived.findings

    if folder.is_dir():
        return files_below(folder, take_in)
    try:
        return library_imports.unpacked(services, folder)
    except Unreadable as bad:
        instance.refuse((bad.finding,))
        raise


def _hand_over(instance: Instance, services: Services, file: Path, bundle: Path) -> None:
    if bundle.is_dir():
        raise click.UsageError("--background 的文件要打成一个ZIP。/ --background takes the files as a ZIP")
    stored = []
    for path in (file, bundle):
        with path.open("rb") as stream:
            stored.append(services.store.put(stream))
    sizes = sum(each.size for each in stored)
    result, _ = instance.run(
        lambda act: _id(
            library_imports.bring_register(
                act, name=file.name, file=stored[0].digest, bundle=stored[1].digest, size=sizes,
                language=instance.language,
            )
        )
    )  # fmt: skip
    key = result_or_refuse(instance, result)
    instance.print({"id": key, "state": "owed"}, f"{key}：{WORDS['owed']}")


def _id(result: LibraryImport | Refused) -> str | Refused:
    return result if isinstance(result, Refused) else result.id


@click.group("library-imports")
def library_jobs() -> None:
    """后台的历史档案导入：list 列出，show 看结果，apply 入库，stop 停止，errors 取退回的行。"""


@library_jobs.command("list")
@click.pass_obj
def list_imports(instance: Instance) -> None:
    """列出各次导入，新的在前。"""
    services = instance.founded(reading=True)
    with services.database.read() as root:
        _may(instance, services, root)
        found = [_described(each) for each in reversed(library_imports_of(root["site"]).values())]
    instance.print(found, "\n".join(_line(each) for each in found) or "没有导入。")


@library_jobs.command("show")
@click.argument("key")
@click.pass_obj
def show_import(instance: Instance, key: str) -> None:
    """显示一次导入做到哪里、查出了什么。"""
    services = instance.founded(reading=True)
    with services.database.read() as root:
        _may(instance, services, root)
        record = _wanted(root, key)
        found, listed = _described(record), read_findings(record.findings)
    texts = [
        f"{each.sheet} 第{each.row}行：{messages.sentence_in(instance.language, each.finding)}"
        for each in listed
    ]
    instance.print(
        {**found, "findings": [each.as_dict() for each in listed]}, "\n".join((_line(found), *texts))
    )


@library_jobs.command("errors")
@click.argument("key")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.pass_obj
def write_errors(instance: Instance, key: str, file: Path) -> None:
    """把退回的行写成工作簿，改好可以再导入。"""
    services = instance.founded(reading=True)
    with services.database.read() as root:
        _may(instance, services, root)
        record = _wanted(root, key)
        digest, by = record.errors, instance.identity(root["site"]).userid
    if not digest:
        raise click.UsageError("没有退回的行。/ no row was refused")
    at = services.clock.now()
    services.access.note(at, {"by": by, "read": "library-imports.errors", "on": key, "purpose": "export"})
    file.write_bytes(services.store.path(digest).read_bytes())
    instance.print({"id": key, "file": str(file)}, str(file))


def _moving(name: str, step, told_as: str) -> None:
    @library_jobs.command(name, help=told_as)
    @click.argument("key")
    @click.pass_obj
    def command(instance: Instance, key: str) -> None:
        instance.founded()
        result, _ = instance.run(lambda act: _id(step(act, _wanted({"site": act.site}, key))))
        result_or_refuse(instance, result)
        with instance.founded().database.read() as root:
            found = _described(_wanted(root, key))
        instance.print(found, _line(found))


_moving("apply", library_imports.apply_register, "把检查过的登记簿入库；停止过的接着做。")
_moving("stop", library_imports.stop_register, "停止；已经入库的保留。")


def _may(instance: Instance, services: Services, root) -> None:
    if not library_imports.may_import(services.matrix, instance.identity(root["site"])):
        instance.refuse((Finding("permission.denied", params={"permission": "material:import"}),))


def _wanted(root, key: str) -> LibraryImport:
    record = library_imports.import_of(root["site"], key)
    if record is None:
        raise click.UsageError(f"没有编号为 {key} 的导入。/ no such import")
    return record


def _described(record: LibraryImport) -> dict[str, object]:
    return {
        "id": record.id, "name": record.name, "state": record.state, "done": record.done, "total": record.total,
        "counts": dict(record.counts), "found": record.found,
    }  # fmt: skip


def _line(found: dict[str, object]) -> str:
    counts = json.dumps(found["counts"], ensure_ascii=False) if found["counts"] else ""
    return f"{found['id']} {found['name']}：{WORDS[str(found['state'])]} {found['done']}/{found['total']} {counts}".strip()
