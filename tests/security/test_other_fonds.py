"""The archivist of one fonds at every address of another: each page, act and API answer of its items, boxes and batches is closed."""

from __future__ import annotations

import re

import pytest
from webtest import TestApp

from records.domain.vocabulary import Retention
from records.operations import batches, boxes
from records.resources.archives import ArchivedItem
from records.resources.base import UnitFolder
from records.resources.batches import Batch
from records.resources.boxes import Box
from records.resources.dispositions import Disposition
from records.resources.holds import Hold
from records.resources.site import FOLDERS
from records.resources.transfers import OpeningReview, Transfer
from records.resources.uses import Seal, UsePaper, UseRequest
from tests.office import ARCHIVIST, build_office
from tests.operations.packed import FONDS, code_of, placed
from tests.views.pages import errors
from tests.views.test_api import token

STRANGER = "huangfu"
BARE = {
    "holds": Hold, "dispositions": Disposition, "transfers": Transfer, "openings": OpeningReview, "uses": UseRequest,
    "use_papers": UsePaper, "seals": Seal,
}  # fmt: skip


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    office = build_office(tmp_path_factory.mktemp("fonds"), publish=False)
    yield office
    office.close()


@pytest.fixture(scope="module")
def things(office):
    """One item, box and batch of a fonds, each with the folder in which it stands and its id."""
    item = placed(office)
    box = office.do(
        ARCHIVIST,
        lambda act: boxes.open_box(
            act, fonds=FONDS, category="ZY·SP", year=2026, retention=Retention("D30"), unit_code="ZCG"
        ),
    )
    batch = office.do(ARCHIVIST, lambda act: batches.begin(act, fonds=FONDS, month="2026-10"))
    made = {ArchivedItem: ("archives", item), Box: ("boxes", box), Batch: ("batches", batch)}
    bare = office.services.database.run(lambda root: [place(root["site"], *each) for each in BARE.items()])
    return {**made, **dict(bare)}


def place(site, folder: str, kind: type) -> tuple[type, tuple[str, str]]:
    """Put a thing of the fonds into a folder whose records belong to units."""
    record = kind()
    record.id, record.unit, record.fonds = "bare", FONDS, FONDS
    getattr(site, folder).place("bare", record)
    return kind, (folder, "bare")


def addresses(office, things) -> list[tuple[str, str]]:
    """Return method and path of every view of these things, at their own address and under the API."""
    introspector, found = office.app.registry.introspector, set()
    patterns = {
        entry["introspectable"]["name"]: entry["introspectable"]["pattern"]
        for entry in introspector.get_category("routes")
    }
    for entry in introspector.get_category("views"):
        view = entry["introspectable"]
        pattern = patterns.get(view["route_name"] or "", "")
        known = {"POST"} if pattern and view["request_methods"] is None else {"GET"}
        methods = view["request_methods"] or known
        method = methods if isinstance(methods, str) else min(methods)
        for kind, (folder, key) in things.items():
            if view["context"] is kind and not pattern:
                found.add((method, f"/{folder}/{key}/{view['name']}".rstrip("/")))
            elif f"/{folder}/{{id}}" in pattern:
                filled = re.sub(r"\{id\}", key, pattern)
                if "{" not in filled:
                    found.add((method, filled))
    return sorted(found)


def test_no_address_of_another_fonds_opens(office, things):
    browser, api = office.browser(STRANGER), TestApp(office.app)
    mine = browser.get("/archives").html.select_one("input[name=csrf_token]")["value"]
    headers = token(office, STRANGER)
    answered = {}
    for method, path in addresses(office, things):
        if path.startswith("/api/"):
            run = api.get(path, headers=headers, expect_errors=True) if method == "GET" else api.post_json(
                path, {}, headers=headers, expect_errors=True)  # fmt: skip
        elif method == "GET":
            run = browser.get(path, expect_errors=True)
        else:
            run = browser.post(path, {"csrf_token": mine}, expect_errors=True)
        answered[method, path] = run.status_int
        assert code_of(1).encode() not in run.body
    opened = {place: status for place, status in answered.items() if status not in (403, 404)}
    assert opened == {}
    closed = [path for (_, path), status in answered.items() if status == 403]
    assert {folder for folder, _ in things.values()} == {
        path.removeprefix("/api/v1").split("/")[1] for path in closed
    }
    assert len(closed) > 80


def test_every_folder_of_units_is_among_them(office, things):
    with office.site() as site:
        folders = {name for name in FOLDERS.values() if isinstance(getattr(site, name, None), UnitFolder)}
    assert folders <= {folder for folder, _ in things.values()}
    assert len(folders) == len(BARE) + 1


@pytest.mark.parametrize(
    "path",
    [
        "/archives", "/archives/batches", "/archives/arrange", "/archives/boxes", "/archives/catalogue", "/archives/volumes",
        "/archives/box-list",
    ],
)  # fmt: skip
def test_no_list_of_another_fonds_opens(office, things, path):
    page = office.browser(STRANGER).get(path, {"fonds": FONDS}, expect_errors=True)
    assert page.status_int == 403
    assert code_of(1) not in page.text
    office.browser(ARCHIVIST).get(path, {"fonds": FONDS}, status=200)


def test_nothing_is_brought_into_another_fonds_and_nothing_sent_from_it(office, things):
    browser = office.browser(STRANGER)
    mine = browser.get("/archives").html.select_one("input[name=csrf_token]")["value"]
    sent = [("package", "x.zip", b"PK\x03\x04")]
    page = browser.post(
        "/archives/bring-package", {"csrf_token": mine, "fonds": FONDS}, upload_files=sent, status=409
    )
    assert "您没有办理这一步的授权（archive:import）" in errors(page)[0]
    page = browser.get("/archives/delivery.zip", {"fonds": FONDS, "profile": "bags"}, status=409)
    assert "您没有办理这一步的授权（archive:export）" in errors(page)[0]
