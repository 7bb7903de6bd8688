"""A volunteer mutes themselves and puts people on hold, through the town: who heard whom, for how long."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

import pytest

from dialer.services.calling.call_looks import due_calls, look_after
from dialer.services.calling.in_call import bring_back
from dialer.services.calling.placing import place_next
from dialer.services.calling.room_settling import settle_room
from tests.phone_bank import landline
from tests.web.reader import Reader
from tests.web.webhooks.test_dialled_town import (  # noqa: F401 -- fixtures
    VIC,
    Evening,
    callers,
    campaign_id,
    evening,
    pacer,
)
from tests.web.webhooks.test_ring_me import Always

GWEN = landline(100)

pytestmark = pytest.mark.slow


@dataclass
class Talk:
    """Vic and Gwen talk on Vic's line."""

    evening: Evening

    def press(self, deed: str, *, on: bool, settled: bool = True) -> Any:
        """Mute or hold; then what the job does."""
        path = f"/sessions/{self.evening.session}/{deed}"
        answer = self.evening.vic.post(path, json={"on": on})
        assert answer.status_code == 200, answer.text
        if settled:
            self.settle()
        return answer.json["talk"]

    def settle(self) -> None:
        settle_room(
            self.evening.system(), self.evening.pacer.runtime.carrier, uuid.UUID(self.evening.session)
        )
        self.evening.town.advance(0.2)

    def wait(self, seconds: int) -> None:
        """Time passes in which nobody is dialled; the carrier is asked about what is due."""
        self.evening.town.advance(seconds)
        self.evening.clock.forward(seconds=seconds)
        for call_id in due_calls(self.evening.system()):
            look_after(self.evening.system(), self.evening.pacer.runtime.carrier, call_id)

    def heard(self, person: str, last: int = 1) -> list[tuple[str, str]]:
        """What somebody on the phone heard last, newest last."""
        leg = self.leg(person)
        sounds = [each for each in leg["sounds"] if each["kind"] != "beep"]
        return [(each["kind"], each["what"]) for each in sounds[-last:]]

    def shown(self) -> Any:
        return self.evening.vic.get(f"/sessions/{self.evening.session}").json["talk"]

    def leg(self, person: str) -> Any:
        return [call for call in self.evening.town.calls() if call["to"] == person][-1]


@pytest.fixture
def talk(evening: Evening) -> Talk:  # noqa: F811
    evening.town.person(GWEN, phone="answers", ring_s=2, talk_s=900)
    evening.sit_down()
    evening.until("in_call")
    evening.pass_by(2)
    return Talk(evening)


def test_whoever_is_muted_is_not_heard_and_hears(talk: Talk) -> None:
    assert talk.heard(GWEN) == [("people", talk.leg(VIC)["sid"])]
    pressed = talk.press("mute", on=True)
    assert (pressed["muted"], pressed["on_hold_since"], pressed["back_at"]) == (True, None, None)
    assert talk.heard(GWEN)[0][0] == "silence"
    assert talk.heard(VIC) == [("people", talk.leg(GWEN)["sid"])]
    assert talk.press("mute", on=True)["muted"], "pressed twice"
    assert not talk.press("mute", on=False)["muted"]
    assert talk.heard(GWEN) == [("people", talk.leg(VIC)["sid"])]


def test_whoever_is_on_hold_hears_a_voice_and_sounds_and_comes_back(talk: Talk) -> None:
    shown = talk.press("hold", on=True)
    assert shown["on_hold_since"] is not None
    talk.wait(40)
    heard = talk.leg(GWEN)["sounds"]
    heard = heard[max(at for at, each in enumerate(heard) if each["kind"] == "people") + 1 :]
    assert {each["kind"] for each in heard} == {"say", "play", "silence"}
    said = [each for each in heard if each["kind"] == "say"]
    assert len(said) > 1, "and again now and then"
    assert "stay on the line" in said[0]["what"]
    quiet = [each["to_s"] - each["from_s"] for each in heard if each["kind"] == "silence" and each["to_s"]]
    assert max(quiet) <= 3.1
    assert talk.heard(VIC)[0][0] == "silence", "held people aren't heard"
    again = talk.press("hold", on=True)
    assert again == shown, "no longer a wait"
    talk.wait(140)
    assert bring_back(talk.evening.system()) == 1, "by themselves"
    talk.settle()
    assert talk.heard(GWEN) == [("people", talk.leg(VIC)["sid"])]
    assert talk.evening.vic.get(f"/sessions/{talk.evening.session}").json["talk"]["back_at"] is None
    assert bring_back(talk.evening.system()) == 0
    assert talk.evening.town.troubles() == []


def test_what_the_carrier_was_not_asked_in_time_is_asked_later_and_ends_the_same(talk: Talk) -> None:
    town = talk.evening.town
    town.faults(list_error=1.0)
    talk.press("hold", on=True)
    assert talk.heard(GWEN) == [("people", talk.leg(VIC)["sid"])], "the carrier can't be asked"
    talk.press("mute", on=True)
    town.faults()
    talk.settle()
    assert talk.heard(GWEN)[0][0] == "say"
    talk.settle()
    talk.press("hold", on=False, settled=False)
    talk.press("hold", on=True, settled=False)
    talk.press("hold", on=False)
    assert talk.heard(GWEN)[0][0] == "silence", "back, and Vic is muted"


