"""What no record names is set aside after a day; what is named, a frozen package's parts included, stays."""

import io
import os
from datetime import timedelta

import pytest

from records.operations.sweeping import named_digests, sweep
from tests.office import build_office


@pytest.fixture
def office(tmp_path):
    office = build_office(tmp_path)
    yield office
    office.close()


def test_only_old_contents_that_nobody_names_are_moved(office):
    store = office.services.store
    case = office.case(office.applicant())
    kept = office.hand_in(case, "application", "申请书", document_number="1", issued_on=office.clock.today())
    assert isinstance(kept, str), kept
    old = store.put(io.BytesIO("没有人要的扫描件".encode())).digest
    fresh = store.put(io.BytesIO("刚刚传上来的扫描件".encode())).digest
    long_ago = (office.clock.now() - timedelta(days=2)).timestamp()
    for digest in store.walk():
        at = office.clock.now().timestamp() if digest == fresh else long_ago
        os.utime(store.path(digest), (at, at))
    with office.site() as site:
        named = named_digests(office.services, site)
    assert old not in named
    assert sweep(office.services) == (old,)
    assert set(store.walk()) == {*named, fresh}
