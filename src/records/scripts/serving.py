"""Starting an instance: its database and demo at the first start, then the server or the worker."""

from __future__ import annotations

import gc
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import click
from pyramid.paster import setup_logging

from records.domain.vocabulary import Role
from records.indexes.spoken import initials
from records.operations import tending
from records.operations.notices import ready_typeface
from records.operations.services import Services

from .instance import UNFINISHED, Instance

PAUSE = 0.5
WARM_AFTER = 5.0
"""Seconds after which the server loads what papers and typed sounds need; before, it would slow the first reader down."""


def has_site(services: Services) -> bool:
    """Tell whether the database holds a site."""
    with services.database.read() as root:
        return "site" in root


def serve(instance: Instance) -> None:
    """Serve the application of the ini file with waitress until it is stopped."""
    settings = instance.read_settings()
    log_ins = Path(settings["records.instance"]) / "log-ins.txt"
    setup_logging(str(instance.config))
    services = instance.services()
    if (services.instance / UNFINISHED).exists():
        click.echo("上次没有填完示例就停了，现在从头填入 / the demo was cut off, it is filled in anew")
        _found_demo(services, log_ins)
    elif not has_site(services):
        if settings.get("records.office") != "demo":
            raise click.ClickException(
                "还没有站点：请先运行 records init 文件名 / no site yet: run `records init FILE` first"
            )
        _found_demo(services, log_ins)
    app = _app(instance, services)
    host, port = settings.get("listen.host", "127.0.0.1"), int(settings.get("listen.port", "6543"))
    server = _listen(app, host, port, threads=int(settings.get("threads", "8")))
    click.echo(f"卷宗已启动 / serving on http://{host}:{port}/  （公众首页；工作人员从 /login 登录）")
    if log_ins.exists():
        click.echo(f"示例登录名和密码 / demo log-ins ({log_ins}):")
        click.echo(log_ins.read_text(encoding="utf-8").rstrip())
    elif settings.get("records.office") == "demo":
        click.echo(
            f"没有找到 {log_ins}。停下服务后运行 records -c {instance.config} --as admin people reset-password 登录名，"
            "可得到新的一次性密码 / that command gives a new password"
        )
    signal.signal(signal.SIGTERM, _stop)
    _settle()
    try:
        server.run()
    except KeyboardInterrupt:
        click.echo("已停止 / stopped")
    finally:
        app.registry.follower.stop()
        app.registry.worker.stop()


def _found_demo(services: Services, log_ins: Path) -> None:
    """Fill the empty database with the demo office and leave its log-ins where only their owner reads them."""
    from .demo import found  # sample papers need the libraries for pictures and PDF

    def write(passwords: dict[str, str]) -> None:
        log_ins.touch(mode=0o600)
        log_ins.write_text("".join(_log_in_lines(services, passwords)), encoding="utf-8")

    found(services, hand_out=write)


def _settle() -> None:
    """Make ready for a long life: what was made at the start is no garbage, and nobody waits for a first font."""
    gc.collect()
    gc.freeze()
    warming = threading.Timer(WARM_AFTER, _warm)
    warming.daemon = True
    warming.start()


def _warm() -> None:
    ready_typeface()
    initials("暖")


def _listen(app: object, host: str, port: int, *, threads: int):
    """Take the port before anything is announced; a port that is taken is told in one sentence."""
    from waitress.server import create_server

    try:
        return create_server(
            app, host=host, port=port, threads=threads, ident="", max_request_body_size=1 << 30, **_proxy(app)
        )
    except OSError as error:
        app.registry.follower.stop()
        app.registry.worker.stop()
        raise click.ClickException(
            f"端口 {port} 已被占用，请改配置里的 listen.port / port {port} is taken ({error.strerror})"
        ) from None


def _proxy(app: object) -> dict[str, object]:
    """Return how far a server in front is believed (``listen.trusted_proxy``): only from its address, one step."""
    trusted = app.registry.settings.get("listen.trusted_proxy", "").strip()
    if not trusted:
        return {}
    headers = "x-forwarded-for x-forwarded-proto x-forwarded-host"
    return {"trusted_proxy": trusted, "trusted_proxy_count": 1, "trusted_proxy_headers": headers}


def _log_in_lines(services: Services, passwords: dict[str, str]) -> Iterator[str]:
    """Yield each person's log-in name, first password, name and roles, so that a newcomer knows whom to try."""
    with services.database.read() as root:
        people = root["site"].people
        for userid, password in sorted(passwords.items()):
            roles = "、".join(dict.fromkeys(Role(letter[0]).label for letter in people[userid].letters))
            yield f"{userid}\t{password}\t{people[userid].name}\t{roles}\n"


def _stop(number: int, frame: object) -> None:
    """End like a person at the keyboard would, so that the database closes and saves its index."""
    raise KeyboardInterrupt


def _app(instance: Instance, services: Services):
    from records import main

    settings = dict(instance.read_settings())
    return main({"__script__": "serve"}, **settings, **{"records.services": services})


def work(instance: Instance, *, once: bool, stop: threading.Event) -> None:
    """Do owed work and follow the feed, until stopped or nothing is owed."""
    from records.jobs import work_once

    services = instance.services()
    tending.tend(services)
    while not stop.is_set():
        if not work_once(services):
            if once:
                return
            stop.wait(PAUSE)
