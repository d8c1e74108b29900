"""The statistics of the archives at a prompt: how archiving stands, what is held, the pack for an inspection."""

from __future__ import annotations

from pathlib import Path

import click

from records.domain.burden import percent
from records.domain.findings import Finding, Refused
from records.domain.permissions import Permission
from records.operations import archive_reports, inspections
from records.views import messages
from records.views.statistics import described

from .instance import Instance


@click.command("holdings")
@click.option("--year", default="", help="办结年度（默认本年）/ year of closing, this one by default")
@click.option("--unit", default="", help="单位的键（默认全部有权查看的）/ key of a unit")
@click.option(
    "--pack",
    type=click.Path(dir_okay=False, path_type=Path),
    help="另把迎检材料写成一个 ZIP / also write the pack for an inspection",
)
@click.pass_obj
def show_holdings(instance: Instance, year: str, unit: str, pack: Path | None) -> None:
    """档案统计：归档率、及时率、退回原因、库藏、增长；--pack 写出迎检材料。"""
    services = instance.founded(reading=True)
    asked = archive_reports.year_of(year, today=services.clock.today())
    if isinstance(asked, Refused):
        instance.refuse(asked.findings)
    with services.database.read() as root:
        site = root["site"]
        by, may = instance.identity(site), services.matrix.permits
        units = [
            each
            for each in site.office["units"]
            if unit in ("", each) and may(by, Permission.HOLDINGS_VIEW, unit=each)
        ]
        if not units:
            params = {"permission": Permission.HOLDINGS_VIEW.value}
            instance.refuse((Finding("permission.denied", params=params),))
        told = archive_reports.report(services, site, units, asked, today=services.clock.today())
        if pack is not None:
            purpose = {"by": by.userid, "read": "archives.inspection", "on": unit, "purpose": str(asked)}
            services.access.note(services.clock.now(), purpose)
            say = lambda found: messages.sentence_in("zh_Hans", found)  # noqa: E731
            pack.write_bytes(inspections.inspection(services, site, units, asked, by=by.name, say=say))
    whole = told.whole
    lines = [
        f"{asked}年：应归档{whole.closed}，已归档{whole.done}（按期{whole.in_time}），未归档{whole.open}（逾期{whole.overdue}）；"
        f"归档率{percent(whole.rate)}，及时率{percent(whole.timeliness)}",
        *(
            f"{row[0]}\t{row[1]}\t{row[2]}\t{row[3]}\t{row[4][0]}件\t{row[4][1]}页\t{row[4][2]}字节"
            for row in told.held
        ),
        f"库藏合计\t{told.stock[0]}件\t{told.stock[1]}页\t{told.stock[2]}字节",
        *([f"迎检材料：{pack}"] if pack else []),
    ]
    instance.print(described(told), "\n".join(lines))


#: The commands of this file.
COMMANDS = (show_holdings,)
