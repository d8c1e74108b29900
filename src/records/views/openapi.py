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


@cache
def specification() -> dict[str, object]:
    """Return the whole description as plain values."""
    paths: dict[str, dict] = {}
    for verb in VERBS:
        path = f"/{verb.noun}/{{id}}/{verb.name}" if verb.subject else f"/{verb.noun}/{verb.name}"
        paths.setdefault(path, {})["post"] = _operation(verb)
    for noun in (
        "applicants",
        "materials",
        "dossiers",
        "notices",
        "archives",
        "guides",
        "people",
        "feedback",
        "fetches",
        "custody",
        "handovers",
        "synonyms",
        "standards",
        "one_things",
    ):
        paths[f"/{noun}/{{id}}"] = {
            "get": {
                "operationId": f"{noun}.show",
                "summary": f"Show one of the {noun}",
                "parameters": [_ID],
                "responses": _RESPONSES,
            }
        }
    paths["/search"] = {
        "get": {
            **_search("search", [_query("in"), _query("q"), _query("after")]),
            "description": "Refused when an address would hold a personal number: use POST then.",
        },
        "post": {
            **_search("search.post", []),
            "summary": "Search with the words in the body; changes nothing",
            "x-permission": Permission.SEARCH_DESK.value,
            "requestBody": {"content": {"application/json": {"schema": _schema(AskSearch())}}},
        },
    }
    paths["/guides"] = {
        "post": {
            "operationId": "guides.import",
            "summary": "Bring a guide as a draft of its unit; 422 with all findings when one blocks",
            "x-permission": Permission.GUIDE_DRAFT.value,
            "parameters": [_ONCE],
            "requestBody": {
                "required": True,
                "content": {
                    "application/yaml": {"schema": {"type": "string"}},
                    "application/json": {"schema": {"type": "object"}},
                },
            },
            "responses": {
                "201": {**_RESPONSES["200"], "description": "The draft"},
                "default": _RESPONSES["default"],
            },
        }
    }
    paths |= _editions()
    paths |= _lists()
    paths["/lint"] = {"get": _search("lint", [_query("name"), _query("text")])}
    paths["/guides/{id}/eligibility"] = {
        "get": {
            **_search("guides.eligibility", [_ID]),
            "summary": "Whether one can apply: the next question or the verdict",
            "description": "Every answer is a query parameter under the key of its question; several may repeat. "
            "400 with the findings when an answer makes no sense.",
            "security": [],
        }
    }
    paths["/things/{key}"] = {
        "get": {
            **_search("things", [{**_ID, "name": "key"}]),
            "summary": "A package of items: the next question and what is certain so far",
            "security": [],
        }
    }
    paths["/one_things"] = {
        "get": {
            **_search("one_things", []),
            "summary": "Packages of items in use and withdrawn, with their text and who published it",
            "x-permission": Permission.GUIDE_VIEW.value,
        }
    }
    paths["/overrides"] = {
        "get": {
            **_search("overrides", []),
            "summary": "What was taken again although held: one's own first, then by window, clerk and reason",
            "x-permission": Permission.DESK_VIEW.value,
        }
    }
    paths["/fetches"] = {
        "get": {
            **_search("fetches", [_query("state")]),
            "summary": "What one's units still have to fetch from other organs, by due day; or what is settled",
            "x-permission": Permission.DESK_VIEW.value,
        }
    }
    paths["/library-imports"] = {
        "get": {
            **_search("library-imports", []),
            "summary": "Imported papers that nobody has compared with their picture yet",
            "x-permission": Permission.MATERIAL_VERIFY.value,
        }
    }
    paths["/validity"] = {
        "get": {
            **_search("validity", []),
            "summary": "Cases of one's units not yet decided with a material that holds no longer, by due day",
            "x-permission": Permission.DESK_VIEW.value,
        }
    }
    paths["/custody"] = {
        "get": {
            **_search("custody", [_query("state"), _query("code"), _query("keeper")]),
            "summary": "Paper originals of one's units: in one state, of one keeper, or behind a code that was scanned",
            "x-permission": Permission.DESK_VIEW.value,
        }
    }
    paths["/platforms"] = {
        "get": {
            **_search("platforms", []),
            "summary": "How each platform has answered of late",
            "x-permission": Permission.JOB_VIEW.value,
        }
    }
    paths["/platforms/retry"] = {
        "post": {
            "operationId": "platforms.retry",
            "summary": "Call a platform again at once, with everything that is owed of it",
            "x-permission": Permission.JOB_RETRY.value,
            "parameters": [_ONCE],
            "requestBody": {"content": {"application/json": {"schema": _schema(AskPlatform())}}},
            "responses": _RESPONSES,
        }
    }
    month = [_query("month"), _query("unit")]
    paths["/burden"] = {
        "get": {
            **_search("burden", month),
            "summary": "The burden ledger of a month by unit and guide and by window",
            "x-permission": Permission.BURDEN_VIEW.value,
        }
    }
    paths["/burden/cases"] = {
        "get": {
            **_search("burden.cases", [*month, _query("guide"), _query("figure"), _query("window")]),
            "summary": "The cases behind one figure of the burden ledger",
            "x-permission": Permission.BURDEN_VIEW.value,
        }
    }
    paths["/unanswered"] = {
        "get": {
            **_search("unanswered", []),
            "summary": "Words that found nothing in the public search",
            "x-permission": Permission.UNANSWERED_VIEW.value,
        }
    }
    paths["/standards"] = {
        "get": {
            **_search("standards", []),
            "summary": "Standard materials with their names and how often guides ask for them",
            "x-permission": Permission.STANDARD_VIEW.value,
        }
    }
    paths["/merge-plan"] = {
        "get": {
            **_search("standards.plan", [_query("code"), _query("into")]),
            "summary": "What merging one standard material into another would change",
            "x-permission": Permission.STANDARD_VIEW.value,
        }
    }
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


