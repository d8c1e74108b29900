"""``records``: the one command of an instance. Exit codes: 0 good, 1 findings, 2 could not run."""

from __future__ import annotations

import json
import sys
import threading
from pathlib import Path

import click

from records.domain import ledger
from records.domain.findings import Finding
from records.domain.permissions import Permission
from records.exchange.platforms import PlatformSettingsError
from records.migrations import mark_all
from records.operations import importing, indexing, office, sealing, trails
from records.operations.searching import search as search_records
from records.resources.site import Site
from records.storage import DatabaseBusy
from records.store import StoreFull

from . import (
    archive_imports,
    archiving,
    asking,
    boxes,
    burden,
    checking,
    disposition,
    exporting,
    fetching,
    keeping,
    library,
    lists,
    packages,
    people,
    reuse,
    rules,
    statistics,
    verbs,
)
from .instance import BROKEN, FINDINGS, Instance, result_or_refuse


class Records(click.Group):
    """The group that turns known failures into one sentence and exit code 2."""

    def invoke(self, ctx: click.Context) -> object:
        """Run a command; a busy database or a full disk is told, not traced."""
        try:
            return super().invoke(ctx)
        except DatabaseBusy as busy:
            click.echo(
                f"数据库正在被服务使用：请用 API，或先停止服务。/ the server holds the database: {busy}",
                err=True,
            )
            sys.exit(BROKEN)
        except PlatformSettingsError as error:
            click.echo(f"平台配置文件有误。/ {error}", err=True)
            sys.exit(BROKEN)
        except StoreFull:
            click.echo(
                "磁盘空间不足，什么都没有写入。请清理磁盘后重试。/ the disk is full; nothing was written.",
                err=True,
            )
            sys.exit(BROKEN)


@click.group(cls=Records, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "-c", "--config", type=click.Path(dir_okay=False, path_type=Path), default=Path("development.ini")
)
@click.option("--as", "userid", default="", help="经办人登录名 / who acts")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON / print JSON")
@click.option("--lang", type=click.Choice(["zh_Hans", "en"]), default="zh_Hans")
@click.pass_context
def main(ctx: click.Context, config: Path, userid: str, as_json: bool, lang: str) -> None:
    """卷宗：办事指南、办件与档案。"""
    if isinstance(ctx.obj, Instance):
        ctx.obj.userid, ctx.obj.as_json, ctx.obj.language = userid or ctx.obj.userid, as_json, lang
    else:
        ctx.obj = Instance(config, userid=userid, as_json=as_json, language=lang)
        ctx.call_on_close(ctx.obj.close)


@main.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False)
@click.pass_obj
def init(instance: Instance, file: Path | None) -> None:
    """建站：由一个可读的文件建立数据库（默认为示例县）。"""
    services = instance.services()
    text = file.read_text(encoding="utf-8") if file else office.example()
    described, findings = office.read_office(text, name=str(file or "yunxi.toml"))
    if described is None:
        instance.refuse(findings)
    passwords = office.found(services, described, mark=mark_all)
    if passwords is None:
        click.echo("数据库里已经有站点，未作改动。/ there is a site already.", err=True)
        sys.exit(FINDINGS)
    instance.print(passwords, "\n".join(f"{userid}\t{password}" for userid, password in passwords.items()))


@main.command()
@click.option("--case", is_flag=True, help="在临时数据库里走完一件 / walk one case in a temporary database")
@click.pass_obj
def demo_command(instance: Instance, case: bool) -> None:
    """示例：填入示例数据，或用 --case 走完一件的全过程。"""
    from . import demo, walk  # sample papers need the libraries for pictures and PDF

    sys.exit(walk.walk(instance) if case else demo.fill(instance))


main.add_command(demo_command, "demo")


@main.command()
@click.argument(
    "ini", type=click.Path(exists=True, dir_okay=False, path_type=Path), default="development.ini"
)
@click.pass_obj
def serve(instance: Instance, ini: Path) -> None:
    """启动服务；第一次启动时建站并填入示例数据。"""
    from .serving import serve as run

    instance.config = ini
    run(instance)


@main.command()
@click.option("--once", is_flag=True, help="做完就退出 / stop when nothing is owed")
@click.pass_obj
def work(instance: Instance, once: bool) -> None:
    """后台：完成欠下的工作并更新索引。"""
    from .serving import work as run

    run(instance, once=once, stop=threading.Event())


