"""Addresses, cookies and forms that cannot be read are refused at the door: no page was ever written for them."""

from __future__ import annotations

from collections.abc import Callable

from pyramid.config import Configurator
from pyramid.request import Request
from pyramid.response import Response
from pyramid.tweens import INGRESS

TEXT = "网址或提交的内容无法识别，请检查后重试。/ This address or form cannot be read.\n"


def tween_factory(handler: Callable[[Request], Response], registry) -> Callable[[Request], Response]:
    """Refuse what cannot be read before anybody asks for it."""

    def tween(request: Request) -> Response:
        try:
            request.path_info, request.GET.items(), request.cookies.items()
        except ValueError:
            return _refused()
        return handler(request)

    return tween


def read_form(request: Request) -> Response | None:
    """Refuse a form that is none, before anybody asks for one of its fields."""
    try:
        request.POST.items()
    except ValueError:
        return _refused()
    return None


def _refused() -> Response:
    return Response(TEXT, status=400, content_type="text/plain", charset="utf-8")


def includeme(config: Configurator) -> None:
    """Stand before every tween that reads the address, and before whatever reads a form."""
    config.add_preparation(read_form)
    config.add_tween("records.security.legible.tween_factory", under=INGRESS)
