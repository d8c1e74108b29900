"""The token in every form: a keyed code of the session's name, or of a random cookie before log-in."""

from __future__ import annotations

import base64
import hmac
import secrets

from pyramid.interfaces import ICSRFStoragePolicy
from pyramid.request import Request
from zope.interface import implementer

from .sessions import read_cookie

COOKIE = "records_visit"


def comes_by_cookie(request: Request) -> bool:
    """Tell whether a browser may have sent the log-in by itself; a token in a header is never sent unasked."""
    return not request.headers.get("Authorization", "").startswith("Bearer ")


@implementer(ICSRFStoragePolicy)
class SessionCSRF:
    """Derives the token, so that nothing is stored for it."""

    def new_csrf_token(self, request: Request) -> str:
        """Begin a new visit before log-in and return its token."""
        visit = request.csrf_visit = secrets.token_urlsafe(18)
        request.add_response_callback(
            lambda request, response: response.set_cookie(
                COOKIE,
                visit,
                httponly=True,
                samesite="Strict",
                path="/",
                secure=request.registry.settings.get("session.secure", "false") == "true",
            )
        )
        return self._token(request, visit)

    def get_csrf_token(self, request: Request) -> str:
        """Return the token of this session or visit; one is begun when there is none."""
        name = read_cookie(request) or getattr(request, "csrf_visit", None) or request.cookies.get(COOKIE)
        return self._token(request, name) if name else self.new_csrf_token(request)

    def check_csrf_token(self, request: Request, token: str) -> bool:
        """Compare without telling by time how much fits."""
        return hmac.compare_digest(str(token).encode(), self.get_csrf_token(request).encode())

    @staticmethod
    def _token(request: Request, name: str) -> str:
        return base64.urlsafe_b64encode(request.registry.services.vault.salt("csrf", name)[:18]).decode()
