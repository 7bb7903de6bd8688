"""The blueprint every resource is built on: our parser, and refusals that name the place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NoReturn, TypeVar

from flask import Request
from flask_smorest import Blueprint
from marshmallow import Schema, ValidationError
from webargs.flaskparser import FlaskParser
from webargs.multidictproxy import MultiDictProxy

from dialer.domain.errors import FieldError, ValidationFailed

View = TypeVar("View", bound=Callable[..., object])


class StrictParser(FlaskParser):
    """Refuses a query value that is given twice, and says at which place a body is wrong."""

    DEFAULT_UNKNOWN_BY_LOCATION = {**FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION, "json": None}  # noqa: RUF012

    def load_querystring(self, req: Request, schema: Schema) -> Any:
        """The query, each name once."""
        doubled = [name for name, values in req.args.lists() if len(values) > 1]
        if doubled:
            errors = [FieldError(f"/{name}", "Give this once.") for name in doubled]
            raise ValidationFailed("A query value was given twice.", errors=errors)
        return MultiDictProxy(req.args, schema)

    def handle_error(self, error: ValidationError, *_args: Any, **_kwargs: Any) -> NoReturn:
        """Every fault with a JSON pointer to its place."""
        faults = [fault for messages in _by_location(error).values() for fault in pointers(messages)]
        raise ValidationFailed(errors=faults) from None


def _by_location(error: ValidationError) -> dict[str, object]:
    messages = error.messages
    return messages if isinstance(messages, dict) else {"json": messages}


def pointers(messages: object, path: str = "") -> list[FieldError]:
    """Marshmallow's nested messages as flat `pointer`, `detail` pairs."""
    if isinstance(messages, Mapping):
        return [
            fault
            for key, value in messages.items()
            for fault in pointers(value, path if key == "_schema" else f"{path}/{escaped(str(key))}")
        ]
    if isinstance(messages, list):
        return [fault for message in messages for fault in pointers(message, path)]
    return [FieldError(path, str(messages))]


def escaped(key: str) -> str:
    """A name as a part of a JSON pointer (RFC 6901)."""
    return key.replace("~", "~0").replace("/", "~1")


class Resource(Blueprint):  # type: ignore[misc]
    """A blueprint of the API. JSON only, unless a view says otherwise."""

    ARGUMENTS_PARSER = StrictParser()

    def __init__(self, name: str, description: str) -> None:
        super().__init__(name, f"dialer.web.api.v1.{name}", description=description)

    def arguments(self, schema: Schema | type[Schema], **how: Any) -> Callable[[View], View]:
        """Take what this schema describes. It is made once: each request would make, and copy, it anew."""
        made = schema() if isinstance(schema, type) else schema
        taking: Callable[[View], View] = super().arguments(made, **how)
        return taking
