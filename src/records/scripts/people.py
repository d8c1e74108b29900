"""People at a prompt: what somebody may do and with which tokens, and a one-time password for who has lost theirs."""

from __future__ import annotations

import click

from records.domain.findings import Finding
from records.domain.permissions import Permission
from records.operations import people
from records.operations.office import one_time_password
from records.resources.people import Person
from records.resources.site import Site
from records.views.describing import describe

from .instance import Instance, result_or_refuse


@click.command()
@click.argument("userid", metavar="ID")
@click.pass_obj
def show(instance: Instance, userid: str) -> None:
    """显示一位工作人员：授权书，令牌的权限、签发日和最近使用日。"""
    services = instance.founded(reading=True)
    with services.database.read() as root:
        person = _person(instance, root["site"], userid)
        last_used = services.tokens.last
        shown = describe(root["site"], person, today=services.clock.today(), last_used=last_used)
    instance.print(shown)


@click.command("reset-password")
@click.argument("userid", metavar="ID")
@click.pass_obj
def reset_password(instance: Instance, userid: str) -> None:
    """给一位工作人员一次性口令；其登录和令牌全部失效。"""
    services = instance.founded()
    with services.database.read() as root:
        _person(instance, root["site"], userid)
    password = one_time_password()
    hashed = services.vault.password_hash(password)
    result, _ = instance.run(lambda act: people.reset_password(act, act.site.people[userid], hashed=hashed))
    result_or_refuse(instance, result)
    instance.print({"value": password}, password)


def _person(instance: Instance, site: Site, userid: str) -> Person:
    """Return a person for whoever manages people; else refuse and end."""
    permission = Permission.PERSON_MANAGE
    if not instance.services().matrix.permits(instance.identity(site), permission):
        instance.refuse((Finding("permission.denied", params={"permission": permission.value}),))
    person = site.people.get(userid)
    if person is None:
        instance.refuse((Finding("record.unknown", params={"id": userid}),))
    return person
