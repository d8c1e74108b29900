"""The peer in Flask: SQLAlchemy with eager loading, psycopg, PostgreSQL, Jinja2, a signed session cookie.

    flask_site.py fill URI ROWS.json GUIDE.html     flask_site.py serve URI READS PORT

READS is 1 when each reading of a case is written down and committed before the page leaves, as our own site does it.
"""

from __future__ import annotations

import gc
import hashlib
import json
import logging
import secrets
import sys
import time
from datetime import UTC, date, datetime
from functools import wraps
from pathlib import Path

import case
from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    current_app,
    g,
    redirect,
    render_template,
    request,
    session,
)
from sqlalchemy import JSON, DateTime, ForeignKey, create_engine, select
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    joinedload,
    mapped_column,
    relationship,
    selectinload,
    sessionmaker,
)
from waitress import serve
from werkzeug.security import check_password_hash, generate_password_hash

THREADS, KEPT = 4, 300


class Base(DeclarativeBase):
    pass


class Setting(Base):
    __tablename__ = "setting"
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


class Person(Base):
    __tablename__ = "person"
    id: Mapped[int] = mapped_column(primary_key=True)
    userid: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    password_hash: Mapped[str]
    window: Mapped[str]
    disabled: Mapped[bool] = mapped_column(default=False)
    grants: Mapped[list[Grant]] = relationship()


class Grant(Base):
    __tablename__ = "grant_of"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    role: Mapped[str]
    unit: Mapped[str]


class Guide(Base):
    __tablename__ = "guide"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    item_kind: Mapped[str]
    promised: Mapped[str]
    page: Mapped[str]
    lines: Mapped[list[Line]] = relationship(order_by="Line.position")


class Line(Base):
    __tablename__ = "line"
    id: Mapped[int] = mapped_column(primary_key=True)
    guide_id: Mapped[int] = mapped_column(ForeignKey("guide.id"), index=True)
    key: Mapped[str]
    position: Mapped[int]
    name: Mapped[str]
    condition: Mapped[str]
    waived: Mapped[bool]


class Applicant(Base):
    __tablename__ = "applicant"
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    number_masked: Mapped[str]


class Material(Base):
    __tablename__ = "material"
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    applicant_id: Mapped[int] = mapped_column(ForeignKey("applicant.id"), index=True)
    number: Mapped[str]
    issuer: Mapped[str]
    grade: Mapped[str]
    verified_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    verified_on: Mapped[date | None]
    original_seen: Mapped[bool]
    valid_until: Mapped[date | None]
    applicant: Mapped[Applicant] = relationship()
    verified_by: Mapped[Person | None] = relationship()


class Dossier(Base):
    __tablename__ = "dossier"
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    code: Mapped[str] = mapped_column(unique=True)
    inquiry_code: Mapped[str]
    state: Mapped[str]
    unit: Mapped[str]
    applicant_id: Mapped[int] = mapped_column(ForeignKey("applicant.id"), index=True)
    guide_id: Mapped[int] = mapped_column(ForeignKey("guide.id"))
    received_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    accepted_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    promised_due: Mapped[date]
    statutory_due: Mapped[date]
    applicant: Mapped[Applicant] = relationship()
    guide: Mapped[Guide] = relationship()
    entries: Mapped[list[Entry]] = relationship()
    verdicts: Mapped[list[Verdict]] = relationship()
    events: Mapped[list[Event]] = relationship()
    notices: Mapped[list[Notice]] = relationship(order_by="Notice.id")


class Entry(Base):
    __tablename__ = "entry"
    id: Mapped[int] = mapped_column(primary_key=True)
    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossier.id"), index=True)
    material_id: Mapped[int] = mapped_column(ForeignKey("material.id"))
    line_key: Mapped[str]
    digest: Mapped[str]
    how: Mapped[str]
    material: Mapped[Material] = relationship()


