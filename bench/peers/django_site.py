"""The peer in Django: its ORM with eager loading, psycopg, PostgreSQL, its templates, its sessions and users.

    django_site.py fill URI ROWS.json GUIDE.html     django_site.py serve URI READS PORT

READS is 1 when each reading of a case is written down and committed before the page leaves, as our own site does it.
"""

from __future__ import annotations

import gc
import json
import logging
import sys
from datetime import date, datetime
from pathlib import Path

import case
import django
from django.conf import settings
from psycopg.conninfo import conninfo_to_dict
from waitress import serve

THREADS, KEPT = 4, 300
LABEL = "office"
MIDDLEWARE = (
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
)

verb, address, *rest = sys.argv[1:]
parts = conninfo_to_dict(address)
settings.configure(
    DEBUG=False,
    SECRET_KEY="only for measuring, long enough to be taken",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    MIDDLEWARE=list(MIDDLEWARE),
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions"],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": parts["dbname"],
            "USER": parts["user"],
            "HOST": parts["host"],
            "PORT": parts["port"],
            "CONN_MAX_AGE": None,
        }
    },
    CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "DIRS": [Path(__file__).parent / "templates"],
            "APP_DIRS": False,
        }
    ],
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    USE_TZ=True,
    LOGIN_URL="/login",
)
django.setup()

from django.contrib.auth import authenticate, get_user_model, login  # noqa: E402
from django.contrib.auth.decorators import login_required  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import connection, models, transaction  # noqa: E402
from django.db.models import Prefetch  # noqa: E402
from django.http import Http404, HttpResponse, HttpResponseForbidden  # noqa: E402
from django.middleware.csrf import get_token  # noqa: E402
from django.shortcuts import redirect, render  # noqa: E402
from django.urls import path  # noqa: E402
from django.utils import timezone  # noqa: E402
from django.views.decorators.cache import cache_page  # noqa: E402

User = get_user_model()


class Table(models.Model):
    class Meta:
        abstract = True
        app_label = LABEL


class Setting(Table):
    name = models.TextField(primary_key=True)
    value = models.JSONField()


class Place(Table):
    user = models.OneToOneField(User, models.CASCADE, related_name="place")
    window = models.TextField()


class Grant(Table):
    user = models.ForeignKey(User, models.CASCADE, related_name="grants")
    role = models.TextField()
    unit = models.TextField()


class Guide(Table):
    title = models.TextField()
    item_kind = models.TextField()
    promised = models.TextField()
    page = models.TextField()


class Line(Table):
    guide = models.ForeignKey(Guide, models.CASCADE, related_name="lines")
    key = models.TextField()
    position = models.IntegerField()
    name = models.TextField()
    condition = models.TextField()
    waived = models.BooleanField()

    class Meta(Table.Meta):
        abstract = False
        ordering = ("position",)


class Applicant(Table):
    key = models.TextField(unique=True)
    name = models.TextField()
    number_masked = models.TextField()


class Material(Table):
    key = models.TextField(unique=True)
    applicant = models.ForeignKey(Applicant, models.CASCADE)
    number = models.TextField()
    issuer = models.TextField()
    grade = models.TextField()
    verified_by = models.ForeignKey(User, models.PROTECT, null=True)
    verified_on = models.DateField(null=True)
    original_seen = models.BooleanField()
    valid_until = models.DateField(null=True)


class Dossier(Table):
    key = models.TextField(unique=True)
    code = models.TextField(unique=True)
    inquiry_code = models.TextField()
    state = models.TextField()
    unit = models.TextField()
    applicant = models.ForeignKey(Applicant, models.PROTECT)
    guide = models.ForeignKey(Guide, models.PROTECT)
    received_at = models.DateTimeField()
    accepted_at = models.DateTimeField()
    promised_due = models.DateField()
    statutory_due = models.DateField()


class Entry(Table):
    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="entries")
    material = models.ForeignKey(Material, models.PROTECT)
    line_key = models.TextField()
    digest = models.TextField()
    how = models.TextField()


class Verdict(Table):
    """What was decided about a line, kept when it was decided: no rule is asked again when the page is drawn."""

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="verdicts")
    line_key = models.TextField()
    reason = models.TextField()
    clause = models.TextField()
    checks = models.JSONField()


class Event(Table):
    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="events")
    name = models.TextField()
    at = models.DateTimeField()
    person = models.ForeignKey(User, models.PROTECT)
    why = models.TextField()


class Notice(Table):
    key = models.TextField(unique=True)
    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="notices")
    kind = models.TextField()
    code = models.TextField(unique=True)
    issued_at = models.DateTimeField()
    digest = models.TextField()

    class Meta(Table.Meta):
        abstract = False
        ordering = ("id",)


class Reading(Table):
    at = models.DateTimeField()
    userid = models.TextField()
    address = models.TextField()
    subject = models.TextField()


TABLES = (
    Setting, Place, Grant, Guide, Line, Applicant, Material, Dossier, Entry, Verdict, Event, Notice, Reading
)  # fmt: skip
CASE = Dossier.objects.select_related("applicant", "guide").prefetch_related(
    "guide__lines",
    Prefetch("entries", Entry.objects.select_related("material__verified_by")),
    "verdicts",
    Prefetch("events", Event.objects.select_related("person")),
    "notices",
)


