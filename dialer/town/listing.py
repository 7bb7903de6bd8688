"""A page of a list as the carrier's API gives it, with the ways to its neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

Shown = dict[str, Any]


def page_of(
    request: web.Request, name: str, found: Sequence[Shown], *, size: int, number: int, key: str = "sid"
) -> dict[str, Any]:
    """What was found, as many as the page holds: one more than that says that there is a next page.

    A page goes on behind the last thing of the one before, which is known by its `key`, so that what comes in
    meanwhile shifts nothing.
    """
    on_it, more = list(found[:size]), len(found) > size
    asked = {name: value for name, value in request.query.items() if name not in {"Page", "PageToken"}}

    def address(page: int, **token: str) -> str:
        return f"{request.path}?{urlencode({**asked, 'PageSize': size, 'Page': page, **token})}"

    return {
        name: on_it,
        "page": number,
        "page_size": size,
        "start": number * size,
        "end": number * size + max(0, len(on_it) - 1),
        "uri": str(request.rel_url),
        "first_page_uri": address(0),
        "previous_page_uri": address(number - 1) if number else None,
        "next_page_uri": address(number + 1, PageToken=f"PA{on_it[-1][key]}") if more else None,
    }