class Verdict(Base):
    """What was decided about a line, kept when it was decided: no rule is asked again when the page is drawn."""

    __tablename__ = "verdict"
    id: Mapped[int] = mapped_column(primary_key=True)
    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossier.id"), index=True)
    line_key: Mapped[str]
    reason: Mapped[str]
    clause: Mapped[str]
    checks: Mapped[list[dict]] = mapped_column(JSON)


class Event(Base):
    __tablename__ = "event"
    id: Mapped[int] = mapped_column(primary_key=True)
    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossier.id"), index=True)
    name: Mapped[str]
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    why: Mapped[str]
    person: Mapped[Person] = relationship()


class Notice(Base):
    __tablename__ = "notice"
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossier.id"), index=True)
    kind: Mapped[str]
    code: Mapped[str] = mapped_column(unique=True)
    issued_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    digest: Mapped[str]


class Reading(Base):
    __tablename__ = "reading"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    userid: Mapped[str]
    address: Mapped[str]
    subject: Mapped[str]


pages = Blueprint("pages", __name__)


def make_app(uri: str, *, reads: bool) -> Flask:
    """Return the application."""
    app = Flask(__name__)
    app.secret_key = "only for measuring"
    sessions = sessionmaker(create_engine(uri), expire_on_commit=False)
    with sessions() as opened:
        known = {one.name: json.loads(one.value) for one in opened.scalars(select(Setting))}
    app.config.update(
        SESSIONS=sessions, READS=reads, OFFICE=known["office"], FREE=frozenset(known["calendar"]), KEPT={}
    )
    app.register_blueprint(pages)
    return app


@pages.before_request
def begin() -> None:
    g.database = current_app.config["SESSIONS"]()


@pages.teardown_request
def end(_error: object) -> None:
    g.pop("database").close()


def logged_in(view):
    """Let in whoever has a session of a person who is not disabled."""

    @wraps(view)
    def checked(**values: str):
        userid = session.get("userid")
        if userid is None:
            return redirect("/login")
        query = select(Person).where(Person.userid == userid).options(selectinload(Person.grants))
        g.person = g.database.scalars(query).first()
        if g.person is None or g.person.disabled:
            abort(403)
        return view(**values)

    return checked


@pages.route("/login", methods=["GET", "POST"])
def login():
    """Log in."""
    if request.method == "GET":
        return '<form method="post"></form>'
    person = g.database.scalars(select(Person).where(Person.userid == request.form["userid"])).first()
    if person is None or not check_password_hash(person.password_hash, request.form["password"]):
        abort(403)
    session["userid"], session["csrf_token"] = person.userid, secrets.token_urlsafe(16)
    return redirect("/desk")


@pages.get("/dossiers/<key>")
@logged_in
def show(key: str):
    """Show a case."""
    query = (
        select(Dossier)
        .where(Dossier.key == key)
        .options(
            joinedload(Dossier.applicant),
            joinedload(Dossier.guide).selectinload(Guide.lines),
            selectinload(Dossier.entries).joinedload(Entry.material).joinedload(Material.verified_by),
            selectinload(Dossier.verdicts),
            selectinload(Dossier.events).joinedload(Event.person),
            selectinload(Dossier.notices),
        )
    )
    dossier = g.database.scalars(query).first() or abort(404)
    roles = case.roles_in(g.person.grants, dossier.unit)
    if not case.may(roles, "view"):
        abort(403)
    beside = select(Dossier).where(Dossier.applicant_id == dossier.applicant_id, Dossier.id != dossier.id)
    others = g.database.scalars(beside.limit(6)).all()
    if current_app.config["READS"]:
        reading = Reading(
            at=datetime.now(UTC), userid=g.person.userid, address=request.remote_addr, subject=key
        )
        g.database.add(reading)
        g.database.commit()
    values = case.page(
        dossier=dossier,
        lines=dossier.guide.lines,
        entries=dossier.entries,
        verdicts=dossier.verdicts,
        events=dossier.events,
        notices=dossier.notices,
        others=others,
        roles=roles,
        user_name=g.person.name,
        window=g.person.window,
        office=current_app.config["OFFICE"],
        free=current_app.config["FREE"],
        name_of=lambda person: person.name,
    )
    return render_template("case.html", csrf_token=session["csrf_token"], **values)


