"""What every API request must be before a resource sees it: bounded, JSON, readable text."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeVar

from flask import current_app, request
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge, UnsupportedMediaType

View = TypeVar("View", bound=Callable[..., object])

MAX_JSON = 1024 * 1024
_UPLOAD = "__takes_upload__"
_TOO_LARGE = "A JSON body may have 1 MiB. Send it in parts."


class MalformedJSON(BadRequest):
    """The body is no JSON."""

    slug = "malformed-json"


def takes_upload(view: View) -> View:
    """Mark a view that takes a multipart upload instead of JSON."""
    setattr(view, _UPLOAD, True)
    return view


def check_request() -> None:
    """Refuse what no resource could take; parsed JSON is left on the request."""
    if not request.path.startswith("/api/"):
        return
    _check_address()
    if request.method in {"GET", "HEAD", "OPTIONS"} or request.endpoint is None:
        return
    if _is_upload():
        if request.mimetype != "multipart/form-data":
            raise UnsupportedMediaType("Send the file as multipart/form-data in a part named “file”.")
        return
    _check_json()


def _check_address() -> None:
    address = request.environ.get("PATH_INFO", "") + request.query_string.decode("latin-1")
    if "\x00" in address or "%00" in address:
        raise BadRequest("The address holds a NUL character. Leave it out.")
    try:
        request.environ.get("PATH_INFO", "").encode("latin-1").decode("utf-8")
    except UnicodeError as error:
        raise BadRequest("The address isn’t UTF-8.") from error


def _is_upload() -> bool:
    view = current_app.view_functions.get(request.endpoint or "")
    view_class = getattr(view, "view_class", None)
    method = getattr(view_class, request.method.lower(), view) if view_class else view
    return bool(getattr(method, _UPLOAD, False))


def _check_json() -> None:
    request.max_content_length = MAX_JSON + 1  # one more tells a body that is cut off from one that fits
    if request.content_length is not None and request.content_length > MAX_JSON:
        raise RequestEntityTooLarge(_TOO_LARGE)
    body = request.get_data(cache=True)
    if len(body) > MAX_JSON:
        raise RequestEntityTooLarge(_TOO_LARGE)
    if not body:
        return
    if not request.is_json:
        raise UnsupportedMediaType("Send JSON with the header “Content-Type: application/json”.")
    _check_text(_parse(body))


def _parse(body: bytes) -> object:
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadRequest(f"The body isn’t UTF-8 at byte {error.start}.") from error
    try:
        return json.loads(text, parse_constant=_no_such_number)
    except RecursionError as error:
        raise MalformedJSON("The body is nested too deeply.") from error
    except ValueError as error:
        raise MalformedJSON(f"The body is no JSON: {error}.") from error


def read_json(text: str) -> object:
    """JSON that came as a part of something else, as strictly as a body."""
    value = _parse(text.encode("utf-8", "surrogatepass"))
    _check_text(value)
    return value


def _no_such_number(name: str) -> Any:
    raise ValueError(f"{name} is no JSON number")


def _check_text(value: object) -> None:
    """NUL and lone surrogates are no text: PostgreSQL keeps neither."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            if "\x00" in item or (not item.isprintable() and _has_surrogate(item)):
                raise BadRequest("A text holds a NUL character or half of a surrogate pair. Leave it out.")
        elif isinstance(item, dict):
            waiting += [*item.keys(), *item.values()]
        elif isinstance(item, list):
            waiting += item


def _has_surrogate(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)
