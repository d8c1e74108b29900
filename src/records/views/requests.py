"""The request (请求): one class for all, with everything that the house adds to it.

Pyramid makes a new class for each request when properties are added to it, which takes its time, leaves garbage behind,
and makes Python forget what it knew of the old one. What is added is settled when the application is made, so one
class does.
"""

from __future__ import annotations

from pyramid.config import Configurator
from pyramid.events import ApplicationCreated


def settle(event: ApplicationCreated) -> None:
    """Put all added methods and properties into one class, and let the application make its requests of that."""
    app = event.app
    if app.request_extensions is None:
        return
    made = app.request_factory
    added = {**app.request_extensions.methods, **app.request_extensions.descriptors}
    app.request_factory = type(made.__name__, (made,), {"__module__": made.__module__, **added})
    app.request_extensions = None


def includeme(config: Configurator) -> None:
    """Settle the class when everything has been added."""
    config.add_subscriber(settle, ApplicationCreated)