@pages.get("/guides/<key>")
def guide(key: str) -> Response:
    """Show a guide to anybody, from memory for five minutes."""
    kept = current_app.config["KEPT"]
    expires, body, tag = kept.get(key, (0.0, b"", ""))
    if expires < time.monotonic():
        found = g.database.scalars(select(Guide)).first() or abort(404)
        body = found.page.encode()
        tag = hashlib.sha256(body).hexdigest()[:32]
        kept[key] = (time.monotonic() + KEPT, body, tag)
    response = Response(body, mimetype="text/html")
    response.set_etag(tag)
    return response.make_conditional(request)


def fill(uri: str, rows: dict, page: str) -> None:
    """Make the tables and put the rows in."""
    engine = create_engine(uri)
    Base.metadata.create_all(engine)
    with sessionmaker(engine)() as opened:
        opened.add(Setting(name="calendar", value=json.dumps(rows["calendar"])))
        opened.add(Setting(name="office", value=json.dumps({**rows["office"], "unit": rows["unit"]["name"]})))
        clerk = rows["clerk"]
        person = Person(
            userid=clerk["userid"],
            name=clerk["name"],
            window=clerk["window"],
            password_hash=generate_password_hash(clerk["password"]),
            grants=[Grant(role=clerk["role"], unit=clerk["unit"])],
        )
        guide = Guide(**rows["guide"], page=page, lines=[Line(**line) for line in rows["lines"]])
        opened.add_all([person, guide])
        for row in rows["dossiers"]:
            opened.add(_dossier(row, person, guide, clerk["unit"]))
        opened.commit()


def _dossier(row: dict, person: Person, guide: Guide, unit: str) -> Dossier:
    applicant = Applicant(**row["applicant"])
    entries = []
    for entry in row["entries"]:
        held = entry["material"]
        material = Material(
            key=held["key"],
            applicant=applicant,
            number=held["number"],
            issuer=held["issuer"],
            grade=held["grade"],
            verified_on=_day(held["verified_on"]),
            valid_until=_day(held["valid_until"]),
            verified_by=person if held["verified_by"] else None,
            original_seen=held["original_seen"],
        )
        entries.append((entry, material))
    dossier = Dossier(
        key=row["key"],
        code=row["code"],
        inquiry_code=row["inquiry_code"],
        state=row["state"],
        unit=unit,
        applicant=applicant,
        guide=guide,
        received_at=datetime.fromisoformat(row["received_at"]),
        accepted_at=datetime.fromisoformat(row["accepted_at"]),
        promised_due=_day(row["promised_due"]),
        statutory_due=_day(row["statutory_due"]),
    )
    dossier.entries = [
        Entry(line_key=entry["line"], digest=entry["digest"], how=entry["how"], material=material)
        for entry, material in entries
    ]
    dossier.verdicts = [
        Verdict(line_key=one["line"], reason=one["reason"], clause=one["clause"], checks=one["checks"])
        for one in row["verdicts"]
    ]
    dossier.events = [
        Event(name=event["name"], at=datetime.fromisoformat(event["at"]), person=person, why=event["why"])
        for event in row["events"]
    ]
    dossier.notices = [
        Notice(**{**notice, "issued_at": datetime.fromisoformat(notice["issued_at"])})
        for notice in row["notices"]
    ]
    return dossier


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


if __name__ == "__main__":
    logging.getLogger("waitress").setLevel(logging.ERROR)
    verb, address, *rest = sys.argv[1:]
    address = address.replace("postgresql://", "postgresql+psycopg://", 1)
    if verb == "fill":
        fill(
            address,
            json.loads(Path(rest[0]).read_text(encoding="utf-8")),
            Path(rest[1]).read_text(encoding="utf-8"),
        )
    else:
        app = make_app(address, reads=rest[0] == "1")
        # As our own site does it: what was made at the start is no garbage.
        gc.collect()
        gc.freeze()
        serve(app, host="127.0.0.1", port=int(rest[1]), threads=THREADS)