def enter(request):
    """Log in."""
    if request.method == "GET":
        return HttpResponse(f'<form><input type="hidden" name="csrfmiddlewaretoken" value="{get_token(request)}"></form>')
    user = authenticate(request, username=request.POST["userid"], password=request.POST["password"])
    if user is None:
        return HttpResponseForbidden()
    login(request, user)
    return redirect("/desk")


@login_required
def show(request, key):
    """Show a case."""
    dossier = CASE.filter(key=key).first()
    if dossier is None:
        raise Http404
    roles = case.roles_in(request.user.grants.all(), dossier.unit)
    if not case.may(roles, "view"):
        return HttpResponseForbidden()
    others = Dossier.objects.filter(applicant_id=dossier.applicant_id).exclude(pk=dossier.pk)[:6]
    if READS:
        Reading.objects.create(
            at=timezone.now(), userid=request.user.username, address=request.META["REMOTE_ADDR"], subject=key
        )
    values = case.page(
        dossier=dossier,
        lines=dossier.guide.lines.all(),
        entries=dossier.entries.all(),
        verdicts=dossier.verdicts.all(),
        events=dossier.events.all(),
        notices=dossier.notices.all(),
        others=others,
        roles=roles,
        user_name=request.user.first_name,
        window=request.user.place.window,
        office=KNOWN["office"],
        free=KNOWN["free"],
        name_of=lambda user: user.first_name,
    )
    return render(request, "case.html", values)


@cache_page(KEPT)
def guide(request, key):
    """Show a guide to anybody."""
    return HttpResponse(Guide.objects.get().page)


urlpatterns = [path("login", enter), path("dossiers/<str:key>", show), path("guides/<str:key>", guide)]


@transaction.atomic
def fill(rows: dict, page: str) -> None:
    """Make the tables and put the rows in."""
    call_command("migrate", verbosity=0)
    with connection.schema_editor() as editor:
        for table in TABLES:
            editor.create_model(table)
    Setting.objects.create(name="office", value={**rows["office"], "unit": rows["unit"]["name"]})
    Setting.objects.create(name="calendar", value=rows["calendar"])
    clerk = rows["clerk"]
    user = User.objects.create_user(clerk["userid"], password=clerk["password"], first_name=clerk["name"])
    Place.objects.create(user=user, window=clerk["window"])
    Grant.objects.create(user=user, role=clerk["role"], unit=clerk["unit"])
    body = Guide.objects.create(**rows["guide"], page=page)
    Line.objects.bulk_create(Line(guide=body, **line) for line in rows["lines"])
    for row in rows["dossiers"]:
        _dossier(row, user, body, clerk["unit"])


def _dossier(row: dict, user: object, body: Guide, unit: str) -> None:
    applicant = Applicant.objects.create(**row["applicant"])
    dossier = Dossier.objects.create(
        key=row["key"],
        code=row["code"],
        inquiry_code=row["inquiry_code"],
        state=row["state"],
        unit=unit,
        applicant=applicant,
        guide=body,
        received_at=datetime.fromisoformat(row["received_at"]),
        accepted_at=datetime.fromisoformat(row["accepted_at"]),
        promised_due=_day(row["promised_due"]),
        statutory_due=_day(row["statutory_due"]),
    )
    held = [
        Material(
            key=one["key"],
            applicant=applicant,
            number=one["number"],
            issuer=one["issuer"],
            grade=one["grade"],
            verified_on=_day(one["verified_on"]),
            valid_until=_day(one["valid_until"]),
            verified_by=user if one["verified_by"] else None,
            original_seen=one["original_seen"],
        )
        for one in (entry["material"] for entry in row["entries"])
    ]
    Material.objects.bulk_create(held)
    Entry.objects.bulk_create(
        Entry(dossier=dossier, line_key=entry["line"], digest=entry["digest"], how=entry["how"], material=material)
        for entry, material in zip(row["entries"], held, strict=True)
    )
    Verdict.objects.bulk_create(
        Verdict(dossier=dossier, line_key=one["line"], reason=one["reason"], clause=one["clause"], checks=one["checks"])
        for one in row["verdicts"]
    )
    Event.objects.bulk_create(
        Event(dossier=dossier, name=event["name"], at=datetime.fromisoformat(event["at"]), person=user, why=event["why"])
        for event in row["events"]
    )
    Notice.objects.bulk_create(
        Notice(dossier=dossier, **{**notice, "issued_at": datetime.fromisoformat(notice["issued_at"])})
        for notice in row["notices"]
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


if __name__ == "__main__":
    logging.getLogger("waitress").setLevel(logging.ERROR)
    if verb == "fill":
        fill(json.loads(Path(rest[0]).read_text(encoding="utf-8")), Path(rest[1]).read_text(encoding="utf-8"))
    else:
        READS = rest[0] == "1"
        KNOWN = {
            "office": Setting.objects.get(name="office").value,
            "free": frozenset(Setting.objects.get(name="calendar").value),
        }
        connection.close()
        app = get_wsgi_application()
        # As our own site does it: what was made at the start is no garbage.
        gc.collect()
        gc.freeze()
        serve(app, host="127.0.0.1", port=int(rest[1]), threads=THREADS)
