from __future__ import annotations

from urllib.parse import quote

from records.exchange import samples
from records.operations import dossiers, materials
from tests.office import ANOTHER, CITIZEN, CLERK, HEALTH_REVIEWER, REVIEWER


def handed_in(office):
    """Return a case with one paper on a line, and the paper's digest."""
    case = office.case(office.applicant())
    office.hand_in(case, "application", "申请书")
    with office.site() as site:
        return case, site.dossiers[case].entries[0][2]


def sealed(answer) -> None:
    assert answer.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_file_leaves_as_an_attachment_named_after_the_material(office):
    case, digest = handed_in(office)
    answer = office.browser(CLERK).get(f"/dossiers/{case}/file?digest={digest}")
    assert answer.body == samples.text_pdf("申请书", ("申请书",))
    assert answer.content_type == "application/pdf"
    name = quote("食品经营许可申请书.pdf")
    assert answer.headers["Content-Disposition"] == f"attachment; filename*=UTF-8''{name}"
    sealed(answer)


def test_a_preview_is_a_picture_drawn_by_the_worker(office):
    case, digest = handed_in(office)
    browser = office.browser(CLERK)
    answer = browser.get(f"/dossiers/{case}/preview?digest={digest}")
    assert (answer.content_type, answer.body[:8]) == ("image/png", b"\x89PNG\r\n\x1a\n")
    sealed(answer)
    browser.get(f"/dossiers/{case}/preview?digest={digest}&page=99", status=404)
    browser.get(f"/dossiers/{case}/preview?digest={digest}&page=x", status=200)


def test_only_what_the_case_names_is_handed_out(office):
    case, digest = handed_in(office)
    other = office.case(office.applicant(ANOTHER, "司马相如"))
    browser = office.browser(CLERK)
    browser.get(f"/dossiers/{other}/file?digest={digest}", status=404)
    browser.get(f"/dossiers/{case}/file?digest=", status=404)
    browser.get(f"/dossiers/{case}/file", status=404)
    browser.get(f"/dossiers/{case}/file?digest=../../keys/vault.key", status=404)


def test_another_unit_gets_neither_file_nor_preview(office):
    case, digest = handed_in(office)
    browser = office.browser(HEALTH_REVIEWER)
    browser.get(f"/dossiers/{case}/file?digest={digest}", status=403)
    browser.get(f"/dossiers/{case}/preview?digest={digest}", status=403)


def test_a_material_of_the_library_can_be_looked_at(office):
    _, digest = handed_in(office)
    with office.site() as site:
        (material,) = site.materials
    answer = office.browser(REVIEWER).get(f"/materials/{material}/preview?digest={digest}")
    assert answer.content_type == "image/png"
    office.browser("admin").get(f"/materials/{material}/preview?digest={digest}", status=403)


def test_a_notice_is_the_pdf_that_was_stored_and_its_reading_is_noted(office):
    case, _ = handed_in(office)
    office.do(CLERK, lambda act: dossiers.receive(act, act.site.dossiers[case]))
    with office.site() as site:
        (notice,) = site.notices.values()
    answer = office.browser(CLERK).get(f"/notices/{notice.id}/pdf")
    assert answer.body == office.services.store.path(notice.digest).read_bytes()
    assert quote(notice.code) in answer.headers["Content-Disposition"]
    sealed(answer)
    office.browser(HEALTH_REVIEWER).get(f"/notices/{notice.id}/pdf", status=403)
    log = (office.services.instance / "access" / f"{office.clock.today()}.jsonl").read_text()
    assert f'"on":"notice:{notice.id}"' in log


def test_no_file_is_named_by_what_the_applicant_called_it(office):
    case = office.case(office.applicant())
    upload = office.upload("申请书")
    renamed = materials.Upload(
        upload.digest, upload.sm3, upload.size, upload.media_type, f"{CITIZEN}.pdf", upload.page_count
    )
    office.do(
        CLERK,
        lambda act: materials.submit_material(
            act, act.site.dossiers[case], line="application", upload=renamed
        ),
    )
    answer = office.browser(CLERK).get(f"/dossiers/{case}/file?digest={upload.digest}")
    assert CITIZEN not in answer.headers["Content-Disposition"]
