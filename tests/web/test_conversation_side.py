"""What stands beside a conversation: calls, pledges and what was written elsewhere, and what callers say; to
whoever answers only what was in their own campaigns, of nobody before it is known who writes.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable

import pytest
from flask import Flask

from dialer.domain.access import Role
from dialer.services.accounts.organisations import system_actor
from dialer.services.calling.campaigns import create_campaign, get_campaign
from dialer.services.calling.scripts import ScriptFields, get_script, replace_script
from dialer.services.context import Context
from dialer.services.gotv.record import record_support, withdraw_evidence
from dialer.services.messaging.inbound import InboundText, receive
from dialer.store.models import new_id
from dialer.store.models.calling import Assignment, Campaign, Result
from dialer.store.models.conversations import Conversation
from dialer.store.models.messaging import Message
from dialer.store.session import UnitFactory
from tests.people import Person, make_person
from tests.web.phone_bank import HOUSEHOLD, PhoneBank, open_phone_bank
from tests.web.reader import Reader

OURS = "+447700900001"
OWEN, OWENS_OTHER = "+447700900102", "owen@example.org"
STRANGER = "+447700900990"


@pytest.fixture
def bank(ctx: Context, vic: Person) -> PhoneBank:
    return open_phone_bank(ctx, vic)


@pytest.fixture
def other(ctx: Context, bank: PhoneBank) -> uuid.UUID:
    """A campaign that Vic isn’t in, with the same people."""
    lists = list(get_campaign(ctx, bank.campaign_id).list_ids)
    return create_campaign(ctx, {"name": "Dawn calls", "kind": "phone_bank", "list_ids": lists}).id


@pytest.fixture
def reader_of(app: Flask) -> Callable[[Person], Reader]:
    def reader(person: Person) -> Reader:
        made = Reader(app.test_client())
        made.sign_in(person.token, to="/texts")
        return made

    return reader


def _writes(ctx: Context, number: str, campaign_id: uuid.UUID | None) -> uuid.UUID:
    system = ctx.as_actor(system_actor(ctx.organisation_id))
    receive(system, InboundText(uuid.uuid4().hex, number, OURS, "Which hall?", ctx.now))
    with ctx.unit() as unit:
        row = unit.session.query(Conversation).filter(Conversation.number == number).one()
        row.campaign_id = campaign_id
        return row.id


def _was_rung(
    ctx: Context,
    contact_id: uuid.UUID,
    campaign_id: uuid.UUID,
    hours: int,
    notes: str,
    *,
    voided: bool = False,
) -> None:
    at = ctx.now - dt.timedelta(hours=hours)
    with ctx.unit() as unit:
        assignment = Assignment(
            organisation_id=ctx.organisation_id,
            id=new_id(),
            campaign_id=campaign_id,
            queue_entry_id=new_id(),
            contact_id=contact_id,
            number=OWEN,
            household_ids=[],
            state="completed",
            attempt=1,
            draft={},
            created_at=at,
            expires_at=at,
            closed_at=at,
        )
        unit.session.add(assignment)
        unit.session.flush()
        unit.session.add(
            Result(
                organisation_id=ctx.organisation_id,
                id=new_id(),
                assignment_id=assignment.id,
                campaign_id=campaign_id,
                contact_id=contact_id,
                number=OWEN,
                disposition="contacted",
                notes=notes,
                effects={},
                body_hash=b"",
                at=at,
                voided_at=at if voided else None,
            )
        )


def _told(
    ctx: Context, contact_id: uuid.UUID, campaign_id: uuid.UUID | None, support: int, source: str = "call"
) -> uuid.UUID:
    with ctx.unit() as unit:
        election = unit.session.query(Campaign.election_id).limit(1).scalar()
        kept = record_support(
            unit,
            contact_id=contact_id,
            election_id=election,
            support=support,
            voting_method="postal",
            source=source,
            at=ctx.now - dt.timedelta(days=3),
            campaign_id=campaign_id,
        )
    assert kept is not None
    return kept


def _written(ctx: Context, contact_id: uuid.UUID, campaign_id: uuid.UUID, days: int) -> None:
    at = ctx.now - dt.timedelta(days=days)
    with ctx.unit() as unit:
        unit.session.add(
            Message(
                organisation_id=ctx.organisation_id,
                direction="outbound",
                purpose="blast",
                contact_id=contact_id,
                campaign_id=campaign_id,
                number=OWENS_OTHER,
                body="The words are nobody’s business here",
                encoding="gsm7",
                segments=1,
                state="delivered",
                channel="email",
                created_at=at,
                sent_at=at,
            )
        )


def test_whoever_answers_sees_what_was_before_and_what_callers_say(
    reader_of: Callable[[Person], Reader], vic: Person, ctx: Context, bank: PhoneBank
) -> None:
    owen = bank.people["Owen"]
    _was_rung(ctx, owen, bank.campaign_id, 50, "Asked about the bus")
    _was_rung(ctx, owen, bank.campaign_id, 40, "Somebody else’s", voided=True)
    _told(ctx, owen, bank.campaign_id, 2)
    _written(ctx, owen, bank.campaign_id, 5)
    _writes(ctx, OWEN, bank.campaign_id)
    desk = reader_of(vic)
    desk.open("/texts")
    page = desk.press("next")
    told = page.words["before"]
    assert "We talked. Asked about the bus" in told
    assert "They told us: Leaning to us, By post." in told
    assert "We wrote an email." in told
    assert told.index("We talked") < told.index("They told us") < told.index("We wrote an email")
    assert "Somebody else’s" not in page.html
    assert "nobody’s business" not in page.html
    said = page.words["script-words"]
    assert "Hello, is that Owen? I’m Vic" in said
    assert "Can we count on your vote for Aled Rees" in said
    assert "Yes, definitely · Probably" in said
    assert page.tests["script-words"]["lang"] == "en"
    assert page.html.count("<details") == page.html.count("</details>")


def test_what_was_in_other_campaigns_is_for_those_who_see_them(  # noqa: PLR0917 - each has a part in it
    reader_of: Callable[[Person], Reader],
    vic: Person,
    carys: Person,
    units: UnitFactory,
    ctx: Context,
    bank: PhoneBank,
    other: uuid.UUID,
) -> None:
    owen = bank.people["Owen"]
    _was_rung(ctx, owen, other, 50, "Said at dawn")
    _told(ctx, owen, other, 1)
    _told(ctx, owen, None, 5, "import")
    _written(ctx, owen, other, 5)
    conversation = _writes(ctx, OWEN, bank.campaign_id)
    desk = reader_of(vic)
    desk.open("/texts")
    assert "Nothing that you can see" in desk.press("next").words["before"]
    olwen = make_person(units, ctx.organisation_id, Role.ORGANISER, "Olwen", campaign_ids=(bank.campaign_id,))
    page = reader_of(olwen).open(f"/inbox/{conversation}")
    assert "Nothing that you can see" in page.words["before"]
    assert "Hello, is that Owen? I’m Olwen" in page.words["script-words"]
    told = reader_of(carys).open(f"/inbox/{conversation}").words["before"]
    assert "Said at dawn" in told
    assert "They told us: Strong support" in told
    assert "Noted of them: Against" in told
    assert "We wrote an email." in told


def test_what_was_taken_back_is_gone(
    reader_of: Callable[[Person], Reader], carys: Person, ctx: Context, bank: PhoneBank
) -> None:
    pledge = _told(ctx, bank.people["Owen"], bank.campaign_id, 2)
    conversation = _writes(ctx, OWEN, bank.campaign_id)
    desk = reader_of(carys)
    assert "Leaning to us" in desk.open(f"/inbox/{conversation}").words["before"]
    with ctx.unit() as unit:
        withdraw_evidence(unit, at=ctx.now, evidence_ids=[pledge])
    assert "Leaning to us" not in desk.open(f"/inbox/{conversation}").words["before"]


def test_of_whom_nobody_knows_nothing_is_told(
    reader_of: Callable[[Person], Reader], carys: Person, ctx: Context, bank: PhoneBank
) -> None:
    _was_rung(ctx, bank.people["Siân"], bank.campaign_id, 50, "Asked about the bus")
    desk = reader_of(carys)
    shared = desk.open(f"/inbox/{_writes(ctx, HOUSEHOLD, bank.campaign_id)}")
    assert "before" not in shared.tests
    assert "bus" not in shared.html
    assert "Hello, is that there?" in shared.words["script-words"]
    stranger = desk.open(f"/inbox/{_writes(ctx, STRANGER, None)}")
    assert {"before", "script-words"} & stranger.tests.keys() == set()
    assert "reply-send" in stranger.buttons


def test_the_script_is_the_one_that_stands_now(
    reader_of: Callable[[Person], Reader], carys: Person, ctx: Context, bank: PhoneBank
) -> None:
    conversation = _writes(ctx, OWEN, bank.campaign_id)
    script_id = get_campaign(ctx, bank.campaign_id).script_id
    assert script_id is not None
    script = get_script(ctx, script_id)
    said = script.script.nodes[-1]
    again = [*script.script.nodes[:-1], type(said)(said.id, said.kind, "Diolch, {first_name}.")]
    changed = type(script.script)(script.script.start, tuple(again))
    replace_script(ctx, script_id, ScriptFields(script.name, changed, "cy"))
    desk = reader_of(carys)
    page = desk.open(f"/inbox/{conversation}")
    assert "Diolch, Owen." in page.words["script-words"]
    assert page.tests["script-words"]["lang"] == "cy"
    with ctx.unit() as unit:
        unit.session.query(Campaign).update({"script_id": None})
    assert "script-words" not in desk.open(f"/inbox/{conversation}").tests


def test_nobody_elses_conversation_shows_its_side(
    reader_of: Callable[[Person], Reader], vic: Person, mallory: Person, ctx: Context, bank: PhoneBank
) -> None:
    conversation = _writes(ctx, OWEN, bank.campaign_id)
    for person in (vic, mallory):
        page = reader_of(person).open(f"/texts/{conversation}")
        assert page.status == 404
        assert "Aled Rees" not in page.html
