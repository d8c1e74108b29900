from __future__ import annotations

import pickle
import stat
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from BTrees.OOBTree import OOBTree
from persistent import Persistent
from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPConflict, HTTPForbidden
from pyramid.response import Response
from webtest import TestApp
from ZODB.POSException import ConflictError

from records.db import BUSY, Database, SmallLOBTree, SmallOOBTree, open_database
from records.domain.findings import Finding, Refused
from records.lock import LockTimeout, WriteLock
from records.storage import TRUNCATED_ONCE_IN, DatabaseBusy


class Counter(Persistent):
    value = 0


def count(root, name: str = "registrations") -> int:
    """Give the next number of a plain persistent counter."""
    counter = root.get(name)
    if counter is None:
        counter = root[name] = Counter()
    counter.value += 1
    return counter.value


def value(database: Database, name: str = "registrations") -> int:
    with database.read() as root:
        return root[name].value if name in root else 0


@pytest.fixture(params=["file", "demo", pytest.param("postgresql", marks=pytest.mark.postgres)])
def uri(request, tmp_path) -> str:
    match request.param:
        case "file":
            return f"file://{tmp_path}/var/Data.fs"
        case "postgresql":
            return request.getfixturevalue("postgres_uri")
    return "demo://"


@pytest.fixture
def database(uri):
    opened = open_database(uri, lock_timeout=5.0)
    yield opened
    opened.close()


@pytest.fixture
def office(tmp_path):
    opened = open_database(f"file://{tmp_path}/Data.fs", lock_timeout=0.2)
    yield opened
    opened.close()


def test_what_is_written_is_read_in_the_next_snapshot(database, uri):
    assert (database.uri, database.scheme) == (uri, uri.partition(":")[0])
    with database.read() as before, database.write("登记") as root:
        root["name"] = "欧阳䶮𠮷"
        assert "name" not in before
    with database.read() as after:
        assert after["name"] == "欧阳䶮𠮷"
        assert after["writes"].value == 1


def test_what_is_changed_in_a_snapshot_is_thrown_away(database):
    with database.read() as root:
        count(root)
    assert value(database) == 0


def test_an_exception_aborts_the_write(database):
    def register():
        with database.write() as root:
            count(root)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        register()
    assert value(database) == 0
    assert database.run(count) == 1


def test_a_refusal_is_returned_and_nothing_is_committed(database):
    refused = Refused((Finding("material.held"),))

    def demand(root):
        count(root)
        return refused

    assert database.run(demand) is refused
    assert value(database) == 0
    with database.read() as root:
        assert root["writes"].value == 0


def test_a_conflict_is_tried_again_on_fresh_data(database):
    intruder = threading.Event()

    def register(root):
        number = count(root)
        if not intruder.is_set():
            intruder.set()
            # As if the lock had been lost: somebody else commits in between.
            database.lock.release()
            assert database.run(count) == 1
            database.lock.acquire()
        return number

    assert database.run(register) == 2
    assert (value(database), database.conflicts) == (2, 1)


def test_a_conflict_that_never_ends_is_raised(database):
    tries = []

    def register(_root):
        tries.append(1)
        raise ConflictError

    with pytest.raises(ConflictError):
        database.run(register, attempts=4)
    assert len(tries) == 4


def test_two_writers_without_the_lock_conflict_though_they_touch_different_things(office):
    """The write counter stands in for a lost lock: I7 would otherwise break silently."""

    def register(root):
        count(root, "first")
        if office.conflicts == 0:
            office.lock.release()
            office.run(lambda other: count(other, "second"))
            office.lock.acquire()

    office.run(register)
    assert (value(office, "first"), value(office, "second"), office.conflicts) == (1, 1, 1)


def test_the_note_names_the_transaction(office):
    office.run(count, note="登记 receive")
    assert next(iter(office.zodb.storage.undoLog(0, 1)))["description"] == "登记 receive".encode()


def test_a_file_database_is_made_in_a_private_folder(tmp_path):
    open_database(f"file://{tmp_path}/政务 中心/Data.fs").close()
    assert stat.S_IMODE((tmp_path / "政务 中心").stat().st_mode) == 0o700
    assert (tmp_path / "政务 中心" / "Data.fs").exists()


