"""Why a running blast sends nothing just now: said from what holds at this moment, and kept nowhere."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from dialer.domain.blast import Waiting
from dialer.domain.email_address import channel_of
from dialer.domain.first_texts import BY_HAND
from dialer.domain.postcode_zones import zones_of_postcode
from dialer.domain.quiet_hours import (
    USUAL,
    USUAL_ZONE,
    QuietHours,
    is_quiet,
    quiet_until,
    zones_of_number,
)
from dialer.domain.sender import Rest
from dialer.domain.texting import EMAIL, SMS
from dialer.services.context import Context
from dialer.services.messaging.carrier_queues import standing_senders
from dialer.services.messaging.first_waves import in_first_wave
from dialer.services.messaging.senders import known_senders, senders_of
from dialer.store.models.accounts import Organisation
from dialer.store.models.calling import Campaign
from dialer.store.models.messaging import Blast, Sender
from dialer.store.queries import inbound_readings
from dialer.store.queries.first_texts import count_pressed
from dialer.store.queries.message_claims import senders_with_texts
from dialer.store.session import UnitOfWork

_NEVER: Final = dt.datetime.max.replace(tzinfo=dt.UTC)
WAITING: Final[Mapping[str | None, Waiting]] = {
    Rest.SLOWED: Waiting.RATE,
    Rest.AWAY: Waiting.CARRIER,
    None: Waiting.CARRIER,
}
"""What a blast waits for while its senders rest; a rest from before reasons were kept is the carrier's."""
UNREADABLE_AFTER: Final = dt.timedelta(seconds=20)
"""When reading has failed for so long it is no hiccup, and a coordinator is told."""


def waiting_reason(ctx: Context, unit: UnitOfWork, blast: Blast, campaign: Campaign) -> str | None:
    """The reason for which a running blast waits; None where it sends, or isn't running at all."""
    if blast.state != "running":
        return None
    held_up = all_held_up(ctx, unit, campaign, blast.channel)
    resting = held_up or _resting(ctx, unit, blast, campaign) or _standing(ctx, unit, blast, campaign)
    return resting or _press(unit, blast)


def all_held_up(ctx: Context, unit: UnitOfWork, campaign: Campaign, channel: str = SMS) -> Waiting | None:
    """What holds up every text of a campaign, or every letter, whichever sender it comes from: None where
    they go.
    """
    organisation = unit.session.get_one(Organisation, unit.organisation_id)
    if organisation.paused_at is not None:
        is_spent = organisation.paused_reason == Waiting.BUDGET
        return Waiting.BUDGET if is_spent else Waiting.ORGANISATION_PAUSED
    if campaign.state != "active":
        return Waiting.CAMPAIGN_PAUSED
    if campaign_is_quiet(campaign, ctx.now, channel):
        return Waiting.QUIET_HOURS
    return _unread(unit, ctx.now) if channel == SMS else None


def _press(unit: UnitOfWork, blast: Blast) -> Waiting | None:
    """Whether it is sent by hand and nobody has pressed for anything that is still here. Before anything is
    written down there is nothing to press for.
    """
    if blast.mode != BY_HAND or blast.planned_through is None:
        return None
    return None if count_pressed(unit, blast.id) else Waiting.PRESS


def _standing(ctx: Context, unit: UnitOfWork, blast: Blast, campaign: Campaign) -> Waiting | None:
    """Whether all senders that it has left wait until what the carrier has of them has left."""
    full = standing_senders(ctx, unit, [blast]) if blast.channel == SMS else set()
    return Waiting.RATE if full and full.issuperset(_senders_left(unit, blast, campaign)) else None


def _unread(unit: UnitOfWork, now: dt.datetime) -> Waiting | None:
    """Whether texts to us come first, and whether they have let nobody read them for a while."""
    found = inbound_readings.standing(unit)
    if not found.unread:
        return None
    failing = found.failing_since is not None and now - found.failing_since >= UNREADABLE_AFTER
    return Waiting.UNREADABLE if failing else Waiting.UNREAD


def _resting(ctx: Context, unit: UnitOfWork, blast: Blast, campaign: Campaign) -> Waiting | None:
    rows = known_senders(unit, _senders_left(unit, blast, campaign)).values()
    if not rows or awake(rows, ctx.now):
        return None
    if all(row.pause_reason is not None for row in rows):
        return Waiting.SENDERS
    return WAITING[first_to_wake(rows).resting_for]


def _senders_left(unit: UnitOfWork, blast: Blast, campaign: Campaign) -> Sequence[str]:
    """Those of its senders that have something of it left to send, or of its first wave while nothing else
    goes, since others don't hold it up or carry it on any more; before anything is written down, all of them.
    """
    senders = senders_of(unit, blast, campaign)
    is_wave = bool(in_first_wave(unit, [blast.id]))
    return senders_with_texts(unit, blast.id, senders, of_wave=is_wave) or senders


def campaign_is_quiet(campaign: Campaign, now: dt.datetime, channel: str = SMS) -> bool:
    """Whether it is quiet now where the campaign is: for its letters too where it says so."""
    if channel == EMAIL and not campaign.quiet_hours_email:
        return False
    hours, zone = hours_of(campaign)
    return is_quiet(now, hours, (zone,))


def hours_of(campaign: Campaign | None) -> tuple[QuietHours, str]:
    """A campaign's quiet hours and zone; the usual ones for what belongs to none."""
    if campaign is None:
        return USUAL, USUAL_ZONE
    return QuietHours(campaign.quiet_start, campaign.quiet_end), campaign.timezone


def quiet_at(
    number: str, campaign: Campaign | None, now: dt.datetime, postcode: str | None = None
) -> dt.datetime | None:
    """Until when it is quiet for a number, by the clock of its campaign, its own or its holder’s `postcode`,
    or for an address where the campaign's letters keep quiet hours; None where it isn't now.
    """
    hours, zone = hours_of(campaign)
    home = zones_of_postcode(postcode, number, zone)
    if channel_of(number) == EMAIL:
        keeps = campaign is not None and campaign.quiet_hours_email
        return quiet_until(now, hours, (zone, *home)) if keeps else None
    return quiet_until(now, hours, (zone, *zones_of_number(number), *home))


def is_resting(sender: Sender, now: dt.datetime) -> bool:
    """Whether nothing goes out from this sender at this moment."""
    return sender.pause_reason is not None or (
        sender.resting_until is not None and sender.resting_until > now
    )


def first_to_wake(resting: Collection[Sender]) -> Sender:
    """Of senders that all rest, the one that goes on first: what keeps it is what is waited for."""
    return min(resting, key=lambda row: row.resting_until or _NEVER)


def awake(senders: Iterable[Sender], now: dt.datetime) -> list[Sender]:
    """Those that don't rest."""
    return [sender for sender in senders if not is_resting(sender, now)]
