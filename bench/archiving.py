"""Archiving a prepared month: how many items a second, beside bagit-python making nothing but a bag of the same files.

Each case has five scans of 200 KB beside its notices and its guide. It is closed before, and what the worker does while
cases run is done: texts read, notices drawn; then the month is archived in
one go, as ``records archive-month`` does it: completeness, description, package with SHA-256 and SM3, all checks over
the stored bytes, 档号, audit entries, everything forced to disk. bagit-python gets copies of the same files in a folder
for each case and makes one bag of each (SHA-256 and SHA-512 as we SHA-256 and SM3; nothing forced to disk). All of it is on one core, our readers of
foreign files included.

    python bench/archiving.py [HOW MANY]
"""

from __future__ import annotations

import io
import logging
import shutil
import sys
from pathlib import Path
from random import Random
from time import perf_counter

import bagit
from figures import figure, pin
from fpdf import FPDF
from PIL import Image

import office
from records.domain.vocabulary import DeliveryMethod, Outcome
from records.operations import (
    applicants,
    archiving,
    batches,
    decisions,
    dossiers,
    materials,
    papers_owed,
    trying_ahead,
)
from records.operations.services import Services

BENCH = "archiving"
CASES = 200
SCANS, SCAN = 5, 200_000
GUIDE = office.ONE_LINE


def scan() -> bytes:
    """Return a page as a scanner gives it, a PDF of about 200 KB."""
    side = 380
    noise = Image.frombytes("L", (side, side), Random(7).randbytes(side * side))
    picture = io.BytesIO()
    noise.resize((side * 2, side * 2)).save(picture, "JPEG", quality=75)
    pdf = FPDF(format="A4")
    pdf.add_page()
    pdf.image(picture, x=0, y=0, w=210)
    return bytes(pdf.output())


def prepare(opened: Services, many: int) -> str:
    """Take cases from the counter to their delivery; return the fonds."""
    page = scan()
    with opened.database.read() as root:
        guide = root["site"].guides[GUIDE]
        unit, fonds = guide.unit, guide.fonds
    clerk, reviewer = office.who(opened, "clerk", unit), office.who(opened, "reviewer", unit)
    for serial in range(many):
        _case(opened, clerk, reviewer, page, serial)
    with opened.database.read() as root:
        owed = [(job.verb, job.subject) for job in root["site"].jobs.waiting()]
    for verb, subject in owed:
        papers_owed.VERBS[verb][0](opened, subject)
    while trying_ahead.try_ahead(opened):
        pass
    return fonds


def _case(opened: Services, clerk: str, reviewer: str, page: bytes, serial: int) -> None:
    number, name = office.number(serial), office.name(serial)
    uploads = [_upload(opened, page, f"{serial}-{nth}") for nth in range(SCANS)]
    person = office.commit(
        opened, clerk, lambda act: applicants.create_applicant(act, number=number, name=name)
    )
    case = office.commit(opened, clerk, lambda act: dossiers.open_dossier(act, applicant=person, guide=GUIDE))
    described = materials.Description(
        document_number=f"检字{serial:09d}",
        issuer="云溪县疾病预防控制中心",
        issued_on=opened.clock.today(),
        original_seen=True,
    )
    first, *others, result = uploads
    for who, deed in (
        (clerk, lambda act: materials.submit_material(
            act, act.site.dossiers[case], line="hygiene-report", upload=first, pages=others, description=described
        )),
        (clerk, lambda act: dossiers.accept(act, act.site.dossiers[case])),
        (reviewer, lambda act: decisions.decide(
            act, act.site.dossiers[case], outcome=Outcome.GRANTED, result_number=f"云溪许〔2026〕{serial}号", result=result
        )),
        (clerk, lambda act: decisions.deliver(
            act, act.site.dossiers[case], method=DeliveryMethod.COUNTER, recipient="本人"
        )),
    ):  # fmt: skip
        office.commit(opened, who, deed)


def _upload(opened: Services, page: bytes, sign: str) -> materials.Upload:
    stored = opened.store.put_bytes(page + f"%{sign}\n".encode())
    return materials.Upload(
        stored.digest, stored.sm3, stored.size, "application/pdf", f"扫描件{sign}.pdf", page_count=1
    )


def copies(opened: Services, fonds: str, folder: Path) -> list[Path]:
    """Lay the papers of each archived item into a folder of its own, for the peer."""
    made = []
    with opened.database.read() as root:
        for item in root["site"].archives.values():
            bag = folder / item.id
            for part in archiving.manifest_of(opened, item).parts:
                if part.path.startswith("data/0"):
                    place = bag / part.path.removeprefix("data/")
                    place.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(opened.store.path(part.digest), place)
            made.append(bag)
    return made


def main() -> None:
    """Measure and print."""
    many = int(sys.argv[1]) if len(sys.argv) > 1 else CASES
    logging.disable(logging.CRITICAL)
    pin()
    with office.folder() as instance:
        opened = office.open_office(instance)
        office.found(opened)
        fonds = prepare(opened, many)
        archivist = office.who(opened, "archivist", fonds)
        month = f"{opened.clock.today():%Y-%m}"
        begun = office.commit(opened, archivist, lambda act: batches.begin(act, fonds=fonds, month=month))
        start = perf_counter()
        batches.work_on(opened, begun)
        ours = perf_counter() - start
        with opened.database.read() as root:
            counts = dict(root["site"].batches[begun].counts)
        if counts.get("archived") != many:
            raise SystemExit(f"not archived: {counts}")
        bags = copies(opened, fonds, instance / "bags")
        start = perf_counter()
        for bag in bags:
            bagit.make_bag(str(bag))
        theirs = perf_counter() - start
        opened.close()
    peer = "bagit-python, only the bag"
    figure(BENCH, "a prepared month", many / ours, "items/s", n=many, peer=peer, peer_value=many / theirs)
    figure(BENCH, "one item", ours / many * 1000, "ms", n=many, peer=peer, peer_value=theirs / many * 1000)


if __name__ == "__main__":
    main()
