"""Who is at the door: identities, sessions, tokens, and the headers every answer carries. Default is deny."""

from __future__ import annotations

from pyramid.config import Configurator

from .csrf import SessionCSRF, comes_by_cookie
from .policy import SecurityPolicy


def includeme(config: Configurator) -> None:
    """Close the door: a policy, no view without a permission, no unsafe request without a token."""
    config.set_security_policy(SecurityPolicy())
    config.set_default_permission("nobody")
    config.set_csrf_storage_policy(SessionCSRF())
    config.set_default_csrf_options(require_csrf=True, check_origin=True, callback=comes_by_cookie)
    config.include(".size")
    config.include(".legible")
    config.include(".headers")
    config.include(".admission")
    config.include(".once")
    config.include(".door")
