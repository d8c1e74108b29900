"""Cases that have come far: delivered or archived, made through the same operations as at the desk."""

from __future__ import annotations

from random import Random

from records.domain.vocabulary import DeliveryMethod
from records.operations import applicants, archiving, decisions, dossiers
from records.scripts import demo
from tests.office import ARCHIVIST, CITIZEN, CLERK, NAME, REVIEWER

GUIDE = "sole-trader-registration"


def delivered(office, *, number: str = CITIZEN, name: str = NAME) -> str:
    """Bring one case from the counter to its delivery; return its id."""
    story = demo.Story(office.services, office.clock, Random(1))
    person = office.do(
        CLERK, lambda act: applicants.create_applicant(act, number=number, name=name, phone="13800000001")
    )
    case = office.do(CLERK, lambda act: dossiers.open_dossier(act, applicant=person, guide=GUIDE))
    demo.fill_lines(story, CLERK, case, 1)
    demo.decide(story, REVIEWER, case, GUIDE, 1, refused=False)
    office.do(
        CLERK,
        lambda act: decisions.deliver(
            act, act.site.dossiers[case], method=DeliveryMethod.COUNTER, recipient="本人"
        ),
    )
    return case


def archived(office) -> str:
    """Archive a delivered case; return the id of the archived item."""
    case = delivered(office)
    return office.do(ARCHIVIST, lambda act: archiving.archive(act, act.site.dossiers[case]))
