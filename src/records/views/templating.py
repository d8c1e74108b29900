"""How pages are drawn (页面模板): Chameleon for every ``.pt``, with our layout, languages and address functions.

``config.include("records.views.templating")`` is all an application needs. Names are asset specs or short names below
``records:templates``. Every template sees ``layout`` and ``parts`` (the macros), and the globals listed in
``page_globals``; a later ``BeforeRender`` subscriber may replace any of them, and the view's own values win over all.
"""

from __future__ import annotations

import os
import random
import secrets
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from hashlib import sha256
from html import escape
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import chameleon.template
from chameleon import PageTemplateFile, PageTemplateLoader
from chameleon.config import CACHE_DIRECTORY
from chameleon.loader import ModuleLoader
from chameleon.template import BaseTemplate
from pyramid.csrf import get_csrf_token
from pyramid.events import BeforeRender
from pyramid.i18n import Localizer, get_localizer
from pyramid.path import AssetResolver
from pyramid.response import Response
from pyramid.security import NO_PERMISSION_REQUIRED
from pyramid.settings import asbool
from translationstring import ChameleonTranslate, TranslationString

from records.i18n import DOMAIN, LANGUAGES, _, language_tag
from records.resources.site import Site

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.interfaces import IRendererInfo
    from pyramid.request import Request

ROOT = Path(__file__).parent.parent
TEMPLATES = ROOT / "templates"
STATIC = ROOT / "static"
SIZES = ("large", "huge")
MOST_KNOWN = 4096
"""Sentences a language remembers translated."""
SIGN = '<svg class="icon" aria-hidden="true" focusable="false"><use href="{address}"></use></svg>'
# deform draws these with a loader of its own; they know nothing of pages.
WIDGETS = TEMPLATES / "widgets"


@dataclass(frozen=True, slots=True)
class Look:
    """How this reader wants pages (显示方式): size "", "large" or "huge"; contrast "" or "high"; language tag."""

    size: str = ""
    contrast: str = ""
    lang: str = "zh-Hans"


def look_of(request: Request) -> Look:
    """Return the reader's look from the cookies ``size`` and ``contrast``; ``?da=1`` asks for large type once."""
    size = request.cookies.get("size", "")
    if size not in SIZES:
        size = "large" if request.GET.get("da") == "1" else ""
    contrast = "high" if request.cookies.get("contrast") == "high" else ""
    return Look(size, contrast, language_tag(request.locale_name))


class Names(dict[str, Any]):
    """The names a template sees. Chameleon copies them at every macro, and its own class does so key by key in Python."""

    __slots__ = ()

    get_name = dict.__getitem__

    def __missing__(self, name: str) -> Any:
        raise NameError(name)

    def copy(self) -> Names:
        """Return the same names for a macro to add its own to; global ones come back beside this."""
        return Names(self)


# Chameleon asks no setting for it; a third of a page's time went into copying.
chameleon.template.Scope = Names


class Templates:
    """The compiled pages (模板): found by asset spec or by short name below ``records:templates``."""

    def __init__(self, *, reload: bool) -> None:
        self._load = PageTemplateLoader(str(TEMPLATES), auto_reload=reload, strict=True).load
        self._resolve = AssetResolver("records").resolve
        self.reload = reload
        self._macros: dict[str, Macros] = {}
        self.feet: dict[tuple[str, ...], tuple[str, str, str]] = {}

    def __getitem__(self, name: str) -> PageTemplateFile:
        """Return the template of this name, compiled once."""
        return self._load(self._resolve(name).abspath() if ":" in name else name)

    def macros(self, name: str) -> Mapping[str, Any] | PageTemplateFile:
        """Return the macros of a template by name; while pages are redrawn when they change, always the newest."""
        if self.reload:
            return self[name]
        if name not in self._macros:
            self._macros[name] = Macros(self[name])
        return self._macros[name]

    def compile(self) -> int:
        """Compile every page now, so that the first reader does not wait; return how many there are.

        In any order, so that processes which keep their pages in one folder and start together share the work.
        """
        names = [path for path in TEMPLATES.rglob("*.pt") if WIDGETS not in path.parents]
        for path in random.sample(names, len(names)):
            self[path.relative_to(TEMPLATES).as_posix()].cook_check()
        return len(names)


