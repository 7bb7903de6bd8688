"""Single texts wait as rows, from the sender that the person knows."""

from __future__ import annotations

import pytest

from dialer.domain.errors import Conflict
from dialer.services.calling.campaigns import CampaignFields, create_campaign
from dialer.services.context import Context
from dialer.services.messaging.outgoing import queue_text
from dialer.services.messaging.sender_settings import NewSender, add_sender, pause_sender
from dialer.store.models import new_id
from dialer.store.models.conversations import Conversation
from dialer.store.queries import counters
from tests.phone_bank import landline, mobile

PERSON = mobile(7)


def _campaign(ctx: Context, *senders: str) -> CampaignFields:
    return CampaignFields(name="Texts", kind="text_blast", senders=list(senders))


def _sender_of(ctx: Context, **options: object) -> str | None:
    with ctx.unit() as unit:
        return queue_text(unit, ctx, number=PERSON, body="Hello", purpose="code", **options).sender  # type: ignore[arg-type]


def test_without_any_sender_nothing_is_queued(ctx: Context) -> None:
    with pytest.raises(Conflict):
        _sender_of(ctx)


def test_the_sender_is_the_one_they_know_else_the_campaigns_else_any(ctx: Context) -> None:
    create_campaign(ctx, _campaign(ctx, landline(1)))
    second = create_campaign(ctx, _campaign(ctx, landline(2), landline(3)))
    assert _sender_of(ctx) == landline(1)
    assert _sender_of(ctx, campaign_id=second.id) == landline(2)
    assert _sender_of(ctx, sender=landline(9)) == landline(9)
    with ctx.unit() as unit:
        known = {"id": new_id(), "number": PERSON, "sender": landline(4), "created_at": ctx.now}
        unit.session.add(Conversation(organisation_id=unit.organisation_id, **known))
    assert _sender_of(ctx, campaign_id=second.id) == landline(4)


def test_a_stopped_one_sends_only_where_there_is_no_other(ctx: Context) -> None:
    stopped = add_sender(ctx, NewSender(landline(1)))[0]
    pause_sender(ctx, stopped.id)
    assert _sender_of(ctx) == landline(1)
    both = create_campaign(ctx, _campaign(ctx, landline(1), landline(2)))
    assert _sender_of(ctx) == _sender_of(ctx, campaign_id=both.id) == landline(2)
    add_sender(ctx, NewSender(landline(3)))
    assert _sender_of(ctx) == landline(3)


def test_what_waits_is_measured_and_counted(ctx: Context) -> None:
    campaign = create_campaign(ctx, _campaign(ctx, landline(1)))
    with ctx.unit() as unit:
        text = queue_text(unit, ctx, number=PERSON, body="Ŵy" * 40, purpose="single", campaign_id=campaign.id)
    assert (text.state, text.encoding, text.segments) == ("queued", "ucs2", 2)
    with ctx.unit() as unit:
        assert counters.read(unit, "campaign", [campaign.id]) == {"message_queued": 1}
