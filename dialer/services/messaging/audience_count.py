"""Whom a blast is meant for, asked of the database in one statement."""

from __future__ import annotations

import datetime as dt

from dialer.domain.audience import Audience
from dialer.services.context import Context
from dialer.services.messaging.blasts import list_ids_of
from dialer.store.models.calling import Campaign
from dialer.store.models.messaging import Blast
from dialer.store.queries.blast_estimate import Asked, count_texted, numbers_of
from dialer.store.session import UnitOfWork


def count_recipients(ctx: Context, unit: UnitOfWork, blast: Blast, campaign: Campaign) -> int:
    """How many numbers would get a blast if it were launched now: what its estimate calls recipients."""
    return count_texted(unit, asked_of(ctx, unit, blast, campaign))


def asked_of(ctx: Context, unit: UnitOfWork, blast: Blast, campaign: Campaign) -> Asked:
    """What the database must be told to judge a blast's people. Which country a number is in only we know."""
    list_ids = list_ids_of(unit, blast.id)
    audience = Audience.of(blast.audience)
    gap = audience.not_contacted_for_s
    return Asked(
        list_ids=list_ids,
        election_id=campaign.election_id,
        audience=audience,
        requires_consent=campaign.require_consent_sms,
        since=None if gap is None else ctx.now - dt.timedelta(seconds=gap),
        foreign=[number for number in numbers_of(unit, list_ids) if not ctx.phones.allows(number)],
    )
