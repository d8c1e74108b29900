"""What a command works on: the instance named by an ini file, opened when it is first needed."""

from __future__ import annotations

import configparser
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import click

from records.clock import CIVIL, SystemClock
from records.domain.access import Identity
from records.domain.findings import Finding, Refused, Severity, blocking
from records.operations.acts import Act
from records.operations.identities import identity_of
from records.operations.services import Services, open_services
from records.storage import DatabaseBusy
from records.views import messages

#: Lies in the instance's folder while the demo is being filled in; found at a start, the demo was cut off and begins anew.
UNFINISHED = "demo-unfinished"

#: Exit codes: good, findings, could not run.
GOOD, FINDINGS, BROKEN = 0, 1, 2


class CannotRun(click.ClickException):
    """The command could not run as it was called; one sentence says why."""

    exit_code = BROKEN


@dataclass(slots=True)
class Instance:
    """One invocation: its settings, who acts, and how it prints."""

    config: Path
    userid: str = ""
    as_json: bool = False
    language: str = "zh_Hans"
    opened: Services | None = None
    owned: bool = True
    settings: dict[str, str] = field(default_factory=dict)

    def read_settings(self) -> dict[str, str]:
        """Return the settings of the ini file's application."""
        if not self.settings:
            here = self.config.resolve().parent
            parser = configparser.ConfigParser(defaults={"here": str(here)})
            if not parser.read(self.config, encoding="utf-8"):
                raise CannotRun(f"找不到配置文件 {self.config} / no such file")
            self.settings = {key: value for key, value in parser["app:main"].items() if key != "use"}
        return self.settings

    def services(self) -> Services:
        """Open the instance; DatabaseBusy while a server writes its file."""
        if self.opened is None:
            self.opened = open_services(self.read_settings())
            self.opened.sentence = messages.sentence_in
        return self.opened

    def founded(self, *, reading: bool = False) -> Services:
        """Open an instance that has a site; beside a server a reading command sees the snapshot of this moment."""
        try:
            services = self.services()
        except DatabaseBusy:
            if not reading:
                raise
            services = self.opened = open_services(self.read_settings(), read_only=True)
            at = services.database.snapshot_at
            click.echo(
                f"服务正在运行，以下是 {at.astimezone(CIVIL):%Y-%m-%d %H:%M:%S} 的快照。/ a snapshot",
                err=True,
            )
        with services.database.read() as root:
            if "site" not in root:
                raise CannotRun("数据库里还没有站点，请先运行 records init。/ no site yet: run records init")
        return services

    def identity(self, site) -> Identity:
        """Return who acts: the person named with ``--as``."""
        person = site.people.get(self.userid)
        if person is None:
            raise CannotRun("请用 --as 指明经办人的登录名 / name who acts with --as")
        return identity_of(person, self.services().clock.today())

    def run(self, do: Callable[[Act], object]) -> tuple[object, tuple[tuple[str, str], ...]]:
        """Do one act in one transaction; a refusal changes nothing."""
        services = self.founded()
        owed: list[tuple[str, str]] = []

        def within(root):
            site = root["site"]
            act = services.act(site, self.identity(site), channel="command")
            result = do(act)
            owed[:] = act.owed
            return result

        return services.database.run(within, note="command"), tuple(owed)

    def print(self, value: object, text: str = "") -> None:
        """Print a value as JSON or as a sentence."""
        if self.as_json or not text:
            click.echo(json.dumps(value, ensure_ascii=False, indent=None if self.as_json else 2))
        else:
            click.echo(text)

    def today(self) -> date:
        """Return the civil day in China."""
        return self.opened.clock.today() if self.opened else SystemClock().today()

    def judge(self, value: dict, findings: tuple[Finding, ...], *, good: str = "") -> None:
        """Print a judgement with its findings; end with 1 when one of them blocks."""
        texts = [messages.sentence_in(self.language, found) for found in findings]
        if self.as_json:
            listed = [
                {**found.as_dict(), "message": text} for found, text in zip(findings, texts, strict=True)
            ]
            click.echo(json.dumps({**value, "findings": listed}, ensure_ascii=False))
        else:
            for found, text in zip(findings, texts, strict=True):
                click.echo(f"{'✗' if found.severity is Severity.BLOCKS else '·'} {text}", err=True)
            if not blocking(findings):
                click.echo(good)
        if blocking(findings):
            sys.exit(FINDINGS)

    def print_lint(self, findings: tuple[Finding, ...], *, files: tuple[str, ...] = ()) -> None:
        """Print what a lint found, each with field, severity, reason and cure; end with 1 when one blocks.

        ``files`` are those of the findings, when several were looked at.
        """
        listed = [
            {
                "code": found.code,
                "field": found.subject,
                "severity": found.severity.value,
                "reason": messages.reason_in(self.language, found),
                "cure": messages.cure_in(self.language, found),
            }
            for found in findings
        ]
        for each, file in zip(listed, files, strict=False):
            each["file"] = file
        good = not blocking(findings)
        if self.as_json:
            click.echo(json.dumps({"ok": good, "findings": listed}, ensure_ascii=False))
        else:
            for each in listed:
                mark = "✗" if each["severity"] == Severity.BLOCKS else "·"
                where = f"{each['file']} {each['field']}" if "file" in each else each["field"]
                click.echo(f"{mark} {where}：{each['reason']} {each['cure']}".rstrip())
            click.echo("✓ 可以发布" if good else "✗ 不能发布")
        if not good:
            sys.exit(FINDINGS)

    def refuse(self, findings: tuple[Finding, ...]) -> None:
        """Print every finding and end with 1."""
        texts = [messages.sentence_in(self.language, found) for found in findings]
        if self.as_json:
            listed = [
                {**found.as_dict(), "message": text} for found, text in zip(findings, texts, strict=True)
            ]
            click.echo(json.dumps({"ok": False, "findings": listed}, ensure_ascii=False))
        else:
            for found, text in zip(findings, texts, strict=True):
                click.echo(f"✗ {text}" + (f"（{found.basis}）" if found.basis else ""), err=True)
        sys.exit(FINDINGS)

    def close(self) -> None:
        """Let go of the instance when this invocation opened it."""
        if self.opened is not None and self.owned:
            self.opened.close()
            self.opened = None


def result_or_refuse(instance: Instance, result: object) -> object:
    """Return a result; print a refusal and end."""
    if isinstance(result, Refused):
        instance.refuse(result.findings)
    return result
