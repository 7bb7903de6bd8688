"""The town's verdict on a day of calls finds what must not be, and counts what was."""

from __future__ import annotations

from typing import Any

import pytest
from twilio.rest import Client

from tests.town.conftest import GWEN
from tests.town.test_conferences import CONTACT, SHIFT, VIC, ring, room
from tests.towns import Inbox, Town

MABLI, IFAN, CADI = "+447700900124", "+447700900125", "+447700900126"
SORRY = "<Response><Say>We have nobody free.</Say></Response>"


@pytest.fixture
def verdict(town: Town, client: Client, inbox: Inbox) -> Any:
    """Two people at once with one volunteer, a machine, one told that nobody is free, and one in silence."""
    inbox.answers |= {
        SHIFT: room(endConferenceOnExit="true"),
        CONTACT: room(),
        "/voice/sorry": SORRY,
        "/voice/silence": "<Response><Pause length='3'/><Say>Hello?</Say></Response>",
    }
    for number in (GWEN, MABLI, CADI):
        town.person(number, phone="answers", ring_s=1, talk_s=20)
    town.person(IFAN, phone="machine", ring_s=1)
    ring(client, VIC, SHIFT)
    town.advance(10)
    for number, path in ((GWEN, CONTACT), (MABLI, CONTACT), (IFAN, "/voice/sorry"), (CADI, "/voice/silence")):
        ring(client, number, path)
    town.advance(8)
    ring(client, CADI, "/voice/sorry")
    town.advance(2.5)
    return town.verdict(VIC)


def test_the_verdict_names_what_must_not_be_and_counts_what_was(verdict: Any, town: Town) -> None:
    [double] = verdict["joined_to_two"]
    by_sid = {call["sid"]: call["person"] for call in town.calls()}
    assert {by_sid[double["one"]], by_sid[double["other"]]} == {GWEN, MABLI}
    assert verdict["longest_silence_s"] == {"p50": 0.0, "p99": 3.0, "most": 3.0}
    assert verdict["first_voice_s"]["most"] == 3.0
    assert len(verdict["unended"]) == 3
    assert verdict["calls"] == 5
    assert verdict["answered"] == {"answers": 4, "machine": 1}
    assert (verdict["joined"], verdict["people_never_joined"]) == ({"answers": 2}, 2)
    assert verdict["said_to"] == {"We have nobody free.": 2, "Hello?": 1}
