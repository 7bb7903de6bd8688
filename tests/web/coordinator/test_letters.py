"""Letters in the composer: written, checked, tried and sent on the pages of texts."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from sqlalchemy import select, update

from dialer.services.accounts.organisations import system_actor
from dialer.services.calling.campaigns import change_campaign
from dialer.services.context import Context
from dialer.services.gotv.stats import CampaignStats
from dialer.services.messaging.figures import Move, count_moves
from dialer.services.messaging.gate import claim_texts, new_lease, pass_gate
from dialer.services.messaging.inbound import InboundText, receive
from dialer.services.messaging.messages import MessageSearch, list_messages
from dialer.services.messaging.planning import plan_chunk
from dialer.services.messaging.settling import lose_silent
from dialer.services.paging import Page
from dialer.store.models import new_id
from dialer.store.models.conversations import Conversation
from dialer.store.models.messaging import Blast, Message
from dialer.store.models.people import Contact
from dialer.web.coordinator import live
from tests.phone_bank import mobile
from tests.texting import SENDER
from tests.web.phone_bank import PhoneBank
from tests.web.reader import Reader

LETTER = "# Polls are open\n\nDear {first_name|friend},\n\nvote [today](https://example.org/vote)."
READERS = ("Owen", "Siân")


@pytest.fixture
def draft(desk: Reader, bank: PhoneBank, ctx: Context) -> Reader:
    """The composer of a draft of letters, on the screen; two people of the phone bank have an address."""
    change_campaign(ctx, bank.campaign_id, {"election_material": False})
    with ctx.unit() as unit:
        people = unit.session.query(Contact).order_by(Contact.id).limit(2).all()
        for number, one in enumerate(people):
            one.email = one.email_key = f"reader{number}@example.org"
    desk.open(f"/blasts/new?campaign_id={bank.campaign_id}&channel=email")
    page = desk.press("save", name="Polls are open", subject="Today, {first_name|friend}", body=LETTER)
    assert page.status == 200, page.text
    return desk


def _value(reader: Reader, test: str) -> str:
    return reader.page.tests[test]["data-value"]


def test_the_list_of_texts_leads_to_a_new_email(desk: Reader, bank: PhoneBank) -> None:
    page = desk.open("/blasts")
    assert "channel=email" in page.tests["blast-new-email"]["href"]


def test_a_draft_says_who_gets_it_and_how_it_reads(draft: Reader) -> None:
    page = draft.page
    assert _value(draft, "blast-recipients") == "2"
    assert _value(draft, "stat-left-out-no_email") == "7"
    assert "No email address" in page.words["blast-left-out"]
    assert "blast-segments" not in page.tests
    assert "blast-warning" not in page.tests
    assert "reader0@example.org" in page.words["blast-samples"]
    assert "Stop these emails" in page.words["blast-samples"]
    assert page.words["blast-cost"] == "£0.00"
    assert page.words["blast-from"] == "campaign@example.org"
    assert "blast-mode" not in page.tests


def test_it_goes_when_the_number_is_typed(draft: Reader, ctx: Context) -> None:
    page = draft.press("blast-launch", confirm="2")
    assert page.tests["blast-progress"]["data-state"] == "running"
    assert "email" in draft.open("/blasts").words["blasts"]


def test_its_progress_speaks_of_emails(draft: Reader) -> None:
    page = draft.press("blast-launch", confirm="2")
    assert "taken by the mail server" in page.text
    assert "emails already handed over can’t be called back" in page.text
    assert page.words["letter-subject"] == "Today, {first_name|friend}"
    assert "network" not in page.text
    page = draft.press("blast-pause")
    assert "Paused. Emails already handed over still arrive." in page.words["flash"]


def test_senders_of_emails_are_shown_as_such(draft: Reader) -> None:
    draft.press("blast-launch", confirm="2")
    assert "Email address" in draft.open("/senders").words["senders"]


def test_a_subject_that_was_changed_is_looked_at_first(draft: Reader) -> None:
    page = draft.press("blast-launch", confirm="2", subject="Tomorrow")
    assert "Look again, then type the number." in page.words["flash"]
    assert page.tests["blast-subject"]["value"] == "Tomorrow"
    page = draft.press("blast-check", subject=" ")
    assert page.status == 422
    assert "An email needs a subject." in page.text


def test_it_says_the_same_in_welsh(draft: Reader) -> None:
    page = draft.press("blast-check", new_language="cy", new_subject="Heddiw", new_body="Annwyl {first_name}")
    assert page.status == 200
    assert 'name="subject_cy"' in page.html
    assert "Heddiw" in page.html


def test_it_is_tried_on_addresses_of_our_own_first(draft: Reader, ctx: Context) -> None:
    page = draft.press("blast-test", test_to="07700 900990")
    assert page.status == 422
    page = draft.press("blast-test", test_to="Carys@Example.org, owen@example.org")
    assert "The test is on its way to 2 addresses." in page.words["flash"]
    sent = list_messages(ctx, MessageSearch(state="queued"), Page()).items
    assert {(one.purpose, one.number, one.subject) for one in sent} == {
        ("test", "carys@example.org", "Today, friend"),
        ("test", "owen@example.org", "Today, friend"),
    }


def test_emails_that_nobody_has_heard_of_are_sent_again_where_somebody_says_so(
    draft: Reader, ctx: Context
) -> None:
    page = draft.press("blast-launch", confirm="2")
    with ctx.unit() as unit:
        blast_id = unit.session.query(Blast.id).scalar()
    assert "blast-unheard" not in page.tests
    left_unknown(ctx, blast_id)
    tried(ctx, dt.timedelta(minutes=1))
    page = draft.open(f"/blasts/{blast_id}/unheard")
    assert "2 were tried in the last ten minutes" in page.words["unheard-fresh"]
    assert "unheard" not in page.tests
    tried(ctx, dt.timedelta(hours=1))
    assert "Nobody has heard whether 2 went" in draft.open(f"/blasts/{blast_id}").words["blast-unheard"]
    page = draft.open(f"/blasts/{blast_id}/unheard")
    assert _value(draft, "unheard") == "2"
    assert "unheard-fresh" not in page.tests
    assert "it may have gone, or never begun" in page.words["unheard"]
    page = draft.open(f"/blasts/{blast_id}/send-again")
    assert "some people may get theirs twice" in page.text
    page = draft.press("confirm")
    assert "2 emails go again." in page.words["flash"]
    assert draft.open(f"/blasts/{blast_id}/unheard").tests.get("unheard") is None
    draft.open(f"/blasts/{blast_id}/send-again")
    assert "none left" in draft.press("confirm").words["flash"]


def on_the_wire(ctx: Context, blast_id: uuid.UUID) -> Context:
    """Let the process that sends be gone in the middle; the system's context."""
    system = ctx.as_actor(system_actor(ctx.organisation_id))
    while plan_chunk(system, blast_id):
        pass
    holder = uuid.uuid4()
    claimed = claim_texts(system, "campaign@example.org", blast_id, new_lease(system, holder), 10)
    assert len(pass_gate(system, holder, claimed)) == 2
    return system