def _lists() -> dict[str, dict]:
    """Describe how a program brings a list of guides: hand it in, ask what was found, have it stored."""
    one = {"name": "list", "in": "path", "required": True, "schema": {"type": "string"}}
    draft = {"x-permission": Permission.GUIDE_DRAFT.value, "responses": _RESPONSES}
    form = {"file": {"type": "string", "format": "binary"}, "source": {"type": "string"}}
    form |= {option: {"type": "string"} for option in ("tolerant", "whole")}
    return {
        "/guides/lists": {
            "post": {
                "operationId": "guides.lists",
                "summary": "Bring a list of guides (XLSX or JSON) for its look-over; 202 with its id",
                "parameters": [_ONCE],
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
                "parameters": [one, _ONCE],
                **draft,
            }
        },
        "/guides/sources": {
            "post": {
                "operationId": "guides.sources",
                "summary": "Keep how a source writes its lists",
                "parameters": [_ONCE],
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": {"type": "object"}}},
                },
                **draft,
            }
        },
    }


_ID = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
_ONCE = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "A repetition gets the first answer; with another body it is refused (422 idempotency.other-body).",
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


def _editions() -> dict[str, dict]:
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
                "parameters": [_ID, *parameters],
                "responses": _RESPONSES,
            }
        }

    put = {
        "operationId": "guides.draft.put",
        "summary": "Save the one draft; 412 with who and when if another editor has saved since",
        "x-permission": Permission.GUIDE_DRAFT.value,
        "parameters": [_ID, {**_MATCH, "description": "The ETag (digest) of the text that was read."}, _ONCE],
        "requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}},
        "responses": _RESPONSES,
    }
    one = "/guides/{id}/versions/{version}"
    against = _query("against")
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


def _query(name: str) -> dict[str, object]:
    return {"name": name, "in": "query", "required": False, "schema": {"type": "string"}}


def _search(name: str, parameters: list) -> dict[str, object]:
    return {"operationId": name, "parameters": parameters, "responses": _RESPONSES}


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
