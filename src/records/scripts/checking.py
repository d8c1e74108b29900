"""``records check``: the four checks of a stored package, or of any package in a folder, repeated at a prompt."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from records.clock import SystemClock
from records.domain import arrangement
from records.domain.findings import Finding
from records.domain.package_checks import Phase, Status
from records.domain.packages import MediumFacts
from records.domain.permissions import Permission
from records.domain.verification import Report
from records.exchange import check_reports
from records.exchange.scanner import SETTING, scanner_of
from records.extraction.worker import Extractor
from records.i18n import localizer
from records.indexes import questions
from records.operations import checking
from records.views import check_words, messages

from .instance import FINDINGS, Instance, result_or_refuse

MARKS = {Status.PASS: "✓", Status.FAIL: "✗", Status.NOT_APPLICABLE: "–", Status.MANUAL: "?"}
KINDS = ("disk", "tape", "optical")


@click.command("check")
@click.argument("code", required=False, default="", metavar="档号")
@click.option(
    "--package",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="文件夹中的信息包，不需要数据库 / a package in a folder, without a database",
)
@click.option("--phase", type=click.Choice([phase.value for phase in Phase]), default=Phase.KEEPING.value)
@click.option("--digest", default="", help="登记簿中的包摘要 / the digest from the register")
@click.option("--medium", default="", help="脱机载体编号 / number of the offline medium")
@click.option("--medium-kind", type=click.Choice(KINDS), default="disk")
@click.option("--scanner", default="", help="杀毒软件命令 / command of the anti-virus program")
@click.option(
    "--xml", "xml", type=click.Path(dir_okay=False, path_type=Path), help="另存检测报告 / write the report"
)
@click.option("--json", "as_json", is_flag=True, help="输出 JSON / print JSON")
@click.pass_obj
def check(
    instance: Instance,
    code: str,
    folder: Path | None,
    phase: str,
    digest: str,
    medium: str,
    medium_kind: str,
    scanner: str,
    xml: Path | None,
    as_json: bool,
) -> None:
    """四性检测：按档号复检库内的信息包，或者用 --package 检测文件夹中的信息包（不需要数据库）。"""
    instance.as_json = instance.as_json or as_json
    if bool(code) == bool(folder):
        raise click.UsageError("写档号，或者 --package 文件夹 / give a code, or --package with a folder")
    lies_on = MediumFacts(medium, medium_kind) if medium else None
    if folder is not None:
        code, report = _of_folder(folder, Phase(phase), digest, lies_on, scanner)
    else:
        code, report = _of_item(instance, code, Phase(phase), lies_on)
    if xml is not None:
        xml.write_bytes(
            check_reports.as_xml(report, code=code, say=lambda found: messages.sentence_in("zh_Hans", found))
        )
    _print(instance, code, report)


def _of_folder(
    folder: Path, phase: Phase, digest: str, medium: MediumFacts | None, scanner: str
) -> tuple[str, Report]:
    extractor = Extractor()
    try:
        report = checking.check_folder(
            folder.absolute(),
            clock=SystemClock(),
            try_out=lambda _digest, place, kind: extractor.attempt(place, kind),
            phase=phase,
            expected_digest=digest,
            medium=medium,
            scanner=scanner_of({SETTING: scanner}),
        )
    finally:
        extractor.close()
    found = next(each for each in report.results if each.id.endswith("-1-7"))
    return str(found.evidence.get("code", "")), report


def _of_item(instance: Instance, code: str, phase: Phase, medium: MediumFacts | None) -> tuple[str, Report]:
    services = instance.founded(reading=True)
    with services.database.read() as root:
        site = root["site"]
        item = questions.item_with_code(site, arrangement.search_key(code)) or site.archives.get(code)
        by = instance.identity(site)
        if item is None:
            instance.refuse((Finding("archive.unknown", subject="code", params={"code": code}),))
        if not services.matrix.permits(by, Permission.ARCHIVE_VIEW, unit=item.unit, state=item.state):
            instance.refuse(
                (Finding("permission.denied", params={"permission": Permission.ARCHIVE_VIEW.value}),)
            )
        name, subject = item.code or item.provisional_code, item.id
    services.access.note(
        services.clock.now(),
        {"by": instance.userid, "read": "archives.checks", "on": subject, "purpose": "check"},
    )
    return name, result_or_refuse(instance, checking.examine(services, subject, phase=phase, medium=medium))


def _print(instance: Instance, code: str, report: Report) -> None:
    """Print a report, what failed first; end with 1 when it did not pass."""
    translate = localizer(instance.language).translate
    if instance.as_json:
        instance.print({"ok": report.passed, "code": code, "counts": report.counts, **report.as_dict()})
    else:
        for result in check_reports.ordered(report.results):
            seen = check_words.evidence_of(translate, result)
            click.echo(f"{MARKS[result.status]} {result.id} {result.name}：{seen}")
            for found in result.findings:
                click.echo(f"    {messages.sentence_in(instance.language, found)}")
        counts = "，".join(
            f"{check_reports.WORDS[each]}{report.counts[each.value]}项" for each in check_reports.ORDER
        )
        verdict = check_reports.PASSED if report.passed else check_reports.FAILED
        click.echo(f"{report.phase.label}检测{verdict}：{code}，{counts}，得分{report.score}")
    if not report.passed:
        sys.exit(FINDINGS)
