"""What people's texts told: on the page of their conversation, and the words that a campaign asks for."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest

from dialer.services.accounts.organisations import system_actor
from dialer.services.context import Context
from dialer.services.messaging.inbound import InboundText, receive
from dialer.services.messaging.outgoing import queue_text
from tests.conftest import SetClock
from tests.web.phone_bank import PhoneBank
from tests.web.reader import Page, Reader

OURS = "+447700900001"
OWEN, STRANGER = "+447700900102", "+447700900990"
Says = Callable[[str, str], Page]


@pytest.fixture
def says(desk: Reader, bank: PhoneBank, ctx: Context, clock: SetClock) -> Says:
    """`says(OWEN, "2")`: asked from 1 to 5, they answer; the page of their conversation."""

    def say(number: str, body: str) -> Page:
        with ctx.unit() as unit:
            asked = queue_text(
                unit,
                ctx.at(clock()),
                number=number,
                body="From 1 to 5?",
                purpose="blast",
                campaign_id=bank.campaign_id,
                sender=OURS,
            )
            asked.state, asked.sent_at = "sent", clock()
        clock.forward(minutes=1)
        system = ctx.at(clock()).as_actor(system_actor(ctx.organisation_id))
        receive(system, InboundText(uuid.uuid4().hex, number, OURS, body, system.now))
        inbox = desk.open("/inbox").html
        return desk.open("/inbox/" + inbox.split('href="/inbox/', 1)[1].split('"')[0])

    return say


def test_an_answer_is_shown_and_taken_back(desk: Reader, says: Says) -> None:
    page = says(OWEN, "2")
    assert "Taken as: Leaning to us" in page.words["answer-taken"]
    assert "by itself" in page.words["answer-taken"]
    assert "as if it had never been" in desk.press("drop").words["flash"]
    assert "answer-taken" not in desk.page.tests


def test_one_in_doubt_waits_for_a_person(desk: Reader, says: Says) -> None:
    page = says(OWEN, "2?")
    assert "Perhaps: Leaning to us" in page.words["answer-doubtful"]
    assert "it asks" in page.words["answer-doubtful"]
    assert "Written down." in desk.press("take").words["flash"]
    assert "by Carys" in desk.page.words["answer-taken"]
    assert "Written down." in desk.press("record-save", label="Voted").words["flash"]
    assert "Taken as: Voted" in desk.page.text


@pytest.mark.slow
def test_whoever_nobody_knows_becomes_a_contact_with_what_they_said(desk: Reader, says: Says) -> None:
    page = says(STRANGER, "1")
    assert "nobody is known to have this number" in page.words["answer-doubtful"]
    assert "take" not in page.buttons
    assert "Write their name." in desk.press("keep").words["flash"]
    assert "among your people" in desk.press("keep", first_name="Tomos").words["flash"]
    assert "Taken as: Strong support" in desk.page.words["answer-taken"]
    assert "Tomos" in desk.page.text


def test_a_campaigns_own_words(desk: Reader, bank: PhoneBank) -> None:
    desk.open(f"/campaigns/{bank.campaign_id}/answers")
    row = {"label-0": "Wants a poster", "words-0": "POSTER, STOP", "tags-0": "poster"}
    assert "“STOP”" in desk.press("save", **row).text
    assert "Saved." in desk.press("save", **row | {"words-0": "POSTER, poster plis"}).words["flash"]
    assert "poster plis" in desk.page.html


def test_an_answer_that_means_only_a_tag_needs_none(desk: Reader, bank: PhoneBank) -> None:
    desk.open(f"/campaigns/{bank.campaign_id}/answers")
    row = {"label-0": "Lift, please", "words-0": "LIFT"}
    assert "Saved." in desk.press("save", **row).words["flash"]
    assert 'value="Lift please"' in desk.page.html
    refused = desk.press("save", **{"label-1": "Typed in vain", "words-1": "STOP", "tags-1": "kept"})
    assert "“STOP”" in refused.text
    for typed in ("Typed in vain", "STOP", "kept", "Lift please"):
        assert f'value="{typed}"' in refused.html
