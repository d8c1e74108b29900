"""The applicant's library: how long a checklist takes, how long the gate, and what eight windows do to the same materials.

A subject holds 1,000 materials over the 30 kinds that a guide asks for, and the checklist is judged line by line; the
target is 10 ms of processor time at the 95th percentile. A file of 10 MB of what is held is handed in again: streamed,
hashed twice, stored and refused; the target is 300 ms. Then 8 writers do 1,000 acts each on 60 materials, for each seed.

    python bench/library.py [SEEDS] [ACTS EACH] [postgres]
"""

from __future__ import annotations

import sys
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from time import perf_counter, process_time

from figures import figure, percentile, pin
from servers import postgres

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.torture.sharing import ISSUER, LINE, prepare

import office
from records.domain.vocabulary import Grade, MaterialSource, Necessity
from records.exchange import samples
from records.operations import applicants, dossiers, guides, materials
from records.operations.acts import leave_trace, register
from records.operations.arrivals import take
from records.operations.checklists import checklist_of
from records.operations.guides import content
from records.operations.renewals import claim
from records.operations.services import Services
from records.resources.materials import Material
from records.rules import catalogue

BENCH = "library"
LINES, HELD, ROUNDS = 30, 1_000, 300
LONG = "thirty-lines"
SIZE = 10_000_000
WRITERS, ACTS = 8, 1_000


def publish_long(story) -> list[str]:
    """Publish a guide of thirty lines, each of another kind; return the kinds."""
    with story.services.database.read() as root:
        venue = content(root["site"].guides["public-venue-hygiene"].in_force(story.clock.today()))
    paper = next(line for line in venue.lines if line.id == LINE)
    kinds = list(catalogue.materials())[:LINES]
    lines = tuple(
        replace(
            paper, id=kind[:20], position=at, material=kind, name=catalogue.materials()[kind].name,
            condition="", necessity=Necessity.REQUIRED, validity="", validity_days=None, grades=frozenset({Grade.A, Grade.B}),
        )
        for at, kind in enumerate(kinds, start=1)
    )  # fmt: skip
    long = replace(venue, key=LONG, lines=lines, situations=(), questions=(), mistakes=(), checks=())
    office.act_now(story, "editor", "*", lambda act: guides.save_draft(act, long))
    with story.services.database.write("bench") as root:
        edition = root["site"].guides[LONG].versions[-1]
        edition.status, edition.effective_on = "published", story.clock.today() - timedelta(days=1)
        edition.published_at, edition.published_by = story.clock.now(), "bench"
    return kinds


def fill_library(opened: Services, clerk: str, kinds: list[str]) -> str:
    """Give one applicant a thousand materials and open the case; return its id."""
    person = office.commit(
        opened,
        clerk,
        lambda act: applicants.create_applicant(act, number=office.number(1), name=office.name(1)),
    )

    def hold_all(act):
        for serial in range(HELD):
            material = Material()
            material.applicant, material.standard = person, kinds[serial % len(kinds)]
            material.title, material.document_number = f"材料{serial}", f"云溪〔2025〕{serial}号"
            material.issuer, material.grade = "云溪县", Grade.B.value
            material.source = MaterialSource.SUBMITTED.value
            material.issued_on = act.today - timedelta(days=serial % 700)
            material.valid_until = act.today + timedelta(days=serial % 900 - 100)
            register(act, material)
            claim(act, material)
            leave_trace(act, "material.submit", material)
        return material

    office.commit(opened, clerk, hold_all)
    return office.commit(opened, clerk, lambda act: dossiers.open_dossier(act, applicant=person, guide=LONG))


def checklists(opened: Services, case: str) -> None:
    """Measure the checklist, a case that rests on nothing yet and one whose lines are filled."""
    today = opened.clock.today()
    with opened.database.read() as root:
        site = root["site"]
        dossier = site.dossiers[case]
        checklist_of(site, dossier, today=today)
        spent = []
        for _ in range(ROUNDS):
            start = process_time()
            made = checklist_of(site, dossier, today=today)
            spent.append((process_time() - start) * 1000)
    counts = made.counts
    figure(
        BENCH, "checklist, 1,000 materials, 30 lines, p50", percentile(spent, 0.5), "ms processor", n=ROUNDS
    )
    figure(
        BENCH, "checklist, 1,000 materials, 30 lines, p95", percentile(spent, 0.95), "ms processor", n=ROUNDS
    )
    figure(BENCH, "lines judged, not asked", counts.waived, "lines", n=counts.needed)


