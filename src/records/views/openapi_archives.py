"""What the OpenAPI description says of the reports of the archives, of what is brought into them and what goes out."""

from __future__ import annotations

from records.domain.permissions import Permission

from .openapi_parts import ID, ONCE, RESPONSES, query, reading, within


def holdings() -> dict[str, dict]:
    """Describe the reports."""
    year = [query("year"), query("unit")]
    told = {
        "": (year, "How archiving stands, why items came back, what is held and how it grows"),
        "/records": (
            [*year, *map(query, ("kind", "a", "b", "c", "overdue"))],
            "The cases or items behind one figure: kind is closed, done, open, returned, held, grown, left or format",
        ),
        "/inspection.zip": (
            year,
            "The pack for an inspection: a workbook and a cover that names the parts without data",
        ),
    }
    return {
        f"/holdings{path}": {
            "get": {
                **reading(f"holdings{path.replace('/', '.')}", parameters, summary, Permission.HOLDINGS_VIEW)
            }
        }
        for path, (parameters, summary) in told.items()
    }


def imports() -> dict[str, dict]:
    """Describe how a program brings an existing archive: hand it in, ask what was found, have it entered, stopped or undone."""
    one = within("import")
    may = {"x-permission": Permission.ARCHIVE_IMPORT.value, "responses": RESPONSES}
    file, word = {"type": "string", "format": "binary"}, {"type": "string"}
    schema = {
        "type": "object",
        "properties": {"directory": file, "bundle": file, "fonds": word, "source": word},
    }
    texts = {"type": "object", "additionalProperties": word}
    mapping = {
        "type": "object",
        "required": ["name"],
        "properties": {
            "name": word,
            "columns": texts,
            "given": texts,
            "words": {"type": "object", "additionalProperties": texts},
        },
    }
    told = {
        "apply": "Enter the rows that are right; an import that was stopped goes on",
        "stop": "Stop an import; what was entered stays",
        "undo": "Take out again everything that an import entered",
    }

    def posted(name: str, summary: str, kind: str, schema: dict) -> dict[str, object]:
        return {
            "operationId": name,
            "summary": summary,
            "parameters": [ONCE],
            "requestBody": {"required": True, "content": {kind: {"schema": schema}}},
            **may,
        }

    brings = "Bring a directory (XLSX) with its files (ZIP) into a fonds for its look-over; 202 with its id"
    reads = {
        "": ("show", "Tell how far an import is and what was found"),
        "/errors": ("errors", "The rows that were refused, as a workbook"),
    }
    return {
        "/archive-imports": {
            "get": {
                "operationId": "archive-imports",
                "summary": "List the imports into one's fonds",
                **may,
            },
            "post": posted("archive-imports.bring", brings, "multipart/form-data", schema),
        },
        "/archive-import-sources": {
            "post": posted(
                "archive-imports.source",
                "Keep how a source writes its directories",
                "application/json",
                mapping,
            )
        },
        **{
            f"/archive-imports/{{import}}{path}": {
                "get": {
                    "operationId": f"archive-imports.{name}",
                    "summary": summary,
                    "parameters": [one],
                    **may,
                }
            }
            for path, (name, summary) in reads.items()
        },
        **{
            f"/archive-imports/{{import}}/{name}": {
                "post": {
                    "operationId": f"archive-imports.{name}",
                    "summary": summary,
                    "parameters": [one, ONCE],
                    **may,
                }
            }
            for name, summary in told.items()
        },
    }


def packages() -> dict[str, dict]:
    """Describe how packages go out and come in, and how a converted paper is entered."""
    word, file = {"type": "string"}, {"type": "string", "format": "binary"}

    def got(name: str, summary: str, may: Permission, parameters: list) -> dict[str, dict]:
        return {"get": reading(name, parameters, summary, may)}

    def posted(name: str, summary: str, parameters: list, fields: dict, needed: list[str]) -> dict[str, dict]:
        schema = {"type": "object", "required": needed, "properties": fields}
        return {
            "post": {
                "operationId": name,
                "summary": summary,
                "parameters": [*parameters, ONCE],
                "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": schema}}},
                "x-permission": Permission.ARCHIVE_IMPORT.value,
                "responses": RESPONSES,
            }
        }

    out, said = Permission.ARCHIVE_EXPORT, dict.fromkeys(("code", "title", "year", "retention"), word)
    asks = [query("fonds"), query("profile"), query("year")]
    return {
        "/receivers": got("receivers", "Who can be sent something, and how", out, []),
        "/deliveries": got("deliveries", "A year of a fonds as a receiver wants it, as one ZIP", out, asks),
        "/packages": posted(
            "packages.bring",
            "Take a package in: a ZIP with a bag, or an EEP; it is checked whole first",
            [],
            {"package": file, "fonds": word, **said},
            ["package", "fonds"],
        ),
        "/archives/{id}/package.eep": got("archives.eep", "An archived item as one EEP file", out, [ID]),
        "/archives/{id}/conversions": posted(
            "archives.convert",
            "Enter a paper in another format beside its original",
            [ID],
            {"file": file, "paper": {"type": "integer"}, "tool": word, "why": word},
            ["file", "paper", "tool", "why"],
        ),
    }


def registers() -> dict[str, dict]:
    """Describe how a program brings a register with its files: hand it in, ask what was found, have it stored or stopped."""
    one = within("register")
    may = {"x-permission": Permission.MATERIAL_IMPORT.value, "responses": RESPONSES}
    file = {"type": "string", "format": "binary"}
    schema = {"type": "object", "properties": {"register": file, "bundle": file}}
    told = {
        "apply": "Store a register that was looked over; one that was stopped goes on",
        "stop": "Stop a register; what was stored stays",
    }
    return {
        "/library-registers": {
            "get": {
                "operationId": "library-registers",
                "summary": "List the registers that were brought",
                **may,
            },
            "post": {
                "operationId": "library-registers.bring",
                "summary": "Bring a register (XLSX) with its files (ZIP) for its look-over; 202 with its id",
                "parameters": [ONCE],
                "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": schema}}},
                **may,
            },
        },
        "/library-registers/{register}": {
            "get": {
                "operationId": "library-registers.show",
                "summary": "Tell how far a register is and what was found",
                "parameters": [one],
                **may,
            }
        },
        **{
            f"/library-registers/{{register}}/{name}": {
                "post": {
                    "operationId": f"library-registers.{name}",
                    "summary": summary,
                    "parameters": [one, ONCE],
                    **may,
                }
            }
            for name, summary in told.items()
        },
    }