def test_the_next_talk_begins_neither_muted_nor_on_hold(talk: Talk) -> None:
    evening = talk.evening  # noqa: F811
    evening.town.person(landline(101), phone="answers", ring_s=2, talk_s=900)
    given = evening.vic.post(f"/sessions/{evening.session}/next").json
    talk.press("mute", on=True)
    talk.press("hold", on=True)
    evening.town.put_down(talk.leg(GWEN)["sid"])
    evening.pass_by(1)
    shown = evening.until("wrap_up")
    assert shown["talk"] is None
    refused = evening.vic.post(f"/sessions/{evening.session}/mute", json={"on": True})
    assert (refused.status_code, refused.json["detail"]) == (409, "Nobody is on the line with you now.")
    assert evening.vic.post(f"/sessions/{evening.session}/hold", json={"on": False}).status_code == 200
    talk.settle()
    evening.vic.post(f"/assignments/{given['id']}/result", json={"disposition": "contacted"})
    shown = evening.until("in_call")
    assert shown["talk"] == {
        "muted": False,
        "on_hold_since": None,
        "back_at": None,
        "transfer": None,
        "machine": None,
        "may_leave_message": False,
    }
    evening.pass_by(1)
    assert talk.heard(landline(101)) == [("people", talk.leg(VIC)["sid"])]


def test_nobody_is_put_through_to_a_volunteer_whom_the_carrier_still_mutes(talk: Talk) -> None:
    evening = talk.evening  # noqa: F811
    evening.town.person(landline(101), phone="answers", ring_s=2, talk_s=900)
    given = evening.vic.post(f"/sessions/{evening.session}/next").json
    talk.press("mute", on=True)
    evening.town.put_down(talk.leg(GWEN)["sid"])
    evening.pass_by(1)
    evening.until("wrap_up")
    evening.vic.post(f"/assignments/{given['id']}/result", json={"disposition": "contacted"})
    evening.pass_by(10)
    assert evening.vic.get(f"/sessions/{evening.session}").json["state"] == "ready"
    next_one = talk.leg(landline(101))
    assert all(each["kind"] != "people" for each in next_one["sounds"]), "the message, not somebody unheard"
    talk.settle()
    evening.town.person(landline(102), phone="answers", ring_s=2, talk_s=900)
    evening.until("in_call")


def test_the_page_has_both_switches_and_shows_what_is_on(talk: Talk, app, vic) -> None:
    reader = Reader(app.test_client())
    reader.sign_in(vic.token)
    page = reader.open("/call")
    assert reader.state == "talking"
    before = reader.client.get("/call/line").text
    reader.press("mute")
    page = reader.open("/call")
    assert "You’re muted" in page.text
    assert reader.client.get("/call/line").text != before, "and other windows are told"
    reader.press("hold")
    page = reader.open("/call")
    assert "On hold" in page.text
    assert "They hear that you’ll be back, by" in page.text
    talk.wait(125)
    assert "They have waited two minutes." in reader.open("/call").text
    reader.press("unhold")
    reader.press("unmute")
    assert "You are speaking to" in reader.open("/call").text


@pytest.mark.parametrize("deeds", [("hold",), ("mute",), ("mute", "hold")])
def test_who_was_muted_or_on_hold_still_is_when_the_line_comes_back(
    talk: Talk, deeds: tuple[str, ...]
) -> None:
    for deed in deeds:
        before = talk.press(deed, on=True)
    talk.evening.town.put_down(talk.leg(VIC)["sid"])
    at = len(talk.leg(GWEN)["sounds"])
    talk.wait(4)
    assert talk.shown() == before, "and the three minutes go on counting"
    answer = talk.evening.vic.post(f"/sessions/{talk.evening.session}/line", json={})
    assert answer.status_code == 202
    place_next(talk.evening.system(), talk.evening.pacer.runtime.carrier, Always())
    talk.wait(8)
    talk.settle()
    talk.wait(1)
    assert talk.shown() == before
    heard = talk.leg(GWEN)["sounds"][at:]
    assert all(each["kind"] != "people" for each in heard), "nobody suddenly hears them"
    said = " ".join(each["what"] for each in heard if each["kind"] == "say")
    assert ("stay on the line" in said, "One moment" in said) == ("hold" in deeds, "hold" not in deeds)
    for deed in deeds:
        talk.press(deed, on=False)
    assert talk.heard(GWEN) == [("people", talk.leg(VIC)["sid"])]
    assert talk.evening.town.troubles() == []


def test_who_hangs_up_while_a_muted_line_comes_back_leaves_the_next_one_somebody_who_is_heard(
    talk: Talk,
) -> None:
    evening = talk.evening  # noqa: F811
    given = evening.vic.post(f"/sessions/{evening.session}/next").json
    talk.press("hold", on=True)
    evening.town.put_down(talk.leg(VIC)["sid"])
    talk.wait(1)
    evening.vic.post(f"/sessions/{evening.session}/line", json={})
    place_next(evening.system(), evening.pacer.runtime.carrier, Always())
    evening.town.put_down(talk.leg(GWEN)["sid"])
    talk.wait(8)
    talk.settle()
    evening.vic.post(f"/assignments/{given['id']}/result", json={"disposition": "contacted"})
    evening.town.person(landline(101), phone="answers", ring_s=2, talk_s=900)
    evening.until("in_call")
    evening.pass_by(1)
    assert talk.heard(landline(101)) == [("people", talk.leg(VIC)["sid"])]