def gate(opened: Services, clerk: str) -> None:
    """Hand a file of 10 MB in again whose material is held: the answer is a refusal, with hashing."""
    number, name = office.number(2), office.name(2)
    person = office.commit(
        opened, clerk, lambda act: applicants.create_applicant(act, number=number, name=name)
    )
    content = samples.text_pdf("检测报告", ("检测报告",))
    large = content + b"%" + b"x" * (SIZE - len(content) - 1)
    described = materials.Description(
        "云疾控检〔2026〕1号", ISSUER, opened.clock.today() - timedelta(days=3), original_seen=True
    )

    def hand_in(case: str, data: bytes):
        arrived = take(opened, BytesIO(data), "检测报告.pdf", "upload")
        assert not arrived.findings, arrived.findings
        return office.commit(
            opened,
            clerk,
            lambda act: materials.submit_material(
                act, act.site.dossiers[case], line=LINE, upload=arrived.upload, description=described
            ),
        )

    def opened_case(at: int) -> str:
        return office.commit(
            opened,
            clerk,
            lambda act: dossiers.open_dossier(act, applicant=person, guide=office.ONE_LINE, again=str(at)),
        )

    hand_in(opened_case(0), content)
    case, spent, busy = opened_case(1), [], []
    for at in range(20):
        data = large[:-4] + b"%04d" % at
        start, started = perf_counter(), process_time()
        with suppress(SystemExit):
            raise AssertionError(f"what is held was taken: {hand_in(case, data)}")
        spent.append((perf_counter() - start) * 1000)
        busy.append((process_time() - started) * 1000)
    figure(BENCH, "gate, 10 MB, p95", percentile(busy, 0.95), "ms processor", n=len(busy))
    figure(BENCH, "gate, 10 MB with hashing and storing, p50", percentile(spent, 0.5), "ms", n=len(spent))
    figure(BENCH, "gate, 10 MB with hashing and storing, p95", percentile(spent, 0.95), "ms", n=len(spent))


def windows(instance: Path, uri: str, seed: int, acts: int) -> None:
    """Let eight writers loose on sixty materials and count what must be none."""
    opened = office.open_office(instance, uri)
    try:
        office.found(opened)
        with opened.database.read() as root:
            unit = root["site"].guides["public-venue-hygiene"].unit
        clerk = office.who(opened, "clerk", unit)
        numbers = [(office.number(serial), office.name(serial)) for serial in range(4)]
        sharing = prepare(opened, clerk, numbers)
        start = perf_counter()
        sharing.run(WRITERS, acts, seed)
        seconds = perf_counter() - start
        where = "PostgreSQL" if uri else "FileStorage"
        figure(BENCH, f"{where}, seed {seed}: acts", sharing.done / seconds, "acts/s", n=sharing.done)
        for name, value in sharing.report().items():
            figure(BENCH, f"{where}, seed {seed}: {name}", value, name, n=sharing.done)
    finally:
        opened.close()


def main() -> None:
    """Measure one after the other."""
    pin()
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    acts = int(sys.argv[2]) if len(sys.argv) > 2 else ACTS
    with office.folder() as instance:
        opened = office.open_office(instance)
        try:
            story = office.found(opened)
            kinds = publish_long(story)
            with opened.database.read() as root:
                unit = root["site"].guides[LONG].unit
            clerk = office.who(opened, "clerk", unit)
            checklists(opened, fill_library(opened, clerk, kinds))
            gate(opened, clerk)
        finally:
            opened.close()
    for seed in range(1, seeds + 1):
        with office.folder() as instance:
            windows(instance, "", seed, acts)
        if "postgres" in sys.argv[3:]:
            with office.folder() as instance, postgres() as database:
                windows(instance, database.create("library"), seed, acts)


if __name__ == "__main__":
    main()
