"""A month archived at a prompt (批量归档): what is ready and what is not, the numbers to come, then everything in one go."""

from __future__ import annotations

import sys

import click

from records.domain.findings import Finding
from records.domain.permissions import Permission
from records.operations import batches
from records.views import messages
from records.views.batches import plan_as_dict
from records.views.describing import describe

from .instance import FINDINGS, Instance, result_or_refuse


@click.command("archive-month")
@click.argument("fonds")
@click.argument("month")
@click.option("--dry-run", is_flag=True, help="只看完整性清单和编号预览，不归档 / only look it over")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON / print JSON")
@click.pass_obj
def archive_month(instance: Instance, fonds: str, month: str, dry_run: bool, as_json: bool) -> None:
    """批量归档：归档一个全宗某月办结的办件（如 2026-10）；先列出例外，再归档其余。"""
    instance.as_json = instance.as_json or as_json
    services = instance.founded(reading=dry_run)
    with services.database.read() as root:
        site = root["site"]
        fonds = _fonds(site, fonds)
        denied = not services.matrix.permits(instance.identity(site), Permission.DOSSIER_ARCHIVE, unit=fonds)
        if denied:
            params = {"permission": Permission.DOSSIER_ARCHIVE.value}
            instance.refuse((Finding("permission.denied", params=params),))
        asked = result_or_refuse(instance, batches.month_of(month))
        planned = batches.plan_month(services, site, fonds, asked) if fonds in site.office["fonds"] else None
        value = planned and plan_as_dict(
            planned, lambda found: messages.sentence_in(instance.language, found)
        )
    services.access.note(
        services.clock.now(), {"by": instance.userid, "read": "archives.month", "on": fonds, "purpose": month}
    )
    if dry_run and value is not None:
        instance.print(value, _told(value))
        sys.exit(FINDINGS if value["exceptions"] else 0)
    begun, _ = instance.run(lambda act: batches.begin(act, fonds=fonds, month=month))
    batch = result_or_refuse(instance, begun)
    key = getattr(batch, "id", "")
    batches.work_on(services, key)
    with services.database.read() as root:
        site = root["site"]
        done = describe(site, site.batches[key], today=services.clock.today())
        exceptions = [
            {**each, "code": site.dossiers[each["dossier"]].code, "why": _why(instance, each["findings"])}
            for each in done["exceptions"]
        ]
    counts = done["counts"]
    lines = [f"{each['code']}\t{each['why']}" for each in exceptions]
    lines.append(
        f"归档 {counts['archived']} 件，退回 {counts['returned']} 件，暂不能归档 {counts['waiting']} 件。"
    )
    instance.print({**done, "exceptions": exceptions}, "\n".join(lines))
    sys.exit(FINDINGS if exceptions else 0)


def _fonds(site, named: str) -> str:
    """Return the key of a fonds that was named by its key or by its number (全宗号)."""
    numbered = {described["number"]: key for key, described in site.office["fonds"].items()}
    return numbered.get(named, named)


def _why(instance: Instance, findings: list[dict]) -> str:
    found = (Finding(each["code"], subject=each["subject"], params=each["params"]) for each in findings)
    return " ".join(messages.sentence_in(instance.language, each) for each in found)


def _told(value: dict) -> str:
    lines = [
        f"{each['code']}\t{each['due']}\t" + " ".join(found["message"] for found in each["findings"])
        for each in value["exceptions"]
    ]
    lines += [
        f"{each['series']}\t{each['count']} 件\t拟{each['first']} 至 拟{each['last']}"
        for each in value["numbers"]
    ]
    return "\n".join([*lines, f"可以归档 {value['ready']} 件，例外 {len(value['exceptions'])} 件。"])
