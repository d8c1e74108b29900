"""The office's verbs at a prompt: one command for each row of the table that screen and API use too."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import click
import colander
from deform.widget import PasswordWidget

from records.domain.findings import Finding, Refused
from records.forms.types import Answers, Word, Yes
from records.forms.verbs import VERBS, Verb
from records.operations import papers_owed
from records.operations.acts import Act
from records.resources.base import UnitFolder
from records.store import StoreFull
from records.views.describing import describe
from records.views.uploads import Arrived, take, together

from . import boxes, custody, disposition, editions, fetching, transfers, uses, validity
from .instance import Instance, result_or_refuse

PASSWORD = "RECORDS_PASSWORD"
"""The variable of the environment in which a signature's password may be handed over."""

NOUNS = {"media": "保管载体", "applicants": "申请人", "dossiers": "办件", "materials": "材料", "guides": "办事指南", "people": "工作人员", "feedback": "纠错答复", "fetches": "补调取", "custody": "原件保管", "handovers": "原件交接班",
         "synonyms": "同义词", "standards": "标准材料", "one_things": "一件事", "batches": "批量归档", "holds": "暂缓处置", "dispositions": "鉴定处置", "transfers": "移交", "openings": "开放审核", "archives": "归档件", "boxes": "档案盒", "volumes": "案卷", "fonds_papers": "全宗卷文件", "uses": "档案利用", "seals": "利用专用章图样"}  # fmt: skip


def command_of(verb: Verb) -> click.Command:
    """Return the command of one verb, with an option for each field of its form."""
    parameters: list[click.Parameter] = []
    if verb.subject:
        parameters.append(click.Argument(["record"], metavar="ID"))
    parameters += [_option(node) for node in verb.form()]
    if verb.file:
        parameters.append(
            click.Option(
                ["--file", "file"],
                type=click.Path(exists=True, dir_okay=False),
                required=verb.file_required,
                multiple=True,
                help="可以多次给出，每页一个文件 / once for each page" if verb.more else None,
            )
        )
    return click.Command(
        verb.name.replace("_", "-"),
        params=parameters,
        help=verb.run.__doc__.splitlines()[0] if verb.run.__doc__ else str(verb.title),
        callback=lambda **values: _do(verb, **values),
    )


def _option(node: colander.SchemaNode) -> click.Option:
    flag = "--" + node.name.replace("_", "-")
    match node.typ:
        case _ if _secret(node):
            told = "不写时在终端输入，不显示 / asked for at a terminal when it is not given"
            return click.Option([flag, node.name], envvar=PASSWORD, show_envvar=True, help=told)
        case Yes():
            return click.Option([flag, node.name], is_flag=True, help=str(node.title))
        case Word(terms=terms):
            return click.Option(
                [flag, node.name], type=click.Choice([term.value for term in terms]), help=str(node.title)
            )
        case _:
            return click.Option([flag, node.name], help=str(node.title), required=node.required)


def _secret(node: colander.SchemaNode) -> bool:
    """Tell whether what is typed into a field must not be seen: no list of processes and no history should have it."""
    return isinstance(node.widget, PasswordWidget)


def _do(verb: Verb, record: str = "", file: Sequence[str] = (), **options: object) -> None:
    instance: Instance = click.get_current_context().find_object(Instance)
    instance.founded()
    values = {name: value for name, value in options.items() if value not in (None, False)}
    for node in verb.form():
        if isinstance(node.typ, colander.Sequence | Answers) and node.name in values:
            values[node.name] = json.loads(str(values[node.name]))
        if _secret(node) and node.name not in values and sys.stdin.isatty():
            values[node.name] = click.prompt("口令", hide_input=True, err=True)
    try:
        answers = verb.ask(values)
    except colander.Invalid as invalid:
        faults = invalid.asdict().items()
        instance.refuse(
            tuple(
                Finding("form.field", subject=field, params={"message": str(text)}) for field, text in faults
            )
        )
    if verb.file:
        answers |= _uploads(instance, verb, file)
    result, owed = instance.run(lambda act: _run(act, verb, record, answers))
    result_or_refuse(instance, result)
    try:
        papers_owed.do_at_once(instance.services(), owed)
    except StoreFull:
        click.echo(
            "已办理；磁盘空间不足，文书尚未生成，清理磁盘后由后台补上。/ done; the paper waits for disk space.",
            err=True,
        )
    if result is None:
        instance.refuse((Finding("applicant.none"),))
    if isinstance(result, str):
        instance.print({"value": result}, result)
        return
    with instance.services().database.read() as root:
        site = root["site"]
        fresh = site.folder(result.kind)[result.id]
        instance.print(describe(site, fresh, today=instance.services().clock.today()))


def _uploads(instance: Instance, verb: Verb, files: Sequence[str]) -> dict[str, object]:
    if len(files) > 1 and not verb.more:
        instance.refuse((Finding("file.several", subject=verb.file),))
    each = []
    for file in files:
        with Path(file).open("rb") as stream:
            each.append(take(instance.services(), stream, Path(file).name, verb.file))
    arrived = together(each) if each else Arrived(None)
    if arrived.findings:
        instance.refuse(arrived.findings)
    return {verb.file: arrived.upload, **({verb.more: arrived.more} if verb.more else {})}


def _run(act: Act, verb: Verb, record: str, answers: dict[str, object]) -> object:
    folder = getattr(act.site, verb.noun)
    if not verb.subject:
        units = ("", *act.site.office["units"]) if isinstance(folder, UnitFolder) else ("",)
        if not any(act.matrix.permits(act.by, verb.permission, unit=unit) for unit in units):
            return Refused((Finding("permission.denied", params={"permission": verb.permission.value}),))
        return verb.run(act, **answers)
    subject = folder.get(record)
    if subject is None:
        return Refused((Finding("record.unknown", params={"id": record}),))
    unit, state = getattr(subject, "unit", ""), getattr(subject, "state", "")
    if not act.matrix.permits(act.by, verb.permission, unit=unit, state=state):
        return Refused((Finding("permission.denied", params={"permission": verb.permission.value}),))
    return verb.run(act, subject, **answers)


def groups() -> list[click.Group]:
    """Return a group of commands for each noun of the table, with what only a prompt asks of a guide."""
    more = {
        "guides": editions.COMMANDS,
        "fetches": fetching.COMMANDS,
        "custody": custody.COMMANDS,
        "holds": disposition.HOLD_COMMANDS,
        "dispositions": disposition.DISPOSITION_COMMANDS,
        "transfers": transfers.TRANSFER_COMMANDS,
        "openings": transfers.OPENING_COMMANDS,
        "materials": validity.COMMANDS,
        "boxes": boxes.COMMANDS,
        "uses": uses.COMMANDS,
    }
    return [
        click.Group(
            noun,
            commands={
                command.name: command
                for command in (
                    *(command_of(verb) for verb in VERBS if verb.noun == noun),
                    *more.get(noun, ()),
                )
            },
            help=label,
        )
        for noun, label in NOUNS.items()
    ]
