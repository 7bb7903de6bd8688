"""Texts sent by hand, from the coordinator's form to the volunteer's press, without a script."""

from __future__ import annotations

import re
import uuid

import pytest
from flask import Flask

from dialer.services.calling.campaigns import change_campaign
from dialer.services.calling.pause_all import pause_all
from dialer.services.context import Context
from dialer.services.messaging.launching import pause_blast
from dialer.services.people.no_contact import add_opt_out
from dialer.store.models.messaging import Message
from tests.conftest import SetClock
from tests.people import Person
from tests.texting import Blasting
from tests.web.phone_bank import open_phone_bank
from tests.web.reader import Reader

SENDER = "+447700900001"
TEXT = "Common Ground here, {first_name|friend}: will you vote? Stop: STOP"
MOBILES, LANDLINES = 6, 3


class Evening:
    """Carys launches a text by hand to six people; Vic presses."""

    def __init__(self, app: Flask, ctx: Context, clock: SetClock, carys: Person, vic: Person) -> None:
        self.blasting, self.clock = Blasting(ctx, clock), clock
        self.ctx = ctx
        bank = open_phone_bank(ctx, vic)
        change_campaign(ctx, bank.campaign_id, {"senders": [SENDER], "election_material": False})
        self.desk, self.phone = Reader(app.test_client()), Reader(app.test_client())
        assert self.desk.sign_in(carys.token, to="/healthz").status == 200
        assert self.phone.sign_in(vic.token).status == 200
        self.desk.open(f"/blasts/new?campaign_id={bank.campaign_id}")
        self.checked = self.desk.press(
            "save", name="First texts", body=TEXT, mode="by_hand", batch_size="4", volunteer_limit=""
        )

    def launch(self) -> uuid.UUID:
        page = self.desk.press("blast-launch", confirm=str(MOBILES))
        assert page.status == 200, page.text
        found = re.search(r"/blasts/([0-9a-f-]{36})", page.html)
        assert found
        self.blast_id = uuid.UUID(found[1])
        self.blasting.plan(self.blast_id)
        return self.blast_id

    def press(self) -> None:
        self.clock.forward(seconds=1)
        self.phone.press("press")


@pytest.fixture
def evening(app: Flask, ctx: Context, clock: SetClock, carys: Person, vic: Person) -> Evening:
    return Evening(app, ctx, clock, carys, vic)


def test_the_check_says_what_the_numbers_may_send_and_keeps_what_was_typed(evening: Evening) -> None:
    page = evening.checked
    assert "one number, 200 a day" in page.words["blast-from"]
    assert "by hand, a press for each" in page.text
    assert evening.desk.press("blast-check", batch_size="many").status == 422
    assert "Write this as a whole number" in evening.desk.page.text
    evening.desk.press("blast-check", batch_size="4")
    assert evening.desk.page.status == 200


def test_a_volunteer_reads_and_presses_and_the_coordinator_sees_it(evening: Evening) -> None:
    blast_id = evening.launch()
    phone = evening.phone
    assert "first-texts" in phone.open("/call").tests
    page = phone.open("/texts/first")
    assert "6 left" in page.text
    assert "answer-people" in page.tests
    page = phone.press("take")
    assert "Common Ground here, Owen: will you vote? Stop: STOP" in page.words["text"]
    assert "7700" not in page.text, "no number: nobody needs it to press"
    evening.press()
    assert "1 of 4 sent" in phone.page.text
    phone.press("press")
    assert "That was quick" in phone.page.words["flash"]
    evening.press()
    evening.blasting.send()
    assert evening.blasting.counts(blast_id) == {"queued": 4, "sent": 2, "skipped": LANDLINES}
    progress = evening.desk.open(f"/blasts/{blast_id}")
    assert "4 wait for a press, 2 of them in volunteers’ hands." in progress.words["blast-by-hand"]
    assert progress.tests["sent-by"]["data-value"] == "2"
    assert "It waits for somebody to press." in progress.words["blast-reason"]
    phone.press("give-back")
    assert "Thank you. You sent 2." in phone.page.words["flash"]


@pytest.mark.slow
def test_what_somebody_said_meanwhile_is_shown_after_the_press(evening: Evening) -> None:
    blast_id = evening.launch()
    phone = evening.phone
    phone.open("/texts/first")
    phone.press("take")
    first = re.search(r'name="text" value="([0-9a-f-]+)"', phone.page.html)
    assert first
    with evening.ctx.unit() as unit:
        contact_id = unit.session.get_one(Message, (unit.organisation_id, uuid.UUID(first[1]))).contact_id
    assert contact_id is not None
    add_opt_out(evening.ctx, contact_id, "sms")
    evening.press()
    evening.blasting.send()
    page = phone.open(f"/texts/first/{blast_id}")
    assert "Asked us to stop" in page.words["left-out"]
    assert evening.blasting.judge.asked == []


@pytest.mark.slow
def test_pauses_and_an_old_page_say_why_nothing_went(evening: Evening, ctx: Context) -> None:
    blast_id = evening.launch()
    phone = evening.phone
    phone.open("/texts/first")
    phone.press("take")
    phone.press("leave")
    assert phone.page.words["text"]
    pause_blast(ctx, blast_id)
    evening.press()
    assert "has paused these texts" in phone.page.words["waits"]
    pause_all(ctx, "The wording is wrong")
    assert "press" not in phone.open(f"/texts/first/{blast_id}").tests
    assert evening.blasting.counts(blast_id) == {"queued": 6, "skipped": LANDLINES}


@pytest.mark.slow
def test_a_stranger_to_the_campaign_finds_none(evening: Evening, app: Flask, mallory: Person) -> None:
    blast_id = evening.launch()
    stranger = Reader(app.test_client())
    stranger.sign_in(mallory.token)
    assert "Nothing to send just now" in stranger.open("/texts/first").text
    assert stranger.open(f"/texts/first/{blast_id}").status == 404
