"""Which language a page speaks (语言): Chinese unless the reader asks for English.

Sentences in code and templates are short English msgids in the domain ``records``; the Chinese catalogue is complete,
English is the msgids themselves. Rooms above the rules use ``_``; the domain and the rules speak in codes.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from pyramid.i18n import Localizer, get_localizer, make_localizer
from pyramid.path import AssetResolver
from pyramid.threadlocal import get_current_request
from translationstring import TranslationStringFactory

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.request import Request

DOMAIN = "records"
DEFAULT = "zh_Hans"
LANGUAGES = {"zh_Hans": "中文", "en": "English"}
# Ours last: a later folder wins, and colander's own Chinese is incomplete and partly wrong.
CATALOGUES = ("colander:locale", "deform:locale", "records:locale")

_ = TranslationStringFactory(DOMAIN)


def negotiate(request: Request) -> str:
    """Return the language of this request (语言): ``?lang=`` wins over the cookie ``lang``, else Chinese."""
    # Never request.params: asking for a language must not read the body of a write.
    for wish in (request.GET.get("lang"), request.cookies.get("lang")):
        if wish in LANGUAGES:
            return wish
    return DEFAULT


def localizer(language: str = DEFAULT) -> Localizer:
    """Return the translator of a language for work that has no request (jobs, commands)."""
    resolver = AssetResolver()
    return make_localizer(language, [resolver.resolve(spec).abspath() for spec in CATALOGUES])


def translate(text: str) -> str:
    """Return a sentence in the language of the current request; without a request, in Chinese."""
    request = get_current_request()
    return (_plain() if request is None else get_localizer(request)).translate(text)


def language_tag(language: str) -> str:
    """Return the language as HTML writes it, ``zh-Hans`` for ``zh_Hans``."""
    return language.replace("_", "-")


@cache
def _plain() -> Localizer:
    return localizer()


def includeme(config: Configurator) -> None:
    """Choose the language of every request and load the catalogues."""
    config.add_settings({"pyramid.default_locale_name": DEFAULT, "default_locale_name": DEFAULT})
    config.set_locale_negotiator(negotiate)
    config.add_translation_dirs(*CATALOGUES)
