"""The four checks: how many stored packages a minute, and a large package against openssl reading the same files.

The packages are made by archiving cases with five scans of 200 KB each; a fresh process on one core then checks each of
them as in keeping: every byte hashed with SHA-256 and SM3, every description parsed, the first and last page of every paper
drawn by the limited reader. The large package is a bag of papers of 10 MB; ``records verify-package`` and ``openssl dgst`` read
the same files, both from memory, both as whole commands with their start, and both may use all cores.

On a machine that others use as well, trust the processor time before the rate; the start of the reader is in it.

    python bench/checks.py [HOW MANY] [GIGABYTES]
"""

from __future__ import annotations

import logging
import shutil
import subprocess
import sys
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage
from time import perf_counter, process_time

import archiving
from figures import figure, pin

import office
from records.exchange import packages
from records.operations import batches, checking
from records.store import ContentStore

BENCH = "checks"
PACKAGES, GIGABYTES = 60, 2
PAPER = 10_000_000
TURNS = 3


def stored(instance: Path, many: int) -> None:
    """Archive closed cases, for another process to check."""
    opened = office.open_office(instance)
    office.found(opened)
    fonds = archiving.prepare(opened, many)
    archivist = office.who(opened, "archivist", fonds)
    month = f"{opened.clock.today():%Y-%m}"
    batch = office.commit(opened, archivist, lambda act: batches.begin(act, fonds=fonds, month=month))
    batches.work_on(opened, batch)
    opened.close()


def measure_checks(instance: Path) -> None:
    """Check every stored package of an instance and print the rate; the process has seen none of them before."""
    pin()
    opened = office.open_office(instance)
    with opened.database.read() as root:
        items = list(root["site"].archives)
    checking.examine(
        opened, items[0]
    )  # the reader's process and the tables are there when the next one comes
    before = process_time()
    start = perf_counter()
    reports = [checking.examine(opened, item) for item in items[1:]]
    seconds = perf_counter() - start
    if not all(report.passed for report in reports):
        raise SystemExit("a good package did not pass")
    figure(BENCH, "stored packages checked", len(reports) / seconds * 60, "packages/min", n=len(reports))
    opened.close()  # the reader ends, and its processor time is counted with ours
    used = (
        sum(times.ru_utime + times.ru_stime for times in map(getrusage, (RUSAGE_SELF, RUSAGE_CHILDREN)))
        - before
    )
    figure(BENCH, "processor time a package", used * 1000 / len(reports), "ms", n=len(reports))


def large(folder: Path, gigabytes: float) -> Path:
    """Write a bag of so many bytes, as an export would."""
    store = ContentStore(folder / "store", reserve_bytes=0)
    documents = []
    for number in range(max(1, int(gigabytes * 1e9 / PAPER))):
        kept = store.put_bytes(number.to_bytes(8) * (PAPER // 8))
        documents.append({
            "title": f"第{number + 1}份", "stage": "申请", "class": "依据性", "guide_line": "application", "source": "申请人提交",
            "form": "扫描件", "path": f"01申请/01-{number + 1:04d}-第{number + 1}份.pdf", "format": "pdf", "size": kept.size,
            "digest": kept.digest, "sm3": kept.sm3, "pages": 1,
        })  # fmt: skip
    facts = {
        "code": "J043-ZY·SP·2026-D30-ZCG-0001", "organisation": "云溪县", "made_on": "2026-03-02", "software": "juanzong",
        "item": {}, "case": {}, "applicant": {}, "result": {}, "record": {}, "documents": documents, "events": (), "report": {},
    }  # fmt: skip
    plan = packages.plan(facts)
    bag = packages.write_bag(packages.keep(plan, store), store, folder / "bag")
    shutil.rmtree(store.folder)
    return bag


def seconds_of(command: list[str]) -> float:
    """Return how long a command took, the best of a few turns: what else the machine did is not its work."""
    taken = []
    for _ in range(TURNS):
        start = perf_counter()
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
        if done.returncode:
            raise SystemExit(f"{command[:3]}: {done.stderr.decode()[-300:]}")
        taken.append(perf_counter() - start)
    return min(taken)


def measure_large(bag: Path) -> None:
    """Print how fast the command reads a large package, beside openssl over the same files."""
    files = [str(path) for path in sorted(bag.rglob("*")) if path.is_file()]
    size = sum(Path(path).stat().st_size for path in files)
    records = str(Path(sys.executable).with_name("records"))
    alone = str(bag / "data/校验程序/verify_package.py")
    for algorithm, more in (("sha256", []), ("sm3", ["--all"])):
        peer = size / 1e6 / seconds_of(["openssl", "dgst", f"-{algorithm}", *files])
        for name, command in (
            ("records verify-package", [records, "verify-package", str(bag), *more]),
            ("the program inside", [sys.executable, "-I", alone, str(bag), *more]),
        ):
            ours = size / 1e6 / seconds_of(command)
            figure(
                BENCH, f"{name} {algorithm}", ours, "MB/s", peer=f"openssl dgst -{algorithm}", peer_value=peer, n=len(files)
            )  # fmt: skip


def main() -> None:
    """Measure and print."""
    logging.disable(logging.CRITICAL)
    if sys.argv[1:2] == ["--measure"]:
        measure_checks(Path(sys.argv[2]))
        return
    many = int(sys.argv[1]) if len(sys.argv) > 1 else PACKAGES
    gigabytes = float(sys.argv[2]) if len(sys.argv) > 2 else GIGABYTES
    with office.folder() as instance:
        stored(instance, many + 1)
        subprocess.run([sys.executable, "-W", "ignore", __file__, "--measure", str(instance)], check=True)
    with office.folder() as folder:
        measure_large(large(folder, gigabytes))


if __name__ == "__main__":
    main()
