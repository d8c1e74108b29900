"""Sessions (登录会话) and answers already given: what the door remembers, written as rarely as possible."""

from __future__ import annotations

from persistent import Persistent


class Session(Persistent):
    """One log-in on one machine, found by the digest of its random name; ends at an instant (UTC)."""

    userid = ""
    epoch = 0
    began_at = None
    ends_at = None


class OtherBody(Exception):
    """A key that has its answer came again with other contents; neither the old answer nor the new deed is right."""


class Answer(Persistent):
    """What a repeated request is told (幂等): the status, the place or the body that the first one got.

    ``asked`` is the SHA-256 of what the first one brought; empty in answers kept before that was noted.
    """

    asked = b""
    status = 0
    location = ""
    body = b""
    content_type = ""
