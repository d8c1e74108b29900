"""Headers of every answer: nothing from another host, nothing inline, nothing personal in a cache."""

from __future__ import annotations

from pyramid.config import Configurator
from pyramid.events import NewResponse

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; object-src 'none'; frame-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'self'"
)


def harden(event: NewResponse) -> None:
    """Set the headers on whatever leaves."""
    headers = event.response.headers
    headers.setdefault("Content-Security-Policy", POLICY)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("X-Frame-Options", "SAMEORIGIN")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
    if "Cache-Control" not in headers:
        headers["Cache-Control"] = "no-store"


def includeme(config: Configurator) -> None:
    """Watch every answer."""
    config.add_subscriber(harden, NewResponse)
