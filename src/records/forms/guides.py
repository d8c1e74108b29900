"""What is asked to bring a guide to the public."""

from __future__ import annotations

import colander

from records.i18n import _

from .types import Form, day


class ApproveGuide(Form):
    """Which version the department approves."""

    version = colander.SchemaNode(
        colander.Int(strict=True), validator=colander.Range(min=1), title=_("Version")
    )


class PublishGuide(Form):
    """Which version the centre publishes, and from which day."""

    version = colander.SchemaNode(
        colander.Int(strict=True), validator=colander.Range(min=1), title=_("Version")
    )
    effective_on = day(title=_("In force from"))