@main.command()
@click.option("--dry-run", is_flag=True)
@click.pass_obj
def evolve(instance: Instance, dry_run: bool) -> None:
    """升级数据库结构。"""
    from records import migrations

    done = migrations.evolve(instance.services().database, dry_run=dry_run)
    instance.print(list(done), "\n".join(done) or "没有待完成的升级步骤。")


@main.command()
@click.pass_obj
def reindex(instance: Instance) -> None:
    """由记录重建全文索引。"""
    services = instance.founded()
    counts = {index: indexing.rebuild(services, index) for index in services.engines}
    instance.print(counts, "；".join(f"{index} {count} 条" for index, count in counts.items()))


@main.command()
@click.pass_obj
def verify(instance: Instance) -> None:
    """核对：索引与记录一致，存件与摘要一致，档案与审计日志一致。"""
    services = instance.founded(reading=True)
    findings = (*indexing.verify(services), *indexing.verify_store(services), *trails.verify_trails(services))
    if findings:
        instance.refuse(findings)
    instance.print({"ok": True}, "✓ 索引与记录一致，存件完好，档案与审计日志一致。")


@main.command()
@click.argument("text")
@click.option("--in", "index", type=click.Choice(["guides", "dossiers", "archives"]), default="guides")
@click.pass_obj
def search(instance: Instance, text: str, index: str) -> None:
    """检索指南、办件或归档件（按经办人的权限）。"""
    services = instance.founded(reading=True)
    readers = frozenset({"public"})
    if index != "guides":
        with services.database.read() as root:
            readers = instance.identity(root["site"]).principals
    found = search_records(services, index, text, readers=readers)
    hits = [{"kind": hit.kind, "id": hit.id, "title": hit.title} for hit in found.hits]
    lines = [f"共 {found.total} 条", *(f"{hit['id']}\t{hit['title']}" for hit in hits)]
    instance.print({"total": found.total, "hits": hits}, "\n".join(lines))


@main.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def import_file(instance: Instance, file: Path) -> None:
    """导入：把一份办事指南文件存为草稿；有问题时一次列出全部，什么都不存。"""
    result, _ = instance.run(lambda act: importing.import_guide(act, source=file, name=file.name))
    result_or_refuse(instance, result)
    with instance.services().database.read() as root:
        guide = root["site"].guides[result.id]
        value = {"key": guide.key, "title": guide.title, "version": len(guide.versions)}
    instance.print(value, f"已存为草稿：{value['title']} 第{value['version']}版")


@main.command()
@click.argument("code")
@click.option("--to", "directory", type=click.Path(path_type=Path), required=True)
@click.pass_obj
def export(instance: Instance, code: str, directory: Path) -> None:
    """导出：把一个归档件的归档信息包写到目录。"""
    from records.operations import archiving

    services = instance.founded(reading=True)
    result = archiving.export(services, code, directory, reader=instance.userid)
    if not isinstance(result, Path):
        instance.refuse(result.findings)
    instance.print({"package": str(result)}, str(result))


def _judged_good(counts: dict[str, object]) -> str:
    return (
        f"✓ 归档信息包完好：档号 {counts['code']}，文件 {counts['documents']} 份，"
        f"包内文件 {counts['files']} 个，共 {counts['bytes']} 字节\n信息包摘要 {counts['digest']}"
    )


@main.command("verify-package")
@click.argument("directory", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--all", "everything", is_flag=True, help="连同 SM3 一起核对 / SM3 too")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON / print JSON")
@click.pass_obj
def verify_package(instance: Instance, directory: Path, everything: bool, as_json: bool) -> None:
    """检验一个归档信息包（不需要数据库）：默认核对 SHA-256，--all 连同 SM3。"""
    from records.exchange.packages import verify_bag

    instance.as_json = instance.as_json or as_json
    report = verify_bag(directory, with_sm3=everything)
    value = {"ok": report.ok, "counts": dict(report.counts)}
    instance.judge(value, report.findings, good=_judged_good(value["counts"]))


@main.group()
def audit() -> None:
    """审计日志。"""


@audit.command("seal")
@click.pass_obj
def audit_seal(instance: Instance) -> None:
    """对审计日志签名封存。"""
    head = sealing.seal(instance.founded())
    instance.print(
        sealing.exported(head) if head else {}, f"已封存 {head.size} 条" if head else "没有新的条目。"
    )


