"""Owed fetches and platforms at a prompt, and the stub platform that one tries things out with."""

from __future__ import annotations

from pathlib import Path

import click

from records.domain.fetching import FetchState
from records.domain.permissions import Permission
from records.operations import fetching
from records.views.describing import describe
from records.views.fetching import described

from .instance import CannotRun, Instance, result_or_refuse


@click.command("list")
@click.option("--state", type=click.Choice([state.value for state in FetchState]), default="owed")
@click.pass_obj
def list_fetches(instance: Instance, state: str) -> None:
    """列出本人可看单位的补调取（默认：待补调取，按期限）。"""
    services = instance.founded(reading=True)
    with services.database.read() as root:
        site = root["site"]
        by = instance.identity(site)
        units = [
            unit
            for unit in site.office["units"]
            if services.matrix.permits(by, Permission.DOSSIER_VIEW, unit=unit)
        ]
        found = [fetch for unit in units for fetch in fetching.fetches_in(site, unit, FetchState(state))]
        found.sort(key=lambda fetch: (fetch.due_on, fetch.id))
        rows = [describe(site, fetch, today=services.clock.today()) for fetch in found]
        lines = [
            f"{row['id']}\t{site.dossiers[row['dossier']].code}\t{row['line']}\t{row['due_on']}\t{row['fault']}"
            for row in rows
        ]
    services.access.note(
        services.clock.now(), {"by": instance.userid, "read": "fetches", "on": "", "purpose": ""}
    )
    instance.print({"fetches": rows}, "\n".join(lines) or "没有。")


@click.command("platforms")
@click.pass_obj
def list_platforms(instance: Instance) -> None:
    """各平台的连接状况和最近一次故障。"""
    services = instance.founded(reading=True)
    with services.database.read() as root:
        rows = [
            {"key": each.key, "name": each.name, **described(fetching.health_of(root["site"], each))}
            for each in services.platforms
        ]
    lines = [f"{row['key']}\t{row['name']}\t{row['fault'] or '正常'}" for row in rows]
    instance.print({"platforms": rows}, "\n".join(lines) or "没有配置平台：不会自动调取。")


@click.command("call-again")
@click.argument("platform")
@click.pass_obj
def call_again(instance: Instance, platform: str) -> None:
    """立即重新呼叫一个平台，并重新调取欠着的全部证照。"""

    def run(act):
        if not act.matrix.permits(act.by, Permission.JOB_RETRY):
            raise CannotRun("只有系统管理员可以 / administrators only")
        return fetching.retry_platform(act, platform=platform)

    result, _ = instance.run(run)
    count = result_or_refuse(instance, result)
    instance.print({"fetches": count}, f"已重新呼叫，欠 {count} 份。")


@click.command("stub-platform")
@click.argument("book", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False)
@click.option("--port", type=click.IntRange(0, 65535), default=8090)
def stub_platform(book: Path | None, port: int) -> None:
    """模拟平台：在本机按一个可读的文件（YAML）回答证照查询，文件里可以让它变慢、出错或答错。"""
    from records.exchange import stub_platform as stub

    try:
        known = stub.Book.read(book if book is not None else stub.example())
        server = stub.StubServer(book if book is not None else known, port=port)
    except stub.BookError as error:
        raise CannotRun(str(error)) from None
    except OSError as error:
        raise CannotRun(f"端口 {port} 不能用 / port {port}: {error.strerror}") from None
    click.echo(
        f"模拟平台 / stub platform on {server.url}（{known.behaviour.label}，证照 {len(known.licences)} 份）"
    )
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        click.echo("已停止 / stopped")
    finally:
        server.server_close()


#: What only a prompt asks of the fetches, beside the verbs of the table.
COMMANDS = (list_fetches, list_platforms, call_again)
