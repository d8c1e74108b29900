"""Parts that the OpenAPI description is put together from: parameters, answers, and one reading."""

from __future__ import annotations

from collections.abc import Iterable

from records.domain.permissions import Permission

ID = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
ONCE = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "A repetition gets the first answer; with another body it is refused (422 idempotency.other-body).",
    "schema": {"type": "string", "maxLength": 200},
}
MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "The ETag that was read; 412 when the record has changed since.",
    "schema": {"type": "string"},
}
PROBLEM = {
    "type": "object",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "findings": {"type": "array", "items": {"type": "object"}},
    },
}
RESPONSES = {
    "200": {"description": "Done", "content": {"application/json": {"schema": {"type": "object"}}}},
    "default": {
        "description": "Refused, with all findings",
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    },
}


def query(name: str) -> dict[str, object]:
    """Return a query parameter that may be left out."""
    return {"name": name, "in": "query", "required": False, "schema": {"type": "string"}}


def within(name: str) -> dict[str, object]:
    """Return a part of the path."""
    return {**ID, "name": name}


def reading(
    name: str, parameters: Iterable[dict], summary: str = "", permission: Permission | None = None
) -> dict[str, object]:
    """Return what reads and changes nothing; without a permission it tells of none."""
    found: dict[str, object] = {"operationId": name, "parameters": list(parameters), "responses": RESPONSES}
    if summary:
        found["summary"] = summary
    if permission is not None:
        found["x-permission"] = permission.value
    return found
