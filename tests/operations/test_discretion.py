"""Free text loses its numbers; what the machine wrote keeps them."""

from records.operations.discretion import discreet, shown
from records.operations.materials import Upload
from tests.office import CITIZEN, CLERK, build_office


def test_a_digest_that_looks_like_a_number_is_left_alone(tmp_path):
    office = build_office(tmp_path, publish=False)
    digest = f"{'a' * 23}{CITIZEN}{'b' * 23}"
    upload = Upload(digest, digest, 1, "application/pdf", f"{CITIZEN}的申请书.pdf")
    taken = {}
    keep = discreet(lambda act, **typed: taken.update(typed))
    office.do(CLERK, lambda act: keep(act, upload=upload, note=f"见{CITIZEN}", document_number=CITIZEN))
    office.close()
    assert (taken["upload"].digest, taken["upload"].sm3) == (digest, digest)
    assert CITIZEN not in taken["upload"].title + taken["note"] + taken["document_number"]
    assert shown(taken["document_number"]) == "4****************8"
