"""Answering people as volunteers do, without a script: each has theirs alone, and nobody is left with it."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from flask import Flask

from dialer.domain.access import Role
from dialer.services.accounts.organisations import system_actor
from dialer.services.calling.campaigns import end_campaign
from dialer.services.context import Context
from dialer.services.messaging.canned_replies import add_canned_reply
from dialer.services.messaging.inbound import InboundText, receive
from dialer.services.people.contacts import change_contact
from dialer.store.models.conversations import Conversation
from dialer.store.models.messaging import Message
from dialer.store.session import UnitFactory
from tests.conftest import SetClock
from tests.people import Person, make_person
from tests.web.phone_bank import PhoneBank, open_phone_bank
from tests.web.reader import Page, Reader

OURS = "+447700900001"
OWEN, NASIMA = "+447700900102", "+447700900103"
Writes = Callable[[str, str], None]


@pytest.fixture
def bank(ctx: Context, vic: Person) -> PhoneBank:
    return open_phone_bank(ctx, vic)


@pytest.fixture
def writes(ctx: Context, bank: PhoneBank, clock: SetClock) -> Writes:
    """`writes(OWEN, "STOP")`: a text comes in to the campaign, a minute after the one before."""

    def write(number: str, body: str) -> None:
        clock.forward(minutes=1)
        system = ctx.at(clock()).as_actor(system_actor(ctx.organisation_id))
        receive(system, InboundText(uuid.uuid4().hex, number, OURS, body, clock()))
        with ctx.unit() as unit:
            unit.session.query(Conversation).update({"campaign_id": bank.campaign_id})

    return write


@pytest.fixture
def reader_of(app: Flask) -> Callable[[Person], Reader]:
    def reader(person: Person) -> Reader:
        made = Reader(app.test_client())
        made.sign_in(person.token, to="/texts")
        return made

    return reader


def _replies(ctx: Context) -> list[str]:
    with ctx.unit() as unit:
        found = unit.session.query(Message).filter(Message.purpose == "reply").order_by(Message.created_at)
        return [one.body for one in found]


def test_an_evening_of_answers(  # noqa: PLR0917 - each of them has a part in it
    reader_of: Callable[[Person], Reader],
    vic: Person,
    units: UnitFactory,
    ctx: Context,
    bank: PhoneBank,
    writes: Writes,
    clock: SetClock,
) -> None:
    wil = make_person(
        units, ctx.organisation_id, Role.VOLUNTEER, "Wil Rees", campaign_ids=(bank.campaign_id,)
    )
    of_vic, of_wil = reader_of(vic), reader_of(wil)
    assert "Nobody waits for an answer" in of_vic.open("/texts").text
    writes(OWEN, "Which hall? 😀")
    writes(NASIMA, "Will do!")
    assert of_vic.open("/call").tests["texts"]
    assert of_vic.open("/texts").tests["others"]["data-value"] == "2"
    page = of_vic.press("next")
    assert "Owen Hughes" in page.text
    of_wil.open("/texts")
    assert "Nasima Begum" in of_wil.press("next").text
    of_vic.open("/texts")
    assert "Owen Hughes" in of_vic.page.words["mine"]

    change_contact(ctx, bank.people["Nasima"], {"language": "cy"})
    welsh = {"cy": "Helo {first_name}, {caller_name} ydw i."}
    ready = {"name": "Where?", "body": "Hi {first_name}", "bodies": welsh}
    add_canned_reply(ctx, bank.campaign_id, ready)
    of_wil.press("note-save", note="Keen")
    assert of_wil.page.words["notes"].startswith("Keen")
    of_wil.press("tags-save", tags="poster, lift home")
    page = of_wil.press("use-1")
    assert page.forms[-1] is not None
    page = of_wil.press("reply-look")
    assert "Helo Nasima, Wil ydw i." in page.words["text-preview"]
    shown = of_wil.page
    for _ in range(2):
        of_wil.page = shown
        assert "Sent in one part." in of_wil.press("reply-send").words["flash"]
    assert _replies(ctx) == ["Helo Nasima, Wil ydw i."]

    _from_home(of_vic, "Owen")
    clock.forward(minutes=11)
    of_wil.open("/texts")
    assert "Owen Hughes" in of_wil.press("next").text
    page = of_vic.press("reply-send", body="The Scout hall.")
    assert (page.status, page.words["written"]) == (404, "The Scout hall.")
    assert len(_replies(ctx)) == 1
    writes(OWEN, "STOP")
    page = of_wil.press("reply-send", body="The Scout hall.")
    assert (page.status, "Asked us to stop" in page.words["flash"]) == (409, True)
    assert "reply-send" not in page.buttons
    assert "Nobody waits" in of_wil.open("/texts").text


def test_when_the_campaign_has_ended_they_finish_whom_they_have_and_are_thanked(
    reader_of: Callable[[Person], Reader], vic: Person, ctx: Context, bank: PhoneBank, writes: Writes
) -> None:
    of_vic = reader_of(vic)
    writes(OWEN, "Which hall?")
    of_vic.open("/texts")
    page = of_vic.press("next")
    assert "campaign-over" not in page.tests
    end_campaign(ctx, bank.campaign_id)
    page = _from_home(of_vic, "Owen")
    assert "You may finish with this person" in page.words["campaign-over"]
    assert "Sent in one part." in of_vic.press("reply-send", body="The Scout hall.").words["flash"]
    assert _replies(ctx) == ["The Scout hall."]
    page = of_vic.open("/texts")
    assert "The texts have ended" in page.text
    assert "Nobody waits for an answer." in page.words["texts-over"]
    assert "first-texts" not in page.tests
    writes(NASIMA, "Thanks for all you did")
    page = of_vic.open("/texts")
    assert "Some people still wait" in page.words["texts-over"]
    assert "Nasima Begum" in of_vic.press("next").text


def test_who_is_frightened_is_told_that_they_did_right_and_a_coordinator_sees_it_first(
    reader_of: Callable[[Person], Reader], vic: Person, carys: Person, bank: PhoneBank, writes: Writes
) -> None:
    writes(OWEN, "I know where you live")
    of_vic, desk = reader_of(vic), reader_of(carys)
    of_vic.open("/texts")
    asked = of_vic.press("next")
    for _ in range(2):
        of_vic.page = asked
        assert "You did right" in of_vic.press("frightened").text
    assert "Nobody waits" in of_vic.open("/texts").text
    assert "One person frightened somebody" in desk.open("/live").words["frightened"]
    page = desk.open("/inbox")
    assert "This person frightened me" in page.words["inbox-coordinator"]
    page = _follow(desk, "Owen Hughes")
    assert "Vic" in page.words["handed-over"]
    page = desk.press("assign-save", volunteer_id=str(vic.id))
    assert (page.status, "never to meet" in page.text) == (422, True)
    assert "Blocked." in desk.press("block").words["flash"]
    assert "Owen" not in desk.open("/inbox").text
    desk.open("/inbox?state=blocked")
    assert "isn’t blocked any more" in _unblocked(desk).words["flash"]


def test_one_is_handed_over_left_closed_or_blocked(
    reader_of: Callable[[Person], Reader], vic: Person, bank: PhoneBank, writes: Writes, clock: SetClock
) -> None:
    of_vic = reader_of(vic)
    writes(OWEN, "Who pays for this?")
    of_vic.open("/texts")
    of_vic.press("next")
    assert of_vic.press("handover-save").status == 422
    page = of_vic.press("handover-save", reason="press", handover_note="From the Gazette")
    assert "A coordinator goes on" in page.words["flash"]
    writes(NASIMA, "👍")
    of_vic.open("/texts")
    of_vic.press("next")
    assert "Somebody else" in of_vic.press("give-back").words["flash"]
    clock.forward(minutes=61)
    of_vic = reader_of(vic)
    of_vic.open("/texts")
    of_vic.press("next")
    assert "Closed." in of_vic.press("conversation-close").words["flash"]
    writes(NASIMA, "scum")
    _from_home(of_vic, "Nasima")
    assert "Blocked." in of_vic.press("block").words["flash"]
    assert "Nobody waits" in of_vic.page.text
    assert of_vic.open(f"/texts/{uuid.uuid4()}").status == 404


def test_organisers_and_volunteers_reach_their_own(  # noqa: PLR0917 - each of them has a part in it
    reader_of: Callable[[Person], Reader],
    units: UnitFactory,
    ctx: Context,
    bank: PhoneBank,
    mallory: Person,
    writes: Writes,
) -> None:
    writes(OWEN, "Which hall?")
    olwen = make_person(units, ctx.organisation_id, Role.ORGANISER, "Olwen", campaign_ids=(bank.campaign_id,))
    desk = reader_of(olwen)
    assert "Owen Hughes" in desk.open("/inbox").words["inbox-answer"]
    desk.open(f"/campaigns/{bank.campaign_id}/replies")
    assert "for_all" not in desk.page.html
    assert desk.press("canned-add", name="Where?", body="At {frist_name}").status == 422
    assert "Kept." in desk.press("canned-add", name="Where?", body="Here.", body_cy="Yma.").words["flash"]
    assert "Yma." in desk.page.words["canned-reply"]
    desk.press("canned-delete")
    assert "None yet" in desk.page.text
    assert "Nobody waits" in reader_of(mallory).open("/texts").text


def _from_home(reader: Reader, name: str) -> Page:
    reader.open("/texts")
    before, _, _ = reader.page.html.partition(f"<b>{name}")
    return reader.open(before.rsplit('href="', 1)[1].split('"')[0])


def _follow(desk: Reader, name: str) -> Page:
    before, _, _ = desk.page.html.partition(f"<b>{name}")
    return desk.open(before.rsplit('href="', 1)[1].split('"')[0])


def _unblocked(desk: Reader) -> Page:
    _follow(desk, "Owen")
    return desk.press("unblock", reason="A neighbour’s joke")


def test_a_volunteer_can_write_down_what_a_text_says(
    reader_of: Callable[[Person], Reader], vic: Person, bank: PhoneBank, writes: Writes
) -> None:
    writes(OWEN, "been down the hall already")
    of_vic = reader_of(vic)
    of_vic.open("/texts")
    page = of_vic.press("next")
    assert {"told", "record"} <= page.tests.keys()
    assert {"label", "record-save"} <= page.tests.keys() | page.buttons.keys()
    assert "Their last text says" in page.words["record"]
