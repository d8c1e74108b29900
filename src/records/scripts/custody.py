"""Paper originals at a prompt: what is open, and what a scanned code leads to; the verbs come from the table."""

from __future__ import annotations

import click

from records.domain.custody import CustodyState
from records.domain.findings import Finding
from records.domain.permissions import Permission
from records.indexes import questions
from records.operations.custody import sought
from records.resources.custody import Original
from records.views.describing import describe

from .instance import Instance


@click.command("list")
@click.option("--state", type=click.Choice([state.value for state in CustodyState]), default="held")
@click.option("--keeper", default="", help="保管人登录名 / who keeps them")
@click.pass_obj
def list_originals(instance: Instance, state: str, keeper: str) -> None:
    """列出本人可看单位的原件（默认：在管）。"""

    def wanted(site, units):
        for unit in units:
            for _, original in questions.originals_in(site, unit, state):
                if keeper in ("", original.keeper):
                    yield original

    _print(instance, wanted)


@click.command("scan")
@click.argument("code")
@click.pass_obj
def scan(instance: Instance, code: str) -> None:
    """按原件编号、回执或退还单编号、二维码内容找原件。"""
    rows = _print(instance, lambda site, units: (each for each in sought(site, code) if each.unit in units))
    if not rows:
        instance.refuse((Finding("custody.not-found", subject="code"),))


def _print(instance: Instance, wanted) -> list[dict[str, object]]:
    services = instance.founded(reading=True)
    with services.database.read() as root:
        site = root["site"]
        by = instance.identity(site)
        units = [
            unit
            for unit in site.office["units"]
            if services.matrix.permits(by, Permission.CUSTODY_VIEW, unit=unit)
        ]
        found: list[Original] = list(wanted(site, units))
        rows = [describe(site, original, today=services.clock.today()) for original in found]
    services.access.note(
        services.clock.now(), {"by": instance.userid, "read": "custody", "on": "", "purpose": ""}
    )
    if rows or not instance.as_json:
        lines = [
            f"{row['id']}\t{row['code']}\t{row['title']}\t{CustodyState(row['state']).label}\t{row['keeper']}\t"
            f"{row['place']}"
            for row in rows
        ]
        instance.print({"originals": rows}, "\n".join(lines) or "没有。")
    return rows


#: What only a prompt asks of the originals, beside the verbs of the table.
COMMANDS = (list_originals, scan)
