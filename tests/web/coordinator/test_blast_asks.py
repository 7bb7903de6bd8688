"""What replies to a text mean, said on its page while it runs: for those that come from then on."""

from __future__ import annotations

import uuid

import pytest
from sqlalchemy import select

from dialer.domain.answer_words import AnswerWords
from dialer.domain.text_answers import AnswerRule, Facts
from dialer.services.calling.campaigns import change_campaign, get_campaign
from dialer.services.context import Context
from dialer.services.messaging.answer_settings import set_answer_words
from dialer.services.messaging.blasts import BlastFields, create_blast
from dialer.services.messaging.inbound import InboundText, receive
from dialer.services.messaging.launching import cancel_blast, launch_blast
from dialer.services.messaging.planning import plan_chunk
from dialer.store.models.accounts import AuditEntry
from dialer.store.models.messaging import Message
from dialer.store.models.text_answers import TextAnswer
from tests.conftest import SetClock
from tests.texting import system
from tests.web.phone_bank import PhoneBank
from tests.web.reader import Reader

OURS = "+447700900001"
WORDS = AnswerWords(
    usual=True,
    own=(
        AnswerRule("Votes for us", ("YES",), Facts(support=1)),
        AnswerRule("Coming", ("YES",), Facts(tags=("coming",))),
    ),
)


@pytest.fixture
def running(bank: PhoneBank, ctx: Context, clock: SetClock) -> uuid.UUID:
    """A text that asks for votes, on its way, and taken by the carrier."""
    change_campaign(ctx, bank.campaign_id, {"senders": [OURS], "election_material": False})
    set_answer_words(ctx, bank.campaign_id, WORDS)
    fields = BlastFields(
        name="Barbecue",
        body="Reply YES. Stop: STOP",
        list_ids=get_campaign(ctx, bank.campaign_id).list_ids,
        asks_for=["Votes for us"],
    )
    made = launch_blast(ctx, create_blast(ctx, bank.campaign_id, fields).id)
    plan_chunk(system(ctx), made.id)
    with ctx.unit() as unit:
        for row in unit.session.scalars(select(Message).where(Message.state == "queued")):
            row.state, row.sent_at = "sent", ctx.now
    clock.forward(minutes=5)
    return made.id


def says_yes(ctx: Context, clock: SetClock, blast_id: uuid.UUID) -> list[tuple[str, str]]:
    """Somebody who got it answers; what has been taken from their answers."""
    clock.forward(minutes=1)
    now = system(ctx).at(clock())
    with ctx.unit() as unit:
        of_it = (Message.blast_id == blast_id, Message.state == "sent")
        number = unit.session.scalars(select(Message.number).where(*of_it).order_by(Message.number)).first()
    assert number is not None
    receive(now, InboundText(uuid.uuid4().hex, number, OURS, "Yes", now.now))
    with ctx.unit() as unit:
        found = unit.session.scalars(select(TextAnswer).order_by(TextAnswer.at, TextAnswer.id))
        return [(one.label, one.state) for one in found]


def test_it_is_said_anew_and_what_was_read_stays(
    desk: Reader, running: uuid.UUID, ctx: Context, clock: SetClock
) -> None:
    assert says_yes(ctx, clock, running) == [("Votes for us", "taken")]
    page = desk.open(f"/blasts/{running}")
    assert "What replies mean: Votes for us" in page.text
    assert "stays as it was read" in page.words["blast-asks-now"]
    refused = desk.press("blast-asks-save", asks_for=["Votes for us", "Coming"])
    assert refused.status == 422
    assert "same word" in refused.text or "in common" in refused.text
    page = desk.press("blast-asks-save", asks_for=["Coming"])
    assert "from now on" in page.words["flash"]
    assert "What replies mean: Coming" in page.text
    assert says_yes(ctx, clock, running) == [("Votes for us", "taken"), ("Coming", "taken")]
    with ctx.unit() as unit:
        changes = unit.session.scalars(select(AuditEntry).where(AuditEntry.action == "blast.changed")).all()
    assert [(one.changes["asked_for"], one.changes["asks_for"]) for one in changes] == [
        (["Votes for us"], ["Coming"])
    ]
    cancel_blast(ctx, running)
    page = desk.open(f"/blasts/{running}")
    assert "What replies mean: nothing" in desk.press("blast-asks-save", asks_for=[]).text, "also when over"
