"""What the public may ask, at a prompt: whether one can apply, a package of items, and what was not found."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

import click
from webob.multidict import MultiDict

from records.domain.findings import Finding, Refused
from records.domain.permissions import Permission
from records.operations import one_things, unanswered
from records.operations.acts import Act
from records.operations.editions import content
from records.resources.one_things import OneThing
from records.views.answers import read
from records.views.asking_guides import as_plain, questions_of

from .instance import FINDINGS, Instance, result_or_refuse


@click.command()
@click.argument("key", metavar="GUIDE")
@click.option(
    "--answer", "answers", multiple=True, metavar="KEY=VALUE", help="一个回答，可以多次 / one answer"
)
@click.pass_obj
def ask(instance: Instance, key: str, answers: tuple[str, ...]) -> None:
    """我能办吗：给出下一个问题，或者结论和要带的材料。"""
    services = instance.founded(reading=True)
    given = MultiDict(tuple(part.strip() for part in answer.partition("=")[::2]) for answer in answers)
    with services.database.read() as root:
        site = root["site"]
        guide = site.guides.get(key)
        version = guide.in_force(services.clock.today()) if guide is not None else None
        if version is None:
            instance.refuse((Finding("guide.unknown", subject="guide", params={"guide": key}),))
        body = content(version)
        value = as_plain(
            body,
            read(questions_of(body), given),
            today=services.clock.today(),
            calendar=services.calendar(site),
            language=instance.language,
        )
    instance.print(value, "\n".join(_lines(value)))
    if value["findings"]:
        raise SystemExit(FINDINGS)


def _lines(value: dict) -> list[str]:
    lines = [f"✗ {each['message']}" for each in value["findings"]]
    question, verdict = value["question"], value["verdict"]
    if question is not None:
        choices = "、".join(
            f"{option['key']}（{option['text']}）" for option in question["options"]
        ) or "、".join(question["values"])
        return [
            *lines,
            f"{question['text']} {question['note']}".rstrip(),
            f"--answer {question['key']}=  {choices}",
        ]
    told = [f"【{verdict['label']}】{verdict['reason']}", verdict["where"]]
    if verdict["opens"]:
        told.append(f"下次受理：{verdict['opens']['opens']} 至 {verdict['opens']['closes']}")
    told += [f"· {paper['sentence']}" for paper in verdict["bring"]]
    told += [f"免提交 {paper['name']}" for paper in verdict["fetched"]]
    if verdict["latest"]:
        told.append(f"今天受理的，最迟 {verdict['latest']} 办结")
    return [*lines, *(line for line in told if line)]


@click.command("import-one-things")
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--check", is_flag=True, help="只检查，不发布 / look it over only")
@click.pass_obj
def import_one_things(instance: Instance, files: tuple[Path, ...], check: bool) -> None:
    """一件事：检查并发布文件，替换同一标识的；有问题时一次列出全部（文件、行、字段、改法），什么都不存。"""
    services = instance.founded(reading=check)
    texts = {file: _text_of(instance, file) for file in files}
    with services.database.read() as root:
        found = [
            each
            for file, text in texts.items()
            for each in one_things.check_file(root["site"], text, file.name, today=services.clock.today())[1]
        ]
    if found or check:
        placed = tuple(replace(each.finding, subject=f"{each.line} {each.field}") for each in found)
        instance.print_lint(placed, files=tuple(each.file for each in found))
        return
    for file, text in texts.items():
        result, _ = instance.run(partial(_publish, text=text, name=file.name))
        result_or_refuse(instance, result)
        with services.database.read() as root:
            record = root["site"].one_things[result.id]
            value = {"key": record.key, "title": record.title, "version": len(record.versions)}
        instance.print(value, f"已发布：{value['title']} 第{value['version']}版")


def _text_of(instance: Instance, file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        instance.refuse((Finding("guide.yaml-encoding", subject=file.name),))
        raise


def _publish(act: Act, *, text: str, name: str) -> OneThing | Refused:
    if not act.matrix.permits(act.by, Permission.GUIDE_PUBLISH):
        return Refused((Finding("permission.denied", params={"permission": Permission.GUIDE_PUBLISH.value}),))
    return one_things.publish_one_thing(act, text=text, file=name)


@click.command("unanswered")
@click.pass_obj
def show_unanswered(instance: Instance) -> None:
    """公众没有搜到的词（近90天，两人以上搜过的）。"""
    services = instance.founded(reading=True)
    rows = [
        {"phrase": each.phrase, "times": each.times, "askers": each.askers, "last": each.last.isoformat()}
        for each in unanswered.report(services)
    ]
    lines = [f"{row['phrase']}\t{row['times']}次\t{row['askers']}人\t{row['last']}" for row in rows]
    instance.print({"unanswered": rows}, "\n".join(lines) or "近90天没有这样的词。")
