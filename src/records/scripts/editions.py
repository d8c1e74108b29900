"""The editions of a guide at a prompt (指南版次命令): list, content, changes, impact, and a draft saved from a file."""

from __future__ import annotations

import json
from pathlib import Path

import click

from records.domain.changes import changes
from records.domain.findings import Finding, Refused
from records.domain.guide_parts import Guide as GuideBody
from records.domain.permissions import Permission
from records.operations.acts import Act
from records.operations.guides import content, save_draft
from records.operations.impacts import impact
from records.resources.guides import Guide, GuideVersion
from records.views.editions import described_changes, described_impact, former_of, listed

from .instance import Instance, result_or_refuse


@click.command("versions")
@click.argument("record", metavar="ID")
@click.pass_obj
def versions(instance: Instance, record: str) -> None:
    """List the editions of a guide (版次)."""
    with instance.founded(reading=True).database.read() as root:
        guide = _guide(instance, root["site"], record, Permission.GUIDE_VIEW)
        instance.print(listed(guide))


@click.command("edition")
@click.argument("record", metavar="ID")
@click.argument("version", type=click.IntRange(1))
@click.pass_obj
def edition(instance: Instance, record: str, version: int) -> None:
    """Print what an edition says (版次内容), as `records guides save` takes it."""
    with instance.founded(reading=True).database.read() as root:
        guide = _guide(instance, root["site"], record, Permission.GUIDE_VIEW)
        found = _version(instance, guide, version)
        instance.print({"digest": found.digest, "content": content(found).as_dict()})


@click.command("changes")
@click.argument("record", metavar="ID")
@click.argument("version", type=click.IntRange(1))
@click.option("--against", type=click.IntRange(1), help="与哪一版比较 / another edition")
@click.pass_obj
def changed(instance: Instance, record: str, version: int, against: int | None) -> None:
    """Tell in words what an edition changes (版本变化)."""
    with instance.founded(reading=True).database.read() as root:
        guide = _guide(instance, root["site"], record, Permission.GUIDE_VIEW)
        new = _version(instance, guide, version)
        old = _version(instance, guide, against) if against else former_of(guide, version)
        found = changes(content(old) if old is not None else None, content(new))
        value = {"against": old.version if old is not None else None, "changes": described_changes(found)}
        instance.print(value, "\n".join(change.sentence for change in found) or "没有变化。")


@click.command("impact")
@click.argument("record", metavar="ID")
@click.argument("version", type=click.IntRange(0))
@click.pass_obj
def touched(instance: Instance, record: str, version: int) -> None:
    """Tell what an edition means for what is under way (影响报告); version 0 is the abolition of the item."""
    services = instance.founded(reading=True)
    with services.database.read() as root:
        site = root["site"]
        guide = _guide(instance, site, record, Permission.GUIDE_IMPACT)
        if version:
            _version(instance, guide, version)
        person = instance.identity(site)

        def may(dossier) -> bool:
            return services.matrix.permits(
                person, Permission.DOSSIER_VIEW, unit=dossier.unit, state=dossier.state
            )

        found = impact(site, guide, version, today=services.clock.today(), may=may)
        instance.print(described_impact(found))


@click.command("save")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--base", default="", help="读到的那一稿的摘要 / digest of the text that was read")
@click.pass_obj
def save(instance: Instance, file: Path, base: str) -> None:
    """Save the draft of a guide from the content of an edition in JSON (保存草稿); it may still be incomplete."""
    try:
        body = GuideBody.from_dict(json.loads(file.read_text(encoding="utf-8")))
    except (ValueError, TypeError, RecursionError) as error:
        instance.refuse(
            (Finding("guide.not-a-guide", subject=file.name, params={"problem": str(error)[:200]}),)
        )
        return

    def within(act: Act) -> Guide | Refused:
        return save_draft(act, body, base=base)

    result, _ = instance.run(within)
    result_or_refuse(instance, result)
    with instance.services().database.read() as root:
        newest = root["site"].guides[body.key].versions[-1]
        instance.print({"key": body.key, "version": newest.version, "digest": newest.digest})


COMMANDS = (versions, edition, changed, touched, save)


def _guide(instance: Instance, site, key: str, permission: Permission) -> Guide:
    guide = site.guides.get(key)
    if guide is None:
        instance.refuse((Finding("record.unknown", params={"id": key}),))
    if not instance.services().matrix.permits(instance.identity(site), permission, unit=guide.unit):
        instance.refuse((Finding("permission.denied", params={"permission": permission.value}),))
    return guide


def _version(instance: Instance, guide: Guide, number: int) -> GuideVersion:
    found = guide.version(number)
    if found is None:
        instance.refuse((Finding("guide.no-version", params={"version": number}),))
    return found
