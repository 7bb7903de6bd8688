"""Whatever is sent to a coordinator's form, the answer is a page that says so, never a fault of ours."""

from __future__ import annotations

import datetime as dt
import io
import uuid

import pytest
from flask import Flask

from dialer.domain.event import Span
from dialer.services.accounts.join_links import NewJoinLink, create_join_link
from dialer.services.accounts.organisations import system_actor
from dialer.services.accounts.teams import create_team
from dialer.services.calling.campaigns import get_campaign
from dialer.services.calling.sessions import start_session
from dialer.services.calling.sounds import add_sound
from dialer.services.context import Context
from dialer.services.gotv.canvass import NewCanvass, cut_walks
from dialer.services.gotv.mark_review import MarkSearch, list_marks
from dialer.services.gotv.teller_sheets import NewSheet, add_sheet
from dialer.services.gotv.turnout import mark_turnout
from dialer.services.gotv.views import NewMark
from dialer.services.messaging.blasts import BlastFields, create_blast
from dialer.services.messaging.canned_replies import add_canned_reply
from dialer.services.messaging.conversations import ConversationSearch, list_conversations
from dialer.services.messaging.inbound import InboundText, receive
from dialer.services.messaging.look_ups import Wanted, begin_look_ups
from dialer.services.messaging.pictures import add_picture
from dialer.services.messaging.sender_settings import NewSender, add_sender
from dialer.services.messaging.templates import create_template
from dialer.services.organising.events import NewEvent, make_event
from dialer.services.paging import Page
from dialer.services.people.audiences import create_audience
from dialer.services.people.lists import create_list
from dialer.services.people.suppressions import NewSuppression, add_suppression
from dialer.store.models.people import Contact
from tests.examples import cases
from tests.people import Person
from tests.pictures import png
from tests.sounds import wav
from tests.texting import listed, people
from tests.web.coordinator.test_doors import PAGES
from tests.web.phone_bank import PhoneBank
from tests.web.reader import Reader

NONSENSE = (
    "",
    "\0",
    "9" * 40,
    str(uuid.UUID(int=0)),
    "x" * 5_000,
    "\u202e\U0001f4a9",
    "-1",
    "null",
    "0001-01-01",
    "9999-12-31",
)
FIELDS = [
    "name",
    "kind",
    "nation",
    "polling_on",
    "which",
    "due_on",
    "ready",
    "due_time",
    "election_id",
    "list_ids",
    "audience_id",
    "script_id",
    "quiet_start",
    "quiet_end",
    "timezone",
    "max_attempts",
    "retry_minutes",
    "points_pledged",
    "gap_busy",
    "number_day_max",
    "machine_detection",
    "parts",
    "first_wave",
    "first_wave_size",
    "first_wave_goes_on",
    "past_wave",
    "voicemail",
    "lawful",
    "number_max",
    "caller_id_hour_max",
    "d",
    "hours",
    "lease_minutes",
    "default_region",
    "q",
    "list_id",
    "after",
    "support",
    "campaign_id",
    "channel",
    "note",
    "reason",
    "mode",
    "consent_source",
    "consent_at",
    "start",
    "language",
    "phone",
    "email",
    "campaign_ids",
    "numbers",
    "polling_district",
    "source",
    "undo_numbers",
    "doors_most",
    "code-1",
    "walked_at",
    "polling_on",
    "opens_at",
    "closes_at",
    "current",
    "approval",
    "column-0",
    "has_header",
    "node-0-id",
    "node-0-kind",
    "node-0-text",
    "node-0-next",
    "node-0-answer-0-label",
    "add",
    "remove",
    "move",
    "based_on",
    "senders",
    "address",
    "rate",
    "caller_ids",
    "cost_cap",
    "recontact_hours",
    "sender_names",
    "imprint",
    "imprint_url",
    "imprint_added",
    "remark",
    "version",
    "template_id",
    "picture_id",
    "new_language",
    "new_body",
    "require_consent_sms",
    "body",
    "text_id",
    "volunteer_id",
    "text_campaign_id",
    "voted",
    "voting_methods",
    "tags_any",
    "tags_none",
    "polling_districts",
    "not_contacted_hours",
    "send_at",
    "test_to",
    "confirm",
    "retention_days",
    "seen",
    "decision",
    "g-0-join",
    "g-0-new",
    "g-0-r-0-kind",
    "list_name",
    "on",
    "starts",
    "ends",
    "place",
    "capacity",
    "weeks",
    "save",
    "doing",
    "of_campaign",
    "of_team",
    "parent_id",
    "role",
    "team_id",
    "team_ids",
    "audience",
    "of",
    "circular_id",
    "subject",
    "looked",
    "send",
]


def _draft(ctx: Context, bank: PhoneBank) -> uuid.UUID:
    fields = BlastFields(name="Polls are open", body="Hi. Stop: STOP", list_ids=[])
    return create_blast(ctx, bank.campaign_id, fields).id


def _conversation(ctx: Context) -> uuid.UUID:
    system = ctx.as_actor(system_actor(ctx.organisation_id))
    receive(system, InboundText("SM1", "+447700900102", "+447700900001", "st op", ctx.now))
    return list_conversations(ctx, ConversationSearch(), Page()).items[0].id


