"""A campaign made from another: how it was run comes along, what came of it stays."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from dialer.domain.access import Role
from dialer.domain.campaign_copy import NEVER, USUAL, Part, columns_taken
from dialer.domain.errors import NotFound, ValidationFailed
from dialer.services.calling.campaigns import CampaignFields, activate_campaign, create_campaign, end_campaign
from dialer.services.campaign_copying import copy_campaign
from dialer.services.context import Context
from dialer.services.messaging.canned_replies import add_canned_reply, list_canned_replies
from dialer.services.messaging.templates import create_template, list_templates, retire_template
from dialer.services.paging import Page
from dialer.store.models.calling import Campaign
from dialer.store.models.own_numbers import OwnNumber
from dialer.store.session import UnitFactory
from tests.people import make_person
from tests.phone_bank import landline
from tests.texting import listed, people

OURS, GONE = landline(1), landline(2)
SAID: dict[str, Any] = {
    "kind": "gotv",
    "timezone": "Europe/Dublin",
    "quiet_start": dt.time(20),
    "quiet_end": dt.time(10),
    "dialing_mode": "progressive",
    "caller_ids": [OURS, GONE],
    "senders": [GONE],
    "max_attempts": 5,
    "retry_after_s": 60,
    "sender_names": ["Common Ground"],
    "imprint": "Promoted by Carys Rees, 1 High Street",
    "imprint_added": "text",
    "approved_words_only": True,
    "require_consent_sms": True,
    "quiet_hours_email": True,
    "talks_goal": 100,
    "leaderboard": True,
}
APART: dict[str, Any] = {
    "call_policy": {"home_language": "cy"},
    "transfer_numbers": [{"label": "Office", "phone": landline(3)}],
    "answering_machines": {"detects": True, "sound_id": str(uuid.uuid4()), "confirmed_at": "2026-05-01"},
    "text_answers": {"usual": True},
}
OF_RESULTS: dict[str, Any] = {
    "spent": 12,
    "answer_hours": {"9": [1, 2]},
    "recording": True,
    "recording_days": 3,
}


@pytest.fixture
def source(ctx: Context) -> uuid.UUID:
    """A campaign of which everything is set, with words kept ready, templates, a list, and an end."""
    made = create_campaign(ctx, CampaignFields(name="May", list_ids=[listed(ctx, people(ctx, 2))], **SAID))
    add_canned_reply(
        ctx, made.id, {"name": "Where?", "body": "In the hall.", "bodies": {"cy": "Yn y neuadd."}}
    )
    create_template(ctx, made.id, {"name": "Polls", "body": "Polls are open. Stop: STOP"})
    old = create_template(ctx, made.id, {"name": "Old", "body": "It is over. Stop: STOP"})
    retire_template(ctx, old.id)
    activate_campaign(ctx, made.id)
    end_campaign(ctx, made.id)
    with ctx.unit() as unit:
        row = unit.session.get_one(Campaign, (unit.organisation_id, made.id))
        for column, value in (APART | OF_RESULTS).items():
            setattr(row, column, value)
        given = {"sid": f"PN{uuid.uuid4().hex}", "sms": True, "mms": True, "voice": True, "seen_at": ctx.now}
        here = {"organisation_id": unit.organisation_id, "calls_to": ""}
        unit.session.add(OwnNumber(**here, number=GONE, gone_at=ctx.now, **given))
    return made.id


def _row(ctx: Context, campaign_id: uuid.UUID) -> Campaign:
    with ctx.unit() as unit:
        return unit.session.get_one(Campaign, (unit.organisation_id, campaign_id))


def test_all_that_is_usual_comes_along_and_nothing_that_came_of_it(ctx: Context, source: uuid.UUID) -> None:
    made = copy_campaign(ctx, source, "September")
    assert (made.campaign.name, made.campaign.state, made.campaign.list_ids) == ("September", "draft", ())
    assert made.numbers_left == (GONE,)
    row, old = _row(ctx, made.campaign.id), _row(ctx, source)
    assert (row.caller_ids, row.senders) == ([OURS], [])
    assert row.answering_machines == {"detects": True}, "the message is lawful for the old one's people alone"
    for column in columns_taken(USUAL) - {"caller_ids", "senders", "answering_machines"}:
        assert getattr(row, column) == getattr(old, column), column
    assert (row.spent, row.answer_hours, row.recording, row.recording_days) == (0, {}, False, 28)
    assert row.imprint_code not in {None, old.imprint_code}
    assert row.activated_at is row.ended_at is None
    [reply] = list_canned_replies(ctx, made.campaign.id, Page(5)).items
    assert (reply.name, reply.bodies) == ("Where?", {"cy": "Yn y neuadd."})
    [template] = [one for one in list_templates(ctx, Page(9)).items if one.campaign_id == made.campaign.id]
    assert (template.name, template.latest.state) == ("Polls", "draft")


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parts=st.sets(st.sampled_from(list(Part))))
def test_what_is_not_ticked_is_as_of_any_new_campaign(
    ctx: Context, source: uuid.UUID, parts: set[Part]
) -> None:
    made = copy_campaign(ctx, source, "Some", parts).campaign
    fresh = create_campaign(ctx, CampaignFields(name="Fresh", kind="phone_bank"))
    row, old, new = _row(ctx, made.id), _row(ctx, source), _row(ctx, fresh.id)
    apart = {"caller_ids", "senders", "answering_machines"}
    taken = columns_taken(parts)
    for column in set(Campaign.__table__.columns.keys()) - NEVER - apart:
        expected = old if column in taken else new
        assert getattr(row, column) == getattr(expected, column), column
    assert bool(made.list_ids) == (Part.LISTS in parts)
    with ctx.unit() as unit:
        assert unit.session.scalar(select(Campaign.state).where(Campaign.id == source)) == "ended"


def test_a_copy_changes_apart_from_its_original(ctx: Context, source: uuid.UUID) -> None:
    made = copy_campaign(ctx, source, "September").campaign
    with ctx.unit() as unit:
        row = unit.session.get_one(Campaign, (unit.organisation_id, made.id))
        row.transfer_numbers = []
    assert _row(ctx, source).transfer_numbers == APART["transfer_numbers"]


def test_an_organiser_copies_only_their_own_and_does_not_escape_approval(
    ctx: Context, source: uuid.UUID, units: UnitFactory
) -> None:
    olwen = make_person(units, ctx.organisation_id, Role.ORGANISER, "Olwen", campaign_ids=(source,))
    theirs = ctx.as_actor(olwen.actor)
    made = copy_campaign(theirs, source, "Ours", frozenset()).campaign
    assert made.approved_words_only
    assert made.imprint == SAID["imprint"]
    other = create_campaign(ctx, CampaignFields(name="Theirs", kind="gotv"))
    with pytest.raises(NotFound):
        copy_campaign(theirs, other.id, "Ours")


def test_it_needs_a_name(ctx: Context, source: uuid.UUID) -> None:
    with pytest.raises(ValidationFailed):
        copy_campaign(ctx, source, "  ")
