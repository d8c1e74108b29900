"""What readers say about a guide (指南纠错): right, or what is wrong with it, with the answer they were given."""

from __future__ import annotations

from typing import ClassVar

from .base import Folder, Record


class Feedback(Record):
    """One reader's word on one version of a guide; the telephone lies sealed in it, nothing else is personal.

    ``state`` is noted (nothing to answer), open or answered. ``code`` and ``inquiry_code`` let the reader see the answer.
    """

    kind: ClassVar[str] = "feedback"
    guide = ""
    guide_version = 0
    unit = ""
    right = False
    part = ""
    text = ""
    state = "open"
    code = ""
    inquiry_code = ""
    phone_sealed = b""
    due_on = None
    answer = ""
    answered_by = ""
    answered_at = None
    published = False


class FeedbackFolder(Folder):
    """Everything that readers said, by id."""
