"""Pages of lists: `?limit=` and an opaque `?cursor=`; walking it shows each item once."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

from marshmallow import Schema, fields

from dialer.domain.errors import ValidationFailed
from dialer.services.paging import Page, Slice
from dialer.web.api.fields import Text, Whole


class PageQuery(Schema):
    """The query of every list; subclasses add filters."""

    limit = Whole(least=1, most=500, load_default=50, metadata={"query": True})
    cursor = Text(max_length=500)


def page_of(query: dict[str, Any]) -> Page:
    """Take the page out of a loaded query, leaving the filters."""
    cursor = query.pop("cursor", None)
    return Page(limit=query.pop("limit"), after=_decode(cursor) if cursor is not None else None)


def paged(schema: type[Schema]) -> type[Schema]:
    """The schema of a page of these."""
    name = schema.__name__.removesuffix("Schema") + "Page"
    page: type[Schema] = Schema.from_dict(
        {
            "data": fields.List(fields.Nested(schema), required=True),
            "next_cursor": Text(allow_none=True, required=True),
        },
        name=name,
    )
    return page


def show_page(found: Slice[Any]) -> dict[str, object]:
    """A slice as the API answers it."""
    return {"data": list(found.items), "next_cursor": None if found.next is None else _encode(found.next)}


def _encode(key: tuple[str, ...]) -> str:
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")


def _decode(cursor: str) -> tuple[str, ...]:
    try:
        key = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError):
        key = None
    if not isinstance(key, list) or not key or not all(map(_is_text, key)):
        raise ValidationFailed.at("/cursor", "This cursor isn’t one of ours. Start again without it.")
    return tuple(key)


def _is_text(part: object) -> bool:
    return isinstance(part, str) and "\x00" not in part and part.isprintable()
