"""One application from the counter to the archive (``records demo --case``), in a temporary database, each result in Chinese."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import click

from records.clock import FrozenClock
from records.domain.vocabulary import DeliveryMethod, DossierState, NoticeKind
from records.exchange.packages import verify_bag
from records.indexes import questions
from records.migrations import mark_all
from records.operations import applicants, archiving, decisions, dossiers, indexing, office
from records.operations.checklists import checklist_of
from records.operations.identities import identity_of
from records.operations.searching import search
from records.operations.services import open_services
from records.resources.archives import ArchivedItem

from . import demo
from .instance import FINDINGS, GOOD, Instance


def walk(instance: Instance) -> int:
    """Walk one case the whole way and print each result; return the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        services = open_services(
            {
                "records.instance": folder,
                "zodb.uri": f"file://{folder}/Data.fs",
                "fulltext.engine": "whoosh",
                "records.clock": FrozenClock(datetime(2026, 3, 2, 1, tzinfo=UTC)),
            }
        )
        try:
            return _walk(services, Path(folder))
        finally:
            services.close()


def _say(step: str, text: str) -> None:
    click.echo(f"{step:<8}{text}")


def _walk(services, folder: Path) -> int:
    described, _ = office.read_office(office.example(), name="yunxi.toml")
    office.found(services, described, mark=mark_all)
    story = demo.Story(services, services.clock, Random(1))
    demo.publish(story)
    today = services.clock.today()
    clerk, reviewer = (
        demo.who(story, "clerk", "market-regulation"),
        demo.who(story, "reviewer", "market-regulation"),
    )
    archivist = demo.who(story, "archivist", "market-regulation")
    number = demo.citizen(77, today.replace(year=1985, month=5, day=6), today)
    person = story.act(clerk, lambda act: applicants.create_applicant(act, number=number, name="欧阳䶮"))
    with services.database.read() as root:
        _say("建档", f"欧阳䶮，证件号码 {root['site'].applicants[person].number_masked}")

    first = _case(story, clerk, reviewer, person, "sole-trader-registration", 1)
    _show(services, first)
    second = story.act(clerk, lambda act: dossiers.open_dossier(act, applicant=person, guide="food-business"))
    with services.database.read() as root:
        site = root["site"]
        listed = checklist_of(site, site.dossiers[second], today=services.clock.today())
        reused = [state.line.name for state in listed.lines if state.explanation == "checklist.reused"]
        _say("复用", f"食品经营许可：免提交 {listed.counts.waived} 份（{'、'.join(reused)}）")
    _finish(story, clerk, reviewer, second, "food-business", 2)
    story.later(1)
    item_id = story.act(archivist, lambda act: archiving.archive(act, act.site.dossiers[second]))
    indexing.catch_up(services)
    _show(services, second)
    return _prove(services, folder, item_id, archivist)


def _case(story, clerk, reviewer, person, guide, number) -> str:
    dossier = story.act(clerk, lambda act: dossiers.open_dossier(act, applicant=person, guide=guide))
    _finish(story, clerk, reviewer, dossier, guide, number)
    return dossier


def _finish(story, clerk, reviewer, dossier, guide, number) -> None:
    demo.fill_lines(story, clerk, dossier, number)
    if guide != "sole-trader-registration":
        story.act(clerk, lambda act: dossiers.accept(act, act.site.dossiers[dossier]))
    demo.decide(story, reviewer, dossier, guide, number, refused=False)
    story.act(
        clerk,
        lambda act: decisions.deliver(
            act, act.site.dossiers[dossier], method=DeliveryMethod.COUNTER, recipient="本人"
        ),
    )


def _show(services, dossier: str) -> None:
    with services.database.read() as root:
        site = root["site"]
        record = site.dossiers[dossier]
        _say("办件", f"{site.guides[record.guide].title} {record.code} {DossierState(record.state).label}")
        for notice in questions.notices_of(site, record):
            _say(
                "文书", f"{NoticeKind(notice.notice_kind).label} {notice.code} SHA-256 {notice.digest[:16]}…"
            )
        if record.promised_due:
            _say("时限", f"承诺 {record.promised_due}，法定 {record.statutory_due}")
        if record.result_material:
            result = site.materials[record.result_material]
            _say("结果", f"{result.title} {result.document_number} 已进入申请人材料库（{result.grade} 级）")


def _prove(services, folder: Path, item_id: str, reader: str) -> int:
    with services.database.read() as root:
        item: ArchivedItem = root["site"].archives[item_id]
        code = item.code
        _say("归档", f"档号 {code}，{item.document_count} 份文件，{item.byte_count} 字节")
        readers = identity_of(root["site"].people[reader], services.clock.today()).principals
    package = archiving.export(services, code, folder / "export", reader=reader)
    report = verify_bag(package)
    _say("检验", "归档信息包完好" if report.ok else f"归档信息包有问题：{report.findings}")
    good = report.ok
    for words in ("欧阳䶮", "食品经营许可", code):
        found = search(services, "archives", words, readers=readers)
        good = good and found.total >= 1
        _say("检索", f"“{words}” 共 {found.total} 条")
    return GOOD if good else FINDINGS
