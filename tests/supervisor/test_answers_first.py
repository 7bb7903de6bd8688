"""What a person waits for goes before any text to many: a whole installation, several processes sending, a
blast of thousands at a low rate, and answers, codes and confirmations in the middle of it.

The judge is the carrier's own ledger: what it was given between the moment when a text was written down and
the moment when it had it.
"""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Final
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from dialer.clock import utc_now
from dialer.processes import wait_until
from dialer.services.context import Context
from dialer.services.messaging.answering import NewReply, reply
from dialer.services.messaging.blasts import BlastFields, create_blast
from dialer.services.messaging.launching import launch_blast
from dialer.services.messaging.outgoing import queue_text
from dialer.services.messaging.progress import blast_progress
from dialer.settings import Settings
from dialer.store.models.conversations import Conversation
from tests.phone_bank import Voter, add_voters, mobile, running_campaign
from tests.supervisor.conftest import Installation, Make
from tests.supervisor.town_ledger import Entry, Ledger
from tests.texting import listed
from tests.towns import Town

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("supervisor")]

SENDER: Final = "+442079460001"
RATE: Final = 4
"""Parts a second: the blast would take twelve minutes."""
TEXTS: Final = 3000
BEFORE: Final = 3 * RATE
"""Texts of the blast that may go before one that somebody waits for: a worker sees what was written after a
quarter of a second, and what others have in hand by then goes."""
WITHIN_S: Final = 30.0
"""However busy the machine is: behind the blast it would be minutes."""
PATIENCE_S: Final = 60.0
URGENT: Final = ("code", "sign_in", "help", "stop_confirmation")


@pytest.fixture
def running(make_installation: Make) -> Installation:
    installation = make_installation(
        DIALER_DEMO="0",
        DIALER_WORKERS="3",
        DIALER_RATE_PER_SENDER=str(RATE),
        DIALER_ALLOWED_COUNTRIES="GB,US",
    )
    installation.start()
    return installation


def numbers() -> list[str]:
    """Numbers kept for fiction: Ofcom's thousand mobiles, then North American ones."""
    areas = (
        202,
        212,
        213,
        214,
        215,
        216,
        217,
        218,
        219,
        224,
        225,
        228,
        229,
        231,
        234,
        239,
        240,
        248,
        251,
        252,
    )
    american = [f"+1{area}5550{last}" for area in areas for last in range(100, 200)]
    return [mobile(index) for index in range(1000)] + american


class Watch:
    """What the carrier was given, and when a text was written down."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger

    def accepted(self, count: int) -> None:
        assert wait_until(lambda: self.ledger.read() >= count, PATIENCE_S), "nothing flows"

    def came_next(self, body: str, since: dt.datetime) -> None:
        """This text went before all but the few of the blast that were on their way already, and soon."""
        assert wait_until(lambda: self._given(body) is not None, PATIENCE_S), f"{body} never went"
        found = self._given(body)
        assert found is not None
        begun = since.timestamp()
        others = [one for one in self.ledger.ours() if begun < one.at < found.at and one.body != body]
        assert len(others) <= BEFORE, f"{len(others)} of the blast went before {body}"
        assert found.at - begun <= WITHIN_S, f"{body} took {found.at - begun:.1f} s"

    def _given(self, body: str) -> Entry | None:
        self.ledger.read()
        return next((one for one in self.ledger.ours() if one.body == body), None)


def test_what_people_wait_for_leaves_next_in_the_middle_of_a_blast(
    settings: Settings, coordinator: Context
) -> None:
    voters = [Voter(f"V{at}", [number], "mobile") for at, number in enumerate(numbers()[:TEXTS])]
    add_voters(coordinator, voters)
    no_quiet = {"quiet_start": dt.time(0), "quiet_end": dt.time(0)}
    made = running_campaign(coordinator, (), kind="text_blast", senders=[SENDER], **no_quiet)
    many = BlastFields(
        name="Many", body="Polls are open.", list_ids=[listed(coordinator, [one.id for one in voters])]
    )
    blast = create_blast(coordinator.at(utc_now()), made.id, many)
    town = Town(settings.data_dir, port=urlsplit(settings.twilio_api_base_url).port or 0)
    town.orderly()
    watch = Watch(Ledger(settings.data_dir / "carrier" / "ledger.jsonl"))
    launch_blast(coordinator.at(utc_now()), blast.id)
    watch.accepted(RATE * 3)

    for nth, purpose in enumerate(URGENT):
        now = utc_now()
        body, number = f"Urgent {purpose}", voters[-1 - nth].numbers[0]
        with coordinator.at(now).unit() as unit:
            queue_text(unit, coordinator.at(now), number=number, body=body, purpose=purpose, sender=SENDER)
        watch.came_next(body, now)
    texted = [one.number for one in watch.ledger.ours() if one.body == "Polls are open."]
    for nth, writer in enumerate(texted[:3]):  # they write to the campaign, which keeps no quiet hours
        town.text(writer, SENDER, f"Where do I vote? {nth}")
        now = utc_now()
        answered = reply(coordinator.at(now), NewReply(_talk_of(coordinator, writer), f"At the hall {nth}."))
        watch.came_next(answered.body, now)
    told = blast_progress(coordinator.at(utc_now()), blast.id)
    assert told.state == "running"
    assert told.counts["queued"] > TEXTS * 0.8, "the blast had hardly begun"


def _talk_of(ctx: Context, number: str) -> uuid.UUID:
    """The conversation of a number: it is there once the webhook was answered."""
    with ctx.unit() as unit:
        return unit.session.scalars(select(Conversation.id).where(Conversation.number == number)).one()
