"""Use of archives at a prompt: the requests, the register as a workbook, its figures, and a paper that was made out."""

from __future__ import annotations

from pathlib import Path

import click

from records.domain.findings import Finding, Refused
from records.domain.permissions import Permission
from records.domain.use_figures import counted
from records.domain.uses import Purpose, UseState
from records.indexes import use_questions as questions
from records.operations.numbering import fonds_key
from records.operations.use_papers import bytes_of
from records.operations.use_register import rows_of, used_in, workbook
from records.views.describing import describe

from .instance import Instance

FILE = click.Path(dir_okay=False, path_type=Path)


def _fonds(instance: Instance, site, fonds: str) -> str:
    """Return the key of a fonds in which the person lends; everything else is refused."""
    key = fonds_key(site, fonds)
    if not key:
        instance.refuse((Finding("box.fonds-unknown", subject="fonds", params={"fonds": fonds}),))
    if not instance.services().matrix.permits(instance.identity(site), Permission.USE_LEND, unit=key):
        instance.refuse((Finding("permission.denied", params={"permission": Permission.USE_LEND.value}),))
    return key


def _noted(instance: Instance, read: str, on: str) -> None:
    services = instance.services()
    services.access.note(services.clock.now(), {"by": instance.userid, "read": read, "on": on, "purpose": ""})


@click.command("list")
@click.argument("fonds")
@click.option("--state", type=click.Choice([state.value for state in UseState]), default="requested")
@click.pass_obj
def list_uses(instance: Instance, fonds: str, state: str) -> None:
    """列出一个全宗某一状态的利用申请（默认：待审批）。"""
    services = instance.founded(reading=True)
    with services.database.read() as root:
        site = root["site"]
        key = _fonds(instance, site, fonds)
        found = [use for _, use in questions.uses_in(site, key, state)]
        rows = [describe(site, use, today=services.clock.today()) for use in found]
        lines = [
            f"{use.id}\t{use.code}\t{use.reader}\t{Purpose(use.purpose).label}\t{UseState(use.state).label}"
            for use in found
        ]
    _noted(instance, "uses", key)
    instance.print({"uses": rows}, "\n".join(lines) or "没有。")


@click.command("register")
@click.argument("fonds")
@click.argument("year", type=click.IntRange(1949, 2999))
@click.option("--to", "path", type=FILE, required=True)
@click.pass_obj
def register(instance: Instance, fonds: str, year: int, path: Path) -> None:
    """把一个全宗一年的利用登记和用印登记写成 XLSX。"""
    services = instance.founded(reading=True)
    with services.database.read() as root:
        site = root["site"]
        key = _fonds(instance, site, fonds)
        body, count = workbook(site, key, year), sum(1 for _ in rows_of(site, key, year))
    _noted(instance, "uses.register", key)
    path.write_bytes(body)
    instance.print({"file": str(path), "rows": count}, f"{path}：{count}行")


@click.command("statistics")
@click.argument("fonds")
@click.argument("year", type=click.IntRange(1949, 2999))
@click.pass_obj
def statistics(instance: Instance, fonds: str, year: int) -> None:
    """一个全宗一年的利用统计：按月、目的、方式。"""
    services = instance.founded(reading=True)
    with services.database.read() as root:
        site = root["site"]
        purposes, ways = counted(used_in(site, _fonds(instance, site, fonds), year), year)
    lines = [f"{term.label}\t{sum(values)}" for term, values in (*purposes.items(), *ways.items())]
    instance.print({"year": year, "purposes": purposes, "ways": ways}, "\n".join(lines))


@click.command("paper")
@click.argument("number")
@click.option("--to", "path", type=FILE, required=True)
@click.pass_obj
def paper(instance: Instance, number: str, path: Path) -> None:
    """按编号取出一份复制件、档案证明或者查档结果告知书（PDF）。"""
    services = instance.founded(reading=True)
    with services.database.read() as root:
        site = root["site"]
        found = questions.paper_with_code(site, number)
        if found is None:
            instance.refuse((Finding("verify.no-match", subject="number"),))
        _fonds(instance, site, found.unit)
        body, subject = bytes_of(services, site, found), found.id
    if isinstance(body, Refused):
        instance.refuse(body.findings)
    _noted(instance, "uses.paper", f"usepaper:{subject}")
    path.write_bytes(body)
    instance.print({"file": str(path), "bytes": len(body)}, f"{path}")


#: What only a prompt asks of uses, beside the verbs of the table.
COMMANDS = (list_uses, register, statistics, paper)
