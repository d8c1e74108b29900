"""``records import-archives``: the directory of an existing archive with its files becomes archived items of a fonds."""

from __future__ import annotations

import json
from pathlib import Path

import click

from records.domain.findings import Finding, Refused
from records.domain.permissions import Permission
from records.operations import archive_imports
from records.operations.guide_imports import read_findings
from records.operations.services import Services
from records.resources.imports import ArchiveImport, archive_imports_of
from records.views import messages

from .instance import Instance, result_or_refuse

WORDS = {
    "owed": "等待处理", "checking": "正在检查", "checked": "检查完毕，未入库", "applying": "正在入库", "applied": "已入库",
    "stopped": "已停止", "undoing": "正在撤销", "undone": "已撤销",
}  # fmt: skip
WORKBOOK = click.Path(dir_okay=False, path_type=Path)


@click.command("import-archives")
@click.argument("directory", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--files",
    "folder",
    type=click.Path(exists=True, path_type=Path),
    required=True,
    help="电子文件和扫描件所在的文件夹或者ZIP / the folder or ZIP with files and scans",
)
@click.option("--fonds", required=True, help="全宗（立档单位的键）/ key of the fonds")
@click.option("--source", default="", help="来源映射的名称（默认按本系统的列名）/ name of a saved mapping")
@click.option("--apply", "enters", is_flag=True, help="检查以后接着入库 / enter the rows that are right")
@click.option("--background", is_flag=True, help="交给后台检查 / let the background look it over")
@click.option(
    "--errors", type=WORKBOOK, help="把退回的行写成一个工作簿 / write the refused rows as a workbook"
)
@click.pass_obj
def import_archives(
    instance: Instance, directory: Path, folder: Path, fonds: str, source: str, enters: bool, background: bool,
    errors: Path | None,
) -> None:  # fmt: skip
    """导入已有档案（目录 XLSX 和文件夹或ZIP）：先逐行检查，加 --apply 才入库；有问题的行退回，其余入库，可以撤销。"""
    services = instance.founded()
    with services.database.read() as root:
        _may(instance, services, root, fonds)
    with directory.open("rb") as stream:
        listed = services.store.put(stream)
    if folder.is_dir():
        bundle, size = archive_imports.packed(services, folder)
    else:
        with folder.open("rb") as stream:
            stored = services.store.put(stream)
        bundle, size = stored.digest, stored.size
    result, _ = instance.run(
        lambda act: _id(
            archive_imports.bring(
                act, name=directory.name, file=listed.digest, bundle=bundle, size=listed.size + size, fonds=fonds,
                source=source, language=instance.language, owes=background,
            )
        )
    )  # fmt: skip
    key = result_or_refuse(instance, result)
    if not background:
        archive_imports.work_on(services, key)
        if enters and _look(services, key).readable:
            result, _ = instance.run(
                lambda act: _id(archive_imports.apply(act, _wanted({"site": act.site}, key), owes=False))
            )
            result_or_refuse(instance, result)
            archive_imports.work_on(services, key)
    if errors is not None:
        _write_errors(instance, services, key, errors)
    _show(instance, services, key)


def _id(result: ArchiveImport | Refused) -> str | Refused:
    return result if isinstance(result, Refused) else result.id


def _look(services: Services, key: str) -> ArchiveImport:
    with services.database.read() as root:
        record = _wanted(root, key)
        record._p_activate()
        return record


@click.group("archive-imports")
def archive_jobs() -> None:
    """已有档案的导入：list 列出，show 看结果，apply 入库，stop 停止，undo 撤销，errors 取退回的行，source 保存来源映射。"""


@archive_jobs.command("list")
@click.pass_obj
def list_imports(instance: Instance) -> None:
    """列出本人有权导入的全宗的各次导入，新的在前。"""
    services = instance.founded(reading=True)
    with services.database.read() as root:
        by = instance.identity(root["site"])
        found = [
            _described(each)
            for each in reversed(archive_imports_of(root["site"]).values())
            if archive_imports.may_import(services.matrix, by, each.fonds)
        ]
    instance.print({"imports": found}, "\n".join(_line(each) for each in found) or "没有导入。")


