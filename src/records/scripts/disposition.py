"""Retention and disposition at a prompt (到期、暂缓、处置): what is due, what is on hold, which lists are on their way."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path

import click

from records.domain.disposition import DispositionState
from records.domain.findings import Finding
from records.domain.holds import HoldState
from records.domain.permissions import Permission
from records.indexes import disposition_questions as questions
from records.operations import office
from records.resources.base import Record
from records.resources.site import Site
from records.views.describing import describe

from .instance import Instance, result_or_refuse

MOST = 10_000


def _units(instance: Instance, site: Site) -> list[str]:
    """Return the fonds whose disposition the person may see."""
    may, by = instance.services().matrix.permits, instance.identity(site)
    return [unit for unit in site.office["fonds"] if may(by, Permission.DISPOSITION_VIEW, unit=unit)]


def _listed(
    instance: Instance,
    noun: str,
    found: Callable[[Site, list[str]], Iterable[Record]],
    line: Callable[[Record], str],
) -> None:
    services = instance.founded(reading=True)
    with services.database.read() as root:
        site = root["site"]
        records = list(islice(found(site, _units(instance, site)), MOST))
        rows = [describe(site, each, today=services.clock.today()) for each in records]
        lines = [line(each) for each in records]
    services.access.note(services.clock.now(), {"by": instance.userid, "read": noun, "on": "", "purpose": ""})
    instance.print({noun: rows}, "\n".join(lines) or "没有。")


@click.command("due")
@click.argument("fonds")
@click.argument("year", type=click.IntRange(1900, 2999))
@click.pass_obj
def show_due(instance: Instance, fonds: str, year: int) -> None:
    """到期清单：一个全宗在某年底保管期限届满的归档件（全宗用单位标识或者全宗号）。"""

    def found(site: Site, units: list[str]) -> Iterable[Record]:
        described = site.office["fonds"]
        unit = next((each for each in units if fonds in (each, described[each]["number"])), "")
        if not unit:
            instance.refuse(
                (Finding("permission.denied", params={"permission": Permission.DISPOSITION_VIEW.value}),)
            )
        return (item for _, item in questions.due(site, unit, year))

    _listed(instance, "items", found, lambda item: f"{item.code}\t{item.title}\t{item.ends}")


@click.command("list")
@click.option("--state", type=click.Choice([state.value for state in HoldState]), default="active")
@click.pass_obj
def list_holds(instance: Instance, state: str) -> None:
    """列出本人可看全宗的暂缓处置（默认：暂缓中）。"""
    _listed(
        instance,
        "holds",
        lambda site, units: (hold for unit in units for _, hold in questions.holds_in(site, unit, state)),
        lambda hold: f"{hold.id}\t{hold.reference}\t{hold.fonds}\t{hold.done}件\t{hold.reason}",
    )


@click.command("list")
@click.option("--state", type=click.Choice([state.value for state in DispositionState]), default=None)
@click.pass_obj
def list_dispositions(instance: Instance, state: str | None) -> None:
    """列出鉴定处置清单（默认：在办的）。"""

    def found(site: Site, units: list[str]) -> Iterable[Record]:
        for unit in units:
            if state:
                yield from (each for _, each in questions.lists_in(site, unit, state))
            else:
                yield from questions.lists_open(site, unit)

    _listed(
        instance,
        "dispositions",
        found,
        lambda each: (
            f"{each.id}\t{each.code}\t{each.list_number}\t{each.year}\t{DispositionState(each.state).label}"
        ),
    )


@click.command("signers")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def name_signers(instance: Instance, file: Path) -> None:
    """由单位描述文件更新销毁清册的签字人表（[disposition.全宗]），其他内容不变。"""
    described, findings = office.read_office(file.read_text(encoding="utf-8"), name=file.name)
    if described is None:
        instance.refuse(findings)
    result, _ = instance.run(lambda act: office.name_signers(act, described))
    fonds = result_or_refuse(instance, result)
    instance.print({"fonds": list(fonds)}, "、".join(fonds))


#: What only a prompt asks of holds and lists, beside the verbs of the table.
HOLD_COMMANDS, DISPOSITION_COMMANDS = (list_holds,), (list_dispositions, name_signers)
