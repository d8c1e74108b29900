"""Juanzong 卷宗: dossiers, service guides and archives for Chinese government service centres.

:func:`main` is the table of contents: what is included, in reading order.
"""

from __future__ import annotations


def main(global_config: dict, **settings: object) -> object:
    """Return the application of one instance, as ``pserve`` and the command line start it.

    Pyramid is imported inside, so that a child process that reads one room does not load the whole house.
    """
    from pyramid.config import Configurator

    settings["records.script"] = global_config.get("__script__", "")
    with Configurator(settings=settings) as config:
        config.include("records.operations.services")  # database, store, vault, clock, engines
        config.include("records.clock")  # request.now and request.today, from one clock
        config.include("records.db")  # connection, transaction, write lock, admission and preparation
        config.include("records.i18n")  # zh_Hans first, English complete
        config.include("records.security")  # default deny, sessions, tokens, form tokens, once
        config.include("records.migrations")  # no serving on a database with unfinished steps
        config.include("records.views")  # pages, files, the API
        config.include("records.jobs")  # the worker's thread, for servers only
    return config.make_wsgi_app()