def keep_compiled(folder: Path) -> None:
    """Keep compiled pages in a folder between starts, unless CHAMELEON_CACHE names one already.

    Set on the class, because Chameleon reads its own setting only when it is first imported, and a command imports it before it
    knows the instance. What lies there is run, so the folder is the owner's alone.
    """
    if CACHE_DIRECTORY is None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        BaseTemplate.loader = ModuleLoader(str(folder))


# What a kept page depends on beside its own text. Left to itself Chameleon reads the papers of every package that is installed,
# which is half a second of each start.
chameleon.template._pkg_digest = sha256(f"{version('Chameleon')} {sys.implementation.cache_tag}".encode())


@contextmanager
def a_second_hand(folder: Path) -> Iterator[None]:
    """Let a second process compile into an empty folder as well: the first start of an instance takes half as long."""
    if CACHE_DIRECTORY is not None or any(folder.iterdir()):
        yield
        return
    code = "from records.views.templating import templates; templates(reload=False).compile()"
    hand = subprocess.Popen(
        [sys.executable, "-c", code],
        env={**os.environ, "CHAMELEON_CACHE": str(folder)},
        stdin=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        hand.terminate()
        hand.wait()


@cache
def templates(*, reload: bool) -> Templates:
    """Return the process's templates; compiling is dear, so applications in one process share them."""
    return Templates(reload=reload)


@lru_cache(maxsize=16)
def translator(localizer: Localizer) -> Callable[..., str]:
    """Return the function by which Chameleon translates; text without a domain belongs to ours.

    What has no values to put in is looked up once for each language.
    """
    translate = ChameleonTranslate(localizer.translate)
    known: dict[tuple[str, str, str | None], str] = {}

    def in_our_domain(
        msgid: object,
        domain: str | None = None,
        mapping: Mapping[str, object] | None = None,
        context: str | None = None,
        default: str | None = None,
        **more: Any,
    ) -> str:
        if isinstance(msgid, TranslationString):
            plain = not (mapping or context or msgid.mapping or msgid.context)
            key = (msgid, msgid.domain or domain or DOMAIN, msgid.default or default)
        else:
            plain = isinstance(msgid, str) and not (mapping or context)
            key = (msgid, domain or DOMAIN, default)
        found = known.get(key) if plain else None
        if found is None:
            found = translate(
                msgid, domain=domain or DOMAIN, mapping=mapping, context=context, default=default, **more
            )
            if plain:
                if len(known) >= MOST_KNOWN:
                    known.clear()
                known[key] = found
        return found

    return in_our_domain


class Macros(dict[str, Any]):
    """The macros of one template that does not change while we run; Chameleon looks each up again at every use."""

    def __init__(self, template: PageTemplateFile) -> None:
        super().__init__()
        self._template = template

    def __missing__(self, name: str) -> Any:
        macro = self[name] = self._template.macros[name]
        return macro


HERE = "here-and-now"
"""Stands in a kept foot for the address of the page it is under."""


class Renderer:
    """Draws one template with a view's values."""

    def __init__(self, name: str, pages: Templates) -> None:
        self.template = pages[name]
        self.pages = pages
        self.macros = {"layout": pages.macros("layout.pt"), "parts": pages.macros("parts.pt")}

    def __call__(self, value: Mapping[str, Any], system: Mapping[str, Any]) -> str:
        """Return the page as text; the view's values win over the globals."""
        names = {**system, **self.macros, **value}
        request = system.get("request")
        if request is not None:
            names["translate"] = translator(get_localizer(request))
            names["foot"] = partial(self._foot, request, names)
        return self.template.render(**names)

    def _foot(self, request: Request, names: Mapping[str, Any]) -> str:
        """Return what stands below every page; it is the same for all but for the page's own address, and kept."""
        asked = ("look", "office_phone", "office_counter", "languages", "translate", "url", "sign")
        used = {name: names[name] for name in asked}
        key = (*map(str, (used["look"], used["office_phone"], used["office_counter"])), used["url"]("/"))
        known = self.pages.feet
        if key not in known or self.pages.reload:
            if len(known) >= MOST_KNOWN:
                known.clear()
            drawn = self.pages["foot.pt"].render(**used, here=HERE)
            known[key] = drawn.partition(HERE)
        before, _here, after = known[key]
        return f"{before}{escape(request.path_qs)}{after}"


def renderer_factory(info: IRendererInfo) -> Renderer:
    """Make the renderer of a ``.pt`` name for Pyramid."""
    settings = info.settings or {}
    return renderer(info.name, reload=asbool(settings.get("pyramid.reload_templates")))


@cache
def renderer(name: str, *, reload: bool) -> Renderer:
    """Return the process's renderer of a template; Pyramid asks for it again at every page."""
    return Renderer(name, templates(reload=reload))


def page_globals(request: Request) -> dict[str, Any]:
    """Return what every page may use, before the application's own globals.

    ``_``, ``url(path)``, ``static(name)``, ``sign(icon)`` (markup), ``csrf_token()`` (a call: asking for a token may start a session),
    ``once_key()`` (a fresh idempotency key), ``look``, ``languages``; and, empty until somebody sets them:
    ``office_name``, ``office_phone``, ``office_counter``, ``navigation``, ``user_name``, ``user_links``, ``flash``,
    ``errors``, ``query``.
    """
    return {
        "_": _,
        "url": partial(_url, request),
        "static": partial(_static, request),
        "sign": partial(_sign, request),
        "csrf_token": cache(partial(get_csrf_token, request)),
        "once_key": once_key,
        "look": look_of(request),
        "languages": LANGUAGES,
        "office_name": _("Cases and archives"),
        "office_phone": "",
        "office_counter": "",
        "navigation": (),
        "user_name": "",
        "user_links": (),
        "flash": (),
        "errors": (),
        "query": "",
    }


def once_key() -> str:
    """Return a fresh key by which a repeated submission is known (防重复提交): 128 random bits."""
    return secrets.token_urlsafe(16)


def _static(request: Request, name: str) -> str:
    known = request.registry.static_paths
    key = (request.environ.get("SCRIPT_NAME", ""), name)
    if key not in known:
        known[key] = request.static_path(f"records:static/{name}")
    return known[key]


def _sign(request: Request, name: str) -> str:
    """Return an icon of our own set as markup, kept because a page shows dozens of the same few."""
    known = request.registry.signs
    key = (request.environ.get("SCRIPT_NAME", ""), name)
    if key not in known:
        address = escape(f"{_static(request, 'icons.svg')}#{name}")
        known[key] = SIGN.format(address=address)
    return known[key]


def _url(request: Request, path: str) -> str:
    return request.script_name + path


def _add_globals(event: BeforeRender) -> None:
    if event["renderer_name"].endswith(".pt") and event["request"] is not None:
        for name, value in page_globals(event["request"]).items():
            event.setdefault(name, value)


def mark(context: object, request: Request) -> Response:
    """Answer browsers that ask for ``/favicon.ico`` unbidden with the mark that every page names."""
    response = Response((STATIC / "mark.svg").read_bytes(), content_type="image/svg+xml")
    response.cache_control.max_age = 86_400
    return response


class _ContentBuster:
    """Puts a digest of a static file into its address, so that browsers may keep it for a year."""

    def __call__(self, request: Request, subpath: str, kw: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        """Return the address with the query ``?v=`` and eight digits of the file's digest."""
        return subpath, {**kw, "_query": {"v": _digest(subpath)}}


@cache
def _digest(subpath: str) -> str:
    return sha256((STATIC / subpath).read_bytes()).hexdigest()[:8]


def includeme(config: Configurator) -> None:
    """Draw ``.pt`` pages, serve the static files under ``/static``, and compile all templates now."""
    settings = config.get_settings()
    reload = asbool(settings.get("pyramid.reload_templates"))
    folder = Path(settings["records.instance"]) / "templates" if "records.instance" in settings else None
    if folder is not None:
        keep_compiled(folder)
    config.registry.static_paths, config.registry.signs = {}, {}
    config.add_renderer(".pt", renderer_factory)
    config.add_subscriber(_add_globals, BeforeRender)
    config.add_static_view("static", "records:static", cache_max_age=0 if reload else 31_536_000)
    config.add_view(
        mark, name="favicon.ico", context=Site, request_method="GET", permission=NO_PERMISSION_REQUIRED
    )
    if not reload:
        config.add_cache_buster("records:static", _ContentBuster())
        with a_second_hand(folder) if folder is not None else nullcontext():
            templates(reload=False).compile()
