"""Looking events up."""

from __future__ import annotations

import datetime as dt
import uuid

from sqlalchemy import Select, select

from dialer.store.models.events import Event
from dialer.store.session import UnitOfWork

CampaignKey = tuple[uuid.UUID, uuid.UUID]
"""The organisation and the campaign: whoever opens a public link is of no organisation."""


def next_session(unit: UnitOfWork, campaign: CampaignKey, now: dt.datetime) -> Event | None:
    """A campaign's next phone-bank session, where one is planned."""
    soonest = _to_come(campaign, now).order_by(Event.starts_at, Event.id).limit(1)
    return unit.session.scalar(soonest)


def coming_session(
    unit: UnitOfWork, campaign: CampaignKey, event_id: uuid.UUID, now: dt.datetime
) -> Event | None:
    """One of a campaign's sessions to come."""
    return unit.session.scalar(_to_come(campaign, now).where(Event.id == event_id))


def _to_come(campaign: CampaignKey, now: dt.datetime) -> Select[Event]:
    organisation_id, campaign_id = campaign
    return select(Event).where(
        Event.organisation_id == organisation_id,
        Event.campaign_id == campaign_id,
        Event.kind == "phone_bank",
        Event.state == "planned",
        Event.ends_at > now,
    )
