"""Sessions (登录会话) and answers already given: what the door remembers, written as rarely as possible."""

from __future__ import annotations

from persistent import Persistent


class Session(Persistent):
    """One log-in on one machine, found by the digest of its random name; ends at an instant (UTC)."""

    userid = ""
    epoch = 0
    began_at = None
    ends_at = None


class Answer(Persistent):
    """What a repeated request is told (幂等): the status, the place or the body that the first one got."""

    status = 0
    location = ""
    body = b""
    content_type = ""
