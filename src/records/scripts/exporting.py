"""``records export-catalogue``: all guides in force as one table, for colleagues who work in a spreadsheet."""

from __future__ import annotations

from pathlib import Path

import click

from records.exchange import registers
from records.operations.guides import content
from records.operations.notices import LOCAL

from .instance import Instance


@click.command("export-catalogue")
@click.option(
    "--to", "path", type=click.Path(dir_okay=False, path_type=Path), required=True, help="文件：.xlsx 或 .csv"
)
@click.pass_obj
def export_catalogue(instance: Instance, path: Path) -> None:
    """导出办事指南目录：现行指南一事项一行，另有材料、收费、流程、问答各表（XLSX），或者只有一张表（CSV）。"""
    write = registers.INTO.get(path.suffix[1:].lower())
    if write is None:
        raise click.UsageError("文件名要以 .xlsx 或 .csv 结尾。/ the file must end in .xlsx or .csv")
    beside = path.with_name(path.name + ".part")
    count = 0
    with instance.founded(reading=True).database.read() as root, beside.open("wb") as file:
        site, today = root["site"], instance.today()

        def rows():
            nonlocal count
            for guide in site.guides.values():
                version = guide.in_force(today)
                if version is not None:
                    count += 1
                    yield registers.Row(
                        content(version), version, f"{(site.office.get('url') or LOCAL)}/guides/{guide.key}"
                    )

        write(file, rows())
    beside.replace(path)
    instance.print({"guides": count, "file": str(path)}, f"已导出 {count} 个事项：{path}")
