"""What /api offers, as an OpenAPI document made from the same tables that answer it."""

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import JsonSchemaValue

from monitor.models import DeliveryState, EventType, Modality, Standing
from monitor.web.asking import MAX_LIMIT, MAX_TEXT_CHARS
from monitor.web.listings import DEFAULT_LIMIT, LISTINGS, Listing

_TEXT = {"type": "string", "maxLength": MAX_TEXT_CHARS}
_DAY = {"type": "string", "format": "date"}
_NUMBER = {"type": "integer", "minimum": 0}
_PARAMETERS: Mapping[str, tuple[dict[str, Any], str, Any]] = {
    "q": (
        _TEXT,
        'Words; "some words" as a phrase, word* for all that begin so; or a query in the language of the rules.',
        "exclusiv* NEAR/5 cloud",
    ),
    "company": (_TEXT, "A company, or the beginning of its name in whole words.", "OpenAI"),
    "left": (_TEXT, "One company of the pair.", "Microsoft"),
    "right": (_TEXT, "The other one.", "OpenAI"),
    "source": (_TEXT, "The name of a source.", "bbc-business"),
    "route": (_TEXT, "The name of a route.", "console"),
    "type": ({"type": "string", "enum": list(EventType)}, "A change that the article tells.", "termination"),
    "modality": ({"type": "string", "enum": list(Modality)}, "How sure the article is.", "confirmed"),
    "state": ({"type": "string", "enum": list(DeliveryState)}, "Where a delivery stands.", "dead"),
    "standing": (
        {"type": "string", "enum": list(Standing)},
        "Whether somebody knows the story of the alert.",
        "unread",
    ),
    "since": (_DAY, "The first day that is wanted.", "2026-05-01"),
    "until": (_DAY, "The last day that is wanted.", "2026-05-31"),
    "before": (_NUMBER, "The cursor: `next` of the answer before.", 120),
    "limit": (
        {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
        "How many items to return at most.",
        50,
    ),
}
_ERRORS = {
    "400": {"$ref": "#/components/responses/Error"},
    "401": {"description": "The token is missing or wrong."},
}


def describe_api(details: Mapping[str, tuple[str, type, tuple[str, ...]]]) -> dict[str, Any]:
    """Return the OpenAPI document; `details` are title, answer and parameters of each path that is no list."""
    schemas: dict[str, JsonSchemaValue] = {}
    paths = {f"/api/{listing.name}": {"get": _describe_listing(listing, schemas)} for listing in LISTINGS}
    for path, (title, answer, asks) in details.items():
        paths[path] = {"get": _describe_detail(path, title, _schema_of(answer, schemas), asks)}
    error = {"type": "object", "properties": {"error": {"type": "string"}}, "required": ["error"]}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Partnership monitor",
            "version": "1",
            "description": "The history, for reading. Ids are stable; lists go on with `before` = `next`.",
        },
        "paths": paths,
        "components": {
            "schemas": {**schemas, "Error": error},
            "responses": {"Error": _answer("What was asked for makes no sense.", "Error")},
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{}, {"bearer": []}],
    }


def _describe_listing(listing: Listing, schemas: dict[str, JsonSchemaValue]) -> dict[str, Any]:
    name = f"{listing.item.__name__}List"
    schemas[name] = {
        "type": "object",
        "properties": {
            "items": {"type": "array", "items": _schema_of(listing.item, schemas)},
            "next": {"type": ["integer", "null"], "description": "`before` of the following items; null at the end."},
            "note": {"type": ["string", "null"], "description": "What was not looked at; null if all was."},
        },
        "required": ["items", "next", "note"],
    }
    return {
        "operationId": f"list_{listing.name}",
        "summary": listing.title,
        "parameters": [_describe_parameter(one) for one in listing.asks],
        "responses": {"200": _answer(listing.title, name), **_ERRORS},
    }


def _describe_detail(path: str, title: str, schema: JsonSchemaValue, asks: tuple[str, ...]) -> dict[str, Any]:
    parameters = [_describe_parameter(name, is_required=True) for name in asks]
    if "{id}" in path:
        parameters.append({"name": "id", "in": "path", "required": True, "schema": _NUMBER})
    return {
        "operationId": "read_" + path.split("/")[2],
        "summary": title,
        "parameters": parameters,
        "responses": {
            "200": {"description": title, "content": {"application/json": {"schema": schema}}},
            **_ERRORS,
            "404": {"$ref": "#/components/responses/Error"},
        },
    }


def _describe_parameter(name: str, *, is_required: bool = False) -> dict[str, Any]:
    schema, description, example = _PARAMETERS[name]
    return {
        "name": name,
        "in": "query",
        "required": is_required,
        "schema": schema,
        "description": description,
        "example": example,
    }


def _answer(description: str, schema: str) -> dict[str, Any]:
    reference = {"$ref": f"#/components/schemas/{schema}"}
    return {"description": description, "content": {"application/json": {"schema": reference}}}


def _schema_of(kind: type, schemas: dict[str, JsonSchemaValue]) -> JsonSchemaValue:
    """Return a reference to the schema of a type, after adding it and all that it holds to `schemas`."""
    template = "#/components/schemas/{model}"
    schema = TypeAdapter(kind).json_schema(mode="serialization", ref_template=template)
    schemas.update(schema.pop("$defs", {}))
    if "$ref" not in schema:
        schemas[kind.__name__] = schema
    return {"$ref": f"#/components/schemas/{kind.__name__}"}
