"""What no record names is set aside after a day; what is named, a frozen package's parts included, stays."""

import io
import os
from datetime import timedelta

from records.operations import dossiers
from records.operations.archiving import manifest_of
from records.operations.sweeping import named_digests, sweep
from tests.office import CLERK

from .cases import SHOPKEEPER, archive, ok, on


def age(office, at):
    for digest in office.services.store.walk():
        os.utime(office.services.store.path(digest), (at, at))


def test_nothing_of_an_archived_case_is_ever_swept(office):
    case = office.case(office.applicant(), SHOPKEEPER)
    item = archive(office, case)
    stray = office.services.store.put(io.BytesIO("没有人要的扫描件".encode())).digest
    age(office, (office.clock.now() - timedelta(days=400)).timestamp())
    swept = sweep(office.services)
    assert stray in swept
    with office.site() as site:
        record = site.archives[item]
        parts = manifest_of(office.services, record).parts
        papers = [site.notices[notice].digest for notice in site.dossiers[case].notices]
    assert record.state == "archived"
    assert [part.path for part in parts if not office.services.store.has(part.digest)] == []
    assert [digest for digest in papers if not office.services.store.has(digest)] == []


def test_only_old_contents_that_nobody_names_are_moved(office):
    store = office.services.store
    case = office.case(office.applicant())
    kept = office.hand_in(case, "application", "申请书", document_number="1", issued_on=office.clock.today())
    assert isinstance(kept, str), kept
    ok(office.do(CLERK, on(case, dossiers.receive)))
    old = store.put(io.BytesIO("没有人要的扫描件".encode())).digest
    fresh = store.put(io.BytesIO("刚刚传上来的扫描件".encode())).digest
    long_ago = (office.clock.now() - timedelta(days=2)).timestamp()
    age(office, long_ago)
    os.utime(store.path(fresh), (office.clock.now().timestamp(),) * 2)
    with office.site() as site:
        named = named_digests(office.services, site)
    assert old not in named
    assert sweep(office.services) == (old,)
    assert set(store.walk()) == {*named, fresh}