def left_unknown(ctx: Context, blast_id: uuid.UUID) -> None:
    """Nobody ever hears what became of what was on the wire."""
    system = on_the_wire(ctx, blast_id)
    tried(ctx, dt.timedelta(hours=1))
    lose_silent(system)


def tried(ctx: Context, ago: dt.timedelta) -> None:
    with ctx.unit() as unit:
        unit.session.execute(update(Message).values(attempted_at=ctx.now - ago))


def test_it_is_shown_as_mail_programs_show_it_and_as_plain_text(draft: Reader) -> None:
    page = draft.page
    assert "Polls are open" in page.words["letter"]
    assert "# " not in page.words["letter"]
    assert "https://example.org/vote" not in page.words["letter"]
    assert page.tests["letter"]["dir"] == "ltr"
    assert "today: https://example.org/vote" in page.words["as-text"]


def test_when_emails_go_is_said_by_the_campaign(desk: Reader, bank: PhoneBank, ctx: Context) -> None:
    assert "at any hour" in desk.open(f"/campaigns/{bank.campaign_id}").words["email-terms"]
    desk.open(f"/campaigns/{bank.campaign_id}/edit")
    page = desk.press("save", quiet_hours_email="1")
    assert page.status == 200
    assert "in these hours" in desk.open(f"/campaigns/{bank.campaign_id}").words["email-terms"]


def test_a_name_that_is_read_from_the_right_turns_nothing(desk: Reader, ctx: Context, draft: Reader) -> None:
    with ctx.unit() as unit:
        unit.session.execute(update(Contact).values(first_name="محمد"))
    page = draft.press("blast-check", subject="{first_name|friend}, polls are open")
    assert page.tests["letter"]["dir"] == "ltr"
    assert page.tests["letter-subject"]["dir"] == "ltr"
    assert "محمد" in page.words["letter-subject"]
    assert page.words["blast-samples"].count("show the email") == 1


