"""The security policy: an identity from a session or a token, rights from the access list of the thing."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from functools import lru_cache

from pyramid.authorization import ACLAllowed, ACLDenied, ACLHelper, Allow, Authenticated, Everyone
from pyramid.location import lineage
from pyramid.request import Request, RequestLocalCache

from records.domain.access import Identity
from records.domain.permissions import Permission
from records.operations.identities import identity_of
from records.resources.base import Resource, UnitFolder, access_list

from . import sessions

#: What only a person does who has logged in: a token makes neither tokens nor sessions, or its scopes would bound nothing.
IN_PERSON = frozenset({Permission.SESSION_END, Permission.TOKEN_ISSUE})


@lru_cache(maxsize=4096)
def holders(unit: str, state: str) -> Mapping[str, frozenset[str]]:
    """Return who holds each permission on a thing of a unit in a state: the access list, turned to be looked up."""
    found: dict[str, set[str]] = {}
    for _, principal, permission in access_list(unit, state):
        found.setdefault(permission, set()).add(principal)
    return {permission: frozenset(principals) for permission, principals in found.items()}


class SecurityPolicy:
    """Pyramid's questions, answered from the database once per request."""

    def __init__(self) -> None:
        self._identities = RequestLocalCache(self._load)
        self._principals = RequestLocalCache(self._name)
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
        identity = identity_of(person, request.today)
        for kept, _, scopes, _, until in person.tokens:
            if hmac.compare_digest(kept, digest) and request.now < until and identity.grants:
                request.token_scopes = frozenset(scopes)
                request.registry.services.tokens.note(kept, request.today)
                return identity
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
        # First, for a token brings its scopes with it.
        principals = self._principals.get_or_create(request)
        scopes = getattr(request, "token_scopes", None)
        outside = scopes is not None and permission not in scopes and "*" not in scopes
        if outside or (scopes is not None and permission in IN_PERSON):
            permission = "outside-scope"
        for thing in lineage(context):
            access = getattr(type(thing), "__acl__", None)
            if access is UnitFolder.__acl__ and thing is not context:
                continue  # who may enter the folder with some unit is not for that reason allowed what lies in it
            if access is not Resource.__acl__:
                return self._acl.permits(thing, principals, permission)
            unit, state = getattr(thing, "unit", ""), getattr(thing, "state", "")
            fit = principals & holders(unit, state).get(permission, frozenset())
            if fit:
                entry = (Allow, min(fit), permission)
                return ACLAllowed(entry, access_list(unit, state), permission, principals, thing)
        return ACLDenied(
            "<default deny>",
            "<access lists of the thing and of what it lies in>",
            permission,
            principals,
            context,
        )

    def _name(self, request: Request) -> frozenset[str]:
        """Return all names under which an access list may know who acts."""
        identity = self.identity(request)
        if identity is None:
            return frozenset({Everyone})
        return identity.principals | {Everyone, Authenticated, f"user:{identity.userid}"}