def test_an_escaped_uri_names_the_same_file(tmp_path):
    open_database(f"file://{tmp_path}/a%20b/Data.fs").close()
    assert (tmp_path / "a b" / "Data.fs").exists()


def test_an_unknown_scheme_is_refused():
    with pytest.raises(ValueError, match="file://, postgresql:// or demo://"):
        open_database("mysql://localhost/records")


def test_a_second_writer_on_the_same_file_is_told_what_to_do(office):
    with pytest.raises(DatabaseBusy, match="Stop the server first, or use its API"):
        open_database(office.uri)


def test_a_reading_command_sees_the_moment_it_was_opened(office):
    office.run(count)
    snapshot = open_database(office.uri, read_only=True)
    try:
        office.run(count)
        assert (value(snapshot), value(office)) == (1, 2)
        assert timedelta(0) <= datetime.now(UTC) - snapshot.snapshot_at < timedelta(minutes=1)
        assert snapshot.snapshot_at < office.snapshot_at
    finally:
        snapshot.close()


def test_a_reading_command_finds_no_database_that_is_not_there(tmp_path):
    with pytest.raises(FileNotFoundError):
        open_database(f"file://{tmp_path}/Data.fs", read_only=True)


def test_the_index_is_saved_while_the_server_runs(tmp_path):
    database = open_database(f"file://{tmp_path}/Data.fs", save_index_every=0.01)
    try:
        index = Path(tmp_path / "Data.fs.index")
        before = index.read_bytes() if index.exists() else b""
        database.run(count)
        waiting = threading.Event()
        for _ in range(500):
            if index.exists() and index.read_bytes() not in (b"", before):
                break
            waiting.wait(0.01)
        saved = index.read_bytes()
    finally:
        database.close()
    assert saved == index.read_bytes()
    assert saved != before


def test_opening_again_keeps_what_was_there(uri):
    if uri.startswith("demo"):
        pytest.skip("a demonstration lives in memory only")
    first = open_database(uri)
    first.run(count)
    first.close()
    second = open_database(uri)
    assert second.run(count) == 2
    with second.read() as root:
        assert root["writes"].value == 2
    second.close()


def test_writers_are_served_in_the_order_in_which_they_came():
    lock, order, threads = WriteLock(10.0), [], []

    def write(name: int) -> None:
        with lock.held():
            order.append(name)

    lock.acquire()
    for name in range(20):
        threads.append(threading.Thread(target=write, args=(name,)))
        threads[-1].start()
        while len(lock._queue) <= name:
            threading.Event().wait(0.001)
    lock.release()
    for thread in threads:
        thread.join()
    assert order == list(range(20))


def test_waiting_ends_and_the_next_still_gets_the_lock():
    lock, errors = WriteLock(0.05), []

    def write() -> None:
        try:
            lock.acquire()
        except LockTimeout as error:
            errors.append(str(error))

    lock.acquire()
    waiter = threading.Thread(target=write)
    waiter.start()
    waiter.join()
    lock.release()
    assert errors == ["another writer has been busy for 0.05 seconds"]
    with lock.held():
        assert len(lock._queue) == 0


def test_writing_inside_a_write_is_a_broken_program(office):
    with office.write(), pytest.raises(RuntimeError, match="writing already"):
        office.run(count)
    assert office.run(count) == 1


def leaf_sizes(tree):
    for child in tree.__getstate__()[0][::2]:
        yield from leaf_sizes(child) if isinstance(child, type(tree)) else (len(child),)


@pytest.mark.parametrize("tree", [SmallOOBTree, SmallLOBTree])
def test_small_trees_have_small_leaves_and_survive_storage(database, tree):
    numbers = list(range(1000))
    # In order every leaf would be split as soon as it is full, and none be found full.
    Random(1).shuffle(numbers)

    def fill(root):
        root["tree"] = tree()
        for number in numbers:
            root["tree"][number] = str(number)

    database.run(fill)
    with database.read() as root:
        found = root["tree"]
        assert type(found) is tree
        assert list(found.items()) == [(number, str(number)) for number in range(1000)]
        sizes = list(leaf_sizes(found))
    assert (sum(sizes), max(sizes)) == (1000, tree.max_leaf_size)
    assert pickle.loads(pickle.dumps(tree)) is tree


