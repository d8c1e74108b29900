"""The storages (存储): the file of one machine, or the PostgreSQL server of several, opened by their URI."""

from __future__ import annotations

import random
from pathlib import Path
from urllib.parse import unquote, urlsplit

import psycopg2
from psycopg2.extensions import make_dsn, parse_dsn
from zc.lockfile import LockError
from ZODB.DemoStorage import DemoStorage
from ZODB.FileStorage import FileStorage
from ZODB.interfaces import IStorage


class DatabaseBusy(Exception):
    """Another program holds the database file open for writing."""


def open_storage(uri: str, *, read_only: bool) -> IStorage:
    """Open the storage of a URI; a file that another program is writing raises DatabaseBusy."""
    parts = urlsplit(uri)
    match parts.scheme:
        case "file":
            return _file_storage(Path(unquote(parts.path)), read_only=read_only)
        case "postgresql":
            return _server_storage(uri, read_only=read_only)
        case "demo":
            return DemoStorage()
    raise ValueError(f"zodb.uri begins with file://, postgresql:// or demo://, not {uri!r}")


def _file_storage(path: Path, *, read_only: bool) -> FileStorage:
    if read_only:
        return FileStorage(str(path), read_only=True)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        return FileStorage(str(path), pack_keep_old=False)
    except LockError as error:
        raise DatabaseBusy(
            f"{path} is open for writing in another program. Stop the server first, or use its API; "
            "reading commands work beside it."
        ) from error


def forget_history(uri: str, storage: IStorage) -> None:
    """Let a packed storage hold nothing but its present objects: no scratch file, no dead rows of the server."""
    match urlsplit(uri).scheme:
        case "file":
            # Private names of ZODB 6.4: what a transaction wrote stays in its scratch file until the next one covers it.
            with storage._lock:
                storage._tfile.seek(0)
                storage._tfile.truncate()
                storage._save_index()
        case "postgresql":
            connection = psycopg2.connect(make_dsn(**parse_dsn(uri)))
            connection.autocommit = True
            try:
                with connection.cursor() as cursor:
                    cursor.execute("VACUUM (FULL) object_state")
            finally:
                connection.close()


def _server_storage(uri: str, *, read_only: bool) -> IStorage:
    # A site on FileStorage never pays for RelStorage's import.
    from relstorage.adapters.postgresql import PostgreSQLAdapter
    from relstorage.options import Options
    from relstorage.storage import RelStorage

    class Adapter(PostgreSQLAdapter):
        def _create(self) -> None:
            super()._create()
            self.mover.on_store_opened = _make_temporary_tables

    options = Options(keep_history=False, driver="psycopg2", read_only=read_only, create_schema=not read_only)
    # RelStorage appends its own words to the connection string, so it must not be a URI.
    return RelStorage(Adapter(dsn=make_dsn(**parse_dsn(uri)), options=options), options=options)


TEMPORARY_TABLES = """
CREATE TEMPORARY TABLE temp_store (
    zoid BIGINT NOT NULL PRIMARY KEY, prev_tid BIGINT NOT NULL, md5 CHAR(32), state BYTEA
);
CREATE TEMPORARY TABLE temp_store_replacements (LIKE temp_store INCLUDING ALL);
CREATE TEMPORARY TABLE temp_blob_chunk (
    zoid BIGINT NOT NULL, chunk_num BIGINT NOT NULL, chunk OID, PRIMARY KEY (zoid, chunk_num)
);
CREATE OR REPLACE FUNCTION pg_temp.strike() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('DELETE FROM pg_temp.%I WHERE zoid = $1', TG_TABLE_NAME) USING NEW.zoid;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER strike AFTER INSERT ON temp_store DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION pg_temp.strike();
CREATE CONSTRAINT TRIGGER strike AFTER INSERT ON temp_store_replacements DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION pg_temp.strike();
CREATE CONSTRAINT TRIGGER strike AFTER INSERT ON temp_blob_chunk DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION pg_temp.strike();
"""
"""What a store connection of RelStorage finds, but emptied by each commit row by row, whichever way it commits.

As RelStorage makes them (ON COMMIT DELETE ROWS), the server truncates all their files at every commit: 8 of 9 ms of a
small one. It stores no blobs here.
"""

LOOKED_UP_ONE_BY_ONE = "SET enable_hashjoin = off; SET enable_mergejoin = off"
"""A commit stores some twenty objects; the server, which knows nothing of a temporary table, expects hundreds of them
and would read all objects of the site several times at each commit to find these."""

TRUNCATED_ONCE_IN = 64


def _make_temporary_tables(cursor, restart: bool = False) -> None:
    """Give a new store connection its temporary tables; now and then give back the room that struck rows still take."""
    if not restart:
        cursor.execute(LOOKED_UP_ONE_BY_ONE)
        cursor.execute(TEMPORARY_TABLES)
    elif random.randrange(TRUNCATED_ONCE_IN) == 0:
        cursor.execute("TRUNCATE temp_store, temp_store_replacements, temp_blob_chunk")
    else:
        return
    cursor.connection.commit()
