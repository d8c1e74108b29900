"""Addresses and cookies that are no UTF-8 are refused at the door: no page was ever written for them."""

from __future__ import annotations

from collections.abc import Callable

from pyramid.config import Configurator
from pyramid.request import Request
from pyramid.response import Response
from pyramid.tweens import INGRESS

TEXT = "网址无法识别，请检查后重试。/ This address cannot be read.\n"


def tween_factory(handler: Callable[[Request], Response], registry) -> Callable[[Request], Response]:
    """Refuse what cannot be read before anybody asks for it."""

    def tween(request: Request) -> Response:
        try:
            request.path_info, request.GET.items(), request.cookies.items()
        except ValueError:
            return Response(TEXT, status=400, content_type="text/plain", charset="utf-8")
        return handler(request)

    return tween


def includeme(config: Configurator) -> None:
    """Stand before every tween that reads the address."""
    config.add_tween("records.security.legible.tween_factory", under=INGRESS)
