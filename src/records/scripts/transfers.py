"""Transfer and opening at a prompt (移交、开放): what is due, and which transfers and reviews there are."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice

import click

from records.domain.findings import Finding
from records.domain.permissions import Permission
from records.domain.transfers import TransferState
from records.indexes import transfer_questions as questions
from records.operations.transfers import period_for, receiver_of
from records.resources.base import Record
from records.resources.site import Site
from records.views.describing import describe

from .instance import Instance

MOST = 10_000


def _fonds(instance: Instance, site: Site, named: str = "") -> list[str]:
    """Return the fonds whose disposition the person may see, or the one that is named by key or number."""
    may, by = instance.services().matrix.permits, instance.identity(site)
    described = site.office["fonds"]
    found = [
        unit
        for unit in described
        if may(by, Permission.DISPOSITION_VIEW, unit=unit) and named in ("", unit, described[unit]["number"])
    ]
    if not found:
        instance.refuse(
            (Finding("permission.denied", params={"permission": Permission.DISPOSITION_VIEW.value}),)
        )
    return found


def _listed(
    instance: Instance, noun: str, found: Callable[[Site], Iterable[Record]], line: Callable[[Record], str]
) -> None:
    services = instance.founded(reading=True)
    with services.database.read() as root:
        site = root["site"]
        records = list(islice(found(site), MOST))
        rows = [describe(site, each, today=services.clock.today()) for each in records]
        lines = [line(each) for each in records]
    services.access.note(services.clock.now(), {"by": instance.userid, "read": noun, "on": "", "purpose": ""})
    instance.print({noun: rows}, "\n".join(lines) or "没有。")


@click.command("due")
@click.argument("fonds")
@click.pass_obj
def due_for_transfer(instance: Instance, fonds: str) -> None:
    """待移交清单：一个全宗到期应当（或者按协议可以）移交的归档件。"""

    def found(site: Site) -> Iterable[Record]:
        unit, today = _fonds(instance, site, fonds)[0], instance.services().clock.today()
        receiver = receiver_of(site, unit)
        if receiver is None:
            instance.refuse((Finding("transfer.no-receiver", params={"fonds": unit}),))
        period_of = period_for(site, unit, receiver, today=today)
        return (site.archives[each.id] for each in questions.to_transfer(site, unit, period_of, today=today))

    _listed(instance, "items", found, lambda item: f"{item.code}\t{item.title}\t{item.retention}")


@click.command("list")
@click.option("--state", type=click.Choice([state.value for state in TransferState]), default=None)
@click.pass_obj
def list_transfers(instance: Instance, state: str | None) -> None:
    """列出移交（默认：在办的）。"""

    def found(site: Site) -> Iterable[Record]:
        for unit in _fonds(instance, site):
            if state:
                yield from (each for _, each in questions.transfers_in(site, unit, state))
            else:
                yield from questions.transfers_open(site, unit)

    _listed(
        instance,
        "transfers",
        found,
        lambda each: (
            f"{each.id}\t{each.code}\t{each.archives}\t{each.total}件\t{TransferState(each.state).label}"
        ),
    )


@click.command("due")
@click.argument("fonds")
@click.pass_obj
def due_for_opening(instance: Instance, fonds: str) -> None:
    """到期开放清单：形成满25年（或者延期期满）、应当审核开放的归档件。"""
    _listed(
        instance,
        "items",
        lambda site: (
            item
            for _, item in questions.to_open(
                site, _fonds(instance, site, fonds)[0], today=instance.services().clock.today()
            )
        ),
        lambda item: f"{item.code}\t{item.title}\t{item.year}",
    )


#: What only a prompt asks of transfers and reviews, beside the verbs of the table.
TRANSFER_COMMANDS, OPENING_COMMANDS = (due_for_transfer, list_transfers), (due_for_opening,)
