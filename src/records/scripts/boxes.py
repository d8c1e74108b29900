"""Order and shelves at a prompt: the catalogue as a file, the boxes of a fonds, and what a scanned code leads to."""

from __future__ import annotations

from pathlib import Path

import click

from records.domain.findings import Finding
from records.domain.permissions import Permission
from records.indexes import shelf_questions
from records.operations.boxes import shelf_of, sought
from records.operations.catalogues import write_catalogue
from records.operations.numbering import fonds_key
from records.views.describing import describe

from .instance import Instance, result_or_refuse


@click.command("list")
@click.argument("fonds")
@click.pass_obj
def list_boxes(instance: Instance, fonds: str) -> None:
    """列出一个全宗的档案盒：盒号、件数、厚度、存放位置。"""
    services = instance.founded(reading=True)
    with services.database.read() as root:
        site = root["site"]
        key = fonds_key(site, fonds)
        if not key:
            instance.refuse((Finding("box.fonds-unknown", subject="fonds", params={"fonds": fonds}),))
        if not services.matrix.permits(instance.identity(site), Permission.ARCHIVE_VIEW, unit=key):
            instance.refuse(
                (Finding("permission.denied", params={"permission": Permission.ARCHIVE_VIEW.value}),)
            )
        found = [box for _, box in shelf_questions.boxes_of(site, key)]
        rows = [describe(site, box, today=services.clock.today()) for box in found]
        lines = [
            f"{box.id}\t{box.code}\t{len(box.items)}件\t{box.thickness}mm\t{shelf_of(box).text}"
            for box in found
        ]
    _noted(instance, "archives.boxes", key)
    instance.print({"boxes": rows}, "\n".join(lines) or "没有档案盒。")


@click.command("scan")
@click.argument("code")
@click.pass_obj
def scan(instance: Instance, code: str) -> None:
    """按扫描或输入的档号、盒号、案卷号找归档件、档案盒或案卷。"""
    services = instance.founded(reading=True)
    with services.database.read() as root:
        site = root["site"]
        found, by = sought(site, code), instance.identity(site)
        if found is None or not services.matrix.permits(
            by, Permission.ARCHIVE_VIEW, unit=found.unit, state=getattr(found, "state", "")
        ):
            instance.refuse((Finding("box.not-found", subject="code"),))
        value = {"kind": found.kind, **describe(site, found, today=services.clock.today())}
    _noted(instance, "boxes.scan", str(value["id"]))
    instance.print(value, f"{value['kind']}\t{value['id']}\t{value['code']}\t{value.get('title', '')}")


@click.command("catalogue")
@click.argument("fonds")
@click.argument("year", type=click.IntRange(1949, 2099))
@click.option("--to", "path", type=click.Path(dir_okay=False, path_type=Path), required=True)
@click.pass_obj
def catalogue(instance: Instance, fonds: str, year: int, path: Path) -> None:
    """把一个全宗（代号或全宗号）一年的归档文件目录写成 XLSX 或 PDF。"""
    services = instance.founded(reading=True)
    count = result_or_refuse(instance, write_catalogue(services, fonds, year, path, reader=instance.userid))
    instance.print({"file": str(path), "items": count}, f"{path}：{count}件")


def _noted(instance: Instance, read: str, on: str) -> None:
    services = instance.services()
    services.access.note(services.clock.now(), {"by": instance.userid, "read": read, "on": on, "purpose": ""})


#: What only a prompt asks of boxes, beside the verbs of the table.
COMMANDS = (list_boxes, scan)
