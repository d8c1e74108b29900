"""The security policy: an identity from a session or a token, rights from the access list of the thing."""

from __future__ import annotations

import hashlib
import hmac

from pyramid.authorization import ACLHelper, Authenticated, Everyone
from pyramid.request import Request, RequestLocalCache

from records.domain.access import Identity
from records.domain.permissions import Permission
from records.operations.identities import identity_of

from . import sessions

#: What only a person does who has logged in: a token makes neither tokens nor sessions, or its scopes would bound nothing.
IN_PERSON = frozenset({Permission.SESSION_END, Permission.TOKEN_ISSUE})


class SecurityPolicy:
    """Pyramid's questions, answered from the database once per request."""

    def __init__(self) -> None:
        self._identities = RequestLocalCache(self._load)
        self._acl = ACLHelper()

    def _load(self, request: Request) -> Identity | None:
        authorization = request.headers.get("Authorization", "")
        if authorization.startswith("Bearer "):
            return self._by_token(request, authorization.removeprefix("Bearer ").strip())
        name = sessions.read_cookie(request)
        if name is None:
            return None
        person = sessions.person_of(request.site, name, request.now)
        if person is None:
            return None
        request.add_response_callback(lambda request, response: self._refresh(request, response, name))
        return identity_of(person, request.today)

    @staticmethod
    def _refresh(request: Request, response, name: str) -> None:
        if not getattr(request, "session_changed", False):
            sessions.write_cookie(request, response, name)

    @staticmethod
    def _by_token(request: Request, token: str) -> Identity | None:
        userid, _, secret = token.partition(".")
        person = request.site.people.get(userid)
        if person is None or person.disabled:
            return None
        digest = hashlib.sha256(secret.encode()).hexdigest()
        for kept, _, scopes, _, until in person.tokens:
            if hmac.compare_digest(kept, digest) and request.now < until:
                request.token_scopes = frozenset(scopes)
                return identity_of(person, request.today)
        return None

    def identity(self, request: Request) -> Identity | None:
        """Return who acts, or None."""
        return self._identities.get_or_create(request)

    def authenticated_userid(self, request: Request) -> str | None:
        """Return the log-in name of who acts, or None."""
        identity = self.identity(request)
        return identity.userid if identity else None

    def permits(self, request: Request, context: object, permission: str) -> object:
        """Ask the access lists of the thing and of what it lies in; a token also needs the permission as scope."""
        identity = self.identity(request)
        scopes = getattr(request, "token_scopes", None)
        outside = scopes is not None and permission not in scopes and "*" not in scopes
        if outside or (scopes is not None and permission in IN_PERSON):
            permission = "outside-scope"
        principals = [Everyone]
        if identity is not None:
            principals += [Authenticated, f"user:{identity.userid}", *sorted(identity.principals)]
        return self._acl.permits(context, principals, permission)
