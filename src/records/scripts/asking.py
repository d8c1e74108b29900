"""What the public may ask, at a prompt: whether one can apply, a package of items, and what was not found."""

from __future__ import annotations

import click
from webob.multidict import MultiDict

from records.domain.findings import Finding
from records.operations import unanswered
from records.operations.editions import content
from records.views.answers import read
from records.views.asking_guides import as_plain, questions_of

from .instance import FINDINGS, Instance


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
