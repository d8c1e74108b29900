from __future__ import annotations

import pytest

from records.domain.findings import Refused
from records.domain.vocabulary import Override
from records.operations import dossiers, materials
from records.operations.checklists import checklist_of
from tests.office import ANOTHER, CITIZEN, CLERK

CARD = {"document_number": CITIZEN, "issuer": "云溪县公安局"}


def codes(refused) -> list[tuple[str, str]]:
    assert isinstance(refused, Refused), refused
    return [(found.code, found.subject) for found in refused.findings]


def submit(office, case, line, title, *, override=None, note="", **described):
    upload = office.upload(title)
    description = materials.Description(**described)
    return office.do(
        CLERK,
        lambda act: materials.submit_material(
            act, act.site.dossiers[case], line=line, upload=upload, description=description,
            override=override, note=note,
        ),
    )  # fmt: skip


def entries(office, case) -> list[tuple[str, str, str]]:
    with office.site() as site:
        return [(line, material, how) for line, material, _, how, *_ in site.dossiers[case].entries]


@pytest.fixture
def holder(office) -> str:
    """An applicant whose card is held."""
    person = office.applicant()
    case = office.case(person, "sole-trader-registration")
    submit(office, case, "identity", "居民身份证", issued_on=office.clock.today(), original_seen=True, **CARD)
    return person


def library(office, person) -> list:
    with office.site() as site:
        return [
            (each.id, each.standard, each.status, len(each.renditions))
            for each in site.materials.values()
            if each.applicant == person
        ]


def test_the_same_bytes_lie_in_the_store_once_whoever_brings_them(office):
    cases = [office.case(office.applicant()), office.case(office.applicant(ANOTHER, "司马相如"))]
    made = [submit(office, case, "application", "同一份申请书") for case in cases]
    with office.site() as site:
        assert len(site.holdings) == 1
        assert len({site.materials[each].renditions[0][0] for each in made}) == 1
        assert len(set(made)) == 2
    assert len(list(office.services.store.walk())) == 1


def test_a_rescan_of_the_same_paper_is_a_rendition_of_it(office, holder):
    [(card, *_)] = library(office, holder)
    case = office.case(holder)
    again = submit(
        office, case, "identity", "居民身份证（重扫）", override=Override.VOLUNTEERED,
        issued_on=office.clock.today(), original_seen=True, **CARD,
    )  # fmt: skip
    assert again == card
    assert library(office, holder) == [(card, "identity-card", "valid", 2)]


def test_what_is_held_fills_its_line_when_the_case_is_opened(office, holder):
    [(card, *_)] = library(office, holder)
    assert entries(office, office.case(holder)) == [("identity", card, "reused")]


def test_what_is_held_is_not_taken_again_and_nothing_is_stored(office, holder):
    case = office.case(holder)
    refused = submit(office, case, "identity", "新扫描件", issued_on=office.clock.today(), **CARD)
    assert codes(refused) == [("material.already-held", "identity")]
    [(card, *_)] = library(office, holder)
    assert (refused.findings[0].params["id"], bool(refused.findings[0].basis)) == (card, True)
    with office.site() as site:
        assert len(site.holdings) == 1
    assert entries(office, case) == [("identity", card, "reused")]


@pytest.mark.parametrize(
    ("override", "note", "code"),
    [
        (Override.ORIGINAL, "", "material.override-no-original"),
        (Override.EXPIRED, "", "material.override-not-expired"),
        (Override.CHANGED, " ", "material.override-no-note"),
    ],
)
def test_a_reason_that_does_not_apply_is_refused(office, holder, override, note, code):
    case = office.case(holder)
    before = library(office, holder)
    refused = submit(
        office,
        case,
        "identity",
        "新扫描件",
        override=override,
        note=note,
        issued_on=office.clock.today(),
        **CARD,
    )
    assert codes(refused) == [(code, "identity")]
    assert library(office, holder) == before


def test_a_changed_content_supersedes_what_was_held(office, holder):
    [(old, *_)] = library(office, holder)
    case = office.case(holder)
    new = submit(
        office, case, "identity", "换发的身份证", override=Override.CHANGED, note="换发新证", original_seen=True,
        document_number=CITIZEN, issuer="云溪县公安局城关派出所", issued_on=office.clock.today(),
    )  # fmt: skip
    assert sorted(library(office, holder)) == sorted(
        [(old, "identity-card", "superseded", 1), (new, "identity-card", "valid", 1)]
    )
    assert entries(office, case) == [("identity", new, "submitted")]
    with office.site() as site:
        assert site.materials[old].superseded_by == new
        assert [row[:3] for row in site.dossiers[case].overrides] == [("identity", "changed", "换发新证")]


