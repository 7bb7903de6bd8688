"""The call screen of somebody on a line of their own: waiting, talking with a name, finishing up."""

from __future__ import annotations

import re

import pytest

from dialer.services.calling.shift_states import move
from dialer.store.models.calls import Call
from dialer.store.queries import pacer_leases
from tests.web.reader import Reader
from tests.web.webhooks.conftest import Signer
from tests.web.webhooks.test_dialled_answers import OURS, Exchange, exchange, people  # noqa: F401 -- fixtures


@pytest.fixture
def reader(exchange: Exchange) -> Reader:  # noqa: F811
    """Vic on his line, in a browser without script."""
    exchange.sit_down(0)
    with exchange.room.units.begin(exchange.room.organisation_id) as unit:
        shift = unit.session.merge(exchange.room.shift(exchange.room.made[0]))
        shift.pin = "123456"
        pacer_leases.lead(unit, shift.campaign_id, "a pacer", exchange.clock.now)
    made = Reader(exchange.app.test_client())
    made.sign_in(exchange.people[0].token)
    return made


def test_whoever_answers_is_on_the_screen_with_their_name(
    exchange: Exchange,  # noqa: F811
    reader: Reader,
) -> None:
    page = reader.open("/call")
    assert reader.state == "waiting"
    assert "Next call soon" in page.text
    assert 'http-equiv="refresh" content="5"' in page.html, "it moves without script too"
    assert 'data-stream="/call/stream"' in page.html
    before = reader.client.get("/call/line").text
    assert f'data-shown="{before}"' in page.html
    call_id = exchange.dial()
    exchange.answers(call_id)
    assert reader.client.get("/call/line").text != before, "the page is told to move"
    page = reader.open("/call")
    assert reader.state == "talking"
    assert page.words["contact-name"] == "Person 0"
    assert "call-own" not in page.words
    assert "call-ring-me" not in page.words
    exchange.ends(call_id, CallDuration="40")
    page = reader.open("/call")
    assert reader.state == "wrap_up"
    assert 'name="disposition" value="no' in page.html
    assert not re.search(r'name="disposition" value="\w+" checked', page.html), "they just hung up"
    reader.press("save", disposition="contacted")
    assert reader.state == "saved"
    assert exchange.room.results() == [("contacted", exchange.people[0].id)]
    assert exchange.room.shift(exchange.room.made[0]).state == "ready"
    exchange.answers(exchange.dial(1), 1)
    reader.open("/call")
    assert reader.state == "talking", "the next one is put through while the last is on the page"


@pytest.mark.parametrize("ended_by", ["them", "volunteer"])
def test_what_sounded_like_a_machine_is_put_down_as_one(
    exchange: Exchange,  # noqa: F811
    reader: Reader,
    ended_by: str,
) -> None:
    call_id = exchange.dial()
    exchange.answers(call_id)
    with exchange.room.units.begin(exchange.room.organisation_id) as unit:
        call = unit.session.get_one(Call, (unit.organisation_id, call_id))
        call.answered_by, call.machine = "machine_start", True
    page = reader.open("/call")
    if ended_by == "them":
        exchange.ends(call_id, CallDuration="9")
        page = reader.open("/call")
    else:
        page = reader.press("reached")
    assert reader.state == "wrap_up"
    assert 'value="answering_machine" checked' in page.html
    assert 'value="not_reached" checked' in page.html
    assert "then of-spoke contacted" in page.html, "hidden while “Not reached” is chosen"


def test_a_pause_pressed_in_a_talk_is_said_at_once_and_stands_beside_what_was_saved(
    exchange: Exchange,  # noqa: F811
    reader: Reader,
) -> None:
    call_id = exchange.dial()
    exchange.answers(call_id)
    reader.open("/call")
    page = reader.press("pause")
    assert reader.state == "talking"
    assert page.words["rests-after"].startswith("You’ll be paused after this talk.")
    assert "pause" not in page.buttons
    page = reader.press("no-rest")
    assert "rests-after" not in page.words
    reader.press("pause")
    exchange.ends(call_id, CallDuration="40")
    reader.open("/call")
    page = reader.press("save", disposition="contacted")
    assert reader.state == "paused"
    assert page.words["saved"] == "Saved"
    page = reader.press("undo")
    assert reader.state == "wrap_up"
    assert page.words["flash"].startswith("Taken back.")
    reader.press("save", disposition="contacted")
    reader.press("resume")
    assert exchange.room.shift(exchange.room.made[0]).state == "ready"


def test_a_line_that_is_lost_says_so_and_how_to_come_back(exchange: Exchange, reader: Reader) -> None:  # noqa: F811
    with exchange.room.units.begin(exchange.room.organisation_id) as unit:
        shift = unit.session.merge(exchange.room.shift(exchange.room.made[0]))
        move(unit, shift, exchange.clock.now, line="none")
    page = reader.open("/call")
    assert reader.state == "paused"
    assert "You’re not on the line" in page.text
    assert "type 123456" in page.text


def test_volunteers_see_that_somebody_rang_back(
    exchange: Exchange,  # noqa: F811
    reader: Reader,
    signer: Signer,
) -> None:
    call_id = exchange.dial()
    exchange.answers(call_id)
    exchange.ends(call_id, CallDuration="1")
    reader.open("/call")
    reader.press("save", disposition="contacted")
    number = exchange.voters[0].numbers[0]
    params = {"CallSid": "CA" + "7" * 32, "From": number, "To": OURS}
    told = signer.post("/webhooks/twilio/voice/inbound", params)
    assert "Common Ground" in told.text
    page = reader.open("/call?wait=dialling")
    assert "Somebody we rang has rung back in the last hour." in page.text