@archive_jobs.command("show")
@click.argument("key")
@click.pass_obj
def show_import(instance: Instance, key: str) -> None:
    """显示一次导入做到哪里、查出了什么。"""
    _show(instance, instance.founded(reading=True), key)


@archive_jobs.command("errors")
@click.argument("key")
@click.argument("file", type=WORKBOOK)
@click.pass_obj
def write_errors(instance: Instance, key: str, file: Path) -> None:
    """把退回的行写成工作簿，改好可以再导入。"""
    if not _write_errors(instance, instance.founded(reading=True), key, file):
        raise click.UsageError("没有退回的行。/ no row was refused")
    instance.print({"id": key, "file": str(file)}, str(file))


@archive_jobs.command("source")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def keep_source(instance: Instance, file: Path) -> None:
    """保存来源映射（JSON：name、columns、given、words）。"""
    try:
        plain = json.loads(file.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        plain = None
    instance.founded()
    result, _ = instance.run(lambda act: archive_imports.save_source(act, plain))
    name = result_or_refuse(instance, result)
    instance.print({"name": name}, f"{name}")


def _moving(name: str, step, told_as: str) -> None:
    @archive_jobs.command(name, help=told_as)
    @click.argument("key")
    @click.pass_obj
    def command(instance: Instance, key: str) -> None:
        services = instance.founded()
        result, _ = instance.run(lambda act: _id(step(act, _wanted({"site": act.site}, key))))
        result_or_refuse(instance, result)
        found = _described(_look(services, key))
        instance.print(found, _line(found))


_moving("apply", archive_imports.apply, "把检查过的行入库，由后台办理；停止过的接着做。")
_moving("stop", archive_imports.stop, "停止；已经入库的保留。")
_moving("undo", archive_imports.undo, "撤销：取出这次导入的全部归档件，由后台办理。")


def _show(instance: Instance, services: Services, key: str) -> None:
    with services.database.read() as root:
        record = _wanted(root, key)
        _may(instance, services, root, record.fonds)
        found, listed = _described(record), read_findings(record.findings)
    by, at = instance.userid, services.clock.now()
    services.access.note(at, {"by": by, "read": "archive-imports", "on": f"import:{key}", "purpose": "show"})
    texts = [
        f"{each.sheet} 第{each.row}行：{messages.sentence_in(instance.language, each.finding)}"
        if each.row
        else messages.sentence_in(instance.language, each.finding)
        for each in listed
    ]
    plain = {**found, "findings": [each.as_dict() for each in listed]}
    instance.print(plain, "\n".join((_line(found), *texts)))


def _write_errors(instance: Instance, services: Services, key: str, file: Path) -> bool:
    """Write the error file of an import if it has one; the reading is on the access log first."""
    with services.database.read() as root:
        record = _wanted(root, key)
        _may(instance, services, root, record.fonds)
        digest, by = record.errors, instance.identity(root["site"]).userid
    if digest:
        at = services.clock.now()
        services.access.note(
            at, {"by": by, "read": "archive-imports.errors", "on": f"import:{key}", "purpose": "export"}
        )
        file.write_bytes(services.store.path(digest).read_bytes())
    return bool(digest)


def _may(instance: Instance, services: Services, root, fonds: str) -> None:
    if not archive_imports.may_import(services.matrix, instance.identity(root["site"]), fonds):
        params = {"permission": Permission.ARCHIVE_IMPORT.value}
        instance.refuse((Finding("permission.denied", params=params),))


def _wanted(root, key: str) -> ArchiveImport:
    record = archive_imports.import_of(root["site"], key)
    if record is None:
        raise click.UsageError(f"没有编号为 {key} 的导入。/ no such import")
    return record


def _described(record: ArchiveImport) -> dict[str, object]:
    return {
        "id": record.id, "name": record.name, "fonds": record.fonds, "state": record.state, "done": record.done,
        "total": record.total, "counts": dict(record.counts), "found": record.found, "readable": record.readable,
    }  # fmt: skip


def _line(found: dict[str, object]) -> str:
    counts = json.dumps(found["counts"], ensure_ascii=False) if found["counts"] else ""
    return f"{found['id']} {found['name']}：{WORDS[str(found['state'])]} {found['done']}/{found['total']} {counts}".strip()


#: The commands of this file.
COMMANDS = (import_archives, archive_jobs)
