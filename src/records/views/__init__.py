"""What is shown: thin views that read a request, call one operation and choose an answer."""

from __future__ import annotations

from pyramid.config import Configurator


def includeme(config: Configurator) -> None:
    """Open the rooms behind the counter: files, pages, the API."""
    config.include(".uploads")
    config.include(".templating")
    config.include(".api")
    config.include("records.forms.widgets")
    config.include(".layout")
    config.include(".session")
    config.include(".desk")
    config.include(".applicants")
    config.include(".dossiers")
    config.include(".files")
    config.include(".search")
    config.include(".public")
    config.include(".progress")
    config.include(".cached")
    config.include(".archives")
    config.include(".guides")
    config.include(".admin")
