"""Rules at a prompt: what a number, a code, a limit or a guide is by the tables of this version."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from records.domain import arrangement, clocks, identifiers
from records.domain import retention as periods
from records.domain.file_plan import Attribute
from records.domain.findings import Finding, Refused
from records.domain.guide_parts import Guide
from records.domain.guides import circles, lint_field, lint_name
from records.domain.vocabulary import Limit, Retention
from records.exchange.guides import read_guide, shipped_guides
from records.operations.file_plan import Case, plan_of
from records.operations.importing import read_and_check
from records.rules import code_patterns, national_calendar, retention_rows
from records.rules.wording import wording

from .instance import Instance


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise click.BadParameter("写成 2026-11-21 / write it as 2026-11-21") from None


@click.command()
@click.argument("start")
@click.argument("amount", type=click.IntRange(0, 3660))
@click.option("--unit", type=click.Choice([unit.value for unit in Limit]), default=Limit.WORKING_DAYS.value)
@click.pass_obj
def clock(instance: Instance, start: str, amount: int, unit: str) -> None:
    """Explain a time limit day by day (时限推算); the day of the event is not counted."""
    due = clocks.due(_day(start), amount, Limit(unit), national_calendar(()))
    days = [{"date": day.date.isoformat(), "counts": day.counts, "why": day.why} for day in due.days]
    value = {"due": due.due.isoformat(), "provisional": due.provisional, "days": days}
    lines = [f"{day['date']} {'计' if day['counts'] else '不计'} {day['why']}" for day in days]
    lines.append(f"到期日 {value['due']}" + ("（暂定：该年度放假安排尚未公布）" if due.provisional else ""))
    instance.print(value, "\n".join(lines))


@click.command("id")
@click.argument("number")
@click.pass_obj
def identifier(instance: Instance, number: str) -> None:
    """Check a citizen number or a credit code (号码校验)."""
    found = identifiers.recognise(number, today=instance.today())
    value = {"valid": found.valid, "kind": found.kind.value, "normalised": found.normalised}
    instance.judge(value, found.findings, good=f"✓ {found.normalised}")


@click.command()
@click.argument("text")
@click.pass_obj
def code(instance: Instance, text: str) -> None:
    """Take an archival code apart by the pattern of its category (档号解析), and say which pattern that was."""
    found = arrangement.parse_code(text, code_patterns())
    if isinstance(found, Refused):
        instance.judge({"valid": False, "parts": {}, "normalised": "", "pattern": None}, found.findings)
        return
    pattern = found.series.pattern
    used = {
        "arranged": pattern.arranged.value,
        "fonds": pattern.fonds,
        "category": pattern.category,
        "segments": pattern.segments,
        "rule": pattern.rule.value if pattern.rule else "",
        "basis": pattern.basis,
        "since": pattern.since.isoformat(),
    }
    value = {"valid": True, "parts": found.parts, "normalised": found.text, "pattern": used}
    lines = [f"{name}：{part}" for name, part in found.parts.items()]
    rule = f"，{pattern.rule.label}" if pattern.rule else ""
    lines.append(
        f"结构：{pattern.arranged.label}{rule}（{pattern.fonds} {pattern.category}，{pattern.basis}）"
    )
    instance.judge(value, (), good="\n".join(lines))


@click.command()
@click.argument("item", metavar="GUIDE_OR_TYPE")
@click.option("--fonds", default=periods.ANY_FONDS, help="全宗号 / fonds number")
@click.option("--on", "day", help="办结日期 / day of closing, today unless told")
@click.pass_obj
def retention(instance: Instance, item: str, fonds: str, day: str | None) -> None:
    """Say how long a case is kept (保管期限) and why: by a shipped guide's key or a two-digit type of item (事项类型).

    By the shipped examples; an office's own tables stand in its description and win over them.
    """
    on = _day(day) if day else instance.today()
    guide = _shipped(item)
    if guide is not None:
        case = Case(guide, guide.version.number, fonds, on, frozenset())
        plan = plan_of(case, number=fonds)
        held = plan.values[Attribute.RETENTION]
        period, title, basis, approval, approved = Retention(held.value), guide.title, held.source, "", False
        explained = plan.explain()
    else:
        row = periods.period_for(item, fonds, on, retention_rows(), item_type=item)
        if isinstance(row, Refused):
            instance.judge({"retention": "", "label": "", "expires_on": None}, row.findings)
            return
        period, title, basis, approval, approved = (
            row.retention,
            row.title,
            row.basis,
            row.approval,
            row.approved,
        )
        explained = (f"保管期限 {period.value}：事项类型（{title} {basis}）",)
    ends = periods.expires_on(period, on)
    value = {
        "retention": period.value,
        "label": period.label,
        "expires_on": ends.isoformat() if ends else None,
        "basis": basis,
        "approval": approval,
        "approved": approved,
        "explained": list(explained),
    }
    until = f"保管到 {ends}" if ends else "永久保管"
    lines = [f"{title}：{period.label}，{until}（{basis}）", *(f"  {sentence}" for sentence in explained)]
    instance.judge(value, (), good="\n".join(lines))


def _shipped(item: str) -> Guide | None:
    for name, text in shipped_guides():
        if name.removesuffix(".yaml") == item:
            return read_guide(text, name)[0]
    return None


@click.command()
@click.argument("paths", metavar="FILE...", nargs=-1, type=click.Path(exists=True, dir_okay=False))
@click.option("--name", help="只检查一个材料名称 / check one material name")
@click.option("--text", help="只检查一段文字 / check one text of a guide")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON / print JSON")
@click.pass_obj
def lint(
    instance: Instance, paths: tuple[str, ...], name: str | None, text: str | None, as_json: bool
) -> None:
    """Check guides, one material name or one text, as the publication gate does (指南检查).

    Several files are also held against each other: proofs that go in a circle, and papers that another of them yields.
    """
    instance.as_json = instance.as_json or as_json
    if name is not None:
        instance.print_lint(lint_name(name, wording=wording()))
    elif text is not None:
        instance.print_lint(lint_field(text, wording=wording()))
    elif len(paths) == 1:
        _, found = read_and_check(Path(paths[0]), paths[0], units={}, today=instance.today())
        instance.print_lint(found)
    elif paths:
        _lint_together(instance, paths)
    else:
        raise click.UsageError("给出文件、--name 或 --text / give files, --name or --text")


def _lint_together(instance: Instance, paths: tuple[str, ...]) -> None:
    guides = {path: read_guide(Path(path), path)[0] for path in paths}
    yields = {
        path: {
            guide.result.material: guide.title for other, guide in guides.items() if guide and other != path
        }
        for path in paths
    }
    circular = circles([guide for guide in guides.values() if guide])
    found: list[tuple[str, Finding]] = []
    for path, guide in guides.items():
        _, own = read_and_check(Path(path), path, units={}, today=instance.today(), results=yields[path])
        found += [(path, each) for each in own]
        found += [(path, each) for each in circular if guide and each.subject == guide.key]
    instance.print_lint(tuple(each for _, each in found), files=tuple(path for path, _ in found))
