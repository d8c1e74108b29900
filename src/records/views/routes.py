"""Which addresses are routes (路由): the API's and the static files'; every other one is a thing of the tree.

A page would otherwise be compared with the pattern of each verb of the API before its thing is looked for.
"""

from __future__ import annotations

from pyramid.config import Configurator
from pyramid.interfaces import IRoutesMapper
from pyramid.request import Request
from pyramid.urldispatch import Route, RoutesMapper

UNDER = ("/api/", "/static/")


class Routes(RoutesMapper):
    """Pyramid's table of routes, asked only for addresses that can be in it."""

    def connect(self, name: str, pattern: str, *arguments: object, **more: object) -> Route:
        """Add a route; one that could never be found is a broken program."""
        if not f"/{pattern.lstrip('/')}".startswith(UNDER):
            raise ValueError(f"{name}: {pattern} is not under {' or '.join(UNDER)}")
        return super().connect(name, pattern, *arguments, **more)

    def __call__(self, request: Request) -> dict[str, object]:
        """Return the route of a request and what its pattern took from the address, None for both when there is none."""
        if not request.environ.get("PATH_INFO", "").startswith(UNDER):
            return {"route": None, "match": None}
        return super().__call__(request)


def includeme(config: Configurator) -> None:
    """Take this table in place of Pyramid's; it must be there before the first route."""
    config.registry.registerUtility(Routes(), IRoutesMapper)