def test_a_letter_is_shown_by_its_marks_wherever_it_stands(draft: Reader, ctx: Context) -> None:
    page = draft.press("blast-launch", confirm="2")
    said = page.words["blast-body"]
    assert "Polls are open" in said
    assert "# Polls" not in page.words["letter"]
    assert "[today]" not in page.words["letter"]
    with ctx.unit() as unit:
        blast_id = unit.session.scalars(select(Blast.id)).one()
    system = ctx.as_actor(system_actor(ctx.organisation_id))
    while plan_chunk(system, blast_id):
        pass
    asked = InboundText("<a@x>", "reader0@example.org", "campaign@example.org", "Thanks", ctx.now)
    receive(system, asked)
    with ctx.unit() as unit:
        talk = unit.session.scalars(select(Conversation.id)).one()
    assert "# Polls" not in draft.open("/inbox").text
    page = draft.open(f"/inbox/{talk}")
    assert "Polls are open" in page.words["letter"]
    assert "[today]" not in page.text
    assert "https://example.org/vote" not in page.words["letter"]


def test_what_a_killed_sender_left_is_told_and_counted_apart(draft: Reader, ctx: Context) -> None:
    page = draft.press("blast-launch", confirm="2")
    assert "blast-hung" not in page.tests
    with ctx.unit() as unit:
        blast_id = unit.session.scalars(select(Blast.id)).one()
    system = on_the_wire(ctx, blast_id)
    tried(ctx, dt.timedelta(minutes=1))
    page = draft.open(f"/blasts/{blast_id}")
    assert page.words["blast-hung"].startswith("2 have been on the wire, the first since ")
    tried(ctx, dt.timedelta(hours=1))
    lose_silent(system)
    with ctx.unit() as unit:
        unit.session.execute(update(Blast).values(state="completed", finished_at=ctx.now))
    page = draft.open(f"/blasts/{blast_id}")
    assert "blast-hung" not in page.tests
    said = page.words["blast-progress"]
    assert "Done. 0 emails went out. Of 2 more nobody knows whether they went." in said
    assert "%" not in page.words["stat-delivered"]


def test_the_live_board_names_emails_apart(draft: Reader, ctx: Context, bank: PhoneBank) -> None:
    draft.press("blast-launch", confirm="2")
    with ctx.unit() as unit:
        blast_id = unit.session.scalars(select(Blast.id)).one()
    while plan_chunk(ctx.as_actor(system_actor(ctx.organisation_id)), blast_id):
        pass
    page = draft.open(f"/live?campaign_id={bank.campaign_id}")
    assert page.tests["stat-emails-queued"]["data-value"] == "2"
    assert "board-texts" not in page.tests
    assert "network" not in page.words["board-emails"]


def test_the_live_board_counts_stops_where_they_came(draft: Reader, ctx: Context, bank: PhoneBank) -> None:
    draft.press("blast-launch", confirm="2")
    stops = (("email", "reader0@example.org"), ("sms", mobile(7)), ("sms", mobile(8)))
    with ctx.unit() as unit:
        blast_id = unit.session.scalars(select(Blast.id)).one()
        unit.session.add_all(_stop(ctx, bank.campaign_id, *one) for one in stops)
    while plan_chunk(ctx.as_actor(system_actor(ctx.organisation_id)), blast_id):
        pass
    page = draft.open(f"/live?campaign_id={bank.campaign_id}")
    assert "stat-messages-stops" not in page.tests
    assert _value(draft, "stat-emails-stops") == "3"
    with ctx.unit() as unit:
        count_moves(unit, [Move(None, bank.campaign_id, "single", None, "delivered")])
    draft.open(f"/live?campaign_id={bank.campaign_id}")
    assert (_value(draft, "stat-messages-stops"), _value(draft, "stat-emails-stops")) == ("2", "1")


def test_letters_that_go_while_the_board_is_read_are_no_texts(
    draft: Reader, ctx: Context, bank: PhoneBank, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft.press("blast-launch", confirm="2")
    with ctx.unit() as unit:
        blast_id = unit.session.scalars(select(Blast.id)).one()
    while plan_chunk(ctx.as_actor(system_actor(ctx.organisation_id)), blast_id):
        pass
    read = live.campaign_stats

    def goes_meanwhile(asking: Context, campaign_id: uuid.UUID) -> CampaignStats:
        found = read(asking, campaign_id)
        with ctx.unit() as unit:
            count_moves(unit, [Move(blast_id, campaign_id, "blast", "queued", "sent")])
        return found

    monkeypatch.setattr(live, "campaign_stats", goes_meanwhile)
    page = draft.open(f"/live?campaign_id={bank.campaign_id}")
    assert "board-texts" not in page.tests
    assert (_value(draft, "stat-emails-queued"), _value(draft, "stat-emails-sent")) == ("1", "1")


def _stop(ctx: Context, campaign_id: uuid.UUID, channel: str, place: str) -> Message:
    return Message(
        organisation_id=ctx.organisation_id,
        id=new_id(),
        direction="inbound",
        channel=channel,
        number=place,
        sender=SENDER,
        body="STOP",
        campaign_id=campaign_id,
        encoding="gsm7",
        segments=1,
        state="received",
        inbound_class="opt_out",
        created_at=ctx.now,
    )
