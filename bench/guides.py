"""How fast a county's catalogue comes in, and how fast pages are when it is there: 5,000 made-up guides of the national list.

The guides are the shipped ones under other codes and with other names, places and numbers, so that no two say the same. The list
is read, every guide is composed, checked by the publication gate and stored as a draft; then all are published and the pages that
list them are asked for. The targets are 300 guides a second and 150 ms at the 95th percentile.

    python bench/guides.py [HOW MANY]
"""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from time import perf_counter
from urllib.parse import quote

import filled
from figures import figure, percentile, timed
from webtest import TestApp

import office
from records import main
from records.clock import SystemClock
from records.domain.guide_parts import Guide
from records.exchange.guides import read_guide, shipped_guides
from records.exchange.national import workbook_of
from records.exchange.national_rows import rows_of
from records.indexes import worklists
from records.migrations import mark_all
from records.operations import importing_guides, indexing
from records.operations import office as founding
from records.operations.identities import identity_of
from records.operations.services import Services

BENCH = "guides"
MANY = 5_000
ROUNDS = 40
PLACES = ("河东", "河西", "南关", "北关", "东塬", "西塬", "柳林", "白石", "青龙", "望江", "云台", "石桥")


def made_up(many: int) -> Iterator[Guide]:
    """Yield so many guides; codes are composed as GB/T 39554 has it, so that the gate finds nothing in them."""
    shipped = [read_guide(text, name)[0] for name, text in shipped_guides()]
    for number in range(many):
        body = shipped[number % len(shipped)]
        place = f"{PLACES[number % 12]}{PLACES[number // 12 % 12]}第{number // 144 + 1}片区"
        basic = f"{body.codes.basic[:6]}{number + 100:06d}"
        code = body.codes.implementation[:19] + basic
        yield replace(
            body,
            key=f"{code}01",
            codes=replace(body.codes, basic=basic, implementation=code, handling=f"{code}01"),
            title=f"{body.title}（{place}）",
            scope=f"{body.scope}本指南适用于{place}。",
            lines=tuple(
                replace(line, acceptance=f"{line.acceptance}{place}窗口收取。") for line in body.lines
            ),
            places=tuple(replace(each, name=f"{each.name}（{place}）") for each in body.places),
        )


def list_of(guides: list[Guide]) -> dict[str, list[dict[str, object]]]:
    """Return guides as the tables of the national list."""
    tables: dict[str, list[dict[str, object]]] = {}
    for body in guides:
        for table, rows in rows_of(body, credit_code=body.codes.implementation[:18]).items():
            tables.setdefault(table, []).extend(rows)
    return tables


def bring(opened: Services, userid: str, form: str, source: Path, many: int, word: str) -> None:
    """Import a file and print how many guides came in a second."""
    with opened.database.read() as root:
        by = identity_of(root["site"].people[userid], opened.clock.today())
    mapping = importing_guides.BUILT_IN["national"]
    start = perf_counter()
    report = importing_guides.apply_lists(opened, source, source.name, mapping, by=by, channel="job")
    seconds = perf_counter() - start
    counts = report.counts()
    if counts[word] != many:
        raise SystemExit(
            f"{counts}, {[each.as_dict() for each in importing_guides.first(report.findings, 3)]}"
        )
    figure(BENCH, f"import {form}, {word}, with lint", many / seconds, "guides/s", n=many)


def publish_all(opened: Services) -> None:
    """Let every draft hold from today; the acts of the two organisations are not what is measured here."""
    with opened.database.write("bench") as root:
        for guide in root["site"].guides.values():
            edition = guide.versions[-1]
            if edition.status == "draft":
                edition.status = "published"
                edition.effective_on = opened.clock.today() - timedelta(days=1)
                edition.published_at, edition.published_by = opened.clock.now(), "bench"
                worklists.refresh(root["site"], guide)


def pages(opened: Services, userid: str) -> None:
    """Ask for every page that lists guides, as a citizen and as an editor, and print the waiting times."""
    with opened.database.write("bench") as root:
        person = root["site"].people[userid]
        person.password_hash, person.must_change = opened.vault.password_hash(filled.PASSWORD), False
        key = next(iter(root["site"].guides))
    options = {"public.pages": "false", "records.background": "false", "records.services": opened}
    app = main({"__script__": "bench"}, **options)
    editor = TestApp(app)
    page = editor.get("/login")
    form = next(form for form in page.forms.values() if "userid" in form.fields)
    form["userid"], form["password"] = userid, filled.PASSWORD
    form.submit()
    for name, browser, path in (
        ("home", TestApp(app), "/"),
        ("public list", TestApp(app), "/guides"),
        ("public search", TestApp(app), f"/search?q={quote('营业执照')}"),
        ("public guide", TestApp(app), f"/guides/{key}"),
        ("editors' list", editor, "/desk/guides"),
        ("import", editor, "/desk/guides/import"),
        ("editor", editor, f"/guides/{key}/edit"),
        ("preview", editor, f"/guides/{key}/edition?v=1"),
        ("OAI-PMH, a page of identifiers", TestApp(app), "/oai?verb=ListIdentifiers&metadataPrefix=oai_dc"),
        ("OAI-PMH, a page of records", TestApp(app), "/oai?verb=ListRecords&metadataPrefix=records_guide"),
        ("Atom", TestApp(app), "/guides/changes.atom"),
        ("sitemap", TestApp(app), "/sitemap.xml"),
    ):
        answer = browser.get(path, status="*")
        if answer.status_int != 200:
            continue
        rounds = 5 if timed(lambda browser=browser, path=path: browser.get(path)) > 1000 else ROUNDS
        times = [timed(lambda browser=browser, path=path: browser.get(path)) for _ in range(rounds)]
        for share, word in ((0.5, "p50"), (0.95, "p95")):
            figure(BENCH, f"{name}, {word}", percentile(times, share), "ms", n=rounds)
        figure(BENCH, f"{name}, size", len(answer.body) / 1024, "KB", n=1)


def run(many: int) -> None:
    """Make up, bring twice, publish, ask."""
    warnings.simplefilter("ignore")
    tables = list_of(list(made_up(many)))
    files = {"json": json.dumps(tables, ensure_ascii=False).encode(), "xlsx": workbook_of(tables)}
    for form, source in files.items():
        with office.folder() as instance:
            opened = office.open_office(instance, **{"records.clock": SystemClock()})
            described, _ = founding.read_office(founding.example(), name="office")
            founding.found(opened, described, mark=mark_all)
            userid = office.who(opened, "editor", "*")
            file = Path(instance) / f"list.{form}"
            file.write_bytes(source)
            figure(BENCH, f"file, {form}", len(source) / many / 1024, "KB/guide", n=many)
            bring(opened, userid, form, file, many, "new")
            bring(opened, userid, form, file, many, "unchanged")
            if form == "json":
                publish_all(opened)
                indexing.catch_up(opened)
                pages(opened, userid)
            opened.close()


if __name__ == "__main__":
    run(int(sys.argv[1]) if len(sys.argv) > 1 else MANY)
