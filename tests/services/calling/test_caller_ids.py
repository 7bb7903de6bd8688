"""A number that is answered less than the others rests, and says so."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid

from dialer.domain.caller_id import pick_caller_id
from dialer.services.accounts.organisations import system_actor
from dialer.services.calling.caller_ids import (
    caller_ids,
    usage_of,
    use_caller_id_again,
    watch_caller_ids,
)
from dialer.services.context import Context
from dialer.store.models import new_id
from dialer.store.models.calling import Campaign
from dialer.store.models.calls import Call
from tests.phone_bank import landline, running_campaign

GOOD, SPAM = landline(901), landline(902)


def rung(ctx: Context, campaign_id: uuid.UUID, caller_id: str, calls: int, answered: int) -> None:
    when = dict.fromkeys(("contact_rung_at", "created_at", "deadline_at"), ctx.now - dt.timedelta(minutes=9))
    with ctx.unit() as unit:
        unit.session.add_all(
            Call(
                organisation_id=unit.organisation_id,
                id=new_id(),
                direction="outbound",
                mode="dialled",
                campaign_id=campaign_id,
                number=landline(1),
                caller_id=caller_id,
                state="completed",
                answered_at=ctx.now if nth < answered else None,
                charged_legs=[],
                **when,
            )
            for nth in range(calls)
        )


def test_it_is_watched_rests_and_is_taken_back(ctx: Context) -> None:
    campaign = running_campaign(ctx, [], caller_ids=[SPAM, GOOD])
    system = ctx.as_actor(system_actor(ctx.organisation_id))
    rung(ctx, campaign.id, GOOD, 200, 60)
    rung(ctx, campaign.id, SPAM, 120, 5)
    assert watch_caller_ids(system) == 1
    assert watch_caller_ids(system) == 0
    spam, good = caller_ids(ctx, campaign.id)
    assert (spam.rests, good.rests, spam.calls_1h) == ("fell_behind", None, 120)
    assert spam.rests_until == ctx.now + dt.timedelta(hours=24)
    with ctx.unit() as unit:
        row = unit.session.get_one(Campaign, (unit.organisation_id, campaign.id))
        assert pick_caller_id(row.caller_ids, landline(1), usage_of(unit, row, ctx.now)) == GOOD
    assert use_caller_id_again(ctx, campaign.id, SPAM)[0].rests is None
    assert watch_caller_ids(system) == 0, "a coordinator wants it"
    tomorrow = dataclasses.replace(system, now=ctx.now + dt.timedelta(hours=23))
    assert watch_caller_ids(tomorrow) == 0
