"""Validity in time at a prompt: the day's look at once, and the cases with a material that holds no longer."""

from __future__ import annotations

import click

from records.domain.permissions import Permission
from records.operations import validity
from records.operations.falls import cases_fallen
from records.views.describing import describe

from .instance import Instance


@click.command("check")
@click.pass_obj
def check(instance: Instance) -> None:
    """立即核对全部材料的有效期和状态，更新未决定的办件（后台每天自动做一次）。"""
    changed = validity.check(instance.founded())
    instance.print({"changed": changed}, f"有变化的 {changed} 项。")


@click.command("failing")
@click.pass_obj
def list_failing(instance: Instance) -> None:
    """列出本人可看单位里材料失效、尚未决定的办件。"""
    services = instance.founded(reading=True)
    today = services.clock.today()
    with services.database.read() as root:
        site = root["site"]
        by = instance.identity(site)
        units = [
            unit
            for unit in site.office["units"]
            if services.matrix.permits(by, Permission.DOSSIER_VIEW, unit=unit)
        ]
        found = [dossier for unit in units for dossier in cases_fallen(site, unit)]
        rows = [describe(site, dossier, today=today) for dossier in found]
        lines = [f"{dossier.code}\t{'、'.join(code for _, _, code in dossier.fallen)}" for dossier in found]
    services.access.note(
        services.clock.now(), {"by": instance.userid, "read": "validity", "on": "", "purpose": ""}
    )
    instance.print({"dossiers": rows}, "\n".join(lines) or "没有。")


#: What only a prompt asks of the materials, beside the verbs of the table.
COMMANDS = (check, list_failing)
