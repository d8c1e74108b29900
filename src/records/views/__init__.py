"""What is shown: thin views that read a request, call one operation and choose an answer."""

from __future__ import annotations

from pyramid.config import Configurator


def includeme(config: Configurator) -> None:
    """Open the rooms behind the counter: files, pages, the API."""
    config.include(".requests")
    config.include(".addresses")
    config.include(".broken")
    config.include(".uploads")
    config.include(".templating")
    config.include(".api")
    config.include(".editions")
    config.include("records.forms.widgets")
    config.include(".layout")
    config.include(".session")
    config.include(".desk")
    config.include(".applicants")
    config.include(".dossiers")
    config.include(".consents")
    config.include(".custody")
    config.include(".overrides")
    config.include(".fetching")
    config.include(".validity")
    config.include(".library_imports")
    config.include(".files")
    config.include(".search")
    config.include(".public")
    config.include(".asking_guides")
    config.include(".desk_things")  # packages of items for editors
    config.include(".one_things")
    config.include(".feedback")
    config.include(".unanswered")
    config.include(".guide_pages")
    config.include(".channels")
    config.include(".printed")
    config.include(".open_data")
    config.include(".kiosk")
    config.include(".progress")
    config.include(".cached")
    config.include(".archives")
    config.include(".guides")
    config.include(".guide_life")
    config.include(".editor")
    config.include(".imports")
    config.include(".lint")
    config.include(".standards")
    config.include(".burden")
    config.include(".admin")
