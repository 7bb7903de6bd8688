"""Knock-up lists: whom a campaign reminds to vote, by page, as a file and in figures (contract §9)."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from operator import attrgetter
from typing import Any, Final

from sqlalchemy import Row

from dialer.domain.access import Permission
from dialer.domain.csv_cells import csv_line
from dialer.domain.door import Door, read_door
from dialer.domain.errors import ValidationFailed
from dialer.domain.knock_up import Channel, Order
from dialer.domain.walk import Place, place_of
from dialer.services.calling.reach import reach_campaign
from dialer.services.context import Context
from dialer.services.paging import NOT_OURS, Page, Slice
from dialer.store.models.calling import Campaign
from dialer.store.queries import knock_up as queries
from dialer.store.queries.knock_up import GROUPED_BY, Group
from dialer.store.session import UnitOfWork

CSV_COLUMNS: Final = (
    "contact_id",
    "elector_number",
    "first_name",
    "last_name",
    "phone",
    "address",
    "postcode",
    "polling_district",
    "support",
    "attempts",
    "last_attempt_at",
)
_AT_ONCE: Final = 30_000
"""So many are read at once where the whole list is wanted."""
_MOST: Final = 2**31
"""More attempts than the database can hold."""
_REACHED_AT_WORST: Final = 3
"""One in so many is reached, or another look is taken."""

_Key = tuple[Group, Place, str, str, str]


@dataclass(frozen=True, slots=True)
class KnockUpSearch:
    """Which list is asked for. `by_post`: that of those who vote by post, instead of polling day's.

    The polling district '' has whoever is without one; None is all of them.
    """

    channel: Channel
    polling_district: str | None = None
    order: Order = Order.ATTEMPTS
    by_post: bool = False


@dataclass(frozen=True, slots=True)
class KnockUpPerson:
    """Somebody to be reminded. `phone` is a number that may be called, by `sms` one that may be texted;
    `attempts` are the campaign's calls.
    """

    contact_id: uuid.UUID
    elector_number: str | None
    first_name: str | None
    last_name: str | None
    phone: str | None
    address: str | None
    postcode: str | None
    polling_district: str | None
    polling_station: str | None
    language: str | None
    needs_lift: bool | None
    planned_at: dt.datetime | None
    support: int
    attempts: int
    last_attempt_at: dt.datetime | None

    @property
    def door(self) -> Door:
        """Their address, taken apart."""
        return read_door(self.address or "")

    @property
    def place(self) -> Place:
        """Where their door comes in a walk."""
        return place_of(self.polling_district, self.address, self.postcode)


@dataclass(frozen=True, slots=True)
class DistrictKnockUp:
    """How many are to be reminded in a polling district (None: without one), and by which means."""

    polling_district: str | None
    people: int
    doorstep: int
    voice: int
    sms: int


@dataclass(frozen=True, slots=True)
class KnockUpSummary:
    """How many are to be reminded, by channel and polling district."""

    people: int
    by_channel: dict[Channel, int]
    by_polling_district: Sequence[DistrictKnockUp]


_TOLD: Final = attrgetter(*(each.name for each in fields(KnockUpPerson)))


def list_knock_up(
    ctx: Context, campaign_id: uuid.UUID, search: KnockUpSearch, page: Page
) -> Slice[KnockUpPerson]:
    """The next of those who are to be reminded, in the order that is asked for."""
    with ctx.unit() as unit:
        campaign = reach_campaign(ctx, unit, campaign_id, Permission.KNOCK_UP_READ)
        return _slice(unit, campaign, search, page)


def knock_up_csv(ctx: Context, campaign_id: uuid.UUID, search: KnockUpSearch) -> Iterator[str]:
    """The whole list as lines of CSV; audited."""
    with ctx.unit() as unit:
        reach_campaign(ctx, unit, campaign_id, Permission.KNOCK_UP_READ)
        ctx.audit(unit, "knock_up.exported", "campaign", campaign_id, about(search))
    return _csv_lines(ctx, campaign_id, search)


def knock_up_summary(ctx: Context, campaign_id: uuid.UUID, *, by_post: bool = False) -> KnockUpSummary:
    """How many are to be reminded; `by_post` of those who vote by post."""
    with ctx.unit() as unit:
        campaign = reach_campaign(ctx, unit, campaign_id, Permission.KNOCK_UP_READ)
        districts = [
            DistrictKnockUp(row.polling_district, row.people, row.doorstep, row.voice, row.sms)
            for row in queries.count_by_district(unit, campaign, by_post=by_post)
        ]
    return KnockUpSummary(
        people=sum(district.people for district in districts),
        by_channel={channel: sum(getattr(one, channel) for one in districts) for channel in Channel},
        by_polling_district=districts,
    )


def everybody(unit: UnitOfWork, campaign: Campaign, search: KnockUpSearch) -> Iterator[KnockUpPerson]:
    """Everybody who is to be reminded, in order."""
    page: Page | None = Page(limit=_AT_ONCE)
    while page is not None:
        found = _slice(unit, campaign, search, page)
        yield from found.items
        page = replace(page, after=found.next) if found.next else None


def about(search: KnockUpSearch) -> dict[str, object]:
    """What the audit log says of a list that was taken away."""
    told: dict[str, object] = {"channel": search.channel, "polling_district": search.polling_district}
    return told | {"by_post": True} if search.by_post else told


def _csv_lines(ctx: Context, campaign_id: uuid.UUID, search: KnockUpSearch) -> Iterator[str]:
    yield csv_line(CSV_COLUMNS)
    with ctx.unit() as unit:
        campaign = reach_campaign(ctx, unit, campaign_id, Permission.KNOCK_UP_READ)
        for person in everybody(unit, campaign, search):
            yield csv_line(_cell(getattr(person, name)) for name in CSV_COLUMNS)


def _cell(value: object) -> object:
    return f"{value.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}" if isinstance(value, dt.datetime) else value


def _slice(unit: UnitOfWork, campaign: Campaign, search: KnockUpSearch, page: Page) -> Slice[KnockUpPerson]:
    """At most `page.limit` people. A cursor is a group and somebody in it: whoever has voted meanwhile still
    has a place there, so that nobody is left out or comes twice.
    """
    columns = GROUPED_BY[search.order]
    after = _after(unit, page, columns)
    found: list[tuple[_Key, Row[Any]]] = []
    since, past = (after[0] if after else None), None
    ample = (page.limit + 1) * _REACHED_AT_WORST
    while len(found) <= page.limit:
        rows = queries.read_groups(
            unit,
            campaign,
            channel=search.channel,
            order=search.order,
            polling_district=search.polling_district,
            by_post=search.by_post,
            since=since,
            past=past,
            ample=ample,
        )
        reached = ((_key(row, columns), row) for row in rows if row.reached)
        found += [(key, row) for key, row in reached if after is None or key > after]
        if len(rows) < ample:
            break
        since, past = None, max(_group(row, columns) for row in rows)
    found.sort(key=lambda one: one[0])
    kept = found[: page.limit]
    more = len(found) > page.limit
    return Slice([_person(row) for _, row in kept], _cursor(kept[-1][0]) if more else None)


def _key(row: Row[Any], columns: Sequence[str]) -> _Key:
    place = place_of(row.polling_district, row.address, row.postcode)
    return _group(row, columns), place, row.last_name or "", row.first_name or "", str(row.contact_id)


def _group(row: Row[Any], columns: Sequence[str]) -> Group:
    return tuple(getattr(row, name) for name in columns)


def _cursor(key: _Key) -> tuple[str, ...]:
    """The key without the address, which belongs in nobody's log."""
    (*numbers, nowhere, district), *_, contact_id = key
    return *(str(number) for number in numbers), str(int(nowhere)), str(district), contact_id


def _after(unit: UnitOfWork, page: Page, columns: Sequence[str]) -> _Key | None:
    if page.after is None:
        return None
    try:
        *numbers, nowhere, district, contact = page.after
        group: Group = (*map(int, numbers), bool(int(nowhere)), district)
        contact_id = uuid.UUID(contact)
    except ValueError:
        raise ValidationFailed.at("/cursor", NOT_OURS) from None
    row = queries.door_of(unit, contact_id) if len(group) == len(columns) else None
    if row is None or not all(-_MOST < one < _MOST for one in group if isinstance(one, int)):
        raise ValidationFailed.at("/cursor", NOT_OURS)
    place = place_of(row.polling_district, row.address, row.postcode)
    return group, place, row.last_name or "", row.first_name or "", contact


def _person(row: Row[Any]) -> KnockUpPerson:
    return KnockUpPerson(*_TOLD(row))
