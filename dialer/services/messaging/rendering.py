"""A blast's text as one person reads it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.engine import Row

from dialer.domain import placeholders
from dialer.domain.bodies import USUAL, Bodies
from dialer.domain.imprint import with_imprint
from dialer.domain.letter import as_one, harmless, naming_imprint, with_way_out
from dialer.domain.placeholders import PICTURE_URL, without
from dialer.domain.texting import EMAIL, SMS
from dialer.services.context import Context
from dialer.services.messaging.imprint_page import has_imprint_link, imprint_url
from dialer.services.messaging.opt_out_links import sample_url
from dialer.services.messaging.pictures import picture_address
from dialer.services.messaging.short_links import sample_short_links
from dialer.store.models.calling import Campaign
from dialer.store.models.messaging import Blast
from dialer.store.queries.blast_estimate import Said

Links = Mapping[str, str | None]
"""What the placeholders stand for that are addresses: `opt_out_url`, `imprint_url` (None: no imprint),
`picture_url`, and short links by their whole name.
"""

FIELDS = ("first_name", "last_name", "postcode", "constituency", "polling_district", "polling_station")


def bodies_of(blast: Blast, campaign: Campaign, *, has_picture: bool = False) -> Bodies:
    """What a blast says, by language, with the imprint that its campaign adds and the way to its picture; of
    letters with their way out. Where it `has_picture` with it, no way leads there.
    """
    added = (campaign.imprint_added, campaign.imprint, campaign.imprint_url)
    written = Bodies(blast.body, blast.bodies, blast.picture_code)
    if campaign.imprint_added is None and blast.picture_code is None and blast.channel == SMS:
        return written
    said = {
        language: with_imprint(
            without(body, PICTURE_URL) if has_picture else leading_to(body, blast.picture_code),
            language,
            *added,
        )
        for language, body in written.each()
    }
    if blast.channel == EMAIL:
        leads = has_imprint_link(campaign)
        said = {
            language: with_way_out(naming_imprint(body, language, leads=leads), language)
            for language, body in said.items()
        }
    return Bodies(said.pop(USUAL), said, blast.picture_code)


def subjects_of(blast: Blast) -> Bodies:
    """What a blast's letters are about, by language; empty of texts."""
    return Bodies(blast.subject, blast.subjects)


def all_words_of(blast: Blast, campaign: Campaign) -> Bodies:
    """Everything that a blast says: of letters their subjects before their bodies."""
    bodies = bodies_of(blast, campaign)
    return as_one(subjects_of(blast), bodies) if blast.channel == EMAIL else bodies


def leading_to(body: str, picture: object | None) -> str:
    """The words with the address of the picture at their end, where they don't have it elsewhere."""
    if picture is None or PICTURE_URL in placeholders.names_in(body):
        return body
    return f"{body.rstrip()}\n{{{PICTURE_URL}}}"


def links_of(ctx: Context, campaign: Campaign | None, opt_out_url: str, picture: str | None = None) -> Links:
    """The addresses in a text of a campaign, or of none; of one with a `picture`, that of it too."""
    links: dict[str, str | None] = {"opt_out_url": opt_out_url, "imprint_url": imprint_url(ctx, campaign)}
    return links if picture is None else {**links, PICTURE_URL: picture_address(ctx, picture)}


def sample_links(ctx: Context, campaign: Campaign, bodies: Bodies) -> Links:
    """Addresses as long as any, before there are some of their own."""
    return {
        **links_of(ctx, campaign, sample_url(ctx), bodies.picture),
        **sample_short_links(ctx, bodies.wordings),
    }


def rendered(body: str, person: Row[Any] | None, links: Links, *, is_letter: bool = False) -> str:
    """The text with its placeholders filled; nobody in particular leaves them to their fallbacks. In a letter
    what is known of a person makes no marks.
    """
    return placeholders.fill(body, values_of(person, links, is_letter=is_letter))


def values_of(person: Row[Any] | None, links: Links, *, is_letter: bool = False) -> Mapping[str, str | None]:
    """What the placeholders of a text stand for. Nobody calls, so `{caller_name}` is nothing."""
    values: dict[str, str | None] = dict(links)
    if person is None:
        return values
    known: dict[str, str | None] = {name: getattr(person, name) for name in FIELDS}
    own = ((name, value) for name, value in person.custom.items() if value is not None)
    known |= {f"{placeholders.CUSTOM}{name}": str(value) for name, value in own}
    if is_letter:
        known = {name: value and harmless(value) for name, value in known.items()}
    return values | known


def said_in(bodies: Bodies) -> Said:
    """What a text takes from the people who get it, in all its languages together."""
    each = dict(bodies.each())
    names = frozenset[str]().union(*map(placeholders.names_in, each.values()))
    own = sorted(
        name.removeprefix(placeholders.CUSTOM) for name in names if name.startswith(placeholders.CUSTOM)
    )
    known = [name for name in FIELDS if name in names]
    bare = {language: set(placeholders.without_fallback(body)) for language, body in each.items()}
    places = [*known, *(f"{placeholders.CUSTOM}{name}" for name in own)]
    gaps = [tuple(language for language in each if name in bare[language]) for name in places]
    lacking = tuple((place, languages) for place, languages in enumerate(gaps) if languages)
    return Said(tuple(known), tuple(own), lacking, bodies.languages)


def language_said(said: Said, found: Sequence[str | None]) -> str:
    """In which language a text is read by people of whom these things are known."""
    return found[-1] or USUAL if said.languages else USUAL


def values_said(said: Said, found: Sequence[str | None], links: Links) -> Mapping[str, str | None]:
    """What placeholders stand for, as `values_of`, from just those things that the text takes."""
    values: dict[str, str | None] = dict(links)
    values |= zip(said.fields, found, strict=False)
    own = zip(said.custom, found[len(said.fields) :], strict=False)
    known = ((key, json.loads(value)) for key, value in own if value)
    return values | {f"{placeholders.CUSTOM}{key}": str(value) for key, value in known if value is not None}
