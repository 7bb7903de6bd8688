"""Texts to us, from the town's people through the signed door: decided before they are answered."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import pytest
from sqlalchemy import select

from dialer.services.calling.campaigns import CampaignFields, create_campaign
from dialer.services.people.opt_outs import record_opt_out
from dialer.services.people.weighing import Origin
from dialer.store.models.conversations import Conversation
from dialer.store.models.messaging import Message
from dialer.store.models.people import OptOut, Suppression
from dialer.store.session import UnitFactory
from tests.phone_bank import Voter, add_voters, mobile
from tests.towns import Town
from tests.web.webhooks.conftest import SENDER, Post, Signer

INBOUND = "/webhooks/twilio/messages/inbound"
SIAN = mobile(123)
SID = "SM" + "1" * 32
Row = TypeVar("Row", Conversation, Message, OptOut, Suppression)


@pytest.fixture
def sian(ctx) -> Voter:
    voter = Voter("Siân", (SIAN, mobile(124)))
    add_voters(ctx, [voter])
    return voter


@dataclass
class Door:
    """Where texts come in, and what is there afterwards."""

    signer: Signer
    units: UnitFactory
    organisation_id: uuid.UUID

    def text(self, body: str, number: str = SIAN, sid: str | None = None, **params: str) -> None:
        """Have a text come in by hand: each has a SID of its own unless one is given."""
        given = {"MessageSid": sid or f"SM{uuid.uuid4().hex}", "From": number, "To": SENDER, "Body": body}
        answer = self.signer.post(INBOUND, {**given, **params})
        assert answer.status_code == 200, answer.text
        assert answer.mimetype == "text/xml"
        assert "<Response/>" in answer.text

    def rows(self, model: type[Row]) -> Sequence[Row]:
        with self.units.begin(self.organisation_id) as unit:
            return unit.session.scalars(select(model).order_by(model.id)).all()

    def is_barred(self, number: str = SIAN) -> bool:
        return any(
            row.number == number and row.channel == "sms" and row.lifted_at is None
            for row in self.rows(Suppression)
        )

    @property
    def conversation(self) -> Conversation:
        (found,) = self.rows(Conversation)
        return found


@pytest.fixture
def door(signer: Signer, post: Post) -> Door:
    return Door(signer, post.units, post.organisation_id)


@pytest.mark.usefixtures("told")
def test_stop_from_the_town_holds_when_it_is_answered(door: Door, town: Town, sian: Voter, api, carys):
    town.text(SIAN, SENDER, "Stop. Wrong person")
    assert door.is_barred()
    assert api(carys).get(f"/contacts/{sian.id}").json["opt_outs"]["sms"] is not None
    (message,) = door.rows(Message)
    assert (message.direction, message.state, message.inbound_class) == ("inbound", "received", "opt_out")
    assert (message.number, message.sender, message.contact_id) == (SIAN, SENDER, sian.id)
    assert door.conversation.state == "closed"


def test_a_no_covers_all_numbers_of_who_said_it(door: Door, sian: Voter):
    door.text("STOP")
    assert door.is_barred(mobile(124))
    (no,) = door.rows(OptOut)
    assert (no.contact_id, no.channel, no.source) == (sian.id, "sms", "text")


def test_on_a_shared_number_the_number_is_out_and_with_it_everybody_there(door: Door, ctx, api, carys):
    couple = [Voter("Siân", (SIAN,)), Voter("Gwyn", (SIAN, mobile(130)))]
    add_voters(ctx, couple)
    door.text("STOP")
    assert door.is_barred()
    assert not door.is_barred(mobile(130))
    for one in couple:
        assert api(carys).get(f"/contacts/{one.id}").json["opt_outs"]["sms"] is not None
    assert door.conversation.contact_id is None


def test_of_a_shared_number_it_is_whom_we_wrote_to(door: Door, ctx, post: Post):
    couple = [Voter("Siân", (SIAN,)), Voter("Gwyn", (SIAN,))]
    add_voters(ctx, couple)
    post.text(SIAN, state="delivered", contact_id=couple[1].id)
    door.text("Who is this?")
    assert door.conversation.contact_id == couple[1].id


def test_a_number_that_nobody_has_can_say_no(door: Door):
    door.text("STOP")
    assert door.is_barred()
    assert door.rows(OptOut) == []


def test_the_same_sid_again_changes_nothing(door: Door, sian, clock):
    door.text("START", sid=SID)
    door.text("STOP")
    clock.forward(seconds=5)
    door.text("START", sid=SID)
    assert door.is_barred()
    assert len(door.rows(Message)) == 2


def test_start_lifts_what_was_said_by_text(door: Door, sian):
    door.text("stop")
    door.text("start")
    assert not door.is_barred()
    assert not door.is_barred(mobile(124))
    assert all(no.lifted_at is not None for no in door.rows(OptOut))
    assert door.conversation.state == "open"


def test_yes_lifts_it_too_but_only_after_a_no_by_text(door: Door, sian):
    door.text("Yes")
    door.text("STOP")
    door.text("YES!")
    assert not door.is_barred()
    classes = [row.inbound_class for row in door.rows(Message)]
    assert classes == ["other", "opt_out", "opt_in"]


@pytest.mark.parametrize("source", ["call", "link", "manual", "import"])
def test_start_lifts_no_other_no(door: Door, source: str, ctx, sian):
    with ctx.unit() as unit:
        record_opt_out(unit, sian.id, "sms", Origin(source, ctx.now))
    door.text("START")
    door.text("Yes")
    assert door.is_barred()
    assert [row.inbound_class for row in door.rows(Message)] == ["opt_in", "other"]


def test_somebody_elses_no_on_the_number_takes_the_place(door: Door, ctx, clock):
    sian, gwyn = Voter("Siân", (SIAN,)), Voter("Gwyn", (SIAN,))
    add_voters(ctx, [sian, gwyn])
    door.text("STOP")
    with ctx.unit() as unit:
        record_opt_out(unit, gwyn.id, "sms", Origin("call", ctx.now))
    door.text("START")
    assert door.is_barred()


def test_what_may_be_a_no_waits_for_a_person(door: Door, sian):
    door.text("not interested in any of this")
    assert door.conversation.state == "review"
    assert not door.is_barred()
    door.text("Hello?")
    door.text("START")
    door.text("HELP")
    assert door.conversation.state == "review"
    assert [row.purpose for row in door.rows(Message) if row.direction == "outbound"] == []
    door.text("ok, STOP")
    assert door.conversation.state == "closed"
    assert door.is_barred()


def test_the_carriers_reading_is_obeyed(door: Door, sian):
    door.text("halt right there", OptOutType="STOP")
    assert door.is_barred()
    door.text("back please", OptOutType="START")
    assert not door.is_barred()
    door.text("Yes", OptOutType="START")
    rules = [(row.inbound_class, row.inbound_rule) for row in door.rows(Message)]
    assert rules == [("opt_out", "carrier_stop"), ("opt_in", "carrier_start"), ("other", "nothing")]


def test_help_is_given_once_a_day(door: Door, sian, clock):
    for _ in range(2):
        door.text("HELP")
        door.text("info")
        clock.forward(hours=25)
    answers = [row for row in door.rows(Message) if row.purpose == "help"]
    assert len(answers) == 2
    assert {(row.number, row.sender, row.state) for row in answers} == {(SIAN, SENDER, "queued")}
    assert all("STOP" in row.body and row.encoding == "gsm7" for row in answers)


def test_stop_is_confirmed_once_and_only_where_the_carrier_does_not(door: Door, sian, app, settings, clock):
    door.text("STOP")
    assert [row.purpose for row in door.rows(Message)] == [None]
    tools = app.extensions["dialer"]
    told = dataclasses.replace(settings, messaging_stop_reply=True)
    app.extensions["dialer"] = dataclasses.replace(tools, settings=told)
    door.text("STOP", number=mobile(200))
    door.text("STOP", number=mobile(200))
    door.text("STOP", number=mobile(201), OptOutType="STOP")
    door.text("HELP", number=mobile(202), OptOutType="HELP")
    answers = [row for row in door.rows(Message) if row.direction == "outbound"]
    assert [(row.number, row.purpose) for row in answers] == [(mobile(200), "stop_confirmation")]


def test_a_copy_of_our_own_text_says_nothing(door: Door, sian, post: Post):
    message_id = post.text(SIAN, state="delivered")
    post.change(message_id, body="Vote on Thursday, won't you? Reply LEAVE to opt out")
    door.text("Liked “Vote on Thursday, won't you? Reply LEAVE to opt out”")
    assert not door.is_barred()
    door.text("Leave")
    assert door.is_barred()


def test_what_comes_goes_with_what_they_last_had(door: Door, sian, post: Post, ctx):
    campaign = create_campaign(ctx, CampaignFields(name="Texts", kind="text_blast"))
    post.text(SIAN, state="sent", campaign_id=campaign.id)
    door.text("Yes I'll vote")
    found = door.conversation
    assert (found.campaign_id, found.sender, found.state) == (campaign.id, SENDER, "open")


@pytest.mark.parametrize("params", [{"From": SIAN}, {"MessageSid": SID}])
def test_a_text_without_a_name_or_a_sender_is_refused(door: Door, params, signer: Signer, post: Post):
    assert signer.post(INBOUND, {"To": SENDER, "Body": "STOP", **params}).status_code == 400


def test_unsigned_texts_are_nobodys(door: Door, signer: Signer, post: Post):
    params = {"MessageSid": SID, "From": SIAN, "To": SENDER, "Body": "STOP"}
    assert signer.post(INBOUND, params, signature="").status_code == 403
    assert door.rows(Message) == []


def test_odd_texts_are_taken_too(door: Door):
    door.text("")
    door.text("\x00" * 3)
    door.text("STOP", number="12345")
    door.text("x" * 5000)
    assert len(door.rows(Message)) == 4