def test_what_is_volunteered_says_so(office, holder):
    case = office.case(holder)
    made = submit(
        office,
        case,
        "identity",
        "自愿再交",
        override=Override.VOLUNTEERED,
        issued_on=office.clock.today(),
        **CARD,
    )
    assert entries(office, case) == [("identity", made, "volunteered")]


def test_an_expired_material_is_asked_for_again(office):
    person = office.applicant()
    case = office.case(person, "sole-trader-registration")
    submit(
        office, case, "identity", "居民身份证", issued_on=office.clock.today(), original_seen=True,
        valid_until=office.clock.today(), **CARD,
    )  # fmt: skip
    office.clock.advance(days=2)
    later = office.case(person)
    assert entries(office, later) == []
    new = submit(
        office, later, "identity", "换发的身份证", override=Override.EXPIRED, original_seen=True,
        document_number=CITIZEN, issuer="云溪县公安局", issued_on=office.clock.today(),
    )  # fmt: skip
    assert entries(office, later) == [("identity", new, "submitted")]
    assert sorted(status for _, _, status, _ in library(office, person)) == ["superseded", "valid"]


def test_only_what_the_guide_lists_is_taken(office):
    case = office.case(office.applicant())
    assert codes(submit(office, case, "other", "其他材料")) == [("material.outside-guide", "other")]
    assert codes(submit(office, case, "authorisation", "授权委托书")) == [
        ("material.line-not-needed", "authorisation")
    ]
    with office.site() as site:
        assert (len(site.holdings), site.dossiers[case].entries) == (0, ())


def test_what_must_be_known_of_a_paper_is_asked(office):
    case = office.case(office.applicant())
    assert {code for code, _ in codes(submit(office, case, "identity", "居民身份证"))} == {
        "material.identity-missing"
    }


def test_a_closed_case_takes_nothing(office):
    case = office.case(office.applicant())
    office.do(CLERK, lambda act: dossiers.withdraw(act, act.site.dossiers[case], why="书面申请撤回"))
    assert codes(submit(office, case, "application", "申请书")) == [("dossier.closed-for-materials", "")]


def test_a_wrong_paper_leaves_the_line_and_the_library(office):
    case = office.case(office.applicant())
    made = submit(office, case, "application", "别人的申请书")

    def remove(why: str):
        return office.do(
            CLERK,
            lambda act: materials.remove_material(act, act.site.dossiers[case], line="application", why=why),
        )

    assert codes(remove(" ")) == [("material.no-reason", "why")]
    assert remove("交错了") == case
    assert entries(office, case) == []
    with office.site() as site:
        assert site.materials[made].status == "withdrawn"
    assert codes(remove("交错了")) == [("material.line-empty", "application")]


def test_a_reused_material_stays_in_the_library_when_its_line_is_emptied_and_can_be_used_again(
    office, holder
):
    [(card, *_)] = library(office, holder)
    case = office.case(holder)
    office.do(
        CLERK,
        lambda act: materials.remove_material(act, act.site.dossiers[case], line="identity", why="先核对"),
    )
    assert library(office, holder) == [(card, "identity-card", "valid", 1)]
    assert office.do(
        CLERK, lambda act: materials.use_material(act, act.site.dossiers[case], line="identity", material=card)
    ) == card  # fmt: skip
    assert entries(office, case) == [("identity", card, "reused")]


def test_nobody_uses_a_material_of_somebody_else(office, holder):
    [(card, *_)] = library(office, holder)
    case = office.case(office.applicant(ANOTHER, "司马相如"))
    refused = office.do(
        CLERK,
        lambda act: materials.use_material(act, act.site.dossiers[case], line="identity", material=card),
    )
    assert codes(refused) == [("material.unknown", "identity")]


def test_the_checklist_counts_what_was_spared(office, holder):
    case = office.case(holder)
    with office.site() as site:
        counts = checklist_of(site, site.dossiers[case], today=office.clock.today()).counts
        assert (counts.needed, counts.filled, counts.waived) == (5, 1, 1)
