from __future__ import annotations

from records.operations import applicants
from records.operations.digest import semantic_digest, semantic_records
from records.vault import Vault
from tests.office import CITIZEN, CLERK, REVIEWER, build_office


def said(office) -> str:
    with office.site() as site:
        return semantic_digest(site)


def test_the_digest_says_what_was_done_and_not_by_which_way(tmp_path):
    digests = set()
    for channel in ("screen", "api", "command"):
        office = build_office(tmp_path / channel, **{"records.vault": Vault(bytes(range(64)))})
        office.do(
            CLERK,
            lambda act: applicants.create_applicant(act, number=CITIZEN, name="欧阳䶮"),
            channel=channel,
        )
        office.browser(REVIEWER)
        digests.add(said(office))
        office.close()
    assert len(digests) == 1


def test_the_digest_changes_with_whatever_a_record_says(office):
    seen = {said(office)}
    person = office.applicant()
    seen.add(said(office))
    case = office.case(person)
    seen.add(said(office))
    office.hand_in(case, "application", "申请书")
    seen.add(said(office))
    assert len(seen) == 4


def test_it_covers_every_record_and_holds_nothing_secret(office):
    office.hand_in(office.case(office.applicant()), "application", "申请书")
    with office.site() as site:
        records = semantic_records(site)
    kinds = {name.partition(":")[0] for name in records}
    assert kinds == {"office", "holdings", "applicant", "dossier", "guide", "material", "person"}
    assert CITIZEN not in repr(records)
    assert "argon2" not in repr(records)
