"""What an estimate warns of in a text's own words: who it is from, how to stop it, gaps in it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.engine import Row

from dialer.domain import placeholders
from dialer.domain.bodies import Bodies
from dialer.domain.first_texts import Capacity
from dialer.domain.imprint import has_imprint, is_election_material, names_sender
from dialer.domain.inbound_text import says_how_to_stop
from dialer.domain.sender import has_opt_out_route
from dialer.services.context import Context
from dialer.services.messaging.rendering import sample_links, values_of
from dialer.services.messaging.views import NamedContact, Warned
from dialer.store.models.accounts import Organisation
from dialer.store.models.calling import Campaign
from dialer.store.queries.blast_audience import people
from dialer.store.session import UnitOfWork

NAMED: Final = 5
"""So many people are named where something about them is missing."""
STANDS_IN: Final = {"first_name": "friend", "caller_name": "one of us"}
"""Words that could stand in, for the remedy; any others do as well."""


@dataclass(frozen=True, slots=True)
class Readers:
    """From whom a text comes, how many get it, and how many of them were never texted before."""

    senders: Sequence[str]
    count: int
    first_time: int


@dataclass(frozen=True, slots=True)
class Gaps:
    """How many would read nothing where a placeholder stands in a text's words of one language, by its name;
    `some` who would read a gap in any of its languages, and the `first` of all who get the text.
    """

    bodies: Bodies
    language: str
    counted: Mapping[str, int]
    some: Collection[uuid.UUID]
    first: Collection[uuid.UUID]


def warnings_of_sender(
    ctx: Context, unit: UnitOfWork, body: str, campaign: Campaign, readers: Readers
) -> Iterator[Warned]:
    """Whether the first text that people get names who sends it and how to stop, and election material its
    promoter.
    """
    if readers.first_time and not names_sender(body, names_of(unit, campaign), readers.senders):
        detail = "These people were never texted before, and the text doesn’t say who it is from."
        yield Warned("no_sender_name", detail, readers.first_time)
    if readers.first_time and not (says_how_to_stop(body) or has_opt_out_route(body)):
        detail = "These people were never texted before, and the text doesn’t say how to stop: “Stop: STOP”."
        yield Warned("no_opt_out_words", detail, readers.first_time)
    yield from warnings_of_imprint(ctx, body, campaign, readers)


def warnings_of_imprint(ctx: Context, body: str, campaign: Campaign, readers: Readers) -> Iterator[Warned]:
    """Whether election material names its promoter. Letters say in their headers who they are from, and all
    end with their way out.
    """
    if not readers.count or not is_election_material(campaign.election_material, ctx.phones.home):
        return
    if not has_imprint(body, campaign.imprint, campaign.imprint_url):
        where = campaign.imprint_url or "a link to it ({imprint_url})"
        detail = f"Election material says who promotes it, with their address: add the imprint, or {where}."
        yield Warned("no_imprint", detail, readers.count)


def warnings_of_capacity(
    pool: Capacity, start: dt.datetime, deadline_at: dt.datetime | None
) -> Iterator[Warned]:
    """Whether the numbers of a text that is sent by hand may send so many in a day, and by its deadline."""
    if pool.is_enough:
        return
    more = pool.missing()
    detail = (
        f"Its {pool.senders} numbers may send {pool.a_day:,} in 24 hours without looking like a machine."
        f" The others wait for the next day; {more} more long codes would do it in one."
    )
    yield Warned("capacity", detail, pool.recipients - pool.a_day)
    if deadline_at is not None and (late := pool.too_late(deadline_at - start)):
        detail = "Its numbers may not send so many before its deadline: these get nothing."
        yield Warned("deadline", detail, late)


def names_of(unit: UnitOfWork, campaign: Campaign) -> Sequence[str]:
    """What a campaign's texts may call whoever sends them."""
    return campaign.sender_names or [unit.session.get_one(Organisation, unit.organisation_id).name]


def warnings_of_gaps(ctx: Context, unit: UnitOfWork, campaign: Campaign, gaps: Gaps) -> Iterator[Warned]:
    """For each placeholder that nothing stands for, how many would read a gap, and the first by name."""
    if not gaps.counted:
        return
    found = people(unit, campaign.election_id, sorted({*gaps.some, *gaps.first}))
    known = [row for row in found if gaps.bodies.language_of(row.language) == gaps.language]
    body, links = gaps.bodies.of(gaps.language), sample_links(ctx, campaign, gaps.bodies)
    missing = [(row, placeholders.lacking(body, values_of(row, links))) for row in known]
    for name in placeholders.without_fallback(body):
        if count := gaps.counted.get(name, 0):
            of_it = [_named(row) for row, lacks in missing if name in lacks]
            detail = (
                f"{{{name}}} is empty for these people. Say what stands in:"
                f" {{{name}|{STANDS_IN.get(name, 'other words')}}}."
            )
            yield Warned("empty_placeholder", detail, count, name, tuple(of_it[:NAMED]))


def _named(row: Row[Any]) -> NamedContact:
    parts = ((part or "").strip() for part in (row.first_name, row.last_name))
    return NamedContact(row.id, " ".join(part for part in parts if part))
