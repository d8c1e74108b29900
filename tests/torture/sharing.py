"""Many windows at once on the same few materials: hand in, use, take off, consent; what is said afterwards must be true."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

from records.domain.consents import ConsentKind
from records.domain.findings import Refused
from records.domain.vocabulary import MaterialStatus, Override
from records.exchange import samples
from records.indexes import questions
from records.operations import applicants, consents, dossiers, materials
from records.operations.identities import identity_of
from records.operations.renewals import identity
from records.operations.reuse import rederive
from records.operations.services import Services

GUIDE, LINE, ISSUER = "public-venue-hygiene", "hygiene-report", "云溪县疾病预防控制中心"
PEOPLE, CASES, MATERIALS = 4, 4, 60


@dataclass(slots=True)
class Sharing:
    """The cases that are worked on, the papers that are shown, and what was acknowledged."""

    services: Services
    userid: str
    cases: list[str]
    papers: list[tuple[str, materials.Upload]]
    taken: list[tuple[str, str]] = field(default_factory=list)
    done: int = 0
    failed: list[BaseException] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def act(self, deed):
        """Do one act in one transaction and return its record's id, or the refusal."""

        def within(root):
            person = identity_of(root["site"].people[self.userid], self.services.clock.today())
            result = deed(self.services.act(root["site"], person, channel="screen"))
            return result if isinstance(result, Refused) else result.id

        return self.services.database.run(within, note="torture")

    def step(self, chance: Random) -> None:
        """Do one thing somebody at a window does."""
        case = chance.choice(self.cases)
        number, upload = self.papers[chance.randrange(len(self.papers))]
        with self.lock:
            known = chance.choice(self.taken)[0] if self.taken else ""
        match chance.randrange(10):
            case 0 | 1 | 2 | 3:
                described = materials.Description(number, ISSUER, self.services.clock.today() - timedelta(9))
                result = self.act(
                    lambda act: materials.submit_material(
                        act, act.site.dossiers[case], line=LINE, upload=upload, description=described,
                        override=Override.VOLUNTEERED,
                    )
                )  # fmt: skip
                if not isinstance(result, Refused):
                    with self.lock:
                        self.taken.append((result, upload.digest))
            case 4 | 5 if known:
                self.act(
                    lambda act: materials.use_material(
                        act, act.site.dossiers[case], line=LINE, material=known
                    )
                )
            case 6 if known:
                said = chance.choice((ConsentKind.GIVEN, ConsentKind.WITHDRAWN))
                self.act(
                    lambda act: consents.record_consent(
                        act, act.site.materials[known], said=said, item=GUIDE, why="申请人的意思"
                    )
                )
            case _:
                self.act(
                    lambda act: materials.remove_material(
                        act, act.site.dossiers[case], line=LINE, why="换一份"
                    )
                )
        with self.lock:
            self.done += 1

    def run(self, writers: int, times: int, seed: int) -> None:
        """Let so many writers do so many steps each."""

        def work(name: int) -> None:
            chance = Random(f"{seed}.{name}")
            try:
                for _ in range(times):
                    self.step(chance)
            except BaseException as error:
                self.failed.append(error)

        crew = [threading.Thread(target=work, args=(name,)) for name in range(writers)]
        for worker in crew:
            worker.start()
        for worker in crew:
            worker.join()

    def report(self) -> dict[str, int]:
        """Count what must be 0: doubles in use, acknowledged papers that are gone, verdicts that differ, conflicts."""
        with self.services.database.read() as root:
            site = root["site"]
            held = [
                material
                for applicant in {site.dossiers[case].applicant for case in self.cases}
                for material in questions.library(site, applicant, LINE)
            ]
            keys = [identity(each) for each in held if each.status == MaterialStatus.VALID]
            lost = sum(
                digest not in {rendition[0] for rendition in site.materials[material].renditions}
                for material, digest in self.taken
            )
            twice = sum(
                len({entry[1] for entry in site.dossiers[case].entries if entry[0] == LINE}) > 1
                for case in self.cases
            )
            differ = sum(
                not verdict.equal for case in self.cases for verdict in rederive(site, site.dossiers[case])
            )
        return {
            "doubles": len(keys) - len(set(keys)) + twice,
            "lost": lost,
            "differ": differ,
            "conflicts": self.services.database.conflicts,
            "errors": len(self.failed),
        }


def prepare(services: Services, userid: str, numbers: list[tuple[str, str]]) -> Sharing:
    """Open the cases of a few applicants, each given as number and name, and make the papers they will show."""
    sharing = Sharing(services, userid, [], [])
    for number, name in numbers[:PEOPLE]:
        person = sharing.act(
            lambda act, number=number, name=name: applicants.create_applicant(act, number=number, name=name)
        )
        for at in range(CASES):
            made = sharing.act(
                lambda act, person=person, at=at: dossiers.open_dossier(
                    act, applicant=person, guide=GUIDE, again=f"第{at + 1}处"
                )
            )
            assert not isinstance(made, Refused), made
            sharing.cases.append(made)
    for serial in range(MATERIALS // PEOPLE):
        title = f"检测报告{serial}"
        stored = services.store.put_bytes(samples.text_pdf(title, (title,)))
        upload = materials.Upload(
            stored.digest, stored.sm3, stored.size, "application/pdf", f"{title}.pdf", page_count=1
        )
        sharing.papers.append((f"云疾控检〔2026〕{serial}号", upload))
    return sharing
