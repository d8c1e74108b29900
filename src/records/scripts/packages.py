"""Packages at a prompt (信息包): out as a receiving archives or another system wants them, and in again."""

from __future__ import annotations

from pathlib import Path

import click

from records.domain.findings import Finding
from records.operations import conversions, package_exports, package_imports
from records.rules.receivers import receivers
from records.views import messages

from .instance import Instance, result_or_refuse

PLACE = click.Path(path_type=Path)


@click.command("export-eep")
@click.argument("code")
@click.option("--to", "path", type=click.Path(dir_okay=False, path_type=Path), required=True)
@click.pass_obj
def export_eep(instance: Instance, code: str, path: Path) -> None:
    """导出：把一个归档件写成一个 EEP 封装包文件（按 DA/T 48-2009 设计，未经认证）。"""
    made = package_exports.export_eep(instance.founded(reading=True), code, path, reader=instance.userid)
    instance.print({"file": str(result_or_refuse(instance, made))}, str(path))


@click.command("export-receiver")
@click.argument("profile", required=False, default="")
@click.option("--fonds", default="", help="全宗（立档单位的键）/ key of the fonds")
@click.option(
    "--year", type=int, default=None, help="办结年度；不写为全部 / year of closing, all when left out"
)
@click.option("--to", "directory", type=PLACE, default=None)
@click.pass_obj
def export_receiver(
    instance: Instance, profile: str, fonds: str, year: int | None, directory: Path | None
) -> None:
    """导出：按接收方的要求写出目录（XLSX）和文件夹；不写接收方时列出有哪些。"""
    if not profile:
        listed = [
            {"profile": each.profile, "title": each.title, "package": each.package, "note": each.note}
            for each in receivers()
            if each.in_force(instance.today())
        ]
        instance.print(
            {"receivers": listed}, "\n".join(f"{each['profile']}\t{each['title']}" for each in listed)
        )
        return
    if directory is None:
        raise click.UsageError("请用 --to 指明写到哪里。/ say where with --to")
    services = instance.founded(reading=True)

    def progress(done: int, total: int) -> bool:
        if not instance.as_json and (done == total or done % 50 == 0):
            click.echo(f"{done}/{total}", err=True)
        return True

    made = result_or_refuse(
        instance,
        package_exports.export_for_receiver(
            services,
            profile,
            directory,
            fonds=fonds,
            year=year,
            reader=instance.userid,
            progress=progress,
        ),
    )
    value = {"directory": str(directory), "items": made.items, "files": made.files, "bytes": made.size}
    instance.judge(
        {"ok": True, **value},
        tuple(made.findings),
        good=f"✓ 已写出 {made.items} 件、{made.files} 个文件：{directory}",
    )


@click.command("import-package")
@click.argument("source", type=click.Path(exists=True, path_type=Path))
@click.option("--fonds", required=True, help="归入哪个全宗（立档单位的键）/ key of the fonds")
@click.option("--code", default="", help="档号，外来包没有时 / when a foreign package has none")
@click.option("--title", default="", help="题名，外来包没有时")
@click.option("--year", default="", help="年度，外来包没有时")
@click.option("--retention", default="", help="保管期限，外来包没有时，如 D30")
@click.pass_obj
def import_package(instance: Instance, source: Path, fonds: str, **said: str) -> None:
    """导入：检查一个信息包（文件夹、ZIP 或 EEP），无误后作为归档件存入，登记来源。"""
    services = instance.founded()
    given = {name: text for name, text in said.items() if text}
    made = package_imports.import_package(
        services, source, fonds=fonds, by=instance.userid, said=given, channel="command"
    )
    item, noticed = result_or_refuse(instance, made)
    with services.database.read() as root:
        record = root["site"].archives[item]
        value = {"id": item, "code": record.code, "package_digest": record.package_digest}
    _notice(instance, noticed)
    instance.print(value, f"✓ 已存入：{value['code']}（包摘要 {value['package_digest']}）")


@click.command("register-conversion")
@click.argument("code")
@click.option(
    "--paper", type=click.IntRange(min=1), required=True, help="文件在件内的顺序号 / number in the item"
)
@click.option("--file", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=True)
@click.option("--tool", default="", help="转换软件及版本 / program and version")
@click.option("--why", default="", help="为什么转换 / reason")
@click.pass_obj
def register_conversion(instance: Instance, code: str, paper: int, file: Path, tool: str, why: str) -> None:
    """格式转换登记：保存转换后的文件，原件不动，登记两种格式、软件和理由。"""
    made = conversions.register_conversion(
        instance.founded(),
        code,
        paper=paper,
        file=file,
        tool=tool,
        why=why,
        by=instance.userid,
        channel="command",
    )
    digest = result_or_refuse(instance, made)
    instance.print({"digest": digest}, f"✓ 已登记，SHA-256 {digest}")


def _notice(instance: Instance, noticed: tuple[Finding, ...]) -> None:
    for found in noticed:
        click.echo(f"· {messages.sentence_in(instance.language, found)}", err=True)


#: The commands of this file.
COMMANDS = (export_eep, export_receiver, import_package, register_conversion)
