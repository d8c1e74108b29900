"""``records import-library``: a licence register or an older archive with its files, into the applicants' libraries."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from records.domain.findings import Finding
from records.exchange.library_rows import error_file
from records.operations.guide_imports import told
from records.operations.importing_library import import_library
from records.operations.materials import Upload
from records.views import messages
from records.views.uploads import take

from .instance import FINDINGS, Instance, result_or_refuse


@click.command("import-library")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--files",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    required=True,
    help="登记簿里写的文件所在的文件夹 / the folder with the files that the register names",
)
@click.option("--dry-run", is_flag=True, help="只检查，不入库 / look it over, keep nothing")
@click.option(
    "--errors",
    type=click.Path(dir_okay=False, path_type=Path),
    help="把退回的行写成一个工作簿 / write the refused rows as a workbook",
)
@click.pass_obj
def import_register(instance: Instance, file: Path, folder: Path, dry_run: bool, errors: Path | None) -> None:
    """导入证照登记簿或历史档案（XLSX 和文件夹）：等级C，核验以后才是B；有问题的行退回，其余入库。"""
    services = instance.founded()
    with services.database.read() as root:
        by = instance.identity(root["site"])

    def take_in(path: Path) -> Upload | tuple[Finding, ...]:
        with path.open("rb") as stream:
            arrived = take(services, stream, path.name, "files")
        return arrived.upload if arrived.upload is not None else arrived.findings

    report = import_library(
        services, file, folder, by=by, channel="command", take_in=take_in, dry_run=dry_run
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
