"""The OpenAPI 3.1 description, made from the same table of verbs the routes are made from."""

from __future__ import annotations

from functools import cache

import colander

from records.forms.types import Answers, Day, Word, Yes
from records.forms.verbs import VERBS, Verb


@cache
def specification() -> dict[str, object]:
    """Return the whole description as plain values."""
    paths: dict[str, dict] = {}
    for verb in VERBS:
        path = f"/{verb.noun}/{{id}}/{verb.name}" if verb.subject else f"/{verb.noun}/{verb.name}"
        paths.setdefault(path, {})["post"] = _operation(verb)
    for noun in ("applicants", "materials", "dossiers", "notices", "archives", "guides"):
        paths[f"/{noun}/{{id}}"] = {
            "get": {
                "operationId": f"{noun}.show",
                "summary": f"Show one of the {noun}",
                "parameters": [_ID],
                "responses": _RESPONSES,
            }
        }
    paths["/search"] = {"get": _search("search", [_query("in"), _query("q"), _query("after")])}
    paths["/public/guides"] = {
        "get": {**_search("guides.search", [_query("q"), _query("after")]), "security": []}
    }
    paths["/openapi.json"] = {
        "get": {
            "operationId": "openapi",
            "security": [],
            "responses": {"200": {"description": "This description"}},
        }
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "Juanzong 卷宗", "version": "1"},
        "servers": [{"url": "/api/v1"}],
        "security": [{"bearer": []}],
        "components": {
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
            "schemas": {"Problem": _PROBLEM},
        },
        "paths": paths,
    }


_ID = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
_ONCE = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "maxLength": 200},
}
_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "The ETag that was read; 412 when the record has changed since.",
    "schema": {"type": "string"},
}
_PROBLEM = {
    "type": "object",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "findings": {"type": "array", "items": {"type": "object"}},
    },
}
_RESPONSES = {
    "200": {"description": "Done", "content": {"application/json": {"schema": {"type": "object"}}}},
    "default": {
        "description": "Refused, with all findings",
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    },
}


def _query(name: str) -> dict[str, object]:
    return {"name": name, "in": "query", "required": False, "schema": {"type": "string"}}


def _search(name: str, parameters: list) -> dict[str, object]:
    return {"operationId": name, "parameters": parameters, "responses": _RESPONSES}


def _operation(verb: Verb) -> dict[str, object]:
    schema = _schema(verb.form())
    media = "application/json"
    if verb.file:
        media = "multipart/form-data"
        schema["properties"][verb.file] = {"type": "string", "format": "binary"}
        if verb.file_required:
            schema.setdefault("required", []).append(verb.file)
    return {
        "operationId": f"{verb.noun}.{verb.name}",
        "summary": str(verb.title),
        "x-permission": verb.permission.value,
        "parameters": [*([_ID, _MATCH] if verb.subject else []), _ONCE],
        "requestBody": {"content": {media: {"schema": schema}}},
        "responses": _RESPONSES,
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
            return {"type": "object", "additionalProperties": {"type": "boolean"}}
        case colander.Integer():
            return {"type": "integer", "minimum": 1}
        case _:
            return {"type": "string", "maxLength": node.validator.max}
