"""One applicant's way through the office, told once for every way in: the clock moves with the steps, never with a call."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from records.exchange import samples, verify_package
from records.exchange.packages import verify_bag
from records.jobs import work_once
from records.operations import archiving, indexing
from records.operations.digest import semantic_digest, semantic_records
from records.vault import Vault
from tests.office import CITIZEN, CLERK, REVIEWER, Office, build_office

from .channels import File, No, gap, shipped

SECRET = bytes(range(64))
BEGIN = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
EDITOR, PUBLISHER, HEALTH, ARCHIVIST = "bailu", "zhoutingting", "shangguan", "machao"
LICENCE = "92419999MA00900141"


@dataclass(frozen=True)
class End:
    """What an office says at the end of the story."""

    digest: str
    records: dict[str, object]
    code: str
    package: str


def open_office(folder: Path, uri: str = "", **settings: object) -> Office:
    """Found an office whose ids, salts and clock are those of every other telling."""
    return build_office(
        folder,
        at=BEGIN,
        publish=False,
        **{
            "zodb.uri": uri or f"file://{folder}/Data.fs",
            "records.vault": Vault(SECRET),
            "fulltext.engine": "whoosh",
            **settings,
        },
    )


def paper(title: str, *lines: str) -> File:
    return File(f"{title}.pdf", samples.text_pdf(title, lines or (title,)))


def publish_guides(channel) -> None:
    for name, text in shipped().items():
        key = channel.import_guide(EDITOR, name, text)
        reviewer = HEALTH if key == "public-venue-hygiene" else REVIEWER
        assert channel.do(EDITOR, "guides", "submit", key, version=1) == key
        assert channel.do(reviewer, "guides", "approve", key, version=1) == key
        assert channel.do(PUBLISHER, "guides", "publish", key, version=1) == key


def tell(channel, office: Office, folder: Path) -> End:
    publish_guides(channel)
    office.clock.advance(hours=1)
    person = channel.do(
        CLERK, "applicants", "create", number=f" {CITIZEN} ", name="欧阳䶮", phone="13800000001"
    )
    registration = register(channel, office, person)
    licence = allow_food(channel, office, person)
    office.clock.advance(days=1)
    for case in (registration, licence):
        assert not isinstance(channel.do(ARCHIVIST, "dossiers", "archive", case), No)
    while work_once(office.services):
        pass
    indexing.catch_up(office.services)
    return close(channel, office, licence, folder)


def register(channel, office: Office, person: str) -> str:
    """Register a sole trader through an agent; decided at once, the licence in the library at delivery."""
    case = channel.do(
        CLERK,
        "dossiers",
        "open",
        applicant=person,
        guide="sole-trader-registration",
        situation={"agent": True},
    )
    hand_in(channel, case, "application", seen=False)
    hand_in(channel, case, "identity", document_number=CITIZEN, issuer="云溪县公安局", issued_on="2020-05-01")
    hand_in(channel, case, "premises", issued_on="2026-02-01")
    refused = channel.do(
        REVIEWER, "dossiers", "decide", case, file=paper("营业执照"), outcome="granted", result_number=LICENCE
    )
    assert refused.codes == ("checklist.missing",), refused
    hand_in(channel, case, "authorisation", seen=False)
    office.clock.advance(hours=1)
    assert channel.do(
        REVIEWER, "dossiers", "decide", case, file=paper("营业执照"), outcome="granted", result_number=LICENCE
    ) == case  # fmt: skip
    office.clock.advance(minutes=20)
    assert channel.do(CLERK, "dossiers", "deliver", case, method="counter", recipient="欧阳䶮") == case
    return case


def allow_food(channel, office: Office, person: str) -> str:
    """Apply for the food licence: card and licence reused, one line told missing once, accepted, decided, delivered."""
    office.clock.advance(days=1)
    case = channel.do(CLERK, "dossiers", "open", applicant=person, guide="food-business")
    with office.site() as site:
        reused = {entry[0] for entry in site.dossiers[case].entries}
    assert reused == {"business-licence", "identity"}, reused
    hand_in(channel, case, "application", seen=False)
    hand_in(channel, case, "kitchen-plan", issued_on="2026-02-20", seen=False)
    again = channel.do(
        CLERK, "dossiers", "submit", case, file=paper("营业执照副本"), line="business-licence",
        document_number=LICENCE, issuer="云溪县市场监督管理局", issued_on="2026-03-02",
    )  # fmt: skip
    assert again.codes == ("material.already-held",), again
    demand = "请提交食品安全规章制度目录清单"
    assert channel.do(
        CLERK, "dossiers", "request_supplement", case,
        gaps=[gap("food-safety-rules", demand)], until="2026-03-20",
    ) == case  # fmt: skip
    office.clock.advance(days=2)
    hand_in(channel, case, "food-safety-rules", issued_on="2026-03-04", seen=False)
    assert channel.do(CLERK, "dossiers", "supplement", case) == case
    assert channel.do(CLERK, "dossiers", "accept", case) == case
    office.clock.advance(days=2)
    assert channel.do(
        REVIEWER, "dossiers", "decide", case, file=paper("食品经营许可证"), outcome="granted",
        result_number="JY24199990000001", result_valid_until="2031-03-06",
    ) == case  # fmt: skip
    office.clock.advance(hours=2)
    assert channel.do(CLERK, "dossiers", "deliver", case, method="counter", recipient="欧阳䶮") == case
    return case


def hand_in(channel, case: str, line: str, *, seen: bool = True, **described: str) -> None:
    done = channel.do(
        CLERK, "dossiers", "submit", case, file=paper(f"{line}材料", case[:4] and line), line=line,
        original_seen=seen, **({"take_original": True} if line == "application" else {}), **described,
    )  # fmt: skip
    assert not isinstance(done, No), done


def close(channel, office: Office, case: str, folder: Path) -> End:
    """Export the package, let two verifiers judge it, and find the case by three different words of it."""
    with office.site() as site:
        dossier = site.dossiers[case]
        item = site.archives[dossier.archived_item]
        assert item.state == "archived", item.report
        code, title = item.code, item.title
    package = archiving.export(office.services, code, folder / "export", reader=ARCHIVIST)
    report = verify_bag(package)
    assert report.ok, report.findings
    alone = subprocess.run(
        [sys.executable, "-I", verify_package.__file__, str(package)], capture_output=True, text=True
    )
    assert alone.returncode == 0, alone.stdout + alone.stderr
    for words in ("欧阳䶮", "食品经营许可", code):
        total, ids = channel.hits(ARCHIVIST, "archives", words)
        assert (total >= 1, item.id in ids) == (True, True), (words, total, ids, title)
    with office.site() as site:
        return End(
            semantic_digest(site),
            json.loads(json.dumps(semantic_records(site))),
            code,
            item.package_digest,
        )
