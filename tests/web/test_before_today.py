"""What the call screen tells of somebody: texts before today, how their name is said, the time there."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from flask import Flask

from dialer.services.context import Context
from dialer.store.models.messaging import Message
from dialer.store.models.people import Contact
from dialer.web.past import time_there
from tests.people import Person
from tests.web.phone_bank import PhoneBank, open_phone_bank
from tests.web.reader import Reader

NOON = dt.datetime(2026, 4, 20, 12, tzinfo=dt.UTC)


@pytest.fixture
def bank(ctx: Context, vic: Person) -> PhoneBank:
    """Vic's evening, with one person to ring."""
    return open_phone_bank(ctx, vic, names=[("Siân", "Prydderch", "+447700900102")])


@pytest.fixture
def reader(app: Flask, vic: Person, bank: PhoneBank) -> Reader:
    """Vic, before the first call."""
    reader = Reader(app.test_client())
    reader.sign_in(vic.token)
    return reader


def _wrote(
    ctx: Context,
    contact_id: uuid.UUID,
    hours: int,
    *,
    inbound: bool = False,
    state: str = "delivered",
    purpose: str = "blast",
    channel: str = "sms",
) -> None:
    at = ctx.now - dt.timedelta(hours=hours)
    with ctx.unit() as unit:
        unit.session.add(
            Message(
                organisation_id=ctx.organisation_id,
                direction="inbound" if inbound else "outbound",
                purpose=None if inbound else purpose,
                contact_id=contact_id,
                number="+447700900102",
                body="The words are nobody’s business here",
                encoding="gsm7",
                segments=1,
                state="received" if inbound else state,
                channel=channel,
                created_at=at,
                sent_at=None if inbound else at,
            )
        )
        unit.session.flush()


def test_what_was_texted_and_whether_they_answered(reader: Reader, ctx: Context, bank: PhoneBank) -> None:
    person = bank.people["Siân"]
    _wrote(ctx, person, 50)
    _wrote(ctx, person, 49, inbound=True)
    _wrote(ctx, person, 26, channel="email")
    _wrote(ctx, person, 25)
    _wrote(ctx, person, 5, state="failed")
    _wrote(ctx, person, 4, purpose="code")
    reader.press("next")
    told = reader.page.words["before"]
    assert "We texted, no reply." in told
    assert "We wrote an email, no reply." in told
    assert told.index("We texted, no reply.") < told.index("They sent a text.")
    assert told.count("We texted") == 2
    assert "nobody’s business" not in reader.page.html


def test_somebody_who_heard_from_nobody(reader: Reader) -> None:
    reader.press("next")
    assert "You’re the first of us to ring." in reader.page.words["before"]


def test_how_a_name_is_said_and_the_time_there(reader: Reader, ctx: Context, bank: PhoneBank) -> None:
    with ctx.unit() as unit:
        person = unit.session.get_one(Contact, (ctx.organisation_id, bank.people["Siân"]))
        person.custom = {"Pronunciation": "Sharn"}
    reader.press("next")
    assert "Say “Sharn”" in reader.page.words["status"]
    reader.press("continue")
    assert "Say “Sharn”" in reader.page.words["status"]


@pytest.mark.parametrize(
    ("number", "zone", "told"),
    [
        ("+447700900102", "Europe/London", ""),
        ("+442079460000", "Europe/London", ""),
        ("+12125550100", "Europe/London", "It’s 8 am there"),
        ("+12125550100", "America/New_York", ""),
        ("+18005550100", "Europe/London", ""),
    ],
)
def test_the_time_is_told_where_it_differs(app: Flask, number: str, zone: str, told: str) -> None:
    with app.test_request_context("/"):
        assert time_there(number, zone, NOON) == told
