"""The description of the API at `/openapi.json` (OpenAPI 3.1), made of the schemas the server itself obeys.

flask-smorest describes paths, bodies and answers from the views. What holds for every endpoint alike is
written here once: the token, refusals, the header that names a POST, what comes back with every answer.
"""

from __future__ import annotations

import re
from typing import Any, Final

from dialer.domain.errors import (
    Conflict,
    Forbidden,
    IdempotencyInProgress,
    NotFound,
    PayloadTooLarge,
    RateLimited,
    RuleBroken,
    Unauthenticated,
    Unavailable,
    ValidationFailed,
)
from dialer.web.api.examples import EXAMPLES

Document = dict[str, Any]

INFO: Final[Document] = {
    "title": "dialer",
    "summary": "Phone banks, bulk messaging and get-out-the-vote for movements",
    "description": (
        "Every request carries a token: `Authorization: Bearer dlr_…`. JSON in UTF-8; times are RFC 3339 in "
        "UTC, phone numbers E.164, lists are walked with `limit` and `cursor`. A POST with an "
        "`Idempotency-Key` is done once in 24 hours. Refusals are problem documents (RFC 9457) that say what "
        "happened, where, and what to do."
    ),
    "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
}

_METHODS: Final = ("get", "put", "post", "patch", "delete")
_PROBLEM_TYPE: Final = "application/problem+json"
_EXAMPLE_REQUEST: Final = "018f2a64-5c3e-7b1a-9d20-3f6f2f0e4a11"

_PROBLEM: Final[Document] = {
    "type": "object",
    "description": "Why it was refused (RFC 9457). Some kinds carry more, such as `state` or `id`.",
    "required": ["type", "title", "status", "detail", "instance"],
    "properties": {
        "type": {"type": "string", "description": "The kind; its last part is the slug."},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What happened and what to do."},
        "instance": {"type": "string", "description": "The request’s id, as in `X-Request-Id`."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "detail"],
                "properties": {
                    "pointer": {"type": "string", "description": "A JSON pointer to the place."},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}

_MALFORMED: Final = (400, "malformed-json", "Bad Request", "The body is no JSON, or holds what is no text.")
_MEDIA: Final = (415, "unsupported-media-type", "Unsupported Media Type", "Send JSON.")


def complete(document: Document) -> Document:
    """Add to flask-smorest's description what holds for every endpoint alike."""
    document["info"] |= INFO
    document["security"] = [{"token": []}]
    components = document.setdefault("components", {})
    components["responses"] = _problems()
    components["parameters"] = {"IdempotencyKey": _IDEMPOTENCY_KEY}
    components["headers"] = _HEADERS
    components["securitySchemes"] = {"token": _TOKEN}
    schemas = components.setdefault("schemas", {})
    for left_over in ("Error", "PaginationMetadata"):
        schemas.pop(left_over, None)
    schemas["Problem"] = _PROBLEM
    for path, item in document["paths"].items():
        for method in _METHODS:
            if method in item:
                _complete_operation(method, path, item[method])
                _complete_body(item[method].get("requestBody"), schemas)
    return document


_TOKEN: Final[Document] = {
    "type": "http",
    "scheme": "bearer",
    "description": "A token as `POST /api/v1/tokens` or `dialer token create` makes it: `dlr_…`.",
}

_IDEMPOTENCY_KEY: Final[Document] = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": False,
    "description": "The same key with the same body gives the first answer again for 24 hours.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
    "example": "b0c6f3d2-invite-vic",
}

_HEADERS: Final[Document] = {
    "X-Request-Id": {"description": "The request’s id.", "schema": {"type": "string"}},
    "Location": {"description": "Where the new resource is.", "schema": {"type": "string"}},
    "Idempotency-Replayed": {
        "description": "`true` where this is the first answer once more.",
        "schema": {"type": "string", "enum": ["true"]},
    },
    "WWW-Authenticate": {"schema": {"type": "string"}},
    "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "string"}},
}

_KINDS: Final[tuple[type[RuleBroken], ...]] = (
    Unauthenticated,
    Forbidden,
    NotFound,
    Conflict,
    IdempotencyInProgress,
    PayloadTooLarge,
    ValidationFailed,
    RateLimited,
    Unavailable,
)


def _complete_operation(method: str, path: str, operation: Document) -> None:
    operation["operationId"] = _operation_id(method, path)
    answers = operation["responses"]
    for code in [code for code in answers if code == "default" or code.startswith(("4", "5"))]:
        del answers[code]
    for answer in answers.values():
        answer.setdefault("headers", {})["X-Request-Id"] = _header("X-Request-Id")
    if method == "post":
        operation.setdefault("parameters", []).append({"$ref": "#/components/parameters/IdempotencyKey"})
        for answer in answers.values():
            answer["headers"]["Idempotency-Replayed"] = _header("Idempotency-Replayed")
    for code in ("201", "202"):
        if code in answers and not path.endswith("/invite"):
            answers[code]["headers"]["Location"] = _header("Location")
    for status in _refusals(method, path):
        answers[str(status)] = {"$ref": f"#/components/responses/{status}"}


def _complete_body(body: Document | None, schemas: Document) -> None:
    """A body of which no field is needed may be left out."""
    if body is None:
        return
    for media in body["content"].values():
        name = media["schema"].get("$ref", "").rpartition("/")[2]
        if name and not schemas[name].get("required"):
            body["required"] = False
        if example := EXAMPLES.get(name):
            media["example"] = example


def _refusals(method: str, path: str) -> list[int]:
    statuses = [400, 401, 403, 422, 429, 503]
    if "{" in path or path.endswith("/stream"):  # whose topics may not be there
        statuses.append(404)
    if method != "get":
        statuses += [409, 413, 415]
    elif path.endswith(("/file", "/recordings/{recording_id}/audio")):  # which isn't there yet, or any more
        statuses.append(409)
    return sorted(statuses)


def _operation_id(method: str, path: str) -> str:
    """`post_volunteers_invite`: the method and the fixed words of the path."""
    words = [word for word in path.removeprefix("/api/v1").split("/") if word]
    named = ["by_" + word[1:-1] if word.startswith("{") else word for word in words]
    return "_".join([method, *(re.sub(r"\W", "_", word) for word in named)])


def _problems() -> Document:
    kinds = [
        _MALFORMED,
        _MEDIA,
        *((kind.status, kind.slug, kind.title, kind.default_detail) for kind in _KINDS),
    ]
    problems: Document = {}
    for status, slug, title, detail in kinds:
        answer = problems.setdefault(str(status), _problem(status, title))
        answer["content"][_PROBLEM_TYPE]["examples"][slug] = {"value": _example(status, slug, title, detail)}
    return problems


def _problem(status: int, title: str) -> Document:
    headers = {"X-Request-Id": _header("X-Request-Id")}
    if status == 401:
        headers["WWW-Authenticate"] = _header("WWW-Authenticate")
    if status in {429, 503}:
        headers["Retry-After"] = _header("Retry-After")
    content = {_PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": {}}}
    return {"description": title, "headers": headers, "content": content}


def _example(status: int, slug: str, title: str, detail: str) -> Document:
    example: Document = {
        "type": f"https://dialer.example/problems/{slug}",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": _EXAMPLE_REQUEST,
    }
    if slug == ValidationFailed.slug:
        example["errors"] = [{"pointer": "/phone", "detail": "This can’t be a phone number. Correct it."}]
    return example


def _header(name: str) -> Document:
    return {"$ref": f"#/components/headers/{name}"}
