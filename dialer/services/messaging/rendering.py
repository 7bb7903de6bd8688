"""A blast's text as one person reads it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.engine import Row

from dialer.domain import placeholders
from dialer.services.context import Context
from dialer.services.messaging.imprint_page import imprint_url
from dialer.services.messaging.opt_out_links import sample_url
from dialer.store.models.calling import Campaign
from dialer.store.queries.blast_estimate import Said

Links = Mapping[str, str | None]
"""What the placeholders stand for that are addresses: `opt_out_url`, and `imprint_url` (None: no imprint)."""

FIELDS = ("first_name", "last_name", "postcode", "constituency", "polling_district", "polling_station")


def links_of(ctx: Context, campaign: Campaign | None, opt_out_url: str) -> Links:
    """The addresses in a text of a campaign, or of none."""
    return {"opt_out_url": opt_out_url, "imprint_url": imprint_url(ctx, campaign)}


def sample_links(ctx: Context, campaign: Campaign) -> Links:
    """Addresses as long as any, before there are some of their own."""
    return links_of(ctx, campaign, sample_url(ctx))


def rendered(body: str, person: Row[Any] | None, links: Links) -> str:
    """The text with its placeholders filled; nobody in particular leaves them to their fallbacks."""
    return placeholders.fill(body, values_of(person, links))


def values_of(person: Row[Any] | None, links: Links) -> Mapping[str, str | None]:
    """What the placeholders of a text stand for. Nobody calls, so `{caller_name}` is nothing."""
    values: dict[str, str | None] = dict(links)
    if person is not None:
        values |= {name: getattr(person, name) for name in FIELDS}
        own = ((name, value) for name, value in person.custom.items() if value is not None)
        values |= {f"{placeholders.CUSTOM}{name}": str(value) for name, value in own}
    return values


def said_in(body: str) -> Said:
    """What a text takes from the people who get it."""
    names = placeholders.names_in(body)
    own = sorted(
        name.removeprefix(placeholders.CUSTOM) for name in names if name.startswith(placeholders.CUSTOM)
    )
    known = [name for name in FIELDS if name in names]
    places = [*known, *(f"{placeholders.CUSTOM}{name}" for name in own)]
    bare = placeholders.without_fallback(body)
    return Said(tuple(known), tuple(own), tuple(place for place, name in enumerate(places) if name in bare))


def values_said(said: Said, found: Sequence[str | None], links: Links) -> Mapping[str, str | None]:
    """What placeholders stand for, as `values_of`, from just those things that the text takes."""
    values: dict[str, str | None] = dict(links)
    values |= zip(said.fields, found, strict=False)
    own = zip(said.custom, found[len(said.fields) :], strict=True)
    known = ((key, json.loads(value)) for key, value in own if value)
    return values | {f"{placeholders.CUSTOM}{key}": str(value) for key, value in known if value is not None}
