"""Reuse at a prompt: what was taken again although held, and whether the verdicts of cases still come out the same."""

from __future__ import annotations

import sys

import click

from records.domain.permissions import Permission
from records.operations.overrides import overrides_in
from records.operations.reuse import rederive
from records.views.overrides import figures

from .instance import FINDINGS, GOOD, Instance


@click.command("overrides")
@click.pass_obj
def show_overrides(instance: Instance) -> None:
    """列出已有材料被重收的情况：先看本人的，再按窗口统计本人可看的单位。"""
    services = instance.founded(reading=True)
    with services.database.read() as root:
        site = root["site"]
        by = instance.identity(site)
        units = [
            unit
            for unit in site.office["units"]
            if services.matrix.permits(by, Permission.OVERRIDE_VIEW, unit=unit)
        ]
        found = figures(overrides_in(site, units), userid=by.userid)
    note = {"by": instance.userid, "read": "overrides", "on": "", "purpose": ""}
    services.access.note(services.clock.now(), note)
    lines = [
        f"{row['window'] or '—'}\t{row['by']}\t{row['reason']}\t{row['count']}" for row in found["by_window"]
    ]
    head = f"本人{found['own']}次，共{found['total']}次，{found['waiting']}次待复核"
    instance.print(found, "\n".join([head, *lines]))


@click.command("rejudge")
@click.argument("dossier", required=False)
@click.pass_obj
def judge_again(instance: Instance, dossier: str | None) -> None:
    """用当时留存的依据重新判断每一行的复用结论，并与当时的结论核对；不给编号则核对全部办件。"""
    services = instance.founded(reading=True)
    with services.database.read() as root:
        site = root["site"]
        cases = [site.dossiers[dossier]] if dossier else site.dossiers.values()
        verdicts = [verdict for case in cases for verdict in rederive(site, case)]
    odd = [verdict for verdict in verdicts if not verdict.equal]
    rows = [
        {"dossier": v.dossier, "line": v.line, "day": v.day.isoformat(), "kept": v.kept, "found": v.found}
        for v in odd
    ]
    words = f"核对{len(verdicts)}个结论，{len(odd)}个不一致"
    instance.print({"ok": not odd, "verdicts": len(verdicts), "differ": rows}, words)
    sys.exit(FINDINGS if odd else GOOD)
