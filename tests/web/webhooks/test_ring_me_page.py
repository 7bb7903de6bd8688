"""“Ring my phone and put me through” on the call screen, without a script, with the town's telephones."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy import select

from dialer.carrier.port import Carrier
from dialer.domain.limit import Limit, Taken
from dialer.domain.transfer import TransferNumber
from dialer.services.calling.campaigns import list_campaigns
from dialer.services.calling.placing import place_next
from dialer.services.calling.rung import rung_calls
from dialer.services.calling.transfer_choices import set_transfer_numbers
from dialer.services.context import Context
from dialer.services.paging import Page as Some
from dialer.store.models.messaging import Message
from tests.conftest import SetClock
from tests.people import Person, join_campaign
from tests.phone_bank import Voter, landline, mobile, running_campaign
from tests.towns import Town
from tests.web.reader import Page, Reader
from tests.web.webhooks.conftest import SENDER

VIC, GWEN, OURS = mobile(500), landline(123), landline(900)


class Always:
    """A pace that nothing has to wait for."""

    def take(self, limits: Sequence[Limit], costs: Sequence[int]) -> Taken:
        return Taken(len(costs))


@dataclass
class Booth:
    """Vic with Gwen on the screen, and the town in which both have a phone."""

    ctx: Context
    reader: Reader
    town: Town
    clock: SetClock
    carrier: Carrier
    system: Callable[[], Context]

    def code(self) -> str:
        """The code that was texted last."""
        with self.ctx.unit() as unit:
            query = select(Message.body).where(Message.purpose == "code").order_by(Message.id.desc())
            found = re.match(r"\d+", unit.session.scalars(query).first() or "")
        assert found is not None
        return found[0]

    def show_own_phone(self) -> Page:
        """Once: the phone that is Vic's, by its code."""
        self.reader.press("call-ring-me")
        self.reader.press("phone-send", phone="07700 900500")
        return self.reader.press("phone-confirm", code=self.code())

    def ring(self) -> Page:
        page = self.reader.press("call-ring-me")
        assert place_next(self.system(), self.carrier, Always())
        return page

    def advance(self, seconds: float) -> Page:
        """Let time pass, and look again."""
        self.town.advance(seconds)
        self.clock.forward(seconds=seconds)
        return self.reader.open("/call")

    def until(self, line: str) -> Page:
        """Let time pass until the line is there."""
        for _ in range(20):
            if self.reader.client.get("/call/line").text == line:
                return self.reader.open("/call")
            self.advance(1)
        raise AssertionError(line)


@pytest.fixture
def reader(app: Flask, told: None, ctx: Context, vic: Person) -> Reader:
    """Vic, with Gwen in hand, in a campaign that has a number to ring from."""
    campaign = running_campaign(ctx, [Voter("Gwen", [GWEN])], caller_ids=[OURS], senders=[SENDER])
    join_campaign(vic.units, vic, campaign.id)
    vic_reads = Reader(app.test_client())
    vic_reads.sign_in(vic.token)
    vic_reads.press("next")
    assert vic_reads.state == "ringing"
    return vic_reads


@dataclass
class Street:
    """The town, the carrier's client and the time."""

    town: Town
    clock: SetClock
    carrier: Carrier
    system: Callable[[], Context]


@pytest.fixture
def street(town: Town, clock: SetClock, carrier: Carrier, system: Callable[[], Context]) -> Street:
    town.person(VIC, phone="answers", ring_s=3, talk_s=3000)
    town.person(GWEN, phone="answers", ring_s=5, talk_s=61)
    return Street(town, clock, carrier, system)


@pytest.fixture
def booth(ctx: Context, reader: Reader, street: Street) -> Booth:
    return Booth(ctx, reader, **vars(street))


