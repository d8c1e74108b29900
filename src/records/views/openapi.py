"""The OpenAPI 3.1 description, made from the same table of verbs the routes are made from."""

from __future__ import annotations

from functools import cache

import colander

from records.domain.permissions import Permission
from records.forms.fetching import AskPlatform
from records.forms.searching import AskSearch
from records.forms.standards import Days, Several
from records.forms.types import Answers, Day, Word, Yes
from records.forms.verbs import VERBS, Verb

from . import openapi_archives, openapi_guides
from .openapi_parts import ID, MATCH, ONCE, PROBLEM, RESPONSES, query, reading
from .openapi_reads import reads

SHOWN = (
    "applicants", "materials", "dossiers", "notices", "archives", "batches", "guides", "people", "feedback", "fetches", "custody", "handovers", "holds", "dispositions", "transfers", "openings", "synonyms", "standards", "one_things", "media", "boxes", "volumes", "fonds_papers",
)  # fmt: skip
"""Nouns of which one can be shown by its id."""


@cache
def specification() -> dict[str, object]:
    """Return the whole description as plain values."""
    paths: dict[str, dict] = {}
    for verb in VERBS:
        path = f"/{verb.noun}/{{id}}/{verb.name}" if verb.subject else f"/{verb.noun}/{verb.name}"
        paths.setdefault(path, {})["post"] = _operation(verb)
    for noun in SHOWN:
        paths[f"/{noun}/{{id}}"] = {"get": reading(f"{noun}.show", [ID], f"Show one of the {noun}")}
    parts = (
        reads, _searching, _platforms, openapi_guides.bring_guide, openapi_guides.lists, openapi_guides.editions,
        openapi_archives.holdings, openapi_archives.imports, openapi_archives.packages, openapi_archives.registers,
    )  # fmt: skip
    for part in parts:
        paths |= part()
    itself = {
        "operationId": "openapi",
        "security": [],
        "responses": {"200": {"description": "This description"}},
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "Juanzong 卷宗", "version": "1"},
        "servers": [{"url": "/api/v1"}],
        "security": [{"bearer": []}],
        "components": {
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
            "schemas": {"Problem": PROBLEM},
        },
        "paths": {**paths, "/openapi.json": {"get": itself}},
    }


def _searching() -> dict[str, dict]:
    """Describe the search, and the eligibility questions of a guide."""
    return {
        "/search": {
            "get": {
                **reading("search", map(query, ("in", "q", "after"))),
                "description": "Refused when an address would hold a personal number: use POST then.",
            },
            "post": {
                **reading(
                    "search.post",
                    (),
                    "Search with the words in the body; changes nothing",
                    Permission.SEARCH_DESK,
                ),
                "requestBody": {"content": {"application/json": {"schema": _schema(AskSearch())}}},
            },
        },
        "/guides/{id}/eligibility": {
            "get": {
                **reading("guides.eligibility", [ID]),
                "summary": "Whether one can apply: the next question or the verdict",
                "description": "Every answer is a query parameter under the key of its question; several may repeat. "
                "400 with the findings when an answer makes no sense.",
                "security": [],
            }
        },
    }


def _platforms() -> dict[str, dict]:
    """Describe how a platform is called again."""
    return {
        "/platforms/retry": {
            "post": {
                "operationId": "platforms.retry",
                "summary": "Call a platform again at once, with everything that is owed of it",
                "x-permission": Permission.JOB_RETRY.value,
                "parameters": [ONCE],
                "requestBody": {"content": {"application/json": {"schema": _schema(AskPlatform())}}},
                "responses": RESPONSES,
            }
        }
    }


def _operation(verb: Verb) -> dict[str, object]:
    schema = _schema(verb.form())
    media = "application/json"
    if verb.file:
        media = "multipart/form-data"
        one = {"type": "string", "format": "binary"}
        schema["properties"][verb.file] = {"type": "array", "items": one, "minItems": 1} if verb.more else one
        if verb.file_required:
            schema.setdefault("required", []).append(verb.file)
    return {
        "operationId": f"{verb.noun}.{verb.name}",
        "summary": str(verb.title),
        "x-permission": verb.permission.value,
        "parameters": [*([ID, MATCH] if verb.subject else []), ONCE],
        "requestBody": {"content": {media: {"schema": schema}}},
        "responses": RESPONSES,
    }


def _schema(node: colander.SchemaNode) -> dict[str, object]:
    match node.typ:
        case colander.Mapping():
            required = [child.name for child in node if child.required]
            found = {
                "type": "object",
                "additionalProperties": False,
                "properties": {child.name: _schema(child) for child in node},
            }
            return {**found, "required": required} if required else found
        case colander.Sequence():
            return {"type": "array", "items": _schema(node.children[0])}
        case Word(terms=terms):
            return {"type": "string", "enum": [term.value for term in terms]}
        case Day():
            return {"type": "string", "format": "date"}
        case Yes():
            return {"type": "boolean"}
        case Answers():
            texts = {"type": "array", "items": {"type": "string"}}
            answer = {"oneOf": [{"type": "boolean"}, {"type": "string"}, texts]}
            return {"type": "object", "additionalProperties": answer}
        case Several(known=known):
            words = {"type": "string", "enum": list(known)} if known else {"type": "string", "maxLength": 120}
            return {"type": "array", "items": words}
        case Days():
            return {"type": ["integer", "null"], "minimum": 0}
        case colander.Integer():
            return {"type": "integer", "minimum": 1}
        case _:
            return {"type": "string", "maxLength": node.validator.max}
