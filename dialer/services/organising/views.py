"""What deeds about events give back: plain values, never rows."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass, field

from dialer.store.models.events import Event, Rsvp


@dataclass(frozen=True, slots=True)
class RsvpView:
    """A sign-up, as whoever signed up may see it."""

    id: uuid.UUID
    event_id: uuid.UUID
    state: str
    places: int


@dataclass(frozen=True, slots=True)
class Guest:
    """A sign-up, as whoever runs the event sees it; `account_id` where it is one of us."""

    id: uuid.UUID
    event_id: uuid.UUID
    account_id: uuid.UUID | None
    name: str = field(repr=False)
    phone: str | None = field(repr=False)
    email: str | None = field(repr=False)
    state: str
    places: int
    created_at: dt.datetime
    told: bool | None = None
    """Whether they could be told that it was called off, is somewhere else than when they signed up, or that
    they moved up; None while that is still to come.
    """


@dataclass(frozen=True, slots=True)
class EventView:
    """An event; `going` and `waiting` are places. `mine` is the sign-up of whoever asks."""

    id: uuid.UUID
    campaign_id: uuid.UUID | None
    series_id: uuid.UUID | None
    kind: str
    title: str
    place: str
    postcode: str | None
    seat_code: str | None
    starts_at: dt.datetime
    ends_at: dt.datetime
    timezone: str
    capacity: int | None
    going: int
    waiting: int
    state: str
    created_at: dt.datetime
    mine: RsvpView | None = None
    changes: int = 0
    """How often what it says was changed, where that is asked for."""
    cancelled_because: str | None = None

    @property
    def full(self) -> bool:
        """Whether whoever signs up now waits."""
        return self.capacity is not None and self.going >= self.capacity


def rsvp_view(row: Rsvp) -> RsvpView:
    """A sign-up as its own person sees it."""
    return RsvpView(row.id, row.event_id, row.state, row.places)


def event_view(row: Event, mine: Rsvp | None = None, changes: int = 0) -> EventView:
    """An event as it is now."""
    return EventView(
        id=row.id,
        campaign_id=row.campaign_id,
        series_id=row.series_id,
        kind=row.kind,
        title=row.title,
        place=row.place,
        postcode=row.postcode,
        seat_code=row.seat_code,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        timezone=row.timezone,
        capacity=row.capacity,
        going=row.taken,
        waiting=row.waiting,
        state=row.state,
        created_at=row.created_at,
        mine=rsvp_view(mine) if mine is not None and mine.state != "withdrawn" else None,
        changes=changes,
        cancelled_because=row.cancelled_because,
    )
