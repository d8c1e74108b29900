"""How long a reader waits for each page of the demo office: p50 and p95, in the process, everything but the network.

The demo office as `records demo` fills it, a log-in of each role that has pages, Whoosh as the engine. Pages that the
office does not have (yet) are not listed. The target is 100 ms at the 95th percentile.

    python bench/pages.py
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from urllib.parse import quote

import filled
from figures import figure, percentile, pin, timed
from webtest import TestApp

import office
from records import main
from records.clock import SystemClock
from records.migrations import mark_all
from records.operations import office as founding
from records.operations.services import Services
from records.scripts import demo as scripted

BENCH = "pages"
ROUNDS = 40
ROLES = ("clerk", "reviewer", "archivist", "auditor", "editor")
UNIT = "market-regulation"
WORDS = "营业执照"


def demo(opened: Services) -> dict[str, str]:
    """Fill the demo office and give one person of each role a known password."""
    described, _ = founding.read_office(founding.example(), name="office")
    founding.found(opened, described, mark=mark_all)
    scripted.populate(opened)
    people = {}
    for role in ROLES:
        try:
            people[role] = office.who(opened, role, UNIT)
        except StopIteration:
            continue
    with opened.database.write("bench") as root:
        secret = opened.vault.password_hash(filled.PASSWORD)
        for userid in people.values():
            person = root["site"].people[userid]
            person.password_hash, person.must_change = secret, False
    return people


def log_in(app: object, userid: str) -> TestApp:
    """Return a browser that is logged in."""
    browser = TestApp(app)
    page = browser.get("/login")
    form = next(form for form in page.forms.values() if "userid" in form.fields)
    form["userid"], form["password"] = userid, filled.PASSWORD
    form.submit()
    return browser


def paths(opened: Services) -> Iterator[tuple[str, str, str]]:
    """Yield (name, role that asks, path) of every page; a role that is empty is the public."""
    yield from (
        ("public home", "", "/"),
        ("public list of guides", "", "/guides"),
        ("public guide", "", "/guides/food-business"),
        ("public search", "", f"/search?q={quote('食品')}"),
        ("public progress", "", "/progress"),
        ("public check of a notice", "", "/verify"),
        ("log-in", "", "/login"),
        ("own access", "clerk", "/access"),
    )
    yield from ((f"desk, {role}", role, "/desk") for role in ROLES)
    yield ("desk search", "clerk", f"/desk/search?q={quote(WORDS)}")
    yield ("desk search, one character", "clerk", f"/desk/search?q={quote('县')}")
    with opened.database.read() as root:
        site = root["site"]
        applicant = next(iter(site.applicants))
        yield ("applicant", "clerk", f"/applicants/{applicant}")
        yield ("open a case", "clerk", f"/applicants/{applicant}/open")
        states = {}
        for dossier in site.dossiers.values():
            if dossier.unit == UNIT:
                states.setdefault(dossier.state, dossier.id)
        yield from (
            (f"case, {state}", "clerk", f"/dossiers/{found}") for state, found in sorted(states.items())
        )
        for verb, state, role in (
            ("request_supplement", "draft", "clerk"),
            ("decline", "draft", "clerk"),
            ("withdraw", "accepted", "clerk"),
            ("decide", "accepted", "reviewer"),
            ("deliver", "decided", "clerk"),
        ):
            if state in states:
                yield (f"verb {verb}", role, f"/dossiers/{states[state]}/{verb}")
        yield ("list of archived items", "archivist", "/archives")
        for item in site.archives.values():
            if item.unit == UNIT:
                yield ("archived item", "archivist", f"/archives/{item.id}")
                break
        yield ("people", "editor", "/people")
        yield ("guides, staff", "editor", "/guides/food-business/edit")
        yield ("audit log", "auditor", "/audit")


def measure(name: str, browser: TestApp, path: str) -> bool:
    """Ask for a page again and again; false when there is none."""
    if browser.get(path, status="*").status_int != 200:
        return False
    times = [timed(lambda: browser.get(path)) for _ in range(ROUNDS)]
    for share, word in ((0.5, "p50"), (0.95, "p95")):
        figure(BENCH, f"{name}, {word}", percentile(times, share), "ms", n=ROUNDS)
    return True


def run() -> None:
    """Fill, log in, ask."""
    warnings.simplefilter("ignore")
    with office.folder() as instance:
        opened = office.open_office(instance, **{"records.clock": SystemClock()})
        people = demo(opened)
        options = {"public.pages": "false", "records.background": "false", "records.services": opened}
        app = main({"__script__": "bench"}, **options)
        browsers = {"": TestApp(app)} | {role: log_in(app, userid) for role, userid in people.items()}
        shown = [
            name
            for name, role, path in paths(opened)
            if role in browsers and measure(name, browsers[role], path)
        ]
        figure(BENCH, "pages measured", len(shown), "count", n=len(shown))
        opened.close()


if __name__ == "__main__":
    pin()
    run()
