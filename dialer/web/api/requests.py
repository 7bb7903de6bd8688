"""What every API request must be before a resource sees it: bounded, JSON, readable text."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeVar

from flask import current_app, request
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge, UnsupportedMediaType

from dialer.domain.errors import FieldError, ValidationFailed
from dialer.web.api.blueprint import escaped

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
    if request.method in {"GET", "HEAD", "OPTIONS"} or request.endpoint is None:
        return
    if _is_upload():
        if request.mimetype != "multipart/form-data":
            raise UnsupportedMediaType("Send the file as multipart/form-data in a part named “file”.")
        return
    _check_json()


def _view() -> object:
    """The function that will answer."""
    view = current_app.view_functions.get(request.endpoint or "")
    view_class = getattr(view, "view_class", None)
    return getattr(view_class, request.method.lower(), view) if view_class else view


def _is_upload() -> bool:
    return bool(getattr(_view(), _UPLOAD, False))


def _takes_fields() -> bool:
    arguments = getattr(_view(), "_apidoc", {}).get("arguments", {})
    return any(argument["in"] == "json" for argument in arguments.get("parameters", ()))


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
    value = _parse(body)
    _check_text(value)
    if not _takes_fields():
        _check_empty(value)


def _check_empty(value: object) -> None:
    """An endpoint without fields takes no body, or an empty one: a field meant for it must not get lost."""
    if isinstance(value, dict):
        faults = [FieldError(f"/{escaped(name)}", "This isn’t known here. Leave it out.") for name in value]
    else:
        faults = [FieldError("", "This takes no body.")]
    if faults:
        raise ValidationFailed(errors=faults)


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