def test_a_number_in_a_hot_tree_writes_fewer_bytes_than_in_a_common_one(office):
    def written(name: str) -> int:
        before = office.zodb.storage.getSize()
        for number in range(200):
            office.run(lambda root, n=number: root[name].insert(f"110105{n:012d}".encode(), n))
        return office.zodb.storage.getSize() - before

    def fill(root):
        root["small"], root["common"] = SmallOOBTree(), OOBTree()

    office.run(fill)
    assert written("small") < written("common")


# Through the web


def register(request):
    number = count(request.zodb_root)
    if request.params.get("wait"):
        request.after_commit(lambda: request.database.run(lambda root: count(root, "papers")))
    match request.params.get("end"):
        case "refuse":
            return HTTPConflict()
        case "fail":
            raise HTTPForbidden
        case "conflict" if request.environ["retry.attempt"] < 2:
            raise ConflictError
    return Response(f"{number} {request.method} {getattr(request, 'files', None)}")


def show(request):
    return Response(str(count(request.zodb_root)))


def idle(_request):
    return Response("public")


@pytest.fixture
def configurator(office):
    config = Configurator(settings={"records.database": office})
    config.include("records.db")
    for name, view in (("register", register), ("idle", idle)):
        config.add_route(name, f"/{name}")
        config.add_view(view, route_name=name)
    config.add_route("show", "/show")
    config.add_view(show, route_name="show")
    return config


@pytest.fixture
def app(configurator):
    return TestApp(configurator.make_wsgi_app())


def writes(database: Database) -> int:
    with database.read() as root:
        return root["writes"].value


def test_a_get_that_changes_something_changes_nothing(app, office):
    """I16: GET changes nothing in the database."""
    assert [app.get("/show").text, app.get("/show").text] == ["1", "1"]
    assert (value(office), writes(office)) == (0, 0)


def test_a_post_commits_once_and_is_counted(app, office):
    assert app.post("/register").text == "1 POST None"
    assert app.post("/register").text == "2 POST None"
    assert (value(office), writes(office)) == (2, 2)


def test_a_post_that_opens_no_database_writes_nothing(app, office):
    size = office.zodb.storage.getSize()
    assert app.post("/idle").text == "public"
    assert (office.zodb.storage.getSize(), writes(office)) == (size, 0)


@pytest.mark.parametrize(("end", "status"), [("refuse", 409), ("fail", 403)])
def test_an_answer_that_failed_commits_nothing(app, office, end, status):
    app.post("/register", {"end": end, "wait": "1"}, status=status)
    assert (value(office), value(office, "papers"), writes(office)) == (0, 0, 0)


def test_a_conflict_in_a_request_runs_it_again(app, office):
    assert app.post("/register", {"end": "conflict"}).text == "1 POST None"
    assert (value(office), writes(office)) == (1, 1)


def test_what_is_owed_after_the_commit_happens_before_the_answer_leaves(app, office):
    app.post("/register", {"wait": "1"})
    assert (value(office), value(office, "papers"), writes(office)) == (1, 1, 2)


def test_what_fails_after_the_commit_does_not_change_the_answer(configurator, office, caplog):
    def view(request):
        count(request.zodb_root)
        request.after_commit(lambda: 1 / 0)
        return Response("issued")

    configurator.add_route("issue", "/issue")
    configurator.add_view(view, route_name="issue")
    app = TestApp(configurator.make_wsgi_app())
    assert app.post("/issue").text == "issued"
    assert value(office) == 1
    assert [record.message for record in caplog.records] == [
        "what was owed after a commit failed; the worker will do it"
    ]


def test_a_busy_database_answers_503_in_both_languages(app, office):
    with office.write():
        answers = []
        thread = threading.Thread(target=lambda: answers.append(app.post("/register", status=503)))
        thread.start()
        thread.join()
        assert app.get("/show").text == "1"
    assert answers[0].text == BUSY
    assert answers[0].headers["Retry-After"] == "60"
    assert (value(office), writes(office)) == (0, 1)


def test_connections_are_given_back(app, office):
    for _ in range(30):
        app.get("/show")
        app.post("/register", {"wait": "1"})
        app.post("/register", {"end": "fail"}, status=403)
    assert len([c for c in office.zodb.pool if c.opened]) == 0
    assert len(list(office.zodb.pool)) <= 3


