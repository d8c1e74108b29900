"""Lists of guides at a prompt: looked over unless told to store, mended with an error file, written out again."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from records.domain.findings import Finding, Severity
from records.exchange.national import workbook_of
from records.exchange.national_sources import Source, read_source
from records.operations import importing_guides
from records.operations.guide_imports import error_file
from records.operations.importing_guides import Report
from records.views import messages

from .instance import FINDINGS, Instance, result_or_refuse

SHOWN = 50
WORDS = {
    "new": "新增", "changed": "有变化", "unchanged": "没有变化", "skipped": "来源未在用", "refused": "未收", "astray": "无主的行",
}  # fmt: skip


@click.command("import-guides")
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option(
    "--source", default="", help="来源名称：national、words 或已保存的 / a built-in or saved source"
)
@click.option(
    "--mapping", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="来源映射文件（JSON）"
)
@click.option("--apply", "store", is_flag=True, help="入库为草稿；不写就只检查 / store as drafts")
@click.option("--all-or-nothing", "whole", is_flag=True, help="有一项不收就都不收")
@click.option("--with-faults", "tolerant", is_flag=True, help="有问题的也存为草稿，在本系统改")
@click.option("--errors", type=click.Path(dir_okay=False, path_type=Path), help="错误文件写到这里（XLSX）")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON / print JSON")
@click.pass_obj
def import_guides(
    instance: Instance,
    files: tuple[Path, ...],
    source: str,
    mapping: Path | None,
    store: bool,
    whole: bool,
    tolerant: bool,
    errors: Path | None,
    as_json: bool,
) -> None:
    """导入实施清单：先检查，再用 --apply 存为草稿；每处错误都写明工作表、行、列和改法。"""
    instance.as_json = instance.as_json or as_json
    if errors is not None and len(files) > 1:
        raise click.UsageError("--errors 一次只配一个清单文件。/ --errors goes with one file")
    services = instance.founded(reading=not store)
    options = [
        word
        for word, wanted in ((importing_guides.WHOLE, whole), (importing_guides.TOLERANT, tolerant))
        if wanted
    ]
    with services.database.read() as root:
        by = instance.identity(root["site"])
        named = _source(instance, root["site"], source, mapping)
    good = True
    for file in files:
        if store:
            report = importing_guides.apply_lists(
                services, file, file.name, named, by=by, channel="command", options=options
            )
        else:
            report = importing_guides.check_lists(services, file, file.name, named, options=options)
        good = good and report.good
        _print(instance, file, report)
        if errors is not None and report.rows_refused:
            body = error_file(report, lambda found: messages.sentence_in(instance.language, found))
            errors.write_bytes(body)
    sys.exit(0 if good else FINDINGS)


def _source(instance: Instance, site, name: str, mapping: Path | None) -> Source:
    if mapping is not None:
        try:
            plain = json.loads(mapping.read_text(encoding="utf-8-sig"))
        except (ValueError, RecursionError):
            plain = None
        return result_or_refuse(instance, read_source(plain))
    found = importing_guides.source_named(site, name)
    if found is None:
        instance.refuse((Finding("import.source-unknown", subject="source", params={"name": name}),))
    return found


def _print(instance: Instance, file: Path, report: Report) -> None:
    if instance.as_json:
        listed = [
            {**each.as_dict(), "message": messages.sentence_in(instance.language, each.finding)}
            for each in report.findings
        ]
        value = {"file": str(file), "applied": report.applied, "counts": report.counts(), "findings": listed}
        click.echo(json.dumps(value, ensure_ascii=False))
        return
    for each in importing_guides.first(report.findings, SHOWN):
        mark = "✗" if each.stops else ("！" if each.finding.severity is not Severity.NOTES else "·")
        where = " ".join(str(part) for part in (each.sheet, each.row or "", each.column) if part)
        click.echo(f"{mark} {where}：{messages.sentence_in(instance.language, each.finding)}", err=True)
    if len(report.findings) > SHOWN:
        click.echo(f"（共 {len(report.findings)} 处，只列出 {SHOWN} 处）", err=True)
    counted = "，".join(f"{WORDS[word]} {number}" for word, number in report.counts().items() if number)
    click.echo(f"{file.name}：{counted or '没有事项'}{'。已存为草稿' if report.applied else '。没有写入'}")


@click.command("export-guides")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.pass_obj
def export_guides(instance: Instance, file: Path) -> None:
    """导出实施清单：按导入的格式写出全部指南（.xlsx 或 .json）。"""
    services = instance.founded(reading=True)
    with services.database.read() as root:
        tables = importing_guides.export_tables(root["site"], today=services.clock.today())
    if file.suffix == ".json":
        file.write_text(json.dumps(tables, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    else:
        file.write_bytes(workbook_of(tables))
    count = len(tables.get("general", ()))
    instance.print({"file": str(file), "guides": count}, f"{file}：{count} 项")
