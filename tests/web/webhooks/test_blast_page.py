"""A text to many on its page, from Send to the last word of the network, with the town as the network."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask import Flask

from dialer.carrier.port import Carrier
from dialer.services.calling.campaigns import change_campaign
from dialer.services.context import Context
from dialer.services.messaging.carrier_events import apply_statuses
from dialer.services.messaging.inbound_reading import read_inbound
from dialer.services.messaging.keeping import keep_blasts_going
from dialer.services.messaging.missed_texts import texts_may_be_missed
from dialer.services.messaging.planning import plan_chunk
from dialer.services.messaging.sending import send_due
from dialer.services.messaging.tools import Tools
from tests.carriers import Unmetered, wires
from tests.conftest import SetClock
from tests.people import Person
from tests.towns import Town
from tests.web.phone_bank import NAMES, open_phone_bank
from tests.web.reader import Page, Reader
from tests.web.webhooks.conftest import SENDER

MOBILES = [number for _, _, number in NAMES if number.startswith("+447")]
TEXT = "Hi {first_name|there}, polls are open. Reply STOP to opt out. Promoted by A Rees, 1 High St"


@dataclass
class Office:
    """Carys at the composer, the town, and what workers do."""

    reader: Reader
    town: Town
    clock: SetClock
    carrier: Carrier
    system: Callable[[], Context]
    campaign_id: uuid.UUID
    address: str = ""

    def write(self) -> Page:
        """A draft, on the screen."""
        self.reader.open(f"/blasts/new?campaign_id={self.campaign_id}")
        page = self.reader.press("save", name="Polls are open", body=TEXT)
        self.address = page.forms[-1].action
        return page

    def work(self) -> None:
        """What workers and the clock do for it."""
        blast_id = uuid.UUID(self.address.rsplit("/", 1)[1])
        while plan_chunk(self.system(), blast_id):
            pass
        tools = Tools(self.carrier, Unmetered(), self.clock, lambda: 0.5)
        send_due(self.system(), tools, wires())

    def hear(self, seconds: float) -> Page:
        """Let the network speak, and look at the page."""
        self.town.advance(seconds)
        self.clock.forward(seconds=seconds)
        apply_statuses(self.system(), self.carrier)
        keep_blasts_going(self.system())
        return self.reader.open(self.address)

    def figures(self) -> dict[str, str]:
        """The tiles of the page."""
        found = self.reader.page.tests
        return {
            name: found[f"stat-{name}"]["data-value"]
            for name in ("delivered", "sent", "unknown", "failed", "skipped")
        }


@pytest.fixture
def system_tools(
    town: Town, clock: SetClock, carrier: Carrier, system: Callable[[], Context]
) -> dict[str, object]:
    """The town, and what workers have."""
    return {"town": town, "clock": clock, "carrier": carrier, "system": system}


@pytest.fixture
def reader(app: Flask, told: None, carys: Person) -> Reader:
    """Carys, once the town's webhooks come to the app."""
    reader = Reader(app.test_client())
    reader.sign_in(carys.token)
    return reader


@pytest.fixture
def office(ctx: Context, reader: Reader, system_tools: dict[str, object]) -> Office:
    campaign_id = open_phone_bank(ctx).campaign_id
    change_campaign(ctx, campaign_id, {"senders": [SENDER]})
    return Office(reader, campaign_id=campaign_id, **system_tools)  # type: ignore[arg-type]


def test_a_text_goes_out_and_its_page_tells_how_it_went(office: Office) -> None:
    office.town.person(MOBILES[0], outcome="undelivered")
    office.write()
    page = office.reader.press("blast-launch", confirm=str(len(MOBILES)))
    assert "Getting ready." in page.words["blast-progress"]
    office.work()
    page = office.reader.open(office.address)
    assert "6 of 6 are on their way." in page.words["blast-progress"]
    assert office.figures() == {"delivered": "0", "sent": "6", "unknown": "0", "failed": "0", "skipped": "3"}
    assert "£0.24 spent" in page.text
    page = office.hear(120)
    assert page.tests["blast-progress"]["data-state"] == "completed"
    assert "Done. 6 texts went out." in page.text
    assert office.figures() == {"delivered": "5", "sent": "0", "unknown": "0", "failed": "1", "skipped": "3"}
    assert sorted(text["to"] for text in office.town.texts("outbound-api")) == sorted(MOBILES)


@pytest.mark.slow
def test_what_the_carrier_refused_did_not_go_out(office: Office) -> None:
    office.town.person(MOBILES[0], refused=21614)
    office.town.person(MOBILES[1], outcome="failed")
    office.write()
    office.reader.press("blast-launch", confirm=str(len(MOBILES)))
    office.work()
    page = office.reader.open(office.address)
    assert "5 of 6 are on their way." in page.words["blast-progress"]
    assert "refused by the carrier" in page.words["stat-failed"]
    assert "phone off" not in page.words["stat-failed"]
    page = office.hear(120)
    assert "Done. 5 texts went out." in page.text
    assert office.figures()["failed"] == "2"
    assert "1 refused by the carrier, the others: phone off" in page.words["stat-failed"]


@pytest.mark.slow
def test_who_waits_for_an_answer_is_counted_apart(office: Office) -> None:
    office.town.text(MOBILES[3], SENDER, "st op")
    office.write()
    office.reader.press("blast-launch", confirm="5")
    office.work()
    page = office.reader.open(office.address)
    assert "5 of 5 are on their way." in page.words["blast-progress"]
    assert page.words["blast-in-review"] == "One waits for your answer in the inbox"


@pytest.mark.slow
def test_the_page_says_that_what_people_wrote_comes_first_and_when_it_cannot_be_read(office: Office) -> None:
    office.write()
    office.reader.press("blast-launch", confirm=str(len(MOBILES)))
    texts_may_be_missed(office.system())
    office.work()
    assert "first read what people texted meanwhile" in office.reader.open(office.address).text
    office.town.faults(list_error=1.0)
    for seconds in (0, 30):
        office.clock.forward(seconds=seconds)
        read_inbound(office.system(), office.carrier)
    page = office.reader.open(office.address)
    assert "The carrier won’t show us what people texted while we were away." in page.text
    assert "6 of 6" not in page.text
    office.town.faults()
    read_inbound(office.system(), office.carrier)
    office.work()
    assert "6 of 6 are on their way." in office.reader.open(office.address).text


def test_a_stop_is_on_the_page_and_on_the_live_board(office: Office) -> None:
    office.write()
    office.reader.press("blast-launch", confirm=str(len(MOBILES)))
    office.work()
    office.hear(120)
    office.town.text(MOBILES[1], SENDER, "STOP")
    office.town.text(MOBILES[2], SENDER, "Diolch!")
    office.town.text(MOBILES[3], SENDER, "st op")
    page = office.hear(5)
    assert page.words["stat-replies"] == "3"
    assert page.words["stat-replies-opt_out"] == "1"
    assert page.words["stat-replies-other"] == "1"
    assert "One person wrote what may mean stop: say what it is" in page.words["blast-replies"]
    board = office.reader.open(f"/live?campaign_id={office.campaign_id}")
    assert board.tests["stat-messages-delivered"]["data-value"] == "6"
    assert board.tests["stat-messages-stops"]["data-value"] == "1"
    office.write()
    assert office.reader.page.tests["blast-recipients"]["data-value"] == "4"
    assert office.reader.page.tests["stat-left-out-opted_out"]["data-value"] == "1"
    assert office.reader.page.tests["stat-left-out-in_review"]["data-value"] == "1"
