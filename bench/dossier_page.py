"""The page a clerk looks at all day, and the page every citizen looks at: ours beside the same in Flask and in Django.

The case's page: session and rights are checked at each request, and that it was read is on record (ours: a line fsynced
in the access log; theirs: a row committed) before it leaves; theirs are also measured without that duty. 2,000 cases,
asked for in turn by four kept-alive connections from the other core; waitress with four threads; server and database
share one core. The public guide: the same bytes, each from its cache in the process, with an ETag.

    python bench/dossier_page.py [CASES]
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from contextlib import ExitStack
from urllib.parse import urlencode

import filled
from figures import LOAD_CORE, SERVER_CORE, figure, middle, pin
from servers import HERE, SERVING, Client, Postgres, cpu_of, load, postgres, site

import office

BENCH = "dossier_page"
PEERS = {"Flask": "peers/flask_site.py", "Django": "peers/django_site.py"}
OURS = "ours"
SECONDS, ROUNDS = 1.5, 4
WARMED_A_SECOND = 80
GUIDE = f"/guides/{filled.GUIDE}"


def log_in(port: int, userid: str, password: str) -> list[str]:
    """Log in as a browser does and return the header that says who one is."""
    client = Client(port)
    jar: dict[str, str] = {}
    _, head, body = client.get("/login")
    jar |= _cookies(head)
    hidden = dict(re.findall(rb'type="hidden" name="(\w+)" value="([^"]*)"', body))
    form = {name.decode(): value.decode() for name, value in hidden.items()}
    answer = urlencode({**form, "userid": userid, "password": password}).encode()
    status, head, _ = client.send("POST", "/login", _headers(jar), answer)
    client.close()
    if status not in (302, 303):
        raise SystemExit(f"log-in on port {port}: {status}")
    return _headers(jar | _cookies(head))


def _cookies(head: bytes) -> dict[str, str]:
    return dict(re.findall(r"\r\nset-cookie: ([^=]+)=([^;\r]*)", head.decode(), re.IGNORECASE))


def _headers(jar: dict[str, str]) -> list[str]:
    return ["Cookie: " + "; ".join(f"{name}={value}" for name, value in jar.items())]


def same_words(pages: dict[str, bytes]) -> None:
    """Insist that all show the same text, or the figures would compare different pages."""
    texts = {name: _words(page) for name, page in pages.items()}
    for name, text in texts.items():
        if text != texts[OURS]:
            lost = [one for one in texts[OURS] if one not in text] + [
                one for one in text if one not in texts[OURS]
            ]
            raise SystemExit(f"{name} shows another page: {lost}")


def _words(page: bytes) -> list[str]:
    body = page.decode().split("<body>")[1]
    return sorted(" ".join(re.sub(r"<[^>]+>", " ", body).split()).split())


def turns(rates: dict[str, list[float]], ask: dict[str, object]) -> None:
    """Measure one after the other, round by round, so that a busy minute hits all."""
    for _ in range(ROUNDS):
        for name, measure in ask.items():
            rates.setdefault(name, []).append(measure())


def tell(name: str, unit: str, rates: dict[str, list[float]]) -> None:
    """Print ours beside each of the others; the ratio is the middle of the rounds' own ratios."""
    for peer in rates:
        if peer != OURS:
            ratio = middle([mine / theirs for mine, theirs in zip(rates[OURS], rates[peer], strict=True)])
            theirs = middle(rates[peer])
            figure(BENCH, name, ratio * theirs, unit, n=len(rates[peer]), peer=peer, peer_value=theirs)


def main(many: int) -> None:
    """Fill all three and measure them."""
    os.sched_setaffinity(0, {LOAD_CORE})
    with ExitStack() as stack:
        instance = stack.enter_context(office.folder())
        database = stack.enter_context(postgres())
        opened = office.open_office(instance)
        clerk, made = filled.fill(opened, many)
        filled.write(opened, clerk, instance / "rows.json")
        opened.close()
        ports = {OURS: stack.enter_context(site("own_site.py", str(instance)))}
        client = Client(ports[OURS])
        (instance / "guide.html").write_bytes(client.get(GUIDE)[2])
        client.close()
        for name, program in PEERS.items():
            uri = database.create(name.lower())
            fill = [sys.executable, "-W", "ignore", str(HERE / program), "fill", uri]
            subprocess.run([*fill, str(instance / "rows.json"), str(instance / "guide.html")], check=True)
            database.analyse(name.lower())
            ports[name] = stack.enter_context(site(program, "serve", uri, "1"))
            ports[f"{name}, reads not recorded"] = stack.enter_context(site(program, "serve", uri, "0"))
        measure(ports, clerk, [f"/dossiers/{dossier}" for dossier in made], database)


def measure(ports: dict[str, int], clerk: str, paths: list[str], database: Postgres) -> None:
    """Compare what is shown, then how fast, and what a page takes of the processor, the peers' database included."""
    who = {name: log_in(port, clerk, filled.PASSWORD) for name, port in ports.items()}
    same_words({name: _page(port, paths[-1], who[name]) for name, port in ports.items()})
    # As in the middle of a day: each of our four connections has met most cases, PostgreSQL has its pages in memory.
    for name, port in ports.items():
        load(port, paths, who[name], seconds=max(1.0, len(paths) / WARMED_A_SECOND if name == OURS else 0))
    rates: dict[str, list[float]] = {}
    costs: dict[str, list[float]] = {}

    def ask(name: str) -> float:
        before = cpu_of(SERVING[ports[name]]) + database.cpu()
        rate = load(ports[name], paths, who[name], seconds=SECONDS)
        used = cpu_of(SERVING[ports[name]]) + database.cpu() - before
        costs.setdefault(name, []).append(1000 * used / (rate * SECONDS))
        return rate

    turns(rates, {name: lambda name=name: ask(name) for name in ports})
    tell("case page", "requests/s", rates)
    tell("case page, processor time", "ms/request", costs)
    public = {name: port for name, port in ports.items() if "," not in name}
    rates = {}
    turns(rates, {name: lambda name=name: load(public[name], [GUIDE], seconds=SECONDS) for name in public})
    tell("cached public guide", "requests/s", rates)
    tags = {name: _tag(port) for name, port in public.items()}
    rates = {}
    turns(
        rates,
        {
            name: lambda name=name: load(public[name], [GUIDE], tags[name], seconds=SECONDS, expect=304)
            for name in public
        },
    )
    tell("cached public guide, not modified (304)", "requests/s", rates)


def _page(port: int, path: str, who: list[str]) -> bytes:
    client = Client(port)
    status, _, body = client.get(path, who)
    client.close()
    if status != 200:
        raise SystemExit(f"{path} on port {port}: {status}")
    return body


def _tag(port: int) -> list[str]:
    client = Client(port)
    head = client.get(GUIDE)[1].decode()
    client.close()
    return ["If-None-Match: " + re.search(r"\r\netag: ([^\r]+)", head + "\r", re.IGNORECASE)[1]]


if __name__ == "__main__":
    pin(SERVER_CORE)
    main(int(sys.argv[1]) if len(sys.argv) > 1 else filled.DOSSIERS)
