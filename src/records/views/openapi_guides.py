"""What the OpenAPI description says of guides that programs bring and of their editions."""

from __future__ import annotations

from records.domain.permissions import Permission

from .openapi_parts import ID, MATCH, ONCE, RESPONSES, query, within


def bring_guide() -> dict[str, dict]:
    """Describe how a program brings one guide as a draft."""
    return {
        "/guides": {
            "post": {
                "operationId": "guides.import",
                "summary": "Bring a guide as a draft of its unit; 422 with all findings when one blocks",
                "x-permission": Permission.GUIDE_DRAFT.value,
                "parameters": [ONCE],
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/yaml": {"schema": {"type": "string"}},
                        "application/json": {"schema": {"type": "object"}},
                    },
                },
                "responses": {
                    "201": {**RESPONSES["200"], "description": "The draft"},
                    "default": RESPONSES["default"],
                },
            }
        }
    }


def lists() -> dict[str, dict]:
    """Describe how a program brings a list of guides: hand it in, ask what was found, have it stored."""
    one = within("list")
    draft = {"x-permission": Permission.GUIDE_DRAFT.value, "responses": RESPONSES}
    form = {"file": {"type": "string", "format": "binary"}, "source": {"type": "string"}}
    form |= {option: {"type": "string"} for option in ("tolerant", "whole")}
    return {
        "/guides/lists": {
            "post": {
                "operationId": "guides.lists",
                "summary": "Bring a list of guides (XLSX or JSON) for its look-over; 202 with its id",
                "parameters": [ONCE],
                "requestBody": {
                    "required": True,
                    "content": {"multipart/form-data": {"schema": {"type": "object", "properties": form}}},
                },
                **draft,
            }
        },
        "/guides/lists/{list}": {
            "get": {
                "operationId": "guides.list",
                "summary": "Tell how far a list is and what was found",
                "parameters": [one],
                **draft,
            }
        },
        "/guides/lists/{list}/apply": {
            "post": {
                "operationId": "guides.list.apply",
                "summary": "Store a list that was looked over as drafts",
                "parameters": [one, ONCE],
                **draft,
            }
        },
        "/guides/sources": {
            "post": {
                "operationId": "guides.sources",
                "summary": "Keep how a source writes its lists",
                "parameters": [ONCE],
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": {"type": "object"}}},
                },
                **draft,
            }
        },
    }


def editions() -> dict[str, dict]:
    """Return the paths of the editions of a guide."""
    version = {"name": "version", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 0}}

    def get(
        name: str, summary: str, *parameters: dict, permission: Permission = Permission.GUIDE_VIEW
    ) -> dict:
        return {
            "get": {
                "operationId": f"guides.{name}",
                "summary": summary,
                "x-permission": permission.value,
                "parameters": [ID, *parameters],
                "responses": RESPONSES,
            }
        }

    put = {
        "operationId": "guides.draft.put",
        "summary": "Save the one draft; 412 with who and when if another editor has saved since",
        "x-permission": Permission.GUIDE_DRAFT.value,
        "parameters": [ID, {**MATCH, "description": "The ETag (digest) of the text that was read."}, ONCE],
        "requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}},
        "responses": RESPONSES,
    }
    one = "/guides/{id}/versions/{version}"
    against = query("against")
    return {
        "/guides/{id}/versions": get("versions", "List the editions of a guide"),
        one: get("version", "Show an edition with its content; its ETag is the digest", version),
        f"{one}/changes": get("changes", "Tell in words what an edition changes", version, against),
        f"{one}/impact": get(
            "impact",
            "Tell what an edition touches; version 0 is the abolition",
            version,
            permission=Permission.GUIDE_IMPACT,
        ),
        "/guides/{id}/draft": {**get("draft", "Show the open edition"), "put": put},
    }