def test_admission_is_asked_once_on_a_snapshot_then_preparation_without_lock(configurator, office):
    seen = []

    def admit(request, root):
        seen.append(("admit", request.zodb_root is root, root["writes"].value, office.lock._held))
        count(root)

    def prepare(request):
        seen.append(("prepare", office.lock._held))
        request.files = {"scan": request.POST["scan"].file.read()}

    configurator.add_admission(admit)
    configurator.add_preparation(prepare)
    app = TestApp(configurator.make_wsgi_app())
    answer = app.post("/register", {"end": "conflict"}, upload_files=[("scan", "执照.pdf", b"%PDF")])
    assert answer.text == "1 POST {'scan': b'%PDF'}"
    assert app.get("/show").text == "2"
    assert seen == [("admit", True, 0, False), ("prepare", False)]
    assert value(office) == 1


@pytest.mark.parametrize("room", ["admission", "preparation"])
def test_an_answer_at_the_door_ends_the_request_without_a_lock(configurator, office, room):
    if room == "admission":
        configurator.add_admission(lambda request, root: Response("known", status=200))
    else:
        configurator.add_preparation(lambda request: Response("known", status=200))
    app = TestApp(configurator.make_wsgi_app())
    with office.write():
        answers = []
        thread = threading.Thread(target=lambda: answers.append(app.post("/register").text))
        thread.start()
        thread.join()
    assert answers == ["known"]
    assert value(office) == 0


@pytest.mark.parametrize("room", ["admission", "preparation"])
def test_an_exception_at_the_door_is_drawn_by_its_view_on_a_snapshot(configurator, office, room):
    def refuse(request, root=None):
        raise HTTPForbidden

    def draw(request):
        return Response(f"refused at write {request.zodb_root['writes'].value}", status=403)

    (configurator.add_admission if room == "admission" else configurator.add_preparation)(refuse)
    configurator.add_forbidden_view(draw)
    app = TestApp(configurator.make_wsgi_app())
    assert app.post("/register", status=403).text == "refused at write 0"
    assert (value(office), len([c for c in office.zodb.pool if c.opened])) == (0, 0)


def test_a_conflict_at_the_door_never_lets_anyone_past_it(configurator, office):
    asked = []

    def admit(request, root):
        asked.append(request.environ["retry.attempt"])
        if len(asked) < 3:
            raise ConflictError
        return Response("no", status=403)

    configurator.add_admission(admit)
    app = TestApp(configurator.make_wsgi_app())
    assert app.post("/register", status=403).text == "no"
    assert asked == [0, 1, 2]
    assert value(office) == 0


def test_a_catch_all_page_is_drawn_only_for_the_last_attempt(configurator, office):
    drawn = []

    def sorry(error, request):
        drawn.append(request.environ["retry.attempt"])
        return Response("sorry", status=500)

    def always(request):
        count(request.zodb_root)
        raise ConflictError

    configurator.add_exception_view(sorry, context=Exception, last_retry_attempt=True)
    configurator.add_route("always", "/always")
    configurator.add_view(always, route_name="always")
    app = TestApp(configurator.make_wsgi_app())
    assert app.post("/always", status=500).text == "sorry"
    assert drawn == [9]
    assert value(office) == 0


@pytest.mark.postgres
def test_no_commit_on_a_server_leaves_rows_for_the_next_one(postgres_uri):
    """What one transaction stores must never be moved again by a later one, even when the tables are truncated."""
    database = open_database(postgres_uri)
    for number in range(1, 4 * TRUNCATED_ONCE_IN):
        name = ("first", "second")[number % 2]
        database.run(lambda root, name=name: count(root, name))
    assert (value(database, "first"), value(database, "second")) == (127, 128)
    with database.zodb.storage._store_connection_pool.borrowing() as store:
        store.cursor.execute("SELECT count(*) FROM temp_store")
        assert store.cursor.fetchone() == (0,)
        # Whatever the server believes of an unknown table, it looks the few objects of a commit up by their key.
        store.cursor.execute("EXPLAIN SELECT * FROM object_state JOIN temp_store USING (zoid)")
        plan = "".join(line for (line,) in store.cursor.fetchall())
        assert ("Nested Loop" in plan, "Hash" in plan, "Merge" in plan) == (True, False, False)
    database.close()