@audit.command("export")
@click.option("--to", "directory", type=click.Path(path_type=Path), required=True)
@click.pass_obj
def audit_export(instance: Instance, directory: Path) -> None:
    """导出审计日志、签名头和公钥，供离线核验；用 --as 指明的审计员还得到明细。"""
    services = instance.founded(reading=True)
    directory.mkdir(parents=True, exist_ok=True)
    with services.database.read() as root:
        site = root["site"]
        (directory / "entries.jsonl").write_bytes(b"".join(line + b"\n" for line in sealing.lines(site)))
        heads = "".join(json.dumps(head) + "\n" for head in sealing.heads(site))
        may = bool(instance.userid) and services.matrix.permits(
            instance.identity(site), Permission.AUDIT_VIEW
        )
        if may:
            # The details hold personal data: reading them is noted before they are written.
            services.access.note(
                services.clock.now(), {"by": instance.userid, "read": "audit.export", "on": "", "purpose": ""}
            )
            _write_details(directory / "details.jsonl", site)
    (directory / "heads.jsonl").write_text(heads, encoding="utf-8")
    (directory / "public.pem").write_bytes(services.vault.public_pem())
    without = "" if may else "（不含明细：明细只导给审计员，请用 --as 指明。/ without details）"
    instance.print({"to": str(directory), "details": may}, f"{directory}{without}")


def _write_details(path: Path, site: Site) -> None:
    """Write what stands beside the entries for its reader alone."""
    path.touch(mode=0o600)
    path.chmod(0o600)
    with path.open("wb") as file:
        for detail in sealing.details(site):
            file.write(ledger.canonical(detail) + b"\n")


@audit.command("prove")
@click.argument("number", type=click.IntRange(min=1), metavar="ENTRY")
@click.option("--to", "path", type=click.Path(dir_okay=False, path_type=Path))
@click.pass_obj
def audit_prove(instance: Instance, number: int, path: Path | None) -> None:
    """给出一条审计条目的证明，不必出示其他条目即可离线核验（verify_audit.py --proof）。"""
    services = instance.founded(reading=True)
    with services.database.read() as root:
        if not services.matrix.permits(instance.identity(root["site"]), Permission.AUDIT_VIEW):
            instance.refuse(
                (Finding("permission.denied", params={"permission": Permission.AUDIT_VIEW.value}),)
            )
        proof = result_or_refuse(instance, sealing.prove(root["site"], number))
    text = json.dumps(proof, ensure_ascii=False, indent=1)
    if path is not None:
        path.write_text(text + "\n", encoding="utf-8")
    instance.print(proof, text if path is None else str(path))


@audit.command("verify")
@click.argument("directory", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.pass_obj
def audit_verify(instance: Instance, directory: Path) -> None:
    """离线核验导出的审计日志。"""
    from records.exchange import verify_audit

    details = directory / "details.jsonl"
    with (directory / "entries.jsonl").open("rb") as entries:
        report = verify_audit.verify(
            entries,
            (directory / "heads.jsonl").read_bytes().split(b"\n"),
            (directory / "public.pem").read_bytes(),
            details=details.read_bytes().split(b"\n") if details.exists() else (),
        )
    instance.print(report, "✓ 审计日志完整" if report["ok"] else "✗ " + "；".join(report["problems"]))
    sys.exit(0 if report["ok"] else FINDINGS)


for rule in (
    rules.clock,
    rules.identifier,
    rules.code,
    rules.lint,
    rules.retention,
    exporting.export_catalogue,
):
    main.add_command(rule)
for group in verbs.groups():
    main.add_command(group)
for command in (people.show, people.reset_password):
    main.commands["people"].add_command(command)
for command in (asking.ask, asking.show_unanswered, asking.import_one_things):
    main.add_command(command)
main.add_command(fetching.stub_platform)
main.add_command(library.import_register)
main.add_command(library.library_jobs)
main.add_command(burden.show_burden)
main.add_command(disposition.show_due)
main.add_command(main.commands["dispositions"], "disposition")
main.add_command(main.commands["transfers"], "transfer")
main.add_command(main.commands["openings"], "opening")
main.add_command(boxes.catalogue)
main.add_command(reuse.show_overrides)
main.add_command(reuse.judge_again)
main.add_command(checking.check)
for command in (
    *packages.COMMANDS,
    *keeping.COMMANDS,
    *statistics.COMMANDS,
    *archive_imports.COMMANDS,
):
    main.add_command(command)
for command in (lists.import_guides, lists.export_guides):
    main.add_command(command)
main.add_command(archiving.archive_month)
