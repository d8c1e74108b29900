"""Archived items for tests that begin where archiving ends: a package of real papers, entered as imported ones are."""

from __future__ import annotations

from records.domain.findings import Refused
from records.exchange import packages, samples
from records.operations import package_imports
from records.operations.identities import identity_of
from records.operations.package_arrivals import Taken
from tests.office import ARCHIVIST, Office

FONDS = "market-regulation"
SERIES = "J043-ZY·SP·2026-D30-ZCG"


def code_of(number: int) -> str:
    return f"{SERIES}-{number:04d}"


def facts_of(office: Office, number: int, *, papers: int = 2, words: str = "") -> dict:
    """Return the facts of a package; its papers lie in the store."""
    documents = []
    for at in range(1, papers + 1):
        title = f"食品经营许可{number}-{at}（欧阳䶮𠮷）{words}"
        content = samples.text_pdf(title, (title,)) if at < papers else f"{title}\n".encode()
        stored = office.services.store.put_bytes(content)
        ending = "pdf" if at < papers else "txt"
        documents.append(
            {
                "path": f"0{at}申请/0{at}-01-{title}.{ending}", "title": title, "stage": "申请", "class": "依据性",
                "source": "申请人提交", "form": "电子件", "format": ending, "digest": stored.digest,
                "sm3": stored.sm3, "size": stored.size, "pages": 1,
            }
        )  # fmt: skip
    return {
        "code": code_of(number), "organisation": "云溪县市场监督管理局", "made_on": "2026-11-23", "software": "juanzong",
        "item": {"name": "食品经营许可", "organ": "云溪县市场监督管理局"},
        "case": {"number": f"SCJ20261123{number:04d}", "closed_at": "2026-11-20T10:00:00+08:00"},
        "applicant": {"name": "欧阳䶮", "id_number": "419999********1228"},
        "record": {
            "fonds": "J043", "creating_unit": "云溪县市场监督管理局", "category": "ZY·SP", "year": 2026,
            "retention": "D30", "security": "内部", "opening": "待审",
        },
        "documents": documents,
        "events": [{"state": "历史行为", "action": "受理", "at": "2026-11-20T09:00:00+08:00", "actor": "诸葛晓月"}],
        "report": {"checked_at": "2026-11-23T09:00:00+08:00", "phase": "归档", "result": "通过", "checks": []},
    }  # fmt: skip


def placed(office: Office, number: int = 1, **more: object) -> str:
    """Enter one item; return its id."""
    manifest = packages.keep(packages.plan(facts_of(office, number, **more)), office.services.store)
    office.services.store.put_bytes(manifest.canonical())
    said = {"title": f"欧阳䶮食品经营许可{number}", "year": "2026", "retention": "D30", "category": "ZY·SP",
            "closed": "2026-11-20", "count": str(more.get("papers", 2))}  # fmt: skip
    taken = Taken(manifest, said, "测试")

    def within(root):
        site = root["site"]
        by = identity_of(site.people[ARCHIVIST], office.clock.today())
        result = package_imports.restore(office.services.act(site, by, channel="command"), taken, fonds=FONDS)
        return result if isinstance(result, Refused) else result.id

    made = office.services.database.run(within)
    assert not isinstance(made, Refused), made
    return made
