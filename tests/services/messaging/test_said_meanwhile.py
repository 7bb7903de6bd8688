"""What people say while a blast runs: the texts that still wait for them follow it."""

from __future__ import annotations

import uuid

import pytest

from dialer.services.messaging.conversations import ConversationSearch, decide, list_conversations
from dialer.services.messaging.inbound import InboundText, receive
from dialer.services.paging import Page
from dialer.store.models.messaging import Message
from tests.phone_bank import mobile
from tests.texting import SENDER, Blasting, add_people, people


def write(blasting: Blasting, index: int, body: str) -> None:
    """Somebody texts us."""
    now = blasting.ctx.now
    receive(blasting.system, InboundText(uuid.uuid4().hex, mobile(index), SENDER, body, now))


def texted(blasting: Blasting) -> list[str]:
    return sorted(message.to for message in blasting.judge.ledger)


def the_review(blasting: Blasting) -> uuid.UUID:
    (row,) = list_conversations(blasting.ctx, ConversationSearch(state="review"), Page()).items
    return row.id


@pytest.mark.parametrize(
    "body", ["STOP", "take me off your list", "Stop. Wrong person", "dim mwy o negeseuon"]
)
def test_a_no_before_the_wire_is_kept(blasting: Blasting, body: str):
    blast = blasting.launch(people(blasting.ctx, 3))
    blasting.plan(blast.id)
    write(blasting, 1, body)
    blasting.send()
    assert texted(blasting) == [mobile(0), mobile(2)]
    assert blasting.skipped(blast.id) == {"opted_out": 1}


def test_a_no_of_one_is_the_no_of_the_number(blasting: Blasting):
    who = [uuid.uuid4(), uuid.uuid4()]
    add_people(blasting.ctx, [(id_, [mobile(0)]) for id_ in who])
    blast = blasting.launch(who)
    blasting.plan(blast.id)
    write(blasting, 0, "STOP")
    blasting.send()
    assert texted(blasting) == []
    assert blasting.counts(blast.id) == {"skipped": 2}


def test_what_is_under_review_waits_and_goes_on_when_it_was_no_no(blasting: Blasting):
    blast = blasting.launch(people(blasting.ctx, 3))
    blasting.plan(blast.id)
    write(blasting, 1, "st op")
    blasting.send()
    assert blasting.counts(blast.id) == {"sent": 2, "queued": 1}
    decide(blasting.ctx, the_review(blasting), opt_out=False)
    blasting.send()
    assert texted(blasting) == [mobile(0), mobile(1), mobile(2)]


def test_what_is_under_review_is_skipped_when_it_was_a_no(blasting: Blasting):
    blast = blasting.launch(people(blasting.ctx, 3))
    blasting.plan(blast.id)
    write(blasting, 1, "not interested in any of this")
    blasting.send()
    decide(blasting.ctx, the_review(blasting), opt_out=True)
    blasting.send()
    assert texted(blasting) == [mobile(0), mobile(2)]
    assert blasting.skipped(blast.id) == {"opted_out": 1}


def test_start_before_the_wire_lets_the_text_go(blasting: Blasting):
    blast = blasting.launch(people(blasting.ctx, 1))
    blasting.plan(blast.id)
    write(blasting, 0, "STOP")
    write(blasting, 0, "START")
    blasting.send()
    assert texted(blasting) == [mobile(0)]
    assert blasting.counts(blast.id) == {"sent": 1}


def test_help_comes_from_the_number_that_they_wrote_to(blasting: Blasting):
    write(blasting, 0, "HELP")
    blasting.send()
    (answer,) = blasting.judge.ledger
    assert (answer.to, answer.sender) == (mobile(0), SENDER)
    assert "Common Ground" in answer.body
    with blasting.ctx.unit() as unit:
        states = sorted(row.state for row in unit.session.query(Message))
    assert states == ["received", "sent"]


def test_who_answers_a_blast_belongs_to_its_campaign(blasting: Blasting):
    (sian,) = people(blasting.ctx, 1)
    blast = blasting.launch([sian])
    blasting.plan(blast.id)
    blasting.send()
    write(blasting, 0, "Yes I'll vote")
    (row,) = list_conversations(blasting.ctx, ConversationSearch(campaign_id=blast.campaign_id), Page()).items
    assert (row.state, row.sender) == ("open", SENDER)
    assert row.contact is not None
    assert row.contact.id == sian
