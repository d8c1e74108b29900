"""What is asked to call a platform again."""

from __future__ import annotations

from records.i18n import _

from .types import Form, text


class AskPlatform(Form):
    """Which platform, by its key in the settings."""

    platform = text(longest=40, title=_("Platform"))
