"""Keeping at a prompt (保管): the state of the copies, reading again, a copy on a medium, building again from one."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from records.domain.findings import Finding
from records.domain.permissions import Permission
from records.exchange.ocfl import Root
from records.operations import copying, keeping, rebuilding
from records.views import messages
from records.views.keeping import state_of

from .instance import FINDINGS, Instance, result_or_refuse

FOLDER = click.Path(file_okay=False, path_type=Path)


def _may(instance: Instance, permission: Permission) -> None:
    services = instance.services()
    with services.database.read() as root:
        by = instance.identity(root["site"])
    if not services.matrix.permits(by, permission):
        instance.refuse((Finding("permission.denied", params={"permission": permission.value}),))


@click.command("fixity")
@click.option("--check", is_flag=True, help="现在读一遍今天该读的 / read today's share now")
@click.option(
    "--all", "everything", is_flag=True, help="读全部今天没有读过的 / read everything not read today"
)
@click.pass_obj
def fixity(instance: Instance, check: bool, everything: bool) -> None:
    """保管状况：副本、检查、损坏与修复、格式风险、载体；有须立即处理的，退出码为 1。"""
    services = instance.founded(reading=not (check or everything))
    _may(instance, Permission.KEEPING_CHECK if check or everything else Permission.KEEPING_VIEW)
    if check or everything:
        while copying.follow(services):
            pass
        while keeping.check(services, all_of=everything).objects:
            pass
    with services.database.read() as root:
        state = state_of(
            root["site"], instance.today(), lambda found: messages.sentence_in(instance.language, found)
        )
    lines = [
        f"有副本 {state['items']} 件，待写 {state['waiting']} 件；最久未读 {state['oldest'] or '—'}；"
        f"已修复 {state['mended']} 个文件",
        *(f"{'✗' if each['severity'] == 'blocks' else '·'} {each['message']}" for each in state["alarms"]),
    ]
    instance.print(state, "\n".join(lines))
    if not state["ok"]:
        sys.exit(FINDINGS)


@click.command("copy-archives")
@click.option("--to", "directory", type=FOLDER, required=True)
@click.pass_obj
def copy_archives(instance: Instance, directory: Path) -> None:
    """把全部归档件写成或补写到一个 OCFL 目录（例如离线硬盘），写时逐个核对摘要。"""
    services = instance.founded(reading=True)
    _may(instance, Permission.KEEPING_CHECK)
    count, failed = copying.copy_all(services, Root(directory))
    findings = tuple(Finding("keeping.not-copied", subject=code, params={"code": code}) for code in failed)
    instance.judge(
        {"ok": not failed, "directory": str(directory), "objects": count},
        findings,
        good=f"✓ {count} 个对象在 {directory}；请在载体登记中登记。",
    )


@click.command("rebuild-archives")
@click.option("--from", "directory", type=FOLDER, required=True, help="OCFL 目录 / the copy")
@click.pass_obj
def rebuild_archives(instance: Instance, directory: Path) -> None:
    """由 OCFL 副本重建归档件、档号和登记簿；已有的不动，可以重复运行。"""
    services = instance.founded()
    _may(instance, Permission.KEEPING_CHECK)
    made = result_or_refuse(instance, rebuilding.rebuild_archives(services, directory))
    instance.judge(
        {"ok": not made.findings, "records": made.records, "present": made.present, "files": made.files},
        tuple(made.findings),
        good=f"✓ 重建 {made.records} 条记录、{made.files} 个文件；原有 {made.present} 条。",
    )


#: The commands of this file.
COMMANDS = (fixity, copy_archives, rebuild_archives)