@pytest.mark.slow
def test_the_phone_is_shown_to_be_theirs_once_by_its_code(booth: Booth) -> None:
    reader = booth.reader
    page = reader.press("call-ring-me")
    assert "Which phone is yours?" in page.text
    page = reader.press("phone-send", phone="not a number")
    assert "can’t be a phone number" in page.text
    page = reader.press("phone-send", phone="07700 900500")
    assert "texted to 07700 900500" in page.text
    assert "07700900500" not in reader.page.html.replace('value="+447700900500"', "")
    wrong = "000000" if booth.code() != "000000" else "111111"
    assert "That isn’t the code" in reader.press("phone-confirm", code=wrong).text
    page = reader.press("phone-confirm", code=booth.code())
    assert reader.state == "ringing"
    assert "That’s your phone." in page.words["flash"]
    assert "Which phone is yours?" not in reader.press("call-ring-me").text


@pytest.mark.slow
def test_the_screen_follows_the_line_to_its_end(booth: Booth) -> None:
    booth.show_own_phone()
    (campaign,) = list_campaigns(booth.ctx, Some()).items
    set_transfer_numbers(booth.ctx, campaign.id, [TransferNumber("The office", "01632 960800")])
    page = booth.ring()
    assert "gives" not in page.tests
    assert "We’re ringing your phone" in page.words["status"]
    assert "call-own" not in page.tests
    assert 'http-equiv="refresh"' in page.html
    assert booth.reader.client.get("/call/line").text == "yours"
    page = booth.until("theirs")
    assert booth.reader.state == "ringing"
    assert "Ringing Gwen" in page.words["status"]
    page = booth.until("talking")
    assert booth.reader.state == "talking"
    assert page.words["contact-name"] == "Gwen"
    assert "transfer-ring" in page.buttons, "they can be put through"
    assert "gives" not in page.tests
    assert 'http-equiv="refresh"' not in page.html
    booth.advance(70)
    assert booth.reader.state == "wrap_up"
    ended = int(re.search(r'data-timer="(\d+)"', booth.reader.open("/call").html)[1])
    booth.clock.forward(seconds=100)
    assert f'data-timer="{ended + 100}"' in booth.reader.open("/call").html, "since they hung up"
    assert booth.reader.client.get("/call/line").text == "none"
    page = booth.reader.press("save", disposition="contacted")
    assert booth.reader.state == "saved"
    assert page.tests["shift-count"]["data-value"] == "1"
    assert rung_calls(booth.ctx, campaign.id) == {"completed": 1}


@pytest.mark.slow
@pytest.mark.parametrize(("phone", "chosen"), [("busy", "busy"), ("no_answer", "no_answer")])
def test_what_the_carrier_knows_is_chosen_already(booth: Booth, phone: str, chosen: str) -> None:
    booth.town.person(GWEN, phone=phone)
    booth.show_own_phone()
    booth.ring()
    page = booth.advance(60)
    assert booth.reader.state == "wrap_up"
    form = next(form for form in page.forms if form.id == "outcome")
    assert (form.fields["outcome"], form.fields["disposition"]) == ("not_reached", chosen)


@pytest.mark.slow
def test_a_phone_that_was_not_picked_up_can_be_tried_again(booth: Booth) -> None:
    booth.town.person(VIC, phone="no_answer")
    booth.show_own_phone()
    booth.ring()
    page = booth.advance(60)
    assert booth.reader.state == "ringing"
    assert "Your phone wasn’t picked up." in page.words["flash"]
    assert "call-own" in page.tests
    assert "flash" not in booth.reader.open("/call").tests, "it is said once"
    booth.town.person(VIC, phone="answers", ring_s=3, talk_s=3000)
    booth.ring()
    booth.until("talking")
    assert booth.reader.state == "talking"


@pytest.mark.slow
def test_going_back_to_the_words_after_the_end_stays_there(booth: Booth) -> None:
    booth.show_own_phone()
    booth.ring()
    booth.advance(90)
    assert booth.reader.state == "wrap_up"
    back = next(one for one in booth.reader.page.buttons.values() if one.action.endswith("/resume-script"))
    booth.reader.page.buttons["back"] = back
    assert "step" in booth.reader.press("back").tests or booth.reader.state == "ringing"
    assert booth.reader.state != "wrap_up"
