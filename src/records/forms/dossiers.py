"""What is asked at each step of a case."""

from __future__ import annotations

import colander

from records.domain.dossiers import Gap
from records.domain.vocabulary import (
    DeclineReason,
    DeliveryMethod,
    GapKind,
    Outcome,
    Override,
    ReferralOutcome,
)
from records.i18n import _

from .types import ALWAYS, Answers, Form, day, text, tick, word


class OpenDossier(Form):
    """Whose case, for which item, and the answers that choose among its lines."""

    applicant = text(longest=40, title=_("Applicant"))
    guide = text(longest=80, title=_("Item"))
    situation = colander.SchemaNode(Answers(), missing={}, title=_("Situation"))
    agent = text(longest=120, missing="", title=_("Agent"))
    again = text(longest=300, missing="", title=_("Why a second open case is needed"))
    course = text(longest=40, missing="", title=_("Case of the same matter"))


class SubmitMaterial(Form):
    """A file against its line, and what the paper says of itself."""

    line = text(longest=20, title=_("Line of the guide"))
    document_number = text(longest=120, missing="", title=_("Number on the paper"))
    issuer = text(longest=120, missing="", title=_("Issued by"))
    issued_on = day(title=_("Issued on"))
    valid_until = day(title=_("Valid until"))
    original_seen = tick(title=_("I have seen the original"))
    online = tick(title=_("Handed in online"))
    override = word(Override, missing=None, title=_("Why it is taken although it is held"))
    note = text(longest=300, missing="", title=_("Note"))
    take_original = tick(title=_("Take the paper original in"))
    place = text(longest=80, missing="", title=_("Where it lies"))


class UseMaterial(Form):
    """Which held material fills which line."""

    line = text(longest=20, title=_("Line of the guide"))
    material = text(longest=40, title=_("Held material"))


class PullPages(Form):
    """Which pages of which archived paper fill which line, and what for."""

    line = text(longest=20, title=_("Line of the guide"))
    item = text(longest=40, title=_("Archived item"))
    paper = text(longest=64, title=_("SHA-256 of the paper"))
    first = colander.SchemaNode(
        colander.Integer(), validator=colander.Range(1, 9999), missing=1, title=_("From page")
    )
    last = colander.SchemaNode(
        colander.Integer(), validator=colander.Range(1, 9999), missing=0, title=_("To page")
    )
    purpose = text(longest=200, title=_("Purpose"))
    concerns = text(longest=200, missing="", title=_("What it has to do with the applicant"))
    document_number = text(longest=120, missing="", title=_("Number on the paper"))
    issuer = text(longest=120, missing="", title=_("Issued by"))
    issued_on = day(title=_("Issued on"))
    valid_until = day(title=_("Valid until"))


class VerifyOriginal(Form):
    """Whose line's original was seen."""

    line = text(longest=20, title=_("Line of the guide"))


class RemoveMaterial(Form):
    """Which line is emptied, and why."""

    line = text(longest=20, title=_("Line of the guide"))
    why = text(longest=300, title=_("Reason"))


class Nothing(Form):
    """Nothing is asked."""


class OneGap(Form):
    """One thing that is missing or wrong."""

    line = text(longest=20, title=_("Line of the guide"))
    kind = word(GapKind, title=_("What is wrong"))
    demand = text(longest=500, missing="", title=_("What to bring or change"))


class Gaps(colander.SequenceSchema):
    """All that is missing, at once."""

    gap = OneGap()


class RequestSupplement(Form):
    """Everything that is missing, and until when it may be brought."""

    gaps = Gaps(title=_("What is missing or wrong"))
    until = day(missing=colander.required, title=_("Bring it until"))

    def deserialize(self, cstruct=colander.null):
        """Return the gaps as the rule knows them."""
        values = super().deserialize(cstruct)
        values["gaps"] = tuple(Gap(**gap) for gap in values["gaps"])
        return values


class Decline(Form):
    """Why the application is not accepted, by which law, and who is competent."""

    reason = word(DeclineReason, title=_("Reason"))
    explanation = text(longest=1000, missing="", title=_("Explanation for the applicant"), when=ALWAYS)
    law = text(longest=300, missing="", title=_("Legal basis"), when=ALWAYS)
    organ = text(
        longest=120, missing="", title=_("Competent organ"), when=_("when another organ is competent")
    )


class Decide(Form):
    """What is decided, with reasons or a numbered result."""

    outcome = word(Outcome, title=_("Decision"))
    reasons = text(longest=2000, missing="", title=_("Reasons"), when=_("when it is refused"))
    result_number = text(
        longest=120, missing="", title=_("Number of the licence or paper"), when=_("when it is granted")
    )
    result_valid_until = day(title=_("Result valid until"))
    electronic = tick(title=_("The file is the organ's own electronic licence"))


class Refer(Form):
    """To which organ a case goes up, by which law, with which opinion, on which day."""

    organ = text(longest=120, missing="", title=_("Organ that decides"), when=ALWAYS)
    law = text(longest=300, missing="", title=_("Legal basis"), when=ALWAYS)
    opinion = text(longest=2000, missing="", title=_("Preliminary opinion"), when=ALWAYS)
    sent_on = day(title=_("Sent up on"), when=_("when it was not today"))


class AnswerReferral(Form):
    """What the organ above answered: its decision with number and file, or why it sends the case back."""

    outcome = word(ReferralOutcome, title=_("Answer"))
    result_number = text(
        longest=120, missing="", title=_("Number of its decision"), when=_("unless it sends the case back")
    )
    answered_on = day(title=_("Day of its answer"), when=_("when it was not today"))
    result_valid_until = day(title=_("Result valid until"))
    electronic = tick(title=_("The file is the organ's own electronic licence"))
    remark = text(
        longest=1000,
        missing="",
        title=_("What it says"),
        when=_("when it refuses or sends the case back"),
    )


class Deliver(Form):
    """To whom the decision was given, and how."""

    method = word(DeliveryMethod, title=_("Way of delivery"))
    recipient = text(longest=120, missing="", title=_("Received by"), when=ALWAYS)
    proof = text(
        longest=200, missing="", title=_("Proof (postal number, log)"), when=_("by post or electronically")
    )


class Withdraw(Form):
    """Why the applicant withdraws."""

    why = text(longest=300, missing="", title=_("Reason"), when=ALWAYS)
