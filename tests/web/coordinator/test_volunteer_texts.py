"""A word to one volunteer from their page, and what they did beside it."""

from __future__ import annotations

import uuid

import pytest

from dialer.services.accounts.organisations import system_actor
from dialer.services.accounts.volunteers import (
    NewVolunteer,
    VolunteerChanges,
    change_volunteer,
    create_volunteer,
)
from dialer.services.context import Context
from dialer.services.messaging.inbound import InboundText, receive
from dialer.services.messaging.sender_settings import NewSender, add_sender
from dialer.services.messaging.volunteer_texts import VolunteerText, text_volunteer
from dialer.store.models.messaging import Message
from tests.web.coordinator.conftest import record_pledge
from tests.web.phone_bank import PhoneBank
from tests.web.reader import Reader

TOM = "+447700900321"


@pytest.fixture
def tom(ctx: Context, bank: PhoneBank) -> str:
    """The address of the page of Tom, whose number and email are known."""
    add_sender(ctx, NewSender("+447700900188"))
    person = create_volunteer(ctx, NewVolunteer("Tom", [bank.campaign_id], "tom@example.org", TOM))
    return f"/volunteers/{person.id}"


def test_words_kept_ready_go_behind_what_was_typed_and_nothing_is_sent(desk: Reader, tom: str) -> None:
    desk.open(tom)
    page = desk.press("ready-hour", body="Diolch, Tom.")
    assert "Diolch, Tom. Can you do another hour?" in page.html
    assert "volunteer-texts" not in page.tests


def test_a_text_goes_once_however_often_it_is_sent_and_its_answer_is_found(
    desk: Reader, tom: str, ctx: Context
) -> None:
    desk.open(tom)
    assert "One part" in desk.press("text-look", body="Can you do another hour?").words["text-segments"]
    again = dict(desk.page.buttons["text-send"].form.fields)
    assert "Sent in one part." in desk.press("text-send", body="Can you do another hour?").words["flash"]
    again |= {"body": "Can you do another hour?", "channel": "sms"}
    desk.client.post(f"{tom}/messages", data=again)
    said = desk.open(tom).words["volunteer-texts"]
    assert said.count("Can you do another hour?") == 1
    system = ctx.as_actor(system_actor(ctx.organisation_id))
    receive(system, InboundText("SM1", TOM, "+447700900188", "Yes, till nine", ctx.now))
    page = desk.open(tom)
    assert "Yes, till nine" in page.words["volunteer-texts"]
    talk = page.html.split("/inbox/")[1].split('"')[0]
    assert "Tom" in desk.open(f"/inbox/{talk}").words["is-volunteer"]
    listed = desk.open("/inbox")
    assert "Tom · One of your volunteers" in listed.words["conversation"]


@pytest.mark.parametrize(
    ("fields", "status", "words"),
    [
        ({"body": ""}, 422, "Write what it says."),
        ({"body": "x" * 1601}, 422, "at most"),
        ({"body": "Hi {nonsense}"}, 422, "nonsense"),
        ({"body": "Hi", "channel": "email", "subject": ""}, 422, "needs a subject"),
    ],
)
def test_what_cannot_be_sent_is_said_and_what_was_typed_stays(
    desk: Reader, tom: str, fields: dict[str, str], status: int, words: str
) -> None:
    desk.open(tom)
    page = desk.press("text-send", **fields)
    assert page.status == status
    assert words in page.words["flash"]
    assert fields["body"] in page.html


def test_a_no_of_theirs_holds(desk: Reader, tom: str, ctx: Context) -> None:
    system = ctx.as_actor(system_actor(ctx.organisation_id))
    receive(system, InboundText("SM1", TOM, "+447700900188", "STOP", ctx.now))
    desk.open(tom)
    page = desk.press("text-send", body="Can you do another hour?")
    assert page.status == 409
    assert "Nothing was sent" in page.words["flash"]


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        (VolunteerChanges(name="Tomos"), "queued"),
        (VolunteerChanges(email="tomos@example.org"), "queued"),
        (VolunteerChanges(phone="07700 900322"), "cancelled"),
        (VolunteerChanges(active=False), "cancelled"),
    ],
)
def test_words_that_wait_for_the_morning_reach_nobody_who_went_home_or_has_another_number(
    tom: str, ctx: Context, changes: VolunteerChanges, state: str
) -> None:
    tom_id, night = uuid.UUID(tom.rpartition("/")[2]), ctx.at(ctx.now.replace(hour=22))
    waits = text_volunteer(night, VolunteerText(tom_id, "Can you do another hour?"))
    assert waits.state == "queued"
    change_volunteer(night, tom_id, changes)
    with ctx.unit() as unit:
        text = unit.session.get_one(Message, (ctx.organisation_id, waits.id))
        assert text.not_before > night.now
        assert text.state == state


def test_their_page_says_what_they_did(desk: Reader, phone: Reader, bank: PhoneBank) -> None:
    record_pledge(phone)
    desk.open("/volunteers")
    here = next(part for part in desk.page.html.split('href="') if part.startswith("/volunteers/"))
    page = desk.open(here.split('"')[0])
    assert "1 shift" in page.words["volunteer-past"]
    assert "1 call" in page.words["volunteer-past"]
    assert "Calling now" in page.text
    assert "one browser" in page.words["browsers"]
    assert "Signed out everywhere." in desk.press("sign-out-everywhere").text
    assert "token" in phone.open("/call").tests