def _look_up(ctx: Context) -> uuid.UUID:
    some = listed(ctx, people(ctx, 1))
    return begin_look_ups(ctx, Wanted(list_id=some, which="all"), 1).id


def _session(ctx: Context, bank: PhoneBank) -> NewEvent:
    start = ctx.now + dt.timedelta(days=1)
    return NewEvent(
        "phone_bank", "Ring", "Here", Span(start, start + dt.timedelta(hours=1)), bank.campaign_id
    )


def _suppression(ctx: Context) -> uuid.UUID:
    bar = NewSuppression(channels=("voice",), reason="manual", number="+447700900103")
    return add_suppression(ctx, bar)[0].id


def _walk(ctx: Context, bank: PhoneBank) -> uuid.UUID:
    with ctx.unit() as unit:
        key = (ctx.organisation_id, bank.people["Owen"])
        unit.session.get_one(Contact, key).address = "14 High Street"
    return cut_walks(ctx, bank.campaign_id, NewCanvass())[0].id


def _mark(ctx: Context) -> uuid.UUID:
    mark_turnout(ctx, [NewMark("KA1-999")])
    return list_marks(ctx, MarkSearch(), Page()).items[0].id


@pytest.fixture
def addresses(ctx: Context, bank: PhoneBank, vic: Person, app: Flask) -> list[str]:
    """Every address of the coordinator's that takes a form, with ids that are there."""
    ids = {
        "campaign_id": bank.campaign_id,
        "list_id": create_list(ctx, {"name": "Spare"}).id,
        "audience_id": create_audience(ctx, {"name": "Voted", "filter": {"voted": True}}).id,
        "script_id": get_campaign(ctx, bank.campaign_id).script_id,
        "contact_id": bank.people["Owen"],
        "volunteer_id": vic.id,
        "account_id": vic.id,
        "role": "volunteer",
        "milestone": "registration",
        "step": "reactivate",
        "team_id": create_team(ctx, "Wales", "region").id,
        "election_id": get_campaign(ctx, bank.campaign_id).election_id,
        "import_id": uuid.UUID(int=1),
        "suppression_id": _suppression(ctx),
        "code": create_join_link(ctx, bank.campaign_id, NewJoinLink()).code,
        "channel": "voice",
        "blast_id": _draft(ctx, bank),
        "link_id": uuid.UUID(int=3),
        "token_id": uuid.UUID(int=6),
        "evidence_id": uuid.UUID(int=7),
        "conversation_id": _conversation(ctx),
        "answer_id": uuid.UUID(int=3),
        "reply_id": add_canned_reply(ctx, bank.campaign_id, {"name": "Where?", "body": "Here."}).id,
        "picture_id": add_picture(ctx, io.BytesIO(png()), "Poster")[0].id,
        "sound_id": add_sound(ctx, io.BytesIO(wav()), "Thursday")[0].id,
        "recording_id": uuid.UUID(int=2),
        "mark_id": _mark(ctx),
        "sheet_id": add_sheet(ctx, NewSheet("KA1", ctx.now - dt.timedelta(hours=1), ctx.now)).id,
        "batch_id": _look_up(ctx),
        "sender_id": add_sender(ctx, NewSender("+447700900188"))[0].id,
        "deed": "pause",
        "event_id": make_event(ctx, _session(ctx, bank)).id,
        "rsvp_id": uuid.UUID(int=4),
        "template_id": create_template(ctx, None, {"name": "Morning", "body": "Hi. Stop: STOP"}).id,
        "circular_id": uuid.UUID(int=5),
        "walk_id": _walk(ctx, bank),
        "session_id": start_session(ctx, bank.campaign_id).id,
    }
    rules = [
        rule
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("coordinator.") and "POST" in (rule.methods or ())
    ]
    adapter = app.url_map.bind("localhost")
    return [
        adapter.build(rule.endpoint, {name: ids[name] for name in rule.arguments}, method="POST")
        for rule in sorted(rules, key=str)
    ]


@pytest.mark.parametrize("value", cases(NONSENSE, quick=4))
def test_no_form_breaks(desk: Reader, addresses: list[str], value: str) -> None:
    desk.open("/campaigns")
    token = desk.page.forms[0].fields["csrf_token"]
    assert len(addresses) > 30
    for address in addresses:
        if address.endswith(("/deactivate", "/delete")):
            continue  # these take no field; they end what the others need
        data = {"csrf_token": token, **dict.fromkeys(FIELDS, value)}
        answer = desk.client.post(address, data=data)
        assert answer.status_code < 500, f"{address} on {value[:20]!r}"


@pytest.mark.parametrize("value", cases(NONSENSE, quick=4))
def test_no_address_breaks(desk: Reader, bank: PhoneBank, value: str) -> None:
    for path in PAGES:
        names = (
            "after",
            "state",
            "campaign_id",
            "list_id",
            "support",
            "polling_district",
            "script_id",
            "went",
            "team_id",
            "doing",
            "parent_id",
        )
        answer = desk.client.get(path, query_string=dict.fromkeys(names, value))
        assert answer.status_code < 500, path


def test_without_its_token_a_form_changes_nothing(desk: Reader, addresses: list[str]) -> None:
    for address in addresses:
        assert desk.client.post(address, data={"name": "Any"}).status_code == 403, address
