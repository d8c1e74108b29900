"""The burden ledger at a prompt: a month by unit and guide, and its comparison with the audit log."""

from __future__ import annotations

import click

from records.domain.burden import total
from records.domain.findings import Finding, Refused
from records.domain.permissions import Permission
from records.operations import burden as ledger
from records.views.burden import as_row

from .instance import Instance


@click.command("burden")
@click.option("--month", default="", help="月份，如 2026-10（默认本月）/ month, this one by default")
@click.option(
    "--verify", is_flag=True, help="由审计日志重新计算并比较 / reckon again from the audit log and compare"
)
@click.pass_obj
def show_burden(instance: Instance, month: str, verify: bool) -> None:
    """减负台账：一个月各单位、各事项的材料来源和免提交率。"""
    services = instance.founded(reading=True)
    asked = ledger.month_of(month, otherwise=f"{services.clock.today():%Y-%m}")
    if isinstance(asked, Refused):
        instance.refuse(asked.findings)
    with services.database.read() as root:
        site = root["site"]
        by, may = instance.identity(site), services.matrix.permits
        units = [unit for unit in site.office["units"] if may(by, Permission.BURDEN_VIEW, unit=unit)]
        if not units:
            params = {"permission": Permission.BURDEN_VIEW.value}
            instance.refuse((Finding("permission.denied", params=params),))
        found = ledger.figures(site, first=asked, last=asked, units=units)
        findings = ledger.differences(site, asked, units=units, shown=found) if verify else ()
    rows = [as_row(place, tally) for place, tally in found.items()]
    whole = as_row((asked, "", ""), total(found.values()))
    lines = [
        f"{row['unit'] or '合计'}\t{row['guide']}\t必要{row['needed']}\t复用{row['reused']}\t调取{row['fetched']}"
        f"\t要求提交{row['asked']}\t已有仍索要{row['held']}\t免提交率{row['spared']}"
        for row in (*rows, whole)
    ]
    good = "\n".join([*lines, *(["✓ 与审计日志重新计算的结果一致。"] if verify else [])])
    instance.judge({"month": asked, "rows": rows, "sum": whole}, findings, good=good)
